"""YAML events from libyaml, or from PyYAML's own parser where libyaml is missing, put together to nodes."""

# PyYAML's own parser has no types.
# pyright: reportUnknownMemberType=false

import re
from collections.abc import Iterator
from typing import Any, NamedTuple, Protocol, cast

from yaml import error, events
from yaml.loader import BaseLoader

from moorage.documents.limits import YAML_DEPTH
from moorage.documents.yaml.nodes import Mapping, Node, Scalar, Sequence, Style
from moorage.text import Span

try:
    from yaml._yaml import CParser
except ImportError:  # libyaml is optional for PyYAML
    CParser = None

_BREAKS = "\n\r\x85\u2028\u2029"
_BLANKS = " \t" + _BREAKS

_UNREADABLE = re.compile("[^\t\n\r -~\x85\xa0-\ud7ff\ue000-\ufefe\uff00-\ufffd\U00010000-\U0010ffff]")
"""Characters that a YAML stream must not hold (YAML 1.1, 5.1), and byte order marks, which libyaml does not count."""


class Broken(Exception):
    """The text is no YAML, or nested too deep: then `deep` is true. `at` is the offset where that was seen."""

    def __init__(self, message: str, *, deep: bool = False, at: int = 0) -> None:
        super().__init__(message)
        self.deep = deep
        self.at = at


class EventSource(Protocol):
    """A parser of PyYAML."""

    def check_event(self, *choices: type[Any]) -> bool:
        """Whether there is another event."""
        ...

    def get_event(self) -> events.Event | None:
        """The next event."""
        ...


class PureParser(BaseLoader):
    """PyYAML's parser, made to accept and refuse what libyaml does: tabs between tokens, and no endless nesting."""

    def scan_to_next_token(self) -> None:
        """Pass over what separates tokens."""
        super().scan_to_next_token()
        while self.peek() == "\t" and (self.flow_level or not self.allow_simple_key):
            self.forward()
            super().scan_to_next_token()

    def fetch_flow_collection_start(self, TokenClass: Any) -> None:
        """Start a flow collection, unless it is too deep: PyYAML's time grows with the square of the depth."""
        if cast(int, self.flow_level) >= YAML_DEPTH:
            raise Broken("nested too deep", deep=True)
        super().fetch_flow_collection_start(TokenClass)


def readable(text: str) -> str:
    """`text`, as long as before, without the characters that would stop a parser."""
    return _UNREADABLE.sub("\ufffd", text)


def parse(text: str, *, pure: bool = False) -> tuple[Node, ...]:
    """The root nodes of the documents in `text`, which must be `readable`; raises `Broken`."""
    try:
        source: EventSource = PureParser(text) if pure or CParser is None else CParser(text)
        return _Builder(text).build(_events(source))
    except error.YAMLError as wrong:
        mark: error.Mark | None = getattr(wrong, "problem_mark", None)
        at = 0 if mark is None else mark.index
        raise Broken(str(wrong), deep="nesting depth" in str(wrong), at=at) from None


def _events(source: EventSource) -> Iterator[events.Event]:
    while source.check_event():
        event = source.get_event()
        if event is None:
            return
        yield event


class _Open(NamedTuple):
    """A collection whose end has not come yet."""

    is_mapping: bool
    nodes: list[Node]
    start: int
    anchor: str | None


class _Builder:
    def __init__(self, text: str) -> None:
        self.text = text
        self.anchors: dict[str, Node] = {}
        self.open: list[_Open] = []
        self.roots: list[Node] = []

    def build(self, source: Iterator[events.Event]) -> tuple[Node, ...]:
        for event in source:
            match event:
                case events.ScalarEvent():
                    self.add(self.scalar(event), event.anchor)
                case events.MappingStartEvent() | events.SequenceStartEvent():
                    self.start(event)
                case events.MappingEndEvent() | events.SequenceEndEvent():
                    self.end(event)
                case events.AliasEvent():
                    self.add(self.alias(event))
                case events.DocumentStartEvent():
                    self.anchors.clear()
                case _:
                    pass
        return tuple(self.roots)

    def start(self, event: events.CollectionStartEvent) -> None:
        if len(self.open) >= YAML_DEPTH:
            raise Broken("nested too deep", deep=True)
        start = self.after_properties(event.start_mark.index, event.anchor, event.tag)
        self.open.append(_Open(isinstance(event, events.MappingStartEvent), [], start, event.anchor))

    def end(self, event: events.CollectionEndEvent) -> None:
        done = self.open.pop()
        # The end of a block collection is where the next token starts; what belongs to it ends with its last child.
        end = event.end_mark.index
        if end == event.start_mark.index:
            end = max((n.span.end for n in done.nodes if n.span.start >= done.start), default=done.start)
        span = Span(done.start, max(end, done.start))
        if done.is_mapping:
            pairs = zip(done.nodes[::2], done.nodes[1::2], strict=True)
            self.add(Mapping(tuple(pairs), span), done.anchor)
        else:
            self.add(Sequence(tuple(done.nodes), span), done.anchor)

    def add(self, node: Node, anchor: str | None = None) -> None:
        if anchor is not None:
            self.anchors[anchor] = node
        if self.open:
            self.open[-1].nodes.append(node)
        else:
            self.roots.append(node)

    def alias(self, event: events.AliasEvent) -> Node:
        """What an anchor names; nothing where it is unknown or still open (a node within itself)."""
        at = event.start_mark.index
        return self.anchors.get(event.anchor or "") or Scalar("", Span(at, at))

    def scalar(self, event: events.ScalarEvent) -> Scalar:
        start, end = event.start_mark.index, event.end_mark.index
        if event.anchor is not None or event.tag is not None:
            start = min(self.after_properties(start, event.anchor, event.tag), end)
        style = cast(Style, event.style or "")
        if style in ("|", ">") or not event.value:
            while end > start and self.text[end - 1] in _BLANKS:
                end -= 1
        return Scalar(event.value, Span(start, end), style, event.tag)

    def after_properties(self, at: int, anchor: str | None, tag: str | None) -> int:
        """Where a node starts behind its anchor and tag."""
        text, left = self.text, (anchor is not None) + (tag is not None)
        while left and at < len(text):
            if text[at] == "&" and anchor is not None:
                left -= 1
                at += 1 + len(anchor)  # libyaml ends it at whatever is no letter, digit, `-` or `_`.
            elif text[at] in "&!":
                left -= 1
                at += 1
                while at < len(text) and text[at] not in _BLANKS + ",[]{}":
                    at += 1
            at = self.after_blanks(at)
        return at

    def after_blanks(self, at: int) -> int:
        text = self.text
        while at < len(text):
            if text[at] == "#" and text[at - 1] in _BLANKS:
                while at < len(text) and text[at] not in _BREAKS:
                    at += 1
            elif text[at] in _BLANKS:
                at += 1
            else:
                break
        return at
