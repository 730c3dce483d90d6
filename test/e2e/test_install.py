# SPDX-License-Identifier: Apache-2.0
"""Installing to a scratch prefix, and signing from there."""

import os
import subprocess

import run
from paths import BUILD


def installed(tmp_path):
    """{name: path} of what was installed; the prefix stands for /."""
    subprocess.run(["cmake", "--install", BUILD], check=True,
                   capture_output=True,
                   env={**os.environ, "DESTDIR": str(tmp_path / "root")})
    return {name: os.path.join(folder, name)
            for folder, _, names in os.walk(tmp_path / "root")
            for name in names}


def test_install(card, tmp_path, stock):
    files = installed(tmp_path)
    for name in ["iotsim.so", "iotsim", "openssl.cnf", "iotsim.pc",
                 "iotsim.h", "uri.h", "result.h", "version.h",
                 "provider-iotsim.7", "iotsim-uri.7", "iotsim.1"]:
        assert name in files, sorted(files)
    assert "/ossl-modules/" in files["iotsim.so"]

    with open(files["openssl.cnf"]) as f:
        sim = run.with_provider(tmp_path, card, f.read())
    sim = sim.with_environment(
        OPENSSL_MODULES=os.path.dirname(files["iotsim.so"]))
    sim.write("message", b"x")
    sim.openssl("dgst", "-sha256", "-sign", "iotsim:object=web", "-out", "sig",
                "message")
    key = sim.run(files["iotsim"], "ref", "iotsim:object=web").out
    sim.write("key.pem", key.encode())
    sim.openssl("pkey", "-in", "key.pem", "-pubout", "-out", "pub")
    stock.openssl("dgst", "-sha256", "-verify", "pub", "-signature", "sig",
                  "message")


def test_header_alone(tmp_path):
    """An application needs the installed headers and nothing to link."""
    files = installed(tmp_path)
    source = tmp_path / "use.c"
    source.write_text('#include <iotsim/iotsim.h>\n'
                      'int main(void) { return IOTSIM_PROVIDER[0] == 0; }\n')
    include = os.path.dirname(os.path.dirname(files["iotsim.h"]))
    subprocess.run(["cc", "-std=c11", "-Wall", "-Wextra", "-Werror",
                    f"-I{include}", str(source), "-o", str(tmp_path / "use")],
                   check=True)
    subprocess.run([str(tmp_path / "use")], check=True)
