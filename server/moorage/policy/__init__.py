"""What the user wants: directives in comments, `policy:` in moorage.yaml, other tools' settings, the user's own file.

From near to far, the nearest that says something wins, key by key. All of it says *what* is wanted, never how to
connect.
"""

from moorage.policy.directives import Directive, read_directive
from moorage.policy.inline import directives_of
from moorage.policy.model import NOTHING, Layer, Mistake, Policy
from moorage.policy.resolve import DEFAULT, resolve
from moorage.policy.section import read_layer

__all__ = [
    "DEFAULT",
    "NOTHING",
    "Directive",
    "Layer",
    "Mistake",
    "Policy",
    "directives_of",
    "read_directive",
    "read_layer",
    "resolve",
]
