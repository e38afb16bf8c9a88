"""The grammar of references: what is read, what is refused, and where the parts stand."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from moorage.reference import InvalidReference, is_digest, is_registry, is_repository, is_tag, parse

A = "a" * 64
B = "0123456789abcdef" * 8


@pytest.mark.parametrize(
    ("text", "name", "tag", "digest"),
    [
        ("python", "docker.io/library/python", None, None),
        ("python:3.12", "docker.io/library/python", "3.12", None),
        ("grafana/grafana:11", "docker.io/grafana/grafana", "11", None),
        ("docker.io/python", "docker.io/library/python", None, None),
        ("index.docker.io/python", "docker.io/library/python", None, None),
        ("docker.io/library/python", "docker.io/library/python", None, None),
        ("ghcr.io/acme/api:v1", "ghcr.io/acme/api", "v1", None),
        ("localhost/x", "localhost/x", None, None),
        ("localhost:5000/x/y:1", "localhost:5000/x/y", "1", None),
        ("localhost:5000", "docker.io/library/localhost", "5000", None),
        ("Registry/x", "Registry/x", None, None),
        ("EXAMPLE.COM:5000/x", "EXAMPLE.COM:5000/x", None, None),
        ("192.0.2.1:5000/x", "192.0.2.1:5000/x", None, None),
        ("[2001:db8::1]:5000/a/b:t", "[2001:db8::1]:5000/a/b", "t", None),
        ("[::1]/a", "[::1]/a", None, None),
        ("xn--n3h.com/x", "xn--n3h.com/x", None, None),
        ("a_b/c__d/e--f/g.h", "docker.io/a_b/c__d/e--f/g.h", None, None),
        (f"python@sha256:{A}", "docker.io/library/python", None, f"sha256:{A}"),
        (f"python:3@sha512:{B}", "docker.io/library/python", "3", f"sha512:{B}"),
        ("x:_-.", "docker.io/library/x", "_-.", None),
        ("x:" + "t" * 128, "docker.io/library/x", "t" * 128, None),
    ],
)
def test_what_is_read(text, name, tag, digest):
    reference = parse(text)
    assert (reference.name, reference.tag, reference.digest) == (name, tag, digest)


@pytest.mark.parametrize(
    ("text", "says", "at"),
    [
        ("", "empty", ""),
        ("Python", "lower case", "Python"),
        ("docker.io/Python:3", "lower case", "Python"),
        ("python:", "tag after ':' is missing", ":"),
        ("python:3.12 ", "no blanks", " "),
        ("python\n", "no blanks", "\n"),
        ("python@", "digest after '@' is missing", "@"),
        ("python:-x", "'-x' is no tag", "-x"),
        ("python:" + "t" * 129, "longer than 128", "t" * 129),
        ("python@sha256:abc", "at least 32", "sha256:abc"),
        ("python@sha256:" + "a" * 63, "64 hexadecimal digits, this one has 63", "sha256:" + "a" * 63),
        ("python@sha256:" + "A" * 64, "lower-case", "sha256:" + "A" * 64),
        ("python@md5:" + "a" * 32, "'md5' is not known", "md5:" + "a" * 32),
        ("https://ghcr.io/x", "no scheme", "https://"),
        ("a" * 64, "image ID", "a" * 64),
        ("/x", "no repository name", "/x"),
        ("ghcr.io/", "name is missing", "/"),
        ("ghcr.io/:1", "name is missing", ":"),
        (":1", "name is missing", ":"),
        ("x//y", "no repository name", "x//y"),
        ("-a.example/x", "no registry host", "-a.example"),
        ("a.example:port/x", "no registry host", "a.example:port"),
        ("x_/y", "no repository name", "x_/y"),
        ("docker.io/" + "/".join(["a"] * 129), "longer than 255", "/".join(["a"] * 129)),
        ("pythön", "no repository name", "pythön"),
        ("python:٣", "no tag", "٣"),
    ],
)
def test_what_is_refused_and_where(text, says, at):
    with pytest.raises(InvalidReference) as caught:
        parse(text)
    assert says in caught.value.message
    assert caught.value.span.of(text) == at


@pytest.mark.parametrize(
    ("text", "registry", "repository", "tag", "digest"),
    [
        ("python", None, "python", None, None),
        (f"ghcr.io/a/b:1@sha256:{A}", "ghcr.io", "a/b", "1", f"sha256:{A}"),
        (f"[::1]:5000/b@sha256:{A}", "[::1]:5000", "b", None, f"sha256:{A}"),
    ],
)
def test_spans_of_the_parts(text, registry, repository, tag, digest):
    spans = parse(text).spans
    shown = [None if span is None else span.of(text) for span in spans]
    assert shown == [registry, repository, tag, digest]


@pytest.mark.parametrize(
    ("text", "familiar"),
    [
        ("docker.io/library/python:3", "python:3"),
        ("docker.io/acme/x", "acme/x"),
        ("docker.io/library/a/b", "library/a/b"),
        ("ghcr.io/library/x", "ghcr.io/library/x"),
        (f"index.docker.io/python@sha256:{A}", f"python@sha256:{A}"),
    ],
)
def test_familiar_names(text, familiar):
    assert parse(text).familiar == familiar


def test_with_version_keeps_what_was_written_before_it():
    assert parse("docker.io/python:3").with_version("4", None) == "docker.io/python:4"
    assert parse(f"python:3@sha256:{A}").with_version("4", f"sha256:{A}") == f"python:4@sha256:{A}"
    assert parse("localhost:5000/x").with_version(None, f"sha256:{A}") == f"localhost:5000/x@sha256:{A}"


@pytest.mark.parametrize("text", ["sha256:../../x", "sha256:" + "a" * 65, "sha256:" + "g" * 64, "sha256", ""])
def test_what_is_no_digest_never_gets_into_a_path(text):
    assert not is_digest(text)


def test_parts_on_their_own():
    assert is_digest(f"sha256:{A}")
    assert is_tag("3.12-slim")
    assert not is_tag("a/b")
    assert is_repository("library/python")
    assert not is_repository("../x")
    assert is_registry("ghcr.io:443")
    assert not is_registry("user@host")


@given(st.text(alphabet="aA0.-_:/@[]% \n", max_size=40))
def test_any_text_is_read_or_refused_with_a_sentence_and_a_place(text):
    try:
        reference = parse(text)
    except InvalidReference as error:
        assert error.message
        assert 0 <= error.span.start <= error.span.end <= max(len(text), 1)
    else:
        assert parse(reference.canonical)[1:5] == reference[1:5]
        assert parse(reference.familiar).name == reference.name
        assert reference.with_version(reference.tag, reference.digest) == text
