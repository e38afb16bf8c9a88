"""Which images Bake files name, each case a file that says so itself."""

import pytest

from moorage.documents import bake
from support.annotated import both, cases


@pytest.mark.parametrize("file", cases("bake"))
def test_each_place_with_its_value(file):
    found, expected = both(bake, file)
    assert sorted(found, key=str) == sorted(expected, key=str)
