"""Lists of tags, as registries and those in front of them serve them."""

import asyncio
import json

import pytest

from moorage.registry.failures import Refused
from moorage.registry.http.addresses import Place
from moorage.registry.http.exchange import Reply
from moorage.registry.http.urls import parse
from moorage.registry.tags import NoList, read_tags
from registry_cases import cases, report

FIRST = parse("https://registry.example/v2/x/tags/list")


class Pages:
    """Serves pages one after the other, whatever is asked for."""

    def __init__(self, pages):
        self._pages = list(pages)
        self.asked = []

    async def __call__(self, url, limit):
        self.asked.append(url.target)
        page = self._pages[min(len(self.asked), len(self._pages)) - 1]
        if page.get("body_bytes", 0) > limit:
            raise Refused("too large")
        body = page["body"]
        data = body.encode() if isinstance(body, str) else json.dumps(body).encode()
        headers = {name.lower(): (value,) for name, value in page.get("headers", {}).items()}
        return Reply(page.get("status", 200), headers, data, url, Place.PUBLIC)


async def test_the_gathered_cases():
    figures = []
    for case in cases("tags_list_cases"):
        try:
            found = await read_tags(Pages(case["pages"]), FIRST, case.get("n", 1000))
            tags = None if found.refusal is not None else sorted(found.tags)
            said = {"tags": tags, "complete": found.complete and tags is not None}
        except (NoList, Refused):
            said = {"tags": None, "complete": False}
        figures.append((case["id"], said == case["expect"]))
    report("tags_list_cases", figures)


async def test_digests_and_dates_come_along_where_a_registry_tells_them():
    digest = "sha256:" + "a" * 64
    manifest = {digest: {"tag": ["1", "bad tag"], "timeUploadedMs": "1700000000123"}, "rubbish": {"tag": ["2"]}, "x": 7}
    found = await read_tags(Pages([{"body": {"tags": ["1", "2"], "manifest": manifest}}]), FIRST)
    assert (found.digests, found.dates) == ({"1": digest}, {"1": 1700000000})


async def test_a_list_is_resumed_where_it_was_cut_short():
    pages = Pages([{"body": {"tags": ["c", "d"]}}])
    found = await read_tags(pages, FIRST, 100, ("a", "b"))
    assert (found.tags, found.complete) == (("a", "b", "c", "d"), True)
    assert pages.asked == ["/v2/x/tags/list?n=100&last=b"]


async def test_a_next_page_that_names_an_inner_path_is_asked_at_the_outer_one():
    link = {"Link": '</repository/proxy/v2/x/tags/list?n=2&last=b>; rel="next"'}
    pages = Pages(
        [{"headers": link, "body": {"tags": ["a", "b"]}}, {"status": 400, "body": {}}, {"body": {"tags": ["c"]}}]
    )
    found = await read_tags(pages, FIRST, 2)
    assert (found.tags, found.complete) == (("a", "b", "c"), True)
    assert pages.asked[-1] == "/v2/x/tags/list?n=2&last=b"


class Hanging(Pages):
    """Never answers for the last of its pages."""

    async def __call__(self, url, limit):
        if len(self.asked) == len(self._pages) - 1:
            await asyncio.Event().wait()
        return await super().__call__(url, limit)


FULL = {"body": {"tags": ["a", "b"]}}


@pytest.mark.parametrize(
    "last, kind",
    [
        (None, Hanging),
        ({"body_bytes": 1 << 30}, Pages),
        ({"status": 500, "body": {}}, Pages),
        ({"body": "<html>"}, Pages),
        ({"body": {"tags": ["c", "d"]}, "headers": {"Link": "<https://elsewhere.example/>; rel=next"}}, Pages),
    ],
)
async def test_a_list_whose_later_page_fails_or_hangs_is_kept_in_part_and_resumed(last, kind):
    async with asyncio.timeout(30):
        found = await read_tags(kind([FULL, last]), FIRST, 2, seconds=0.05)
    assert found.tags[:2] == ("a", "b")
    assert not found.complete
    found = await read_tags(Pages([{"body": {"tags": ["e"]}}]), FIRST, 2, found.tags)
    assert found.complete
    assert found.tags[-1] == "e"


@pytest.mark.parametrize("endless", [{"tags": []}, None])
async def test_pages_without_end_are_given_up(endless):
    class Endless(Pages):
        async def __call__(self, url, limit):
            number = len(self.asked)
            body = endless or {"tags": [f"t{number}"]}
            self._pages = [{"headers": {"Link": f"</v2/x/tags/list?page={number}>; rel=next"}, "body": body}]
            return await super().__call__(url, limit)

    pages = Endless([])
    found = await read_tags(pages, FIRST)
    assert not found.complete
    assert len(pages.asked) == 200
