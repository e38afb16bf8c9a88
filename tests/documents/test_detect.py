"""Which format a file is, by its name and by its content."""

import pytest

from moorage.documents.detect import FORMATS, detect, format_named, is_candidate, names_images


@pytest.mark.parametrize(
    "path",
    [
        "Dockerfile", "dockerfile", "DOCKERFILE", "a/b/Dockerfile", "Dockerfile.dev", "Dockerfile-dev", "dockerfile_x",
        "api.Dockerfile", "api.dockerfile", ".Dockerfile", "Containerfile", "containerfile.x", "a.Containerfile",
        "Dockerfile.dockerignore.x",
    ],
)  # fmt: skip
def test_dockerfiles(path):
    assert is_candidate(path)
    assert detect(path, "FROM a").id == "dockerfile"


@pytest.mark.parametrize(
    "path",
    [
        "Dockerfile.dockerignore",
        "a/.dockerignore",
        "x.dockerignore",
        "Dockerfiles/x",
        "myDockerfile",
        "docker",
        "Dockerfile/x",
    ],
)
def test_others(path):
    assert not is_candidate(path)
    assert detect(path, "FROM a") is None


def test_every_format_is_found_by_its_id_and_offers_a_reader():
    for fmt in FORMATS:
        assert format_named(fmt.id) is fmt
        reader = fmt.reader()
        document = reader.read("x", "")
        assert document.usages == ()
        assert reader.slot_at(document, 0) is None


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("FROM a", True),
        ("# x\n  from a:1", True),
        ("FROM", False),
        ("xFROM a", False),
        ("", False),
        ("FROMAGE a", False),
    ],
)
def test_what_could_be_a_dockerfile(text, expected):
    assert names_images(text) == expected


POD = '{"spec": {"containers": [{"image": "a"}]}, "apiVersion": "v1", "kind": "Pod"}'


@pytest.mark.parametrize(
    ("path", "text", "expected"),
    [
        ("a.yaml", "services: {a: {image: x}}", "compose"),
        ("a.yaml", "services:\n  {a: {build: .}}", "compose"),
        ("a.yaml", '{"services": {"web": {"ports": [80], "image": "x"}}}', "compose"),
        ("a.yaml", "services: {a: {images: 1}}\nimage: x", None),
        ("a.yaml", "x: {services: {a: {image: x}}}", None),
        ("a.yaml", "services:\r  a:\r    image: x\r", "compose"),
        ("a.yaml", "include: [b.yaml]\nservices:\n  a:\n    image: x\n", "compose"),
        ("a.yaml", "apiVersion: v1\rkind: Pod\r", "kubernetes"),
        ("a.yaml", "{apiVersion: v1, kind: Pod, spec: {containers: [{image: a}]}}", "kubernetes"),
        ("a.yaml", "--- {kind: Pod, apiVersion: v1}", "kubernetes"),
        ("a.json", POD, "kubernetes"),
        ("a.json", '{\n  "apiVersion": "v1",\n  "kind": "Po', "kubernetes"),
        ("a.json", '{"definitions": ' + POD + "}", None),
        ("a.json", '{"x": ' * 5_000 + POD, None),
        ("package.json", '{"image": "x"}', None),
        ("docker-bake.json", '{"target": {}}', "bake"),
        ("ci/base.yml", ".base:\n  tags: [a]\n  image: node:22\n", "gitlab-ci"),
        ("ci/base.yml", ".base: &base\n\n  services:\n    - redis:7 # image\n", "gitlab-ci"),
        ("ci/base.yml", ".base:\n  tags: [a]\nother:\n  image: node:22\n", None),
        ("ci/base.yml", "base:\n  image: node:22\n", None),
        ("x.yml", "job:\r  image: a\r  script: [b]\r", "gitlab-ci"),
        ("x.yml", 'a: {image: "tomcat:10", script: x}\n', "gitlab-ci"),
        ("x.yml", "a: {image: {name: tomcat},\n  'script': x}\n", "gitlab-ci"),
        ("x.yml", 'a:\n  image: tomcat\n  "script": x\n', "gitlab-ci"),
        ("x.yml", "a: {image: tomcat}\nb: {scripts: x, post-script: y}\nc:\n  - script: z\n", None),
        ("x.yml", "on: push\rjobs:\r  a: {container: b}\r", "github-actions"),
    ],
)
def test_what_content_says(path, text, expected):
    found = detect(path, text)
    assert (None if found is None else found.id) == expected
