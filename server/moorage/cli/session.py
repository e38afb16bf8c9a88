"""What a command works with: the user's settings, the facts, the project. Opened once, closed at the end."""

import sys
from collections.abc import Callable, Generator, Iterable, Mapping
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple, TypeVar

from moorage.cli.terminal import plain
from moorage.engine import Engine, Source
from moorage.errors import UsageError
from moorage.facts import AnyAnswer, FactsView, Question, Unreachable
from moorage.policy import NOTHING, Layer, read_layer
from moorage.project import Project
from moorage.refreshed import Refreshed
from moorage.rules import RULE_IDS
from moorage.settings import Settings, load
from moorage.workspace import Complaint, Workspace, around

if TYPE_CHECKING:
    import asyncio

T = TypeVar("T")

_FRESH = 3600
"""Seconds for which a fact is fresh in a check."""


class Facts(NamedTuple):
    """Where facts come from. `runner` is the loop to ask in, None where nobody is asked.

    `under_way` tells how many questions are being asked, `troubles` which registries gave no answer.
    """

    source: Source
    runner: "asyncio.Runner | None" = None
    under_way: Callable[[], int] = int
    troubles: Mapping[str, Unreachable] = {}


class Session:
    """Settings, facts and project of one run of a command."""

    def __init__(self, facts: Facts, project: Project, workspace: Workspace, max_age: int) -> None:
        self.engine = Engine(facts.source)
        self.project = project
        self._facts = facts
        self._workspace = workspace
        self._max_age = max_age
        self._tried: set[Question] = set()

    @property
    def complaints(self) -> tuple[Complaint, ...]:
        """What is wrong in the policy files that were read."""
        return self._workspace.complaints

    @property
    def undecided(self) -> Mapping[str, str]:
        """Why each registry that could not be asked gave no answer, be it that older facts serve."""
        return {host: trouble.reason for host, trouble in sorted(self._facts.troubles.items())}

    def wants(self, path: str) -> bool:
        """Whether the policy around a file wants it to be looked at."""
        return self._workspace.wants(path)

    def texts_in(self, folder: str) -> Callable[[str], bool] | None:
        """Which files of a folder the policy lists under `files.text`; None where it lists nothing."""
        return self._workspace.texts_in(folder)

    def settle(self, feature: Callable[[FactsView], T]) -> T:
        """The result of `feature` when all that can be known is known."""
        if self._facts.runner is None:
            return self.known(feature)
        from moorage.cli.progress import with_progress

        settled = self.engine.settle(feature, max_age=self._max_age, tried=self._tried)
        return self._facts.runner.run(with_progress(settled, self._facts.under_way))[0]

    def known(self, feature: Callable[[FactsView], T]) -> T:
        """The result of `feature` from what is known by now."""
        return self.engine.run(feature, final=True)[0]


@contextmanager
def open_session(
    paths: Iterable[str], *, offline: bool, max_age: int | None, overrides: Mapping[str, object]
) -> Generator[Session]:
    """A session for the files below `paths`. What is wrong with policy files and the store is said at its end.

    `max_age` is how old facts may be, in seconds (-1: they must be asked for in this run; None: as the settings say).
    `overrides` is the policy that the command line states. Raises `UsageError` where the settings cannot be used.
    """
    settings = load()
    workspace, project, lives = surroundings(settings, paths, overrides)
    fresh = max_age if max_age is not None else settings.facts.max_age
    with _facts(settings, offline=offline or settings.offline) as facts:
        session = Session(facts, project, workspace, _FRESH if fresh is None else fresh)
        try:
            yield session
        finally:
            about_data = () if lives.notice is None else (lives.notice,)
            _tell(*about_data, *map(str, session.complaints))


class Ground(NamedTuple):
    """What is around the files that a command looks at."""

    workspace: Workspace
    project: Project
    lives: Refreshed


def surroundings(settings: Settings, paths: Iterable[str], overrides: Mapping[str, object]) -> Ground:
    """The policy of the folders below `paths`, of the user and of the command line; asks nobody and opens no store."""
    workspace = around(paths)
    lives = Refreshed(settings.cache_dir)
    said = Layer("the command line", overrides) if overrides else NOTHING
    project = Project(date.today(), workspace.layers_for, user_layer(settings), said, lives)
    return Ground(workspace, project, lives)


def user_layer(settings: Settings) -> Layer:
    """The policy in the user's own file; raises `UsageError` for a mistake in it."""
    layer, mistakes = read_layer(settings.policy, str(settings.path or ""), RULE_IDS)
    for mistake in mistakes:
        keys = ".".join(map(str, ("policy", *mistake.path)))
        raise UsageError(f"{settings.path}: {keys}: {mistake.message}")
    return layer


@contextmanager
def _facts(settings: Settings, *, offline: bool) -> Generator[Facts]:
    """The facts of the user's store, and registries behind it unless `offline`."""
    if offline and not settings.store_path.exists():
        yield Facts(_Nothing())
        return
    from moorage.store.source import Source as Registries
    from moorage.store.sqlite import Store

    store, notices = Store.open(settings.store_path)
    source = Registries(settings, store, offline=offline, workspace=[Path.cwd()])
    try:
        if offline:
            yield Facts(source)
            return
        import asyncio

        with asyncio.Runner() as runner:
            try:
                yield Facts(source, runner, lambda: source.under_way, source.troubles)
            finally:
                runner.run(source.aclose())
    finally:
        store.close()
        _tell(*notices, *([store.trouble] if store.trouble else []))


def _tell(*notices: str) -> None:
    """Say on standard error what the user should know."""
    for notice in notices:
        print("moorage: " + plain(notice), file=sys.stderr)


class _Nothing:
    """A source that knows nothing and asks nobody."""

    def snapshot(self, questions: Iterable[Question]) -> Mapping[Question, AnyAnswer]:
        """Nothing."""
        return {}

    async def fetch(self, questions: Iterable[Question], *, max_age: int, urgent: bool = True) -> set[Question]:
        """Nothing."""
        return set()
