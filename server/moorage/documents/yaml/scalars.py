"""How the value of a scalar lies in the text: through quotes, escapes, folded lines and block indentation."""

import re
from collections.abc import Iterator

from moorage.documents.usage import Segment
from moorage.documents.yaml.nodes import Scalar
from moorage.text import Span

_BREAKS = "\r\n\x85\u2028\u2029"
_BREAK = rf"(?:\r\n|[{_BREAKS}])"
_FOLD = rf"(?<![ \t])[ \t]*{_BREAK}[ \t{_BREAKS}]*"  # looking back keeps a long row of blanks from being tried anew
_plain_gaps = re.compile(_FOLD)
_single_gaps = re.compile(rf"''|{_FOLD}")
_double_gaps = re.compile(
    rf"\\(?:x[0-9a-fA-F]{{2}}|u[0-9a-fA-F]{{4}}|U[0-9a-fA-F]{{8}}|{_BREAK}[ \t]*|[^{_BREAKS}])|{_FOLD}"
)
_NUMBER = re.compile(r"(?:0|[1-9][0-9]{0,14})|(?:0|[1-9][0-9]{0,7})\.[0-9]{0,6}[1-9]")
_OTHER = re.compile(
    r"[-+]?[0-9._]+(?:e[-+]?[0-9]+)?|0x[0-9a-f_]+|0o[0-7]+|[-+]?\.(?:inf|nan)"
    r"|[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}|y|n|yes|no|on|off|true|false|null|~|",
    re.IGNORECASE,
)
_VERSION = re.compile(r"[0-9]+(?:\.[0-9]+){2,}")
"""With two points a row of digits is a text for everybody."""
_break = re.compile(_BREAK)
_line = re.compile(rf"[^{_BREAKS}]*(?:{_BREAK})?")


def content(scalar: Scalar, text: str) -> Span:
    """Where the characters of a scalar stand: without quotes, block header and blank ends."""
    start, end = scalar.span
    if scalar.style in ("'", '"'):
        return Span(start + 1, max(start + 1, end - 1))
    if scalar.style in ("|", ">"):
        start = _after_header(scalar, text)
        while start < end and text[start] in " \t" + _BREAKS:
            start += 1
    return Span(start, end)


def one_line(scalar: Scalar, text: str) -> tuple[Segment, ...]:
    """The segments of a value that should stand on one line.

    What a plain scalar has on further lines is most often the next entry, half typed: it belongs to the value, but not
    to its place.
    """
    fold = None if scalar.style else _plain_gaps.search(text, *scalar.span)
    if fold is None:
        return segments(scalar, text)
    span = Span(scalar.span.start, fold.start())
    return Segment(span.of(text), span), Segment(scalar.value[span.end - span.start :], None, verbatim=False)


def segments(scalar: Scalar, text: str) -> tuple[Segment, ...]:
    """The value of a scalar, piece by piece; the values joined are `scalar.value`.

    What stands in the text as it is comes out verbatim; escapes and folded line ends do not.
    """
    inner = content(scalar, text)
    value = scalar.value
    if inner.of(text) == value:
        return (Segment(value, inner, bare=not scalar.style),) if value else ()
    row: list[Segment] = []
    at, last = 0, inner.start
    for span, gap in _stretches(scalar, text, inner):
        chars = span.of(text)
        start = _skip(value, at, chars) if gap is None else at + gap
        if start is None or not value.startswith(chars, start):
            return (Segment(value, inner, verbatim=False),)
        if start > at:
            row.append(Segment(value[at:start], Span(last, span.start), verbatim=False))
        if chars:
            row.append(Segment(chars, span))
        at, last = start + len(chars), span.end
    if at < len(value):
        row.append(Segment(value[at:], Span(last, max(last, inner.end)), verbatim=False))
    return tuple(row)


def is_text(text: str) -> bool:
    """Whether a scalar without quotes is a text for every reader of YAML, and no number, date or truth value."""
    return _OTHER.fullmatch(text) is None or _VERSION.fullmatch(text) is not None


def needs_quotes(old: str, new: str) -> bool:
    """Whether `new` needs quotes in the place of the scalar `old`, which has none: 3.10 would be the number 3.1.

    What was a number may stand in JSON or HCL, where all that is no number has quotes.
    """
    is_number = _NUMBER.fullmatch(new) is not None
    return not is_number if _NUMBER.fullmatch(old) else not is_number and not is_text(new)


def _skip(value: str, at: int, chars: str) -> int | None:
    """Where `chars` start in `value`, over the blank or the line ends that a line end became."""
    while not value.startswith(chars, at):
        if at >= len(value) or value[at] not in " \n" + _BREAKS:
            return None
        at += 1
    return at


def _stretches(scalar: Scalar, text: str, inner: Span) -> Iterator[tuple[Span, int | None]]:
    """The stretches of text that are taken as they are, each with the length of the value that precedes it.

    The length is None where it is not known beforehand: between the lines of a block.
    """
    if scalar.style in ("|", ">"):
        yield from _block_lines(scalar, text)
        return
    gaps = {"'": _single_gaps, '"': _double_gaps}.get(scalar.style, _plain_gaps)
    at, width = inner.start, 0
    for gap in gaps.finditer(text, *inner):
        yield Span(at, gap.start()), width
        at, width = gap.end(), _width(gap[0])
    yield Span(at, inner.end), width


def _width(gap: str) -> int:
    """How many characters a gap stands for: an escape for one, n line ends for a blank or n - 1 line ends."""
    if gap[0] == "\\":
        return 0 if gap[1] in _BREAKS else 1
    if gap == "''":
        return 1
    return max(1, len(_break.findall(gap)) - 1)


def _block_lines(scalar: Scalar, text: str) -> Iterator[tuple[Span, int | None]]:
    at, end = _after_header(scalar, text), scalar.span.end
    lines: list[Span] = []
    while at < end:
        match = _line.match(text, at, end)
        if match is None or match.end() == at:
            break
        lines.append(Span(at, at + len(match[0].rstrip(_BREAKS))))
        at = match.end()
    indent = _indent(lines, text, scalar.value)
    for line in lines:
        if line.end - line.start > indent:
            yield Span(line.start + indent, line.end), None


def _indent(lines: list[Span], text: str, value: str) -> int:
    """The indentation that is not part of the value, seen on the first line that says something."""
    for line in lines:
        chars = line.of(text)
        if chars.strip(" "):
            first = value.lstrip(_BREAKS)
            return len(chars) - len(chars.lstrip(" ")) - (len(first) - len(first.lstrip(" ")))
    return 0


def _after_header(scalar: Scalar, text: str) -> int:
    match = _line.match(text, *scalar.span)
    return scalar.span.start if match is None else match.end()
