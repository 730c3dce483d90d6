# SPDX-License-Identifier: Apache-2.0
"""What things cost, in commands to the card (design D10). GET RESPONSE, with
which T=0 fetches an answer, is not counted."""

import os

import pytest

from card import MANAGE_CHANNEL, SELECT, SIGN_INIT, SIGN_UPDATE, count
from paths import HELPERS

SIGN_MANY = os.path.join(HELPERS, "sign_many")


@pytest.fixture
def reference(sim):
    """A PEM key reference in the folder."""
    sim.openssl("pkey", "-in", "iotsim:object=web", "-out", "key.pem")
    return sim


def channel_of(exchanges):
    return {e.channel for e in exchanges if e.ins != MANAGE_CHANNEL}


def test_loading_a_reference_costs_nothing(reference, card):
    mark = card.mark()
    reference.run(SIGN_MANY, "--key", "key.pem", "--count", "0", "--load", "5")
    reference.openssl("pkey", "-in", "key.pem", "-pubout")
    reference.openssl("pkey", "-in", "key.pem", "-noout", "-text")
    assert card.since(mark) == []


@pytest.mark.proves("B5", "B6", "D6", "F2")
def test_first_signature(reference, card):
    """Open a channel, SELECT, INIT, UPDATE; at exit the channel is closed.
    Channel 0 belongs to the modem: nothing is selected there."""
    mark = card.mark()
    reference.run(SIGN_MANY, "--key", "key.pem")
    sent = card.since(mark)
    assert [e.ins for e in sent] == [MANAGE_CHANNEL, SELECT, SIGN_INIT,
                                     SIGN_UPDATE, MANAGE_CHANNEL]
    assert sent[0].command.startswith("007000")  # open
    assert sent[4].command[2:6] == "7080"        # close
    assert 0 not in channel_of(sent)


@pytest.mark.parametrize("signatures", [2, 10])
def test_later_signatures(reference, card, signatures):
    mark = card.mark()
    reference.run(SIGN_MANY, "--key", "key.pem", "--count", str(signatures))
    assert len(card.since(mark)) == 2 + 2 * signatures + 1


def test_openssl_dgst(reference, card):
    reference.write("message", b"x")
    mark = card.mark()
    reference.openssl("dgst", "-sha256", "-sign", "key.pem", "-out", "sig",
                      "message")
    assert len(card.since(mark)) == 5


@pytest.mark.proves("D6")
def test_children_share_nothing(reference, card):
    """Each process opens a channel of its own and gives it back."""
    mark = card.mark()
    reference.run(SIGN_MANY, "--key", "key.pem", "--fork", "3")
    sent = card.since(mark)
    assert count(sent, SIGN_UPDATE) == 5
    opened = [e for e in sent if e.command[2:6] == "7000"]
    closed = [e for e in sent if e.command[2:6] == "7080"]
    assert len(closed) == len(opened) or len(opened) > 3


def test_nothing_at_start_and_end(sim, card):
    """Programs that do not use a key do not talk to the card."""
    mark = card.mark()
    sim.openssl("list", "-providers")
    sim.openssl("rand", "-hex", "8")
    sim.openssl("genpkey", "-algorithm", "EC", "-pkeyopt",
                "ec_paramgen_curve:P-256", "-out", "soft.key")
    sim.openssl("req", "-new", "-key", "soft.key", "-subj", "/CN=x", "-out",
                "soft.csr")
    assert card.since(mark) == []
