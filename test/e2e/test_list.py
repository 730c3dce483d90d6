# SPDX-License-Identifier: Apache-2.0
"""What is on the card: storeutl, x509, pkey, `iotsim list` and `info`."""

import re

import pytest

from paths import TOOL

# What cards/demo.conf puts on the card.
LABELS = ["web", "brainpool", "ca"]


def public_key_of_certificate(stock, name):
    return stock.openssl("x509", "-in", name, "-pubkey", "-noout").out


def test_provider_is_listed(sim):
    out = sim.openssl("list", "-providers").out
    assert re.search(r"iotsim\n.*\n.*version: \d+\.\d+\.\d+\n.*active", out)
    assert re.search(r"default\n.*\n.*\n.*active", out)


@pytest.mark.proves("D9", "E3", "E5", "B5", "B6", "G1")
def test_certificates_are_listed(sim, stock):
    """Every certificate of the card, readable without the provider; those
    that the card's CA has issued verify."""
    pem = sim.openssl("storeutl", "-certs", "iotsim:").out
    found = re.findall("-----BEGIN CERT.*?-----END CERT[^\n]*\n", pem, re.S)
    assert len(found) == len(LABELS)
    subjects = []
    for i, one in enumerate(found):
        stock.write(f"{i}.pem", one.encode())
        subjects.append(stock.openssl("x509", "-in", f"{i}.pem", "-noout",
                                      "-subject").out)
    ca = next(i for i, s in enumerate(subjects) if "CA" in s)
    for i in range(len(found)):
        stock.openssl("verify", "-x509_strict", "-CAfile", f"{ca}.pem",
                      f"{i}.pem")


@pytest.mark.proves("E5", "E3")
@pytest.mark.parametrize("name", ["object=web", "id=%01",
                                  "object=web;id=%01"])
def test_key_and_certificate_are_paired(sim, stock, name):
    """Label or id name a pair: the key's public half is the certificate's."""
    sim.openssl("x509", "-in", f"iotsim:{name}", "-out", "cert.pem")
    public = sim.openssl("pkey", "-in", f"iotsim:{name}", "-pubout").out
    assert public == public_key_of_certificate(stock, "cert.pem")


@pytest.mark.proves("E4")
@pytest.mark.parametrize("name", LABELS[:2])
def test_public_key_object(sim, stock, name):
    sim.openssl("x509", "-in", f"iotsim:object={name}", "-out", "cert.pem")
    public = sim.openssl("pkey", "-pubin", "-in",
                         f"iotsim:object={name};type=public").out
    assert public == public_key_of_certificate(stock, "cert.pem")


@pytest.mark.proves("E4")
def test_issuer_certificate(sim):
    out = sim.openssl("storeutl", "-certs", "-noout", "-text",
                      "iotsim:object=ca;type=cert").out
    assert "Subject: CN=iotsim demo CA" in out
    assert "Total found: 1" in out


@pytest.mark.transports("socket")
def test_search_by_subject(sim):
    out = sim.openssl("storeutl", "-noout", "-certs", "-subject",
                      "/CN=brainpool.example", "iotsim:").out
    assert "Total found: 1" in out


@pytest.mark.transports("socket")
def test_type_selects(sim):
    for kind, count in [("cert", 3), ("private", 2), ("secret-key", 0)]:
        out = sim.run("/usr/bin/openssl", "storeutl", "-noout",
                      f"iotsim:type={kind}", status=0).out
        # 3.5 keeps silent about nothing
        assert f"Total found: {count}" in out or (count == 0 and out == "")


@pytest.mark.proves("D3", "D6")
def test_info(sim, card):
    """The tool asks the applet what it can do, on a channel of its own."""
    mark = card.mark()
    out = sim.run(TOOL, "info").out
    assert "8988211000000430010" in out
    assert "A0000005590010" in out.upper()
    sent = card.since(mark)
    assert sent and all(e.channel != 0 for e in sent if e.ins != "70")


@pytest.mark.proves("D9", "E5")
def test_tool_lists(sim):
    out = sim.run(TOOL, "list").out
    for label in LABELS:
        assert label in out


def test_tool_writes_reference(sim, stock):
    """`iotsim ref` writes what `openssl pkey` writes."""
    by_tool = sim.run(TOOL, "ref", "iotsim:object=web").out
    by_openssl = sim.openssl("pkey", "-in", "iotsim:object=web").out
    assert by_tool == by_openssl
    assert "BEGIN IOTSIM KEY REFERENCE" in by_tool


@pytest.mark.transports("socket")
def test_reference_is_der_as_documented(sim, stock):
    """SEQUENCE { version, uri, SubjectPublicKeyInfo } and nothing more."""
    sim.openssl("pkey", "-in", "iotsim:object=web", "-out", "key.pem")
    lines = stock.openssl("asn1parse", "-in", "key.pem").out.splitlines()
    assert "SEQUENCE" in lines[0]
    assert "INTEGER" in lines[1] and lines[1].endswith(":01")
    assert lines[2].endswith(":iotsim:object=web;id=%01;type=private")
    assert "BIT STRING" in lines[-1]
