"""Reading instructions into a `Build`: FROM, ARG, COPY, RUN and ONBUILD, by the rules of BuildKit's
`frontend/dockerfile/instructions/parse.go`. What it refuses is left out, with a notice where an image was named.
"""

import re

from moorage.documents.dockerfile.build import Build
from moorage.documents.dockerfile.commands import (
    Command,
    FlagError,
    FlagKind,
    arguments,
    flag_values,
    json_arguments,
    split_command,
    words,
)
from moorage.documents.dockerfile.heredocs import is_heredoc
from moorage.documents.dockerfile.lines import Instruction, instructions
from moorage.documents.dockerfile.mounts import mount_source
from moorage.documents.dockerfile.words import Word

_FROM_FLAGS: dict[str, FlagKind] = {"platform": "text"}
_COPY_FLAGS: dict[str, FlagKind] = {
    "from": "text",
    "chown": "text",
    "chmod": "text",
    "link": "switch",
    "parents": "switch",
    "exclude": "texts",
}
_RUN_FLAGS: dict[str, FlagKind] = {"mount": "texts", "network": "text", "security": "text", "device": "texts"}
_RUN_CHOICES = {"network": ("default", "none", "host"), "security": ("sandbox", "insecure")}
_TELLING = re.compile(r"from|arg|onbuild|copy[^\n]*--|run[^\n]*--", re.IGNORECASE)
_STAGE_NAME = re.compile(r"[a-z][a-z0-9_.-]*")
# Go's strings.EqualFold folds as re.IGNORECASE does: a long s (U+017F) is an s too.
_AS = re.compile("as", re.IGNORECASE)


def read_exactly(build: Build) -> None:
    """Read the whole text of `build`, instruction by instruction."""
    for instruction in instructions(build.text, build.directives.escape):
        # Most instructions can name no image, and need not be taken apart.
        if _TELLING.match(instruction.line.text):
            read_instruction(build, instruction)
        if instruction.unended is not None:
            build.notice(f"the heredoc {instruction.unended!r} does not end", instruction.span)


def read_instruction(build: Build, instruction: Instruction) -> None:
    """Take one instruction."""
    command = split_command(instruction.line.text)
    if command.name == "from":
        _from(build, instruction, command)
    elif not build.stages:
        if command.name == "arg":
            _arg(build, instruction, command)
    elif command.name == "copy":
        _copy(build, instruction, command)
    elif command.name == "run":
        _run(build, instruction, command)
    elif command.name == "onbuild" and not command.flags:
        child = split_command(instruction.line.text[: command.end], command.rest)
        if child.name == "copy":
            _copy(build, instruction, child)
        elif child.name == "run":
            _run(build, instruction, child)


def _arg(build: Build, instruction: Instruction, command: Command) -> None:
    declared = list(words(instruction.line.text, command, build.directives.escape))
    if any(word.text.startswith("=") for word in declared):
        return
    for word in declared:
        build.declare(instruction.line.place(word))


def _from(build: Build, instruction: Instruction, command: Command) -> None:
    line = instruction.line
    found = [Word(line.text[start:end], range(start, end)) for start, end in arguments(line.text, command)]
    name = None
    if len(found) == 3 and _AS.fullmatch(found[1].text):
        name = found[2]
        if not _STAGE_NAME.fullmatch(name.text.lower()):
            build.refuse(f"BuildKit refuses this FROM: {name.text!r} is no name for a stage", instruction.span)
            return
    elif len(found) != 1:
        if found:
            build.refuse("BuildKit refuses this FROM: it takes an image, or an image, AS and a name", instruction.span)
        return
    try:
        flags = dict(flag_values(command.flags, _FROM_FLAGS))
    except FlagError as error:
        build.refuse(f"BuildKit refuses this FROM: {error}", instruction.span)
        return
    platform = flags.get("platform")
    build.base(
        line.place(found[0]),
        None if name is None else line.place(name),
        (platform.text or None) if platform is not None else None,
        instruction.span,
    )


def _copy(build: Build, instruction: Instruction, command: Command) -> None:
    if not any(flag.text.startswith("--from") for flag in command.flags):
        return
    try:
        source = dict(flag_values(command.flags, _COPY_FLAGS)).get("from")
        _check_paths(instruction.line.text, command)
    except FlagError as error:
        build.refuse(f"BuildKit refuses this COPY: {error}", instruction.span)
        return
    if source is not None and source.text:
        build.source("copy-source", instruction.line.place(source), instruction.span)


def _check_paths(line: str, command: Command) -> None:
    """Raise `FlagError` where COPY's sources and destination are not what BuildKit takes."""
    items = json_arguments(line[command.rest : command.end])
    if items is None:
        items = [line[start:end] for start, end in arguments(line, command)]
    paths = [item for item in items if isinstance(item, str)]
    if len(paths) < len(items):
        raise FlagError("its JSON form holds something other than strings")
    if len(paths) < 2:
        raise FlagError("it takes a source and a destination")
    if "<<" in paths[-1] and is_heredoc(paths[-1]):
        raise FlagError("a heredoc cannot be its destination")


def _run(build: Build, instruction: Instruction, command: Command) -> None:
    if not any(flag.text.startswith("--mount") for flag in command.flags):
        return
    sources: list[Word] = []
    try:
        for name, value in flag_values(command.flags, _RUN_FLAGS):
            if name in _RUN_CHOICES and value.text not in _RUN_CHOICES[name]:
                raise FlagError(f"--{name} cannot be {value.text!r}")
            source = mount_source(value) if name == "mount" else None
            if source is not None:
                sources.append(source)
        items = json_arguments(instruction.line.text[command.rest : command.end])
        if items is not None and not all(isinstance(item, str) for item in items):
            raise FlagError("its JSON form holds something other than strings")
    except FlagError as error:
        if any("from" in flag.text.lower() for flag in command.flags):
            build.refuse(f"BuildKit refuses this RUN: {error}", instruction.span)
        return
    for source in sources:
        build.source("mount-source", instruction.line.place(source), instruction.span)
