"""Rules of other tools' settings: what is wanted of images whose names, files and formats fit."""

from collections.abc import Mapping
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

from moorage.documents.usage import Usage

if TYPE_CHECKING:
    from moorage.pattern import Pattern


class ImageRule(NamedTuple):
    """What `values` are wanted of which images; an empty condition is none.

    One of `names` must match the name, none of `unless`; one of `files` the path of the file.
    """

    values: Mapping[str, object]
    names: "tuple[Pattern, ...]" = ()
    unless: "tuple[Pattern, ...]" = ()
    files: "tuple[Pattern, ...]" = ()
    formats: frozenset[str] = frozenset()
    where: str = ""
    """Its place in the settings, for people."""

    def fits(self, usage: Usage) -> bool:
        """Whether it speaks of the image that a usage names. Its files are another question."""
        reference = usage.reference
        if reference is None or (self.formats and usage.format not in self.formats):
            return False
        called = (reference.familiar_name, reference.name)
        if self.names and not any(_matches(pattern, name) for pattern in self.names for name in called):
            return False
        return not any(_matches(pattern, name) for pattern in self.unless for name in called)

    def fits_file(self, path: str) -> bool:
        """Whether it speaks of the file at `path`, with `/` separators, from the folder of the settings."""
        return not self.files or any(pattern.matches(path) for pattern in self.files)


@lru_cache(maxsize=65536)
def _matches(pattern: "Pattern", name: str) -> bool:
    """The same few names meet the same rules at every keystroke."""
    return pattern.matches(name)
