"""What the services of a Compose file are built from."""

import pytest

from moorage.documents import compose


def builds(text, path="compose.yaml", files=None):
    """The builds of a file by the names of their services."""
    return {b.name: b for b in compose.read(path, text, (files or {}).get).builds}


def service(build):
    return f"services:\n  app:\n    image: acme/app\n    build:{build}\n"


@pytest.mark.parametrize(
    ("build", "context", "dockerfile", "target"),
    [
        (" ./app", "./app", "Dockerfile", None),
        ("\n      context: app\n      dockerfile: prod.Dockerfile\n      target: run", "app", "prod.Dockerfile", "run"),
        ("\n      context: ${DIR:-app}", "app", "Dockerfile", None),
        ("\n      context: ${DIR}", None, "Dockerfile", None),
        ("\n      context: https://example.com/x.git", None, "Dockerfile", None),
        ("\n      dockerfile_inline: FROM alpine", ".", None, None),
        ("\n      args: {A: b}", ".", "Dockerfile", None),
    ],
)
def test_where_the_dockerfile_is(build, context, dockerfile, target):
    found = builds(service(build))["app"]
    assert (found.context, found.dockerfile, found.target) == (context, dockerfile, target)
    assert found.images == ("acme/app",)


@pytest.mark.parametrize("build", ["", " null", " ~"])
def test_no_build(build):
    assert builds(service(build)) == {}


@pytest.mark.parametrize(
    "arguments",
    [
        "{A: '1', B: x, C: null}",
        "\n        - A=1\n        - B=x\n        - C",
        "\n        A: 1\n        B: ${B:-x}\n        C:",
    ],
)
def test_arguments_in_all_forms(arguments):
    text = service(f"\n      context: .\n      args: {arguments}")
    found = {a.name: a for a in builds(text)["app"].arguments}
    assert {name: "".join(s.value for s in a.row) for name, a in found.items()} == {"A": "1", "B": "x"}
    assert [found["A"].span.of(text), found["B"].span.of(text)] in (["1", "x"], ["1", "${B:-x}"])


def test_an_argument_without_a_value_has_a_problem():
    (argument,) = builds(service("\n      args: {A: '${NOWHERE}'}"))["app"].arguments
    assert argument.problem.code == "unset-variable"


@pytest.mark.parametrize("arguments", ["[V, W, X]", "{V: null, W: null, X: null}"])
def test_an_argument_that_stands_alone_has_the_value_of_the_variable(arguments):
    env = "V=3.12\nX=\n"
    found = builds(service(f"\n      args: {arguments}"), files={".env": env})["app"].arguments
    assert [(a.name, a.value, a.problem) for a in found] == [("V", "3.12", None), ("X", "", None)]
    assert (found[0].row[0].document, found[0].row[0].span.of(env)) == (".env", "3.12")


@pytest.mark.parametrize("merge", ["<<: *a", "<<: [*a]", "<<: [{W: '22'}, *a]"])
def test_arguments_that_are_merged(merge):
    text = "x-a: &a {V: '3.12', W: '20'}\n" + service(f"\n      args: {{{merge}, W: '22'}}")
    found = {a.name: a for a in builds(text)["app"].arguments}
    assert {name: a.value for name, a in found.items()} == {"V": "3.12", "W": "22"}
    assert found["V"].span.of(text) == "3.12"


def test_what_is_extended_comes_first():
    files = {
        "common/base.yaml": "services:\n  base:\n    build:\n      context: src\n      args: {A: common, B: common}\n",
    }
    text = (
        "services:\n  app:\n    extends: {file: common/base.yaml, service: base}\n"
        "    build:\n      args: {B: own}\n      additional_contexts: {x: 'service:other'}\n"
    )
    found = builds(text, "x/compose.yaml", files)["app"]
    assert found.context == "common/src"
    assert [(a.name, a.row[0].value, a.document) for a in found.arguments] == [
        ("A", "common", "x/common/base.yaml"),
        ("B", "own", None),
    ]
    assert [(c.name, c.value) for c in found.contexts] == [("x", "service:other")]


def test_an_override_is_put_with_the_file_that_it_overrides():
    files = {"compose.yaml": "services:\n  app:\n    build: ./app\n    image: acme/app:1\n"}
    text = "services:\n  app:\n    build:\n      args: {A: b}\n  other:\n    build:\n      target: x\n"
    found = builds(text, "compose.override.yaml", files)
    assert (found["app"].context, found["app"].images) == ("./app", ("acme/app:1",))
    assert found["other"].context == "."


BASE = """\
services:
  app:
    build: {context: ./app, dockerfile: Dockerfile, target: run, args: {A: base, B: base}}
    image: acme/app:${TAG}
  db:
    image: postgres:16
"""


@pytest.mark.parametrize(
    ("build", "context", "dockerfile", "target", "arguments"),
    [
        ("{args: {A: own}}", "./app", "Dockerfile", "run", {"A": "own", "B": "base"}),
        ("{context: ., args: [A=own]}", "./", "Dockerfile", "run", {"A": "own", "B": "base"}),
        (".", "./", "Dockerfile", "run", {"A": "base", "B": "base"}),
        ("{dockerfile: dev, target: dev}", "./app", "dev", "dev", {"A": "base", "B": "base"}),
        ("{dockerfile_inline: FROM alpine}", "./app", None, "run", {"A": "base", "B": "base"}),
    ],
)
def test_builds_are_merged_key_by_key(build, context, dockerfile, target, arguments):
    files = {"docker-compose.yml": BASE, ".env": "TAG=7"}
    text = f"services:\n  app:\n    build: {build}\n"
    found = builds(text, "docker-compose.dev.yml", files)["app"]
    assert (found.context.rstrip("/"), found.dockerfile, found.target) == (context.rstrip("/"), dockerfile, target)
    assert {a.name: a.row[0].value for a in found.arguments} == arguments
    assert (found.images, found.base, found.renames) == (("acme/app:7",), "docker-compose.yml", False)


def test_an_image_in_one_file_of_what_the_other_builds():
    text = "services:\n  app: {image: 'ghcr.io/acme/app:1'}\n  db: {image: 'postgres:17'}\n  web: {image: 'nginx:1'}\n"
    found = builds(text, "shop/compose.prod.yaml", {"compose.yaml": BASE})
    assert list(found) == ["app"]
    assert (found["app"].images, found["app"].base, found["app"].renames) == (
        ("ghcr.io/acme/app:1",),
        "shop/compose.yaml",
        True,
    )


def test_a_service_that_only_the_override_builds_gives_the_image_of_the_other():
    found = builds("services:\n  db:\n    build: ./db\n", "compose.override.yaml", {"compose.yaml": BASE})["db"]
    assert (found.context, found.images, found.renames) == ("./db", ("postgres:16",), False)


@pytest.mark.parametrize(
    ("path", "over"),
    [("docker-compose.dev.yml", "docker-compose.yml"), ("compose-dev.yaml", "compose.yaml")],
)
def test_the_file_with_the_same_kind_of_name_comes_first(path, over):
    files = {"compose.yaml": BASE, "docker-compose.yml": BASE}
    assert builds(service(" ."), path, files)["app"].base == over


@pytest.mark.parametrize(
    ("app", "images"),
    [
        ("{image: acme/app, build: .}", ("acme/app",)),
        ("{build: .}", ("shop-app",)),
        ("{build: {context: ., tags: ['acme/app:1', 'acme/app:${NOWHERE}']}}", ("shop-app", "acme/app:1")),
    ],
)
def test_the_names_that_are_given(app, images):
    assert builds(f"name: shop\nservices:\n  app: {app}\n")["app"].images == images


def test_places_count_from_the_start_of_the_file():
    text = "x-first: 1\n---\n" + service("\n      args: {A: b}")
    build = builds(text)["app"]
    assert (build.span.of(text), build.arguments[0].span.of(text)) == ("app", "b")
    assert build.arguments[0].row[0].span.of(text) == "b"


def test_services_that_extend_each_other_in_many_ways():
    twice = "".join(f"  s{i}:\n    extends: s{i + 1}\n  s{i}:\n    extends: s{i + 1}\n" for i in range(18))
    text = f"services:\n{twice}  s18:\n    build: .\n  app:\n    extends: s0\n    build: {{args: {{A: b}}}}\n"
    assert builds(text)["app"].context in (".", "./")
