# SPDX-License-Identifier: Apache-2.0
"""openssl.cnf, environment and URI; the order of providers; property
queries."""

import os

import pytest

import peers
import run
from card import GENERATE, SIGN_UPDATE, count
from paths import TOOL

SECTIONS = {
    "default": "default = section_default",
    "iotsim": "iotsim = section_iotsim",
}
URI = "iotsim:object=web"


def config(order=("default", "iotsim"), settings="", more=""):
    lines = "\n".join(SECTIONS[name] for name in order)
    return f"""[openssl_init]
providers = list
{more}
[list]
{lines}
[section_default]
activate = 1
[section_iotsim]
activate = 1
{settings}
"""


@pytest.fixture
def configured(card, tmp_path):
    """configured(text) runs programs with this configuration alone: the way
    to the card is not in the environment."""
    def make(text):
        sim = run.with_provider(tmp_path, None, text)
        sim.write("message", b"x")
        return sim
    return make


def address(card):
    return f"address = unix:{card.path('card')}"


def check_use(sim, stock):
    """Signing, and all that has nothing to do with the card."""
    sim.openssl("dgst", "-sha256", "-sign", URI, "-out", "sig", "message")
    sim.openssl("pkey", "-in", URI, "-pubout", "-out", "pub")
    stock.openssl("dgst", "-sha256", "-verify", "pub", "-signature", "sig",
                  "message")
    sim.openssl("dgst", "-sha256", "-verify", "pub", "-signature", "sig",
                "message")
    sim.openssl("genpkey", "-algorithm", "EC", "-pkeyopt",
                "ec_paramgen_curve:P-256", "-out", "soft.key")
    sim.openssl("req", "-new", "-x509", "-key", "soft.key", "-subj", "/CN=s",
                "-out", "soft.pem")
    stock.openssl("verify", "-CAfile", "soft.pem", "soft.pem")
    sim.openssl("req", "-new", "-key", URI, "-subj", "/CN=x", "-out", "csr")
    stock.openssl("req", "-in", "csr", "-noout", "-verify")
    sim.openssl("rand", "-hex", "8")


ORDERS = [("default", "iotsim"), ("iotsim", "default")]


@pytest.mark.proves("B4")
@pytest.mark.parametrize("order", ORDERS)
def test_order_of_providers(configured, card, stock, order):
    check_use(configured(config(order, address(card))), stock)


def test_default_should_come_first(configured, card):
    """The tool says where it does not, and what does not work then."""
    wrong = configured(config(("iotsim", "default"), address(card)))
    done = wrong.run(TOOL, "check")
    line, = [line for line in done.out.splitlines()
             if "should come before iotsim" in line]
    assert "WARN" in line.upper() and "EVP_PKEY_fromdata" in line


@pytest.mark.proves("B4")
@pytest.mark.parametrize("order", ORDERS)
def test_keys_in_software(configured, card, stock, order):
    """Made and used as ever, and no exchange with the card."""
    sim = configured(config(order, address(card)))
    mark = card.mark()
    for command in [
            ["genpkey", "-algorithm", "EC", "-pkeyopt", "group:P-256"],
            ["genpkey", "-algorithm", "EC", "-pkeyopt", "group:P-384"],
            ["genpkey", "-algorithm", "RSA"],
            ["ecparam", "-name", "prime256v1", "-genkey", "-noout"],
            ["genrsa"], ["genrsa", "-traditional"]]:
        sim.openssl(*command, "-out", "soft.key")
        stock.openssl("pkey", "-in", "soft.key", "-check", "-noout")
        sim.openssl("dgst", "-sha256", "-sign", "soft.key", "-out", "sig",
                    "message")
        stock.openssl("pkey", "-in", "soft.key", "-pubout", "-out", "pub")
        stock.openssl("dgst", "-sha256", "-verify", "pub", "-signature",
                      "sig", "message")
    for kind in [["ec", "-pkeyopt", "ec_paramgen_curve:P-256"], ["rsa:2048"]]:
        sim.openssl("req", "-x509", "-newkey", *kind, "-nodes", "-keyout",
                    "me.key", "-out", "me.pem", "-subj", "/CN=me")
        stock.openssl("verify", "-CAfile", "me.pem", "me.pem")
    assert card.since(mark) == []


@pytest.mark.proves("B4")
@pytest.mark.parametrize("version", ["tls1_2", "tls1_3"])
@pytest.mark.parametrize("group", ["P-521", "P-384", "X25519"])
@pytest.mark.parametrize("order", ORDERS)
def test_tls(configured, card, sim, stock, order, version, group):
    """With the card's key; the keys of the handshake are in software."""
    authority = peers.Authority(stock)
    authority.issue_device(sim)
    authority.issue_software("peer")
    ours = configured(config(order, address(card)))
    # TLS 1.2 wants the certificates' curve among the groups, too.
    choice = [f"-{version}", "-groups", f"{group}:P-256"]
    mark = card.mark()
    with peers.s_server(stock, *peers.of("peer"), *peers.MUTUAL) as server:
        done = peers.s_client(ours, server.port, *choice,
                              *peers.of("device"))
        assert "olleh" in done.out
    with peers.s_server(ours, *peers.of("device"), *peers.MUTUAL) as server:
        done = peers.s_client(stock, server.port, *choice, *peers.of("peer"))
        assert "olleh" in done.out
    assert count(card.since(mark), SIGN_UPDATE) == 2
    assert count(card.since(mark), GENERATE) == 0


@pytest.mark.proves("B4")
def test_software_key_is_not_attracted(configured, card, stock):
    """By those who ask for verification in the card."""
    more = ("alg_section = algorithms\n[algorithms]\n"
            "default_properties = ?iotsim.verify=yes")
    check_use(configured(config(settings=address(card), more=more)), stock)


@pytest.mark.parametrize("query", [
    "?provider=default", "provider!=fips", "?fips=yes", "?iotsim.kdf=yes"])
def test_default_properties(configured, card, stock, query):
    """What a system may have set for other reasons does not matter."""
    more = (f"alg_section = algorithms\n[algorithms]\n"
            f"default_properties = {query}")
    check_use(configured(config(settings=address(card), more=more)), stock)


def test_property_query_for_a_key(configured, card, stock):
    """A program that insists on our provider for a key gets it."""
    sim = configured(config(settings=address(card)))
    sim.openssl("dgst", "-sha256", "-propquery", "?provider=iotsim", "-sign",
                URI, "-out", "sig", "message")
    sim.openssl("pkey", "-in", URI, "-propquery", "provider=iotsim", "-pubout",
                "-out", "pub")
    stock.openssl("dgst", "-sha256", "-verify", "pub", "-signature", "sig",
                  "message")


def test_without_activation(card, tmp_path):
    """A program may name the provider itself."""
    plain = run.without_provider(tmp_path).with_environment(
        OPENSSL_MODULES=run.MODULES, **card.environment(),
        **run.sanitizer_environment(tmp_path))
    plain.openssl("pkey", "-provider", "default", "-provider", "iotsim", "-in",
                  URI, "-noout")


# --- settings --------------------------------------------------------------

def test_environment_before_configuration(configured, card):
    sim = configured(config(settings="address = unix:/nonexistent"))
    sim.openssl("pkey", "-in", URI, "-noout", status=None)
    sim.with_environment(**card.environment()).openssl("pkey", "-in", URI,
                                                       "-noout")


def test_uri_before_environment(configured, card):
    sim = configured(config(settings="transport = socket"))
    sim = sim.with_environment(IOTSIM_ADDRESS="unix:/nonexistent")
    sim.openssl("pkey", "-in", URI, "-noout", status=None)
    sim.openssl("pkey", "-in", f"{URI}?address=unix:{card.path('card')}",
                "-noout")


def test_way_to_the_card_in_a_reference(configured, card):
    """What the URI says about the card goes into the reference."""
    sim = configured(config())
    sim.openssl("pkey", "-in", f"{URI}?address=unix:{card.path('card')}",
                "-out", "key.pem")
    sim.openssl("dgst", "-sha256", "-sign", "key.pem", "-out", "sig",
                "message")


@pytest.mark.parametrize("setting", [
    "timeout = soon", "timeout = 0", "transport = pigeon", "aid = XYZ",
    "token = ABC", "log = loud"])
def test_bad_setting_is_named(configured, setting):
    """When a key is used: OpenSSL drops what a provider says as it loads."""
    sim = configured(config(settings=setting))
    done = sim.openssl("pkey", "-in", URI, "-noout", status=None)
    named = setting.split(" ")[0]
    assert "bad value of a configuration setting" in done.err, str(done)
    assert named in done.err, str(done)


def test_unknown_setting_is_no_error(configured, card, stock):
    sim = configured(config(settings=address(card) + "\ncolor = red"))
    check_use(sim, stock)


@pytest.mark.proves("B5", "B6")
def test_trace(configured, card):
    """Every exchange, in a file of the user's choice, as the card saw it."""
    mark = card.mark()
    settings = address(card) + "\ntrace = $ENV::TRACE_FILE"
    sim = configured(config(settings=settings))
    trace = sim.path("trace")
    sim = sim.with_environment(TRACE_FILE=trace)
    sim.openssl("dgst", "-sha256", "-sign", URI, "-out", "sig", "message")
    with open(trace) as f:
        sent = [line for line in f if line.startswith("> ")]
    assert len(sent) == len(card.exchanges()) - mark


def test_log(configured, card):
    sim = configured(config(settings=address(card) + "\nlog = debug\n"
                            "log-file = $ENV::LOG_FILE"))
    log = sim.path("log")
    sim = sim.with_environment(LOG_FILE=log)
    done = sim.openssl("pkey", "-in", URI, "-noout")
    assert done.err == "" and os.path.getsize(log) > 0


def test_log_is_silent_by_default(sim):
    assert sim.openssl("pkey", "-in", URI, "-noout").err == ""
