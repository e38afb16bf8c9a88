"""Comments of a devcontainer.json that speak to Moorage."""

from moorage.documents import devcontainer

TEXT = """\
{
  // moorage: pin=off
  "image": "alpine:3.20", // moorage: until=2027-01-01
  "url": "http://moorage: no", // see moorage
  "features": {
    "ghcr.io/acme/a:1": {} // moorage: ignore[no-digest]
  }
}
"""


def test_comments_and_what_they_govern():
    document = devcontainer.read(".devcontainer.json", TEXT)
    assert [(c.text, c.target and c.target.of(TEXT)) for c in document.comments] == [
        ("pin=off", '"image": "alpine:3.20"'),
        ("until=2027-01-01", '"image": "alpine:3.20"'),
        ("ignore[no-digest]", '"ghcr.io/acme/a:1": {}'),
    ]


def test_slots():
    text = '{"image": "alpine:3.", "features": {"ghcr.io/acme/a:": {}}, // moorage: ign\n}'
    document = devcontainer.read("devcontainer.json", text)
    for mark, kind, prefix in (("3.", "tag", "3."), ("a:", "tag", ""), ("ign", "directive", "ign")):
        slot = devcontainer.slot_at(document, text.index(mark) + len(mark))
        assert slot is not None
        assert (slot.kind, slot.prefix) == (kind, prefix)
