"""A table finds the whole line of a tag, though it reads only what could be on it."""

import json
import lzma

from hypothesis import given, settings
from hypothesis import strategies as st

from moorage.versions import TagTable, judge, read_tag
from moorage.versions.elsewhere import elsewhere
from moorage.versions.order import numbers_down, rank_of
from shared import shared

_versions = st.from_regex(r"v?[1-3](\.[0-3]){0,2}(u[1-3]|rc[12]|b[12]|\.M[12]|_[12]|\.Final)?", fullmatch=True)
_tails = st.sampled_from(
    [
        "", "-slim", "-rc1", "-rc", "-slim-rc2", "-alpine3.19", "-20240101", "-slim-20240102", "-b09", "-ls3", "-ls4",
        "-eks-1-29-5", "-1a2b3c4", "-2b3c4d5", "-1160", "-dev", "-1", "-01-02", "-10-12-slim", "-3-g1a2b3c4",
    ]
)  # fmt: skip
_words = st.sampled_from(
    ["", "server-", "php", "amd64-", "jammy-", "jammy", "bookworm", "latest", "RELEASE.2024-01-1", "sha-"]
)
_tags = st.builds("".join, st.tuples(_words, _versions, _tails)) | st.builds("".join, st.tuples(_words, _tails))


@given(st.lists(_tags, min_size=1, max_size=30), st.data())
def test_the_line_is_whole(tags, data):
    table = TagTable(tags)
    current = table.read(data.draw(st.sampled_from(tags)))
    if current.release:
        expected = {t for t in tags if read_tag(t).line == current.line}
        if not table.siblings.words_for(current.text):
            assert {t.text for t in table.line(current)} == expected
        assert all(t > current for t in table.newer(current))


def test_lines_of_official_images_are_whole():
    history = json.loads(lzma.decompress(shared("vectors/official_tag_history.json.xz").read_bytes()))
    for repository in ("tomcat", "eclipse-temurin", "ubuntu", "clojure", "dart", "haproxy", "nextcloud", "photon"):
        tags = list(history[repository])
        table = TagTable(tags)
        lines: dict[object, set[str]] = {}
        for text in tags:
            tag = read_tag(text)
            if tag.release:
                lines.setdefault(tag.line, set()).add(text)
        for members in list(lines.values())[::9]:
            tag = read_tag(min(members))
            if not table.siblings.words_for(tag.text):
                assert {t.text for t in table.line(tag)} == members


@settings(max_examples=50)
@given(st.lists(_tags, min_size=1, max_size=30, unique=True), st.data())
def test_every_tag_is_offered_dropped_or_elsewhere(tags, data):
    table = TagTable(tags)
    current = data.draw(st.sampled_from(tags))
    found = judge(current, table)
    offered, dropped = [o.tag for o in found.offers], [d.tag for d in found.dropped]
    rest = [d.tag for d in elsewhere(found, table)]
    assert sorted([current, *offered, *dropped, *rest]) == sorted({*table.newest_first, current})
    assert len(found.offers) <= 4
    assert len({o.step for o in found.offers}) == len(found.offers)
    assert set(offered) <= set(tags)


@given(st.lists(_tags, max_size=30))
def test_the_order_is_that_of_the_readings(tags):
    read = sorted({t for t in tags if read_tag(t).kind != "attachment"})
    read.sort(key=lambda t: numbers_down(t if 3 <= rank_of(read_tag(t)) <= 6 else t.partition("-")[2]))
    read.sort(key=lambda t: read_tag(t).key if rank_of(read_tag(t)) <= 4 else (), reverse=True)
    read.sort(key=lambda t: rank_of(read_tag(t)))
    assert list(TagTable(tags).newest_first) == read
