# SPDX-License-Identifier: Apache-2.0
"""Keys as applications and libssl handle them (helpers/key_checks.c)."""

import os

import pytest

from paths import HELPERS


@pytest.mark.proves("A3", "B3", "D7")
@pytest.mark.parametrize("name", ["web", "brainpool"])
@pytest.mark.parametrize("by", ["uri", "reference"])
def test_key(sim, name, by):
    key = f"iotsim:object={name}"
    sim.openssl("pkey", "-in", key, "-pubout", "-out", "key.pub")
    if by == "reference":
        sim.openssl("pkey", "-in", key, "-out", "key.pem")
        key = "key.pem"
    sim.run(os.path.join(HELPERS, "key_checks"), key, "key.pub")


@pytest.mark.transports("socket")
def test_reference_without_card(sim):
    """All that does not need the private key works with no card at all."""
    sim.openssl("pkey", "-in", "iotsim:object=web", "-out", "key.pem")
    sim.openssl("pkey", "-in", "key.pem", "-pubout", "-out", "key.pub")
    away = sim.with_environment(IOTSIM_ADDRESS="unix:/nonexistent/card")
    away.run(os.path.join(HELPERS, "key_checks"), "key.pem", "key.pub",
             "offline")


def test_private_key_does_not_come_out(sim):
    """What a program writes as "the private key" is the reference; forms that
    have no room for one are refused."""
    out = sim.openssl("pkey", "-in", "iotsim:object=web").out
    assert out.startswith("-----BEGIN IOTSIM KEY REFERENCE-----\n")
    for form in [["-traditional"], ["-outform", "DER"]]:
        sim.openssl("pkey", "-in", "iotsim:object=web", *form, "-out", "out",
                    status=None)


def test_encrypting_a_reference_is_refused(sim):
    done = sim.openssl("pkey", "-in", "iotsim:object=web", "-aes256",
                       "-passout", "pass:secret", "-out", "out", status=None)
    assert "holds no secret" in done.err
