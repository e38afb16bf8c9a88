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
from moorage.documents.usage import Document, Slot
from moorage.documents.yaml import marks

_YAML = re.compile(r"\.ya?ml\Z", re.I)
_HCL = re.compile(r"\.hcl\Z", re.I)
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
    """How to know files of one format. `name` is searched in the path, `content` in the text of a `candidate` file.

    `content` is asked where no name fits, and wins over every name where `content_wins` is true; a name with
    `name_wins` is asked before any content.
    """

    id: str
    module: str
    name: re.Pattern[str] | None
    candidate: re.Pattern[str] | None = None
    content: Callable[[str], bool] | None = None
    content_wins: bool = False
    name_wins: bool = False

    def reader(self) -> Reader:
        """The module, imported when it is first needed."""
        return import_module("moorage.documents." + self.module)  # type: ignore[return-value]


FORMATS: tuple[Format, ...] = (
    Format(
        "dockerfile",
        "dockerfile",
        re.compile(
            r"(?:^|/)(?:(?:docker|container)file[^/]*(?<!\.dockerignore)|[^/]*\.(?:docker|container)file)\Z", re.I
        ),
    ),
    Format("kustomize", "kustomize", re.compile(r"(?:^|/)(?:kustomization\.ya?ml|Kustomization)\Z"), name_wins=True),
    Format("kubernetes", "kubernetes", None, _YAML, marks.is_kubernetes, content_wins=True),
    Format(
        "compose",
        "compose",
        re.compile(r"(?:^|/)(?:(?:docker-)?compose[^/]*|[^/]*\.compose)\.ya?ml\Z", re.I),
        _YAML,
        marks.is_compose,
    ),
    Format(
        "bake",
        "bake",
        re.compile(r"(?:^|/)(?:docker-bake(?:\.override)?|[^/]+\.bake)\.(?:hcl|json)\Z", re.I),
        _HCL,
        is_bake,
    ),
    Format(
        "github-actions",
        "github_actions",
        re.compile(r"(?:^|/)(?:\.github/workflows/[^/]+|action)\.ya?ml\Z", re.I),
        _YAML,
        marks.is_workflow,
    ),
    Format(
        "gitlab-ci", "gitlab_ci", re.compile(r"(?:^|/)[^/]*gitlab-ci[^/]*\.ya?ml\Z", re.I), _YAML, marks.is_gitlab_ci
    ),
    Format("devcontainer", "devcontainer", re.compile(r"(?:^|/)\.?devcontainer\.json\Z")),
    Format("helm-values", "helm_values", re.compile(r"(?:^|/)[^/]*values[^/]*\.ya?ml\Z", re.I)),
    Format("circleci", "circleci", re.compile(r"(?:^|/)\.circleci/(?:[^/]+/)*[^/]+\.ya?ml\Z")),
    Format("bitbucket", "bitbucket", re.compile(r"(?:^|/)bitbucket-pipelines\.ya?ml\Z")),
    Format(
        "azure",
        "azure",
        re.compile(
            r"(?:^|/)(?:[^/]*azure-?pipelines?[^/]*|(?:\.?azure-pipelines|\.azure/pipelines|\.azuredevops)/[^.].*)\.ya?ml\Z",
            re.I,
        ),
    ),
    Format("drone", "drone", re.compile(r"(?:^|/)\.drone(?:\.[^/]+|/[^/]+)?\.ya?ml\Z")),
    Format("woodpecker", "woodpecker", re.compile(r"(?:^|/)\.woodpecker(?:/(?:[^/]+/)*[^/]+)?\.ya?ml\Z")),
    Format("buildpacks", "buildpacks", re.compile(r"(?:^|/)project\.toml\Z")),
    Format("quadlet", "quadlet", re.compile(r"\.container(?:\.d/[^/]+\.conf)?\Z")),
    Format("package", "package", re.compile(r"(?:^|/)moorage\.yaml\Z")),
    Format("text", "text", None),
)


@cache
def _candidates(formats: tuple[Format, ...]) -> re.Pattern[str]:
    """Every name that a format knows or wants to look into, as one expression: it is asked of every file there is."""
    patterns = [pattern for f in formats for pattern in (f.name, f.candidate) if pattern is not None]
    return re.compile("|".join(f"(?{'i' if p.flags & re.I else ''}:{p.pattern})" for p in patterns))


def is_candidate(path: str) -> bool:
    """Whether a file of this name is worth reading at all."""
    return _candidates(FORMATS).search(path) is not None


def format_named(name: str) -> Format:
    """The format of this name, which must be one of `FORMATS`."""
    return next(f for f in FORMATS if f.id == name)


def names_images(text: str) -> bool:
    """Whether `text` could be a Dockerfile, whatever its name."""
    return _FROM.search(text) is not None


def detect(path: str, text: str) -> Format | None:
    """The format of a file; None where it is none that names images."""
    named = None
    for f in FORMATS:
        if f.name_wins and f.name and f.name.search(path):
            return f
        if f.content_wins and f.content and f.candidate and f.candidate.search(path) and f.content(text):
            return f
        if named is None and f.name and f.name.search(path):
            named = f
    if named is not None:
        return named
    for f in FORMATS:
        if f.content and f.candidate and f.candidate.search(path) and f.content(text):
            return f
    return None
