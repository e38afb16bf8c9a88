"""An instruction taken apart: its keyword, its flags, its arguments.

The rules are those of BuildKit's `splitCommand`, `extractBuilderFlags`, `BFlags.Parse` and of the line parsers.
"""

import re
from collections.abc import Iterator, Sequence
from typing import Literal, NamedTuple

from moorage.documents.dockerfile.words import SPACE, Word

BLANKS = "\t\v\f\r "
_BLANK_RUN = re.compile(r"[\t\v\f\r ]+")
_PLAIN_FLAG = re.compile(r"""--[^\s'"\\]*(?=[\t\v\f\r ]|\Z)""")
_NAME = re.compile(r"[^\t\v\f\r ]+")


class Command(NamedTuple):
    """What one logical line says. All numbers are indexes into the line; `flags` carry such indexes too."""

    name: str
    start: int
    """Where the keyword starts."""
    flags: tuple[Word, ...]
    rest: int
    """Where the arguments start."""
    end: int
    """Where the arguments end."""


class FlagError(Exception):
    """BuildKit refuses the instruction because of its flags: one sentence."""


FlagKind = Literal["text", "texts", "switch"]


def split_command(line: str, start: int = 0) -> Command:
    """The command in `line` from index `start` on."""
    end = len(line.rstrip(SPACE))
    while start < end and line[start] in SPACE:
        start += 1
    match = _NAME.match(line, start, max(start, end))
    if match is None:
        return Command("", start, (), end, end)
    blank = _BLANK_RUN.match(line, match.end(), end)
    if blank is None:
        return Command(match[0].lower(), start, (), end, end)
    flags, rest = _flags(line, blank.end(), end)
    return Command(match[0].lower(), start, flags, rest, max(rest, end))


def arguments(line: str, command: Command) -> list[tuple[int, int]]:
    """The arguments that blanks separate: the indexes where each starts and ends."""
    found: list[tuple[int, int]] = []
    at = command.rest
    if at >= command.end:
        return found
    for blank in _BLANK_RUN.finditer(line, at, command.end):
        found.append((at, blank.start()))
        at = blank.end()
    found.append((at, command.end))
    return found


def json_arguments(text: str) -> list[object] | None:
    """The list where the arguments are written as a JSON array."""
    if not text.startswith("["):
        return None
    from json import loads

    try:
        return loads(text)
    except (ValueError, RecursionError):
        return None


def is_json_form(text: str) -> bool:
    """Whether the arguments are a JSON array of strings: the exec form, in which heredocs mean nothing."""
    items = json_arguments(text)
    return items is not None and all(isinstance(item, str) for item in items)


def flag_values(flags: Sequence[Word], known: dict[str, FlagKind]) -> Iterator[tuple[str, Word]]:
    """Each flag's name and value, in order; raises `FlagError` where one is unknown, repeated or wrong."""
    seen: set[str] = set()
    for flag in flags:
        name, equals, _ = flag.text[2:].partition("=")
        kind = known.get(name)
        if kind is None:
            raise FlagError(f"there is no flag --{name} here")
        if name in seen and kind != "texts":
            raise FlagError(f"--{name} is given twice")
        seen.add(name)
        value = flag.part(len(name) + 3 if equals else len(flag.text))
        if kind == "switch":
            if (equals and not value.text) or value.text.lower() not in ("", "true", "false"):
                raise FlagError(f"--{name} is true or false")
        elif not equals:
            raise FlagError(f"--{name} has no value")
        yield name, value


def words(line: str, command: Command, escape: str) -> Iterator[Word]:
    """The arguments of ARG: separated by space outside quotes, the quotes kept (BuildKit's `parseWords`)."""
    i, end = command.rest, command.end
    while i < end:
        if line[i] in SPACE:
            i += 1
            continue
        start = i
        quote = ""
        while i < end and (quote or line[i] not in SPACE):
            char = line[i]
            if char == escape and quote != "'":
                i += 1
            elif char == quote:
                quote = ""
            elif not quote and char in "'\"":
                quote = char
            i += 1
        # An escape that nothing follows is dropped.
        stop = end - 1 if i > end else i
        if stop > start:
            yield Word(line[start:stop], range(start, stop))


def _flags(line: str, at: int, end: int) -> tuple[tuple[Word, ...], int]:
    """The flags from index `at` on, and where the arguments start."""
    found: list[Word] = []
    while True:
        while at < end and line[at] in SPACE:
            at += 1
        if not line.startswith("--", at, end):
            return tuple(found), at
        plain = _PLAIN_FLAG.match(line, at, end)
        if plain is not None:
            flag, at = Word(plain[0], range(at, plain.end())), plain.end()
        else:
            flag, at = _quoted_flag(line, at, end)
        if flag.text == "--":
            return tuple(found), at
        found.append(flag)


def _quoted_flag(line: str, at: int, end: int) -> tuple[Word, int]:
    """The flag at `at`, its quotes and escapes taken off. The escape is always a backslash here."""
    chars: list[str] = []
    places: list[int] = []
    quote = ""
    while at < end:
        char = line[at]
        if not quote and char in SPACE:
            break
        if char == "\\":
            at += 1
            if at < end:
                chars.append(line[at])
                places.append(at)
        elif char == quote:
            quote = ""
        elif not quote and char in "'\"":
            quote = char
        else:
            chars.append(char)
            places.append(at)
        at += 1
    return Word("".join(chars), places), min(at, end)
