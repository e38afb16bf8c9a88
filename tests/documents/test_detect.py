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
