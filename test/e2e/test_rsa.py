# SPDX-License-Identifier: Apache-2.0
"""RSA keys of the card: signatures, requests, CMS, TLS, judged by an OpenSSL
without the provider."""

import pytest

import peers
from card import SIGN_UPDATE, count
from peers import MUTUAL, of
from wait import wait_for

PROFILE = "full.conf"
MESSAGE = b"the quick brown fox\n"
RSA = "iotsim:object=rsa"
PKCS1 = []
PSS = ["-sigopt", "rsa_padding_mode:pss"]
PADDINGS = [pytest.param(PKCS1, id="pkcs1"), pytest.param(PSS, id="pss")]


def take_certificate(sim, stock, name):
    """NAME.pem and NAME.pub, from the card's certificate."""
    sim.openssl("x509", "-in", f"iotsim:object={name}", "-out", f"{name}.pem")
    public = stock.openssl("x509", "-in", f"{name}.pem", "-pubkey", "-noout")
    sim.write(f"{name}.pub", public.raw)


@pytest.fixture
def signer(sim, stock):
    sim.write("message", MESSAGE)
    take_certificate(sim, stock, "rsa")
    return sim


def check_dgst(signer, stock, name, digest, padding):
    signer.openssl("dgst", f"-{digest}", "-sign", f"iotsim:object={name}",
                   *padding, "-out", "sig", "message")
    strict = ["-sigopt", "rsa_pss_saltlen:-1"] if padding else []
    stock.openssl("dgst", f"-{digest}", "-verify", f"{name}.pub", *padding,
                  *strict, "-signature", "sig", "message")
    signer.openssl("dgst", f"-{digest}", "-verify",
                   f"iotsim:object={name};type=public", *padding, *strict,
                   "-signature", "sig", "message")


@pytest.mark.many
@pytest.mark.proves("E2", "F2")
@pytest.mark.parametrize("padding", PADDINGS)
@pytest.mark.parametrize("digest", ["sha256", "sha384", "sha512"])
def test_dgst(signer, stock, digest, padding):
    check_dgst(signer, stock, "rsa", digest, padding)


@pytest.mark.proves("E2")
@pytest.mark.parametrize("padding", PADDINGS)
@pytest.mark.parametrize("name", ["rsa3072", "rsa4096"])
def test_long_keys(signer, stock, name, padding):
    """The answer is longer than one APDU."""
    take_certificate(signer, stock, name)
    check_dgst(signer, stock, name, "sha256", padding)


@pytest.mark.transports("socket")
def test_public_key_is_that_of_the_certificate(signer, stock):
    """From the public key object, and byte for byte as OpenSSL writes it."""
    signer.openssl("pkey", "-in", RSA, "-out", "rsa.key")
    for source in [RSA, "rsa.key", RSA + ";type=public"]:
        public = ["-pubin"] if "public" in source else []
        out = signer.openssl("pkey", *public, "-in", source, "-pubout")
        assert out.raw == signer.read("rsa.pub")


@pytest.mark.transports("socket")
def test_reference_costs_nothing(signer, card):
    signer.openssl("pkey", "-in", RSA, "-out", "rsa.key")
    mark = card.mark()
    text = signer.openssl("pkey", "-in", "rsa.key", "-noout", "-text").out
    assert "in the SIM" in text and "object=rsa" in text
    assert "Modulus" in text
    assert card.since(mark) == []


@pytest.mark.many
@pytest.mark.transports("socket")
@pytest.mark.parametrize("digest,options,words", [
    ("sha1", [], "SHA-256"),
    ("sha224", [], "SHA-256"),
    ("sha256", ["rsa_padding_mode:none"], "padding"),
    ("sha256", ["rsa_padding_mode:pss", "rsa_pss_saltlen:20"], "salt"),
    ("sha256", ["rsa_padding_mode:pss", "rsa_pss_saltlen:max"], "salt"),
    ("sha256", ["rsa_padding_mode:pss", "rsa_mgf1_md:sha384"], "MGF1"),
])
def test_refused_in_words(signer, card, digest, options, words):
    """What the applet cannot do fails before the card is asked to sign."""
    mark = card.mark()
    arguments = [a for o in options for a in ("-sigopt", o)]
    done = signer.openssl("dgst", f"-{digest}", "-sign", RSA, *arguments,
                          "-out", "sig", "message", status=None)
    assert words in done.err
    assert count(card.since(mark), SIGN_UPDATE) == 0


@pytest.mark.many
@pytest.mark.transports("socket")
@pytest.mark.parametrize("salt", ["digest", "auto", "32", "-1"])
def test_salt_lengths(signer, stock, salt):
    check_dgst(signer, stock, "rsa", "sha256",
               [*PSS, "-sigopt", f"rsa_pss_saltlen:{salt}"])


@pytest.mark.transports("socket")
@pytest.mark.proves("F2")
@pytest.mark.parametrize("padding", PADDINGS)
def test_pkeyutl(signer, stock, padding):
    """The device hashes, the card signs the hash."""
    signer.write("hash", stock.openssl("dgst", "-sha256", "-binary",
                                       "message").raw)
    options = ["-pkeyopt", "digest:sha256",
               *[a.replace("-sigopt", "-pkeyopt") for a in padding]]
    signer.openssl("pkeyutl", "-sign", "-inkey", RSA, *options, "-in", "hash",
                   "-out", "sig")
    stock.openssl("pkeyutl", "-verify", "-pubin", "-inkey", "rsa.pub",
                  *options, "-in", "hash", "-sigfile", "sig")


@pytest.mark.transports("socket")
@pytest.mark.proves("E2", "G2")
@pytest.mark.parametrize("padding", PADDINGS)
def test_request_and_certificate(signer, stock, padding):
    signer.openssl("req", "-new", "-key", RSA, "-subj", "/CN=device",
                   *padding, "-out", "req.pem")
    done = stock.openssl("req", "-in", "req.pem", "-noout", "-verify",
                         "-pubkey")
    assert "verify OK" in done.all
    assert done.raw.endswith(signer.read("rsa.pub"))
    signer.openssl("req", "-new", "-x509", "-key", RSA, "-subj", "/CN=me",
                   "-days", "2", *padding, "-out", "me.pem")
    stock.openssl("verify", "-CAfile", "me.pem", "me.pem")
    text = stock.openssl("x509", "-in", "me.pem", "-noout", "-text").out
    assert ("rsassaPss" if padding else "sha256WithRSAEncryption") in text


@pytest.mark.transports("socket")
@pytest.mark.parametrize("options", [
    pytest.param([], id="pkcs1"),
    pytest.param(["-keyopt", "rsa_padding_mode:pss"], id="pss")])
def test_cms(signer, stock, options):
    signer.openssl("cms", "-sign", "-in", "message", "-signer", "rsa.pem",
                   "-inkey", RSA, *options, "-binary", "-nodetach", "-outform",
                   "PEM", "-out", "signed")
    done = stock.openssl("cms", "-verify", "-noverify", "-in", "signed",
                         "-inform", "PEM", "-binary")
    assert done.raw == MESSAGE


# --- TLS --------------------------------------------------------------------

@pytest.fixture
def ca(sim, stock):
    authority = peers.Authority(stock)
    authority.issue_device(sim, "device", "rsa")
    authority.issue_software("peer")
    return authority


SCHEMES = [("tls1_2", "rsa_pkcs1_sha256", "RSA"),
           ("tls1_2", "rsa_pss_rsae_sha256", "RSA-PSS"),
           ("tls1_3", "rsa_pss_rsae_sha384", "RSA-PSS")]


def tells_type(text, scheme, kind):
    """OpenSSL 3.0 tells the kind of a signature, 3.5 the scheme."""
    return f"ignature type: {kind}\n" in text \
        or f"ignature type: {scheme}\n" in text


@pytest.mark.proves("E2", "B1", "D1", "D2")
@pytest.mark.parametrize("version,scheme,kind", SCHEMES)
def test_tls(sim, stock, ca, card, version, scheme, kind):
    """As client and as server; the peer lets one scheme pass."""
    only = [f"-{version}", "-sigalgs", f"{scheme}:ECDSA+SHA256"]
    for server_side, client_side, server_name, client_name in [
            (stock, sim, "peer", "device"), (sim, stock, "device", "peer")]:
        mark = card.mark()
        with peers.s_server(server_side, *of(server_name), *MUTUAL,
                            *only) as server:
            client = peers.s_client(client_side, server.port, *only,
                                    *of(client_name))
            assert "olleh" in client.out
            assert "Verify return code: 0 (ok)" in client.out
            if server_side is sim:
                assert tells_type(client.out, scheme, kind)
            else:
                wait_for(lambda: tells_type(server.text(), scheme, kind),
                         "the client's signature")
        assert count(card.since(mark), SIGN_UPDATE) == 1


@pytest.mark.proves("B2", "E2")
@pytest.mark.transports("socket")
def test_dtls(sim, stock, ca, card):
    for server_side, client_side, server_name, client_name in [
            (stock, sim, "peer", "device"), (sim, stock, "device", "peer")]:
        peers.check_dtls(server_side, client_side, of(server_name),
                         of(client_name))


@pytest.mark.transports("socket")
def test_key_exchange_by_rsa_is_not_offered(sim, stock, ca):
    """The applet cannot decrypt: a client with nothing else is refused."""
    with peers.s_server(sim, *of("device"), *MUTUAL, "-tls1_2") as server:
        peers.s_client(stock, server.port, "-cipher", "kRSA", *of("peer"),
                       status=None)
