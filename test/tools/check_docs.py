#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Compares the manual pages with the tables in the code, both ways: settings,
environment variables, transports, algorithms, errors, URI attributes, and the
commands and options of the tool.

    check_docs.py SOURCE_DIR TOOL
"""

import pathlib
import re
import subprocess
import sys

PROVIDER = "provider/man/provider-iotsim.7"
URI = "uri/man/iotsim-uri.7"
TOOL = "provider/tool/man/iotsim.1"
MACROS = {"Cm", "Ev", "Fl", "Sy", "Ic", "Li", "Ql", "Xo", "Er", "Dv", "Pa",
          "Em", "Ar", "Ns"}


def section(page, name):
    """The text of a section (.Sh) or subsection (.Ss)."""
    match = re.search(rf"^\.S[hs] {name}.*?\n(.*?)(?=^\.S[hs] |\Z)", page,
                      re.S | re.M)
    return match.group(1) if match else ""


def items(text):
    """What the `.It` lines are about: names before the first column."""
    found = []
    for line in re.findall(r"^\.It (.*)$", text, re.M):
        head = line.split(" Ta ")[0]
        found += [w for w in re.split(r"[\s,]+", head)
                  if w and w not in MACROS]
    return found


def quoted(pattern, path):
    return re.findall(pattern, path.read_text(), re.M)


def settings(root):
    return quoted(r'\{\s*"([a-z-]+)",\s*"(IOTSIM_[A-Z_]+)",',
                  root / "provider/card/settings.c")


def algorithms(root):
    """operation: its algorithm names, from ops/algorithms.c."""
    text = (root / "provider/ops/algorithms.c").read_text()
    names = dict(re.findall(r'#define (NAMES_\w+) "([^":]+)', text))
    tables = {
        table: {names.get(head, head.strip('"').split(":")[0]) for head in
                re.findall(r'\{ (NAMES_\w+|"[^"]+"),', rows)}
        for table, rows in re.findall(
            r"OSSL_ALGORITHM (\w+)\[\] = \{(.*?)\n\};", text, re.S)}
    return {operation.lower(): tables[table] for operation, table in
            re.findall(r"\{ OSSL_OP_(\w+), (\w+) \}", text)}


class Checker:
    def __init__(self):
        self.failed = 0

    def same(self, what, page, documented, coded):
        for name in sorted(set(coded) - set(documented)):
            self.say(f"{page}: {what} {name} is missing")
        for name in sorted(set(documented) - set(coded)):
            self.say(f"{page}: the code knows no {what} {name}")
        if not coded:
            self.say(f"{page}: no {what} found in the code")

    def say(self, text):
        print(text)
        self.failed += 1


def check_provider(root, check):
    page = (root / PROVIDER).read_text()
    rows = settings(root)
    check.same("setting", PROVIDER,
               [i for i in items(section(page, "CONFIGURATION"))
                if i != "setting"], [r[0] for r in rows])
    check.same("variable", PROVIDER, re.findall(r"\bIOTSIM_[A-Z_]+",
                                                re.sub(r"^\.Bl.*$", "", page,
                                                       flags=re.M)),
               [r[1] for r in rows])
    check.same("transport", PROVIDER,
               re.findall(r"^\.Ss (\w+)$", page[page.index(".Sh TRANSPORTS"):
                                                page.index(".Sh OPERATIONS")],
                          re.M),
               quoted(r"&(\w+)_ops", root / "provider/transport/registry.c"))
    rows = re.findall(r"^\.It (\w+) Ta ([\w, -]+) Ta",
                      section(page, "OPERATIONS"), re.M)
    check.same("algorithm", PROVIDER,
               [f"{o} {n}" for o, names in rows for n in names.split(", ")],
               [f"{o} {n}" for o, names in algorithms(root).items()
                for n in names])
    check.same("error", PROVIDER, items(section(page, "DIAGNOSTICS")),
               quoted(r"^    X\(([A-Z_]+),", root / "include/iotsim/result.h"))


def check_uri(root, check):
    page = (root / URI).read_text()
    check.same("attribute", URI,
               items(section(page, "Path:")) + items(section(page, "Query:")),
               quoted(r'^    ROW\("([a-z-]+)"', root / "uri/attr.c"))
    check.same("type", URI,
               re.findall(r"^\.Cm ([a-z-]+) ?,?$",
                          section(page, "Path:").split(".It Cm type")[1],
                          re.M),
               quoted(r'\[IOTSIM_TYPE_\w+\] = \{ "([a-z-]+)"',
                      root / "uri/attr.c"))


def help_of(tool, *command):
    return subprocess.run([tool, *command, "--help"], check=True,
                          capture_output=True, text=True).stdout


def check_tool(root, tool, check):
    """The page against what `iotsim --help` and `iotsim COMMAND --help`
    print."""
    page = (root / TOOL).read_text()
    commands = set(re.findall(r"^  ([a-z]+) ",
                              help_of(tool).split("\noptions\n")[0], re.M))
    usage = "".join(help_of(tool, c) for c in commands)
    check.same("command", TOOL,
               commands & set(re.findall(r"^\.It Cm ([a-z]+)$", page, re.M)),
               commands)
    check.same("option", TOOL, set(re.findall(r"Fl -([a-z-]+)", page)),
               set(re.findall(r"--([a-z-]+)", usage)))


def main(source, tool):
    root = pathlib.Path(source)
    check = Checker()
    check_provider(root, check)
    check_uri(root, check)
    check_tool(root, tool, check)
    print(f"{check.failed} problems")
    return check.failed > 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
