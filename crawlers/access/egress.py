"""The one way out: every byte the crawl fetches leaves through an `Egress`, and only to vetted addresses.

Three layers, each enough alone against the common attack: the URL is checked before anything is resolved; the resolver
hands on vetted addresses only; the socket factory vets the very address that is about to be connected to, so neither a
second DNS answer nor a difference between URL parsers can point a connection elsewhere. Redirects are new requests and
pass all three again.
"""

import asyncio
import ipaddress
import socket
import threading
from collections.abc import Awaitable, Callable, Collection, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Self
from urllib.parse import urlsplit

import aiohttp
from aiohttp.abc import AbstractResolver, ResolveResult

from crawlers.access.hosts import HostMemory

__all__ = [
    "Address",
    "Egress",
    "EgressRefusal",
    "EgressRefused",
    "Network",
    "Target",
    "is_public_address",
    "parse_target",
    "resolve_by_system",
]

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
Network = ipaddress.IPv4Network | ipaddress.IPv6Network

RESOLVE_SECONDS = 5.0
MAX_ADDRESSES = 16
MAX_URL_LENGTH = 2048
PORT_OF_SCHEME = {"http": 80, "https": 443}

_GLOBAL_UNICAST_V6 = ipaddress.ip_network("2000::/3")
# Ranges that `is_global` lets through although they wrap, relay to or stand for other addresses.
_EXCLUDED = tuple(
    ipaddress.ip_network(network)
    for network in (
        "64:ff9b::/96",
        "64:ff9b:1::/48",
        "2002::/16",
        "2001::/32",
        "3fff::/20",
        "192.0.0.0/24",
        "192.88.99.0/24",
        "100.64.0.0/10",
    )
)
# Bounds the threads that a dead name server can hold: each waits for the system resolver, which may take 30 s.
_RESOLVER_SLOTS = threading.BoundedSemaphore(64)


class EgressRefusal(StrEnum):
    """Why a request was not let out."""

    URL = "url"
    SCHEME = "scheme"
    PORT = "port"
    ADDRESS = "address"
    NO_ADDRESS = "no_address"
    RESOLVER_TIMEOUT = "resolver_timeout"
    RESOLVER_BUSY = "resolver_busy"


class EgressRefused(OSError):  # noqa: N818 - it says what happened
    """A request was not let out; `reason` says why and `target` what was asked for."""

    def __init__(self, reason: EgressRefusal, target: str) -> None:
        """Keep the named reason and what was asked for."""
        super().__init__(f"egress refused ({reason}): {target[:200]}")
        self.reason = reason
        self.target = target


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """Where a checked URL points, before resolution."""

    scheme: str
    host: str
    port: int


Resolve = Callable[[str, int], Awaitable[Sequence[str]]]


def is_public_address(address: Address) -> bool:
    """Return whether `address` is a unicast address of the public internet.

    v4-mapped addresses are unwrapped first. NAT64, 6to4, Teredo and other ranges that `ipaddress` calls global, but
    that stand for other addresses, are not public.
    """
    if isinstance(address, ipaddress.IPv6Address):
        if address.ipv4_mapped is not None:
            return is_public_address(address.ipv4_mapped)
        if address.scope_id is not None or address not in _GLOBAL_UNICAST_V6:
            return False
    if any(address in network for network in _EXCLUDED if network.version == address.version):
        return False
    return address.is_global and not address.is_multicast and not address.is_reserved


@dataclass(frozen=True, eq=False)
class Egress:
    """What may be reached, and what is remembered about the hosts that were.

    Make one with `Egress.public()` or `Egress.for_world()`; keep it as long as the process crawls, because the pace
    and the robots rules of hosts live in `hosts`.
    """

    world: tuple[str, int] | None
    names: frozenset[str]
    resolve: Resolve
    hosts: HostMemory = field(default_factory=HostMemory)

    @classmethod
    def public(cls, *, resolve: Resolve | None = None) -> Self:
        """Allow public addresses on ports 80 and 443; `resolve` replaces the system's resolver."""
        return cls(world=None, names=frozenset(), resolve=resolve or resolve_by_system)

    @classmethod
    def for_world(cls, host: str, port: int, *, names: Collection[str] = ()) -> Self:
        """Allow exactly the loopback address `host` at `port`, and nothing public.

        Used by drills and tests. `names` are host names that stand for the address, so that one local server can
        play several hosts.

        Raises:
            ValueError: `host` is not a loopback address.
        """
        if not ipaddress.ip_address(host).is_loopback:
            raise ValueError(f"a local world must be on a loopback address, got {host}")

        async def resolve_in_world(name: str, _port: int) -> Sequence[str]:
            return [host] if name in names else []

        return cls(world=(host, port), names=frozenset(names), resolve=resolve_in_world)

    def check_url(self, url: str) -> Target:
        """Return where `url` points.

        Raises:
            EgressRefused: the URL is malformed, or its scheme, port or literal address is not allowed.
        """
        target = parse_target(url)
        if self.world is None and target.port != PORT_OF_SCHEME[target.scheme]:
            raise EgressRefused(EgressRefusal.PORT, url)
        if self.world is not None and target.port != self.world[1]:
            raise EgressRefused(EgressRefusal.PORT, url)
        literal = _literal(target.host)
        if literal is not None and not self.permits(literal, target.port):
            raise EgressRefused(EgressRefusal.ADDRESS, url)
        if literal is None and self.world is not None and target.host not in self.names:
            raise EgressRefused(EgressRefusal.ADDRESS, url)
        return target

    def permits(self, address: Address, port: int) -> bool:
        """Return whether a connection to `address` at `port` is allowed."""
        if self.world is not None:
            return (str(address), port) == self.world
        return port in PORT_OF_SCHEME.values() and is_public_address(address)

    async def vetted_addresses(self, host: str, port: int) -> tuple[Address, ...]:
        """Resolve `host` once, within 5 s, and return those of its first 16 addresses that are allowed.

        Raises:
            EgressRefused: none is allowed, or the resolver took too long.
            OSError: the name does not resolve.
        """
        try:
            async with asyncio.timeout(RESOLVE_SECONDS):
                answers = await self.resolve(host, port)
        except TimeoutError as error:
            raise EgressRefused(EgressRefusal.RESOLVER_TIMEOUT, host) from error
        if not answers:
            raise EgressRefused(EgressRefusal.NO_ADDRESS, host)
        addresses = [ipaddress.ip_address(answer) for answer in answers[:MAX_ADDRESSES]]
        vetted = tuple(address for address in addresses if self.permits(address, port))
        if not vetted:
            raise EgressRefused(EgressRefusal.ADDRESS, f"{host} -> {addresses[0]}")
        return vetted

    def connector(self, *, limit: int = 64) -> aiohttp.TCPConnector:
        """Return a connector that can only connect to allowed addresses; call it inside a running loop."""
        return aiohttp.TCPConnector(
            resolver=_VettingResolver(self),
            use_dns_cache=False,
            limit=limit,
            limit_per_host=4,
            socket_factory=self._open_socket,
            enable_cleanup_closed=False,
        )

    def _open_socket(self, address_info: tuple[Any, ...]) -> socket.socket:
        family, kind, protocol, _, sockaddr = address_info
        literal = ipaddress.ip_address(sockaddr[0])
        if not self.permits(literal, sockaddr[1]):
            raise EgressRefused(EgressRefusal.ADDRESS, f"{sockaddr[0]}:{sockaddr[1]}")
        opened = socket.socket(family=family, type=kind, proto=protocol)
        opened.setblocking(False)  # noqa: FBT003 - the socket interface takes it by position
        return opened


class _VettingResolver(AbstractResolver):
    def __init__(self, egress: Egress) -> None:
        self._egress = egress

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        addresses = await self._egress.vetted_addresses(host.rstrip("."), port)
        return [
            ResolveResult(
                hostname=host,
                host=str(address),
                port=port,
                family=socket.AF_INET6 if address.version == 6 else socket.AF_INET,  # noqa: PLR2004 - IP versions
                proto=0,
                flags=socket.AI_NUMERICHOST,
            )
            for address in addresses
            if family in (socket.AF_UNSPEC, socket.AF_INET6 if address.version == 6 else socket.AF_INET)  # noqa: PLR2004
        ]

    async def close(self) -> None:
        """Nothing is held."""


async def resolve_by_system(host: str, port: int) -> Sequence[str]:
    """Ask the system's resolver, in a thread of its own that never keeps the process from ending.

    The default executor is not used: its threads are joined at exit, and a dead name server holds them for 30 s.
    """
    loop = asyncio.get_running_loop()
    answer: asyncio.Future[Sequence[str]] = loop.create_future()
    if not _RESOLVER_SLOTS.acquire(blocking=False):
        raise EgressRefused(EgressRefusal.RESOLVER_BUSY, host)

    def ask() -> None:
        outcome: Sequence[str] | OSError = socket.gaierror(socket.EAI_FAIL, "the resolver broke")
        try:
            found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
            outcome = list(dict.fromkeys(str(entry[4][0]) for entry in found))
        except OSError as error:
            outcome = error
        except UnicodeError as error:
            outcome = socket.gaierror(socket.EAI_NONAME, str(error))
        finally:
            _RESOLVER_SLOTS.release()
            if not loop.is_closed():
                loop.call_soon_threadsafe(_settle, answer, outcome)

    threading.Thread(target=ask, name=f"resolve {host}", daemon=True).start()
    return await answer


def _settle(answer: asyncio.Future[Sequence[str]], outcome: Sequence[str] | OSError) -> None:
    if answer.done():
        return
    if isinstance(outcome, OSError):
        answer.set_exception(outcome)
    else:
        answer.set_result(outcome)


def parse_target(url: str) -> Target:
    """Return where a well-formed http or https URL points. Raises `EgressRefused` for any other."""
    if len(url) > MAX_URL_LENGTH or any(character <= " " or character in '\\\x7f"<>' for character in url):
        raise EgressRefused(EgressRefusal.URL, url)
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError as error:
        raise EgressRefused(EgressRefusal.URL, url) from error
    if parts.scheme not in PORT_OF_SCHEME:
        raise EgressRefused(EgressRefusal.SCHEME, url)
    if not parts.hostname or "@" in parts.netloc or "%" in parts.netloc:
        raise EgressRefused(EgressRefusal.URL, url)
    host = _ascii_host(parts.hostname, url)
    return Target(scheme=parts.scheme, host=host, port=PORT_OF_SCHEME[parts.scheme] if port is None else port)


def _ascii_host(hostname: str, url: str) -> str:
    if _literal(hostname) is not None:
        return hostname
    try:
        host = hostname.encode("idna").decode("ascii").lower().rstrip(".")
    except UnicodeError as error:
        raise EgressRefused(EgressRefusal.URL, url) from error
    # A name of the public internet has a letter in its last label; what has none is an address in disguise
    # (2130706433, 0177.0.0.1, 127.1), and 0x7f.1 hides one behind a letter.
    last = host.rsplit(".", 1)[-1]
    if not host or last.isdigit() or last.startswith("0x") or _literal(host) is not None:
        raise EgressRefused(EgressRefusal.ADDRESS, url)
    return host


def _literal(host: str) -> Address | None:
    try:
        return ipaddress.ip_address(host)
    except ValueError:
        return None
