# SPDX-License-Identifier: Apache-2.0
"""Reaching the card: each way to fail has a message of its own, and programs
that need no card keep working in silence."""

import pytest

MESSAGES = {
    "no pcscd": "pcscd does not answer",
    "no reader": "no such reader or device",
    "no card": "there is no card in the reader",
    "no applet": "no IoT SAFE applet",
    "other card": "not the one with this ICCID",
}


def load(sim, status=None):
    return sim.openssl("pkey", "-in", "iotsim:object=web", "-noout",
                       status=status)


def check(done, which):
    for name, text in MESSAGES.items():
        assert (text in done.err) == (name == which), str(done)
    assert "iotsim:object=web" in done.err


def without_pcscd(sim):
    """libpcsclite looks for pcscd where there is none."""
    return sim.with_environment(IOTSIM_TRANSPORT=None, IOTSIM_READER=None,
                                IOTSIM_ADDRESS=None,
                                PCSCLITE_CSOCK_NAME="/nonexistent/pcscd")


@pytest.mark.proves("B4", "D7")
def test_silent_without_pcscd(sim):
    """With the provider configured and nothing there: not a word."""
    away = without_pcscd(sim)
    for command in [["list", "-providers"], ["rand", "-hex", "4"],
                    ["dgst", "-sha256", "/dev/null"], ["version"],
                    ["ecparam", "-name", "P-256", "-genkey", "-noout"]]:
        assert away.openssl(*command).err == ""


def test_no_pcscd(sim):
    check(load(without_pcscd(sim)), "no pcscd")


@pytest.mark.transports("pcsc-t1")
def test_no_reader(sim):
    check(load(sim.with_environment(IOTSIM_READER="no such reader")),
          "no reader")


@pytest.mark.transports("socket")
def test_no_socket(sim):
    check(load(sim.with_environment(IOTSIM_ADDRESS="unix:/nonexistent/card")),
          "no reader")


@pytest.mark.transports("pcsc-t1")
def test_no_card(new_card, sim_of):
    made = new_card()
    sim = sim_of(made)
    load(sim, status=0)
    made.stop()
    check(load(sim), "no card")
    made.start()
    load(sim, status=0)


@pytest.mark.transports("pcsc-t1")
def test_card_removed(new_card, sim_of):
    """Pulled while it works, and not put back: neither "no card" nor "no
    reader"."""
    sim = sim_of(new_card(options=["--fault", "ins=2B,remove", "--absence",
                                   "600000"]))
    sim.openssl("pkey", "-in", "iotsim:object=web", "-out", "key.pem")
    sim.write("message", b"x")
    done = sim.openssl("dgst", "-sha256", "-sign", "key.pem", "-out", "sig",
                       "message", status=None)
    assert "the card was removed" in done.err, str(done)
    assert not any(text in done.err for text in MESSAGES.values())


def test_no_applet(sim):
    check(load(sim.with_environment(IOTSIM_AID="A00000000000FF")), "no applet")


def test_other_card(sim):
    check(load(sim.with_environment(IOTSIM_TOKEN="8988211000000430028")),
          "other card")


@pytest.mark.proves("D7")
def test_token_selects_the_card(sim):
    load(sim.with_environment(IOTSIM_TOKEN="8988211000000430010"), status=0)


@pytest.mark.transports("pcsc-t1")
@pytest.mark.parametrize("reader", ["Virtual", "virtual pcd 00 00", "0"])
def test_part_of_a_readers_name(sim, card, reader):
    if not card.service.reader.endswith("00 00"):
        pytest.skip("other readers are connected")
    load(sim.with_environment(IOTSIM_READER=reader), status=0)


@pytest.mark.transports("pcsc-t1")
def test_any_reader(sim):
    """Without a setting the card is found."""
    load(sim.with_environment(IOTSIM_TRANSPORT=None, IOTSIM_READER=None),
         status=0)
