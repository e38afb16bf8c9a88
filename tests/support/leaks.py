"""No secret stays behind: what a whole run printed, logged and wrote is searched for every one that tests use.

Files in which tests lay down credentials for the program to read are known by name; in any other file a secret is a
leak, and so the run has failed.
"""

import os
from pathlib import Path

from support.secrets import leak

# Where Docker, Podman and the user keep credentials, what a registry of a test is configured with, and helpers.
_CREDENTIAL_FILES = frozenset(("config.json", "auth.json", "htpasswd", "auth-file.json", "dockerconfigjson"))
_HELPER = "docker-credential-"
_MOST = 64 << 20
_CAPTURED = ("capstdout", "capstderr", "caplog")


def kept_on_purpose(path):
    """Whether a file is one that tests write credentials into."""
    return path.name in _CREDENTIAL_FILES or path.name.startswith(_HELPER)


def leaks_below(folder):
    """The files below a folder that hold a secret and should not, each with what was found there."""
    found = []
    for at, _, names in os.walk(folder):
        for path in (Path(at, name) for name in names):
            if path.is_symlink() or not path.is_file() or kept_on_purpose(path):
                continue
            with path.open("rb") as file:
                trace = leak(file.read(_MOST)) or leak(path.name)
            if trace is not None:
                found.append((str(path), trace))
    return found


class LeakWatch:
    """A plugin of pytest that fails a run which has left a secret behind."""

    def __init__(self, config):
        self._config = config
        self.found = []

    def pytest_runtest_logreport(self, report):
        """Look at what a test printed and logged."""
        for name in _CAPTURED:
            trace = leak(getattr(report, name, ""))
            if trace is not None:
                self.found.append((f"{report.nodeid} ({report.when}, {name})", trace))

    def pytest_sessionfinish(self, session):
        """Look at every file that was written."""
        base = self._config._tmp_path_factory._basetemp
        if base is not None:
            self.found += leaks_below(base)
        if self.found:
            session.exitstatus = 1

    def pytest_terminal_summary(self, terminalreporter):
        """Say what was found."""
        if self.found:
            terminalreporter.section("secrets left behind", red=True, bold=True)
            for where, trace in self.found:
                terminalreporter.line(f"{where}: {trace}")
