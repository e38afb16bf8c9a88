"""The texts of HCL: what stands in quotes and heredocs, with `${ … }` and `%{ … }` in it.

Source: https://github.com/hashicorp/hcl/blob/main/hclsyntax/spec.md, "Templates".
"""

import re
from collections.abc import Callable, Iterator, Sequence
from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple

from moorage.documents import limits
from moorage.documents.hcl.source import Source
from moorage.documents.hcl.tree import (
    Characters,
    Choice,
    Expression,
    Interpolation,
    Part,
    Place,
    Repetition,
    Template,
    Unread,
)
from moorage.documents.usage import Segment
from moorage.text import Span

if TYPE_CHECKING:
    from tree_sitter import Node

_ESCAPES = re.compile(r"\\(?:u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8})|([nrt\"\\]))|([$%])\4(?=\{)")
_HEREDOC_ESCAPES = re.compile(r"([$%])\1(?=\{)")
_SIMPLE = {"n": "\n", "r": "\r", "t": "\t", '"': '"', "\\": "\\"}
_SPACE = " \t\r\n\f\v"
_BLANKS = re.compile(r"[ \t]*")
_INSERTS = ("template_interpolation", "template_directive")
_TAGS = (
    "template_if_intro", "template_else_intro", "template_if_end",
    "template_for_start", "template_for_end",
)  # fmt: skip
_MARK = "strip_marker"

Inner = Callable[["Node"], list[Expression]]
"""Reads the expressions that stand side by side in a node."""


class _Style(NamedTuple):
    """How characters are meant: their escapes, and how many blanks at the start of each line are passed over."""

    escapes: re.Pattern[str]
    indentation: int = 0


class _Stretch(NamedTuple):
    """What stands between two places, in bytes; with `opened` and `closing` without the blanks at that end.

    `depth` says how many directives it stands in.
    """

    at: int
    end: int
    opened: bool = False
    closing: bool = False
    depth: int = 0


class TemplateReader:
    """Reads the texts of one source."""

    def __init__(self, source: Source, document: str | None) -> None:
        self._source = source
        self._document = document

    def plain(self, node: "Node", text: str) -> Template:
        """A text in quotes without escapes and insertions."""
        place = self._place(node.start_byte + 1, node.end_byte - 1)
        row = tuple(self._verbatim(text, place.span.start, 0, len(text)))
        return Template((Characters(row, place),) if row else (), place)

    def quoted(self, node: "Node", inner: Inner) -> Template:
        """A text in quotes."""
        children = node.children
        start = children[0].end_byte if children and children[0].type == "quoted_template_start" else node.start_byte
        ends = bool(children) and children[-1].type == "quoted_template_end"
        end = children[-1].start_byte if ends else node.end_byte
        parts = self._parts(children, _Stretch(start, end), _Style(_ESCAPES), inner)
        return Template(tuple(parts), self._place(start, end))

    def heredoc(self, node: "Node", inner: Inner) -> Expression:
        """A heredoc: its lines, without their common indentation behind `<<-`."""
        words = [child for child in node.children if child.type == "heredoc_identifier"]
        if len(words) < 2:
            return Unread("the heredoc does not end", self._place(node.start_byte, node.end_byte))
        source = self._source
        lines = source.raw(words[0].end_byte, words[-1].start_byte)
        first = lines.find("\n") + 1
        begin = words[0].end_byte + len(lines[:first].encode())
        stop = max(begin, words[-1].start_byte - (len(lines) - len(lines.rstrip(" \t"))))
        flush = source.raw(node.start_byte, node.start_byte + 3) == "<<-"
        style = _Style(_HEREDOC_ESCAPES, _common_indentation(lines[first:]) if flush else 0)
        parts = self._parts(node.children, _Stretch(begin, stop), style, inner)
        return Template(tuple(parts), self._place(begin, stop))

    def _parts(self, nodes: "Sequence[Node]", stretch: _Stretch, style: _Style, inner: Inner) -> Iterator[Part]:
        """What stands in a stretch: characters, and what is put in between them."""
        at, stripped = stretch.at, stretch.opened
        for node in nodes:
            if node.type not in _INSERTS or not stretch.at <= node.start_byte < stretch.end:
                continue
            tags = node.children[0].children if node.type == "template_directive" else [node]
            before, after = _strips(tags[0])[0], _strips(tags[-1])[1]
            yield from self._characters(_Stretch(at, node.start_byte, stripped, before), style)
            place = self._place(node.start_byte, node.end_byte)
            if node.type == "template_interpolation":
                found = inner(node)
                yield Interpolation(found[0] if found else Unread("nothing stands in it", place), place)
            else:
                yield self._directive(node.children[0], place, style, inner, stretch.depth + 1)
            at, stripped = node.end_byte, after
        yield from self._characters(_Stretch(at, stretch.end, stripped, stretch.closing), style)

    def _directive(self, node: "Node", place: Place, style: _Style, inner: Inner, depth: int) -> Part:
        """`%{ if … }`, with or without `%{ else }`, or `%{ for … }`, and what stands between them."""
        if depth > limits.HCL_DEPTH:
            return Interpolation(Unread(f"template directives are nested deeper than {limits.HCL_DEPTH}", place), place)
        tags = [child for child in node.children if child.type in _TAGS]
        bodies: list[Template] = []
        for tag, following in pairwise(tags):
            stretch = _Stretch(tag.end_byte, following.start_byte, _strips(tag)[1], _strips(following)[0], depth)
            parts = self._parts(node.children, stretch, style, inner)
            bodies.append(Template(tuple(parts), self._place(stretch.at, stretch.end)))
        found = inner(tags[0]) if tags else []
        if not found or not bodies:
            return Interpolation(Unread("the template directive (`%{`) cannot be read", place), place)
        if node.type == "template_if":
            no = bodies[1] if len(bodies) > 1 else Template((), place)
            return Choice(found[-1], bodies[0], no, place)
        names = [self._raw(child) for child in tags[0].children if child.type == "identifier"]
        if not names:
            return Interpolation(Unread("the template directive (`%{`) cannot be read", place), place)
        return Repetition(names[0] if len(names) > 1 else None, names[-1], found[-1], bodies[0], place)

    def _characters(self, stretch: _Stretch, style: _Style) -> Iterator[Characters]:
        """The characters of a stretch, verbatim but for escapes; nothing where there are none."""
        start, end = stretch.at, stretch.end
        raw = self._source.raw(start, end)
        begin = len(raw) - len(raw.lstrip(_SPACE)) if stretch.opened else 0
        stop = max(begin, len(raw.rstrip(_SPACE))) if stretch.closing else len(raw)
        if begin == stop:
            return
        first = self._source.at(start)
        line_starts = self._source.raw(start - 1, start) == "\n"
        row: list[Segment] = []
        for at, until in _lines(raw, begin, stop, style.indentation, line_starts):
            for match in style.escapes.finditer(raw, at, until):
                row += self._verbatim(raw, first, at, match.start())
                span = Span(first + match.start(), first + match.end())
                row.append(Segment(_unescaped(match), span, verbatim=False, document=self._document))
                at = match.end()
            row += self._verbatim(raw, first, at, until)
        yield Characters(tuple(row), self._place(start, end))

    def _verbatim(self, raw: str, first: int, start: int, end: int) -> Iterator[Segment]:
        if end > start:
            yield Segment(raw[start:end], Span(first + start, first + end), document=self._document)

    def _raw(self, node: "Node") -> str:
        return self._source.raw(node.start_byte, node.end_byte)

    def _place(self, start: int, end: int) -> Place:
        return Place(Span(self._source.at(start), self._source.at(end)), self._document)


def _strips(tag: "Node") -> tuple[bool, bool]:
    """Whether a tag takes away the blanks before it (`${~`) and behind it (`~}`)."""
    children = tag.children
    if len(children) < 3:
        return False, False
    return children[1].type == _MARK, children[-2].type == _MARK


def _lines(raw: str, begin: int, stop: int, indentation: int, line_starts: bool) -> Iterator[tuple[int, int]]:
    """The stretches of a text that are left without the indentation of its lines; all of it where there is none."""
    if not indentation:
        yield begin, stop
        return
    at = begin
    while at < stop:
        end = raw.find("\n", at, stop) + 1 or stop
        if line_starts:
            blanks = _BLANKS.match(raw, at, min(at + indentation, end))
            at = at if blanks is None else blanks.end()
        if at < end:
            yield at, end
        at, line_starts = end, True


def _common_indentation(raw: str) -> int:
    """How many blanks all lines begin with that have anything else."""
    lines = [line for line in raw.split("\n") if line.strip()]
    return min((len(line) - len(line.lstrip(" \t")) for line in lines), default=0)


def _unescaped(match: re.Match[str]) -> str:
    groups = match.groups()
    if len(groups) == 1 or groups[3] is not None:
        return groups[-1]
    if groups[2] is not None:
        return _SIMPLE[groups[2]]
    code = int(groups[0] or groups[1], 16)
    return chr(code) if code < 0x110000 else "\ufffd"
