# SPDX-License-Identifier: Apache-2.0
"""The software card without the provider: raw commands from a terminal of our
own (GSMA IoT.05), so that it is not only the provider that agrees with it."""

import math

import pytest

from card import Terminal

AID = "A0000005590010"


@pytest.fixture
def terminal(new_card):
    """On logical channel 1, with the applet selected."""
    terminal = Terminal(new_card())
    assert terminal.send("0070000001") == "019000"
    assert terminal.send(f"01A4040007{AID}") == "9000"
    yield terminal
    terminal.close()


@pytest.mark.transports("socket")
@pytest.mark.proves("F1")
def test_random(terminal):
    """GET RANDOM: as many octets as asked for, never the same, and ones as
    often as zeros (six standard deviations)."""
    drawn = [terminal.send("81840000" + "40") for _ in range(256)]
    assert all(len(d) == 2 * (0x40 + 2) and d.endswith("9000") for d in drawn)
    assert len(set(drawn)) == 256
    octets = b"".join(bytes.fromhex(d[:-4]) for d in drawn)
    bits = 8 * len(octets)
    ones = sum(bin(o).count("1") for o in octets)
    assert abs(ones - bits / 2) < 6 * math.sqrt(bits) / 2


@pytest.mark.transports("socket")
@pytest.mark.proves("D3")
def test_application_data(terminal):
    """GET DATA tells what the applet can do."""
    answer = terminal.send("81CB000000")
    assert answer.endswith("9000")
    assert "IOTSIM SOFTWARE CARD".encode().hex().upper() in answer


@pytest.mark.transports("socket")
@pytest.mark.proves("D6")
def test_channel_0_is_not_the_applets(terminal):
    """The applet was selected on channel 1 and nowhere else."""
    assert not terminal.send("8084000010").endswith("9000")
    assert terminal.send("00708001") == "9000"  # close
    assert not terminal.send("8184000010").endswith("9000")
