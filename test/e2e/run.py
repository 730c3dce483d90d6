# SPDX-License-Identifier: Apache-2.0
"""Running programs, with the provider and without it."""

import glob
import os
import shutil
import subprocess

from paths import EXAMPLES, HELPERS, MODULES, SANITIZE
from wait import WITH_PARENT

TIMEOUT = 120  # seconds


def plain_environment():
    """Of a program that knows nothing of the provider."""
    clean = {k: v for k, v in os.environ.items()
             if not k.startswith(("IOTSIM_", "OPENSSL_", "LD_PRELOAD"))}
    clean.update(LC_ALL="C", PATH="/usr/sbin:/usr/bin:/sbin:/bin")
    return clean


def write_config(path, text=None):
    """An openssl.cnf as a user would have it: the system's, with our sample
    (or `text`) included at the end."""
    if text is None:
        with open(os.path.join(EXAMPLES, "openssl.cnf")) as f:
            text = f.read()
    with open(path, "w") as f:
        f.write(".include /etc/ssl/openssl.cnf\n" + text)
    return path


def runtime(name):
    return subprocess.run(["gcc", f"-print-file-name={name}"], check=True,
                          capture_output=True, text=True).stdout.strip()


def sanitizer_environment(folder, leaks=True):
    """For a program that was not built with the sanitizer but loads a module
    that was: the runtime comes first, modules stay mapped so that traces have
    names. Reports go to files; `sanitizer_reports` judges them. Looking for
    `leaks` takes the slow unwinder, for libcrypto has no frame pointers."""
    log = os.path.join(str(folder), "sanitizer")
    options = f"log_path={log}:exitcode=0"
    if "address" in SANITIZE:
        keep = os.path.join(HELPERS, "libkeep_modules.so")
        return {
            "LD_PRELOAD": f"{runtime('libasan.so')} {keep}",
            "ASAN_OPTIONS": options + ":strict_string_checks=1"
                            f":detect_leaks={leaks:d}"
                            f":fast_unwind_on_malloc={not leaks:d}",
            "LSAN_OPTIONS": options + ":print_suppressions=0",
            "UBSAN_OPTIONS": options + ":print_stacktrace=1",
        }
    if "thread" in SANITIZE:
        return {
            "LD_PRELOAD": runtime("libtsan.so"),
            "TSAN_OPTIONS": options + ":ignore_noninstrumented_modules=1",
        }
    return {}


def sanitizer_reports(folder):
    """What the sanitizers complained of. libcrypto and its programs leak at
    exit; a leak counts when our module is in the stack of the allocation."""
    found = []
    for path in glob.glob(os.path.join(str(folder), "sanitizer.*")):
        with open(path, errors="replace") as f:
            text = f.read()
        for report in text.split("\n\n"):
            leak = " leak of " in report
            noise = "SUMMARY" in report or "LeakSanitizer: detected" in report
            if leak and "iotsim.so" in report:
                found.append(report)
            elif not leak and not noise and report.strip(" =\n"):
                found.append(text)
                break
    return found


class Result:
    def __init__(self, command, process, out, err):
        self.command = " ".join(command)
        self.status = process
        self.raw = out
        self.out = out.decode(errors="replace")
        self.err = err.decode(errors="replace")

    @property
    def all(self):
        return self.out + self.err

    def __str__(self):
        return (f"$ {self.command}\nstatus {self.status}\n"
                f"--- stdout\n{self.out}\n--- stderr\n{self.err}")


class Runner:
    """Runs commands in `folder` with the environment `environment`."""

    def __init__(self, folder, environment):
        self.folder = str(folder)
        self.environment = environment

    def path(self, name):
        return os.path.join(self.folder, name)

    def with_environment(self, **more):
        merged = {**self.environment, **more}
        return Runner(self.folder,
                      {k: v for k, v in merged.items() if v is not None})

    def start(self, *command, **options):
        return subprocess.Popen([*WITH_PARENT, *command], cwd=self.folder,
                                env=self.environment, **options)

    def run(self, *command, input=None, status=0):
        """Run; `status` is what it must exit with, None for any failure."""
        stdin = {"input": input} if input is not None else {
            "stdin": subprocess.DEVNULL}
        done = subprocess.run(command, cwd=self.folder, env=self.environment,
                              capture_output=True, timeout=TIMEOUT, **stdin)
        result = Result(command, done.returncode, done.stdout, done.stderr)
        if status is None:
            assert done.returncode > 0, f"should fail cleanly\n{result}"
        else:
            assert done.returncode == status, str(result)
        return result

    def openssl(self, *arguments, **options):
        return self.run("/usr/bin/openssl", *arguments, **options)

    def write(self, name, octets):
        with open(self.path(name), "wb") as f:
            f.write(octets)
        return self.path(name)

    def read(self, name):
        with open(self.path(name), "rb") as f:
            return f.read()


def with_provider(folder, card=None, config=None, leaks=True):
    """A runner whose programs have the provider."""
    environment = plain_environment()
    environment["OPENSSL_CONF"] = write_config(
        os.path.join(str(folder), "openssl.cnf"), config)
    environment["OPENSSL_MODULES"] = MODULES
    environment.update(sanitizer_environment(folder, leaks))
    if card is not None:
        environment.update(card.environment())
    return Runner(folder, environment)


def without_provider(folder):
    return Runner(folder, plain_environment())


def have(program):
    return shutil.which(program, path="/usr/sbin:/usr/bin") is not None
