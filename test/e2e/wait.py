# SPDX-License-Identifier: Apache-2.0
"""Waiting for something to happen, and free ports."""

import socket
import time

# In front of a server's command: it does not outlive the test.
WITH_PARENT = ["setpriv", "--pdeathsig", "TERM", "--"]
PATIENCE = 60  # seconds; for a machine that is busy, never for a slow card


def wait_for(ready, what, process=None):
    """Return when `ready()` is true; fail when `process` ends before that."""
    end = time.monotonic() + PATIENCE
    while not ready():
        if process is not None and process.poll() is not None:
            raise AssertionError(
                f"waiting for {what}: the process ended with "
                f"{process.returncode}")
        if time.monotonic() > end:
            raise AssertionError(f"{what} did not happen in {PATIENCE} s")
        time.sleep(0.01)


def accepts(port):
    try:
        socket.create_connection(("127.0.0.1", port), timeout=5).close()
    except OSError:
        return False
    return True


def free_port(kind=socket.SOCK_STREAM):
    with socket.socket(socket.AF_INET, kind) as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]
