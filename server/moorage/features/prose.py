"""Text for people in two forms, Markdown and plain, made only of escaped parts.

What registries and files say is untrusted: it must not become a link, an image, HTML or a command, nor turn the order
in which the rest is read (CVE-2021-42574).
"""

import re
from collections.abc import Callable, Iterable
from typing import NamedTuple, TypeAlias

_LONGEST = 500
# Controls, bidirectional and zero-width characters, line and paragraph separators, surrogates without a partner.
_UNSAFE = re.compile("[\x00-\x1f\x7f-\x9f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ud800-\udfff\ufeff]+")
_ALWAYS = re.compile(r"[\\`*_\[\]<>&|~!$@]|:(?=//)|(?<=www)\.", re.I)
_AT_START = re.compile(r"^(\s*)(?:([-+#=])|(\d+)([.)]))")


class Code(NamedTuple):
    """A name, tag or digest, shown as it is written."""

    text: str


class Strong(NamedTuple):
    """The words that matter most."""

    text: str


Part: TypeAlias = str | Code | Strong


class Prose(NamedTuple):
    """Blocks of lines of parts."""

    blocks: tuple[tuple[tuple[Part, ...], ...], ...]

    def markdown(self) -> str:
        """The text as Markdown that shows exactly what `plain` shows."""
        return "\n\n".join("  \n".join("".join(map(_markdown, line)) for line in block) for block in self.blocks)

    def changed(self, change: Callable[[str], str]) -> "Prose":
        """The same with every part's text changed."""

        def anew(part: Part) -> Part:
            return change(part) if isinstance(part, str) else part._replace(text=change(part.text))

        return Prose(tuple(tuple(tuple(map(anew, line)) for line in block) for block in self.blocks))

    def plain(self) -> str:
        """The text without any markup."""
        return "\n\n".join("\n".join("".join(map(_plain, line)) for line in block) for block in self.blocks)


def prose(blocks: Iterable[Iterable[tuple[Part, ...]]]) -> Prose:
    """Put blocks of lines together, leaving out what is empty."""
    kept = (tuple(line for line in block if line) for block in blocks)
    return Prose(tuple(block for block in kept if block))


def clean(text: str) -> str:
    """One line of at most 500 characters, every control and direction character in it a blank."""
    text = _UNSAFE.sub(" ", text)
    return text if len(text) <= _LONGEST else text[:_LONGEST] + "…"


def escape(text: str) -> str:
    """`text` so that Markdown shows it as it stands (CommonMark 0.31, "Backslash escapes")."""
    text = _ALWAYS.sub(lambda m: "\\" + m[0], clean(text))
    return _AT_START.sub(lambda m: f"{m[1]}\\{m[2]}" if m[2] else f"{m[1]}{m[3]}\\{m[4]}", text)


def _markdown(part: Part) -> str:
    match part:
        case Code(text):
            return _code_span(clean(text))
        case Strong(text):
            return f"**{escape(text)}**"
        case _:
            return escape(part)


def _plain(part: Part) -> str:
    return clean(part if isinstance(part, str) else part.text)


def _code_span(text: str) -> str:
    """A code span with a fence longer than any in `text` (CommonMark 0.31, "Code spans")."""
    if not text.strip():
        return ""
    longest = max((len(run) for run in re.findall("`+", text)), default=0)
    fence = "`" * (longest + 1)
    pad = " " if text[0] == "`" or text[-1] == "`" else ""
    return f"{fence}{pad}{text}{pad}{fence}"
