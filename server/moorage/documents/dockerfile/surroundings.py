"""Where instructions of a Dockerfile read variables besides those that name an image with them."""

import re
from collections import Counter
from collections.abc import Iterable, Iterator

from moorage.documents.around import Around, Stretch
from moorage.documents.dockerfile.commands import split_command
from moorage.documents.dockerfile.lines import instructions
from moorage.documents.usage import Usage

_READ = re.compile(r"\$\{?(\w+)")
_DEFINED = re.compile(r"(?<!\S)\w+=")
_DECLARED = re.compile(r"(?<!\S)\w+(?!\S)")


def mentions(text: str, usages: Iterable[Usage]) -> bool:
    """Whether a variable of the usages may be named besides where it is defined, and in the usages themselves."""
    inside: Counter[str] = Counter()
    for usage in usages:
        for name in {piece.name for piece in usage.segments if piece.name}:
            inside[name] += usage.written.count(name)
    return any(text.count(name) > count + 1 for name, count in inside.items())


def around(text: str, escape: str) -> Around:
    """The instructions that read variables. An ARG of a stage hands its variable to the commands that follow."""
    return Around(tuple(_stretches(text, escape)), {})


def _stretches(text: str, escape: str) -> Iterator[Stretch]:
    in_stage = False
    for instruction in instructions(text, escape):
        content = instruction.span.of(text)
        command = split_command(instruction.line.text)
        is_from, is_arg = command.name == "from", command.name == "arg"
        in_stage |= is_from
        if "$" not in content and not (is_arg and in_stage):
            continue
        if is_arg:
            content = _DEFINED.sub("", content)
        names = _READ.findall(content)
        if is_arg and in_stage:
            names += _DECLARED.findall(instruction.line.text, command.rest)
        picks = "the name of a stage" if is_from else ""
        yield Stretch(instruction.span, content, " ".join(names), picks=picks)
