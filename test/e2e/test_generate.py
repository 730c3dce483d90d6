# SPDX-License-Identifier: Apache-2.0
"""Keys that the card makes: openssl genpkey, the request that follows, and
the renewal of a certificate."""

import os

import pytest

import peers
from card import GENERATE, count
from paths import EXAMPLES

PROFILE = "full.conf"
GENPKEY = ["genpkey", "-propquery", "provider=iotsim", "-out", "new.key"]


def genpkey(sim, container, *options, algorithm="EC", **more):
    return sim.openssl(*GENPKEY, "-algorithm", algorithm, *options, "-pkeyopt",
                       f"iotsim-uri:{container}", **more)


def public_of(runner, source, *more):
    return runner.openssl("pkey", "-in", source, "-pubout", *more).raw


@pytest.mark.proves("G2", "H1")
@pytest.mark.parametrize("container,group,name", [
    ("web", "P-256", "prime256v1"),
    ("web", "prime256v1", "prime256v1"),
    ("brainpool", "brainpoolP256r1", "brainpoolP256r1")])
def test_generate(sim, stock, card, container, group, name):
    """The reference is that of the new key, and the card signs with it."""
    uri = f"iotsim:object={container}"
    before = public_of(sim, uri)
    mark = card.mark()
    genpkey(sim, uri, "-pkeyopt", f"group:{group}")
    assert count(card.since(mark), GENERATE) == 1
    assert b"BEGIN IOTSIM KEY REFERENCE" in sim.read("new.key")
    after = public_of(sim, "new.key")
    assert after == public_of(sim, uri) != before
    sim.write("new.pub", after)
    text = stock.openssl("pkey", "-pubin", "-in", "new.pub", "-noout",
                         "-text").out
    assert f"ASN1 OID: {name}" in text
    sim.openssl("req", "-new", "-key", "new.key", "-subj", "/CN=new", "-out",
                "new.csr")
    done = stock.openssl("req", "-in", "new.csr", "-verify", "-noout",
                         "-pubkey")
    assert "verify OK" in done.all and done.raw.endswith(after)


@pytest.mark.transports("socket")
@pytest.mark.proves("H1")
def test_generate_rsa(sim, stock):
    genpkey(sim, "iotsim:object=rsa", "-pkeyopt", "rsa_keygen_bits:2048",
            algorithm="RSA")
    sim.write("new.pub", public_of(sim, "new.key"))
    sim.write("message", b"x")
    sim.openssl("dgst", "-sha256", "-sign", "new.key", "-out", "sig",
                "message")
    stock.openssl("dgst", "-sha256", "-verify", "new.pub", "-signature", "sig",
                  "message")


@pytest.mark.transports("socket")
def test_group_may_be_left_out(sim):
    genpkey(sim, "iotsim:object=brainpool")
    assert b"KEY REFERENCE" in sim.read("new.key")


@pytest.mark.transports("socket")
def test_old_reference_no_longer_fits(sim):
    """The key that was in the container is lost, and that is said."""
    sim.openssl("pkey", "-in", "iotsim:object=web", "-out", "old.key")
    genpkey(sim, "iotsim:object=web")
    sim.write("message", b"x")
    done = sim.openssl("dgst", "-sha256", "-sign", "old.key", "-out", "sig",
                       "message", status=None)
    assert "generated anew" in done.err


@pytest.mark.transports("socket")
@pytest.mark.parametrize("container,group,words", [
    ("iotsim:object=nothing", "P-256", "no such object"),
    ("iotsim:", "P-256", "name"),
    ("iotsim:object=web", "brainpoolP256r1", "another kind of key"),
    ("iotsim:object=rsa", "P-256", "another kind of key"),
    ("iotsim:object=web", "P-384", "P-384"),
    ("iotsim:object=web;type=cert", "P-256", "private"),
    ("iotsim:objekt=web", "P-256", "objekt"),
])
def test_refused_in_words(sim, card, container, group, words):
    mark = card.mark()
    done = genpkey(sim, container, "-pkeyopt", f"group:{group}", status=None)
    assert words in done.err
    assert count(card.since(mark), GENERATE) == 0
    assert not os.path.exists(sim.path("new.key")) or \
        sim.read("new.key") == b""


@pytest.mark.transports("socket")
def test_container_without_the_function(sim, new_card, sim_of, tmp_path):
    """The card says no; the key that is there stays."""
    profile = tmp_path / "fixed.conf"
    profile.write_text("""[objects]
web = pair
[web]
label = web
id = 01
functions = sign
value = generate
""")
    fixed = sim_of(new_card(profile=str(profile)))
    before = public_of(fixed, "iotsim:object=web")
    done = genpkey(fixed, "iotsim:object=web", status=None)
    assert "6985" in done.err
    assert public_of(fixed, "iotsim:object=web") == before


@pytest.mark.transports("socket")
def test_plain_genpkey_stays_with_the_default_provider(sim, stock, card):
    mark = card.mark()
    for options in [["EC", "-pkeyopt", "group:P-256"],
                    ["RSA", "-pkeyopt", "rsa_keygen_bits:2048"]]:
        sim.openssl("genpkey", "-out", "soft.key", "-algorithm", *options)
        assert b"BEGIN PRIVATE KEY" in sim.read("soft.key")
        stock.openssl("pkey", "-in", "soft.key", "-noout")
    assert card.since(mark) == []


@pytest.mark.proves("SC6", "G2", "H1")
@pytest.mark.transports("socket")
def test_renewal(sim, stock):
    """From the old certificate to a request for the same names, signed by a
    new key of the card, to the new certificate (examples/renew.sh)."""
    authority = peers.Authority(stock)
    authority.issue_device(sim)
    sim.run(os.path.join(EXAMPLES, "renew.sh"), "iotsim:object=web",
            "device.pem", "device.key", "device.csr")
    authority.issue("device.csr", "renewed.pem")
    names = [stock.openssl("x509", "-in", name, "-noout", "-subject").out
             for name in ("device.pem", "renewed.pem")]
    assert names[0] == names[1]
    public = [stock.openssl("x509", "-in", name, "-noout", "-pubkey").raw
              for name in ("device.pem", "renewed.pem")]
    assert public[0] != public[1] == public_of(sim, "device.key")
