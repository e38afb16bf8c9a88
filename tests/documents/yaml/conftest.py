"""Real files of the formats written in YAML, where they lie beside the checkout."""

import csv
import io
import json
import tarfile
from typing import NamedTuple

import pytest

from shared import shared

_KINDS = ("compose", "k8s", "gha", "gitlab", "helm-values", "devcontainer")


class RealFile(NamedTuple):
    """A file under the path it has in its repository, and the references that others found in it."""

    kind: str
    path: str
    text: str
    references: list


@pytest.fixture(scope="session")
def real_files():
    """Every real file of these formats."""
    texts, paths = {}, {}
    with tarfile.open(shared("corpus/corpus_open.tar.xz")) as archive:
        for member in archive:
            name = member.name.partition("/")[2]
            if member.isfile() and name == "INDEX.csv":
                rows = csv.DictReader(io.TextIOWrapper(archive.extractfile(member), "utf-8"))
                paths = {row["file"]: row["path"] for row in rows}
            elif member.isfile() and name.partition("/")[0] in _KINDS:
                texts[name] = archive.extractfile(member).read().decode("utf-8", "replace").removeprefix("\ufeff")
    with shared("vectors/yaml_truth_open.jsonl").open(encoding="utf-8") as lines:
        truths = [json.loads(line) for line in lines]
    return [RealFile(t["kind"], paths[t["file"]], texts[t["file"]], t["refs"]) for t in truths]
