"""Comments of other tools that say what a directive of ours says."""

import pytest

from moorage.documents import dockerfile
from moorage.documents.kubernetes import manifests as kubernetes
from moorage.policy import directives_of
from moorage.rules import RULE_IDS
from support.look import facts, found, look, marked, project


class TestHadolint:
    @pytest.mark.parametrize(
        ("text", "rules"),
        [
            ("# hadolint ignore=DL3006\nFROM python\n", []),
            ("# hadolint ignore=DL3006,DL3007\nFROM python\n", []),
            ("# hadolint ignore=DL3007\nFROM python:latest\n", []),
            ("#hadolint   ignore = DL3007 # reason\n\nFROM python:latest\n", []),
            ("# hadolint global ignore=DL3006\nFROM python\nFROM redis\n", []),
            ("# hadolint ignore=DL3007\nFROM python\n", ["no-tag"]),
            ("# hadolint ignore=DL3006\nRUN x\nFROM python\n", ["no-tag"]),
            ("# hadolint ignore=DL3008,SC2086\nFROM python\n", ["no-tag"]),
        ],
    )
    def test_its_rules_silence_ours(self, text, rules):
        assert [f.rule for f in found(text)] == rules

    def test_a_comment_that_is_not_ours_is_never_called_unused(self):
        assert look("# hadolint ignore=DL3006\nFROM python@sha256:" + "a" * 64 + "\n") == []


class TestRenovate:
    TAGS = {"python": ["3.12.4-acme", "3.12.9-acme", "3.12.4", "3.12.8", "3.12.9-alpine"]}  # noqa: RUF012
    ABOVE = (
        "# renovate: datasource=docker depName=python versioning=regex:^(?<major>\\d+)\\.12\\.(?<patch>[0-8])$\n"
        "ARG PY=3.12.4\nFROM python:${PY}\n"
    )

    def test_what_it_does_not_read_is_not_offered(self):
        tags = {"python": ["3.12.4", "3.12.8", "3.12.9", "3.13.0"]}
        (line,) = [x for x in look(self.ABOVE, facts(tags=tags)) if x.startswith("outdated")]
        assert line.endswith("3.12.8 is the newest patch of 3.12")

    def test_it_is_about_one_image(self):
        tags = {"python": ["3.12.4", "3.12.9"]}
        text = self.ABOVE.replace("depName=python", "depName=node")
        (line,) = [x for x in look(text, facts(tags=tags)) if x.startswith("outdated")]
        assert "3.12.9" in line

    @pytest.mark.parametrize(
        "comment",
        [
            "# renovate: datasource=docker depName=python",
            "# renovate: datasource=npm depName=python versioning=regex:^x$",
            "# renovate: datasource=docker depName=python versioning=regex:(?!x)",
            "# renovate: datasource=docker depName=python versioning=docker",
        ],
    )
    def test_what_says_nothing_here_has_no_effect(self, comment):
        document = dockerfile.read("Dockerfile", f"{comment}\nARG PY=3.12.4\nFROM python:${{PY}}\n")
        assert directives_of(document, RULE_IDS) == ()


def test_ratchet_exclude_wants_no_pin():
    pod = "apiVersion: v1\nkind: Pod\nspec:\n  containers:\n"
    document = kubernetes.read("pod.yaml", pod + "  - image: redis:7.2 # ratchet:exclude\n  - image: redis:7.4\n")
    directives = directives_of(document, RULE_IDS)
    pins = [project().policy(document, usage, directives).pin for usage in document.usages]
    assert pins == ["off", "wanted"]


def test_a_directive_of_ours_stands_beside_them():
    text = "# hadolint ignore=DL3006\n# moorage: ignore[no-tga]\nFROM python\n"
    assert marked(text) == [("directive-error", "no-tga")]
