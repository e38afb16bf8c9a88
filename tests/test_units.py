"""Times and sizes as people write them."""

import pytest

from moorage.units import byte_size, duration


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("90s", 90), ("15m", 900), ("6h", 21600), (" 2d ", 172800), ("3600", 3600), ("0", 0),
        ("", None), ("d", None), ("-1d", None), ("1.5h", None), ("1w", None), ("٣d", None), ("9" * 10, None),
    ],
)  # fmt: skip
def test_times(text, expected):
    assert duration(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("4096", 4096), ("1K", 1024), ("50MiB", 50 << 20), ("2GB", 2 << 30), (" 1G ", 1 << 30),
        ("", None), ("MiB", None), ("-1", None), ("1.5G", None), ("1T", None), ("٣M", None), ("9" * 10, None),
    ],
)  # fmt: skip
def test_sizes(text, expected):
    assert byte_size(text) == expected
