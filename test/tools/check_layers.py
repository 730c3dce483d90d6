#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Says which line breaks the order of layers: includes point down, foreign
headers stay at the edges, locks are taken in two places, and functions that
nobody should call are not called.

    check_layers.py SOURCE_DIR
"""

import pathlib
import re
import sys

# layer: layers that its files may include, besides its own
LAYERS = {
    "iotsim": [],
    "uri": ["iotsim"],
    "base": ["iotsim"],
    "transport": ["base", "iotsim"],
    "apdu": ["transport", "base", "iotsim"],
    "applet": ["apdu", "base", "iotsim"],
    "card": ["applet", "transport", "uri", "base", "iotsim"],
    "ops": ["card", "uri", "base", "iotsim"],
    "tool": ["card", "uri", "base", "iotsim"],
    "softcard": [],
}

# (layer, header): why it may all the same
EXCEPTIONS = {
    ("card", "apdu/sw.h"): "the table of status words judges retries",
    ("ops", "apdu/sw.h"): "and is quoted in messages",
    ("tool", "apdu/sw.h"): "and is quoted in messages",
    ("tool", "applet/applet.h"): "names for what card.h hands out",
    ("tool", "transport/transport.h"): "lists readers without a card",
}

# foreign header: where it may be included
EDGES = [
    (r"openssl/", ["provider/ops/", "provider/tool/", "test/softcard/"]),
    (r"p11-kit/", ["uri/"]),
    (r"winscard\.h|wintypes\.h|pcsclite\.h|PCSC/",
     ["provider/transport/pcsc.c"]),
    (r"sys/socket\.h|sys/un\.h|netinet/|arpa/|netdb\.h|termios\.h|sys/sem\.h"
     r"|sys/ipc\.h", ["provider/transport/", "test/softcard/"]),
    (r"pthread\.h", ["provider/base/lock.c", "provider/base/lock.h"]),
    (r"threads\.h", []),
]

BANNED = ["strcpy", "strcat", "sprintf", "strtok", "atoi", "system", "getenv",
          "printf", "fprintf", "exit", "abort", "assert", "alloca"]
# The tool is a program: it prints and exits.
PROGRAM = {"provider/tool/": ["printf", "fprintf", "exit"]}

# Whoever takes a lock. Nothing below or above.
LOCKERS = ["provider/base/lock.c", "provider/base/lock.h",
           "provider/card/run.c", "provider/card/pool.c"]

INCLUDE = re.compile(r'^\s*#\s*include\s*(["<])([^">]+)[">]')


def layer_of(path):
    for prefix, layer in [("include/iotsim/", "iotsim"), ("uri/", "uri"),
                          ("test/softcard/", "softcard")]:
        if path.startswith(prefix):
            return layer
    match = re.match(r"provider/([a-z]+)/", path)
    return match and match.group(1)


def code_only(text):
    """The text without comments and strings, line by line as before."""
    pattern = re.compile(
        r'//[^\n]*|/\*.*?\*/|"(?:\\.|[^"\\\n])*"|\'(?:\\.|[^\'\\\n])*\'',
        re.S)
    return pattern.sub(lambda m: "\n" * m.group().count("\n"), text)


def check_include(path, layer, kind, header):
    for pattern, places in EDGES:
        if re.match(pattern, header) and not path.startswith(tuple(places)):
            return f"<{header}> belongs to {' '.join(places) or 'nowhere'}"
    if kind == "<" or "/" not in header:
        return None
    folder = header.split("/")[0]
    if folder == layer or folder in LAYERS[layer]:
        return None
    if (layer, header) in EXCEPTIONS:
        return None
    return f'layer {layer} may not include "{header}"'


def check_file(path, text):
    layer = layer_of(path)
    for number, line in enumerate(text.splitlines(), 1):
        match = INCLUDE.match(line)
        problem = match and check_include(path, layer, *match.groups())
        if problem:
            yield number, problem
    if layer == "softcard":
        return
    allowed = [f for prefix, names in PROGRAM.items()
               if path.startswith(prefix) for f in names]
    for number, line in enumerate(code_only(text).splitlines(), 1):
        for name in BANNED:
            if name not in allowed and re.search(rf"\b{name}\s*\(", line):
                yield number, f"{name}() is banned"
        if path not in LOCKERS and re.search(r"\b(lock_take|pthread_)", line):
            yield number, "locks are taken in card/run.c and card/pool.c"


def main(source):
    root = pathlib.Path(source)
    files = [f for top in ["include", "uri", "provider", "test/softcard"]
             for f in sorted((root / top).rglob("*.[ch]"))]
    failed = 0
    for file in files:
        path = file.relative_to(root).as_posix()
        if layer_of(path) not in LAYERS:
            print(f"{path}: in no layer")
            failed += 1
            continue
        for number, problem in check_file(path, file.read_text()):
            print(f"{path}:{number}: {problem}")
            failed += 1
    print(f"{len(files)} files, {failed} problems")
    return failed > 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
