"""References with a digest in any text: what is one, what only looks like one, and where it stands."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from moorage.documents import text as text_files
from moorage.reference import parse
from moorage.text import Edit, apply_edits

DIGEST = "sha256:" + "0123456789abcdef" * 4
OTHER = "sha256:" + "f" * 64


def read(text):
    """The references of a text in which `@D` stands for a digest, in the same way."""
    document = text_files.read("Makefile", text.replace("@D", "@" + DIGEST))
    assert all(usage.span.of(document.text) == usage.written for usage in document.usages)
    return [usage.written.replace("@" + DIGEST, "@D") for usage in document.usages]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("IMG=alpine:3@D", ["alpine:3@D"]),
        ("IMG := 'ghcr.io/a/b:1@D'", ["ghcr.io/a/b:1@D"]),
        ("run -v a:b --from=alpine:3@D", ["alpine:3@D"]),
        ("docker://alpine@D docker-image://b@D oci://quay.io/c@D", ["alpine@D", "b@D", "quay.io/c@D"]),
        ("copy 10.0.0.1:5000/a:1@D,b@D", ["10.0.0.1:5000/a:1@D", "b@D"]),
        ("${X:-alpine:3@D}", ["alpine:3@D"]),
        ("git clone https://example.com/x && run a:1@D", ["a:1@D"]),
        ("me@example.com a:1@D", ["a:1@D"]),
    ],
)
def test_references(text, found):
    assert read(text) == found


@pytest.mark.parametrize(
    "text",
    [
        "https://example.com/a@D",
        "http://localhost:5000/v2/a:1@D",
        "https://example.com/?image=a:1@D",
        "s3://bucket/a@D",
        "file:///srv/a@D",
        "oci-layout://a:1@D",
        "ssh://git@example.com/a:1@D",
        "git@example.com:a/b@D",
        "user@example.com:a@D",
        "npm:@scope/a@D",
        "ada@example.com@D",
        "C:\\images\\alpine:3@D",
        "C:/images/alpine:3@D",
        "\\\\server\\share\\a@D",
        "/srv/images/alpine:3@D",
        "./alpine:3@D",
        "../alpine:3@D",
        "pkg:docker/alpine@D",
        "[::1]:5000/a:1@D",
        "$(shell a b)/alpine:3@D",
        "$(shell a b)-slim:3@D",
        '"$REGISTRY"/alpine:3@D',
        'printf "a\\nalpine:3@D"',
        "alpine:3@Df",
        "Setup.EXE@D",
        "--alpine:3@D",
    ],
)
def test_what_only_looks_like_one(text):
    assert read(text) == []


_NAMES = st.from_regex(
    r"(?:[a-z]{1,6}\.io(?::[0-9]{1,4})?/)?[a-z]{1,6}(?:/[a-z]{1,6}){0,2}(?::[0-9a-z][0-9a-z.]{0,4})?", fullmatch=True
)
_AROUND = st.sampled_from(
    [("", ""), (" ", " "), ('"', '"'), ("'", "';"), ("`", "`"), ("=", "\n"), ("(", ")"), (",", ",")]
)
_NOISE = st.text("aA0é\t :/.@\\'\"$(){}#-\n", max_size=20).map(lambda noise: noise + "\n")


@given(_NOISE, _AROUND, _NAMES, _NOISE)
def test_a_reference_on_a_line_of_its_own_is_found_and_edited_alone(before, around, name, after):
    written = f"{name}@{DIGEST}"
    text = before + around[0] + written + around[1] + "\n" + after
    document = text_files.read("Makefile", text)
    (usage,) = document.usages
    assert (usage.written, usage.reference) == (written, parse(written))
    edited = apply_edits(text, [Edit(usage.span, f"{name}@{OTHER}")])
    assert edited == text.replace(DIGEST, OTHER)
    assert [u.written for u in text_files.read("Makefile", edited).usages] == [f"{name}@{OTHER}"]


@given(st.text("aA0é :/.@\\'\"$(){}<>%?=#-\n", max_size=60), st.text("aA0é :/.@\\'\"$(){}<>%?=#-\n", max_size=10))
def test_whatever_stands_before_a_digest(before, after):
    text = f"{before}@{DIGEST}{after}"
    for usage in text_files.read("Makefile", text).usages:
        assert usage.span.of(text) == usage.written
        assert usage.written.endswith(DIGEST)
        assert usage.reference is not None or usage.problem.code == "template"
