"""How long reading and judging tag lists takes, and mending documents with many images, in milliseconds: the least of
some runs.

python bench/judging.py
"""

import random
from collections.abc import Callable, Iterator, Mapping
from datetime import date
from time import perf_counter

from moorage.analysis import analyse
from moorage.documents import dockerfile
from moorage.documents.usage import Document
from moorage.facts import FactsView, Known, Question, TagListing
from moorage.features.fixall import fix_all
from moorage.features.hover import hover
from moorage.project import Project
from moorage.versions import TagTable, judge, nearest, newest_first, parse_range
from moorage.versions.tag import read_alone

VARIANTS = ["", "-slim", "-alpine", "-alpine3.19", "-slim-bookworm", "-bookworm", "-rc1", "-jdk17-jammy", "-20240115"]


COLUMNS = ("tags", "judge, cold", "judge, read", "in a range", "order", "complete", "nearest")


def main() -> None:
    """Print a row for each size."""
    print("  ".join(f"{name:>11}" for name in COLUMNS))
    for size in (10_000, 100_000):
        print("  ".join([f"{size:>11,}", *(f"{time:>11.2f}" for time in times(made_up(size)))]))
    print()
    print("  ".join(f"{name:>11}" for name in ("images", "judge", "mend", "hover")))
    for count in (500, 2_000, 8_000):
        print("  ".join([f"{count:>11,}", *(f"{time:>11.2f}" for time in of_document(count))]))


def times(tags: tuple[str, ...]) -> Iterator[float]:
    """The times for one list: each of the columns but the first."""
    current = "7.3.5-slim"
    yield least(lambda: judge(current, TagTable(tags)), before=read_alone.cache_clear)
    table = TagTable(tags)
    judge(current, table)
    others = iter([f"{n}.3.5-slim" for n in range(1, 9)])
    yield least(lambda: judge(next(others), table))
    ranges = iter([parse_range(f"^{n}") for n in range(1, 9)])
    yield least(lambda: judge(current, table, range=next(ranges)))
    yield least(lambda: newest_first(TagTable(tags)))
    newest_first(table)
    yield least(lambda: newest_first(table, current))
    yield least(lambda: nearest("7.3.999-slmi", table))


def of_document(count: int) -> Iterator[float]:
    """The times for a Dockerfile of so many outdated images: all findings, all edits, one hover."""
    document = dockerfile.read("Dockerfile", "".join(f"FROM redis:7.2.0 AS s{n}\n" for n in range(count)))
    tags = Known(TagListing(("7.2.0", "7.2.12", "8.2.3")), 1_795_500_000)
    view = FactsView({Question("tags", "docker.io", "library/redis"): tags}, final=True)
    project = Project(date(2026, 11, 24))
    findings = analyse(document, project, view)
    yield least(lambda: analyse(document, project, view))

    def reread(texts: Mapping[str, str]) -> Document:
        return dockerfile.read("Dockerfile", texts["Dockerfile"])

    yield least(lambda: fix_all(document, findings, view, project=project, reread=reread))
    yield least(lambda: hover(document, document.usages[-1].span.start, project, view, 1_795_500_000))


def made_up(size: int) -> tuple[str, ...]:
    """As many tags as asked, in no order."""
    chance = random.Random(7)
    tags: dict[str, None] = {}
    while len(tags) < size:
        numbers = ".".join(str(chance.randint(0, 9 if place < 2 else 400)) for place in range(chance.randint(1, 3)))
        tags[numbers + chance.choice(VARIANTS)] = None
    return tuple(tags)


def least(run: Callable[[], object], before: Callable[[], object] = lambda: None) -> float:
    """The shortest of five runs, in milliseconds."""
    times: list[float] = []
    for _ in range(5):
        before()
        start = perf_counter()
        run()
        times.append(perf_counter() - start)
    return 1000 * min(times)


if __name__ == "__main__":
    main()
