"""Which hosts may be asked at all, and how private the address behind a name may be.

What a workspace file names may be a public registry, or a private one that is reached by its name. Addresses in
private ranges written as numbers, and plain http, are only for hosts that the user's own files name. From a registry
(its token server, a redirect, the next page) the way leads only to places that are no more private than itself.
"""

from collections.abc import Callable
from typing import NamedTuple

from moorage.registry.failures import Refused
from moorage.registry.http.addresses import Place, fault_of, is_loopback_host, literal, place_of
from moorage.registry.http.urls import Url
from moorage.settings import Network


class Origin(NamedTuple):
    """Where a request was sent on from, and how private that place is."""

    url: Url
    place: Place


class Boundary:
    """The user's limits. `named` says whether the user's own files name a host (given as host and port)."""

    def __init__(self, network: Network, named: Callable[[str, int], bool], http: Callable[[str], bool]) -> None:
        self._network = network
        self._named = named
        self._http = http

    def reach(self, url: Url, origin: Origin | None = None) -> Place:
        """The most private place that a connection for `url` may end at.

        `origin` is the answer that sent us there, None for a registry that a file or the user names. Raises `Refused`
        with a sentence where the host may not be asked at all.
        """
        fault = fault_of(url.host)
        if fault is not None:
            raise Refused(f"{url.host} is never asked: {fault}")
        ip = literal(url.host)
        if ip is not None and place_of(ip) is Place.NEVER:
            raise Refused(f"{url.host} is never asked: it is a link-local, metadata or reserved address")
        if origin is None:
            return self._first(url)
        if url.host == origin.url.host:
            return min(self._first(url), origin.place)
        return self._onward(url, origin)

    def _first(self, url: Url) -> Place:
        if is_loopback_host(url.host):
            return Place.LOOPBACK
        named = self._named(url.host, url.port)
        if url.scheme == "http" and not self._http(url.authority):
            raise Refused(f"{url.host} is not asked by plain http: only the user's settings can allow that")
        ip = literal(url.host)
        if ip is not None and place_of(ip) is Place.PRIVATE and (not named or self._network == "never"):
            raise Refused(f"{url.host} is a private address: add it to `registries:` in your settings to ask it")
        if self._network == "never":
            return Place.PUBLIC
        if named:
            return Place.LOOPBACK
        return Place.PRIVATE if self._network == "names" else Place.PUBLIC

    def _onward(self, url: Url, origin: Origin) -> Place:
        if is_loopback_host(url.host):
            if origin.place is not Place.LOOPBACK or not is_loopback_host(origin.url.host):
                raise Refused(f"{origin.url.host} sent us to {url.host}, which is more private than itself")
            return Place.LOOPBACK
        if url.scheme == "http" and not self._http(url.authority):
            raise Refused(f"{origin.url.host} sent us to {url.host} by plain http")
        named = self._named(url.host, url.port)
        ip = literal(url.host)
        if ip is not None and place_of(ip) is Place.PRIVATE and not (named and origin.place >= Place.PRIVATE):
            raise Refused(f"{origin.url.host} sent us to {url.host}, a private address")
        # Only the user can say that a name stands for this machine.
        return origin.place if named else min(origin.place, Place.PRIVATE)
