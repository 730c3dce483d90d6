# SPDX-License-Identifier: Apache-2.0
"""Certificates of the card as trust anchors, and searching for them."""

import re

import pytest

import peers
from card import READ_FILE

PROFILE = "full.conf"
LEAVES = {"web": "ca", "rsa": "ca"}


@pytest.fixture
def certificates(sim):
    """Certificates of the card as PEM files."""
    for name in ["web", "web2", "rsa", "ca", "sub"]:
        sim.openssl("x509", "-in", f"iotsim:object={name}", "-out",
                    f"{name}.pem")
    return sim


@pytest.mark.many
@pytest.mark.proves("E4", "F3")
@pytest.mark.parametrize("leaf", sorted(LEAVES))
@pytest.mark.parametrize("store", ["iotsim:", "iotsim:type=cert",
                                   "iotsim:object=ca"])
def test_castore(certificates, leaf, store):
    done = certificates.openssl("verify", "-no-CAfile", "-no-CApath",
                                "-CAstore", store, f"{leaf}.pem")
    assert done.out == f"{leaf}.pem: OK\n"


@pytest.mark.proves("E4")
def test_chain_on_the_card(certificates, stock):
    """The intermediate comes from the card, too; so do both roots."""
    done = certificates.openssl("verify", "-no-CAfile", "-no-CApath",
                                "-CAstore", "iotsim:", "-show_chain",
                                "web2.pem")
    shown = peers.names(done.out)
    assert "depth=1: CN=sub" in shown and "depth=2: CN=ca" in shown
    stock.openssl("verify", "-CAfile", "ca.pem", "-untrusted", "sub.pem",
                  "web2.pem")


@pytest.mark.transports("socket")
def test_wrong_anchor(certificates):
    done = certificates.openssl("verify", "-no-CAfile", "-no-CApath",
                                "-CAstore", "iotsim:object=ca2", "web.pem",
                                status=None)
    assert "unable to get local issuer certificate" in done.err


@pytest.mark.proves("E4", "E5", "F3")
@pytest.mark.parametrize("version", ["tls1_2", "tls1_3"])
def test_tls_trusts_the_card(certificates, sim, stock, version):
    """A client that knows no CA but the card's refuses another server, and
    takes one whose certificate the card's CA has issued."""
    with peers.s_server(sim, "-cert", "iotsim:object=web", "-key",
                        "iotsim:object=web", "-rev") as server:
        client = peers.s_client(sim, server.port, f"-{version}",
                                "-no-CAfile", "-no-CApath", "-CAstore",
                                "iotsim:object=ca")
        assert "Verify return code: 0 (ok)" in client.out
        assert "olleh" in client.out
        peers.s_client(sim, server.port, f"-{version}", "-no-CAfile",
                       "-no-CApath", "-CAstore", "iotsim:object=ca2",
                       status=None)


def search(sim, *arguments, **more):
    """Subjects of what storeutl finds."""
    done = sim.openssl("storeutl", "-certs", "-text", "-noout", *arguments,
                       "iotsim:", **more)
    return [name.replace(" ", "") for name in
            re.findall(r"Subject: (.*)", done.out)]


@pytest.mark.proves("E4")
@pytest.mark.transports("socket")
def test_filters(certificates, stock):
    assert search(certificates, "-subject", "/CN=ca2") == ["CN=ca2"]
    facts = stock.openssl("x509", "-in", "rsa.pem", "-noout", "-serial",
                          "-fingerprint", "-sha256").out
    serial = re.search(r"serial=(\w+)", facts).group(1)
    fingerprint = re.search(r"Fingerprint=([\w:]+)", facts).group(1)
    assert search(certificates, "-issuer", "/CN=ca", "-serial",
                  "0x" + serial) == ["CN=rsa.example"]
    assert search(certificates, "-fingerprint",
                  fingerprint.replace(":", ""), "-sha256") \
        == ["CN=rsa.example"]
    assert search(certificates, "-alias", "sub") == ["CN=sub"]
    assert search(certificates, "-subject", "/CN=nobody") == []


@pytest.mark.transports("socket")
@pytest.mark.proves("E4", "E5")
def test_der_is_cut_exactly(certificates, stock, sim):
    """A file larger than its certificate, one longer than one READ FILE, and
    both through cards that read in other ways: the same octets."""
    der = sim.openssl("x509", "-in", "iotsim:object=static", "-outform",
                      "DER").raw
    assert len(der) > 256
    assert int.from_bytes(der[2:4], "big") + 4 == len(der)
    assert stock.openssl("x509", "-inform", "DER", "-noout", "-subject",
                         input=der).out


@pytest.mark.many
@pytest.mark.transports("socket")
@pytest.mark.parametrize("quirk", ["read-file=240", "read-file=255",
                                   "read-file=256", "read-padding=yes",
                                   "read-past-end=6981",
                                   "file-information=no"])
def test_ways_to_read(sim_of, new_card, stock, quirk):
    sim = sim_of(new_card(profile=PROFILE, options=["--quirk", quirk]))
    for name in ["static", "rsa", "ca"]:
        der = sim.openssl("x509", "-in", f"iotsim:object={name}", "-outform",
                          "DER").raw
        assert int.from_bytes(der[2:4], "big") + 4 == len(der)
        stock.openssl("x509", "-inform", "DER", "-noout", input=der)


@pytest.mark.transports("socket")
def test_a_named_anchor_is_all_that_is_read(certificates, card):
    mark = card.mark()
    certificates.openssl("verify", "-no-CAfile", "-no-CApath", "-CAstore",
                         "iotsim:type=cert;object=ca", "web.pem")
    reads = [e.command for e in card.since(mark) if e.ins == READ_FILE]
    assert reads and len(reads) == len(set(reads))
    assert all("8301" + "21" in command for command in reads)
