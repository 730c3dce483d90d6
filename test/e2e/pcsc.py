# SPDX-License-Identifier: Apache-2.0
"""PC/SC for the tests: pcscd itself, its virtual readers, waiting for cards.

Only one pcscd can run on a machine. One that runs already is used; otherwise
one is started for the session and ended with it. Waiting is done by
SCardGetStatusChange, which returns when something happens.
"""

import ctypes
import ctypes.util
import os
import shutil
import subprocess

from wait import WITH_PARENT, wait_for

READER_CONF = "/etc/reader.conf.d/vpcd"
VPCD_PORT = 35963
PRESENT = 0x20
EMPTY = 0x10
SCOPE_SYSTEM = 2
TIMEOUT_MS = 30000


class ReaderState(ctypes.Structure):
    _fields_ = [
        ("reader", ctypes.c_char_p),
        ("user", ctypes.c_void_p),
        ("current", ctypes.c_ulong),
        ("event", ctypes.c_ulong),
        ("atr_len", ctypes.c_ulong),
        ("atr", ctypes.c_ubyte * 33),
    ]


def missing():
    """What of PC/SC is not installed, or None."""
    if shutil.which("pcscd", path="/usr/sbin:/usr/bin") is None:
        return "pcscd is not installed"
    if not os.path.exists(READER_CONF):
        return "vsmartcard-vpcd is not installed"
    if ctypes.util.find_library("pcsclite") is None:
        return "libpcsclite is not installed"
    return None


class Client:
    """A program's connection to pcscd."""

    def __init__(self):
        self.lib = ctypes.CDLL("libpcsclite.so.1")
        self.context = ctypes.c_long()
        code = self.lib.SCardEstablishContext(
            SCOPE_SYSTEM, None, None, ctypes.byref(self.context))
        if code != 0:
            raise ConnectionError(f"pcscd: {code & 0xffffffff:08X}")

    def close(self):
        self.lib.SCardReleaseContext(self.context)

    def readers(self):
        size = ctypes.c_ulong(4096)
        names = ctypes.create_string_buffer(size.value)
        if self.lib.SCardListReaders(self.context, None, names,
                                     ctypes.byref(size)) != 0:
            return []
        return [n.decode() for n in names.raw[:size.value].split(b"\0") if n]

    def wait(self, reader, state):
        """Return when `reader` is in `state` (PRESENT or EMPTY)."""
        row = ReaderState(reader=reader.encode())
        while not row.event & state:
            row.current = row.event & 0xffff
            code = self.lib.SCardGetStatusChange(
                self.context, ctypes.c_ulong(TIMEOUT_MS), ctypes.byref(row), 1)
            assert code == 0, f"{reader}: PC/SC code {code & 0xffffffff:08X}"


def answers():
    try:
        Client().close()
    except ConnectionError:
        return False
    return True


class Service:
    """pcscd with vpcd's readers."""

    def __init__(self, folder):
        self.process = None
        self.card = None  # the one in the reader
        if not answers():
            self.log = open(os.path.join(folder, "pcscd.log"), "wb")
            self.process = subprocess.Popen(
                [*WITH_PARENT, "/usr/sbin/pcscd", "--foreground"],
                stdin=subprocess.DEVNULL, stdout=self.log,
                stderr=subprocess.STDOUT)
            wait_for(answers, "pcscd to answer", self.process)
        self.client = Client()
        wait_for(lambda: self.virtual(), "vpcd's readers", self.process)
        self.reader = self.virtual()[0]

    def virtual(self):
        return [r for r in self.client.readers() if "Virtual PCD" in r]

    def close(self):
        self.client.close()
        if self.process is not None:
            self.process.terminate()
            self.process.wait(30)
            self.log.close()
