"""The way out to a listener that the settings name: its host and port, nothing else; this machine where it is named itself."""

import ipaddress
from collections.abc import Sequence

from crawlers.access.egress import parse_target
from crawlers.access.endpoint import EndpointEgress, inside_network

__all__ = ["is_loopback", "way_to"]

_THIS_MACHINE = ("127.0.0.0/8", "::1/128")


def is_loopback(host: str) -> bool:
    """Tell whether a host names this machine: `localhost`, or an address of loopback."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def way_to(url: str, inside: Sequence[str] = ()) -> EndpointEgress:
    """Return the way out to the host and port of `url`; `inside` are the office's networks, as settings write them.

    Raises:
        EgressRefused: the URL is malformed, or neither http nor https.
    """
    own = _THIS_MACHINE if is_loopback(parse_target(url).host) else ()
    return EndpointEgress.to(url, inside=[inside_network(written) for written in (*inside, *own)])
