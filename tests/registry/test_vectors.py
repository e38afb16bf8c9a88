"""Protocol cases gathered from other clients' tests and from observation (`../shared/vectors`), one test a case."""

from datetime import datetime

import pytest

from moorage.registry.access import challenges, realms
from moorage.registry.http import limits, links, urls
from moorage.registry.http.addresses import Place, most_private
from registry_cases import cases, report


def test_challenges():
    def agrees(case):
        found = challenges.parse(case["headers"])
        wanted = [
            challenges.Challenge(c["scheme"], c["params"], c["malformed"], c.get("token68")) for c in case["challenges"]
        ]
        return found == wanted

    report("www_authenticate_headers", [(c["id"], agrees(c)) for c in cases("www_authenticate_headers")])


def test_links():
    def agrees(case):
        try:
            found = links.next_page(case["link"], urls.parse(case["request_url"]))
            said = ("ok", found) if found else ("none", None)
        except links.BadLink as error:
            said = (f"error:{error}", None)
        wanted = case["expect"]
        return said[0] == wanted["result"] and said[1] == (wanted["next"] and urls.parse(wanted["next"]))

    report("link_headers", [(c["id"], agrees(c)) for c in cases("link_headers")])


def test_realms():
    def agrees(case):
        registry = urls.parse(f"{case['registry_scheme']}://{case['registry']}/v2/")
        resolved = case.get("dns_answers")
        found = realms.judge(
            case["realm"],
            registry,
            http_allowed=case["insecure_allowed_by_user"],
            registry_place=most_private(case.get("registry_dns", ())),
            realm_place=most_private(resolved) if resolved else None,
        )
        wanted = case["expect"]
        said = {
            "action": "refuse" if found.url is None else "allow",
            "send_credentials": found.send_credentials,
            "reason": found.reason,
        }
        return said == wanted or print(case["id"], said, wanted)

    report("realm_policy", [(c["id"], agrees(c)) for c in cases("realm_policy")])


def test_rate_limits():
    def agrees(case):
        now = datetime.fromisoformat(case["now"].replace("Z", "+00:00")).timestamp()
        found = limits.read(case["status"], {k.lower(): v for k, v in case["headers"].items()}, now)
        said = {
            "wait_s": found.wait,
            "reason": found.reason,
            "limit": found.limit,
            "remaining": found.remaining,
            "window_s": found.window,
            "reset_in_s": found.reset_in,
            "stop_background": found.low,
        }
        return all(said[key] == value for key, value in case["expect"].items())

    report("rate_limit_cases", [(c["id"], agrees(c)) for c in cases("rate_limit_cases")])


@pytest.mark.parametrize(
    "address, place",
    [
        ("8.8.8.8", Place.PUBLIC),
        ("10.1.2.3", Place.PRIVATE),
        ("172.31.0.1", Place.PRIVATE),
        ("100.64.0.1", Place.PRIVATE),
        ("198.18.0.7", Place.PRIVATE),
        ("fd12::1", Place.PRIVATE),
        ("127.8.8.8", Place.LOOPBACK),
        ("::1", Place.LOOPBACK),
        ("::ffff:127.0.0.1", Place.LOOPBACK),
        ("0.0.0.0", Place.NEVER),
        ("::", Place.NEVER),
        ("169.254.169.254", Place.NEVER),
        ("100.100.100.200", Place.NEVER),
        ("::ffff:169.254.169.254", Place.NEVER),
        ("64:ff9b::a9fe:a9fe", Place.NEVER),
        ("64:ff9b:1::a9fe:a9fe", Place.PRIVATE),
        ("::169.254.169.254", Place.NEVER),
        ("::127.0.0.1", Place.LOOPBACK),
        ("::10.0.0.1", Place.PRIVATE),
        ("2002:a9fe:a9fe::1", Place.NEVER),
        ("2002:0808:0808::1", Place.PUBLIC),
        ("2001:0:808:808::f5ff:fffe", Place.PRIVATE),
        ("fd00:ec2::254", Place.NEVER),
        ("fe80::1", Place.NEVER),
        ("224.0.0.1", Place.NEVER),
        ("255.255.255.255", Place.NEVER),
    ],
)
def test_places(address, place):
    assert most_private([address]) is place
