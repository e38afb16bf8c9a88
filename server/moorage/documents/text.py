"""Any text file that the policy lists under `files.text`: references with a digest, as they stand.

Without a digest too much else looks like an image: `a:b` is one in no more than a few of the places where it stands.
"""

import re
from collections.abc import Iterator

from moorage.documents.detect import Neighbour, nobody
from moorage.documents.overlong import overlong
from moorage.documents.usage import Comment, Document, Problem, Segment, Slot, Usage
from moorage.documents.yaml.comments import attached
from moorage.documents.yaml.slots import slot_by_reading
from moorage.documents.yaml.values import make_usage
from moorage.text import Span

FORMAT = "text"

_DIGEST = re.compile(r"@sha(?:256:[0-9a-f]{64}|384:[0-9a-f]{96}|512:[0-9a-f]{128})(?![0-9a-zA-Z])")
_NAME_BACKWARDS = re.compile(
    r"""(?: [\w./:+-] | \)[\w.]+\(\$ | \}[\w.:?/-]*\{\$ | \}\}[^{}\r\n]*\{\{ | \}[^{}\s"']*\{ | >[\w-]+< | [$%] )*+""",
    re.VERBOSE,
)
"""A name, read from its end: with the variables of shells, of make, of templates and of string formats in it."""
_LONGEST_NAME = 600
_SCHEMES = ("docker", "docker-image", "oci")
_SCHEME = re.compile(rf"(?:{'|'.join(_SCHEMES)})://")
_UNBROKEN = re.compile(r"[^\s\"'`]*")
_NO_NAME = tuple("./:+-")
_GOES_ON = tuple("@\\)]}")
"""Behind these a name is the rest of another word: of an address, a Windows path, an escape, what a variable gives."""
_DEFAULT = re.compile(r"\w+:?-")
_FILLED_IN = re.compile(r"[${}<>%()]")
_COMMENT = re.compile(r"(?:^|(?<=[ \t]))(?:#|//)[ \t]*moorage:[ \t]*([^\r\n]*)", re.MULTILINE)
_ENTRY = re.compile(r"^[ \t]*(?!#|//)(\S[^\r\n]*)", re.MULTILINE)

_HASH = re.compile(
    r"(?:(?:^|/)(?:GNU)?[Mm]akefile[^/]*|(?:^|/)(?:Justfile|justfile|Tiltfile|BUILD|WORKSPACE|Vagrantfile|\.env[^/]*)"
    r"|\.(?:mk|mak|sh|bash|zsh|fish|py|rb|pl|tf|tfvars|hcl|toml|ya?ml|nix|bzl|bazel|star|cfg|conf|env|ps1|r|jl|ex|exs))\Z"
)
_SLASHES = re.compile(
    r"\.(?:go|js|mjs|cjs|ts|tsx|jsx|java|kt|kts|groovy|gradle|scala|c|cc|cpp|h|hpp|cs|rs|swift|php|jsonnet|libsonnet|cue|bicep|proto)\Z"
)


def read(path: str, text: str, neighbour: Neighbour = nobody) -> Document:
    """The references with a digest in a text. Never raises."""
    too_long = overlong(path, FORMAT, text)
    if too_long is not None:
        return too_long
    return Document(path, FORMAT, text, tuple(_usages(text)), comments=_comments(text))


def slot_at(document: Document, offset: int) -> Slot | None:
    """What could be written at a cursor."""
    return slot_by_reading(document, offset, read)


def comment_mark(document: Document, usage: Usage) -> str | None:
    """What starts a comment in a file of this name; None where that is not known, or where none may stand above."""
    line = _line_start(document.text, usage.span.start)
    if document.text[max(0, line - 3) : line].rstrip("\r\n").endswith("\\"):
        return None
    return "#" if _HASH.search(document.path) else "//" if _SLASHES.search(document.path) else None


def _usages(text: str) -> Iterator[Usage]:
    line, entry = -1, None
    for match in _DIGEST.finditer(text):
        start = _line_start(text, match.start())
        if start != line:  # a long line with many references is gone through once
            line, entry = start, _ENTRY.match(text, start)
        usage = _usage(text, *match.span(), line, None if entry is None else Span(*entry.span(1)))
        if usage is not None:
            yield usage


def _usage(text: str, at: int, end: int, line: int, entry: Span | None) -> Usage | None:
    """The usage whose digest stands from `at` to `end` in the line that starts at `line`."""
    low = max(line, at - _LONGEST_NAME)
    word = _word_start(text, low, at)
    start = _name_start(text, word, at)
    name = text[start:at]
    if not name or name.startswith(_NO_NAME) or text.endswith(_GOES_ON, low, word) or _is_address(text, low, at):
        return None
    row = (Segment(text[start:end], Span(start, end)),)
    problem = (
        Problem("template", "another program fills in part of this reference") if _FILLED_IN.search(name) else None
    )
    usage = make_usage(text, FORMAT, "image", row, entry or Span(start, end), problem=problem)
    # What is no reference as it stands is something else with a checksum.
    return None if usage is None or (problem is None and usage.problem is not None) else usage


def _line_start(text: str, at: int) -> int:
    return max(text.rfind("\n", 0, at), text.rfind("\r", 0, at)) + 1


def _word_start(text: str, low: int, at: int) -> int:
    """Where the word starts, with its variables, that ends at `at`."""
    found = _NAME_BACKWARDS.match(text[low:at][::-1])
    return at if found is None else at - found.end()


def _is_address(text: str, low: int, at: int) -> bool:
    """Whether what ends at `at` is an address of something else."""
    unbroken = _UNBROKEN.match(text[low:at][::-1])
    scheme, colon, _ = ("" if unbroken is None else unbroken[0][::-1]).partition("://")
    return bool(colon) and not scheme.endswith(_SCHEMES)


def _name_start(text: str, word: int, at: int) -> int:
    """Where the name in a word starts: without a scheme, and without the variable whose default it is."""
    if text.endswith("${", 0, word):
        default = _DEFAULT.match(text, word, at)
        word = word if default is None else default.end()
    scheme = _SCHEME.match(text, word, at)
    return word if scheme is None else scheme.end()


def _comments(text: str) -> tuple[Comment, ...]:
    found = list(_COMMENT.finditer(text)) if "moorage:" in text else []
    return attached(text, found, [], [Span(*entry.span(1)) for entry in _ENTRY.finditer(text)]) if found else ()
