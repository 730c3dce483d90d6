# SPDX-License-Identifier: Apache-2.0
"""What examples/ shows, done as it is written there. nginx/ and curl/ are
used by test_apps.py, openssl.cnf by every test."""

import os
import subprocess

import peers
from paths import BUILD, EXAMPLES
from wait import wait_for


def example(name):
    return os.path.join(EXAMPLES, name)


def test_sign(sim, stock):
    sim.openssl("pkey", "-in", "iotsim:object=web", "-pubout", "-out",
                "web.pub")
    program = os.path.join(BUILD, "examples", "sign")
    for message in [b"", b"x", 5000 * b"a long letter\n"]:
        sim.write("letter", message)
        done = sim.run(program, "iotsim:object=web", input=message)
        sim.write("sig", done.raw)
        stock.openssl("dgst", "-sha256", "-verify", "web.pub", "-signature",
                      "sig", "letter")
    done = sim.run(program, "iotsim:object=nothing", input=b"x", status=1)
    assert "no such object" in done.err


def test_csr(sim, stock):
    done = sim.run(example("csr.sh"), "iotsim:object=web", "/CN=device-1")
    sim.write("device.csr", done.raw)
    ca = peers.Authority(stock)
    ca.issue("device.csr", "device.pem")
    sim.run(example("csr.sh"), status=2)


def test_tls_server(sim, stock):
    sim.openssl("x509", "-in", "iotsim:object=ca", "-out", "ca.pem")
    with peers.server(sim, [example("tls_server.sh"), "iotsim:object=web",
                            "127.0.0.1:0", "1"], None,
                      lambda log: "ACCEPT" in log, "server") as server:
        port = server.text().split("ACCEPT 127.0.0.1:")[1].split()[0]
        client = peers.s_client(stock, port, "-CAfile", "ca.pem")
        assert "olleh" in client.out
        wait_for(lambda: server.poll() is not None, "the server to end")
        assert server.returncode == 0
    sim.run(example("tls_server.sh"), status=2)


def test_scripts_are_executable():
    for name in ["demo", "csr.sh", "tls_server.sh"]:
        assert os.access(example(name), os.X_OK)
        subprocess.run(["sh", "-n", example(name)], check=True)
