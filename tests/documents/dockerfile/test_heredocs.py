"""What stands in a heredoc is its own text, whatever it looks like."""

import pytest

from moorage.documents.dockerfile import read

HIDES = [
    "RUN <<EOF\nFROM b\nEOF",
    "RUN cat <<EOF >x\nFROM b\nEOF",
    "RUN <<'EOF'\nFROM b\nEOF",
    'RUN <<"E O F"\nFROM b\nE O F',
    "RUN <<E'O'F\nFROM b\nEOF",
    "RUN <<\\EOF\nFROM b\nEOF",
    "RUN <<-EOF\n\tFROM b\n\t\tEOF",
    "RUN 3<<EOF\nFROM b\nEOF",
    "RUN <<$X\nFROM b\n$X",
    "RUN <<A <<B\nFROM b\nB\nFROM b\nA\nFROM b\nB",
    "COPY <<EOF /x\nFROM b\nEOF",
    "ADD <<EOF /x\nFROM b\nEOF",
    "ONBUILD RUN <<EOF\nFROM b\nEOF",
    "RUN --mount=target=/x <<EOF\nFROM b\nEOF",
    "RUN a \\\n <<EOF\nFROM b\nEOF",
    "RUN a <\\\n<EOF\nFROM b\nEOF",
    "RUN [x <<EOF\nFROM b\nEOF",
    "RUN <<EOF\nFROM b \\\nEOF",
    "RUN <<EOF\n# moorage: pin=off\nEOF",
]

SHOWS = [
    "RUN << EOF\nFROM b",
    "RUN <<\nFROM b",
    "RUN <<<EOF\nFROM b",
    "RUN a<<EOF\nFROM b",
    "RUN it's <<EOF\nFROM b",
    'RUN ["a", "<<EOF"]\nFROM b',
    "ENV A=<<EOF\nFROM b",
    "CMD <<EOF\nFROM b",
    "ONBUILD ONBUILD RUN <<EOF\nFROM b",
    "RUN ${} <<EOF\nFROM b",
    "# <<EOF\nFROM b",
]


@pytest.mark.parametrize("text", HIDES)
def test_hides(images, text):
    assert images(f"FROM a\n{text}\nFROM c\n") == ["base a", "base c"]
    assert read("Dockerfile", f"FROM a\n{text}\nFROM c\n").comments == ()


@pytest.mark.parametrize("text", HIDES)
def test_hides_with_crlf(images, text):
    assert images(f"FROM a\n{text}\nFROM c\n".replace("\n", "\r\n")) == ["base a", "base c"]


@pytest.mark.parametrize("text", SHOWS)
def test_shows(images, text):
    assert images(f"FROM a\n{text}\n") == ["base a", "base b"]


def test_the_terminator_ends_a_line_of_its_own(images):
    assert images("FROM a\nRUN <<EOF\n EOF\nEOF x\n\tEOF\nFROM b\nEOF\nFROM c\n") == ["base a", "base c"]


def test_the_escape_of_heredocs_is_always_a_backslash(images):
    assert images("# escape=`\nFROM a\nRUN <<\\EOF\nFROM b\nEOF\nFROM c\n") == ["base a", "base c"]


def test_one_that_does_not_end_takes_the_rest_and_is_spoken_of(images):
    text = "FROM a\nRUN <<EOF\nFROM b\n"
    assert images(text) == ["base a"]
    assert [n.message for n in read("Dockerfile", text).notices] == ["the heredoc 'EOF' does not end"]


def test_flags_before_a_heredoc_count(images):
    assert images("FROM a\nRUN --mount=from=b,target=/x <<EOF\nEOF\n") == ["base a", "mount-source b"]
