# SPDX-License-Identifier: Apache-2.0
"""The three modes of operation for signatures, on cards that offer some of
them, and verification by the card."""

import pytest

import peers
from card import SIGN_INIT, SIGN_UPDATE, VERIFY_UPDATE, count

PROFILE = "full.conf"
WEB = "iotsim:object=web"
KEYS = {"web": [], "brainpool": [], "rsa": []}
MODES = {"text": "A10101", "last-block": "A10102", "hash": "A10103"}
CARD = """[card]
modes = {modes}
[objects]
web = pair
rsa = pair
[web]
label = web
id = 01
value = generate
functions = sign
[rsa]
label = rsa
id = 02
type = rsa2048
value = generate
functions = sign
"""


def write_public(sim, name):
    public = sim.openssl("pkey", "-in", f"iotsim:object={name}", "-pubout")
    return sim.write(f"{name}.pub", public.raw)


def check_sign(sim, stock, name, message, *options, digest="sha256"):
    sim.write("message", message)
    sim.openssl("dgst", f"-{digest}", "-sign", f"iotsim:object={name}",
                *options, "-out", "sig", "message")
    stock.openssl("dgst", f"-{digest}", "-verify", f"{name}.pub",
                  "-signature", "sig", "message")


@pytest.mark.proves("F2")
@pytest.mark.parametrize("mode", sorted(MODES))
@pytest.mark.parametrize("name", sorted(KEYS))
def test_mode_by_parameter(sim, stock, card, name, mode):
    write_public(sim, name)
    mark = card.mark()
    check_sign(sim, stock, name, b"x" * 1000, "-sigopt", f"iotsim-mode:{mode}")
    inits = [e for e in card.since(mark) if e.ins == SIGN_INIT]
    assert len(inits) == 1 and MODES[mode] in inits[0].command


@pytest.mark.many
@pytest.mark.transports("socket")
@pytest.mark.parametrize("mode", sorted(MODES))
@pytest.mark.parametrize("size", [0, 1, 55, 64, 96, 127, 128, 129, 20000])
def test_sizes(sim, stock, mode, size):
    write_public(sim, "web")
    sim = sim.with_environment(IOTSIM_SIGNATURE_MODE=mode)
    check_sign(sim, stock, "web", bytes(i & 0xff for i in range(size)))


@pytest.mark.many
@pytest.mark.transports("socket")
@pytest.mark.parametrize("digest", ["sha384", "sha512"])
@pytest.mark.parametrize("mode", sorted(MODES))
def test_digests(sim, stock, mode, digest):
    write_public(sim, "rsa")
    sim = sim.with_environment(IOTSIM_SIGNATURE_MODE=mode)
    check_sign(sim, stock, "rsa", b"y" * 500, digest=digest)


@pytest.mark.transports("socket")
@pytest.mark.proves("F2", "D1")
@pytest.mark.parametrize("modes", ["text", "last-block", "hash"])
@pytest.mark.parametrize("name", ["web", "rsa"])
def test_tls_with_a_card_of_one_mode(sim_of, stock, new_card, tmp_path, modes,
                                     name):
    """TLS just works: the mode is found out. Two handshakes."""
    (tmp_path / "one.conf").write_text(CARD.format(modes=modes))
    sim = sim_of(new_card(profile=str(tmp_path / "one.conf")))
    authority = peers.Authority(stock)
    sim.openssl("req", "-new", "-key", f"iotsim:object={name}", "-subj",
                "/CN=device", "-out", "device.csr",
                "-sigopt", f"iotsim-mode:{modes}")
    authority.issue("device.csr", "device.pem")
    sim.openssl("pkey", "-in", f"iotsim:object={name}", "-out", "device.key")
    authority.issue_software("peer")
    arguments = ["-cert", "device.pem", "-key", "device.key", "-CAfile",
                 "ca.pem"]
    with peers.s_server(sim, *arguments, "-rev") as server:
        for version in ["-tls1_2", "-tls1_3"]:
            client = peers.s_client(stock, server.port, version, "-CAfile",
                                    "ca.pem")
            assert "olleh" in client.out


@pytest.mark.transports("socket")
def test_refused_mode_is_said(sim_of, new_card, tmp_path):
    (tmp_path / "one.conf").write_text(CARD.format(modes="last-block"))
    sim = sim_of(new_card(profile=str(tmp_path / "one.conf")))
    sim.write("message", b"x")
    done = sim.openssl("dgst", "-sha256", "-sign", WEB, "-sigopt",
                       "iotsim-mode:text", "-out", "sig", "message",
                       status=None)
    assert "signature-mode" in done.err and "6A80" in done.err


# --- verification by the card -----------------------------------------------

VERIFY = ["-propquery", "?iotsim.verify=yes"]


@pytest.mark.proves("E1", "E2", "F2", "F3")
@pytest.mark.parametrize("name", sorted(KEYS))
def test_card_verifies(sim, card, name):
    sim.write("message", b"x")
    sim.openssl("dgst", "-sha256", "-sign", f"iotsim:object={name}", "-out",
                "sig", "message")
    public = ["-verify", f"iotsim:object={name};type=public", "-signature",
              "sig"]
    for query, verifications in [([], 0), (VERIFY, 1)]:
        mark = card.mark()
        sim.openssl("dgst", "-sha256", *query, *public, "message")
        assert count(card.since(mark), VERIFY_UPDATE) >= verifications
        if not query:
            assert count(card.since(mark), VERIFY_UPDATE) == 0
    sim.write("other", b"y")
    done = sim.openssl("dgst", "-sha256", *VERIFY, *public, "other", status=1)
    assert "Verification failure" in done.all


@pytest.mark.transports("socket")
def test_software_keys_are_verified_in_software(sim, stock, card):
    stock.openssl("genpkey", "-algorithm", "EC", "-pkeyopt", "group:P-256",
                  "-out", "soft.key")
    stock.openssl("pkey", "-in", "soft.key", "-pubout", "-out", "soft.pub")
    sim.write("message", b"x")
    stock.openssl("dgst", "-sha256", "-sign", "soft.key", "-out", "sig",
                  "message")
    mark = card.mark()
    sim.openssl("dgst", "-sha256", *VERIFY, "-verify", "soft.pub",
                "-signature", "sig", "message")
    assert card.since(mark) == []


@pytest.mark.transports("socket")
def test_signing_is_as_ever(sim, stock, card):
    write_public(sim, "web")
    mark = card.mark()
    sim.write("message", b"x")
    sim.openssl("dgst", "-sha256", *VERIFY, "-sign", WEB, "-out", "sig",
                "message")
    assert count(card.since(mark), SIGN_UPDATE) == 1
    stock.openssl("dgst", "-sha256", "-verify", "web.pub", "-signature", "sig",
                  "message")
