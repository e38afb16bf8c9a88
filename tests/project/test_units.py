"""Units of Quadlet: what one of them builds or pulls is no image of a registry for another."""

import pytest

from moorage.project.graph import graph_of
from support.files import Files

CONTAINER = "[Container]\nImage=app.build\nMount=type=image,source=data.image,destination=/data\n"
BUILD = "[Build]\nImageTag=localhost/app:1\nFile=Containerfile\nSetWorkingDirectory=unit\n"


def test_names_of_units_are_local_and_lead_to_them():
    files = {
        "units/app.container": CONTAINER,
        "units/app.build": BUILD,
        "units/data.image": "[Image]\nImage=quay.io/acme/data:1\n",
        "units/web.container": "[Container]\nImage=localhost/app:1\n",
    }
    found = Files(files).links()
    document = found.linked(Files(files).read("units/app.container"))
    assert [u.built_by for u in document.usages] == ["unit app.build", "unit data.image"]
    assert [found.origin(document, u).path for u in document.usages] == ["units/app.build", "units/data.image"]
    (usage,) = found.linked(Files(files).read("units/web.container")).usages
    assert usage.built_by == "unit app.build in units/app.build"
    (usage,) = found.linked(Files(files).read("units/data.image")).usages
    assert usage.built_by is None


def test_names_of_units_are_local_where_those_are_not_in_the_project():
    files = {"app.container": CONTAINER}
    assert all(usage.built_by for usage in Files(files).links().linked(Files(files).read("app.container")).usages)


@pytest.mark.parametrize(
    ("entries", "other", "dockerfile"),
    [
        ("File=Containerfile\nSetWorkingDirectory=unit\n", {}, "units/Containerfile"),
        ("File=src/Dockerfile.x\nSetWorkingDirectory=file\n", {}, "units/src/Dockerfile.x"),
        ("SetWorkingDirectory=../src\n", {}, "src/Dockerfile"),
        ("SetWorkingDirectory=../src\n", {"src/Containerfile": "FROM a"}, "src/Containerfile"),
        ("File=build/Dockerfile\nSetWorkingDirectory=/srv/app\n", {}, "/srv/app/build/Dockerfile"),
        ("SetWorkingDirectory=https://example.com/x.git\n", {}, None),
        ("SetWorkingDirectory=%h/src\n", {}, None),
    ],
)
def test_a_build_knows_its_containerfile(entries, other, dockerfile):
    files = {"units/app.build": "[Build]\nImageTag=a:1\n" + entries, **other}
    if dockerfile is not None:
        files[dockerfile] = "FROM debian:12\n"
    found = Files(files).links()
    (builder,) = [b for document in found.builders for b in [document.builds[0]]]
    assert builder.images == ("app.build", "a:1")
    paths = [path for path in files if path != "units/app.build" and found.builders_of(path)]
    assert paths == ([] if dockerfile is None else [dockerfile])


def test_what_a_unit_makes_or_pulls_is_drawn_once_and_at_the_unit():
    files = Files({"app.build": BUILD, "data.image": "[Image]\nImage=quay.io/acme/data:1\n"})
    drawn = graph_of([files.read("app.build"), files.read("data.image")], files.links())
    made = {(edge.source, edge.kind, edge.target) for edge in drawn.edges if edge.target.startswith("image:")}
    assert made == {
        ("unit:app.build#app.build", "gives", "image:app.build"),
        ("unit:app.build#app.build", "gives", "image:localhost/app:1"),
        ("unit:data.image#data.image", "gives", "image:data.image"),
        ("unit:data.image#data.image", "names", "image:quay.io/acme/data:1"),
    }
