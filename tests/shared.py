"""Test data that lies beside the checkout, and what to do where something is missing."""

import os
from pathlib import Path
from typing import NoReturn

import pytest

_ROOT = Path(__file__).resolve().parents[2] / "shared"


def missing(message: str) -> NoReturn:
    """Skip a test for want of something; in CI, where everything is there, that is a failure."""
    if os.environ.get("CI"):
        pytest.fail(message)
    pytest.skip(message)


def shared(path: str) -> Path:
    """A file of `../shared`; the test is skipped where it is absent, and fails in CI."""
    found = _ROOT / path
    if not found.exists():
        missing(f"../shared/{path} is not there")
    return found
