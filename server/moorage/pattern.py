"""Regular expressions of other people, matched in time proportional to pattern times text, whatever they are.

Files of a workspace may hold expressions on which a backtracking matcher never ends. This one visits each place of the
pattern at each place of the text once (the "bit state" matcher of https://swtch.com/~rsc/regexp/regexp3.html). It knows
what RE2 and JavaScript have in common, without look-around and back-references.
"""

import re
from functools import lru_cache
from typing import Literal, NamedTuple

from moorage.errors import MoorageError

_MAX_LENGTH = 500
_MAX_STEPS = 500
_MAX_TEXT = 500
_DEEPEST = 50

_DIGITS = "0123456789"
_WORD = _DIGITS + "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_"
_CLASSES = {"d": frozenset(_DIGITS), "w": frozenset(_WORD), "s": frozenset(" \t\n\r\f\v")}
_CONTROLS = {"n": "\n", "t": "\t", "r": "\r", "f": "\f", "v": "\v"}
_ASSERTIONS = {"^": "start", "$": "end"}
_counts = re.compile(r"\{(\d{1,4})(?:(,)(\d{1,4})?)?\}", re.ASCII).match
_name = re.compile(r"\?P?<([A-Za-z_]\w*)>", re.ASCII).match


class PatternError(MoorageError):
    """An expression that is wrong, too large, or uses what is not supported: a few words."""


class Step(NamedTuple):
    """One instruction: what it does, its characters or group, and where to go on (the preferred way first)."""

    op: Literal["one", "fork", "save", "assert", "match"]
    characters: frozenset[str] = frozenset()
    negated: bool = False
    ways: tuple[int, ...] = ()
    what: str = ""


class Pattern:
    """A compiled expression. Two of them are equal when their texts are."""

    __slots__ = ("_steps", "text")

    def __init__(self, text: str) -> None:
        """Compile `text`; raises `PatternError`."""
        self.text = text
        steps = _Compiler(text.removeprefix("(?i)")).steps()
        self._steps = tuple(map(_in_any_case, steps)) if text.startswith("(?i)") else steps

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Pattern) and other.text == self.text

    def __hash__(self) -> int:
        return hash(self.text)

    def __repr__(self) -> str:
        return f"Pattern({self.text!r})"

    def search(self, text: str) -> dict[str, str] | None:
        """The named groups of the first match anywhere in `text`, those that took part; None where there is none."""
        if len(text) > _MAX_TEXT:
            return None
        seen: set[tuple[int, int]] = set()
        for start in range(len(text) + 1):
            marks = self._run(text, start, seen)
            if marks is not None:
                return {name: text[a:b] for name, (a, b) in marks.items()}
        return None

    def matches(self, text: str) -> bool:
        """Whether it matches anywhere in `text`."""
        return self.search(text) is not None

    def _run(self, text: str, start: int, seen: set[tuple[int, int]]) -> dict[str, tuple[int, int]] | None:
        """The groups of the preferred match from `start`. What failed once at a place is not tried there again."""
        waiting: list[tuple[int, int, tuple[tuple[str, int], ...]]] = [(0, start, ())]
        while waiting:
            at, place, marks = waiting.pop()
            if (at, place) in seen:
                continue
            seen.add((at, place))
            step = self._steps[at]
            match step.op:
                case "one":
                    if place < len(text) and (text[place] in step.characters) != step.negated:
                        waiting.append((at + 1, place + 1, marks))
                case "fork":
                    waiting += [(way, place, marks) for way in reversed(step.ways)]
                case "save":
                    waiting.append((at + 1, place, (*marks, (step.what, place))))
                case "assert":
                    if _holds(step.what, text, place):
                        waiting.append((at + 1, place, marks))
                case "match":
                    return _groups(marks)
        return None


@lru_cache(maxsize=256)
def compiled(text: str) -> Pattern:
    """The expression `text`, compiled once; raises `PatternError`."""
    return Pattern(text)


@lru_cache(maxsize=1024)
def glob(text: str) -> Pattern:
    """A glob in the manner of minimatch: `*` stays within a path's segment, `**` does not; raises `PatternError`."""
    out: list[str] = []
    at = 0
    depth = 0
    while at < len(text):
        char = text[at]
        if text.startswith("**/", at):
            out.append("(?:.*/)?")
            at += 2
        elif text.startswith("**", at):
            out.append(".*")
            at += 1
        elif char == "*":
            out.append("[^/]*")
        elif char == "?":
            out.append("[^/]")
        elif char == "{":
            out.append("(?:")
            depth += 1
        elif char == "}" and depth:
            out.append(")")
            depth -= 1
        elif char == "," and depth:
            out.append("|")
        else:
            out.append(re.escape(char))
        at += 1
    return Pattern(f"(?i)^{''.join(out)}$")


def _in_any_case(step: Step) -> Step:
    return step._replace(characters=frozenset(c for char in step.characters for c in (char.lower(), char.upper())))


def _groups(marks: tuple[tuple[str, int], ...]) -> dict[str, tuple[int, int]]:
    found: dict[str, tuple[int, int]] = {}
    begun: dict[str, int] = {}
    for what, place in marks:
        name = what[1:]
        if what[0] == "<":
            begun[name] = place
        else:
            found[name] = (begun[name], place)
    return found


def _holds(what: str, text: str, place: int) -> bool:
    if what == "start":
        return place == 0
    if what == "end":
        return place == len(text)
    before = place > 0 and text[place - 1] in _CLASSES["w"]
    after = place < len(text) and text[place] in _CLASSES["w"]
    return (before != after) == (what == "edge")


class _Compiler:
    """Reads an expression by recursive descent; each part is a list of steps with ways relative to its start."""

    def __init__(self, text: str) -> None:
        if len(text) > _MAX_LENGTH:
            raise PatternError(f"it is longer than {_MAX_LENGTH} characters")
        self._text = text
        self._at = 0
        self._depth = 0

    def steps(self) -> tuple[Step, ...]:
        """The whole program."""
        found = self._alternatives()
        if self._at < len(self._text):
            raise PatternError("a parenthesis is closed that was not opened")
        found.append(Step("match"))
        return tuple(s._replace(ways=tuple(n + way for way in s.ways)) for n, s in enumerate(found))

    # Ways are relative to their own step, so that parts can be put together as they are.

    def _alternatives(self) -> list[Step]:
        self._depth += 1
        if self._depth > _DEEPEST:
            raise PatternError(f"it is nested more than {_DEEPEST} deep")
        branches = [self._sequence()]
        while self._peek() == "|":
            self._at += 1
            branches.append(self._sequence())
        self._depth -= 1
        found = branches.pop()
        for branch in reversed(branches):
            jump = Step("fork", ways=(len(found) + 1,))
            found = [Step("fork", ways=(1, len(branch) + 2)), *branch, jump, *found]
        return self._sized(found)

    def _sequence(self) -> list[Step]:
        found: list[Step] = []
        while self._peek() not in ("", "|", ")"):
            found += self._repeated(self._atom())
            self._sized(found)
        return found

    def _repeated(self, part: list[Step]) -> list[Step]:
        while True:
            char = self._peek()
            counts = _counts(self._text, self._at) if char == "{" else None
            if char in ("*", "+", "?") and char:
                least, most = {"*": (0, None), "+": (1, None), "?": (0, 1)}[char]
                self._at += 1
            elif counts is not None:
                least = int(counts[1])
                most = int(counts[3]) if counts[3] else None if counts[2] else least
                self._at = counts.end()
            else:
                return part
            lazy = self._peek() == "?"
            self._at += lazy
            if self._peek() == "+":
                raise PatternError("possessive repetition is not supported")
            part = self._copies(part, least, most, lazy)

    def _copies(self, part: list[Step], least: int, most: int | None, lazy: bool) -> list[Step]:
        if most is not None and most < least:
            raise PatternError("a repetition has wrong counts")
        size = len(part)
        if size * max(least, most or 0) > _MAX_STEPS:
            raise PatternError("it is too large")
        found = part * least
        if most is None:
            ways = (1, size + 2)
            return self._sized(
                [*found, Step("fork", ways=ways[::-1] if lazy else ways), *part, Step("fork", ways=(-size - 1,))]
            )
        for _ in range(most - least):
            ways = (1, size + 1)
            found = self._sized([*found, Step("fork", ways=ways[::-1] if lazy else ways), *part])
        return found

    def _atom(self) -> list[Step]:
        char = self._text[self._at]
        self._at += 1
        if char == "(":
            return self._group()
        if char == "[":
            return [self._set()]
        if char == ".":
            return [Step("one", frozenset("\n"), True)]
        if char in _ASSERTIONS:
            return [Step("assert", what=_ASSERTIONS[char])]
        if char in "*+?":
            raise PatternError("a repetition has nothing to repeat")
        if char == "\\":
            return [self._escape()]
        return [Step("one", frozenset(char))]

    def _group(self) -> list[Step]:
        name = ""
        if self._peek() == "?":
            named = _name(self._text, self._at)
            if named is not None:
                name, self._at = named[1], named.end()
            elif self._text.startswith("?:", self._at):
                self._at += 2
            else:
                raise PatternError("look-around and flags within it are not supported")
        found = self._alternatives()
        if self._peek() != ")":
            raise PatternError("a parenthesis is not closed")
        self._at += 1
        return [Step("save", what="<" + name), *found, Step("save", what=">" + name)] if name else found

    def _escape(self) -> Step:
        char = self._peek()
        self._at += 1
        if char == "":
            raise PatternError("it ends in a backslash")
        if char.lower() in _CLASSES:
            return Step("one", _CLASSES[char.lower()], char.isupper())
        if char in ("b", "B"):
            return Step("assert", what="edge" if char == "b" else "no edge")
        if char.isalnum() and char not in _CONTROLS:
            raise PatternError(f"\\{char} is not supported")
        return Step("one", frozenset(_CONTROLS.get(char, char)))

    def _set(self) -> Step:
        negated = self._peek() == "^"
        self._at += negated
        members: set[str] = set()
        first = True
        while first or self._peek() != "]":
            first = False
            low = self._member()
            if self._peek() == "-" and self._text[self._at + 1 : self._at + 2] not in ("]", ""):
                self._at += 1
                high = self._member()
                if len(low) != 1 or len(high) != 1 or min(high) < min(low) or ord(min(high)) - ord(min(low)) > 0xFFF:
                    raise PatternError("a set of characters has a wrong range")
                low = frozenset(map(chr, range(ord(min(low)), ord(min(high)) + 1)))
            members |= low
        self._at += 1
        return Step("one", frozenset(members), negated)

    def _member(self) -> frozenset[str]:
        char = self._peek()
        self._at += 1
        if char == "":
            raise PatternError("a set of characters is not closed")
        if char != "\\":
            return frozenset(char)
        step = self._escape()
        if step.op != "one" or step.negated:
            raise PatternError("that escape is not supported within a set of characters")
        return step.characters

    def _peek(self) -> str:
        return self._text[self._at : self._at + 1]

    def _sized(self, steps: list[Step]) -> list[Step]:
        if len(steps) > _MAX_STEPS:
            raise PatternError("it is too large")
        return steps
