"""Which proxy leads to a host: the user's setting, else the environment's `HTTPS_PROXY`, `HTTP_PROXY`, `NO_PROXY`."""

from collections.abc import Mapping

from moorage.registry.addresses import is_loopback_host
from moorage.registry.failures import Refused
from moorage.registry.urls import Url


def proxy_for(url: Url, setting: str | None, env: Mapping[str, str]) -> str | None:
    """The URL of the proxy, None to connect directly. Loopback is never reached through one.

    Raises `Refused` for a kind of proxy that is not supported.
    """
    if is_loopback_host(url.host):
        return None
    if _bypassed(url, _get(env, "no_proxy")):
        return None
    # `HTTP_PROXY` in upper case can be set by a client of a CGI program (CVE-2016-5385): such a program is no place
    # to be safe in, but the rule costs nothing.
    in_cgi = url.scheme == "http" and "REQUEST_METHOD" in env
    found = setting or (env.get("http_proxy") if in_cgi else _get(env, f"{url.scheme}_proxy")) or _get(env, "all_proxy")
    if not found:
        return None
    if "://" not in found:
        found = "http://" + found
    if not found.startswith(("http://", "https://")):
        raise Refused(f"the proxy for {url.host} is neither http nor https: only these are supported")
    return found


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


def _get(env: Mapping[str, str], name: str) -> str:
    return env.get(name) or env.get(name.upper()) or ""
