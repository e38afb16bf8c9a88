"""What a command works with: the user's settings, the facts, the project. Opened once, closed at the end."""

import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import date
from typing import Any, TypeVar

from moorage.cli.terminal import plain
from moorage.engine import Engine
from moorage.errors import UsageError
from moorage.facts import FactsView, Question
from moorage.policy import Layer, read_layer
from moorage.project import Project
from moorage.rules import RULE_IDS
from moorage.settings import Settings, load
from moorage.workspace import Workspace

T = TypeVar("T")

_FRESH = 3600
"""Seconds for which a fact is fresh in a check."""


class Session:
    """Settings, engine and project of one run of a command."""

    def __init__(self, settings: Settings, engine: Engine, project: Project, *, offline: bool, max_age: int) -> None:
        self.settings = settings
        self.engine = engine
        self.project = project
        self.offline = offline
        self.max_age = max_age
        self.notices: list[str] = []

    def settle(self, feature: Callable[[FactsView], T]) -> T:
        """The result of `feature` when all that can be known is known."""
        if self.offline:
            return self.engine.run(feature, final=True)[0]
        import asyncio

        return asyncio.run(self.engine.settle(feature, max_age=self.max_age))[0]

    def tell_notices(self) -> None:
        """Say on standard error what the user should know about settings and store."""
        for notice in self.notices:
            print("moorage: " + plain(notice), file=sys.stderr)
