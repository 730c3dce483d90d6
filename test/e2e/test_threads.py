# SPDX-License-Identifier: Apache-2.0
"""Many threads, forked children, several processes on one card. Every
signature is verified by an OpenSSL without the provider."""

import glob
import os
import subprocess

import pytest

from card import SIGN_INIT, SIGN_UPDATE
from paths import HELPERS

SIGN_MANY = os.path.join(HELPERS, "sign_many")


@pytest.fixture
def workplace(sim):
    sim.openssl("pkey", "-in", "iotsim:object=web", "-out", "key.pem")
    sim.openssl("pkey", "-in", "key.pem", "-pubout", "-out", "key.pub")
    os.mkdir(sim.path("out"))
    return sim


def verify_all(workplace, stock, expected):
    files = glob.glob(workplace.path("out/sig.*"))
    assert len(files) == expected
    out = stock.run(SIGN_MANY, "--verify", "key.pub", *files).out
    assert out == f"{expected} verified\n"


def check_pairs(card, mark):
    """INIT and UPDATE of one signature are never torn apart."""
    sent = [e for e in card.since(mark) if e.ins in (SIGN_INIT, SIGN_UPDATE)]
    assert len(sent) % 2 == 0
    for init, update in zip(sent[::2], sent[1::2]):
        assert (init.ins, update.ins) == (SIGN_INIT, SIGN_UPDATE)
        assert init.channel == update.channel


@pytest.mark.proves("B3")
def test_threads(workplace, stock, card):
    mark = card.mark()
    workplace.run(SIGN_MANY, "--key", "key.pem", "--threads", "8", "--count",
                  "5", "--out", "out")
    verify_all(workplace, stock, 40)
    check_pairs(card, mark)


def test_fork(workplace, stock, card):
    """A parent that has used the key and its children use it at once."""
    mark = card.mark()
    workplace.run(SIGN_MANY, "--key", "key.pem", "--fork", "4", "--count", "5",
                  "--out", "out")
    verify_all(workplace, stock, 6 * 5)
    check_pairs(card, mark)


def test_fork_with_threads(workplace, stock):
    workplace.run(SIGN_MANY, "--key", "key.pem", "--fork", "2", "--threads",
                  "3", "--count", "3", "--out", "out")
    verify_all(workplace, stock, 4 * 9)


@pytest.mark.proves("D6")
def test_more_processes_than_channels(workplace, stock, card):
    """A card has three channels besides channel 0; eight processes hold keys
    and sign at the same time."""
    mark = card.mark()
    running = []
    for i in range(8):
        os.mkdir(workplace.path(f"out{i}"))
        running.append(workplace.start(
            SIGN_MANY, "--key", "key.pem", "--count", "6", "--out", f"out{i}",
            stdin=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True))
    for process in running:
        _, err = process.communicate(timeout=120)
        assert process.returncode == 0, err
    files = glob.glob(workplace.path("out?/sig.*"))
    assert len(files) == 48
    stock.run(SIGN_MANY, "--verify", "key.pub", *files)
    check_pairs(card, mark)
