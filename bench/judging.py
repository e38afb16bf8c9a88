"""How long reading and judging tag lists takes, in milliseconds: the least of some runs.

python bench/judging.py
"""

import random
from collections.abc import Callable, Iterator
from time import perf_counter

from moorage.versions import TagTable, judge, nearest, newest_first, parse_range
from moorage.versions.tag import read_alone

VARIANTS = ["", "-slim", "-alpine", "-alpine3.19", "-slim-bookworm", "-bookworm", "-rc1", "-jdk17-jammy", "-20240115"]


COLUMNS = ("tags", "judge, cold", "judge, read", "in a range", "order", "complete", "nearest")


def main() -> None:
    """Print a row for each size."""
    print("  ".join(f"{name:>11}" for name in COLUMNS))
    for size in (10_000, 100_000):
        print("  ".join([f"{size:>11,}", *(f"{time:>11.2f}" for time in times(made_up(size)))]))


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
