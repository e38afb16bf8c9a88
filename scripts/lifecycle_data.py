"""Turn dates of endoflife.date, mapped to images, into the table that ships with the program.

    scripts/lifecycle_data.py LIFECYCLE.json DATE OUT.json

LIFECYCLE.json maps each product to its `images` and its `cycles` as endoflife.date writes them (releaseCycle, codename,
releaseDate, eol, lts, latest); its data are under the MIT licence. DATE is the day on which they were read there.
"""

import json
import sys
from collections.abc import Mapping
from pathlib import Path

from moorage.data import endoflife, lifecycle
from moorage.data.lifecycle import Cycle


def main() -> None:
    """Write the file."""
    source, day, out = sys.argv[1:]
    products = json.loads(Path(source).read_text())
    rows = ((name, entry["images"], [cycle(c) for c in entry["cycles"]]) for name, entry in products.items())
    text = lifecycle.written(endoflife.table(rows, day))
    lifecycle.read(text)
    Path(out).write_text(text)


def cycle(row: Mapping[str, object]) -> Cycle:
    """One line of releases."""
    ends = row["eol"]
    return Cycle(
        str(row["releaseCycle"]),
        str(row.get("codename") or ""),
        str(row.get("releaseDate") or ""),
        ends if isinstance(ends, str) else "",
        ends is True,
        bool(row.get("lts")),
        str(row.get("latest") or ""),
    )


if __name__ == "__main__":
    main()
