# SPDX-License-Identifier: Apache-2.0
"""The other side: a software CA, TLS servers, a client."""

import contextlib
import getpass
import os
import shutil
import signal
import subprocess

from paths import EXAMPLES
from wait import accepts, free_port, wait_for

EXTENSIONS = """basicConstraints = critical, CA:FALSE
keyUsage = critical, digitalSignature
extendedKeyUsage = serverAuth, clientAuth
subjectAltName = DNS:localhost, IP:127.0.0.1
"""
NEW_KEY = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"]


def names(text):
    """`text` with names written as by OpenSSL 3.5, CN=device, and not as by
    3.0, CN = device."""
    return text.replace(" = ", "=")


# A server that wants a certificate and sends back every line reversed.
MUTUAL = ["-Verify", "2", "-verify_return_error", "-rev"]


def of(name):
    """Arguments for the side called `name`."""
    return ["-cert", f"{name}.pem", "-key", f"{name}.key", "-CAfile",
            "ca.pem"]


class Authority:
    """A CA with a software key; certificates go to `folder`."""

    def __init__(self, stock):
        self.stock = stock
        stock.write("extensions", EXTENSIONS.encode())
        stock.openssl("req", "-new", "-x509", *NEW_KEY, "-keyout", "ca.key",
                      "-out", "ca.pem", "-subj", "/CN=test CA", "-days", "2",
                      "-addext", "keyUsage = critical, keyCertSign")

    def issue(self, request, certificate):
        self.stock.openssl(
            "x509", "-req", "-in", request, "-CA", "ca.pem", "-CAkey",
            "ca.key", "-days", "2", "-extfile", "extensions", "-out",
            certificate)
        self.stock.openssl("verify", "-x509_strict", "-CAfile", "ca.pem",
                           certificate)

    def issue_software(self, name):
        """NAME.key and NAME.pem."""
        self.stock.openssl("req", "-new", *NEW_KEY, "-keyout", f"{name}.key",
                           "-out", f"{name}.csr", "-subj", f"/CN={name}")
        self.issue(f"{name}.csr", f"{name}.pem")

    def issue_device(self, sim, name="device", label="web"):
        """NAME.key, a reference to the card's key, and NAME.pem: the card
        signs a request, the CA answers it."""
        uri = f"iotsim:object={label}"
        sim.openssl("req", "-new", "-key", uri, "-subj", f"/CN={name}", "-out",
                    f"{name}.csr")
        self.issue(f"{name}.csr", f"{name}.pem")
        sim.openssl("pkey", "-in", uri, "-out", f"{name}.key")


def ended(process, how=signal.SIGTERM):
    """End a server; returns its exit status."""
    if process.poll() is None:
        process.send_signal(how)
    return process.wait(60)


@contextlib.contextmanager
def server(runner, command, port, ready, name):
    """A server process; `ready(log)` tells when clients can come."""
    log = runner.path(f"{name}.log")
    with open(log, "wb") as out:
        process = runner.start(*command, stdin=subprocess.PIPE, stdout=out,
                               stderr=subprocess.STDOUT)

    def text():
        with open(log, errors="replace") as f:
            return f.read()

    def get_ready():
        return ready(text())

    try:
        wait_for(get_ready, f"{name} to be ready:\n{text()}", process)
        process.port = port
        process.text = text
        yield process
    finally:
        ended(process)
        process.stdin.close()


def s_server(runner, *arguments):
    """openssl s_server; sends back every line reversed."""
    port = free_port()
    return server(runner, ["/usr/bin/openssl", "s_server", "-accept",
                           f"127.0.0.1:{port}", *arguments], port,
                  lambda log: "ACCEPT" in log, "s_server")


def gnutls_server(runner, *arguments):
    """gnutls-serv; sends every line back."""
    port = free_port()
    return server(runner, ["/usr/bin/gnutls-serv", "--echo", "--port",
                           str(port), *arguments], port,
                  lambda log: accepts(port), "gnutls-serv")


def s_client(runner, port, *arguments, status=0, say="hello\nCLOSE\n"):
    return runner.openssl("s_client", "-connect", f"127.0.0.1:{port}",
                          "-ign_eof", "-verify_return_error",
                          "-verify_hostname", "localhost", *arguments,
                          input=say.encode(), status=status)


def check_dtls(server_side, client_side, server_arguments, client_arguments):
    """A mutual handshake of DTLS 1.2, and a message."""
    port = free_port()
    with server(server_side, [
            "/usr/bin/openssl", "s_server", "-dtls1_2", "-accept",
            f"127.0.0.1:{port}", *server_arguments, "-Verify", "2",
            "-verify_return_error"], port, lambda log: "ACCEPT" in log,
            f"s_server-{port}") as process:
        client = client_side.openssl(
            "s_client", "-dtls1_2", "-connect", f"127.0.0.1:{port}",
            "-verify_return_error", *client_arguments, input=b"hello\n")
        assert "New, TLSv1.2" in client.out
        wait_for(lambda: "hello" in process.text(), "the message")


class Nginx:
    """nginx in the runner's folder with one of examples/nginx/*.conf."""

    def __init__(self, runner, name):
        self.runner = runner
        self.port = free_port()
        self.config = f"{name}.conf"
        with open(os.path.join(EXAMPLES, "nginx", self.config)) as f:
            text = f.read()
        text = text.replace("@PORT@", str(self.port))
        text = text.replace("@USER@", getpass.getuser())
        runner.write(self.config, text.encode())
        self.process = None

    def command(self, *more):
        return ["/usr/sbin/nginx", "-p", self.runner.folder, "-e",
                "error.log", "-c", self.config, *more]

    def check(self):
        return self.runner.run(*self.command("-t"))

    def log(self):
        return self.runner.read("error.log").decode(errors="replace")

    def url(self):
        return f"https://localhost:{self.port}/"

    def workers(self):
        """Process ids of the workers."""
        path = f"/proc/{self.process.pid}/task/{self.process.pid}/children"
        with open(path) as f:
            return {int(pid) for pid in f.read().split()}

    def __enter__(self):
        with open(self.runner.path("nginx.out"), "wb") as out:
            self.process = self.runner.start(
                *self.command(), stdin=subprocess.DEVNULL, stdout=out,
                stderr=subprocess.STDOUT)
        wait_for(lambda: accepts(self.port), "nginx to accept", self.process)
        return self

    def __exit__(self, *unused):
        status = ended(self.process, signal.SIGQUIT)
        assert status == 0, f"nginx: {status}\n{self.log()}"


def use_curl_config(runner):
    shutil.copy(os.path.join(EXAMPLES, "curl", "client.conf"), runner.folder)
    return "client.conf"
