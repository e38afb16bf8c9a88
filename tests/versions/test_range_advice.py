"""Under a range, the advice is what npm's semver says over the tags that were listed on that day."""

import json
import lzma
from datetime import UTC, datetime

from moorage.versions import TagTable, judge, parse_range
from shared import shared


def test_first_offer_is_the_newest_that_npm_allows():
    history = json.loads(lzma.decompress(shared("vectors/official_tag_history.json.xz").read_bytes()))
    cases = json.loads(shared("vectors/range_advice_open.json").read_text())["cases"]
    assert len(cases) >= 1500
    for case in cases:
        tags = [tag for tag, seen in history[case["repository"]].items() if seen["first"] <= case["time"]]
        found = judge(
            case["current"],
            TagTable(tags),
            repository="library/" + case["repository"],
            range=parse_range(case["range"]),
            at=datetime.fromtimestamp(case["time"], UTC).date(),
        )
        offered = [offer.tag for offer in found.offers if offer.step != "distribution"]
        assert (offered[0] if offered else None) == case["expect"], case
        assert set(offered) <= set(case["allowed"]), case
