"""Features of an editor on an inline Dockerfile: `‸` is the cursor, two of them a selection."""

from moorage.analysis import analyse
from moorage.documents import dockerfile
from moorage.documents.detect import detect
from moorage.facts import FactsView
from moorage.features.actions import actions_at
from moorage.features.completion import complete
from moorage.features.fixall import fix_all
from moorage.features.hover import hover
from moorage.text import Edit, Span, apply_edits
from support.look import SEEN, project

CURSOR = "‸"


def read(text, path="Dockerfile"):
    """The document of a text, and the place that is marked in it."""
    start = text.index(CURSOR)
    text = text.replace(CURSOR, "", 1)
    end = text.find(CURSOR)
    text = text.replace(CURSOR, "")
    return reread(path, text), Span(start, start if end < 0 else end)


def reread(path, text):
    """The document of a text without a mark."""
    return detect(path, text).reader().read(path, text)


def actions(text, view=None, policy=None, path="Dockerfile"):
    """The actions at the cursor, by their titles."""
    document, place = read(text, path)
    return {a.title: a for a in actions_at(document, place, project(policy), view or FactsView())}


def act(title, text, view=None, policy=None, path="Dockerfile"):
    """The text after the one action whose title begins with `title`."""
    view = view or FactsView()
    found = actions(text, view, policy, path)
    chosen = [a for t, a in found.items() if t.startswith(title)]
    assert len(chosen) == 1, f"{title!r} is not one of {list(found)}"
    return apply_edits(read(text, path)[0].text, [Edit(e.span, e.new) for e in chosen[0].edits(view)])


def check_fix(title, *, before, after, view=None, policy=None):
    """The action `title` at the cursor in `before` gives `after`."""
    assert act(title, before, view, policy) == after


def labels(text, view=None):
    """What is offered at the cursor, best first."""
    return [c.label for c in completion(text, view).candidates]


def completion(text, view=None, path="Dockerfile"):
    """The completion at the cursor."""
    document, place = read(text, path)
    slot = detect(path, document.text).reader().slot_at(document, place.start)
    assert slot is not None, "nothing of ours can stand here"
    return complete(document, slot, view or FactsView())


def completed(label, text, view=None, path="Dockerfile"):
    """The text after the candidate `label` was taken."""
    found = completion(text, view, path)
    (chosen,) = [c for c in found.candidates if c.label == label]
    return apply_edits(read(text, path)[0].text, [Edit(found.span, chosen.new)])


def shown(text, view=None, policy=None, now=SEEN):
    """The hover at the cursor as plain text; None where there is none."""
    document, place = read(text)
    found = hover(document, place.start, project(policy), view or FactsView(), now)
    return None if found is None else found.text.plain()


def mended(text, view=None, policy=None, **choice):
    """What fixing all makes of a text."""
    view = view or FactsView()
    document = dockerfile.read("Dockerfile", text)
    given = project(policy)
    return fix_all(
        document,
        analyse(document, given, view),
        view,
        project=given,
        reread=lambda texts: dockerfile.read("Dockerfile", texts["Dockerfile"]),
        **choice,
    )


def after_all(text, view=None, policy=None, **choice):
    """The text after fixing all."""
    edits = mended(text, view, policy, **choice).edits
    return apply_edits(text, [Edit(e.span, e.new) for e in edits])
