"""A real project whose Dockerfiles start from names that only its Bake file explains."""

import csv
import io
import re
import tarfile

import pytest

from shared import shared
from support.command import moorage

REPOSITORY = "Alfresco/alfresco-dockerfiles-bakery"
_OWN = re.compile(r"(?i)\s*FROM\s+(?:tomcat_base|java_base)\b")


@pytest.fixture(scope="module")
def bakery(tmp_path_factory):
    """The files of its newest commit, under their own paths."""
    folder = tmp_path_factory.mktemp("bakery")
    with tarfile.open(shared("corpus/corpus_open.tar.xz")) as archive:
        members = {m.name.partition("/")[2]: m for m in archive if m.isfile()}
        index = archive.extractfile(members["INDEX.csv"]).read().decode()
        for row in csv.DictReader(io.StringIO(index)):
            if row["repo"] == REPOSITORY and "@" not in row["file"]:
                file = folder / row["path"]
                file.parent.mkdir(parents=True, exist_ok=True)
                file.write_bytes(archive.extractfile(members[row["file"]]).read())
    return folder


def lines_of(bakery):
    """The lines that start from a target of the Bake file."""
    for file in bakery.rglob("Dockerfile"):
        for number, line in enumerate(file.read_text().split("\n"), 1):
            if _OWN.match(line):
                yield file.relative_to(bakery).as_posix(), number


def test_not_one_finding_stands_on_what_bake_explains(bakery):
    own = set(lines_of(bakery))
    assert len(own) > 10
    checked = moorage("check", "--offline", "--format", "json", ".", cwd=bakery).json
    assert not [f for f in checked["findings"] if (f["file"].removeprefix("./"), f["line"]) in own]
    assert [f["file"] for f in checked["findings"] if f["rule"] == "no-tag"] == ["./sync/Dockerfile"]


def test_one_file_alone_is_explained_by_the_files_above_it(bakery):
    (bakery / ".git").mkdir(exist_ok=True)
    checked = moorage("check", "--offline", "--format", "json", "Dockerfile", cwd=bakery / "tomcat").json
    assert [f["rule"] for f in checked["findings"]] == ["no-digest"]


def test_every_such_line_says_who_builds_it(bakery):
    own = set(lines_of(bakery))
    usages = moorage("references", "--format", "json", ".", cwd=bakery).json["usages"]
    built = {(u["file"].removeprefix("./"), u["line"]): u["built_by"] for u in usages if u["role"] == "base"}
    assert {built[place] for place in own} == {
        "target java_base in ./docker-bake.hcl",
        "target tomcat_base in ./docker-bake.hcl",
    }


def test_a_from_that_no_file_explains_stays_an_image(bakery):
    (bakery / "stray").mkdir()
    (bakery / "stray" / "Dockerfile").write_text("FROM tomcat_base\n")
    checked = moorage("check", "--offline", "--format", "json", "stray", cwd=bakery).json
    assert [f["rule"] for f in checked["findings"]] == ["no-tag"]
