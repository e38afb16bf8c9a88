"""The quick road through a Dockerfile: look only at the lines that can name an image.

One regular expression, led by a literal line end so that it runs at the speed of a search, finds the lines that may
start such an instruction; looking back over blank lines and comments tells whether one really does. The instruction
itself is then read by the same code as on the exact road. Whatever could make a line mean something else (heredocs,
another escape character, a keyword split by a continuation) is left to the exact road as a whole.
"""

import re

from moorage.documents.dockerfile.build import Build
from moorage.documents.dockerfile.commands import BLANKS
from moorage.documents.dockerfile.lines import continued_from, instruction_at, may_hold_heredocs
from moorage.documents.dockerfile.reading import read_instruction
from moorage.documents.dockerfile.words import Word
from moorage.text import Span

# A keyword that a continuation splits, or a line that holds nothing but one: only the exact road can tell.
_SPLIT = r"(?P<split>[a-z]*\\(?=[ \t\r]*\n))"
_HEAD = re.compile(rf"\n([^\S\n]*)(?:(?:from|arg)(?=[\t\v\f\r \n])|{_SPLIT})")
_REST = re.compile(
    rf"\n([^\S\n]*)(?:(?:from|onbuild)(?=[\t\v\f\r \n])|(?:copy|run)(?=[\t\v\f\r ][^\S\n]*(?:--|-?\\))|{_SPLIT})"
)
_PLAIN_FROM = re.compile(
    r"""from[ \t]+(?:--platform=([^\s'"\\]+)[ \t]+)?([a-z0-9][a-z0-9._/:@-]*)"""
    r"""(?:[ \t]+as[ \t]+([a-z][a-z0-9_.-]*))?[ \t\r]*\n"""
)
_PLAIN_ARG = re.compile(r"arg[ \t]+([a-z_][a-z0-9_]*(?:=[a-z0-9._/:@+-]*)?)[ \t\r]*\n")
_PLAIN_FLAGS = re.compile(r"""(?:copy|run)[ \t]+((?:--[^\s'"\\]*[ \t]+)+)[^\s\\'"-]""")
_PLAIN_COPY = re.compile(r"copy[ \t]+--from=([a-z0-9][a-z0-9._/:@-]*)[ \t]+[^\s\[-]\S*[ \t]+([^\s\\]+)[ \t\r]*\n")


def read_quickly(build: Build) -> bool:
    """Read the text of `build`; false where it is not for this road, and a new `Build` must go the exact one."""
    text = build.text
    lower = text.lower()
    # A letter whose lower case is longer than itself (only U+0130) would move what follows it.
    if build.directives.escape != "\\" or may_hold_heredocs(text) or len(lower) != len(text):
        return False
    # `lower` is one ahead of `text`, so that the first line has a line end before it and the last one behind.
    lower = f"\n{lower}\n"
    at, pattern = 0, _HEAD
    while True:
        match = pattern.search(lower, at)
        if match is None:
            return True
        at, start = match.end(), match.end(1) - 1
        if continued_from(text, match.start(), "\\") >= 0:
            continue
        if match["split"] is not None or match[1].strip(BLANKS):
            return False
        at = _read(build, lower, start) + 1
        if build.stages:
            pattern = _REST


def _read(build: Build, lower: str, start: int) -> int:
    """Read the instruction whose keyword is at offset `start`; returns the offset of its last line's end."""
    text = build.text
    plain = _PLAIN_FROM.match(lower, start + 1)
    # A flag's name is written in lower case.
    if plain is not None and (plain[1] is None or text.endswith("--platform=", 0, plain.start(1) - 1)):
        name = _word(text, plain, 3) if plain[3] else None
        platform = None if plain[1] is None else text[plain.start(1) - 1 : plain.end(1) - 1]
        build.base(_word(text, plain, 2), name, platform, Span(start, plain.end(3 if plain[3] else 2) - 1))
        return plain.end() - 2
    if not build.stages:
        plain = _PLAIN_ARG.match(lower, start + 1)
        if plain is not None:
            build.declare(_word(text, plain, 1))
            return plain.end() - 2
        return _read_as_written(build, start)
    plain = _PLAIN_FLAGS.match(lower, start + 1)
    if plain is not None and "from" not in plain[1]:
        return plain.end() - 1
    plain = _PLAIN_COPY.match(lower, start + 1)
    if plain is not None and text.endswith("--from=", 0, plain.start(1) - 1):
        build.source("copy-source", _word(text, plain, 1), Span(start, plain.end(2) - 1))
        return plain.end() - 2
    return _read_as_written(build, start)


def _read_as_written(build: Build, start: int) -> int:
    instruction = instruction_at(build.text, start, "\\")
    read_instruction(build, instruction)
    return instruction.following - 1 if instruction.following < len(build.text) else len(build.text)


def _word(text: str, match: re.Match[str], group: int) -> Word:
    start, end = match.start(group) - 1, match.end(group) - 1
    return Word(text[start:end], range(start, end))
