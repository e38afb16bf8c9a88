"""`moorage config`: the policy that holds for a path, and where each part of it is from."""

import argparse
import json
import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from moorage.cli.session import Session, open_session
from moorage.cli.terminal import plain, use_utf8
from moorage.errors import UsageError
from moorage.policy import DEFAULT, Layer, directives_of
from moorage.policy.describe import Said, settings_of, values_of
from moorage.policy.inline import not_understood
from moorage.rules import RULE_IDS

_DEFAULTS = (
    ("update", DEFAULT.reach),
    ("pin", DEFAULT.pin),
    ("prerelease", "not offered"),
    ("min-age", "0 days"),
    ("fail-on", DEFAULT.fail_on.word),
)


class _Note(NamedTuple):
    """A comment of another tool that has no effect, and why."""

    line: int
    why: str


class _Image(NamedTuple):
    """An image of the file, and what holds for it."""

    line: int
    name: str
    said: tuple[Said, ...]
    ignored: tuple[str, ...]


def main(argv: list[str]) -> int:
    """Print the layers of policy for a path, and for a file what holds for each of its images."""
    args = _parser().parse_args(argv)
    use_utf8()
    path = Path(args.path)
    if not os.access(path, os.F_OK):
        raise UsageError(f"{args.path} does not exist")
    with open_session([args.path], offline=True, max_age=None, overrides={}) as session:
        place = path / "-" if path.is_dir() else path
        user = session.project.user
        layers = [x for x in session.project.layers(str(place)) if x.source and (x is not user or x.speaks)]
        images, notes = ([], []) if path.is_dir() else _in_file(args.path, session)
    if args.format == "json":
        _print_json(args.path, layers, images, notes)
    else:
        _print_text(args.path, layers, images, notes)
    return 2 if session.complaints else 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="moorage config", description="The policy that holds, and who said so.")
    actions = parser.add_subparsers(dest="action", metavar="ACTION", required=True)
    show = actions.add_parser(
        "show", help="every layer of policy for a path, from near to far, and what in it is not understood"
    )
    show.add_argument("path", nargs="?", default=".", metavar="PATH", help="a file or folder (default: this folder)")
    show.add_argument("--format", choices=("text", "json"), default="text", help="form of the answer (default: text)")
    return parser


def _in_file(path: str, session: Session) -> tuple[list[_Image], list[_Note]]:
    """The images that a file names, and the comments in it that are not understood."""
    from moorage.discover import Found, find
    from moorage.text import LineIndex

    images: list[_Image] = []
    notes: list[_Note] = []
    for found in find([path], session.texts_in):
        if not isinstance(found, Found):
            continue
        document = found.format.reader().read(found.path, found.text, found.neighbour)
        index = LineIndex(document.text)
        directives = directives_of(document, RULE_IDS)
        notes += [_Note(index.position(at)[0], why) for at, why in not_understood(document)]
        for usage in document.usages:
            if usage.reference is not None:
                policy = session.project.policy(document, usage, directives)
                line, _ = index.position(usage.span.start)
                ignored = tuple(sorted(policy.ignored))
                images.append(_Image(line, usage.reference.familiar, tuple(settings_of(policy)), ignored))
    return images, notes


def _entries(layer: Layer) -> Iterator[tuple[str, str, str]]:
    """What a layer says: where in it (empty: of every image), the setting, the words."""
    for setting, words in values_of(layer.values):
        yield "", setting, words
    for pattern, values in layer.images:
        yield from ((f"images.{pattern}", setting, words) for setting, words in values_of(values))
    for rule in layer.rules:
        yield from ((rule.where, setting, words) for setting, words in values_of(rule.values))
    for setting, globs in (("include", layer.include), ("exclude", layer.exclude), ("text", layer.text_files)):
        if globs:
            yield "files", setting, ", ".join(globs)


def _print_text(path: str, layers: list[Layer], images: list[_Image], notes: list[_Note]) -> None:
    print(plain(f"policy for {path}, from near to far"))
    print()
    for layer in layers:
        print(plain(layer.source))
        for where, setting, words in _entries(layer):
            print(plain(f"  {where + ': ' if where else ''}{setting} {words}"))
        for note in layer.notes:
            print(plain(f"  not understood: {note}"))
    print("defaults")
    for setting, words in _DEFAULTS:
        print(f"  {setting} {words}")
    if notes:
        print("\ncomments of Renovate's without effect")
    for note in notes:
        print(plain(f"  line {note.line}: {note.why}"))
    if images:
        print("\nimages")
    for image in images:
        print(plain(f"  line {image.line}: {image.name}"))
        for setting, words, source in image.said:
            print(plain(f"    {setting} {words}, from {source}"))
        if image.ignored:
            print(plain(f"    ignored here: {', '.join(image.ignored)}"))


def _print_json(path: str, layers: list[Layer], images: list[_Image], notes: list[_Note]) -> None:
    answer = {
        "version": 1,
        "path": path,
        "layers": [
            {
                "source": layer.source,
                "says": [dict(zip(("where", "setting", "value"), entry, strict=True)) for entry in _entries(layer)],
                "not_understood": list(layer.notes),
            }
            for layer in layers
        ],
        "defaults": dict(_DEFAULTS),
        "comments": [note._asdict() for note in notes],
        "images": [
            {
                "line": image.line,
                "image": image.name,
                "policy": [said._asdict() for said in image.said],
                "ignored": list(image.ignored),
            }
            for image in images
        ],
    }
    json.dump(answer, sys.stdout, indent=2)
    print()
