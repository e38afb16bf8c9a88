"""Digests go into the literal that everybody who reads it wants pinned, or nowhere."""

import pytest

from moorage.analysis import analyse
from moorage.text import Edit, apply_edits
from support.files import Files
from support.look import facts, project

PINNED = "sha256:" + "d" * 64
UNPINNED = " is not pinned to a digest"


def pinned(files, path):
    """What pinning every image of a file of a project makes of it; and what is said of each."""
    links = files.links()
    document = links.linked(files.read(path))
    view = facts(digests={u.expanded: PINNED for u in document.usages})
    found = [f for f in analyse(document, project()._replace(links=links), view) if f.rule == "no-digest"]
    edits = {Edit(e.span, e.new): None for f in found for fix in f.fixes(view) for e in fix.edits}
    return apply_edits(files.texts[path], list(edits)), [f.message for f in found]


OVERRIDDEN = {
    "Dockerfile": "ARG NODE=22.2.0\nFROM node:${NODE}\n",
    "docker-bake.hcl": 'variable "N" { default = "22.1.0" }\ntarget "app" { args = { NODE = N } }\ntarget "plain" {}\n',
}


def test_a_digest_goes_into_the_default_of_an_argument_that_some_builds_set():
    files = Files(OVERRIDDEN)
    bakefile, dockerfile = OVERRIDDEN["docker-bake.hcl"], OVERRIDDEN["Dockerfile"]
    assert pinned(files, "Dockerfile") == (dockerfile.replace("22.2.0", f"22.2.0@{PINNED}"), ["node:22.2.0" + UNPINNED])
    assert pinned(files, "docker-bake.hcl") == (
        bakefile.replace("22.1.0", f"22.1.0@{PINNED}"),
        ["node:22.1.0" + UNPINNED],
    )


@pytest.mark.parametrize(
    ("path", "old", "new", "reason"),
    [
        ("docker-bake.hcl", "= N }", '= N, OTHER = "x${N}" }', "N is also read where no image is named"),
        (
            "docker-bake.hcl",
            '"plain" {',
            '"plain" {\n tags = ["plain:${N}"]\n',
            "N is also read where no image is named",
        ),
        ("Dockerfile", "}\n", "}\nARG NODE\nRUN ./install\n", "NODE is also read where no image is named"),
        ("Dockerfile", "}\n", "}-slim\n", "N may have another value, and a digest behind it would be of another image"),
    ],
)
def test_no_digest_where_a_variable_says_something_else_too(path, old, new, reason):
    texts = {**OVERRIDDEN, path: OVERRIDDEN[path].replace(old, new)}
    after, (message,) = pinned(Files(texts), "docker-bake.hcl")
    assert after == texts["docker-bake.hcl"]
    assert message.endswith(f"{UNPINNED}. It is not edited here: {reason}")
