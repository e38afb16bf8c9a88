"""Which heredocs an instruction opens (BuildKit's `heredocsFromLine` and `canContainHeredoc`)."""

import re

from moorage.documents.dockerfile.commands import is_json_form, split_command
from moorage.documents.dockerfile.expansion import split, unquote

_OPENING = re.compile(r"\d*<<(-?)([^<]+)", re.ASCII)
_HOLDERS = ("run", "copy", "add")


def terminators(line: str) -> list[tuple[str, bool]]:
    """The terminator of each heredoc that a logical line opens, and whether tabs before it are passed over (`<<-`)."""
    command = split_command(line)
    if command.name == "onbuild":
        command = split_command(line, command.rest)
    if command.name not in _HOLDERS or is_json_form(line[command.rest : command.end]):
        return []
    found = [_heredoc(word) for word in split(line)]
    return [heredoc for heredoc in found if heredoc is not None]


def is_heredoc(word: str) -> bool:
    """Whether a word opens a heredoc."""
    return _heredoc(word) is not None


def _heredoc(word: str) -> tuple[str, bool] | None:
    match = _OPENING.fullmatch(word)
    if match is None:
        return None
    names = unquote(match[2])
    return (names[0], match[1] == "-") if len(names) == 1 else None
