# SPDX-License-Identifier: Apache-2.0
"""TLS and DTLS with the key in the SIM on one side, and on both; the other
side is an OpenSSL without the provider, or GnuTLS. The certificates come from
a software CA that has answered a request signed by the card."""

import pytest

import peers
import run
from card import SIGN_UPDATE, count
from conftest import need
from peers import MUTUAL, of
from wait import wait_for

VERSIONS = ["tls1_2", "tls1_3"]
ALL = ("A1", "A2", "A3", "B1", "B2", "B3", "B4", "B8", "B9", "D1", "D2", "E6",
       "F2", "SC1")
CLIENT_NAME = "CN=device"


@pytest.fixture
def ca(sim, stock):
    authority = peers.Authority(stock)
    authority.issue_device(sim)
    authority.issue_software("peer")
    return authority


def check_talk(client, server, version):
    assert "olleh" in client.out
    assert "Verify return code: 0 (ok)" in client.out
    protocol = {"tls1_2": "TLSv1.2", "tls1_3": "TLSv1.3"}[version]
    assert f"New, {protocol}" in client.out
    assert f"Protocol version: {protocol}" in server.text()


@pytest.mark.proves(*ALL)
@pytest.mark.parametrize("version", VERSIONS)
def test_client_key_in_sim(sim, stock, ca, card, version):
    """A handshake costs exactly one signature: four commands, one to close."""
    mark = card.mark()
    with peers.s_server(stock, *of("peer"), *MUTUAL) as server:
        client = peers.s_client(sim, server.port, f"-{version}",
                                *of("device"))
        wait_for(lambda: "CONNECTION CLOSED" in server.text(), "the end")
        check_talk(client, server, version)
        assert CLIENT_NAME in peers.names(server.text())
    sent = card.since(mark)
    assert count(sent, SIGN_UPDATE) == 1
    assert len(sent) == 5


@pytest.mark.proves(*ALL)
@pytest.mark.parametrize("version", VERSIONS)
def test_server_key_in_sim(sim, stock, ca, card, version):
    card.restart()
    with peers.s_server(sim, *of("device"), *MUTUAL) as server:
        mark = card.mark()
        client = peers.s_client(stock, server.port, f"-{version}", *of("peer"))
        check_talk(client, server, version)
        assert count(card.since(mark), SIGN_UPDATE) == 1
        assert len(card.since(mark)) == 4
        # The channel is open: the next handshake costs one signature alone.
        mark = card.mark()
        peers.s_client(stock, server.port, f"-{version}", *of("peer"))
        assert len(card.since(mark)) == 2


@pytest.mark.proves("D1", "SC1")
@pytest.mark.parametrize("version", VERSIONS)
def test_both_keys_in_sims(sim, ca, card, version):
    mark = card.mark()
    with peers.s_server(sim, *of("device"), *MUTUAL) as server:
        client = peers.s_client(sim, server.port, f"-{version}", *of("device"))
        check_talk(client, server, version)
    assert count(card.since(mark), SIGN_UPDATE) == 2


@pytest.mark.proves("SC1", "G1", "E3", "E4", "E5", "D1")
@pytest.mark.parametrize("version", VERSIONS)
def test_factory_certificate(sim, stock, ca, version):
    """Key and certificate as they came with the card, named by URI; the CA
    certificate for the server is on the card, too."""
    sim.openssl("x509", "-in", "iotsim:object=ca", "-out", "card-ca.pem")
    with peers.s_server(stock, "-cert", "peer.pem", "-key", "peer.key",
                        "-CAfile", "card-ca.pem", *MUTUAL) as server:
        client = peers.s_client(
            sim, server.port, f"-{version}", "-cert", "iotsim:object=web",
            "-key", "iotsim:object=web", "-CAfile", "ca.pem")
        check_talk(client, server, version)


@pytest.mark.proves("B9")
@pytest.mark.parametrize("version", VERSIONS)
def test_untrusted_server_is_refused(sim, stock, ca, card, version):
    """The server's certificate is verified before the card signs."""
    mark = card.mark()
    stock.openssl("req", "-new", "-x509", *peers.NEW_KEY, "-keyout", "bad.key",
                  "-out", "bad.pem", "-subj", "/CN=localhost", "-days", "2")
    with peers.s_server(stock, "-cert", "bad.pem", "-key", "bad.key",
                        "-CAfile", "ca.pem", *MUTUAL) as server:
        done = peers.s_client(sim, server.port, f"-{version}", *of("device"),
                              status=None)
        assert "certificate verify failed" in done.err
    assert count(card.since(mark), SIGN_UPDATE) == 0


@pytest.mark.proves("D1")
@pytest.mark.parametrize("version", VERSIONS)
def test_client_without_certificate_is_refused(sim, stock, ca, version):
    with peers.s_server(sim, *of("device"), *MUTUAL) as server:
        peers.s_client(stock, server.port, f"-{version}", "-CAfile", "ca.pem",
                       status=None)
        assert "peer did not return a certificate" in server.text()


@pytest.mark.proves("B2")
def test_dtls(sim, stock, ca, card):
    """DTLS 1.2, both ways."""
    for server_side, client_side, name, key in [
            (stock, sim, "peer", "device"), (sim, stock, "device", "peer")]:
        mark = card.mark()
        peers.check_dtls(server_side, client_side, of(name), of(key))
        assert count(card.since(mark), SIGN_UPDATE) == 1


@pytest.mark.proves("E6")
@pytest.mark.parametrize("group", ["P-256", "P-384", "X25519"])
def test_groups(sim, stock, ca, card, group):
    """Ephemeral keys belong to the default provider, whatever the group."""
    mark = card.mark()
    with peers.s_server(stock, *of("peer"), *MUTUAL) as server:
        client = peers.s_client(sim, server.port, "-groups", group,
                                *of("device"))
        assert "olleh" in client.out
    assert len(card.since(mark)) == 5


@pytest.mark.proves("E1")
def test_brainpool(sim, stock, ca):
    """OpenSSL 3.0: TLS 1.2 alone, and both sides must list the group."""
    ca.issue_device(sim, "bp", "brainpool")
    groups = ["-tls1_2", "-groups", "brainpoolP256r1:P-256"]
    with peers.s_server(stock, *of("peer"), *MUTUAL, *groups) as server:
        client = peers.s_client(sim, server.port, *groups, *of("bp"))
        check_talk(client, server, "tls1_2")
    with peers.s_server(sim, *of("bp"), *MUTUAL, *groups) as server:
        client = peers.s_client(stock, server.port, *groups, *of("peer"))
        check_talk(client, server, "tls1_2")


# --- GnuTLS on the other side ----------------------------------------------

GNUTLS = {"tls1_2": "NORMAL:-VERS-ALL:+VERS-TLS1.2",
          "tls1_3": "NORMAL:-VERS-ALL:+VERS-TLS1.3"}


@pytest.fixture
def gnutls(stock):
    need(None if run.have("gnutls-serv") else "gnutls-bin is not installed")
    return stock


@pytest.mark.proves("B1", "D1", "D2")
@pytest.mark.parametrize("version", VERSIONS)
def test_gnutls_server(sim, gnutls, ca, version):
    with peers.gnutls_server(
            gnutls, "--priority", GNUTLS[version], "--x509keyfile", "peer.key",
            "--x509certfile", "peer.pem", "--x509cafile", "ca.pem",
            "--require-client-cert", "--verify-client-cert") as server:
        client = sim.openssl(
            "s_client", "-connect", f"127.0.0.1:{server.port}",
            "-verify_return_error", *of("device"), input=b"hello\n")
        assert "Verify return code: 0 (ok)" in client.out
        wait_for(lambda: "received" in server.text().lower()
                 or "device" in server.text(), "the client's certificate")


@pytest.mark.proves("B1", "D1", "D2")
@pytest.mark.parametrize("version", VERSIONS)
def test_gnutls_client(sim, gnutls, ca, version):
    with peers.s_server(sim, *of("device"), *MUTUAL) as server:
        client = gnutls.run(
            "/usr/bin/gnutls-cli", "--priority", GNUTLS[version], "--port",
            str(server.port), "--x509keyfile", "peer.key", "--x509certfile",
            "peer.pem", "--x509cafile", "ca.pem", "--verify-hostname",
            "localhost", "127.0.0.1", input=b"hello\nCLOSE\n", status=0)
        assert "The certificate is trusted" in client.all
        wait_for(lambda: "CN=peer" in peers.names(server.text()),
                 "the certificate")
