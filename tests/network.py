"""Keeps tests on this machine: a socket that leaves loopback, and a name that is not local, are errors."""

import ipaddress
import socket
from typing import Any

__all__ = ["OutsideNetworkError", "block_outside"]

# Kept for tests and documentation (RFC 2606), so the answer is known without asking.
NEVER_RESOLVED = (".invalid", ".test", ".example")


class OutsideNetworkError(Exception):
    """A test tried to leave the machine. No OSError, so that nothing takes it for an unreachable source."""


def block_outside() -> None:
    """Replace `connect`, `connect_ex`, `sendto` and `getaddrinfo` of this process by guarded ones."""
    connect, connect_ex, getaddrinfo = socket.socket.connect, socket.socket.connect_ex, socket.getaddrinfo

    def guarded_connect(self: socket.socket, address: Any) -> None:
        _check_address(self, address)
        connect(self, address)

    def guarded_connect_ex(self: socket.socket, address: Any) -> int:
        _check_address(self, address)
        return connect_ex(self, address)

    def guarded_getaddrinfo(host: Any, *arguments: Any, **options: Any) -> Any:
        name = host.decode() if isinstance(host, bytes) else host
        if str(name).endswith(NEVER_RESOLVED):
            raise socket.gaierror(socket.EAI_NONAME, f"{name} is a reserved name")
        if name not in {None, "", "localhost", socket.gethostname()} and not _is_address(name):
            message = f"a test asked for the address of {name}"
            raise OutsideNetworkError(message)
        return getaddrinfo(host, *arguments, **options)

    socket.socket.connect = guarded_connect  # type: ignore[assignment,method-assign]
    socket.socket.connect_ex = guarded_connect_ex  # type: ignore[assignment,method-assign]
    socket.getaddrinfo = guarded_getaddrinfo


def _check_address(connection: socket.socket, address: Any) -> None:
    if connection.family not in {socket.AF_INET, socket.AF_INET6}:
        return
    host = str(address[0]).partition("%")[0]
    if host == "localhost" or (_is_address(host) and ipaddress.ip_address(host).is_loopback):
        return
    message = f"a test tried to connect to {address!r}"
    raise OutsideNetworkError(message)


def _is_address(host: str) -> bool:
    try:
        ipaddress.ip_address(host.partition("%")[0])
    except ValueError:
        return False
    return True
