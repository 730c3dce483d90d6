# SPDX-License-Identifier: Apache-2.0
"""Unmodified applications: curl with its client key in the SIM, nginx with
its server key there, through PEM key references. The configuration files are
those of examples/."""

import os
import signal

import pytest

import peers
import run
from card import SIGN_UPDATE, count
from conftest import need
from paths import SANITIZE
from wait import wait_for

VERSIONS = {"TLSv1.2": ["--tlsv1.2", "--tls-max", "1.2"],
            "TLSv1.3": ["--tlsv1.3"]}
CURL = "/usr/bin/curl"
# It deadlocks in setlocale(), before it has loaded any module of ours.
curl_with_provider = pytest.mark.skipif(
    "address" in SANITIZE, reason="curl 7.88 does not start under libasan")


@pytest.fixture
def site(sim, stock):
    """Files as the examples want them: cert.pem and key.pem are the card's,
    server.pem and server.key software."""
    for program in ["curl", "nginx"]:
        need(None if run.have(program) else f"{program} is not installed")
    ca = peers.Authority(stock)
    ca.issue_device(sim)
    os.rename(sim.path("device.pem"), sim.path("cert.pem"))
    os.rename(sim.path("device.key"), sim.path("key.pem"))
    ca.issue_software("server")
    return sim


def stock_curl(stock, nginx, *arguments, **options):
    return stock.run(CURL, "--silent", "--show-error", "--fail", "--cacert",
                     "ca.pem", *arguments, nginx.url(), **options)


@curl_with_provider
@pytest.mark.proves("A1", "A2", "A3", "B1", "B2", "B3", "D1", "D2", "SC1")
@pytest.mark.parametrize("version", VERSIONS)
def test_curl(site, stock, card, version):
    """nginx verifies the client; curl's key is in the SIM."""
    config = peers.use_curl_config(site)
    with peers.Nginx(stock, "client-certificate") as nginx:
        mark = card.mark()
        done = site.run(CURL, "--config", config, *VERSIONS[version],
                        nginx.url())
        assert done.out == f"hello CN=device, {version}, SUCCESS\n"
        assert done.err == ""
        assert count(card.since(mark), SIGN_UPDATE) == 1
        stock_curl(stock, nginx, status=22)  # no certificate: 400


@curl_with_provider
def test_curl_combined_file(site, stock):
    """Certificate and reference in one file, in either order."""
    certificate, key = site.read("cert.pem"), site.read("key.pem")
    with peers.Nginx(stock, "client-certificate") as nginx:
        for text in [certificate + key, key + certificate]:
            site.write("both.pem", text)
            done = site.run(CURL, "-sS", "--cacert", "ca.pem", "--cert",
                            "both.pem", nginx.url())
            assert "SUCCESS" in done.out


@curl_with_provider
def test_curl_many_requests(site, stock, card):
    """Several connections of one process, and a connection used again."""
    with peers.Nginx(stock, "client-certificate") as nginx:
        mark = card.mark()
        done = site.run(CURL, "--config", peers.use_curl_config(site),
                        "--no-sessionid", nginx.url(), nginx.url(), "--next",
                        "-sS", "--key", "key.pem", "--cert", "cert.pem",
                        "--cacert", "ca.pem", "-H", "Connection: close",
                        nginx.url())
        assert done.out.count("SUCCESS") == 3
        assert count(card.since(mark), SIGN_UPDATE) <= 2


@curl_with_provider
def test_curl_says_why(site, stock):
    """A damaged reference, a card that is away: curl's message has it."""
    config = peers.use_curl_config(site)
    with peers.Nginx(stock, "client-certificate") as nginx:
        away = site.with_environment(IOTSIM_TRANSPORT="socket",
                                     IOTSIM_ADDRESS="unix:/nonexistent")
        done = away.run(CURL, "--config", config, nginx.url(), status=None)
        assert "no such reader or device" in done.err, str(done)
        key = site.read("key.pem")
        site.write("key.pem", key.replace(b"MI", b"MM", 1))
        site.run(CURL, "--config", config, nginx.url(), status=58)


@pytest.mark.proves("B1", "B2", "B3", "D1", "D2")
@pytest.mark.parametrize("version", VERSIONS)
def test_nginx(site, stock, card, version):
    """nginx's own key is in the SIM: `nginx -t` and the start cost nothing,
    a handshake one signature."""
    nginx = peers.Nginx(site, "server-key")
    mark = card.mark()
    nginx.check()
    with nginx:
        assert card.since(mark) == []
        done = stock_curl(stock, nginx, *VERSIONS[version])
        assert done.out == f"hello from the SIM, {version}\n"
        assert count(card.since(mark), SIGN_UPDATE) == 1


def test_nginx_reload_and_killed_worker(site, stock):
    """New workers open channels of their own."""
    with peers.Nginx(site, "server-key") as nginx:
        stock_curl(stock, nginx)
        before = nginx.workers()
        os.kill(nginx.process.pid, signal.SIGHUP)
        wait_for(lambda: nginx.workers() and not nginx.workers() & before,
                 "new workers", nginx.process)
        for _ in range(4):
            stock_curl(stock, nginx)
        killed = min(nginx.workers())
        os.kill(killed, signal.SIGKILL)
        wait_for(lambda: killed not in nginx.workers()
                 and len(nginx.workers()) == 2, "a new worker", nginx.process)
        for _ in range(4):
            stock_curl(stock, nginx)


@curl_with_provider
@pytest.mark.proves("SC1")
def test_both(site, stock, card):
    """curl and nginx, each with its key in the SIM."""
    sim_nginx = peers.Nginx(site, "client-certificate")
    site.write("server.pem", site.read("cert.pem"))
    site.write("server.key", site.read("key.pem"))
    with sim_nginx as nginx:
        mark = card.mark()
        done = site.run(CURL, "--config", peers.use_curl_config(site),
                        nginx.url())
        assert "SUCCESS" in done.out
        assert count(card.since(mark), SIGN_UPDATE) == 2
