# SPDX-License-Identifier: Apache-2.0
"""ECDH with a static key of the card, against OpenSSL's."""

import pytest

from card import COMPUTE_DH, PUT_KEY_UPDATE, count

PROFILE = "full.conf"
STATIC = "iotsim:object=static"


def software_key(stock, name="peer", group="P-256"):
    stock.openssl("genpkey", "-algorithm", "EC", "-pkeyopt", f"group:{group}",
                  "-out", f"{name}.key")
    stock.openssl("pkey", "-in", f"{name}.key", "-pubout", "-out",
                  f"{name}.pub")


@pytest.mark.proves("F4", "F7")
def test_derive(sim, stock, card):
    """Both sides compute the same; the card did our half."""
    software_key(stock)
    sim.write("static.pub", sim.openssl("pkey", "-in", STATIC, "-pubout").raw)
    expected = stock.openssl("pkeyutl", "-derive", "-inkey", "peer.key",
                             "-peerkey", "static.pub").raw
    mark = card.mark()
    secret = sim.openssl("pkeyutl", "-derive", "-inkey", STATIC, "-peerkey",
                         "peer.pub").raw
    assert secret == expected
    assert count(card.since(mark), PUT_KEY_UPDATE) == 1
    assert count(card.since(mark), COMPUTE_DH) == 1


@pytest.mark.transports("socket")
def test_derive_with_kdf(sim, stock):
    """X9.63 KDF over the card's secret."""
    software_key(stock)
    sim.write("static.pub", sim.openssl("pkey", "-in", STATIC, "-pubout").raw)
    kdf = ["-pkeyopt", "kdf-type:X963KDF", "-pkeyopt", "kdf-digest:SHA256",
           "-pkeyopt", "kdf-outlen:77", "-pkeyopt", "hexkdf-ukm:0102030405"]
    expected = stock.openssl("pkeyutl", "-derive", "-inkey", "peer.key",
                             "-peerkey", "static.pub", *kdf).raw
    assert len(expected) == 77
    assert sim.openssl("pkeyutl", "-derive", "-inkey", STATIC, "-peerkey",
                       "peer.pub", *kdf).raw == expected


@pytest.mark.transports("socket")
def test_peer_on_another_curve(sim, stock, card):
    software_key(stock, group="brainpoolP256r1")
    mark = card.mark()
    sim.openssl("pkeyutl", "-derive", "-inkey", STATIC, "-peerkey", "peer.pub",
                "-out", "secret", status=None)
    assert count(card.since(mark), COMPUTE_DH) == 0


@pytest.mark.transports("socket")
def test_key_without_the_function(sim, stock):
    """The card refuses, and says why."""
    software_key(stock)
    done = sim.openssl("pkeyutl", "-derive", "-inkey", "iotsim:object=web",
                       "-peerkey", "peer.pub", "-out", "secret", status=None)
    assert "6985" in done.err


@pytest.mark.transports("socket")
def test_card_without_a_place_for_the_peer(sim_of, stock, new_card, tmp_path):
    profile = tmp_path / "lonely.conf"
    profile.write_text("""[objects]
static = pair
[static]
label = static
id = 01
functions = sign, agree
value = generate
""")
    lonely = sim_of(new_card(profile=str(profile)))
    software_key(stock)
    done = lonely.openssl("pkeyutl", "-derive", "-inkey", STATIC, "-peerkey",
                          "peer.pub", "-out", "secret", status=None)
    assert "no container" in done.err


@pytest.mark.transports("socket")
@pytest.mark.proves("F4")
def test_cms_decrypt(sim, stock):
    """A message enveloped for a certificate whose key the card agrees with."""
    sim.openssl("req", "-new", "-x509", "-key", STATIC, "-subj", "/CN=static",
                "-days", "2", "-out", "static.pem")
    stock.write("message", b"for the gateway alone\n")
    stock.openssl("cms", "-encrypt", "-aes256", "-in", "message", "-binary",
                  "-outform", "PEM", "-out", "enveloped", "static.pem")
    done = sim.openssl("cms", "-decrypt", "-inform", "PEM", "-in", "enveloped",
                       "-recip", "static.pem", "-inkey", STATIC)
    assert done.raw == b"for the gateway alone\n"
