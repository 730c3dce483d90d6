# SPDX-License-Identifier: Apache-2.0
"""A card that fails in the middle: a clear error or a second try, never a
crash or a hang, and the next operation works in the same process."""

import os
import subprocess

import pytest

from card import SIGN_UPDATE, count
from paths import HELPERS

SIGN_MANY = os.path.join(HELPERS, "sign_many")


class Signer:
    """A process that holds a key and signs when asked."""

    def __init__(self, sim, key="iotsim:object=web"):
        self.process = sim.start(
            SIGN_MANY, "--key", key, "--ask", stdin=subprocess.PIPE,
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        line = self.process.stdout.readline()
        assert line == "loaded\n", self.process.stderr.read()

    def sign(self):
        self.process.stdin.write("\n")
        self.process.stdin.flush()
        return self.process.stdout.readline().strip()

    def close(self):
        out, err = self.process.communicate(timeout=60)
        assert (self.process.returncode, out, err) == (0, "", "")


@pytest.fixture
def start(new_card, sim_of):
    """start(fault, ...) gives a card with these faults and a signer."""
    signers = []

    def make(*faults, **environment):
        options = []
        for fault in faults:
            options += ["--fault", fault]
        card = new_card(options=options)
        sim = sim_of(card).with_environment(**environment)
        signers.append(Signer(sim))
        return card, signers[-1]

    yield make
    for signer in signers:
        signer.close()


# Faults that the provider gets over by itself: nothing has happened on the
# card that a second try could spoil.
HARMLESS = [
    "ins=2B,sw=6F00",  # once: the applet wants a fresh start
    "ins=2A,sw=6881",  # the channel is gone
    "ins=2A,reset",    # another program reset the card
    "ins=2B,reset",    # between INIT and UPDATE
    "ins=2B,delay=700",
]


@pytest.mark.proves("B5")
@pytest.mark.parametrize("fault", HARMLESS)
def test_second_try(start, fault):
    card, signer = start(fault)
    assert signer.sign() == "ok"
    assert signer.sign() == "ok"


@pytest.mark.transports("socket", "pcsc-t0")
@pytest.mark.parametrize("status, words", [
    ("6985", "access conditions, usage or state"),
    ("6A80", "6A80"),
    ("6A88", "no such object"),
    ("6D00", "6D00"),
    ("6F42", "6F42"),
])
def test_status_word(start, status, words):
    """The card says no; the text says what the card said."""
    card, signer = start(f"ins=2A,sw={status},times=10")
    answer = signer.sign()
    assert words in answer, answer
    assert "signing with iotsim:object=web" in answer
    while signer.sign() != "ok":
        assert card.mark() < 100


@pytest.mark.transports("socket", "pcsc-t1")
def test_truncated_answer(start):
    """Half a signature is no signature. (With T=0 the status word is all
    there is to cut.)"""
    card, signer = start("ins=2B,truncate")
    answer = signer.sign()
    # Two octets of the signature are taken for the status word: any error, or
    # a second try when they happen to ask for one.
    assert answer == "ok" or "signing with iotsim:object=web" in answer, answer
    assert signer.sign() == "ok"


@pytest.mark.transports("socket")
def test_dropped_answer(start):
    """No answer at all: the wait ends at the time limit."""
    card, signer = start("ins=2B,drop", IOTSIM_TIMEOUT="1500")
    answer = signer.sign()
    assert answer.startswith("the time limit has passed"), answer
    assert signer.sign() == "ok"


@pytest.mark.transports("socket")
def test_card_hangs_up(start):
    """The link breaks between INIT and UPDATE; it is made again."""
    card, signer = start("ins=2B,remove")
    assert signer.sign() == "ok"
    assert count(card.exchanges(), SIGN_UPDATE) == 2


@pytest.mark.transports("pcsc-t1", "pcsc-t0")
def test_card_removed(start):
    """The card is pulled between INIT and UPDATE and put back."""
    card, signer = start("ins=2B,remove")
    answer = signer.sign()
    assert (answer == "ok" or "removed" in answer
            or "no card in the reader" in answer), answer
    card.service.client.wait(card.service.reader, 0x20)
    assert signer.sign() == "ok"


def test_card_away_and_back(start):
    card, signer = start()
    assert signer.sign() == "ok"
    card.stop()
    answer = signer.sign()
    expected = "no card in the reader" if card.is_pcsc else "no such reader"
    assert expected in answer, answer
    card.start()
    assert signer.sign() == "ok"


@pytest.mark.parametrize("fault", [
    "ins=A4,sw=6A82", "ins=70,sw=6A81", "ins=70,sw=6881",
])
def test_refused_at_the_door(new_card, sim_of, fault):
    """No applet, no channel: an error for the one, fine for the next."""
    card = new_card(options=["--fault", fault + ",times=4"])
    sim = sim_of(card)
    done = sim.openssl("pkey", "-in", "iotsim:object=web", "-pubout",
                       status=None)
    words = "no IoT SAFE applet" if "A4" in fault else "logical channel"
    assert words in done.err
    for _ in range(4):
        if sim.run("/bin/sh", "-c", "openssl pkey -in iotsim:object=web "
                   "-pubout || true").out.startswith("-----BEGIN PUBLIC"):
            return
    raise AssertionError("does not recover")
