"""A way out to one address that an administrator named: a service that the office itself runs or pays for.

The crawl's `Egress` reaches public addresses and nothing inside the office. What is called on purpose may well stand
inside, so that must be said: `inside` names the networks. Plain http leaves for those only.
"""

import ipaddress
from collections.abc import Collection
from dataclasses import dataclass

from crawlers.access.egress import (  # fmt: skip
    Address,
    Egress,
    EgressRefusal,
    EgressRefused,
    Network,
    Target,
    is_public_address,
    parse_target,
    resolve_by_system,
)

__all__ = ["EndpointEgress", "inside_network"]

# Where machines of a cloud answer for themselves, and what is no single machine.
_NEVER_INSIDE = tuple(
    ipaddress.ip_network(network)
    for network in ("0.0.0.0/8", "169.254.0.0/16", "224.0.0.0/3", "::/128", "fe80::/10", "ff00::/8", "fd00:ec2::/32")
)
_WIDEST = {4: 8, 6: 32}


def inside_network(written: str) -> Network:
    """Return an address or network (`10.3.0.8`, `10.3.0.0/24`, `127.0.0.1`) that may be called inside the office.

    Raises:
        ValueError: it is none, is wider than /8 (/32 of IPv6), or holds link-local, multicast or unspecified addresses.
    """
    network = ipaddress.ip_network(written.strip(), strict=False)
    if network.prefixlen < _WIDEST[network.version]:
        raise ValueError(f"{written} is too wide")
    if any(network.overlaps(never) for never in _NEVER_INSIDE if never.version == network.version):
        raise ValueError(f"{written} holds addresses that no service has")
    return network


@dataclass(frozen=True, eq=False)
class EndpointEgress(Egress):
    """Reaches exactly the host and port of one URL. Make one with `EndpointEgress.to()`."""

    target: Target | None = None
    inside: tuple[Network, ...] = ()

    @classmethod
    def to(cls, url: str, *, inside: Collection[Network] = ()) -> "EndpointEgress":
        """Allow the host and port of `url`: on public addresses by https, on those of `inside` by http too.

        Raises:
            EgressRefused: the URL is malformed, or neither http nor https.
        """
        target = parse_target(url)
        return cls(world=None, names=frozenset(), resolve=resolve_by_system, target=target, inside=tuple(inside))

    def check_url(self, url: str) -> Target:
        """Return where `url` points. Raises `EgressRefused` where it is not the one target, or its address is not allowed."""
        target = parse_target(url)
        if target != self.target:
            raise EgressRefused(EgressRefusal.URL, url)
        try:
            literal = ipaddress.ip_address(target.host)
        except ValueError:
            return target
        if not self.permits(literal, target.port):
            raise EgressRefused(EgressRefusal.ADDRESS, url)
        return target

    def permits(self, address: Address, port: int) -> bool:
        """Return whether a connection to `address` at `port` is allowed."""
        if self.target is None or port != self.target.port:
            return False
        plain = address.ipv4_mapped if isinstance(address, ipaddress.IPv6Address) else None
        shown = plain or address
        if any(shown in network for network in self.inside if network.version == shown.version):
            return True
        return self.target.scheme == "https" and is_public_address(shown)
