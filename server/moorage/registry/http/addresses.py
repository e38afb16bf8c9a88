"""Which hosts and addresses are public, private, loopback, or never to be talked to.

An address is judged where it is connected to, so that a name cannot mean one thing when it is checked and another
when it is used.
"""

import ipaddress
import re
from collections.abc import Iterable
from enum import IntEnum

IPAddress = ipaddress.IPv4Address | ipaddress.IPv6Address


class Place(IntEnum):
    """How private an address is; the order matters: a place leads only to places that are no more private."""

    PUBLIC = 0
    PRIVATE = 1
    LOOPBACK = 2
    NEVER = 3


_PRIVATE = [
    ipaddress.ip_network(n)
    for n in (
        "10.0.0.0/8",
        "172.16.0.0/12",
        "192.168.0.0/16",
        "100.64.0.0/10",
        "198.18.0.0/15",
        "64:ff9b:1::/48",  # A network's own NAT64 (RFC 8215).
        "fc00::/7",
    )
]
# Link-local and cloud metadata (RFC 3927, and what AWS, Alibaba and Oracle add), "this network", multicast, reserved.
_NEVER = [
    ipaddress.ip_network(n)
    for n in (
        "0.0.0.0/8",
        "169.254.0.0/16",
        "100.100.100.200/32",
        "192.0.0.192/32",
        "224.0.0.0/4",
        "240.0.0.0/4",
        "::/128",
        "fe80::/10",
        "fec0::/10",
        "ff00::/8",
        "fd00:ec2::254/128",
    )
]
_NAT64 = ipaddress.IPv6Network("64:ff9b::/96")
_COMPATIBLE = ipaddress.IPv6Network("::/96")
_METADATA_NAMES = frozenset(("metadata.google.internal", "metadata.goog", "metadata", "instance-data"))
_name = re.compile(r"(?!-)[a-z0-9_-]{1,63}(?<!-)(?:\.(?!-)[a-z0-9_-]{1,63}(?<!-))*").fullmatch
_numeric = re.compile(r"(?:[0-9]+|0x[0-9a-f]*)").fullmatch


def place_of(address: IPAddress | str) -> Place:
    """How private an address is; raises ValueError for a text that is no address."""
    ip = unwrap(ipaddress.ip_address(address) if isinstance(address, str) else address)
    if any(ip in network for network in _NEVER if network.version == ip.version):
        return Place.NEVER
    if ip.is_loopback:
        return Place.LOOPBACK
    if any(ip in network for network in _PRIVATE if network.version == ip.version):
        return Place.PRIVATE
    return Place.PUBLIC


def most_private(addresses: Iterable[IPAddress | str]) -> Place:
    """The most private of some addresses; PUBLIC for none."""
    return max(map(place_of, addresses), default=Place.PUBLIC)


def unwrap(ip: IPAddress) -> IPAddress:
    """The IPv4 address inside an IPv6 one, else the address itself.

    It is inside where it is mapped, compatible, translated by NAT64 (RFC 6052), or at the end of a tunnel (6to4 of RFC
    3056, Teredo of RFC 4380).
    """
    if isinstance(ip, ipaddress.IPv4Address):
        return ip
    inside = ip.ipv4_mapped or ip.sixtofour or (ip.teredo[1] if ip.teredo is not None else None)
    if inside is None and (ip in _NAT64 or (ip in _COMPATIBLE and int(ip) > 1)):
        inside = ipaddress.IPv4Address(int(ip) & 0xFFFFFFFF)
    return ip if inside is None else inside


def literal(host: str) -> IPAddress | None:
    """The address that a host is written as (`127.0.0.1`, `::1`, `[::1]`), None for a name."""
    text = host[1:-1] if host.startswith("[") and host.endswith("]") else host
    try:
        return ipaddress.ip_address(text) if "%" not in text else None
    except ValueError:
        return None


def is_loopback_host(host: str) -> bool:
    """Whether a host is `localhost` or a loopback address as written."""
    ip = literal(host)
    return host == "localhost" if ip is None else place_of(ip) is Place.LOOPBACK


def fault_of(host: str) -> str | None:
    """Why a host, as written in lower case, must never be asked; None where its spelling is in order.

    `non-canonical IP` for numbers that some resolvers read as an address, `local name` for names that mean this
    machine or a cloud's metadata service, `not a host name` for the rest.
    """
    if literal(host) is not None:
        return None
    stem = host.rstrip(".")
    if stem == "localhost" or stem.endswith(".localhost"):
        return None if host == "localhost" else "local name"
    if stem in _METADATA_NAMES:
        return "local name"
    if host != stem or not _name(host):
        return "not a host name"
    if _numeric(host.rpartition(".")[2]):
        return "non-canonical IP"
    return None
