"""Re-encode real tag changes and the tag lists they were made from, for `bench/replay.py`.

    scripts/replay_data.py CHANGES.json HISTORY.json.xz OUT.json.xz DATE

CHANGES is a list of objects (project, time, by, repository, old, new) from the git histories of public repositories;
HISTORY maps repository and tag to the time at which the tag was first listed, from the git history of
docker-library/official-images. Only what the benchmark asks is kept: repositories that a change names, their tags, and
the first times, as differences in the order of their listing.
"""

import json
import lzma
import sys
from pathlib import Path

SOURCE = (
    "tag names and times: git history of https://github.com/docker-library/official-images (Apache-2.0); "
    "changes: commits of the named public repositories that changed the tag of an official image in a FROM"
)


def main() -> None:
    """Write the file."""
    changes_path, history_path, out, date = sys.argv[1:]
    changes = json.loads(Path(changes_path).read_text())
    history = json.loads(lzma.decompress(Path(history_path).read_bytes()))
    lists: dict[str, list[list[object]]] = {}
    for repository in sorted({change["repository"] for change in changes}):
        rows: list[list[object]] = []
        before = 0
        for tag, seen in sorted(history[repository].items(), key=lambda item: (item[1]["first"], item[0])):
            rows.append([tag, seen["first"] - before])
            before = seen["first"]
        lists[repository] = rows
    kept = [[c["project"], c["time"], c["by"], c["repository"], c["old"], c["new"]] for c in changes]
    text = json.dumps({"source": SOURCE, "date": date, "changes": kept, "tags": lists}, separators=(",", ":"))
    Path(out).write_bytes(lzma.compress(text.encode(), preset=9 | lzma.PRESET_EXTREME))


if __name__ == "__main__":
    main()
