"""May a token be asked for at the address that a registry names, and may the credential go there?

A registry tells its clients where tokens are handed out (the realm). A hostile one names a server that collects
credentials (CVE-2020-15157), or an address inside the user's network. So a credential goes to the registry's own host,
from loopback to loopback, to a known partner or within one registrable domain, and elsewhere only once the user has
approved; and a realm may be as private as its registry, never more.
"""

from collections.abc import Collection
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

from moorage.registry.http.addresses import Place, fault_of, is_loopback_host, literal, place_of
from moorage.registry.http.urls import BadUrl, Url, join, parse

if TYPE_CHECKING:
    from publicsuffixlist import PublicSuffixList

# Services whose subdomains belong to different customers, though the public suffix list does not say so.
_SHARED_DOMAINS = ("azurecr.io", "jfrog.io", "aliyuncs.com", "amazonaws.com", "ocir.io")
# Registries whose token server has another domain: what `docker login` to the first sends to the second by design.
_PARTNERS = frozenset({("registry.hub.docker.com", "auth.docker.io")})


class Realm(NamedTuple):
    """What may be done with a realm. `url` is None where it must not be asked at all; `reason` is a few words.

    `ask_user` says that the user could approve sending the credential there.
    """

    url: Url | None
    send_credentials: bool
    reason: str
    ask_user: bool = False


def judge(
    text: str,
    registry: Url,
    *,
    http_allowed: bool = False,
    approved: Collection[str] = (),
    registry_place: Place | None = None,
    realm_place: Place | None = None,
) -> Realm:
    """Judge a realm as a registry's challenge states it.

    `http_allowed` says that the user lets this registry be asked by plain http, `approved` are the token servers
    (host or host:port) that the user has approved for it. The places are what the names resolved to, where that is
    known; where it is not, the connection must be held to `registry_place` as it is made.
    """
    relative = text.startswith("/") and not text.startswith("//")
    try:
        url = join(registry, text) if relative else parse(text)
    except BadUrl as error:
        return _refused(str(error))
    same_host = url.host == registry.host
    fault = fault_of(url.host)
    if fault is not None:
        return _refused(fault)
    from_loopback = is_loopback_host(registry.host)
    to_loopback = is_loopback_host(url.host)
    ip = literal(url.host)
    if ip is not None and not same_host:
        place = place_of(ip)
        if place is Place.NEVER or (place is not Place.PUBLIC and not (to_loopback and from_loopback)):
            return _refused("non-public address")
    elif ip is not None and place_of(ip) is Place.NEVER:
        return _refused("non-public address")
    if to_loopback and not (from_loopback or same_host):
        return _refused("local name")
    if url.scheme == "http" and not to_loopback and not (registry.scheme == "http" and http_allowed):
        return _refused("scheme downgrade")
    if realm_place is not None:
        if realm_place is Place.NEVER:
            return _refused("link-local or metadata address")
        if realm_place > (registry_place or Place.PUBLIC):
            return _refused("more private than its registry")
    if to_loopback and from_loopback and url.port != registry.port:
        return Realm(url, True, "loopback to loopback")
    if same_host:
        return Realm(url, True, "same host")
    if url.host in approved or f"{url.host}:{url.port}" in approved:
        return Realm(url, True, "approved by the user")
    if ip is not None:
        return Realm(url, False, "public IP, other host", ask_user=True)
    if (registry.host, url.host) in _PARTNERS or _same_domain(registry.host, url.host):
        return Realm(url, True, "known or same registrable domain")
    if (registry_place or Place.PUBLIC) is Place.PRIVATE:
        why = "other host as private as the registry: anonymous only until the user approves"
    else:
        why = "other public host: anonymous only until the user approves"
    return Realm(url, False, why, ask_user=True)


def _refused(reason: str) -> Realm:
    return Realm(None, False, reason)


def _same_domain(one: str, other: str) -> bool:
    if literal(one) is not None or literal(other) is not None:
        return False
    domain = registrable_domain(one)
    return domain is not None and domain == registrable_domain(other)


@lru_cache(maxsize=512)
def registrable_domain(host: str) -> str | None:
    """The part of a name that one owner registered: `example.com` of `registry.corp.example.com`.

    None for a name without a dot or below no known public suffix. Private suffixes (`github.io`) count.
    """
    found = _suffixes().privatesuffix(host)
    for shared in _SHARED_DOMAINS:
        if host == shared:
            return None
        if host.endswith("." + shared):
            below = host.removesuffix("." + shared).rpartition(".")[2] + "." + shared
            return max(found or "", below, key=len)
    return found


@lru_cache(maxsize=1)
def _suffixes() -> "PublicSuffixList":
    # The bundled list is read when the first foreign realm is met: that takes a tenth of a second.
    from publicsuffixlist import PublicSuffixList

    return PublicSuffixList(accept_unknown=False, only_icann=False)
