# SPDX-License-Identifier: Apache-2.0
"""Fixtures: the card over each transport, programs with the provider (`sim`)
and without it (`stock`). A test says which requirements it proves with
`@pytest.mark.proves("E1")`; test/tools/check_proofs.py prints the table."""

import os

import pytest

import pcsc
import run
from card import Card
from paths import MODULE, SANITIZE, STRICT

TRANSPORTS = ["socket", "pcsc-t1", "pcsc-t0"]
SKIPPED = 77  # what ctest takes for "skipped"


def pytest_addoption(parser):
    parser.addoption("--transport", action="append", choices=TRANSPORTS,
                     help="run with this transport only (may be repeated)")


def pytest_configure(config):
    config.addinivalue_line(
        "markers", "proves(*ids): requirements that the test proves")
    config.addinivalue_line(
        "markers", "transports(*names): all that this test is run with")
    config.addinivalue_line(
        "markers", "many: starts very many programs; no search for leaks")


def pytest_generate_tests(metafunc):
    if "transport" not in metafunc.fixturenames:
        return
    wanted = metafunc.config.getoption("--transport") or TRANSPORTS
    marker = metafunc.definition.get_closest_marker("transports")
    if marker is not None:
        wanted = [t for t in wanted if t in marker.args]
    metafunc.parametrize("transport", wanted, scope="module")


def pytest_collection_modifyitems(config, items):
    """Leave out what no wanted transport runs; a test without transport runs
    where socket is asked for."""
    wanted = config.getoption("--transport") or TRANSPORTS

    def is_wanted(item):
        if "transport" not in getattr(item, "fixturenames", ()):
            return "socket" in wanted
        return item.callspec.params["transport"] in wanted

    config.hook.pytest_deselected(
        items=[i for i in items if not is_wanted(i)])
    items[:] = [i for i in items if is_wanted(i)]


def pytest_sessionfinish(session, exitstatus):
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    passed = reporter is not None and reporter.stats.get("passed")
    skipped = reporter is not None and reporter.stats.get("skipped")
    if exitstatus == 0 and skipped and not passed:
        session.exitstatus = SKIPPED


def need(missing):
    """Skip, or fail where everything must be there."""
    if missing and STRICT:
        pytest.fail(missing)
    if missing:
        pytest.skip(missing)


@pytest.fixture(scope="session", autouse=True)
def module_built():
    assert os.path.exists(MODULE), f"{MODULE} is not built"


@pytest.fixture(scope="session")
def pcsc_service(tmp_path_factory):
    need(pcsc.missing())
    service = pcsc.Service(tmp_path_factory.mktemp("pcscd"))
    yield service
    service.close()


@pytest.fixture(scope="module")
def service(transport, request):
    """pcscd when the transport needs it, else None."""
    if transport.startswith("pcsc"):
        return request.getfixturevalue("pcsc_service")
    return None


@pytest.fixture(scope="module")
def shared_card(transport, service, tmp_path_factory, request):
    """A card of the profile that the module calls PROFILE."""
    profile = getattr(request.module, "PROFILE", "demo.conf")
    card = Card(tmp_path_factory.mktemp("card"), transport, service, profile)
    yield card
    card.stop()


@pytest.fixture
def card(shared_card):
    """A personalised card that all tests of a module share; a card of
    another test may have pushed it out of the reader."""
    if shared_card.process is None:
        shared_card.start()
    return shared_card


@pytest.fixture
def new_card(transport, service, tmp_path_factory):
    """Makes cards for one test: new_card(profile=..., options=[...])."""
    cards = []

    def make(**options):
        made = Card(tmp_path_factory.mktemp("card"), transport, service,
                    **options)
        cards.append(made)
        return made

    yield make
    for made in cards:
        made.stop()


@pytest.fixture
def sim_of(tmp_path, request):
    """Runs programs with the provider and a card: sim_of(card)."""
    leaks = request.node.get_closest_marker("many") is None
    return lambda card: run.with_provider(tmp_path, card, leaks=leaks)


@pytest.fixture
def sim(card, sim_of):
    """The same for the shared card."""
    return sim_of(card)


@pytest.fixture
def stock(tmp_path):
    """Runs programs that have no provider but OpenSSL's."""
    return run.without_provider(tmp_path)


@pytest.fixture(autouse=True)
def sanitizers(tmp_path):
    """No test passes with a sanitizer's report."""
    yield
    if SANITIZE:
        reports = run.sanitizer_reports(tmp_path)
        assert not reports, "\n\n".join(reports)
