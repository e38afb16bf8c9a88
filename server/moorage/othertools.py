"""The settings of other tools at the root of a repository, found and read as policy."""

from collections.abc import Callable
from pathlib import Path

from moorage.policy import Layer

_PACKAGE = "package.json"
RENOVATE = (
    "renovate.json",
    "renovate.json5",
    ".github/renovate.json",
    ".github/renovate.json5",
    ".gitlab/renovate.json",
    ".gitlab/renovate.json5",
    ".renovaterc",
    ".renovaterc.json",
    ".renovaterc.json5",
    _PACKAGE,
)
DEPENDABOT = (".github/dependabot.yml", ".github/dependabot.yaml")
HADOLINT = (".hadolint.yaml", ".hadolint.yml")
"""Where the settings of each tool lie; the first file that is there counts."""

_MAX = 1 << 20


def layers_of(root: Path, open_text: Callable[[Path], str | None] | None = None) -> tuple[Layer, ...]:
    """What Renovate's, Dependabot's and hadolint's settings below `root` say, the nearer first.

    `open_text(path)` gives the text of a file that an editor holds, None where none does.
    """
    found: list[Layer] = []
    for names, read in ((RENOVATE, _renovate), (DEPENDABOT, _dependabot), (HADOLINT, _hadolint)):
        for name in names:
            text = _text(root / name, open_text)
            if text is None or (name == _PACKAGE and '"renovate"' not in text):
                continue
            layer = _unread(text, name, root) or read(text, name, root)
            if layer is not None:
                found.append(layer)
                break
    return tuple(found)


# The readers are loaded where there is something to read.


def _renovate(text: str, name: str, root: Path) -> Layer | None:
    from moorage.policy import renovate

    return (renovate.read_package if name == _PACKAGE else renovate.read)(text, name, str(root))


def _dependabot(text: str, name: str, root: Path) -> Layer:
    from moorage.documents.manifest import read_section
    from moorage.policy import dependabot

    section = read_section(text, "updates")
    layer = dependabot.read(section.value, name, str(root))
    return layer if section.problem is None else layer._replace(notes=(f"it is not read: {section.problem}",))


def _hadolint(text: str, name: str, root: Path) -> Layer:
    from moorage.documents.manifest import read_section
    from moorage.policy import hadolint

    sections = {key: read_section(text, key) for key in ("ignored", "override")}
    layer = hadolint.read({key: section.value for key, section in sections.items()}, name, str(root))
    problem = sections["ignored"].problem
    return layer if problem is None else layer._replace(notes=(f"it is not read: {problem}",))


def _unread(text: str, name: str, root: Path) -> Layer | None:
    if len(text) <= _MAX:
        return None
    return Layer(name, folder=str(root), notes=("it is larger than 1 MiB and is not read",))


def _text(path: Path, open_text: Callable[[Path], str | None] | None) -> str | None:
    """The text of a file, at least so much of it that it can be told to be too large; None where there is none."""
    if open_text is not None:
        text = open_text(path)
        if text is not None:
            return text
    try:
        if not path.is_file():
            return None
        with path.open("rb") as file:
            return file.read(4 * _MAX + 4).decode("utf-8-sig", "replace")
    except OSError:
        return None
