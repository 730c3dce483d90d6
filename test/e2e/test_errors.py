# SPDX-License-Identifier: Apache-2.0
"""Bad input: an error that names what was wrong, never a crash, a hang or
another key. `Runner.run(status=None)` fails on a signal."""

import base64
import os

import pytest

from paths import HELPERS

SIGN_MANY = os.path.join(HELPERS, "sign_many")
ODD = os.path.join(os.path.dirname(os.path.abspath(__file__)), "cards",
                   "odd.conf")
CUT_SHORT = "the key reference is cut short or damaged"

BAD_URIS = [
    # URI, what the message says, what it names
    ("iotsim:objekt=web", "unknown attribute", "objekt"),
    ("iotsim:object=web?color=red", "unknown attribute", "color"),
    ("iotsim:object=web;object=web", "attribute given twice", "object=web"),
    ("iotsim:object=web?reader=a&reader=b", "attribute given twice",
     "reader=b"),
    ("iotsim:object=%zz", "percent sign", "object=%zz"),
    ("iotsim:object=web%4", "percent sign", "web%4"),
    ("iotsim:id=%", "percent sign", "id=%"),
    ("iotsim:web", "malformed", "web"),
    ("iotsim:type=key", "bad value", "type=key"),
    ("iotsim:object=" + 100 * "x", "longer than its field", "xxx"),
    ("iotsim:token=ABC;object=web", "bad value", "token=ABC"),
    ("iotsim:object=web?aid=12", "bad value", "aid=12"),
    ("iotsim:object=web?transport=pigeon", "bad value", "pigeon"),
]

MISSING = [
    ("iotsim:object=nothing", "no such object"),
    ("iotsim:id=%99", "no such object"),
    ("iotsim:object=web;id=%02", "no such object"),
    ("iotsim:object=WEB", "no such object"),
    ("iotsim:object=we", "no such object"),
    ("iotsim:token=8988211000000430028;object=web", "not the one with this "
     "ICCID"),
    # A certificate, a pre-shared key where a key is asked for.
    ("iotsim:object=ca", "no such object"),
    ("iotsim:object=web;type=cert", "no such object"),
    ("iotsim:object=psk1", "no such object"),
    ("iotsim:object=psk1;type=secret-key", "no such object"),
    # Not the first of several.
    ("iotsim:", "several objects match"),
    ("iotsim:type=private", "several objects match"),
]


@pytest.mark.many
@pytest.mark.proves("A3")
@pytest.mark.parametrize("uri, words, named", BAD_URIS)
def test_bad_uri(sim, uri, words, named):
    for command in [["pkey", "-noout", "-in"], ["x509", "-noout", "-in"]]:
        done = sim.openssl(*command, uri, status=None)
        assert words in done.err, str(done)
        assert named in done.err, str(done)


@pytest.mark.many
@pytest.mark.proves("D9", "E5")
@pytest.mark.parametrize("uri, words", MISSING)
def test_no_such_key(sim, uri, words):
    done = sim.openssl("pkey", "-in", uri, "-out", "out", status=None)
    assert words in done.err
    assert uri in done.err
    assert not os.path.exists(sim.path("out")) or not sim.read("out")


def test_no_such_certificate(sim):
    for name in ["nothing", "ecdh"]:
        done = sim.openssl("x509", "-in", f"iotsim:object={name}", "-noout",
                           status=None)
        assert "no such object" in done.err
        assert "certificate" in done.err


# --- objects that something is wrong with ----------------------------------

@pytest.fixture
def odd(new_card, sim_of):
    return sim_of(new_card(profile=ODD))


def test_key_without_certificate(odd):
    done = odd.openssl("pkey", "-in", "iotsim:object=lonely", status=None)
    assert "no public key object" in done.err
    assert "lonely" in done.err


def test_public_half_from_certificate(odd, stock):
    odd.openssl("x509", "-in", "iotsim:object=certified", "-out", "cert.pem")
    odd.write("message", b"x")
    odd.openssl("dgst", "-sha256", "-sign", "iotsim:object=certified", "-out",
                "sig", "message")
    public = stock.openssl("x509", "-in", "cert.pem", "-noout", "-pubkey").raw
    odd.write("cert.pub", public)
    stock.openssl("dgst", "-sha256", "-verify", "cert.pub", "-signature",
                  "sig", "message")


def test_deactivated_key(odd):
    odd.write("message", b"x")
    done = odd.openssl("dgst", "-sha256", "-sign", "iotsim:object=sealed",
                       "-out", "sig", "message", status=None)
    assert "access conditions, usage or state" in done.err
    assert "sealed" in done.err


def test_file_that_is_no_certificate(odd):
    done = odd.openssl("x509", "-in", "iotsim:object=notes", "-noout",
                       status=None)
    assert "does not hold an X.509 certificate" in done.err
    # It does not spoil the listing.
    out = odd.openssl("storeutl", "-noout", "-certs", "iotsim:").out
    assert "Total found: 1" in out


# --- key references --------------------------------------------------------

def pem(der, label="IOTSIM KEY REFERENCE"):
    body = base64.encodebytes(der).decode()
    lines = body.replace("\n", "")
    folded = "\n".join(lines[i:i + 64] for i in range(0, len(lines), 64))
    return f"-----BEGIN {label}-----\n{folded}\n-----END {label}-----\n"


def der_of(text):
    return base64.b64decode("".join(text.strip().splitlines()[1:-1]))


@pytest.fixture
def reference(sim):
    """DER of the reference to the key "web"."""
    return der_of(sim.openssl("pkey", "-in", "iotsim:object=web").out)


def load(sim, text, status=None):
    """As applications load a key: PEM_read_bio_PrivateKey. The openssl
    command must end the same way."""
    sim.write("key.pem", text.encode())
    sim.openssl("pkey", "-in", "key.pem", "-noout", status=status)
    return sim.run(SIGN_MANY, "--key", "key.pem", "--count", "0",
                   status=status)


def test_pem_helper(sim, reference):
    load(sim, pem(reference), status=0)


@pytest.mark.many
def test_reference_cut_short(sim, reference):
    """At every octet."""
    for length in range(1, len(reference)):
        done = load(sim, pem(reference[:length]))
        assert CUT_SHORT in done.err, f"{length}: {done}"


def test_reference_with_trailing_data(sim, reference):
    for tail in [b"\0", b"\x05\0", reference]:
        done = load(sim, pem(reference + tail))
        assert CUT_SHORT in done.err


def test_openssl_command_says_why(sim, reference):
    sim.write("key.pem", pem(reference + b"\0").encode())
    done = sim.openssl("pkey", "-in", "key.pem", "-noout", status=None)
    assert CUT_SHORT in done.err


def test_reference_of_a_later_version(sim, reference):
    changed = bytearray(reference)
    at = changed.index(b"\x02\x01\x01")
    changed[at + 2] = 2
    done = load(sim, pem(bytes(changed)))
    assert "version" in done.err


@pytest.mark.many
def test_reference_damaged(sim, reference):
    """Any octet changed: refused, or (in the URI's text) still a key."""
    for at in range(len(reference)):
        changed = bytearray(reference)
        changed[at] ^= 0x21
        sim.write("key.pem", pem(bytes(changed)).encode())
        done = sim.run("/bin/sh", "-c",
                       "openssl pkey -in key.pem -noout; echo status $?")
        assert done.out in ("status 0\n", "status 1\n"), f"{at}: {done}"


def test_reference_cut_in_text(sim, reference):
    """The file ends in the middle of the base64."""
    text = pem(reference)
    for length in (40, 100, len(text) - 20):
        load(sim, text[:length])


def test_reference_among_other_blocks(sim, stock, reference):
    """Applications keep certificates and parameters in the same file, in any
    order."""
    certificate = sim.openssl("x509", "-in", "iotsim:object=web").out
    parameters = stock.openssl("ecparam", "-name", "P-256").out
    for text in [certificate + pem(reference), pem(reference) + certificate,
                 parameters + certificate + pem(reference)]:
        load(sim, text, status=0)


def test_reference_with_another_public_key(sim, stock, reference):
    """A reference may lie about its key. A signature is checked before it
    leaves: what the SIM's key made does not verify, so there is none."""
    stock.openssl("genpkey", "-algorithm", "EC", "-pkeyopt",
                  "ec_paramgen_curve:P-256", "-out", "soft.key")
    point = stock.openssl("pkey", "-in", "soft.key", "-pubout", "-outform",
                          "DER").raw[-65:]
    load(sim, pem(reference[:-65] + point), status=0)
    sim.write("message", b"x")
    done = sim.openssl("dgst", "-sha256", "-sign", "key.pem", "-out", "sig",
                       "message", status=None)
    assert "does not belong to this public key" in done.err


def test_reference_with_a_point_off_the_curve(sim, reference):
    done = load(sim, pem(reference[:-1] + bytes([reference[-1] ^ 1])))
    assert "no point of the curve" in done.err


def test_reference_with_bad_uri(sim, reference):
    done = load(sim, pem(reference.replace(b"object=web", b"objekt=web")))
    assert "unknown attribute" in done.err and "objekt" in done.err


def test_other_keys_are_left_alone(sim, stock):
    """Our decoders decline what is not ours, without a word."""
    for algorithm in [["-algorithm", "EC", "-pkeyopt",
                       "ec_paramgen_curve:P-256"], ["-algorithm", "ED25519"],
                      ["-algorithm", "RSA"]]:
        stock.openssl("genpkey", *algorithm, "-out", "soft.key")
        done = sim.openssl("pkey", "-in", "soft.key", "-noout")
        assert done.all == ""
    stock.write("soft.key", b"-----BEGIN IOTSIM SOMETHING-----\nAAAA\n"
                b"-----END IOTSIM SOMETHING-----\n")
    done = sim.openssl("pkey", "-in", "soft.key", "-noout", status=None)
    assert "iotsim:" not in done.err.lower()
