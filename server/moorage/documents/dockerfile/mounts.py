"""The image that `RUN --mount=…,from=IMAGE` names: the value is one line of CSV (BuildKit's `parseMount`)."""

from moorage.documents.dockerfile.commands import FlagError
from moorage.documents.dockerfile.words import Word


def mount_source(value: Word) -> Word | None:
    """What `from=` gives in a mount, the last one if it is repeated; None where there is none.

    Raises `FlagError` where BuildKit cannot read the value.
    """
    source = None
    for field in fields(value):
        key, equals, _ = field.text.partition("=")
        if equals and key.lower() == "from":
            source = field.part(len(key) + 1)
    return source if source is not None and source.text else None


def fields(value: Word) -> list[Word]:
    """The fields of one line of CSV as Go's encoding/csv reads it; raises `FlagError` where it does not."""
    text = value.text
    if not text:
        raise FlagError("--mount is empty")
    found: list[Word] = []
    at = 0
    while True:
        if text.startswith('"', at):
            field, at = _quoted(value, at)
        else:
            comma = text.find(",", at)
            end = len(text) if comma < 0 else comma
            field, at = value.part(at, end), end
            if '"' in field.text:
                raise FlagError("a quote stands inside a field of --mount")
        found.append(field)
        if at >= len(text):
            return found
        at += 1


def _quoted(value: Word, at: int) -> tuple[Word, int]:
    """The field whose opening quote is at `at`, and the index of what follows its closing quote."""
    text = value.text
    chars: list[str] = []
    places: list[int] = []
    at += 1
    while at < len(text):
        if text[at] == '"':
            if not text.startswith('"', at + 1):
                at += 1
                if at < len(text) and text[at] != ",":
                    break
                return Word("".join(chars), places), at
            at += 1
        chars.append(text[at])
        places.append(value.at[at])
        at += 1
    raise FlagError("a quoted field of --mount does not end")
