# SPDX-License-Identifier: Apache-2.0
"""Ephemeral ECDHE in the SIM (`?iotsim.ecdh=yes`): key shares made in a
volatile container, secrets computed by the applet."""

import contextlib
import os
import re
import subprocess

import pytest

import peers
import run
from card import COMPUTE_DH, GENERATE, SIGN_UPDATE, count, left_open
from paths import EXAMPLES
from peers import MUTUAL, of
from wait import wait_for

PROFILE = "full.conf"
VERSIONS = ["tls1_2", "tls1_3"]
def ecdhe_config():
    """The samples as a user would include them."""
    text = ""
    for name in ["openssl.cnf", "ecdhe.cnf"]:
        with open(os.path.join(EXAMPLES, name)) as f:
            text += f.read()
    return text


def opted_in(folder, card, **environment):
    """Programs of a user who opted in, in `folder`."""
    (folder / "opted").mkdir()
    runner = run.with_provider(folder / "opted", card, ecdhe_config())
    return run.Runner(folder, {**runner.environment, "IOTSIM_EPHEMERAL":
                               "wait", **environment})


@pytest.fixture
def ecdhe(card, tmp_path):
    card.restart()  # a server that was killed leaves its channel behind
    return opted_in(tmp_path, card)


@pytest.fixture
def ca(sim, stock):
    authority = peers.Authority(stock)
    authority.issue_device(sim)
    authority.issue_software("peer")
    return authority


def check_counts(exchanges, handshakes=1):
    assert count(exchanges, GENERATE) == handshakes
    assert count(exchanges, COMPUTE_DH) == handshakes
    assert count(exchanges, SIGN_UPDATE) == handshakes


@pytest.mark.proves("E6", "F4", "F6", "F7")
@pytest.mark.parametrize("version", VERSIONS)
def test_client(ecdhe, stock, ca, card, version):
    mark = card.mark()
    with peers.s_server(stock, *of("peer"), *MUTUAL) as server:
        client = peers.s_client(ecdhe, server.port, f"-{version}",
                                *of("device"))
        assert "olleh" in client.out
        assert "Temp Key: ECDH, prime256v1, 256 bits" in client.out
    check_counts(card.since(mark))
    assert left_open(card.since(mark)) == 0


@pytest.mark.proves("E6", "F4", "F6", "F7")
@pytest.mark.parametrize("version", VERSIONS)
def test_server(ecdhe, stock, ca, card, version):
    with peers.s_server(ecdhe, *of("device"), *MUTUAL) as server:
        for _ in range(3):
            mark = card.mark()
            client = peers.s_client(stock, server.port, f"-{version}",
                                    "-groups", "P-256", *of("peer"))
            assert "olleh" in client.out
            check_counts(card.since(mark))


@pytest.mark.proves("B2", "E6", "F4")
@pytest.mark.transports("socket")
def test_dtls(ecdhe, stock, ca, card):
    for server_side, client_side, server_name, client_name in [
            (stock, ecdhe, "peer", "device"),
            (ecdhe, stock, "device", "peer")]:
        mark = card.mark()
        peers.check_dtls(
            server_side, client_side, [*of(server_name), "-groups", "P-256"],
            [*of(client_name), "-groups", "P-256"])
        check_counts(card.since(mark))


@pytest.mark.transports("socket")
@pytest.mark.parametrize("version", VERSIONS)
def test_software_key_with_card_ecdhe(ecdhe, stock, ca, card, version):
    """The opt-in does not take over keys that are not the card's."""
    mark = card.mark()
    with peers.s_server(stock, *of("peer"), *MUTUAL) as server:
        client = peers.s_client(ecdhe, server.port, f"-{version}",
                                *of("peer"))
        assert "olleh" in client.out
    assert count(card.since(mark), SIGN_UPDATE) == 0
    assert count(card.since(mark), COMPUTE_DH) == 1


@pytest.mark.transports("socket")
def test_software_work_goes_on(ecdhe, stock):
    """Keys of other kinds and curves are made and used as ever."""
    for options in [["EC", "-pkeyopt", "group:P-384"], ["ED25519"],
                    ["RSA", "-pkeyopt", "rsa_keygen_bits:2048"]]:
        ecdhe.openssl("genpkey", "-out", "soft.key", "-algorithm", *options)
        assert b"BEGIN PRIVATE KEY" in ecdhe.read("soft.key")
        stock.openssl("pkey", "-in", "soft.key", "-noout")
    ecdhe.openssl("req", "-x509", *peers.NEW_KEY[2:2], "-newkey", "rsa:2048",
                  "-nodes", "-keyout", "me.key", "-out", "me.pem", "-subj",
                  "/CN=me", "-days", "2")
    ecdhe.openssl("verify", "-CAfile", "me.pem", "me.pem")


@pytest.mark.transports("socket")
@pytest.mark.parametrize("command", [
    ["genpkey", "-algorithm", "EC", "-pkeyopt", "group:P-256"],
    ["ecparam", "-name", "prime256v1", "-genkey", "-noout"]])
def test_ephemeral_key_cannot_be_written(ecdhe, command):
    """The cure is in the error."""
    done = ecdhe.openssl(*command, "-out", "lost.key", status=None)
    assert "ephemeral" in done.err
    assert "-propquery provider=default" in done.err
    ecdhe.openssl(*command, "-propquery", "provider=default", "-out",
                  "kept.key")
    ecdhe.openssl("pkey", "-in", "kept.key", "-noout")


# --- more handshakes than containers ----------------------------------------

ONE_CONTAINER = """[objects]
web = pair
ecdh = pair
peer = public
[web]
label = web
id = 01
functions = sign
value = generate
[ecdh]
label = ecdh
id = 04
type = p256-volatile
functions = generate, agree
value = empty
[peer]
label = peer
id = 05
type = p256-volatile
functions = agree
access = read, update
value = empty
"""


def clients_at_once(runner, servers, *arguments):
    """A process for each server, all at once; their exit codes and output."""
    processes = []
    for server in servers:
        with open(runner.path(f"client-{server.port}.out"), "wb") as out:
            processes.append(runner.start(
                "/usr/bin/openssl", "s_client", "-connect",
                f"127.0.0.1:{server.port}", "-ign_eof", "-verify_return_error",
                *arguments, stdin=subprocess.PIPE, stdout=out, stderr=out))
    for process in processes:  # to all: who is idle keeps a channel
        process.stdin.write(b"hello\nCLOSE\n")
        process.stdin.close()
    return [(p.wait(run.TIMEOUT), runner.read(f"client-{s.port}.out").decode())
            for p, s in zip(processes, servers)]


@pytest.mark.transports("socket")
@pytest.mark.proves("F4", "F7")
@pytest.mark.parametrize("busy", ["wait", "software"])
def test_processes_share_one_container(sim_of, stock, new_card, tmp_path,
                                       busy):
    """Each waits for its turn, or makes its key in software; no secret is
    ever another's, or the handshake would fail."""
    (tmp_path / "one.conf").write_text(ONE_CONTAINER)
    card = new_card(profile=str(tmp_path / "one.conf"))
    authority = peers.Authority(stock)
    authority.issue_device(sim_of(card))
    authority.issue_software("peer")
    runner = opted_in(tmp_path, card, IOTSIM_EPHEMERAL=busy)
    mark = card.mark()
    with contextlib.ExitStack() as stack:
        servers = [stack.enter_context(
            peers.s_server(stock, *of("peer"), *MUTUAL)) for _ in range(5)]
        for status, text in clients_at_once(runner, servers, *of("device")):
            assert status == 0, text
            assert "olleh" in text
    made = count(card.since(mark), GENERATE)
    assert made == count(card.since(mark), COMPUTE_DH)
    assert made == 5 if busy == "wait" else 1 <= made <= 5


@pytest.mark.transports("socket")
def test_connections_do_not_hold_containers(sim_of, stock, new_card, tmp_path):
    """libssl keeps the ephemeral key of a server as long as the connection;
    the card's only container is free for the next handshake all the same (a
    wait for it would outlast the test)."""
    (tmp_path / "one.conf").write_text(ONE_CONTAINER)
    card = new_card(profile=str(tmp_path / "one.conf"))
    authority = peers.Authority(stock)
    authority.issue_device(sim_of(card))
    authority.issue_software("peer")
    runner = opted_in(tmp_path, card, IOTSIM_TIMEOUT="600000")
    with peers.s_server(runner, *of("device"), *MUTUAL) as first, \
            peers.s_server(runner, *of("device"), *MUTUAL) as second:
        with open(stock.path("first.out"), "wb") as out:
            client = stock.start(
                "/usr/bin/openssl", "s_client", "-connect",
                f"127.0.0.1:{first.port}", "-ign_eof", "-groups", "P-256",
                *of("peer"), stdin=subprocess.PIPE, stdout=out, stderr=out)
        client.stdin.write(b"hello\n")
        client.stdin.flush()
        wait_for(lambda: b"olleh" in stock.read("first.out"), "an answer",
                 client)
        done = peers.s_client(stock, second.port, "-groups", "P-256",
                              *of("peer"))
        assert "olleh" in done.out
        client.stdin.close()
        peers.ended(client)


@pytest.mark.transports("socket")
def test_card_without_container(sim_of, stock, new_card, tmp_path):
    """An error in words; or software where the user said so."""
    (tmp_path / "none.conf").write_text(
        re.sub(r"ecdh = pair\n|\[ecdh\].*?(?=\[peer\])", "", ONE_CONTAINER,
               flags=re.S))
    card = new_card(profile=str(tmp_path / "none.conf"))
    authority = peers.Authority(stock)
    authority.issue_device(sim_of(card))
    authority.issue_software("peer")
    runner = opted_in(tmp_path, card)
    with peers.s_server(stock, *of("peer"), *MUTUAL) as server:
        done = peers.s_client(runner, server.port, *of("device"), status=None)
        assert "no container" in done.err
        software = runner.with_environment(IOTSIM_EPHEMERAL="software")
        done = peers.s_client(software, server.port, *of("device"))
        assert "olleh" in done.out
        wait_for(lambda: "CONNECTION CLOSED" in server.text(), "the end")
