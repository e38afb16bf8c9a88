"""Which build files may have to do with some documents, told from their texts: only these need to be read.

A build leads to a Dockerfile by a path, and to whoever uses its result by a name. Where a text has neither variables
nor escapes, both are written out in it, so that one without the last folder of the path and the last word of the name
leads to neither. Whatever is not as simple as that may lead anywhere.
"""

import re
from collections.abc import Iterable, Mapping
from typing import NamedTuple

from moorage.documents.bake import TOGETHER
from moorage.documents.compose.builds import FIRST
from moorage.documents.usage import Document
from moorage.project.shelf import Locate

_MOST = 20
"""To look for what more documents name takes as long as reading."""
_WORD = re.compile(r"[\w.+@-]*[^\W\d][\w.+@-]*")
"""What is written in no other way in any format: no quotes, no blanks, and no number."""
_OPEN_LINE = re.compile(r"^.*[$\\].*$", re.MULTILINE)
_OTHER_LINE = re.compile(
    r"""(?!.*(?:&|build|context|dockerfile|image|tags))[ \t]*(?:-[ \t]+)?["']?(?:[\w.-]+=|[\w.-]+["']?[ \t]*:[ \t])"""
)
"""A line of Compose which says that its value is for something else; no anchor takes it to another place.

A path or a name that has such a line in it has its `=` or its `: `, too.
"""
_WORKED_OUT = re.compile(r"[$\\(]|%\{")
"""What makes a text of Bake out of others."""
_REFERS = re.compile(r"\b(?:service|target):")


class Mentions(NamedTuple):
    """What leads to some documents: the folders in which they lie, and words of which a text has at least one."""

    folders: frozenset[str]
    words: frozenset[str]

    def leading(self, folder: str, format_id: str, texts: Mapping[str, str]) -> list[str]:
        """Those of the Compose files, or of the Bake files, of one folder that may lead there, by their names."""
        if any(_is_within(folder, place) for place in self.folders):
            return list(texts)  # by no path at all, or by `..`
        found = [name for name, text in texts.items() if self._may_lead(format_id, text)]
        first = TOGETHER if format_id == "bake" else FIRST
        # What these say holds for the others too, and a context leads from one file to another one of its folder.
        return list(texts) if any(name in first or _REFERS.search(texts[name]) for name in found) else found

    def _may_lead(self, format_id: str, text: str) -> bool:
        is_open = _WORKED_OUT.search(text) is not None if format_id == "bake" else _has_open_lines(text)
        return is_open or any(word in text for word in self.words)


def mentions_of(documents: Iterable[Document], locate: Locate) -> Mentions | None:
    """What leads to `documents`; None where texts alone cannot tell."""
    found = list(documents)
    if len(found) > _MOST or any(document.ties for document in found):
        return None
    folders = {locate(document.path).rpartition("/")[0] for document in found}
    names = {u.reference.repository for document in found for u in document.usages if u.reference is not None}
    words = {path.rpartition("/")[2] for path in folders | names}
    if not all(map(_WORD.fullmatch, words)) or any("=" in folder or ": " in folder for folder in folders):
        return None
    # A service without a name for its image is called after the project's folder: `shop-api`.
    return Mentions(frozenset(folders), frozenset(word.rpartition("-")[2] for word in words))


def _is_within(folder: str, place: str) -> bool:
    return folder == place or folder.startswith(place.rstrip("/") + "/")


def _has_open_lines(text: str) -> bool:
    """Whether a variable or an escape may stand in a path or a name, or other files are read besides."""
    return "extends" in text or any(_OTHER_LINE.match(line[0]) is None for line in _OPEN_LINE.finditer(text))
