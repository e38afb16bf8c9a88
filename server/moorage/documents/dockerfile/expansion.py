"""Quotes, escapes and variables of a word, as BuildKit's shell lexer (`frontend/dockerfile/shell/lex.go`) reads them.

Nothing is lost on the way: the result is a row of pieces that remember where their characters stand.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import NamedTuple

from moorage.documents import limits
from moorage.documents.dockerfile import patterns
from moorage.documents.dockerfile.words import SPACE, Word

# Alternatives that are not taken (`${a:+$b}`) are looked up too, so this is more than a value may be made of.
_BORROWED = 4 * limits.VALUE_PIECES
_SPECIAL_PARAMETERS = "@*#?-$!0"


class Piece(NamedTuple):
    """A stretch of an expanded value.

    `at` are the offsets of its characters, None where they stand nowhere (a built-in variable). `name` is the variable
    whose default they are. `exact` is false where the characters were computed from those at `at`. `quoted` ones are
    never split at blanks. A `missing` piece stands for a variable that is not set.
    """

    text: str
    at: Sequence[int] | None
    name: str | None = None
    exact: bool = True
    quoted: bool = False
    missing: bool = False


class Value(NamedTuple):
    """What a word or a variable comes to."""

    text: str
    pieces: tuple[Piece, ...]

    @property
    def missing(self) -> tuple[str, ...]:
        """The variables that are not set and should have given a part of the value."""
        return tuple(dict.fromkeys(p.name for p in self.pieces if p.missing and p.name))


class ExpansionError(Exception):
    """The word cannot be expanded: one sentence, and the index of the character at fault."""

    def __init__(self, message: str, index: int) -> None:
        super().__init__(message)
        self.message = message
        self.index = index


def expand(word: Word, variables: Mapping[str, Value], escape: str, name: str | None = None) -> Value:
    """The value of `word`; `name` is the variable whose default it is.

    Raises `ExpansionError` where BuildKit refuses it or a limit bites.
    """
    return _value(_Lexer(word, variables, escape, name).read("", False))


def split(text: str) -> list[str]:
    """The words of a line, with their quotes and escapes kept, as heredocs are looked for; none where quotes are open.

    Here the escape character is always a backslash, and variables stay as they are written.
    """
    return _split(text, keep=True)


def unquote(text: str) -> list[str]:
    """The words of `text` without quotes and escapes, variables staying as they are written."""
    return _split(text, keep=False)


def _split(text: str, keep: bool) -> list[str]:
    lexer = _Lexer(Word(text, range(len(text))), {}, "\\", None)
    lexer.keep_quotes, lexer.keep_unset = keep, True
    try:
        pieces = lexer.read("", keep)
    except ExpansionError:
        return []
    words, word = [""], 0
    for piece in pieces:
        if piece.quoted:
            words[word] += piece.text
            continue
        for char in piece.text:
            if char not in SPACE:
                words[word] += char
            elif words[word]:
                words.append("")
                word += 1
    return [w for w in words if w]


def _value(pieces: Iterable[Piece]) -> Value:
    kept: list[Piece] = []
    missing: set[str | None] = set()
    for piece in pieces:
        if piece.missing and piece.name not in missing:
            missing.add(piece.name)
            kept.append(piece)
        elif not piece.missing and (piece.text or not piece.exact):
            kept.append(piece)
    text = "".join([p.text for p in kept])
    if len(text) > limits.VALUE_LENGTH:
        raise ExpansionError(f"the value is longer than {limits.VALUE_LENGTH:,} characters", 0)
    if len(kept) > limits.VALUE_PIECES:
        raise ExpansionError(f"the value is made of more than {limits.VALUE_PIECES} pieces", 0)
    return Value(text, tuple(kept))


class _Lexer:
    """Reads one word from left to right."""

    __slots__ = (
        "at",
        "borrowed",
        "depth",
        "escape",
        "i",
        "keep_escapes",
        "keep_quotes",
        "keep_unset",
        "name",
        "text",
        "variables",
    )

    def __init__(self, word: Word, variables: Mapping[str, Value], escape: str, name: str | None) -> None:
        self.text, self.at = word
        self.variables = variables
        self.escape = escape
        self.name = name
        self.i = 0
        self.depth = 0
        self.borrowed = 0
        self.keep_quotes = self.keep_escapes = self.keep_unset = False

    def read(self, stop: str, keep_escapes: bool) -> list[Piece]:
        """The pieces up to the character `stop`, which is read too, or to the end where `stop` is empty."""
        before, self.keep_escapes = self.keep_escapes, keep_escapes
        pieces: list[Piece] = []
        text, escape = self.text, self.escape
        specials = {"$", "'", '"', escape, stop}
        while self.i < len(text):
            char = text[self.i]
            if char == stop:
                self.i += 1
                self.keep_escapes = before
                return pieces
            if char == "$":
                pieces += [p._replace(quoted=False) for p in self._variable()]
            elif char == "'":
                pieces.append(self._single_quotes())
            elif char == '"':
                pieces += [p._replace(quoted=True) for p in self._double_quotes()]
            elif char == escape:
                if keep_escapes:
                    pieces.append(self._take(self.i, self.i + 1, quoted=True))
                self.i += 1
                pieces.append(self._take(self.i, self.i + 1, quoted=True))
                self.i += 1
            else:
                pieces.append(self._up_to(specials))
        if stop:
            raise ExpansionError(f"the closing '{stop}' is missing", len(text))
        self.keep_escapes = before
        return pieces

    def _up_to(self, specials: Collection[str]) -> Piece:
        """The characters before the next special one."""
        start = self.i
        while self.i < len(self.text) and self.text[self.i] not in specials:
            self.i += 1
        return self._take(start, self.i)

    def _take(self, start: int, end: int, quoted: bool = False) -> Piece:
        return Piece(self.text[start:end], self.at[start:end], self.name, True, quoted)

    def _single_quotes(self) -> Piece:
        start = self.i
        end = self.text.find("'", start + 1)
        if end < 0:
            raise ExpansionError("the closing single quote is missing", start)
        self.i = end + 1
        return self._take(start, end + 1, True) if self.keep_quotes else self._take(start + 1, end, True)

    def _double_quotes(self) -> list[Piece]:
        text, escape, opened = self.text, self.escape, self.i
        specials = {'"', "$", escape}
        pieces: list[Piece] = []
        if self.keep_quotes:
            pieces.append(self._take(opened, opened + 1))
        self.i += 1
        while self.i < len(text):
            char = text[self.i]
            if char == '"':
                if self.keep_quotes:
                    pieces.append(self._take(self.i, self.i + 1))
                self.i += 1
                return pieces
            if char == "$":
                pieces += self._variable()
            elif char == escape:
                if self.keep_escapes:
                    pieces.append(self._take(self.i, self.i + 1))
                if self.i + 1 < len(text):
                    # Only a quote, a dollar and the escape itself can be escaped here; before others it is a character.
                    if text[self.i + 1] in specials:
                        self.i += 1
                    pieces.append(self._take(self.i, self.i + 1))
                self.i += 1
            else:
                pieces.append(self._up_to(specials))
        raise ExpansionError("the closing double quote is missing", opened)

    def _variable(self) -> Sequence[Piece]:
        """What stands for `$name`, `${name}` and `${name…}`; the cursor is on the dollar."""
        start = self.i
        self.i += 1
        if self.text[self.i : self.i + 1] != "{":
            name = self._name()
            if not name:
                return [self._take(start, self.i)]
            return self._lookup(name, start)
        self.i += 1
        if self.i >= len(self.text):
            raise ExpansionError("the closing '}' is missing", start)
        if self.text[self.i] in "{}:":
            raise ExpansionError("'${' is followed by no variable", start)
        self.depth += 1
        if self.depth > limits.EXPANSION_DEPTH:
            raise ExpansionError(f"variables are nested deeper than {limits.EXPANSION_DEPTH}", start)
        pieces = self._braces(self._name(), start)
        self.depth -= 1
        return pieces

    def _braces(self, name: str, start: int) -> Sequence[Piece]:
        operator = self.text[self.i : self.i + 1]
        self.i += 1
        if operator == "}":
            return self._lookup(name, start)
        if operator == "/":
            return self._replaced(name, start)
        empty_is_unset = operator == ":"
        if empty_is_unset:
            operator = self.text[self.i : self.i + 1]
            self.i += 1
        elif not operator or operator not in "+-?#%":
            raise self._unsupported(operator, start)
        word = self.read("}", operator in ("#", "%"))
        value = self.variables.get(name)
        if value is None and self.keep_unset:
            return self._as_written(start)
        unset = value is None or (empty_is_unset and not value.text)
        if operator == "-":
            return word if unset else self._lookup(name, start)
        if operator == "+":
            return [] if unset else word
        if operator == "?":
            if unset:
                said = "".join([p.text for p in word])
                raise ExpansionError(f"{name}: {said or 'the variable must be set'}", start)
            return self._lookup(name, start)
        if operator and operator in "#%":
            return self._trimmed(name, operator, "".join([p.text for p in word]), start)
        raise self._unsupported(":" + operator, start)

    def _unsupported(self, operator: str, start: int) -> ExpansionError:
        if not operator.strip(":"):
            return ExpansionError("the closing '}' is missing", start)
        return ExpansionError(f"'{operator}' after a variable's name is not supported", start)

    def _trimmed(self, name: str, operator: str, pattern: str, start: int) -> Sequence[Piece]:
        longest = pattern[:1] == operator
        trim = patterns.trim_start if operator == "#" else patterns.trim_end
        return self._computed(name, start, lambda text: trim(text, pattern[1:] if longest else pattern, longest))

    def _replaced(self, name: str, start: int) -> Sequence[Piece]:
        everywhere = self.text[self.i : self.i + 1] == "/"
        self.i += everywhere
        pattern = "".join([p.text for p in self.read("/", True)])
        replacement = "".join([p.text for p in self.read("}", True)])
        if self.keep_unset and name not in self.variables:
            return self._as_written(start)
        return self._computed(name, start, lambda text: patterns.replace(text, pattern, replacement, everywhere))

    def _computed(self, name: str, start: int, compute: patterns.Compute) -> Sequence[Piece]:
        """The variable's value after `compute`: its place is known, but its characters are no longer those there."""
        sources = self._lookup(name, start)
        try:
            text = compute("".join([p.text for p in sources]))
        except patterns.PatternError as error:
            raise ExpansionError(str(error), start) from None
        first = sources[0] if sources else Piece("", None, name)
        rest = [p._replace(text="", exact=False) for p in sources[1:]]
        return [first._replace(text=text, exact=False), *rest]

    def _lookup(self, name: str, start: int) -> Sequence[Piece]:
        value = self.variables.get(name)
        if value is not None:
            self.borrowed += len(value.pieces)
            if self.borrowed > _BORROWED:
                raise ExpansionError("too many variables are filled in", start)
            return value.pieces
        if self.keep_unset:
            return self._as_written(start)
        return [Piece("", None, name, missing=True)]

    def _as_written(self, start: int) -> list[Piece]:
        return [self._take(start, self.i)]

    def _name(self) -> str:
        """The name at the cursor: letters, digits and underscores, a row of digits, or one special parameter."""
        text, start = self.text, self.i
        first = text[start : start + 1]
        digits = first.isdecimal()
        if not digits and first and first in _SPECIAL_PARAMETERS:
            self.i += 1
            return first
        while self.i < len(text):
            char = text[self.i]
            if not (char.isdecimal() or (not digits and (char.isalpha() or char == "_"))):
                break
            self.i += 1
        return text[start : self.i]
