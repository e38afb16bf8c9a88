"""Rules that judge by what registries said."""

from support.look import digest, facts, fixes, found, look, marked

PY = [
    "3.12.3-slim",
    "3.12.4-slim",
    "3.12.9-slim",
    "3.13.1-slim",
    "3.14.0-slim",
    "3.14.2-slim",
    "4.0.0-slim",
    "3.12",
    "latest",
]


class TestUnknownTag:
    def test_a_tag_that_is_nowhere(self):
        view = facts(tags={"python": PY})
        assert ("unknown-tag", "3.12.99-slim") in marked("FROM python:3.12.99-slim\n", view)
        afters = [after for _, safe, after in fixes("FROM python:3.12.99-slim\n", "unknown-tag", view) if not safe]
        assert "FROM python:3.12.9-slim\n" in afters

    def test_nothing_is_said_from_a_list_that_was_cut_short(self):
        view = facts(tags={"python": PY}, complete=False)
        assert "unknown-tag" not in [f.rule for f in found("FROM python:3.12.99-slim\n", view)]

    def test_a_list_that_was_cut_short_is_enough_where_the_registry_does_not_know_the_tag(self):
        view = facts(tags={"python": PY}, complete=False, absent=["python:3.12.99-slim"])
        (said, *_) = look("FROM python:3.12.99-slim\n", view)
        assert said == (
            "unknown-tag: python has no tag 3.12.99-slim; the nearest of those that were listed is 3.12.9-slim"
        )

    def test_a_slip_of_case_is_mended_safely_and_nothing_else_is(self):
        view = facts(tags={"python": PY}, absent=["python:3.12.9-Slim"])
        (said, *_) = look("FROM python:3.12.9-Slim\n", view)
        assert said == (
            "unknown-tag: python has no tag 3.12.9-Slim; there is 3.12.9-slim, and the case of letters counts"
        )
        assert fixes("FROM python:3.12.9-Slim\n", "unknown-tag", view) == [
            ("Use python:3.12.9-slim", True, "FROM python:3.12.9-slim\n")
        ]

    def test_nothing_is_said_when_the_registry_knows_the_tag_all_the_same(self):
        view = facts(tags={"python": PY}, digests={"python:3.12.99-slim": digest("a")})
        assert "unknown-tag" not in [f.rule for f in found("FROM python:3.12.99-slim\n", view)]

    def test_nothing_is_said_before_the_registry_was_asked_for_the_tag_itself(self):
        view = facts(tags={"python": PY}, final=False)
        assert "unknown-tag" not in [f.rule for f in found("FROM python:3.12.99-slim\n", view)]
        assert any(q.kind == "digest" and q.key == "3.12.99-slim" for q in view.asked)

    def test_nothing_is_said_of_a_tag_beside_a_digest(self):
        view = facts(tags={"python": PY})
        assert "unknown-tag" not in [f.rule for f in found(f"FROM python:9.9@{digest('a')}\n", view)]


class TestOutdated:
    def test_patches_and_minors_are_said_and_majors_are_not(self):
        (said,) = look("FROM python:3.12.4-slim\n", facts(tags={"python": PY}))
        assert said.startswith("outdated: python:3.12.4-slim is behind: 3.14.2-slim")
        assert "3.12.9-slim" in said
        assert "4.0.0" not in said

    def test_an_old_major_alone_is_no_finding(self):
        view = facts(tags={"python": ["3.14.2-slim", "4.0.0-slim"]})
        assert "outdated" not in [f.rule for f in found("FROM python:3.14.2-slim\n", view)]

    def test_a_range_speaks_of_what_it_allows(self):
        text = "# moorage: range=~3.12\nFROM python:3.12.4-slim\n"
        (said,) = look(text, facts(tags={"python": PY}))
        assert "3.12.9-slim" in said
        assert "3.14" not in said
        text = "# moorage: range=>=3\nFROM python:3.12.4-slim\n"
        assert "4.0.0-slim" in look(text, facts(tags={"python": PY}))[0]

    def test_the_policy_says_how_far(self):
        (said,) = look("FROM python:3.12.4-slim\n", facts(tags={"python": PY}), {"update": "patch"})
        assert "3.14" not in said
        assert "outdated" not in [
            f.rule for f in found("FROM python:3.12.4-slim\n", facts(tags={"python": PY}), {"update": "digest"})
        ]

    def test_fixes_keep_variant_and_precision(self):
        view = facts(tags={"python": PY})
        afters = {after: safe for _, safe, after in fixes("FROM python:3.12.4-slim AS x\n", "outdated", view)}
        assert not afters["FROM python:3.14.2-slim AS x\n"]
        assert afters["FROM python:3.12.9-slim AS x\n"]
        assert not afters["FROM python:4.0.0-slim AS x\n"]

    def test_a_pinned_usage_moves_with_its_digest_once_that_is_known(self):
        text = f"FROM python:3.12.4-slim@{digest('a')}\n"
        view = facts(tags={"python": PY})
        assert fixes(text, "outdated", view) == []
        assert any(q.kind == "digest" and q.key == "3.12.9-slim" for q in view.asked)
        view = facts(tags={"python": PY}, digests={"python:3.12.9-slim": digest("b")})
        assert [after for *_, after in fixes(text, "outdated", view)] == [f"FROM python:3.12.9-slim@{digest('b')}\n"]

    def test_an_argument_is_edited_where_it_stands(self):
        text = "ARG PY=3.12.4\nFROM python:${PY}-slim\n"
        assert "ARG PY=3.12.9\nFROM python:${PY}-slim\n" in [
            after for *_, after in fixes(text, "outdated", facts(tags={"python": PY}))
        ]

    def test_a_shared_argument_is_edited_only_when_it_is_right_for_all(self):
        text = "ARG V=3.20\nFROM node:22-alpine${V}\nFROM alpine:${V}\n"
        alone = facts(tags={"alpine": ["3.20", "3.21", "3.22"], "node": ["22-alpine3.20"]})
        (outdated,) = [f for f in found(text, alone) if f.rule == "outdated"]
        assert [fix.edits for fix in outdated.fixes(alone)] == []
        assert "It is not edited here: " in outdated.message
        both = facts(tags={"alpine": ["3.20", "3.21", "3.22"], "node": ["22-alpine3.20", "22-alpine3.22"]})
        (outdated,) = [f for f in found(text, both) if f.rule == "outdated"]
        assert len(outdated.fixes(both)) == 1


class TestMovedTag:
    TEXT = f"FROM redis:7.4-alpine@{digest('a')}\n"

    def test_the_tag_means_another_image_now(self):
        view = facts(
            tags={"redis": ["7.4-alpine"]},
            digests={"redis:7.4-alpine": digest("b")},
            indexes={("redis", digest("b")): {"linux/amd64": digest("c")}},
        )
        (said,) = look(self.TEXT, view)
        assert said.startswith("moved-tag: redis:7.4-alpine has moved: sha256:aaaaaaaaaaaa is pinned")
        [(_, safe, after)] = fixes(self.TEXT, "moved-tag", view)
        assert safe
        assert after == f"FROM redis:7.4-alpine@{digest('b')}\n"

    def test_a_platforms_digest_has_not_moved(self):
        view = facts(
            tags={"redis": ["7.4-alpine"]},
            digests={"redis:7.4-alpine": digest("b")},
            indexes={("redis", digest("b")): {"linux/amd64": digest("a"), "linux/arm64": digest("c")}},
        )
        (said,) = look(self.TEXT, view)
        assert (
            said == "platform-digest: the digest is that of linux/amd64 alone; redis:7.4-alpine is an index of several"
        )
        [(_, safe, after)] = fixes(self.TEXT, "platform-digest", view)
        assert not safe
        assert after == f"FROM redis:7.4-alpine@{digest('b')}\n"

    def test_nothing_is_said_before_the_index_was_looked_at(self):
        view = facts(digests={"redis:7.4-alpine": digest("b")}, final=False)
        assert found(self.TEXT, view) == ()
        assert any(q.kind == "manifest" for q in view.asked)

    def test_a_tag_that_stayed_is_silent(self):
        assert found(self.TEXT, facts(digests={"redis:7.4-alpine": digest("a")})) == ()


def test_a_repository_whose_tags_are_not_shown_and_whose_image_is_there_is_silent():
    view = facts(absent=["acme/app"], digests={"acme/app:1.0": digest("a")})
    assert "unknown-repository" not in [f.rule for f in found("FROM acme/app:1.0\n", view)]
    view = facts(absent=["acme/app"], final=False)
    assert "unknown-repository" not in [f.rule for f in found("FROM acme/app:1.0\n", view)]
    assert any(q.kind == "digest" and q.key == "1.0" for q in view.asked)


def test_a_repository_that_is_not_there_is_said_with_the_registrys_reason():
    (said, *_) = look("FROM pyhton:3.1.1\n", facts(absent=["pyhton"]))
    assert said == "unknown-repository: docker.io/library/pyhton is not there, or not for us"


def test_a_stage_that_was_probably_meant_is_named_with_its_fix():
    text = "FROM scratch AS builder\nCOPY --from=bulder /a /b\n"
    view = facts(absent=["bulder"])
    assert look(text, view) == [
        "unknown-repository: docker.io/library/bulder is not there, or not for us; is the stage 'builder' meant?"
    ]
    assert fixes(text, "unknown-repository", view) == [
        ("Rename to the stage builder", False, text.replace("bul", "buil"))
    ]


def test_an_image_that_exists_is_no_misspelt_stage():
    text = "FROM scratch AS mode\nCOPY --from=node /a /b\n"
    assert [f.rule for f in found(text, facts(tags={"node": ["22"]}))] == ["no-tag"]


def test_a_registry_without_an_answer():
    (said, *_) = look("FROM ghcr.io/a/b:1.0.1\n", facts(unreachable=["ghcr.io/a/b"]))
    assert said == "unreachable: ghcr.io could not be asked: no answer within 30 s"


class TestNoTag:
    def test_the_newest_version_is_safe_where_it_is_the_same_image(self):
        tags = {"python": ["latest", "3.12.9", "3.14.2", "3.15.0rc1", "3.14.2-slim"]}
        [(title, safe, after)] = fixes("FROM python\n", "no-tag", facts(tags=tags))
        assert (title, safe, after) == ("Use python:3.14.2", False, "FROM python:3.14.2\n")
        same = {"python:latest": digest("a"), "python:3.14.2": digest("a")}
        [(title, safe, _)] = fixes("FROM python\n", "no-tag", facts(tags=tags, digests=same))
        assert (title, safe) == ("Use python:3.14.2, which it means now", True)

    def test_a_channel_keeps_its_variant(self):
        tags = {"nginx": ["stable-alpine", "1.30.0-alpine", "1.30.1-alpine", "1.31.0"]}
        [(_, _, after)] = fixes("FROM nginx:stable-alpine\n", "channel-tag", facts(tags=tags))
        assert after == "FROM nginx:1.30.1-alpine\n"
