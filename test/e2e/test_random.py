# SPDX-License-Identifier: Apache-2.0
"""Random numbers of the card: as a seed beside the system's, and alone."""

import os

import pytest

import run
from card import GET_RANDOM, count, left_open
from paths import EXAMPLES

PROFILE = "full.conf"


def sample(name):
    with open(os.path.join(EXAMPLES, name)) as f:
        return f.read()


SEED = sample("openssl.cnf") + sample("seed.cnf")
RAND = SEED.replace("seed = IOTSIM-SEED", "random = IOTSIM-RAND")


@pytest.fixture
def runner_of(card, tmp_path):
    """Runs programs with a configuration, and a card."""
    def make(config, card=card):
        (tmp_path / "random").mkdir(exist_ok=True)
        return run.Runner(tmp_path, run.with_provider(
            tmp_path / "random", card, config).environment)
    return make


@pytest.mark.proves("F1")
def test_seed(runner_of, card):
    """Each process asks once; the octets differ."""
    seeded = runner_of(SEED)
    outputs = set()
    for _ in range(4):
        mark = card.mark()
        outputs.add(seeded.openssl("rand", "-hex", "32").out)
        assert count(card.since(mark), GET_RANDOM) == 1
        assert left_open(card.since(mark)) == 0
    assert len(outputs) == 4


@pytest.mark.transports("socket")
def test_seed_and_key_of_one_card(runner_of, card):
    """The seed is asked for in the middle of other work."""
    seeded = runner_of(SEED)
    seeded.openssl("req", "-new", "-x509", "-key", "iotsim:object=web",
                   "-subj", "/CN=me", "-days", "2", "-out", "me.pem")
    seeded.openssl("verify", "-CAfile", "me.pem", "me.pem")


@pytest.mark.transports("socket")
def test_seed_without_card(runner_of, tmp_path):
    """Nothing is lost, nothing is said."""
    seeded = runner_of(SEED).with_environment(
        IOTSIM_ADDRESS=f"unix:{tmp_path}/nobody")
    done = seeded.openssl("rand", "-hex", "32")
    assert len(done.out.strip()) == 64 and done.err == ""


@pytest.mark.transports("socket")
@pytest.mark.parametrize("fault", [
    "ins=84,sw=6F00,times=0", "ins=84,truncate,times=0",
    "ins=84,delay=3000,times=0", "ins=84,drop,times=0"])
def test_seed_with_a_bad_generator(runner_of, new_card, fault):
    card = new_card(profile=PROFILE, options=["--fault", fault])
    seeded = runner_of(SEED, card)
    mark = card.mark()
    done = seeded.openssl("rand", "-hex", "32")
    assert len(done.out.strip()) == 64 and done.err == ""
    assert count(card.since(mark), GET_RANDOM) == 1


@pytest.mark.proves("F1")
@pytest.mark.transports("socket")
def test_rand(runner_of, card):
    """Every octet has one of the card in it."""
    mark = card.mark()
    outputs = {runner_of(RAND).openssl("rand", "-hex", "32").out
               for _ in range(3)}
    assert len(outputs) == 3
    assert count(card.since(mark), GET_RANDOM) >= 3


@pytest.mark.transports("socket")
def test_rand_without_card(runner_of, tmp_path):
    done = runner_of(RAND).with_environment(
        IOTSIM_ADDRESS=f"unix:{tmp_path}/nobody").openssl(
            "rand", "-hex", "32", status=None)
    assert "random" in done.err.lower()


@pytest.mark.transports("socket")
def test_nobody_asks_without_being_told(sim, card):
    mark = card.mark()
    sim.openssl("rand", "-hex", "32")
    assert card.since(mark) == []
