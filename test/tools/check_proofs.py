#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Prints which test proves which requirement, from the `proves` marks in
test/e2e, and fails when one of those that must be proven is not.

    check_proofs.py SOURCE_DIR
"""

import ast
import pathlib
import sys

MUST = """A1 A2 A3 B1 B2 B3 B4 B5 B6 B7 B8 B9 D1 D2 D3 D6 D7 D9 E1 E2 E3 E4 E5 E6
F1 F2 F3 F4 F6 F7 G1 G2 H1 SC1 SC6""".split()


def constants(tree):
    """Module-level tuples of strings, by name."""
    found = {}
    for node in tree.body:
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.Tuple):
            found[node.targets[0].id] = [e.value for e in node.value.elts
                                         if isinstance(e, ast.Constant)]
    return found


def proofs(path):
    """(requirement, test) for each mark in a file."""
    tree = ast.parse(path.read_text())
    named = constants(tree)
    for node in ast.walk(tree):
        if not isinstance(node, ast.FunctionDef):
            continue
        for mark in node.decorator_list:
            if not ast.unparse(mark).startswith("pytest.mark.proves("):
                continue
            for argument in mark.args:
                ids = ([argument.value] if isinstance(argument, ast.Constant)
                       else named[argument.value.id])
                for i in ids:
                    yield i, f"{path.stem}::{node.name}"


def main(source):
    table = {}
    for path in sorted(pathlib.Path(source, "test/e2e").glob("test_*.py")):
        for requirement, test in proofs(path):
            table.setdefault(requirement, []).append(test)
    for requirement in sorted(table):
        print(f"{requirement:4} {' '.join(table[requirement])}")
    missing = [m for m in MUST if m not in table]
    if missing:
        print("not proven:", *missing)
    return bool(missing)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
