"""What endoflife.date says, taken over into our own table.

https://endoflife.date/docs/api/v1: `products/full` lists every product with its identifiers, among them the package
URLs of its images, and its releases. The older API, v0, gives the cycles of one product; a file that maps each product
to its `images` and those `cycles` is read too. Only products that name an image are kept, and of those only the images
whose tags count the product's own versions.
"""

import json
from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from typing import cast

from moorage.data.lifecycle import Cycle, DataError, Lifecycles, Product, table_of
from moorage.reference import InvalidReference, parse

SOURCE = "https://endoflife.date"
LICENCE = "MIT"

LEFT_OUT = frozenset(
    (
        # Their tags count something else than the product's releases.
        "docker.io/discourse/base",
        "docker.io/networkboot/dhcpd",
        "docker.io/redislabs/redis",
        "docker.io/bbriggs/unrealircd",
        "docker.io/allinurl/goaccess",
        "docker.io/fehrenbacher/concrete5",
        "docker.io/sourcegraph/sg",
        # There are no such images.
        "docker.io/library/azul-zulu",
        "docker.io/library/clearlinux",
        "docker.io/library/kafka",
        "docker.io/library/opensuse/leap",
        "docker.io/microsoft/windows-nanoserver",
    )
)
ALSO = {
    # The same releases under further names, and the right names of images left out above.
    "apache-kafka": ("docker.io/apache/kafka", "docker.io/apache/kafka-native"),
    "consul": ("docker.io/hashicorp/consul",),
    "elasticsearch": ("docker.elastic.co/elasticsearch/elasticsearch",),
    "kibana": ("docker.elastic.co/kibana/kibana",),
    "kubernetes-csi-node-driver-registrar": ("registry.k8s.io/sig-storage/csi-node-driver-registrar",),
    "logstash": ("docker.elastic.co/logstash/logstash",),
    "mongodb": ("docker.io/mongodb/mongodb-community-server",),
    "opensuse": ("docker.io/opensuse/leap",),
}
NAMES = {
    # The names of Node's long-term lines, which its images have as tags. https://github.com/nodejs/release
    "nodejs": {
        "4": "Argon", "6": "Boron", "8": "Carbon", "10": "Dubnium", "12": "Erbium", "14": "Fermium", "16": "Gallium",
        "18": "Hydrogen", "20": "Iron", "22": "Jod", "24": "Krypton",
    },
}  # fmt: skip
EXTENDED = {
    # After three years Debian's LTS team takes a release over from its security team, for everybody, for two more.
    # https://wiki.debian.org/LTS
    "debian": {
        "6": "2016-02-29",
        "7": "2018-05-31",
        "8": "2020-06-30",
        "9": "2022-06-30",
        "10": "2024-06-30",
        "11": "2026-08-31",
        "12": "2028-06-30",
        "13": "2030-06-30",
    },
}


def from_api(text: str, today: date) -> Lifecycles:
    """The table that an answer of `products/full` makes; raises `DataError`. It is of the day that the answer names."""
    try:
        content: object = json.loads(text)
    except (ValueError, RecursionError):
        raise DataError("the answer is no JSON") from None
    answer = _mapping(content)
    results = answer.get("result")
    if not isinstance(results, list):
        raise DataError("the answer is none of endoflife.date's API: it has no list `result`")
    rows = (_mapping(row) for row in cast(list[object], results))
    generated = str(answer.get("generated_at") or "")[:10]
    return table(((str(row.get("name")), _images(row), list(_cycles(row))) for row in rows), generated or str(today))


def from_cycles(text: str, day: str) -> Lifecycles:
    """The table of a file that maps products to their `images` and `cycles`, of that day; raises `DataError`."""
    try:
        content: object = json.loads(text)
    except (ValueError, RecursionError):
        raise DataError("the file is no JSON") from None
    rows: list[tuple[str, list[str], list[Cycle]]] = []
    for name, entry in _mapping(content).items():
        images, cycles = (_mapping(entry).get(key) for key in ("images", "cycles"))
        if not isinstance(images, list) or not isinstance(cycles, list):
            raise DataError(f"{name!r} has no lists of images and cycles")
        read = [_cycle(_mapping(row)) for row in cast(list[object], cycles)]
        rows.append((name, [str(image) for image in cast(list[object], images)], read))
    return table(rows, day)


def _cycle(row: Mapping[str, object]) -> Cycle:
    """One line of releases, in the words of the older API."""
    ends = row.get("eol")
    return Cycle(
        str(row.get("releaseCycle") or ""),
        str(row.get("codename") or ""),
        str(row.get("releaseDate") or ""),
        ends if isinstance(ends, str) else "",
        ends is True,
        bool(row.get("lts")),
        str(row.get("latest") or ""),
    )


def table(products: Iterable[tuple[str, list[str], list[Cycle]]], day: str) -> Lifecycles:
    """A table of products (name, images as the source has them, cycles), with our own corrections of both."""
    kept: list[Product] = []
    for name, named, cycles in products:
        images = {*named, *ALSO.get(name, ())} - LEFT_OUT
        if images and cycles:
            kept.append(Product(name, tuple(sorted(images)), tuple(_extended(name, c) for c in cycles)))
    return table_of(SOURCE, LICENCE, day, sorted(kept))


def _extended(product: str, cycle: Cycle) -> Cycle:
    later = EXTENDED.get(product, {}).get(cycle.name, "")
    name = NAMES.get(product, {}).get(cycle.name, cycle.codename)
    return cycle._replace(codename=name, ends=max(later, cycle.ends))


def _images(row: Mapping[str, object]) -> list[str]:
    """The canonical names of the images among a product's package URLs: `pkg:docker/library/python`."""
    found: list[str] = []
    identifiers = row.get("identifiers")
    for item in cast(list[object], identifiers) if isinstance(identifiers, list) else []:
        kind, _, rest = str(_mapping(item).get("id") or "").partition("/")
        if kind not in ("pkg:docker", "pkg:oci"):
            continue
        name, _, query = rest.partition("?")
        where = next((part for part in query.split("&") if part.startswith("repository_url=")), "").partition("=")[2]
        full = name if not where else where if where.endswith(f"/{name}") else f"{where}/{name}"
        try:
            found.append(parse(full.partition("@")[0].lower()).name)
        except InvalidReference:
            continue
    return found


def _cycles(row: Mapping[str, object]) -> Iterator[Cycle]:
    releases = row.get("releases")
    for item in cast(list[object], releases) if isinstance(releases, list) else []:
        release = _mapping(item)
        ends = release.get("eolFrom") or ""
        yield Cycle(
            str(release.get("name") or ""),
            str(release.get("codename") or ""),
            str(release.get("releaseDate") or ""),
            str(ends),
            not ends and release.get("isEol") is True,
            release.get("isLts") is True,
            str(_mapping(release.get("latest")).get("name") or ""),
        )


def _mapping(value: object) -> Mapping[str, object]:
    return cast(dict[str, object], value) if isinstance(value, dict) else {}
