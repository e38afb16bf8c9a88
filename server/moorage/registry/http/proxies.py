"""Which proxy leads to a host: the user's setting, else the environment's `HTTPS_PROXY`, `HTTP_PROXY`, `NO_PROXY`."""

from collections.abc import Mapping
from typing import NamedTuple

from moorage.registry.failures import Refused
from moorage.registry.http.addresses import is_loopback_host
from moorage.registry.http.urls import BadUrl, Url, parse

LOGIN = "the proxy wants a login; write user and password into its URL, in `proxy:` of your settings or $HTTPS_PROXY"
"""What status 407 means, and what to do."""


class Choice(NamedTuple):
    """How a host is reached: the URL of a proxy, None for a direct connection; and who decided that, in words."""

    url: str | None
    why: str = ""


def proxy_for(url: Url, setting: str | None, env: Mapping[str, str]) -> str | None:
    """The URL of the proxy, None to connect directly. Loopback is never reached through one.

    Raises `Refused` for a kind of proxy that is not supported.
    """
    return choose(url, setting, env).url


def choose(url: Url, setting: str | None, env: Mapping[str, str]) -> Choice:
    """Like `proxy_for`, with the reason."""
    if is_loopback_host(url.host):
        return Choice(None, "this machine is never reached through one")
    if _bypassed(url, _get(env, "no_proxy")[0]):
        return Choice(None, "$NO_PROXY excepts it")
    # `HTTP_PROXY` in upper case can be set by a client of a CGI program (CVE-2016-5385): such a program is no place
    # to be safe in, but the rule costs nothing.
    in_cgi = url.scheme == "http" and "REQUEST_METHOD" in env
    own = (env.get("http_proxy", ""), "$http_proxy") if in_cgi else _get(env, f"{url.scheme}_proxy")
    found, source = (setting, "the settings") if setting else own if own[0] else _get(env, "all_proxy")
    if not found:
        return Choice(None)
    if "://" not in found:
        found = "http://" + found
    if not found.startswith(("http://", "https://")):
        raise Refused(f"the proxy for {url.host}, from {source}, is neither http nor https: only these are supported")
    scheme, _, rest = found.partition("://")
    try:
        parse(f"{scheme}://{rest.rpartition('@')[2]}")
    except BadUrl as error:
        # Not a word of it: it may hold a password.
        raise Refused(f"the proxy for {url.host}, from {source}, cannot be used ({error}): it must be a URL") from None
    return Choice(found, f"from {source}")


def _bypassed(url: Url, rules: str) -> bool:
    host = url.host.strip("[]")
    for rule in (part.strip().lower() for part in rules.split(",")):
        if rule == "*":
            return True
        name, _, port = rule.rpartition(":") if rule.count(":") == 1 else (rule, "", "")
        name = name.lstrip("*").lstrip(".").strip("[]")
        if name and (not port or port == str(url.port)) and (host == name or host.endswith("." + name)):
            return True
    return False


def _get(env: Mapping[str, str], name: str) -> tuple[str, str]:
    """The value of a variable in lower or upper case, and which of both it is."""
    for variable in (name, name.upper()):
        if env.get(variable):
            return env[variable], f"${variable}"
    return "", ""
