"""The `.env` file beside a Compose file: variables, and where the value of each stands.

Source: Docker's "Set, use, and manage variables in a Compose file with interpolation", section ".env file syntax".
"""

import re

from moorage.documents.around import with_holds
from moorage.documents.compose.interpolation import interpolate
from moorage.documents.holds import Repeated
from moorage.documents.usage import Segment
from moorage.documents.yaml.values import joined
from moorage.text import Span

_ENTRY = re.compile(
    r"""^[ \t]*(?:export[ \t]+)?(?P<name>[A-Za-z_][A-Za-z0-9_.-]*)[ \t]*[=:][ \t]*
    (?:'(?P<single>[^']*)'|"(?P<double>(?:[^"\\]|\\.)*)"|(?P<plain>[^\r\n]*))""",
    re.MULTILINE | re.VERBOSE | re.DOTALL,
)
_READ = re.compile(r"\$\{?([A-Za-z_]\w*)")
_COMMENT = re.compile(r"(?:^|(?<![ \t])[ \t]+)#.*\Z")
_ESCAPE = re.compile(r"\\(.)", re.DOTALL)
_ESCAPES = {"n": "\n", "r": "\r", "t": "\t"}


def read_env(text: str, document: str) -> dict[str, Segment]:
    """The variables of a `.env` file whose path is `document`; the last definition of a name counts. Never raises."""
    variables: dict[str, Segment] = {}
    read: set[str] = set()
    for match in _ENTRY.finditer(text):
        variables[match["name"]] = _definition(match, variables, document)
        read.update(_READ.findall(match[0]) if "$" in match[0] else ())
    for name in read & variables.keys():
        variables[name] = with_holds(variables[name], [Repeated(name, "another variable of the file")])
    return variables


def _definition(match: re.Match[str], variables: dict[str, Segment], document: str) -> Segment:
    kind = match.lastgroup or "plain"
    written, start = match[kind], match.start(kind)
    if kind == "plain":
        written = _COMMENT.sub("", written).rstrip()
    span = Span(start, start + len(written))
    value = written
    if kind == "double":
        value = _ESCAPE.sub(lambda m: _ESCAPES.get(m[1], m[1]), value)
    if kind != "single" and "$" in value:
        result = interpolate((Segment(value, None),), variables)
        value = joined(result.row) if result.problem is None else value
    return Segment(value, span, verbatim=value == written, name=match["name"], document=document)
