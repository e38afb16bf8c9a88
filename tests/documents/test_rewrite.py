"""From the reference that is wanted back to edits: each case applies them, reads again and compares."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from moorage.documents.align import Part, align
from moorage.documents.dockerfile import read
from moorage.documents.rewrite import Refused, Rewrite, readers, refuse_shared, rewrite
from moorage.documents.usage import Segment, Usage
from moorage.reference import parse
from moorage.text import Span, apply_edits

A, B = "sha256:" + "a" * 64, "sha256:" + "b" * 64
UNSETTLED = " may have another value, and a digest behind it would be of another image"
SHOP = """\
ARG NODE_VERSION=22.20.0
ARG ALPINE_VERSION=3.22
FROM node:${NODE_VERSION}-alpine${ALPINE_VERSION}
FROM alpine:${ALPINE_VERSION}
"""


def always(_other, _result):
    return True


def rewritten(text, number, wanted, accept=refuse_shared):
    """The text after the usage of this number was rewritten, or the message of the refusal."""
    document = read("Dockerfile", text)
    answer = rewrite(document.usages[number], wanted, document.usages, accept)
    if isinstance(answer, Refused):
        return answer.message
    after = apply_edits(text, answer.edits)
    assert read("Dockerfile", after).usages[number].expanded == wanted
    return after


@pytest.mark.parametrize(
    ("before", "wanted", "after"),
    [
        ("FROM python:3.12", "python:3.13", "FROM python:3.13"),
        ("FROM python", "python:3.13", "FROM python:3.13"),
        ("FROM python", f"python@{A}", f"FROM python@{A}"),
        ("FROM python:3", f"python:3@{A}", f"FROM python:3@{A}"),
        (f"FROM python:3@{A}", f"python:4@{B}", f"FROM python:4@{B}"),
        (f"FROM python:3@{A}", "python:3", "FROM python:3"),
        (f"FROM python@{A}", f"python:3@{A}", f"FROM python:3@{A}"),
        ("FROM\tpython:3  AS  x\r\n", "python:4", "FROM\tpython:4  AS  x\r\n"),
        ("FROM 'python:3' AS x", f"python:4@{A}", f"FROM 'python:4@{A}' AS x"),
        ("FROM pyt\\\nhon:3.1\\\n2-slim", "python:3.12-bookworm", "FROM pyt\\\nhon:3.1\\\n2-bookworm"),
        ("FROM a\nCOPY --from='golang:1' x y", "golang:2", "FROM a\nCOPY --from='golang:2' x y"),
        ("FROM a\nRUN --mount=from=b:1,target=/x true", "b:2", "FROM a\nRUN --mount=from=b:2,target=/x true"),
        ("# syntax=docker/dockerfile:1\nFROM a", "docker/dockerfile:2", "# syntax=docker/dockerfile:2\nFROM a"),
        ("ARG V=3.12\nFROM python:${V}-slim", "python:3.13-slim", "ARG V=3.13\nFROM python:${V}-slim"),
        ("ARG V=3.12\nFROM python:$V", f"python:3.12@{A}", f"ARG V=3.12@{A}\nFROM python:$V"),
        ("ARG V=3.12\nFROM python:$V", f"python:3.13@{A}", f"ARG V=3.13@{A}\nFROM python:$V"),
        (f"ARG V=3.12@{A}\nFROM python:$V", f"python:3.13@{B}", f"ARG V=3.13@{B}\nFROM python:$V"),
        ('ARG V="3.12"\nFROM "python:${V}"', f"python:3.12@{A}", f'ARG V="3.12@{A}"\nFROM "python:${{V}}"'),
        ("FROM python:${V:-3.12}", f"python:3.12@{A}", f"FROM python:${{V:-3.12@{A}}}"),
        ("ARG R=ghcr.io/acme\nFROM $R/app:1", f"ghcr.io/acme/app:1@{A}", f"ARG R=ghcr.io/acme\nFROM $R/app:1@{A}"),
        ("ARG N=python\nFROM docker.io/${N}", "docker.io/python:3", "ARG N=python:3\nFROM docker.io/${N}"),
        ("ARG B=python:3\nFROM ${B}", f"python:4@{A}", f"ARG B=python:4@{A}\nFROM ${{B}}"),
        ("ARG B=python\nFROM ${B}", "python:3", "ARG B=python:3\nFROM ${B}"),
        ("ARG B=python\nFROM ${B}:3", "python:4", "ARG B=python\nFROM ${B}:4"),
        ("ARG R=docker.io\nFROM $R/python:3", "docker.io/python:4", "ARG R=docker.io\nFROM $R/python:4"),
        ("FROM python:${V:-3.12}", "python:3.13", "FROM python:${V:-3.13}"),
        (f"ARG D={A}\nFROM python:3@${{D}}", f"python:4@{B}", f"ARG D={B}\nFROM python:4@${{D}}"),
        ("ARG M=3\nARG N=12\nFROM x:$M.$N", "x:3.13", "ARG M=3\nARG N=13\nFROM x:$M.$N"),
    ],
)  # fmt: skip
def test_edits(before, wanted, after):
    role = {"COPY": 1, "RUN ": 1}.get(before.split("\n")[-1][:4], 0)
    assert rewritten(before, role, wanted) == after


@pytest.mark.parametrize(
    ("before", "wanted", "message"),
    [
        ("FROM python:3", "python:a b", "'python:a b' is no image reference: a reference holds no blanks"),
        ("FROM python:${", "python:3", "the value cannot be read, so it cannot be changed"),
        ("ARG V=v1.2\nFROM x:${V#v}", "x:1.3", "V does not stand in the file in one piece that can change alone"),
        ("FROM $TARGETARCH/x:1", "arm64/x:1", "TARGETARCH is set elsewhere than in the project's files"),
        ("ARG V=1\nFROM x:$V.$V", "x:1.2", "V stands in it twice, and would need two values"),
        ("ARG T=:3\nFROM x$T", "x", "T would be left empty"),
        ("ARG V=22 A=3.22\nFROM node:$V-alpine$A", "node:24-bookworm", "3.22 in A has no counterpart in 24-bookworm"),
        ("ARG V=22\nFROM node:$V-slim", "node:22-bookworm-slim", "22 in V has no counterpart in 22-bookworm-slim"),
        ("ARG V=22\nFROM node:$V-slim", f"node:22-slim@{A}", "V" + UNSETTLED),
        ("ARG N=node\nFROM $N:22", f"node:22@{A}", "N" + UNSETTLED),
        ("ARG R=acme\nFROM $R/app:1", f"acme/app:1@{A}", "R" + UNSETTLED),
        ("ARG V=22 A=3.22\nFROM node:$V-alpine$A", f"node:22-alpine3.22@{A}", "V" + UNSETTLED),
    ],
)
def test_refusals(before, wanted, message):
    assert rewritten(before, 0, wanted) == message


def test_nothing_to_do():
    (usage,) = read("Dockerfile", "FROM python:3").usages
    assert rewrite(usage, "python:3") == Rewrite(())


class TestSharedVariables:
    """`ARG ALPINE_VERSION` is read by two images."""

    def test_the_variable_of_one_image_is_edited(self):
        assert rewritten(SHOP, 0, "node:22.21.0-alpine3.22") == SHOP.replace("22.20.0", "22.21.0")

    def test_a_shared_one_is_not_edited_unasked(self):
        assert rewritten(SHOP, 1, "alpine:3.23").startswith("ALPINE_VERSION is also read by node:${NODE_VERSION}")

    def test_a_shared_one_is_edited_where_that_is_right_for_every_reader(self):
        asked = []

        def accept(other, result):
            asked.append((other.expanded, result))
            return True

        assert rewritten(SHOP, 1, "alpine:3.23", accept) == SHOP.replace("3.22", "3.23")
        assert asked == [("node:22.20.0-alpine3.22", "node:22.20.0-alpine3.23")]

    def test_both_variables_at_once(self):
        after = SHOP.replace("3.22", "3.23").replace("22.20.0", "22.21.0")
        assert rewritten(SHOP, 0, "node:22.21.0-alpine3.23", always) == after

    def test_a_digest_lands_in_one_where_every_reader_wants_it(self):
        text = "ARG V=3\nFROM python:${V}\nFROM python:${V} AS x\n"
        pinned = text.replace("V=3", f"V=3@{A}")
        assert rewritten(text, 0, f"python:3@{A}", lambda _, result: result == f"python:3@{A}") == pinned
        assert rewritten(text, 0, f"python:3@{A}").startswith("V is also read by python:${V}")

    def test_a_reader_through_a_pattern_keeps_the_variable_as_it_is(self):
        text = "ARG V=3.12.1\nFROM python:$V\nFROM x:${V%.*}\n"
        assert rewritten(text, 0, "python:3.12.2", always) == "V is also read by x:${V%.*}, in another way"

    def test_readers(self):
        node, alpine = read("Dockerfile", SHOP).usages
        assert readers(node, [node, alpine]) == (alpine,)
        (alone,) = read("Dockerfile", "FROM a").usages
        assert readers(alone, [node]) == ()


def test_a_segment_in_another_document_is_edited_there():
    segments = (Segment("redis:", Span(7, 13)), Segment("7.2", Span(4, 7), True, "TAG", ".env"))
    usage = Usage("service", Span(7, 19), "redis:${TAG}", "redis:7.2", parse("redis:7.2"), segments=segments)
    (edit,) = rewrite(usage, "redis:7.4").edits
    assert edit == (Span(6, 7), "4", ".env")


@pytest.mark.parametrize(
    ("parts", "new", "expected"),
    [
        ([Part("3.12", True), Part("-slim")], "3.13.1-slim", ["3.13.1", "-slim"]),
        ([Part("3.12", True), Part("-slim")], "3.12-slim-bookworm", ["3.12", "-slim-bookworm"]),
        ([Part("1", True), Part("."), Part("9", True)], "1.10", ["1", ".", "10"]),
        ([Part("a"), Part("b", fixed=True), Part("c")], "xbz", ["x", "b", "z"]),
        ([Part("a"), Part("b")], "", ["", ""]),
        ([Part("ab")], "x", ["x"]),
    ],
)
def test_align(parts, new, expected):
    assert align(parts, new) == expected


parts_of_names = st.text("ab1.-", min_size=1, max_size=6)


@settings(max_examples=300, deadline=None)
@given(parts=st.lists(st.builds(Part, parts_of_names, st.booleans()), min_size=1, max_size=4), new=parts_of_names)
def test_aligned_parts_make_up_the_whole(parts, new):
    assert "".join(align(parts, new)) == new
    whole = "".join(p.text for p in parts)
    assert align(parts, whole) == [p.text for p in parts]


def check_edits(text):
    """Rewrite every usage of a text in several ways; returns how many edits there were."""
    document = read("Dockerfile", text)
    made = 0
    for number, usage in enumerate(document.usages):
        reference = usage.reference
        if reference is None:
            continue
        bumped = None if reference.tag is None else reference.tag + "9"
        for tag, digest in ((bumped, reference.digest), (reference.tag, A), ("9.9", B), (reference.tag, None)):
            wanted = reference.with_version(tag, digest)

            def accept(other, result, before=usage.expanded, wanted=wanted):
                pinned = ("@" in result) != ("@" in (other.expanded or ""))
                return not pinned or (other.expanded == before and result == wanted)

            answer = rewrite(usage, wanted, document.usages, accept)
            if isinstance(answer, Refused):
                assert answer.message
                continue
            made += bool(answer.edits)
            after = apply_edits(text, answer.edits)
            again = read("Dockerfile", after)
            assert again.usages[number].expanded == wanted
            assert [u.role for u in again.usages] == [u.role for u in document.usages]
            check_untouched(text, after, answer.edits)
            check_readers(document, number, again, answer)
    return made


def check_untouched(before, after, edits):
    """What lies outside the edits is the same, character for character."""
    at, shift = 0, 0
    for edit in edits:
        assert before[at : edit.span.start] == after[at + shift : edit.span.start + shift]
        at, shift = edit.span.end, shift + len(edit.new) - (edit.span.end - edit.span.start)
    assert before[at:] == after[at + shift :]


def check_readers(document, number, again, answer):
    """Usages that share nothing with the rewritten one keep their values, and a digest lands in its like alone."""
    usage = document.usages[number]
    sharing = readers(usage, document.usages)
    for other, now in zip(document.usages, again.usages, strict=True):
        if other is usage:
            continue
        if other not in sharing or not answer.edits:
            assert now.expanded == other.expanded
        elif "@" not in (other.expanded or ""):
            assert "@" not in (now.expanded or "") or now.expanded == again.usages[number].expanded


defaults = st.sampled_from(["3.12", "'3.12'", '"22.1"', "python:3", "a", "1.2-slim", "${A:-x}", "ghcr.io", "3.\\\n12"])
names = st.sampled_from(["A", "B", "C"])
words = st.sampled_from(["$A", "${B}", "${C:-1.2}", "x", "python", ":", "-slim", "/", '"q${A}"', "'r'", "${A%.*}", "7"])
texts = st.builds(
    lambda args, froms: "".join(f"ARG {n}={d}\n" for n, d in args) + "".join(f"FROM {''.join(f)}\n" for f in froms),
    st.lists(st.tuples(names, defaults), max_size=4),
    st.lists(st.lists(words, min_size=1, max_size=5), min_size=1, max_size=3),
)


@settings(max_examples=400, deadline=None)
@given(text=texts)
def test_made_up_texts(text):
    check_edits(text)


def test_real_files(dockerfiles):
    made = sum(check_edits(text) for text in dockerfiles)
    assert made > 3 * len(dockerfiles)
