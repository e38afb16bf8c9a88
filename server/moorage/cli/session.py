"""What a command works with: the user's settings, the facts, the project. Opened once, closed at the end."""

import os
import sys
from collections.abc import Callable, Generator, Iterable, Mapping, Sequence
from contextlib import contextmanager, nullcontext
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple, TypeVar

from moorage.cli.taglist import end_of
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


class Recall(NamedTuple):
    """What a run is bound to: a `file` with all its facts, and the day that counts as today. Bound, it asks nobody."""

    file: Path | None = None
    at: date | None = None


_UNBOUND = Recall()


@contextmanager
def open_session(
    paths: Sequence[str],
    *,
    offline: bool,
    max_age: int | None,
    overrides: Mapping[str, object],
    recall: Recall = _UNBOUND,
) -> Generator[Session]:
    """A session for the files below `paths`. What is wrong with policy files and the store is said at its end.

    `max_age` is how old facts may be, in seconds (-1: they must be asked for in this run; None: as the settings say).
    `overrides` is the policy that the command line states. Raises `UsageError` where the settings, or the file of
    facts, cannot be used. A run on a file of facts is the same for everybody: nothing of the user's own counts in it.
    """
    settings, lives = Settings(), None
    if recall.file is None:
        settings = load()
        workspace, project, lives = surroundings(settings, paths, overrides)
    else:
        workspace = around(paths)
        project = Project(date.today(), workspace.layers_for, overrides=_said(overrides))
    if recall.at is not None:
        project = project._replace(today=recall.at)
    fresh = max_age if max_age is not None else settings.facts.max_age
    end = None if recall.at is None else end_of(recall.at)
    file = recall.file or settings.facts.path
    places = [Path(path) for path in paths]
    with _facts(settings, offline, end, places) if file is None else nullcontext(_recorded(file, end)) as facts:
        session = Session(facts, project, workspace, _FRESH if fresh is None else fresh)
        try:
            yield session
        finally:
            about_data = () if lives is None or lives.notice is None else (lives.notice,)
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
    project = Project(date.today(), workspace.layers_for, user_layer(settings), _said(overrides), lives)
    return Ground(workspace, project, lives)


def _said(overrides: Mapping[str, object]) -> Layer:
    """The policy that the command line states."""
    return Layer("the command line", overrides) if overrides else NOTHING


def user_layer(settings: Settings) -> Layer:
    """The policy in the user's own file; raises `UsageError` for a mistake in it."""
    layer, mistakes = read_layer(settings.policy, str(settings.path or ""), RULE_IDS)
    for mistake in mistakes:
        keys = ".".join(map(str, ("policy", *mistake.path)))
        raise UsageError(f"{settings.path}: {keys}: {mistake.message}")
    return layer


def _recorded(file: Path, end: int | None) -> Facts:
    """The facts of a file, as they were known before `end`."""
    from moorage.store.recorded import from_file

    return Facts(from_file(file, end))


@contextmanager
def _facts(settings: Settings, offline: bool, end: int | None, places: Sequence[Path]) -> Generator[Facts]:
    """The facts of the user's store, and registries behind it unless `offline`, or what was known before `end`.

    No program from `places`, those that are looked at, is run for credentials.
    """
    offline = offline or settings.offline or end is not None
    if offline and not os.access(settings.store_path, os.F_OK):
        yield Facts(_Nothing())
        return
    from moorage.store.source import Source as Registries
    from moorage.store.sqlite import Store

    store, notices = Store.open(settings.store_path)
    source = Registries(settings, store, offline=offline, workspace=places)
    warned: list[str] = []
    try:
        if end is not None:
            from moorage.store.recorded import Recorded
            from moorage.store.records import record_of

            yield Facts(Recorded(lambda question: record_of(store, question, source.identity), end))
            return
        if offline:
            yield Facts(source)
            return
        import asyncio

        with asyncio.Runner() as runner:
            try:
                yield Facts(source, runner, lambda: source.under_way, source.troubles)
            finally:
                warned = about_warnings(source.warnings)
                runner.run(source.aclose())
    finally:
        store.close()
        _tell(*notices, *([store.trouble] if store.trouble else []), *warned)


def about_warnings(warnings: Mapping[str, tuple[str, ...]]) -> list[str]:
    """A sentence for each warning that registries sent along."""
    return [f"{host} warns: {text}" for host, texts in sorted(warnings.items()) for text in texts]


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
