"""Facts as a text that travels: what goes in comes out, the same bytes every time, and nothing in it is believed."""

import gzip
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from moorage.facts import (
    Absent,
    Attachment,
    Attachments,
    Config,
    Known,
    Manifest,
    PlatformManifest,
    Question,
    TagListing,
)
from moorage.store.bundle import compressed, written
from moorage.store.past import ListChange, Observation, Record
from moorage.store.unbundle import FactsFileError, is_facts_file, read_facts

A, B = "sha256:" + "a" * 64, "sha256:" + "b" * 64
REPOSITORY = ("docker.io", "library/python")
RECORDS = (
    Record(
        Question("tags", *REPOSITORY),
        Known(TagListing(("3.12", "3.13"), {"3.13": 1_700_000_000}), 1_750_000_000, True, "docker.io"),
        changes=(ListChange(None, 1_600_000_000), ListChange(1_600_000_000, 1_700_000_000, True, ("3.13",), ("3.11",))),
    ),
    Record(
        Question("digest", *REPOSITORY, "3.12"),
        Known(B, 1_750_000_000, endpoint="docker.io"),
        (Observation(A, 1, 2, "docker.io"), Observation(B, 3, 1_750_000_000, "docker.io")),
    ),
    Record(
        Question("referrers", *REPOSITORY, A),
        Known(Attachments((Attachment("sbom", "application/spdx+json", B, "referrers", A, B, 7),)), 9, False, ""),
    ),
    Record(
        Question("manifest", "", "", A),
        Known(
            Manifest(
                A, "t", 7, (PlatformManifest("linux/amd64", B, 3),), None, (("org.opencontainers.image.url", "ü"),)
            ),
            0,
        ),
    ),
    Record(Question("config", "", "", B), Known(Config(B, "linux/amd64", 5, (("org.label-schema.name", "x"),)), 0)),
)


@pytest.fixture
def file(tmp_path):
    def write(data):
        path = tmp_path / "facts.jsonl"
        path.write_bytes(data if isinstance(data, bytes) else data.encode())
        return path

    return write


def text_of(*lines, form=1, count=None):
    head = json.dumps({"moorage-facts": form, "lines": len(lines) if count is None else count})
    return "\n".join([head, *(line if isinstance(line, str) else json.dumps(line) for line in lines)]) + "\n"


@pytest.mark.parametrize("pack", [bytes, compressed])
def test_what_goes_in_comes_out(file, pack):
    assert read_facts(file(pack(written(RECORDS)))) == {record.question: record for record in RECORDS}


def test_the_same_facts_are_the_same_bytes(file):
    text = written(RECORDS)
    assert written(reversed(RECORDS)) == text
    assert written(read_facts(file(text)).values()) == text
    assert compressed(text) == compressed(text)


def test_one_fact_more_is_one_line_more(file):
    record = RECORDS[0]
    more = record._replace(
        answer=record.answer._replace(value=TagListing(("3.12", "3.13", "3.14"), record.answer.value.dates))
    )
    before, after = (set(written([r]).decode().splitlines()) for r in (record, more))
    assert [line for line in sorted(after - before) if "lines" not in line] == [
        '{"image": "docker.io/library/python", "fact": "tag", "tag": "3.14"}'
    ]


def test_what_a_registry_said_in_words_does_not_travel(file):
    private = Absent("ghcr.io does not show it to alice of /home/alice/.docker/config.json", 5, True, "ghcr.io")
    labels = (("com.acme.build-token", "s3cret"), ("org.opencontainers.image.title", "x"))
    records = [
        Record(Question("tags", "ghcr.io", "a/b"), private),
        Record(Question("config", "", "", A), Known(Config(A, "", None, labels), 0)),
    ]
    text = written(records)
    for word in (b"alice", b"s3cret"):
        assert word not in text
    found = read_facts(file(text))
    assert found[Question("tags", "ghcr.io", "a/b")].answer == Absent(
        "ghcr.io does not show the repository a/b: it does not exist, or needs a login", 5, True, "ghcr.io"
    )


TAG_LINE = {"image": "docker.io/library/python", "fact": "tag", "tag": "3.12"}
DIGEST_LINE = {
    "image": "docker.io/library/python", "fact": "digest", "tag": "3.12", "first": "2026-01-01T00:00:00Z",
    "last": "2026-01-01T00:00:00Z", "digest": A, "endpoint": "docker.io",
}  # fmt: skip


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("", ":1: this is no file of facts, as `moorage facts export` writes it"),
        ("{}\n", ":1: this is no file of facts, as `moorage facts export` writes it"),
        ('{"moorage-facts": true}\n', ":1: this is no file of facts, as `moorage facts export` writes it"),
        ("[" * 100_000, ":1: this is no file of facts, as `moorage facts export` writes it"),
        (text_of(form=2), ":1: the form 2 of the file is newer than this version of moorage (1)"),
        (text_of(form=-1), ":1: the form -1 of the file is not one of those of this version of moorage (1)"),
        (text_of(count=-1), ":1: lines cannot be -1"),
        (text_of(count=10**9), ":1: lines cannot be 1000000000"),
        (text_of(TAG_LINE, count=2), ": the file is damaged: its first line says 2 lines, and 1 follow"),
        (text_of(TAG_LINE, TAG_LINE, count=1), ": the file is damaged: its first line says 1 lines, and more follow"),
        (text_of(TAG_LINE, "x"), ":3: this is no JSON in ASCII"),
        (text_of(TAG_LINE, "ü"), ":3: this is no JSON in ASCII"),
        (text_of("[" * 100_000), ":2: this is no JSON in ASCII"),
        (text_of("[]"), ":2: this is no JSON object"),
        (text_of('{"n": ' + "9" * 5000 + "}"), ":2: this is no JSON in ASCII"),
        (text_of({"fact": "rumour"}), ":2: there is no kind of fact 'rumour'"),
        (text_of({"image": "x"}), ":2: fact is missing"),
        (text_of({**TAG_LINE, "image": "docker.io/../../etc"}), ':2: image cannot be "docker.io/../../etc"'),
        (text_of({**TAG_LINE, "image": "python"}), ':2: image cannot be "python"'),
        (text_of({**TAG_LINE, "tag": "\x1b]0;pwn"}), ':2: tag cannot be "\\u001b]0;pwn"'),
        (text_of({**TAG_LINE, "tag": 3.12}), ":2: tag cannot be 3.12"),
        (text_of({**TAG_LINE, "pushed": "yesterday"}), ':2: pushed cannot be "yesterday"'),
        (text_of({**TAG_LINE, "pushed": "2026-13-01T00:00:00Z"}), ':2: pushed cannot be "2026-13-01T00:00:00Z"'),
        (text_of({**TAG_LINE, "pushed": "0000-01-01T00:00:00Z"}), ':2: pushed cannot be "0000-01-01T00:00:00Z"'),
        (text_of({**DIGEST_LINE, "digest": "sha256:x"}), ':2: digest cannot be "sha256:x"'),
        (text_of({**DIGEST_LINE, "endpoint": "http://u:p@h"}), ':2: endpoint cannot be "http://u:p@h"'),
        (text_of({**DIGEST_LINE, "last": None}), ":2: last cannot be null"),
    ],
)  # fmt: skip
def test_what_cannot_be_used_is_said_with_its_place(file, text, complaint):
    path = file(text)
    with pytest.raises(FactsFileError) as raised:
        read_facts(path)
    assert str(raised.value) == f"{path}{complaint}"


def test_damaged_and_endless_packing(file):
    packed = compressed(written(RECORDS))
    bomb = gzip.compress(b" " * (257 << 20), 9)
    for data, complaint in (
        (packed[:-9], "the file is damaged: it does not end where its gzip stream does"),
        (packed + packed, "the file is damaged: it does not end where its gzip stream does"),
        (packed[:30] + b"\xff" * 60 + packed[90:], "the file is damaged: it cannot be unpacked"),
        (bomb, "there are more than 256 MiB in the file"),
    ):
        path = file(data)
        with pytest.raises(FactsFileError) as raised:
            read_facts(path)
        assert str(raised.value) == f"{path}: {complaint}"


def test_a_file_that_is_not_there(tmp_path):
    with pytest.raises(FactsFileError) as raised:
        read_facts(tmp_path / "none")
    assert str(raised.value) == f"{tmp_path / 'none'}: no such file or directory"


@given(st.binary(max_size=80), st.integers(0, 2000), st.integers(0, 80))
def test_any_damage_is_one_sentence_or_no_matter(tmp_path_factory, junk, at, cut):
    path = tmp_path_factory.mktemp("damaged") / "facts"
    text = written(RECORDS)
    path.write_bytes(text[:at] + junk + text[at + cut :])
    try:
        found = read_facts(path)
    except FactsFileError as error:
        assert str(error).startswith(f"{path}:")
        assert "\n" not in str(error)
    else:
        assert written(found.values())


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (written(RECORDS), True),
        (compressed(written(RECORDS)), True),
        (text_of(form=99).encode(), True),
        (b"FROM python\n", False),
        (gzip.compress(b"FROM python\n"), False),
        (b"\x1f\x8bno gzip", False),
        (b"", False),
    ],
)
def test_what_may_be_overwritten(file, data, expected):
    assert is_facts_file(file(data)) is expected


names = st.from_regex(r"[a-z][a-z0-9]{0,8}(/[a-z0-9]{1,8})?", fullmatch=True)
tags = st.from_regex(r"[A-Za-z0-9_][A-Za-z0-9_.-]{0,10}", fullmatch=True)
few_tags = st.lists(tags, max_size=3).map(tuple)
times = st.integers(0, 253402300799)


@given(
    names,
    st.dictionaries(tags, st.none() | times, max_size=5),
    st.lists(
        st.builds(ListChange, st.none() | times, times, st.booleans(), few_tags, few_tags),
        max_size=3,
    ).map(tuple),
    st.lists(st.tuples(st.sampled_from([A, B]), times, times), max_size=3, unique_by=lambda seen: seen[1]),
)
def test_any_facts_survive(tmp_path_factory, repository, listed, changes, seen):
    listing = TagListing(tuple(sorted(listed)), {tag: at for tag, at in listed.items() if at is not None})
    records = [Record(Question("tags", "ghcr.io", repository), Known(listing, 5), (), changes)]
    if seen:
        observations = tuple(sorted((Observation(*entry, "ghcr.io") for entry in seen), key=lambda o: o.first_seen))
        last = observations[-1]
        answer = Known(last.digest, last.last_seen, endpoint="ghcr.io")
        records.append(Record(Question("digest", "ghcr.io", repository, "t"), answer, observations))
    path = tmp_path_factory.mktemp("facts") / "facts"
    path.write_bytes(written(records))
    assert read_facts(path) == {record.question: record for record in records}
