"""Regular expressions in Go's syntax, matched in time that grows with the length of pattern and text and no faster.

Source: https://github.com/google/re2/wiki/Syntax. A pattern becomes a small program which goes through the text once,
following all its ways side by side (https://swtch.com/~rsc/regexp/regexp2.html); of two matches that start at the same
place the one that the pattern prefers counts.
"""

import re
from collections.abc import Callable, Iterator
from typing import Literal, NamedTuple

from moorage.documents.hcl.values import Failed, NotEvaluated

_LARGEST = 200_000
"""The length of the program times that of the text."""
_LONGEST_PROGRAM = 2_000
_DEEPEST = 40
_CLASS = re.compile(r"\[\^?\]?(?:\\.|\[:\w+:\]|[^\]\\])*\]", re.DOTALL)
_REPEAT = re.compile(r"\{(\d{1,3})(?:(,)(\d{0,3}))?\}")
_GROUP = re.compile(r"\((?:\?(?:(:)|P?<(\w+)>))?")
_WORD = re.compile(r"\w", re.ASCII)
_CONTROLS = {"n": "\n", "r": "\r", "t": "\t", "f": "\f", "v": "\v", "a": "\a"}

Test = Callable[[str], bool]
Slots = tuple[int, ...]


class _Step(NamedTuple):
    """One step of a program: read a character that passes `test`, or go on at `to` and then at `other`."""

    kind: Literal["read", "fork", "save", "start", "end", "boundary", "inside", "match"]
    test: Test | None = None
    to: int = 0
    other: int = 0


class Found(NamedTuple):
    """A match: where it starts and ends, and where each group does (-1: it has no part in it)."""

    start: int
    end: int
    groups: tuple[tuple[int, int], ...]


class Pattern:
    """A compiled pattern. Raises `Failed` for one that is none, `NotEvaluated` for what is not supported here."""

    def __init__(self, text: str) -> None:
        compiler = _Compiler(text)
        self._steps = compiler.run()
        self.names: tuple[str | None, ...] = tuple(compiler.names)

    def search(self, text: str, start: int = 0) -> Found | None:
        """The first match at `start` or behind it."""
        if len(self._steps) * (len(text) + 1) > _LARGEST:
            raise NotEvaluated("so large a pattern over so long a text is not worked out")
        best: Slots | None = None
        empty: Slots = (-1,) * (2 * len(self.names) + 2)
        threads: dict[int, Slots] = {}
        for at in range(start, len(text) + 1):
            if best is None:
                self._follow(threads, 0, empty, text, at)
            going: dict[int, Slots] = {}
            for number, slots in threads.items():
                step = self._steps[number]
                if step.kind == "match":
                    best = slots
                    break
                if at < len(text) and step.test is not None and step.test(text[at]):
                    self._follow(going, number + 1, slots, text, at + 1)
            threads = going
            if best is not None and not threads:
                break
        if best is None:
            return None
        return Found(best[0], best[1], tuple(zip(best[2::2], best[3::2], strict=True)))

    def all(self, text: str) -> Iterator[Found]:
        """Every match, none overlapping another."""
        at, count = 0, 0
        while at <= len(text):
            found = self.search(text, at)
            count += 1
            if found is None:
                return
            if count * len(self._steps) * (len(text) + 1) > 10 * _LARGEST:
                raise NotEvaluated("so many matches are not worked out")
            yield found
            at = found.end if found.end > found.start else found.end + 1

    def _follow(self, threads: dict[int, Slots], number: int, slots: Slots, text: str, at: int) -> None:
        """Add the steps that can be reached from one without reading, the preferred first."""
        waiting = [(number, slots)]
        seen: set[int] = set()
        while waiting:
            number, slots = waiting.pop()
            if number in threads or number in seen:
                continue
            step = self._steps[number]
            if step.kind in ("read", "match"):
                threads[number] = slots
                continue
            seen.add(number)
            match step.kind:
                case "fork":
                    waiting += ((step.other, slots), (step.to, slots))
                case "save":
                    waiting.append((number + 1, (*slots[: step.to], at, *slots[step.to + 1 :])))
                case _:
                    if _holds(step.kind, text, at):
                        waiting.append((number + 1, slots))


def _holds(kind: str, text: str, at: int) -> bool:
    """Whether an anchor fits between the characters before and after `at`."""
    if kind == "start":
        return at == 0
    if kind == "end":
        return at == len(text)
    before, after = text[at - 1 : at] if at else "", text[at : at + 1]
    edge = (_WORD.match(before) is not None) != (_WORD.match(after) is not None)
    return edge == (kind == "boundary")


class _Compiler:
    """Reads a pattern from left to right."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._at = 0
        self._depth = 0
        self.names: list[str | None] = []

    def run(self) -> tuple[_Step, ...]:
        body = self._either()
        if self._at < len(self._text):
            raise Failed(f"the pattern {self._text[:40]!r} has a ')' too many")
        return (_Step("save", to=0), *_moved(body, 1), _Step("save", to=1), _Step("match"))

    def _either(self) -> list[_Step]:
        """Alternatives; jumps count from the first step of what is returned."""
        left = self._sequence()
        if not self._take("|"):
            return left
        right = self._either()
        first = len(left) + 2
        end = first + len(right)
        return [
            _Step("fork", to=1, other=first),
            *_moved(left, 1),
            _Step("fork", to=end, other=end),
            *_moved(right, first),
        ]

    def _sequence(self) -> list[_Step]:
        steps: list[_Step] = []
        while self._at < len(self._text) and self._text[self._at] not in "|)":
            steps += _moved(self._repeated(self._atom()), len(steps))
            if len(steps) > _LONGEST_PROGRAM:
                raise NotEvaluated("so large a pattern is not worked out")
        return steps

    def _repeated(self, steps: list[_Step]) -> list[_Step]:
        """A part with the `*`, `+`, `?` or `{n,m}` behind it."""
        least, most = 1, 1
        counted = _REPEAT.match(self._text, self._at)
        if self._take("*"):
            least, most = 0, -1
        elif self._take("+"):
            most = -1
        elif self._take("?"):
            least = 0
        elif counted is not None:
            self._at = counted.end()
            least = int(counted[1])
            most = least if counted[2] is None else int(counted[3]) if counted[3] else -1
        else:
            return steps
        lazy = self._take("?")
        if len(steps) * max(least, most) > _LONGEST_PROGRAM:
            raise NotEvaluated("so large a pattern is not worked out")
        out: list[_Step] = []
        for _ in range(least):
            out += _moved(steps, len(out))
        if most < 0:
            loop = len(out)
            out += [_fork(loop + 1, loop + len(steps) + 2, lazy), *_moved(steps, loop + 1)]
            return [*out, _Step("fork", to=loop, other=loop)]
        end = len(out) + (most - least) * (len(steps) + 1)
        for _ in range(most - least):
            out += [_fork(len(out) + 1, end, lazy), *_moved(steps, len(out) + 1)]
        return out

    def _atom(self) -> list[_Step]:
        char = self._text[self._at]
        if char == "(":
            return self._group()
        if char == "[":
            return [_Step("read", self._class())]
        self._at += 1
        match char:
            case ".":
                return [_Step("read", "\n".__ne__)]
            case "^":
                return [_Step("start")]
            case "$":
                return [_Step("end")]
            case "\\":
                return [self._escape()]
            case "*" | "+" | "?":
                raise Failed(f"nothing is repeated in the pattern {self._text[:40]!r}")
            case _:
                return [_Step("read", char.__eq__)]

    def _group(self) -> list[_Step]:
        opening = _GROUP.match(self._text, self._at)
        self._depth += 1
        if opening is None or self._text.startswith("?", opening.end()) or self._depth > _DEEPEST:
            raise NotEvaluated("groups of this kind are not worked out")
        self._at = opening.end()
        number = None
        if opening[1] is None:
            number = len(self.names)
            self.names.append(opening[2])
        body = self._either()
        if not self._take(")"):
            raise Failed(f"the pattern {self._text[:40]!r} lacks a ')'")
        self._depth -= 1
        if number is None:
            return body
        return [_Step("save", to=2 * number + 2), *_moved(body, 1), _Step("save", to=2 * number + 3)]

    def _escape(self) -> _Step:
        char = self._text[self._at : self._at + 1]
        self._at += 1
        if char == "":
            raise Failed("the pattern ends with a backslash")
        if char in "dDwWsS":
            return _Step("read", _one_of("\\" + char))
        if char in "bB":
            return _Step("boundary" if char == "b" else "inside")
        if char in "Az":
            return _Step("start" if char == "A" else "end")
        if char.isalnum() and char not in _CONTROLS:
            raise NotEvaluated(f"'\\{char}' in patterns is not worked out")
        return _Step("read", _CONTROLS.get(char, char).__eq__)

    def _class(self) -> Test:
        match = _CLASS.match(self._text, self._at)
        if match is None:
            raise Failed(f"the pattern {self._text[:40]!r} lacks a ']'")
        self._at = match.end()
        if "[:" in match[0] or "\\p" in match[0] or "\\P" in match[0]:
            raise NotEvaluated("named classes in patterns are not worked out")
        return _one_of("[" + match[0][1:-1].replace("[", "\\[") + "]")

    def _take(self, char: str) -> bool:
        if self._text.startswith(char, self._at):
            self._at += len(char)
            return True
        return False


def _one_of(source: str) -> Test:
    """A test of one character; Python's classes read as Go's do."""
    try:
        fits = re.compile(source, re.ASCII).fullmatch
    except re.error as error:
        raise Failed(f"{source} is no class of characters: {error}") from None
    return lambda char: fits(char) is not None


def _fork(into: int, past: int, lazy: bool) -> _Step:
    return _Step("fork", to=past, other=into) if lazy else _Step("fork", to=into, other=past)


def _moved(steps: list[_Step], by: int) -> list[_Step]:
    """Steps whose jumps count from `by` steps earlier."""
    return [s._replace(to=s.to + by, other=s.other + by) if s.kind == "fork" else s for s in steps]
