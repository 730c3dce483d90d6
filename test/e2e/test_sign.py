# SPDX-License-Identifier: Apache-2.0
"""Signatures by the card, judged by an OpenSSL without the provider, and by
GnuTLS."""

import glob
import os

import pytest

import run
from conftest import need
from paths import HELPERS

SIGN_MANY = os.path.join(HELPERS, "sign_many")
MESSAGE = b"the quick brown fox\n"
DIGESTS = ["sha256", "sha384", "sha512", "sha1", "sha3-256"]
WEB = "iotsim:object=web"

# Public key of RFC 6979 A.2.5 (P-256), the pair K1 of cards/reference.conf.
RFC6979_POINT = (
    "04"
    "60FED4BA255A9D31C961EB74C6356D68C049B8923B61FA6CE669622E60F29FB6"
    "7903FE1008B8BC99A41AE9E95628BC64F2F1B20C2D7E9F5177A3C294D4462299")


@pytest.fixture
def signer(sim, stock):
    """The folder holds a message and the public keys from the card's
    certificates."""
    sim.write("message", MESSAGE)
    for name in ["web", "brainpool"]:
        sim.openssl("x509", "-in", f"iotsim:object={name}", "-out",
                    f"{name}.pem")
        public = stock.openssl("x509", "-in", f"{name}.pem", "-pubkey",
                               "-noout")
        sim.write(f"{name}.pub", public.raw)
    return sim


def check_dgst(signer, stock, name, digest):
    signer.openssl("dgst", f"-{digest}", "-sign", f"iotsim:object={name}",
                   "-out", "sig", "message")
    stock.openssl("dgst", f"-{digest}", "-verify", f"{name}.pub",
                  "-signature", "sig", "message")


@pytest.mark.proves("E1", "F2", "B5", "B6", "B7", "D7")
@pytest.mark.parametrize("name", ["web", "brainpool"])
def test_dgst(signer, stock, name):
    check_dgst(signer, stock, name, "sha256")


@pytest.mark.many
@pytest.mark.proves("E1", "B7")
@pytest.mark.transports("socket")
@pytest.mark.parametrize("name", ["web", "brainpool"])
@pytest.mark.parametrize("digest", DIGESTS)
def test_digests(signer, stock, name, digest):
    check_dgst(signer, stock, name, digest)


@pytest.mark.proves("F2")
def test_pkeyutl_raw(signer, stock):
    """The device hashes, the card signs the hash."""
    digest = stock.openssl("dgst", "-sha256", "-binary", "message").raw
    signer.write("hash", digest)
    signer.openssl("pkeyutl", "-sign", "-inkey", WEB, "-in", "hash", "-out",
                   "sig")
    stock.openssl("pkeyutl", "-verify", "-pubin", "-inkey", "web.pub", "-in",
                  "hash", "-sigfile", "sig")


@pytest.mark.transports("socket")
def test_pkeyutl_rawin(signer, stock):
    signer.openssl("pkeyutl", "-sign", "-rawin", "-digest", "sha384",
                   "-inkey", WEB, "-in", "message", "-out", "sig")
    stock.openssl("pkeyutl", "-verify", "-rawin", "-digest", "sha384",
                  "-pubin", "-inkey", "web.pub", "-in", "message", "-sigfile",
                  "sig")


@pytest.mark.many
@pytest.mark.transports("socket")
def test_many_signatures_verify(signer, stock):
    """r and s with leading zeros and high bits come up among many."""
    os.mkdir(signer.path("out"))
    signer.run(SIGN_MANY, "--key", WEB, "--count", "1000", "--out", "out")
    files = glob.glob(signer.path("out/*"))
    assert len({os.path.getsize(f) for f in files}) > 2  # DER of many sizes
    stock.run(SIGN_MANY, "--verify", "web.pub", *files)


def test_key_reference_signs(signer, stock):
    signer.openssl("pkey", "-in", WEB, "-out", "key.pem")
    signer.openssl("dgst", "-sha256", "-sign", "key.pem", "-out", "sig",
                   "message")
    stock.openssl("dgst", "-sha256", "-verify", "web.pub", "-signature",
                  "sig", "message")


@pytest.mark.transports("socket")
@pytest.mark.proves("E1")
def test_verify_with_provider(signer):
    """Verification is software: with the card's public key, and it refuses
    what is wrong."""
    signer.openssl("dgst", "-sha256", "-sign", WEB, "-out", "sig", "message")
    public = ["-verify", "iotsim:object=web;type=public", "-signature", "sig"]
    signer.openssl("dgst", "-sha256", *public, "message")
    signer.write("other", b"another message")
    signer.openssl("dgst", "-sha256", *public, "other", status=1)


@pytest.mark.proves("G2")
@pytest.mark.parametrize("name", ["web", "brainpool"])
def test_request(signer, stock, name):
    """A request signed by the card: its signature and its public key."""
    signer.openssl("req", "-new", "-key", f"iotsim:object={name}", "-subj",
                   "/CN=device", "-out", "req.pem")
    done = stock.openssl("req", "-in", "req.pem", "-noout", "-verify",
                         "-pubkey")
    assert "verify OK" in done.all
    assert done.raw.endswith(signer.read(f"{name}.pub"))


@pytest.mark.transports("socket")
def test_self_signed(signer, stock):
    signer.openssl("req", "-new", "-x509", "-key", WEB, "-subj", "/CN=me",
                   "-days", "2", "-out", "me.pem")
    stock.openssl("verify", "-CAfile", "me.pem", "me.pem")


@pytest.mark.transports("socket")
@pytest.mark.proves("SC1")
def test_issue_from_card(signer, stock):
    """The card as a CA for a software key."""
    stock.openssl("req", "-new", "-newkey", "ec", "-pkeyopt",
                  "ec_paramgen_curve:P-256", "-nodes", "-keyout", "soft.key",
                  "-subj", "/CN=soft", "-out", "soft.csr")
    signer.openssl("x509", "-req", "-in", "soft.csr", "-CA", WEB, "-CAkey",
                   WEB, "-days", "2", "-set_serial", "7", "-out", "soft.pem")
    stock.openssl("verify", "-partial_chain", "-trusted", "web.pem",
                  "soft.pem", status=None)  # web is no CA: refused
    text = stock.openssl("x509", "-in", "soft.pem", "-noout", "-issuer").out
    assert "localhost" in text


def test_cms(signer, stock):
    signer.openssl("cms", "-sign", "-binary", "-nodetach", "-in", "message",
                   "-signer", WEB, "-inkey", WEB, "-outform", "DER", "-out",
                   "cms.der")
    signer.openssl("x509", "-in", "iotsim:object=ca", "-out", "ca.pem")
    out = stock.openssl("cms", "-verify", "-binary", "-inform", "DER", "-in",
                        "cms.der", "-CAfile", "ca.pem", "-purpose", "any")
    assert out.raw == MESSAGE


@pytest.mark.transports("socket")
@pytest.mark.proves("E1")
def test_gnutls_verifies(signer):
    """Another implementation than the one that signed."""
    need(None if run.have("certtool") else "gnutls-bin is not installed")
    signer.openssl("req", "-new", "-x509", "-key", WEB, "-subj", "/CN=me",
                   "-days", "2", "-out", "me.pem")
    out = signer.with_environment(LD_PRELOAD=None).run(
        "/usr/bin/certtool", "--verify-chain", "--infile", "me.pem").all
    assert "verified" in out.lower() and "not verified" not in out.lower()


# --- the public key, byte for byte -----------------------------------------

@pytest.fixture(scope="module")
def reference_card(transport, service, tmp_path_factory):
    from card import Card
    made = Card(tmp_path_factory.mktemp("reference"), transport, service,
                profile="reference.conf")
    yield made
    made.stop()


@pytest.mark.transports("socket")
@pytest.mark.proves("E1", "G1")
def test_rfc6979_key(reference_card, sim_of):
    """The point of a key that was put on the card is the one that the RFC
    prints, encoded as OpenSSL encodes a software key."""
    sim = sim_of(reference_card)
    der = sim.openssl("pkey", "-in", "iotsim:object=K1", "-pubout",
                      "-outform", "DER").raw
    prefix = "3059301306072A8648CE3D020106082A8648CE3D030107034200"
    assert der.hex().upper() == prefix + RFC6979_POINT


@pytest.mark.transports("socket")
@pytest.mark.proves("E1", "F2")
def test_software_twin(reference_card, sim_of, stock):
    """SubjectPublicKeyInfo, text and requests are octet by octet those of the
    default provider for the same private key; each verifies the other."""
    sim = sim_of(reference_card)
    private = ("30310201010420"
               "C9AFA9D845BA75166B5C215767B1D6934E50C3DB36E89B127B8A622B120F67"
               "21A00A06082A8648CE3D030107")
    stock.write("twin.der", bytes.fromhex(private))
    stock.openssl("pkey", "-inform", "DER", "-in", "twin.der", "-out",
                  "twin.pem")
    for form in ["PEM", "DER"]:
        arguments = ["-pubout", "-outform", form]
        assert (sim.openssl("pkey", "-in", "iotsim:object=K1",
                            *arguments).raw ==
                stock.openssl("pkey", "-in", "twin.pem", *arguments).raw)
    text = ["-noout", "-text_pub"]
    assert (sim.openssl("pkey", "-in", "iotsim:object=K1", *text).raw ==
            stock.openssl("pkey", "-in", "twin.pem", *text).raw)

    sim.write("message", MESSAGE)
    stock.openssl("pkey", "-in", "twin.pem", "-pubout", "-out", "twin.pub")
    sim.openssl("dgst", "-sha256", "-sign", "iotsim:object=K1", "-out", "a",
                "message")
    stock.openssl("dgst", "-sha256", "-verify", "twin.pub", "-signature", "a",
                  "message")
    request = ["-new", "-subj", "/CN=x", "-key"]
    sim.openssl("req", *request, "iotsim:object=K1", "-out", "a.csr")
    stock.openssl("req", *request, "twin.pem", "-out", "b.csr")

    def signed_part(name):
        """TBS and algorithm, without the signature (random in ECDSA)."""
        text = stock.openssl("req", "-in", name, "-noout", "-text").out
        return text.split("Signature Value")[0]

    assert signed_part("a.csr") == signed_part("b.csr")
