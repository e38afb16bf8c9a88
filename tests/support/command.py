"""Running `moorage` as a user does: a process of its own, its output as text."""

import json
import os
import subprocess
import sys
from typing import NamedTuple

from support.secrets import leak


class Ran(NamedTuple):
    """How a command ended, and what it printed."""

    code: int
    out: str
    err: str

    @property
    def json(self):
        """Standard output as JSON."""
        return json.loads(self.out)

    @property
    def rules(self):
        """The rules of the findings in the JSON form."""
        return [finding["rule"] for finding in self.json["findings"]]


def moorage(*args, cwd=None, env=None, stdin=None, under=()):
    """Run a command, `under` another if one is given; a traceback, or a secret in what it prints, fails the test."""
    ran = subprocess.run(
        [*under, sys.executable, "-m", "moorage", *map(str, args)],
        cwd=cwd,
        env={**os.environ, **(env or {})},
        input=stdin,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert "Traceback" not in ran.stderr, ran.stderr
    assert leak(ran.stdout + ran.stderr) is None
    return Ran(ran.returncode, ran.stdout, ran.stderr)


def mirrored(home, registry, hosts=("docker.io",)):
    """Write settings that lead `hosts` to an embedded registry."""
    lines = "".join(f"  {host}: {{url: '{registry.url}', resolve: true}}\n" for host in hosts)
    (home / "moorage.yaml").write_text(f"mirrors:\n{lines}")
