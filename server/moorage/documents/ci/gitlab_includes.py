"""Variables of the files that make one GitLab pipeline together.

Source: GitLab's "CI/CD YAML syntax reference" (include): what is included is merged in its order, what a file says
itself goes over what it includes, and the variables at the top are those of all jobs, wherever these are written. Paths
count from the top of the repository, where the pipeline itself lies.
"""

import posixpath
import re
from collections import ChainMap
from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import NamedTuple

from moorage.documents import limits
from moorage.documents.around import Bounds, with_holds
from moorage.documents.ci.gitlab_jobs import PLACEHOLDERS, Jobs
from moorage.documents.ci.pipelines import pairs, text_of
from moorage.documents.detect import Neighbour
from moorage.documents.holds import ReadElsewhere
from moorage.documents.placeholders import literal, names_in
from moorage.documents.usage import Segment
from moorage.documents.yaml import nodes
from moorage.documents.yaml.nodes import Lookup, Node, items
from moorage.documents.yaml.stream import Tree, load, split
from moorage.documents.yaml.surroundings import around
from moorage.documents.yaml.values import Row, joined
from moorage.text import Span

MAIN = ".gitlab-ci.yml"
"""The file that GitLab starts with."""

Definitions = dict[str, Row]


class Others(NamedTuple):
    """What the other files of a pipeline have to do with one of them.

    Variables that go `over` its own and `under` them, and who reads those that others `read` for an image which the
    file has not itself.
    """

    over: Definitions
    under: Definitions
    read: Mapping[str, ReadElsewhere]

    def held(self, variables: Definitions) -> Definitions:
        """Variables for all jobs, with what others read."""
        if self.read.keys().isdisjoint(variables):
            return variables
        return {
            name: tuple(with_holds(s, [self.read[name]]) for s in row) if name in self.read else row
            for name, row in variables.items()
        }


def definitions(lookup: Lookup, holder: Node, text: str, jobs: Jobs) -> Definitions:
    """The variables under `variables`, written as a value, as a mapping with `value`, or as a reference to one."""
    found: Definitions = {}
    for variables in lookup.get(holder, "variables"):
        for name, value in pairs(jobs.resolved(variables.value)):
            given = [inner.value for inner in lookup.get(value, "value")] or [jobs.resolved(value)]
            found[name] = literal(given[0], text, name)
    return found


def elsewhere(found: Definitions, tree: Tree, document: str, start: int) -> Definitions:
    """Variables as they are defined in another document, whose part that is `tree` begins at `start`."""
    pieces = [piece for row in found.values() for piece in row]
    if not pieces:
        return {}
    bounds = Bounds(around(tree), pieces)
    return {name: tuple(_away(s, document, start) for s in bounds.on(row)) for name, row in found.items()}


def others_of(path: str, text: str, neighbour: Neighbour) -> Others:
    """What the other files of its pipeline say for the jobs of the file at `path`.

    That pipeline is the nearest `.gitlab-ci.yml` in a folder above which includes the file, or else the file itself.
    """
    for up in _folders_above(path):
        main = neighbour(up + MAIN)
        if main is None:
            continue
        whole = _Merged(up, neighbour, path, text)
        whole.add(up + MAIN, main)
        if whole.has_met:
            return whole.others(whole.variables, {})
    alone = _Merged("", neighbour, path, text)
    if "include" in text:
        alone.include(_file(text, path))
    return alone.others({}, alone.variables)


class _File(NamedTuple):
    """What one file of a pipeline says: its variables, where they stand, the local files that it includes, and its
    images that have variables in them, as they are written.
    """

    variables: Definitions
    files: tuple[str, ...]
    images: tuple[str, ...]


class _Merged:
    """The variables of files that include one another, as far as they are not those of the file at `path` itself."""

    def __init__(self, top: str, neighbour: Neighbour, path: str, text: str) -> None:
        self.variables: Definitions = {}
        self.has_met = False
        self._images: dict[str, str] = {}
        self._folder = posixpath.dirname(path)
        self._top = top
        self._neighbour = neighbour
        self._path = path
        self._text = text
        self._seen: set[str] = set()

    def add(self, place: str, text: str) -> None:
        """Lay what a file says over what there is, after what it includes. `place` is seen from the folder."""
        document = posixpath.normpath(posixpath.join(self._folder, place))
        file = _file(text, document)
        self.include(file)
        if self._is_it(document, text):
            self.has_met = True
            self.variables = {name: row for name, row in self.variables.items() if name not in file.variables}
        else:
            self.variables.update(file.variables)
            for image in file.images:
                self._images.setdefault(image, document)

    def others(self, over: Definitions, under: Definitions) -> Others:
        """What was found, as the file itself sees it: `over` and `under` its own variables."""
        if not self._images:
            return Others(over, under, {})
        own = _file(self._text, self._path)
        values = ChainMap(over, own.variables, under)
        read: dict[str, ReadElsewhere] = {}
        for image, document in self._images.items():
            for name in _names_within(image, values) if image not in own.images else ():
                read.setdefault(name, ReadElsewhere(name, image, document))
        found = Others(over, under, read)
        return found._replace(over=found.held(over), under=found.held(under))

    def include(self, file: _File) -> None:
        """Lay over it what the files say that a file includes."""
        for name in file.files:
            place = self._top + name
            if place in self._seen or len(self._seen) >= limits.INCLUDED_FILES:
                continue
            self._seen.add(place)
            if "*" in name:
                self.has_met |= self._fits(place)
                continue
            text = self._neighbour(place)
            if text is not None:
                self.add(place, text)

    def _is_it(self, document: str, text: str) -> bool:
        """Whether it is the file itself; where its path does not say in which folders it lies, its text tells."""
        if posixpath.basename(document) != posixpath.basename(self._path):
            return False
        return document == posixpath.normpath(self._path) or (document.startswith("../") and text == self._text)

    def _fits(self, place: str) -> bool:
        """Whether the file itself is among those that a path with wildcards names; the others are not read."""
        pattern = posixpath.normpath(posixpath.join(self._folder, place))
        return _pattern(pattern).fullmatch(posixpath.normpath(self._path)) is not None


def _folders_above(path: str) -> Iterator[str]:
    """The way up from the folder of a file; the main file of a folder is not its own."""
    is_main = posixpath.basename(path) == MAIN
    yield from ("../" * up for up in range(1 if is_main else 0, limits.INCLUDING_FOLDERS + 1))


def _pattern(path: str) -> re.Pattern[str]:
    """A path in which `*` stands for part of a name, and `**` for any names."""
    parts = re.split(r"(\*\*/?|\*)", path)
    return re.compile("".join("[^/]*" if p == "*" else ".*" if p.startswith("**") else re.escape(p) for p in parts))


def _names_within(image: str, values: Mapping[str, Row]) -> set[str]:
    """The variables that an image is made of, those included that stand in the values of others."""
    found: set[str] = set()
    waiting = [image]
    while waiting:
        for name in names_in(waiting.pop(), PLACEHOLDERS) - found:
            found.add(name)
            waiting.append(joined(values.get(name, ())[: limits.VALUE_PIECES]))
    return found


@lru_cache(maxsize=64)
def _file(text: str, document: str) -> _File:
    found: Definitions = {}
    files: list[str] = []
    images: dict[str, None] = {}
    for span in split(text):
        tree, lookup = load(span.of(text)), Lookup()
        for root in tree.roots:
            jobs = Jobs(lookup, root, tree.text)
            files += _local_files(lookup, root)
            found.update(elsewhere(definitions(lookup, root, tree.text, jobs), tree, document, span.start))
            said = (i for holder in jobs.holders() for key in ("image", "services") for i in jobs.images(holder, key))
            images.update(dict.fromkeys(v for image in said if "$" in (v := text_of(image.found.value))))
    return _File(found, tuple(files[: limits.INCLUDED_FILES]), tuple(images))


def _local_files(lookup: Lookup, root: Node) -> Iterator[str]:
    for include in lookup.get(root, "include"):
        for item in items(include.value) or (include.value,):
            local = [found.value for found in lookup.get(item, "local")] if isinstance(item, nodes.Mapping) else [item]
            for file in map(text_of, local):
                if file and "://" not in file and "$" not in file:
                    yield file.lstrip("/")


def _away(piece: Segment, document: str, start: int) -> Segment:
    span = piece.span and Span(piece.span.start + start, piece.span.end + start)
    return piece._replace(span=span, document=document)
