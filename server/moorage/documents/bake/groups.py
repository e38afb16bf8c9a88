"""The groups of a Bake file: several targets under one name."""

from collections.abc import Iterator

from moorage.documents.bake.scope import Scope
from moorage.documents.bake.targets import Targets, texts
from moorage.documents.hcl.tree import Body
from moorage.documents.usage import Group


def groups_of(body: Body, scope: Scope, targets: Targets) -> Iterator[Group]:
    """The groups that `body` defines; the name of a target with a matrix stands for each of its targets."""
    by_block: dict[str, list[str]] = {}
    for target in targets.all:
        by_block.setdefault(target.label.text, []).append(target.name)
    for block in body.blocks:
        if block.type == "group" and block.labels:
            members = texts(scope.attributes(block, {}).get("targets"))
            names = (name for member in members for name in by_block.get(member, [member]))
            label = block.labels[0]
            yield Group(label.text, label.place.span, tuple(dict.fromkeys(names)))
