# SPDX-License-Identifier: Apache-2.0
"""Where things are; ctest says so, a run by hand uses build/dev."""

import os

SOURCE = os.environ.get("TEST_SOURCE_DIR") or os.path.abspath(
    os.path.join(os.path.dirname(__file__), "..", ".."))
BUILD = os.environ.get("TEST_BUILD_DIR") or os.path.join(
    SOURCE, "build", "dev")
MODULES = os.path.join(BUILD, "ossl-modules")
MODULE = os.path.join(MODULES, "iotsim.so")
TOOL = os.path.join(BUILD, "bin", "iotsim")
HELPERS = os.path.join(BUILD, "test", "helpers")
EXAMPLES = os.path.join(SOURCE, "examples")
# "address,undefined", "thread" or "" (as the build was configured)
SANITIZE = os.environ.get("TEST_SANITIZE", "")
# Set: a missing program is a failure and not a skip.
STRICT = bool(os.environ.get("TEST_STRICT"))
