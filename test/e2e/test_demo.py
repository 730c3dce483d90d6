# SPDX-License-Identifier: Apache-2.0
"""The README's first command, as it is: it shows what it promises and leaves
no process and no file behind."""

import glob
import os
import subprocess

import pcsc
from conftest import need
from paths import EXAMPLES

EXPECTED = [
    "Total found: 3",
    "Verified OK",
    "BEGIN IOTSIM KEY REFERENCE",
    "Protocol version: TLSv1.3",
    "Verification: OK",
    "desserts",
    "That took 5 commands to the card",
    "hello CN=localhost, TLSv1.3, SUCCESS",
    "400",
]


def left_behind(folder):
    """Command lines of processes that have to do with `folder`."""
    found = []
    for path in glob.glob("/proc/[0-9]*/cmdline"):
        try:
            with open(path, "rb") as f:
                found.append(f.read().replace(b"\0", b" ").decode())
        except OSError:
            continue
    return [line for line in found if folder in line]


def test_demo(tmp_path):
    need(pcsc.missing())
    folder = str(tmp_path)
    done = subprocess.run(
        [os.path.join(EXAMPLES, "demo")], stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
        env={**os.environ, "TMPDIR": folder}, timeout=500)
    assert done.returncode == 0, done.stdout
    rest = done.stdout
    for text in EXPECTED:
        assert text in rest, f"{text} is missing in\n{done.stdout}"
        rest = rest.split(text, 1)[1]
    assert ":error:" not in done.stdout
    assert os.listdir(folder) == []
    assert left_behind(folder) == []
