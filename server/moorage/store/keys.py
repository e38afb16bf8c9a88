"""Under which key the store keeps the answer to a question.

Content is kept by its digest, whoever asked for it. Lists of tags, what a tag means, and what is attached to an image
belong to the repository and to the credential they were asked with.
"""

from typing import cast

from moorage.facts import Question, QuestionKind

BY_DIGEST = ("manifest", "config")


def key_of(question: Question, identity: str) -> str:
    """The key of the answer that a credential of this identity was given."""
    if question.kind in BY_DIGEST:
        return f"{question.kind}\n{question.key}"
    return f"{question.kind}\n{question.registry}\n{question.repository}\n{question.key}\n{identity}"


def question_of(key: str) -> tuple[Question, str]:
    """The question and the identity of a key. Content has no repository: that part of the question is empty."""
    kind, *rest = key.split("\n")
    if len(rest) == 1:
        return Question(cast(QuestionKind, kind), "", "", rest[0]), ""
    registry, repository, name, identity = rest
    return Question(cast(QuestionKind, kind), registry, repository, name), identity


def range_of(kind: QuestionKind, registry: str, repository: str) -> tuple[str, str]:
    """The least key of all answers of a kind about a repository, and the least key behind them."""
    start = f"{kind}\n{registry}\n{repository}"
    return start + "\n", start + "\x0b"
