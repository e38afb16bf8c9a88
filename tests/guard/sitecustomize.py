"""Sockets reach loopback only: in the test run, and in every Python process that it starts (through PYTHONPATH)."""

import ipaddress
import socket

_NETWORKED = (socket.AF_INET, socket.AF_INET6)


def _check(family, address):
    if family not in _NETWORKED:
        return
    host = address[0]
    try:
        loopback = host == "localhost" or ipaddress.ip_address(host.split("%")[0]).is_loopback
    except ValueError:
        loopback = False
    if not loopback:
        raise AssertionError(f"a test tried to reach {host}")


def _guarded(real):
    def call(self, address, *rest):
        _check(self.family, address)
        return real(self, address, *rest)

    return call


def _guarded_sendto(real):
    def sendto(self, data, *rest):
        _check(self.family, rest[-1])
        return real(self, data, *rest)

    return sendto


def _guarded_lookup(real):
    def getaddrinfo(host, *rest, **more):
        name = host.decode() if isinstance(host, bytes) else host
        if name not in (None, "", "localhost"):
            try:
                ipaddress.ip_address(name.split("%")[0])
            except ValueError:
                raise socket.gaierror(socket.EAI_NONAME, f"tests look up no names: {name}") from None
        return real(host, *rest, **more)

    return getaddrinfo


if not hasattr(socket, "guarded"):
    socket.guarded = True
    socket.socket.connect = _guarded(socket.socket.connect)
    socket.socket.connect_ex = _guarded(socket.socket.connect_ex)
    socket.socket.sendto = _guarded_sendto(socket.socket.sendto)
    socket.getaddrinfo = _guarded_lookup(socket.getaddrinfo)
