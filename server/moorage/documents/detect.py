"""Which format a file is: by its name first, then by its content.

A new format is one module beside this one and one line in `FORMATS`. The module offers

    read(path, text, neighbour=nobody) -> Document      never raises, whatever the text
    slot_at(document, offset) -> Slot | None            what could be written at a cursor

`text` is without a byte order mark; `path` has `/` separators; `neighbour(relative_path)` gives the text of another
file of the project, or None (paths are relative to the folder of `path`).
"""

import re
from collections.abc import Callable
from functools import cache
from importlib import import_module
from typing import NamedTuple, Protocol

from moorage.documents.hcl.marks import is_bake
from moorage.documents.units import is_quadlet
from moorage.documents.usage import Document, Slot
from moorage.documents.yaml import marks

_YAML = re.compile(r".*\.ya?ml", re.I)
_YAML_OR_JSON = re.compile(r".*\.(?:ya?ml|json)", re.I)
_HCL = re.compile(r".*\.hcl", re.I)
_FROM = re.compile(r"^[ \t]*from[ \t]+\S", re.I | re.M)

Neighbour = Callable[[str], str | None]


def nobody(_path: str) -> str | None:
    """The neighbour of a file that stands alone."""
    return None


class Reader(Protocol):
    """What the module of a format offers."""

    def read(self, path: str, text: str, neighbour: Neighbour = nobody) -> Document:
        """The document that `text` is."""
        ...

    def slot_at(self, document: Document, offset: int) -> Slot | None:
        """What could be written at `offset`."""
        ...


class Format(NamedTuple):
    """How to know files of one format.

    `name` fits the whole name of a file. `candidate` fits the names of files that may be of the format: one that
    lies in a `folder` (found in its path) is, and so is one whose `content` says so. Content is asked where no name
    fits, and wins over every name where `content_wins` is true; a name with `name_wins` is asked before any content.
    A `place` that is found in a file's path tells it whatever its name.
    """

    id: str
    module: str
    name: re.Pattern[str] | None = None
    candidate: re.Pattern[str] | None = None
    content: Callable[[str], bool] | None = None
    folder: re.Pattern[str] | None = None
    content_wins: bool = False
    name_wins: bool = False
    place: re.Pattern[str] | None = None

    def reader(self) -> Reader:
        """The module, imported when it is first needed."""
        return import_module("moorage.documents." + self.module)  # type: ignore[return-value]

    def is_named(self, path: str) -> bool:
        """Whether the path of a file says that it is of this format."""
        return self.fits(path, _name_of(path))

    def fits(self, path: str, name: str) -> bool:
        """The same, where the last part of the path is at hand."""
        if self.name is not None and self.name.fullmatch(name):
            return True
        if self.place is not None and self.place.search(path):
            return True
        return self.folder is not None and self._may_be(name) and self.folder.search(path) is not None

    def _may_be(self, name: str) -> bool:
        return self.candidate is not None and self.candidate.fullmatch(name) is not None

    def is_said(self, name: str, text: str) -> bool:
        """Whether the content of a file says that it is of this format."""
        return self.content is not None and self._may_be(name) and self.content(text)


FORMATS: tuple[Format, ...] = (
    Format(
        "dockerfile",
        "dockerfile",
        re.compile(r"(?:docker|container)file.*(?<!\.dockerignore)|.*\.(?:docker|container)file", re.I),
    ),
    Format("kustomize", "kubernetes.kustomize", re.compile(r"kustomization\.ya?ml|Kustomization"), name_wins=True),
    Format("kubernetes", "kubernetes.manifests", None, _YAML_OR_JSON, marks.is_kubernetes, content_wins=True),
    Format(
        "compose",
        "compose",
        re.compile(r"(?:(?:docker-)?compose.*|.*\.compose)\.ya?ml", re.I),
        _YAML,
        marks.is_compose,
    ),
    Format("bake", "bake", re.compile(r"(?:docker-bake(?:\.override)?|.+\.bake)\.(?:hcl|json)", re.I), _HCL, is_bake),
    Format(
        "github-actions",
        "ci.github_actions",
        re.compile(r"action\.ya?ml", re.I),
        _YAML,
        marks.is_workflow,
        re.compile(r"(?:^|/)\.github/workflows/[^/]+\Z", re.I),
    ),
    Format("gitlab-ci", "ci.gitlab_ci", re.compile(r".*gitlab-ci.*\.ya?ml", re.I), _YAML, marks.is_gitlab_ci),
    Format("devcontainer", "devcontainer", re.compile(r"\.?devcontainer\.json")),
    Format("helm-values", "kubernetes.helm_values", re.compile(r".*values.*\.ya?ml", re.I)),
    Format("circleci", "ci.circleci", None, _YAML, folder=re.compile(r"(?:^|/)\.circleci/")),
    Format("bitbucket", "ci.bitbucket", re.compile(r"bitbucket-pipelines\.ya?ml")),
    Format(
        "azure",
        "ci.azure",
        re.compile(r".*azure-?pipelines?.*\.ya?ml", re.I),
        _YAML,
        marks.is_azure,
        folder=re.compile(r"(?:^|/)(?:\.?azure-pipelines|\.azure/pipelines|\.azuredevops)/"),
    ),
    Format("drone", "ci.drone", re.compile(r"\.drone(?:\..+)?\.ya?ml"), _YAML, folder=re.compile(r"(?:^|/)\.drone/")),
    Format(
        "woodpecker",
        "ci.woodpecker",
        re.compile(r"\.woodpecker\.ya?ml"),
        _YAML,
        folder=re.compile(r"(?:^|/)\.woodpecker/"),
    ),
    Format("buildpacks", "buildpacks", re.compile(r"project\.toml")),
    Format(
        "quadlet",
        "quadlet",
        re.compile(r".+\.container"),
        re.compile(r".+\.(?:build|image|volume)"),
        is_quadlet,
        place=re.compile(r"(?:^|[/.])(?:build|container|image|volume)\.d/[^/]+\.conf\Z"),
    ),
    Format("package", "package", re.compile(r"moorage\.yaml")),
    Format("text", "text"),
)


_PLACES = re.compile("|".join(f.place.pattern for f in FORMATS if f.place is not None))


@cache
def _candidates() -> re.Pattern[str]:
    """Every name that a format knows or wants to look into, as one expression: it is asked of every file there is."""
    patterns = dict.fromkeys(p for f in FORMATS for p in (f.name, f.candidate) if p is not None)
    return re.compile("|".join(f"(?{'i' if p.flags & re.I else ''}:{p.pattern})" for p in patterns))


def is_candidate(path: str) -> bool:
    """Whether a file of this name, or at this place, is worth reading at all."""
    return _candidates().fullmatch(_name_of(path)) is not None or _PLACES.search(path) is not None


def _name_of(path: str) -> str:
    return path[path.rfind("/") + 1 :]


def format_named(name: str) -> Format:
    """The format of this name, which must be one of `FORMATS`."""
    return next(f for f in FORMATS if f.id == name)


def names_images(text: str) -> bool:
    """Whether `text` could be a Dockerfile, whatever its name."""
    return _FROM.search(text) is not None


def detect(path: str, text: str) -> Format | None:
    """The format of a file; None where it is none that names images."""
    name = _name_of(path)
    named = None
    for f in FORMATS:
        if f.content_wins and f.is_said(name, text):
            return f
        if named is None and f.fits(path, name):
            if f.name_wins:
                return f
            named = f
    if named is not None:
        return named
    return next((f for f in FORMATS if f.is_said(name, text)), None)
