"""How findings are written: one module per form, and one line here."""

from importlib import import_module
from typing import Protocol, TextIO

from moorage.cli.reporters.report import Report

FORMATS = {
    "text": "text",
    "json": "as_json",
}


class Reporter(Protocol):
    """What the module of a form offers."""

    def write(self, report: Report, out: TextIO) -> None:
        """Write the whole report to `out`."""
        ...


def reporter(name: str) -> Reporter:
    """The module that writes the form `name`."""
    return import_module("moorage.cli.reporters." + FORMATS[name])  # type: ignore[return-value]
