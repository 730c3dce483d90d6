# SPDX-License-Identifier: Apache-2.0
"""The software card as a process, and what was said to it."""

import os
import socket
import subprocess

import pcsc
from paths import BUILD, SOURCE
from wait import WITH_PARENT, wait_for

SOFTCARD = os.path.join(BUILD, "bin", "iotsim-softcard")
CARDS = os.path.join(SOURCE, "test", "softcard", "cards")

# Commands that move data or channels and are no applet commands.
GET_RESPONSE = "C0"
MANAGE_CHANNEL = "70"
SELECT = "A4"
SIGN_INIT = "2A"
SIGN_UPDATE = "2B"
VERIFY_UPDATE = "2D"
GENERATE = "B9"
COMPUTE_DH = "46"
PUT_KEY_UPDATE = "D8"
GET_RANDOM = "84"
READ_FILE = "B0"


class Exchange:
    """A command and its answer, in hexadecimal."""

    def __init__(self, command):
        self.command = command
        self.answer = ""

    @property
    def ins(self):
        return self.command[2:4]

    @property
    def channel(self):
        """Logical channel in the class byte (ISO 7816-4 5.4.1)."""
        cla = int(self.command[:2], 16)
        return (cla & 0x0f) + 4 if cla & 0x40 else cla & 0x03

    def __repr__(self):
        return f"> {self.command} < {self.answer}"


class Card:
    """One software card: `transport` is socket, pcsc-t1 or pcsc-t0."""

    def __init__(self, folder, transport, service=None, profile="demo.conf",
                 options=(), state="card.state"):
        """`profile`: a file of the software card's `cards`, or a path."""
        self.folder = str(folder)
        self.transport = transport
        self.service = service
        self.profile = os.path.join(CARDS, profile)
        self.options = list(options)
        self.state = self.path(state)
        self.log = self.path("apdu.log")
        self.process = None
        self.start()

    def path(self, name):
        return os.path.join(self.folder, name)

    @property
    def is_pcsc(self):
        return self.transport.startswith("pcsc")

    def start(self):
        if self.is_pcsc:  # the reader has room for one card
            if self.service.card is not None:
                self.service.card.stop()
            self.service.card = self
        ready = self.path("ready")
        front = ["--listen", "unix:" + self.path("card")]
        if self.is_pcsc:
            front = ["--vpcd=127.0.0.1:%d" % pcsc.VPCD_PORT]
            if self.transport.endswith("t0"):
                front += ["--protocol", "t0"]
        self.errors = open(self.path("softcard.err"), "ab")
        self.process = subprocess.Popen(
            [*WITH_PARENT, SOFTCARD, "--quiet", "--profile", self.profile,
             "--state", self.state, "--log", self.log, "--ready-file", ready,
             *front, *self.options],
            stdin=subprocess.DEVNULL, stdout=self.errors, stderr=self.errors)
        try:
            wait_for(lambda: os.path.exists(ready), "the software card",
                     self.process)
            if self.is_pcsc:
                self.service.client.wait(self.service.reader, pcsc.PRESENT)
        except AssertionError:
            self.process.kill()
            raise

    def stop(self):
        if self.process is None:
            return
        self.process.terminate()
        status = self.process.wait(60)
        self.process = None
        self.errors.close()
        if self.is_pcsc:
            self.service.card = None
            self.service.client.wait(self.service.reader, pcsc.EMPTY)
        with open(self.path("softcard.err"), errors="replace") as f:
            errors = f.read()
        assert status == 0 and not errors, f"softcard: {status} {errors}"

    def restart(self):
        """As after power-on: a server that was killed has left its channel
        open on a socket (pcscd resets the card of a killed program)."""
        self.stop()
        self.start()

    def environment(self):
        if self.is_pcsc:
            return {"IOTSIM_TRANSPORT": "pcsc",
                    "IOTSIM_READER": self.service.reader}
        return {"IOTSIM_TRANSPORT": "socket",
                "IOTSIM_ADDRESS": "unix:" + self.path("card")}

    def exchanges(self):
        """All that was exchanged so far."""
        found = []
        with open(self.log) as f:
            for line in f:
                if line.startswith("> "):
                    found.append(Exchange(line[2:].strip()))
                elif line.startswith("< ") and found:
                    found[-1].answer += line[2:].strip()
        return found

    def since(self, mark):
        """What was exchanged since `mark = len(card.exchanges())`; GET
        RESPONSE, which T=0 needs to fetch an answer, is left out."""
        return [e for e in self.exchanges()[mark:] if e.ins != GET_RESPONSE]

    def mark(self):
        return len(self.exchanges())


def left_open(exchanges):
    """Channels that were opened and not closed again."""
    opened = [e for e in exchanges if e.command.startswith("00700000")
              and e.answer.endswith("9000")]
    closed = [e for e in exchanges if e.command[2:6] == "7080"
              and e.answer.endswith("9000")]
    return len(opened) - len(closed)


def count(exchanges, ins):
    return sum(e.ins == ins for e in exchanges)


class Terminal:
    """A reader of our own on a card's socket (vpcd framing): raw commands
    with nothing of the provider in between."""

    def __init__(self, card):
        self.socket = socket.socket(socket.AF_UNIX)
        self.socket.settimeout(60)
        self.socket.connect(card.path("card"))

    def close(self):
        self.socket.close()

    def read(self, size):
        octets = b""
        while len(octets) < size:
            more = self.socket.recv(size - len(octets))
            assert more, "the card hung up"
            octets += more
        return octets

    def send(self, command):
        octets = bytes.fromhex(command)
        self.socket.sendall(len(octets).to_bytes(2, "big") + octets)
        return self.read(int.from_bytes(self.read(2), "big")).hex().upper()
