"""Turn dates of endoflife.date, mapped to images, into the table that ships with the program.

    scripts/lifecycle_data.py LIFECYCLE.json DATE OUT.json

LIFECYCLE.json maps each product to its `images` and its `cycles` as endoflife.date writes them (releaseCycle, codename,
releaseDate, eol, lts, latest); its data are under the MIT licence. DATE is the day on which they were read there.
"""

import sys
from pathlib import Path

from moorage.data import endoflife, lifecycle


def main() -> None:
    """Write the file."""
    source, day, out = sys.argv[1:]
    text = lifecycle.written(endoflife.from_cycles(Path(source).read_text(), day))
    lifecycle.read(text)
    Path(out).write_text(text)


if __name__ == "__main__":
    main()
