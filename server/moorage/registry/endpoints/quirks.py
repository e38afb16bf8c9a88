"""Where registries differ from the specification in ways that a client can use or must work around: one entry each."""

from typing import NamedTuple

from moorage.registry.http.urls import Url

HUB_API = "registry-1.docker.io"
_HUB_NAMES = ("docker.io", "index.docker.io")


class Quirk(NamedTuple):
    """How a registry is asked. `page` is how many tags one answer may hold; `newest` names an API that sorts by time.

    `expires_as_403` says that a credential which has run out is refused with 403: then its helper is asked anew.
    `quota_probe` is a repository whose tag `latest` may be asked for by HEAD to learn what is left of a quota.
    """

    page: int = 1000
    newest: str | None = None
    expires_as_403: bool = False
    quota_probe: str | None = None


_USUAL = Quirk()
_BY_HOST = {
    # Its registry API lists tags in no useful order; the one behind its web pages knows when each was pushed.
    "docker.io": Quirk(newest="hub.docker.com", quota_probe="ratelimitpreview/test"),
    # A list comes with every digest and time, up to 10,000 tags at once.
    "gcr.io": Quirk(page=10_000),
    "registry.k8s.io": Quirk(page=10_000),
    # Never more than 100, whatever is asked for, and `last` is ignored: only its links lead on.
    "quay.io": Quirk(page=100),
}
_BY_SUFFIX = {
    ".gcr.io": Quirk(page=10_000),
    ".pkg.dev": Quirk(page=10_000),
    ".amazonaws.com": Quirk(expires_as_403=True),
}


def api_url(url: Url) -> Url:
    """`url` on the host that speaks the registry API: Docker Hub's names belong to web sites, as its tools know."""
    return url._replace(host=HUB_API) if url.host in _HUB_NAMES else url


def quirk_of(registry: str) -> Quirk:
    """The entry of a registry."""
    found = _BY_HOST.get(registry)
    if found is None:
        found = next((quirk for suffix, quirk in _BY_SUFFIX.items() if registry.endswith(suffix)), _USUAL)
    return found
