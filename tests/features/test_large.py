"""Documents with many places: the work grows with their number, not with its square. Calls are counted, not seconds."""

import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from moorage.analysis import analyse
from moorage.documents import compose, dockerfile
from moorage.documents.readers import Readers
from moorage.documents.rewrite import readers
from moorage.features.actions import actions_at
from moorage.features.fixall import fix_all
from moorage.features.hover import hover
from moorage.features.together import Together
from moorage.findings.finding import FileEdit
from moorage.text import Edit, Span, Spans, merge_edits
from support.look import facts, project

REDIS = ["7.2.0", "7.2.12", "8.2.3"]


def literal(count):
    return "Dockerfile", "".join(f"FROM redis:7.2.0 AS s{n}\n" for n in range(count))


def one_default(count):
    return "Dockerfile", "ARG V=7.2.0\n" + "".join(f"FROM redis:${{V}} AS s{n}\n" for n in range(count))


def own_defaults(count):
    return "Dockerfile", "".join(f"ARG V{n}=7.2.0\n" for n in range(count)) + "".join(
        f"FROM redis:$V{n}\n" for n in range(count)
    )


def services(count):
    lines = "".join(f"  s{n}: {{image: 'redis:7.2.0'}}\n" for n in range(count))
    return "compose.yaml", "services:\n" + lines


def _calls(work):
    """How many functions `work` calls, Python's own included."""
    count = 0

    def counted(_frame, event, _argument):
        nonlocal count
        count += event in ("call", "c_call")

    before = sys.getprofile()
    sys.setprofile(counted)
    try:
        work()
    finally:
        sys.setprofile(before)
    return count


def _read(path, text):
    return (dockerfile if path == "Dockerfile" else compose).read(path, text)


def _mend(document):
    view = facts(tags={"redis": REDIS})
    findings = analyse(document, project(), view)
    mended = fix_all(
        document, findings, view, project=project(), reread=lambda texts: _read(document.path, texts[document.path])
    )
    assert mended.edits


def _act(document):
    view = facts(tags={"redis": REDIS})
    (action,) = [a for a in actions_at(document, document.usages[1].span, project(), view) if a.id == "update all"]
    assert action.edits(view)


@pytest.mark.parametrize("work", [_mend, _act])
@pytest.mark.parametrize("shape", [literal, one_default, own_defaults, services])
def test_twice_the_places_cost_twice_the_work(shape, work):
    small, large = (_read(*shape(count)) for count in (100, 200))
    work(small)
    assert _calls(lambda: work(large)) < 2.2 * _calls(lambda: work(small))


def test_a_hover_judges_what_it_is_about_alone():
    view = facts(tags={"redis": REDIS})
    small, large = (_read(*literal(count)) for count in (100, 200))
    one = _calls(lambda: analyse(small, project(), view, among=frozenset([small.usages[7].span])))
    assert _calls(lambda: analyse(large, project(), view, among=frozenset([large.usages[7].span]))) < one + 20 * 100
    shown = hover(small, small.usages[7].span.start, project(), view, 0)
    assert "7.2.12" in str(shown.text)


spans = st.builds(lambda start, length: Span(start, start + length), st.integers(0, 12), st.integers(0, 4))


@given(st.lists(spans), spans)
def test_spans_are_looked_up_as_if_all_were_looked_through(listed, place):
    expected = {span for span in listed if span.start < place.end and place.start < span.end}
    assert set(Spans(listed).overlapping(place)) == expected
    assert set(Spans(listed).touching(place.start)) == {span for span in listed if span.touches(place.start)}


@given(st.lists(st.lists(st.builds(FileEdit, st.sampled_from("ab"), spans, st.sampled_from("xy")), max_size=3)))
def test_edits_are_taken_as_if_all_were_joined_anew(fixes):
    together, taken = Together(), []
    for fix in fixes:
        joined = [*taken, *fix]
        fits = all(merge_edits(Edit(e.span, e.new) for e in joined if e.path == path) is not None for path in "ab")
        assert together.take(fix) == fits
        taken = joined if fits else taken
        assert together.edits() == tuple(dict.fromkeys(taken))


pieces = st.lists(st.sampled_from(["$A", "$B", "${A}x", "y", "$C", "z$B"]), min_size=1, max_size=3)


@given(st.lists(pieces, min_size=1, max_size=5), st.data())
def test_readers_are_found_as_if_all_were_looked_through(images, data):
    text = "ARG A=a\nARG B=${A}b\nARG C=a\n" + "".join(f"FROM {''.join(image)}\n" for image in images)
    usages = _read("Dockerfile", text).usages
    usage = data.draw(st.sampled_from(usages))
    places = {(s.document, s.span) for s in usage.segments if s.span is not None}
    found = Readers(usages).touched(usage, places)
    expected = readers(usage, usages)
    assert set(found) <= set(expected)
    # Those that are left out say and read the same as one that is found.
    assert {(u.written, u.expanded) for u in found} == {(u.written, u.expanded) for u in expected}
