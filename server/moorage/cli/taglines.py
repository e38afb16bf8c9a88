"""Lines of tags in the words that people and programs are told."""

from moorage.versions import Tag


def describe_line(tag: Tag) -> str:
    """What the tags of a line have in common, as a pattern: `N.N.N-slim`, `vN.N`, `N…-BUILD-jdk`."""
    if not tag.release:
        return tag.text
    if tag.kind == "codename":
        numbers = "CODENAME"
    else:
        numbers = tag.prefix + ("N…" if tag.build else ".".join("N" * tag.precision))
    build = "-BUILD" if tag.build else ""
    return numbers + build + (f"-{tag.variant}" if tag.variant else "")
