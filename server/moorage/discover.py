"""Finding the files that may name images: walking folders, respecting `.gitignore`, reading what is worth it.

A file that is named is read whatever it is called and whether it is ignored or not; in folders only names that some
format knows are looked at. Nothing is raised: what cannot be read is a `Skipped` with its reason.
`os` and `os.path` do all of it: pathlib would be a quarter of the start-up, and is slow for many files.
"""

import os
import stat
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from functools import partial
from typing import TYPE_CHECKING, NamedTuple

from moorage.documents import limits
from moorage.documents.detect import Format, Neighbour, detect, format_named, is_candidate, names_images
from moorage.text import BOM

if TYPE_CHECKING:
    from pathlib import Path

    from pathspec import GitIgnoreSpec

_CHUNK = 64 * 1024
_POLICY_ENDS = frozenset({"moorage.yaml", ".git"})
"""Where one of these lies, the policy of the folders above does not hold."""
_FLAGS = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)


class Found(NamedTuple):
    """A file of a known format. `path` is how it is spoken of, `location` where it lies; `text` has no byte order mark,
    and bytes that are no UTF-8 are surrogates in it (`surrogateescape`).
    """

    path: str
    location: str
    text: str
    bom: bool
    format: Format

    @property
    def file(self) -> "Path":
        """Where it lies."""
        from pathlib import Path

        return Path(self.location)

    @property
    def neighbour(self) -> Neighbour:
        """The text of other files of the project, by their paths from this file's folder."""
        return partial(read_neighbour, os.path.dirname(self.location))


class Skipped(NamedTuple):
    """A file or folder that was not read, and why."""

    path: str
    reason: str


Texts = Callable[[str], Callable[[str], bool] | None]
"""Says of a folder which files in and below it are read as text whatever their names; None where none are."""


def no_texts(_folder: str) -> None:
    """Only files of known formats are read."""


class _Unreadable(Exception):
    """Why a file is not read."""


class _Binary(_Unreadable):
    """It is no text."""

    def __init__(self) -> None:
        super().__init__("it is a binary file")


def find(paths: Iterable[str], texts: Texts = no_texts) -> Iterator[Found | Skipped]:
    """The files under `paths`, in the order of the arguments and then of their names, each as soon as it is read.

    `texts` is asked anew where a folder has a policy of its own, and only of files that are in no known format.
    `path` of what is found is the argument joined with the path below it, with `/` between.
    """
    for argument in paths:
        shown = argument.replace(os.sep, "/")
        try:
            mode = os.stat(argument).st_mode
        except (OSError, ValueError) as error:
            broken = os.path.islink(argument)
            yield Skipped(shown, "the symbolic link leads nowhere" if broken else _reason(error))
            continue
        if stat.S_ISDIR(mode):
            yield from _Walk(argument, shown, texts).files()
        else:
            yield _named(argument, shown, texts)


def read_neighbour(folder: str, path: str) -> str | None:
    """The text of the file at `path` from `folder`; None where there is none, or it lies outside the project.

    The project ends at the git repository that holds `folder`, or at `folder` where there is none.
    """
    location = os.path.realpath(os.path.join(folder, path))
    root = os.path.realpath(git_root(os.path.abspath(folder)) or folder)
    if os.path.commonpath([root, location]) != root:
        return None
    try:
        return read_text(location)[0]
    except _Unreadable:
        return None


def read_text(location: str) -> tuple[str, bool]:
    """The text of a file, and whether it began with a byte order mark; raises where it is not to be read."""
    try:
        handle = os.open(location, _FLAGS)
    except (OSError, ValueError) as error:
        raise _Unreadable(_reason(error)) from None
    try:
        data = _read(handle)
    except OSError as error:
        raise _Unreadable(_reason(error)) from None
    finally:
        os.close(handle)
    if b"\0" in data:
        raise _Binary
    text = data.decode("utf-8", "surrogateescape")
    return (text[1:], True) if text.startswith(BOM) else (text, False)


def _read(handle: int) -> bytes:
    data = os.read(handle, _CHUNK)
    if len(data) < _CHUNK:
        # A short read is the whole of a regular file; of a pipe or a device it is not, and those are not read.
        if not data and not stat.S_ISREG(os.fstat(handle).st_mode):
            raise _Unreadable("it is no regular file")
        return data
    status = os.fstat(handle)
    if not stat.S_ISREG(status.st_mode):
        raise _Unreadable("it is no regular file")
    if b"\0" in data:
        raise _Binary
    if status.st_size > limits.DOCUMENT_BYTES:
        raise _Unreadable(f"it is larger than {limits.DOCUMENT_BYTES // 1024**2} MiB")
    parts = [data]
    while data:
        data = os.read(handle, _CHUNK)
        parts.append(data)
    return b"".join(parts)


def _reason(error: Exception) -> str:
    if isinstance(error, FileNotFoundError):
        return "there is no such file or folder"
    if isinstance(error, PermissionError):
        return "it may not be read"
    return getattr(error, "strerror", None) or str(error)


def _named(location: str, shown: str, texts: Texts) -> Found | Skipped:
    """A file that the user named: its format is told by its content where its name says nothing."""
    try:
        text, bom = read_text(location)
    except _Unreadable as error:
        return Skipped(shown, str(error))
    full = os.path.abspath(location).replace(os.sep, "/")
    is_text = texts(os.path.dirname(full))
    fmt = detect(full, text)
    if fmt is None and is_text is not None and is_text(full):
        fmt = format_named("text")
    if fmt is None and names_images(text):
        fmt = format_named("dockerfile")
    if fmt is None:
        return Skipped(shown, "it is in no format that names images")
    return Found(shown, location, text, bom, fmt)


def git_root(folder: str) -> str | None:
    """The folder above that holds `.git`."""
    while not os.path.exists(os.path.join(folder, ".git")):
        parent = os.path.dirname(folder)
        if parent == folder:
            return None
        folder = parent
    return folder


class _Ignores(NamedTuple):
    """The rules of one `.gitignore`, and the number of characters of the paths before its own folder."""

    prefix: int
    spec: "GitIgnoreSpec"


class _Folder(NamedTuple):
    """A folder to be walked: where it lies, how it is spoken of, its full path, and what holds in it."""

    location: str
    shown: str
    full: str
    ignores: tuple[_Ignores, ...]
    is_text: Callable[[str], bool] | None


class _Walk:
    """One folder, walked."""

    def __init__(self, start: str, shown: str, texts: Texts) -> None:
        self._start = start
        self._shown = shown
        self._texts = texts
        # Paths are compared with names that formats know, and with ignores of folders further up.
        self._full = os.path.abspath(start)
        self._real = os.path.realpath(start)

    def files(self) -> Iterator[Found | Skipped]:
        """What there is below, the entries of each folder in the order of their names."""
        head = self._shown if self._shown.endswith("/") else self._shown + "/"
        root = os.path.join(self._start, "")
        full = os.path.join(self._full, "").replace(os.sep, "/")
        pending = [_Folder(root, head, full, self._inherited(), self._texts(full))]
        while pending:
            location, shown, full, ignores, is_text = pending.pop()
            try:
                with os.scandir(location) as found:
                    entries = sorted(found, key=lambda entry: entry.name)
            except OSError as error:
                yield Skipped(shown.rstrip("/") or "/", _reason(error))
                continue
            names = {entry.name for entry in entries}
            if ".gitignore" in names:
                ignores = self._with_ignores(ignores, location, full)
            if location != root and not names.isdisjoint(_POLICY_ENDS):
                is_text = self._texts(full)
            folders: list[_Folder] = []
            for entry in entries:
                name = entry.name
                if _is_folder(entry):
                    if name != ".git" and not _ignored(ignores, full + name + "/"):
                        folders.append(
                            _Folder(f"{location}{name}{os.sep}", f"{shown}{name}/", f"{full}{name}/", ignores, is_text)
                        )
                    continue
                listed = is_text is not None and is_text(full + name)
                if (listed or is_candidate(full + name)) and not _ignored(ignores, full + name):
                    item = self._file(entry, location + name, shown + name, full + name, listed=listed)
                    if item is not None:
                        yield item
            pending += reversed(folders)

    def _file(
        self, entry: "os.DirEntry[str]", location: str, shown: str, full: str, *, listed: bool
    ) -> Found | Skipped | None:
        if entry.is_symlink():
            target = os.path.realpath(location)
            if not os.path.exists(target):
                return Skipped(shown, "the symbolic link leads nowhere")
            if os.path.isdir(target):
                return None
            if os.path.commonpath([self._real, target]) != self._real:
                return Skipped(shown, "the symbolic link leads out of the folder")
            if is_candidate(target.replace(os.sep, "/")):
                return None
        try:
            text, bom = read_text(location)
        except _Unreadable as error:
            # An image of a disk is `*.image` too, most JSON names no image, and no one asks why these are not read.
            quiet = isinstance(error, _Binary) or full.endswith(".json")
            told = listed or not quiet or detect(full, "") is not None
            return Skipped(shown, str(error)) if told else None
        fmt = detect(full, text) or (format_named("text") if listed else None)
        return None if fmt is None else Found(shown, location, text, bom, fmt)

    def _inherited(self) -> tuple[_Ignores, ...]:
        """The ignores of the folders between the git repository's root and the start."""
        root = git_root(self._full)
        if root is None or root == self._full:
            return ()
        ignores: tuple[_Ignores, ...] = ()
        folder, below = root, os.path.relpath(self._full, root).split(os.sep)
        for name in below:
            if os.path.exists(os.path.join(folder, ".gitignore")):
                prefix = os.path.join(folder, "").replace(os.sep, "/")
                ignores = self._with_ignores(ignores, folder, prefix)
            folder = os.path.join(folder, name)
        # A folder that is asked for is read even where its own name is ignored.
        return () if _ignored(ignores, self._full.replace(os.sep, "/") + "/") else ignores

    @staticmethod
    def _with_ignores(ignores: tuple[_Ignores, ...], folder: str, prefix: str) -> tuple[_Ignores, ...]:
        try:
            text, _ = read_text(os.path.join(folder, ".gitignore"))
        except _Unreadable:
            return ignores
        return (*ignores, _Ignores(len(prefix), _spec(text.splitlines())))


def _spec(lines: list[str]) -> "GitIgnoreSpec":
    """The rules of a `.gitignore`; a line that is none is passed over, as git does."""
    from pathspec import GitIgnoreSpec

    try:
        return GitIgnoreSpec.from_lines(lines)
    except ValueError:
        usable: list[str] = []
        for line in lines:
            with suppress(ValueError):
                GitIgnoreSpec.from_lines([line])
                usable.append(line)
        return GitIgnoreSpec.from_lines(usable)


def _is_folder(entry: "os.DirEntry[str]") -> bool:
    try:
        return entry.is_dir(follow_symlinks=False)
    except OSError:
        return False


def _ignored(ignores: tuple[_Ignores, ...], path: str) -> bool:
    """Whether the nearest `.gitignore` that speaks of `path` ignores it."""
    for prefix, spec in reversed(ignores):
        said = spec.check_file(path[prefix:]).include
        if said is not None:
            return said
    return False
