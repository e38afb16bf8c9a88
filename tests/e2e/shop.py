"""The workspace of the drives: a Dockerfile, and a registry that knows its images."""

from pathlib import Path
from typing import NamedTuple

from moorage.embedded.server import EmbeddedRegistry

REPOSITORY = Path(__file__).parents[2]

DOCKERFILE = """\
FROM python:3.12.4-slim AS build
RUN pip install gunicorn

FROM postgres:16.44-alpine
COPY --from=build /usr/local /usr/local
"""

CONTENTS = {
    "library/python": ["3.12.3-slim", "3.12.4-slim", "3.12.9-slim", "3.12.9-alpine"],
    "library/postgres": ["16.3-alpine", "16.4-alpine", "17.2-alpine"],
}


class Shop(NamedTuple):
    """A workspace with one Dockerfile, and the registry that stands in for Docker Hub."""

    folder: Path
    registry: EmbeddedRegistry

    @property
    def dockerfile(self) -> Path:
        return self.folder / "Dockerfile"
