# SPDX-License-Identifier: Apache-2.0
"""Cards differ. Whatever the software card's switch, a signature verifies and
the certificate can be read."""

import subprocess

import pytest

import card as softcard

MESSAGE = b"quirk\n"


def all_quirks():
    """Every value of every quirk, from the card's own list."""
    try:
        text = subprocess.run([softcard.SOFTCARD, "--quirk", "help"],
                              capture_output=True, text=True, check=True)
    except OSError:
        return []
    found = []
    for line in text.stdout.splitlines()[1:]:
        name, values = line.split()[:2]
        if ".." in values:
            low = int(values.split("..")[0])
            found += [f"{name}={n}" for n in (low, 7, 100, 255)]
        else:
            found += [f"{name}={v}" for v in values.split("|")]
    return found


def check_card(sim, stock):
    sim.write("message", MESSAGE)
    sim.openssl("x509", "-in", "iotsim:object=web", "-out", "web.pem")
    public = stock.openssl("x509", "-in", "web.pem", "-pubkey", "-noout").raw
    sim.write("web.pub", public)
    assert sim.openssl("pkey", "-in", "iotsim:object=web",
                       "-pubout").raw == public
    for name in ["iotsim:object=web", "iotsim:id=%01"]:
        sim.openssl("dgst", "-sha256", "-sign", name, "-out", "sig", "message")
        stock.openssl("dgst", "-sha256", "-verify", "web.pub", "-signature",
                      "sig", "message")


@pytest.mark.many
@pytest.mark.transports("socket")
@pytest.mark.parametrize("quirk", all_quirks())
def test_quirk(new_card, sim_of, stock, quirk):
    check_card(sim_of(new_card(options=["--quirk", quirk])), stock)


@pytest.mark.many
@pytest.mark.transports("socket")
@pytest.mark.parametrize("quirk", [q for q in all_quirks() if q.startswith(
    ("answer", "wrong-le", "success", "response-class", "read-file", "list"))])
def test_quirk_with_t0(new_card, sim_of, stock, quirk):
    """Those that have to do with how answers are fetched, over T=0."""
    check_card(sim_of(new_card(options=["--protocol", "t0", "--quirk",
                                        quirk])), stock)


@pytest.mark.transports("socket")
def test_several_quirks(new_card, sim_of, stock):
    """A card that is odd in many ways at once."""
    options = []
    for quirk in ["wrapper=none", "signature-length=1", "signature=der",
                  "class=8x", "file-usage=after", "read-file=240",
                  "public-key=bare", "session-zero=refuse", "list-part=20"]:
        options += ["--quirk", quirk]
    check_card(sim_of(new_card(options=options)), stock)
