"""Who builds what: names that the project makes itself, and arguments that stand before an ARG's default."""

import pytest

from moorage.project.graph import graph_of
from moorage.project.links import NO_LINKS, Links
from support.files import Files


def bake(body, name="app"):
    return f'target "{name}" {{\n{body}\n}}\n'


def built_by(from_line, bakefile):
    (usage,) = Files({"Dockerfile": from_line + "\n", "docker-bake.hcl": bakefile}).usages("Dockerfile")
    return usage[2]


@pytest.mark.parametrize(
    ("line", "name", "local"),
    [
        ("FROM base", "base", True),
        ("FROM base:latest", "base", True),
        ("FROM docker.io/library/base", "base", True),
        ("FROM base:1", "base", False),
        ("FROM base:1", "base:1", True),
        ("FROM ghcr.io/acme/base", "ghcr.io/acme/base", True),
        ("FROM other", "base", False),
        ("FROM base@sha256:" + "0" * 64, "base", False),
    ],
)
def test_a_named_context_stands_for_an_image_as_buildkit_compares_names(line, name, local):
    found = built_by(line, bake(f'contexts = {{ "{name}" = "target:other" }}') + bake('context = "x"', "other"))
    assert found == ("target other in docker-bake.hcl" if local else None)


@pytest.mark.parametrize(
    ("value", "title"),
    [
        ("target:other", "target other in docker-bake.hcl"),
        ("target:missing", "context base of target app in docker-bake.hcl"),
        ("docker-image://alpine:3", "context base of target app in docker-bake.hcl"),
        ("../folder", "context base of target app in docker-bake.hcl"),
    ],
)
def test_what_is_behind_a_context(value, title):
    assert built_by("FROM base", bake(f'contexts = {{ base = "{value}" }}') + bake("", "other")) == title


def test_sources_of_copies_and_mounts_too():
    files = Files(
        {
            "Dockerfile": "FROM alpine:3\nCOPY --from=assets / /\n"
            "RUN --mount=from=cache true\nCOPY --from=busybox / /\n",
            "docker-bake.hcl": bake('contexts = { assets = "./assets", cache = "docker-image://redis:7" }'),
        }
    )
    assert [maker is not None for _, _, maker in files.usages("Dockerfile")] == [False, True, True, False]


def test_a_context_of_a_build_that_reads_another_dockerfile_explains_nothing():
    assert built_by("FROM base", bake('context = "elsewhere"\ncontexts = { base = "target:x" }')) is None


def test_names_that_builds_give():
    files = Files(
        {
            "docker-bake.hcl": bake('context = "app"\ntags = ["ghcr.io/acme/app:1"]'),
            "app/Dockerfile": "FROM alpine:3\n",
            "Dockerfile": "FROM ghcr.io/acme/app:1 AS a\nFROM ghcr.io/acme/app:2\n",
            "compose.yaml": "services:\n  a: {image: ghcr.io/acme/app:1}\n"
            "  b: {build: b, image: acme/b}\n  c: {image: acme/b}\n",
        }
    )
    makers = [maker for _, _, maker in files.usages("Dockerfile")]
    assert makers == ["target app in docker-bake.hcl", None]
    makers = [maker for _, _, maker in files.usages("compose.yaml")]
    assert makers == ["target app in docker-bake.hcl", None, "service b in compose.yaml"]


def test_a_service_without_an_image_is_named_after_the_project():
    files = Files(
        {
            "my.Shop/compose.yaml": "services:\n  web:\n    build: web\n",
            "my.Shop/Dockerfile": "FROM myshop-web\n",
            "my.Shop/web/Dockerfile": "FROM alpine:3\n",
        }
    )
    assert files.usages("my.Shop/Dockerfile") == [("myshop-web", "myshop-web", "service web in my.Shop/compose.yaml")]


COMPOSE = """\
services:
  api:
    build: {context: ./api, args: {PY: "3.12"}}
  cache:
    image: acme/cache:1
  web:
    image: nginx:1.27
"""
PROD = """\
services:
  api: {image: "ghcr.io/acme/api:1.4"}
  cache: {image: "acme/cache:2"}
  worker: {image: "ghcr.io/acme/api:1.4"}
"""


def test_an_image_of_a_service_that_another_file_of_the_set_builds():
    files = Files({"compose.prod.yaml": PROD, "compose.yaml": COMPOSE, "api/Dockerfile": "FROM alpine:3\n"})
    made = "service api in compose.yaml"
    assert [maker for _, _, maker in files.usages("compose.prod.yaml")] == [made, None, made]
    document = files.read("compose.prod.yaml")
    origin = files.links().origin(document, document.usages[0])
    assert (origin.path, origin.span.of(COMPOSE)) == ("compose.yaml", "api")


def test_a_service_that_only_the_override_builds():
    override = "services:\n  cache: {build: ./cache}\n  web: {build: ./web}\n"
    files = Files(
        {
            "compose.yaml": COMPOSE,
            "compose.override.yaml": override,
            "cache/Dockerfile": "FROM alpine:3\n",
            "web/Dockerfile": "FROM nginx:1.28\n",
        }
    )
    made = "service cache in compose.override.yaml"
    assert files.usages("compose.yaml") == [
        ("acme/cache:1", "acme/cache:1", made),
        ("nginx:1.27", "nginx:1.27", None),
    ]


def test_an_argument_of_one_file_and_a_dockerfile_of_the_other():
    files = Files(
        {
            "compose.yaml": COMPOSE,
            "compose.override.yaml": "services:\n  api:\n    build:\n      dockerfile: dev.Dockerfile\n"
            "      additional_contexts: {tools: ./tools}\n",
            "api/Dockerfile": "FROM alpine:3\n",
            "api/dev.Dockerfile": "ARG PY=3\nFROM python:${PY}-slim\nCOPY --from=tools / /\n",
        }
    )
    assert files.usages("compose.yaml")[0] == ("3.12", "python:3.12-slim", None)
    made = "context tools of service api in compose.override.yaml"
    assert [maker for _, _, maker in files.usages("api/dev.Dockerfile")] == [None, made]


def test_an_image_that_a_build_starts_from_is_not_the_one_it_makes():
    files = Files(
        {"Dockerfile": "FROM redis:7\n", "compose.yaml": "services:\n  r:\n    build: .\n    image: redis:7\n"}
    )
    assert files.usages("Dockerfile") == [("redis:7", "redis:7", None)]


@pytest.mark.parametrize(
    ("arg", "line", "value", "expanded"),
    [
        ("PY=3.11", "FROM python:${PY}-slim", "3.12", "python:3.12-slim"),
        ("PY", "FROM python:${PY}-slim", "3.12", "python:3.12-slim"),
        ("PY=3.12", "FROM python:${PY}", "3.12", "python:3.12"),
        ("PY=3.11", "FROM ${PY}", "alpine:3", "alpine:3"),
        ("PY=3.11", "FROM python:${PY%.*}", "3.12.4", "python:3.12"),
        ("PY=3.11\nARG B=${PY}-slim", "FROM python:$B", "3.12", "python:3.12-slim"),
    ],
)
def test_an_argument_is_a_usage_where_it_is_set(arg, line, value, expanded):
    files = Files({"Dockerfile": f"ARG {arg}\n{line}\n", "docker-bake.hcl": bake(f'args = {{ PY = "{value}" }}')})
    assert files.usages("docker-bake.hcl") == [(value, expanded, None)]
    (usage,) = files.links().linked(files.read("docker-bake.hcl")).usages
    assert (usage.role, usage.format, usage.instruction.of(files.texts["docker-bake.hcl"])) == (
        "base",
        "bake",
        f'PY = "{value}"',
    )
    assert [u.role for u in files.read("Dockerfile").usages] == ["base"]


@pytest.mark.parametrize(
    ("dockerfile", "value"),
    [
        ("FROM python:3.12\nARG PY\n", "3.12"),
        ("ARG OTHER=1\nFROM python:${OTHER}\n", "3.12"),
        ("ARG PY=1\nFROM alpine AS x\nFROM ${PY}\n", "x"),
        ("ARG PY=1\nFROM ${PY}\n", "scratch"),
    ],
)
def test_other_arguments_are_no_usages(dockerfile, value):
    files = Files({"Dockerfile": dockerfile, "docker-bake.hcl": bake(f'args = {{ PY = "{value}" }}')})
    assert files.usages("docker-bake.hcl") == []


def test_of_several_arguments_that_make_one_image_the_tag_counts():
    files = Files(
        {
            "Dockerfile": "ARG HOST=docker.io\nARG TAG=1\nFROM ${HOST}/acme/app:${TAG}\n",
            "docker-bake.hcl": bake('args = { HOST = "ghcr.io", TAG = "2" }'),
            "other.bake.hcl": bake('dockerfile = "Dockerfile"\nargs = { HOST = "quay.io" }'),
        }
    )
    assert files.usages("docker-bake.hcl") == [("2", "ghcr.io/acme/app:2", None)]
    assert files.usages("other.bake.hcl") == [("quay.io", "quay.io/acme/app:1", None)]


def test_one_argument_with_two_values_and_two_readers():
    files = Files(
        {
            "Dockerfile": "ARG N=1\nFROM node:${N} AS a\nFROM node:${N}-alpine\n",
            "compose.yaml": "services:\n  a:\n    build:\n      context: .\n      args: {N: '${NODE:-22}'}\n",
        }
    )
    assert files.usages("compose.yaml") == [
        ("${NODE:-22}", "node:22", None),
        ("${NODE:-22}", "node:22-alpine", None),
    ]


def test_an_argument_that_is_not_known_is_listed_with_its_problem():
    files = Files({"Dockerfile": "ARG N=1\nFROM node:${N}\n", "docker-bake.hcl": bake("args = { N = ELSEWHERE }")})
    (usage,) = files.links().linked(files.read("docker-bake.hcl")).usages
    assert (usage.written, usage.expanded, usage.problem.code) == ("ELSEWHERE", None, "variable")


def test_an_argument_that_names_a_context_is_made_here():
    files = Files(
        {
            "Dockerfile": "ARG BASE=alpine\nFROM ${BASE}\n",
            "docker-bake.hcl": bake('args = { BASE = "own" }\ncontexts = { own = "target:own" }')
            + bake('context = "x"', "own"),
        }
    )
    assert files.usages("docker-bake.hcl") == [("own", "own", "target own in docker-bake.hcl")]


def test_a_from_that_every_build_turns_into_a_stage_is_no_image():
    text = "ARG DISTRO=none\nFROM alpine:3 AS on-alpine\nFROM on-${DISTRO}\n"
    bakefile = bake('args = { DISTRO = "alpine" }')
    files = Files({"Dockerfile": text, "docker-bake.hcl": bakefile})
    assert files.usages("Dockerfile")[1] == (
        "on-${DISTRO}",
        "on-none",
        "stage on-alpine of this file, which target app in docker-bake.hcl chooses",
    )
    files.texts["docker-bake.hcl"] += bake("", "plain")
    assert files.usages("Dockerfile")[1][2] is None


def test_where_a_name_is_made_and_what_a_from_becomes():
    bakefile = bake('args = { TAG = "2" }\ncontexts = { base = "target:base" }') + bake('context = "base"', "base")
    files = Files({"Dockerfile": "ARG TAG=1\nFROM acme:${TAG}\nFROM base\n", "docker-bake.hcl": bakefile})
    links, document = files.links(), files.read("Dockerfile")
    origin = links.origin(document, document.usages[1])
    assert (origin.path, origin.span.of(bakefile)) == ("docker-bake.hcl", "base")
    assert [(g.value, g.expanded) for g in links.given(document, document.usages[0])] == [("TAG=2", "acme:2")]


@pytest.mark.parametrize(
    ("bakefile", "context", "dockerfile"),
    [
        ("docker-bake.hcl", "app", "app/Dockerfile"),
        ("docker-bake.hcl", "./app/", "app/Dockerfile"),
        ("hack/docker-bake.hcl", "services/app", "services/app/Dockerfile"),
        ("a/b/docker-bake.hcl", "../app", "a/app/Dockerfile"),
    ],
)
def test_where_a_dockerfile_is_looked_for(bakefile, context, dockerfile):
    files = Files({dockerfile: "FROM own\n", bakefile: bake(f'context = "{context}"\ncontexts = {{ own = "." }}')})
    assert files.usages(dockerfile)[0][2] == f"context own of target app in {bakefile}"


def test_a_dockerfile_written_inside_knows_its_contexts():
    text = bake('dockerfile-inline = "FROM own"\ncontexts = { own = "target:x" }') + bake("", "x")
    assert Files({"docker-bake.hcl": text}).usages("docker-bake.hcl") == [("own", "own", "target x in docker-bake.hcl")]


COMPOSE_INSIDE = """services:
  db:
    build: {context: ., args: {V: "16.1"}, dockerfile_inline: "ARG V=15.1\\nFROM postgres:$${V}"}
    image: %s
"""
BAKE_INSIDE = bake('dockerfile-inline = "FROM own"\ncontexts = { own = "docker-image://postgres:16.1" }\ntags = ["%s"]')
BAKE_BESIDE = bake('args = { V = "16.1" }\ntags = ["%s"]')


@pytest.mark.parametrize(
    ("name", "text"),
    [("compose.yaml", COMPOSE_INSIDE), ("docker-bake.hcl", BAKE_INSIDE), ("docker-bake.hcl", BAKE_BESIDE)],
)
def test_a_build_over_the_image_that_it_replaces_is_not_its_maker(name, text):
    user = "on: push\njobs:\n  a:\n    runs-on: x\n    container: {}\n"
    for image, maker in (("postgres:16.1", None), ("postgres:16.1-acme", True)):
        files = {name: text % image, "Dockerfile": "ARG V=15.1\nFROM postgres:${V}\n"}
        usages = Files({**files, ".github/workflows/a.yaml": user.format(image)}).usages(".github/workflows/a.yaml")
        assert [bool(built_by) for _, _, built_by in usages] == [bool(maker)]


MANIFEST = "apiVersion: v1\nkind: Pod\nspec: {containers: [{image: 'postgres:16.1'}]}\n"
FIRST = "services: {db: {image: 'postgres:16.1'}, x: {build: {context: other}}}\n"


@pytest.mark.parametrize(
    ("files", "local"),
    [
        # Compose takes the override along, so that the name is what it builds: in these two files.
        ({"compose.override.yaml": "services: {db: {build: db}}\n"}, {"compose.yaml"}),
        # This one it takes only where it is named.
        ({"compose.test.yaml": "services: {db: {build: db}}\n"}, set()),
        # Another name for what the first file builds.
        ({"compose.test.yaml": "services: {x: {image: 'postgres:16.1'}}\n"}, {"compose.yaml", "pod.yaml"}),
        ({"a/compose.yaml": "services: {db: {build: ../db, image: 'postgres:16.1'}}\n"}, {"compose.yaml", "pod.yaml"}),
    ],
)
def test_how_far_the_name_of_a_build_reaches(files, local):
    dockerfiles = {"db/Dockerfile": "FROM alpine\n"}
    project = Files({"compose.yaml": FIRST, "pod.yaml": MANIFEST, **dockerfiles, **files})
    found = {
        path for path in ("compose.yaml", "pod.yaml") for u in project.usages(path) if u[0] == "postgres:16.1" and u[2]
    }
    assert found == local


def test_an_image_that_a_build_copies_from_is_not_its_own_result():
    text = bake('tags = ["tools:1"]')
    files = Files({"Dockerfile": "FROM alpine\nCOPY --from=tools:1 /a /b\n", "docker-bake.hcl": text})
    assert [made for _, _, made in files.usages("Dockerfile")] == [None, None]
    files.texts["docker-bake.hcl"] += bake('target = "x"', "other")
    assert files.usages("Dockerfile")[1][2] == "target app in docker-bake.hcl"


def test_each_target_of_a_matrix_has_its_own_context():
    text = bake(
        'name = "app-${v}"\nmatrix = { v = ["11", "12"] }\ndockerfile-inline = "FROM py"\n'
        'contexts = { py = "docker-image://python:3.${v}" }'
    )
    files = Files({"docker-bake.hcl": text})
    links, document = files.links(), files.read("docker-bake.hcl")
    edges = graph_of([links.linked(document)], links).edges
    bases = [(edge.source.partition("#")[2], edge.target) for edge in edges if edge.kind == "base"]
    assert bases == [("app-11", "image:python:3.11"), ("app-12", "image:python:3.12")]


def test_nothing_is_joined_where_nothing_is_built():
    document = Files({"Dockerfile": "FROM base\n"}).read("Dockerfile")
    assert NO_LINKS.linked(document) is document
    assert Links([document]).linked(document) is document
