"""From which addresses the dashboard may be opened, as plain ASGI middleware."""

import ipaddress
from collections.abc import Sequence
from typing import TypeAlias

from starlette.responses import JSONResponse, PlainTextResponse
from starlette.types import ASGIApp, Receive, Scope, Send

__all__ = ["AddressGate", "Network", "may_come_from"]

Network: TypeAlias = ipaddress.IPv4Network | ipaddress.IPv6Network

# The supervisor asks whether the process lives, and a push is believed by its signature.
_OPEN = ("/healthz", "/readyz")
_SIGNED = "/api/push/"


def may_come_from(address: str, networks: Sequence[Network]) -> bool:
    """Tell whether `address` lies in one of `networks`; one that is none (a name, a socket) lies in none.

    An IPv4 address that comes as IPv6 (`::ffff:10.1.2.3`) counts as what it is.
    """
    try:
        found = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return False
    if found.version == 6 and found.ipv4_mapped is not None:  # noqa: PLR2004 - the protocol's number
        found = found.ipv4_mapped
    return any(found in network for network in networks)


class AddressGate:
    """Refuses requests from outside `networks`; without any, everybody comes in.

    The address is the one the server saw, or the one a reverse proxy on this machine named in `X-Forwarded-For`.
    """

    def __init__(self, app: ASGIApp, *, networks: Sequence[Network]) -> None:
        """Keep the application."""
        self._app = app
        self._networks = networks

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer 403 with a sentence that names the address, or hand on."""
        if scope["type"] != "http" or not self._networks or _is_open(scope["path"]):
            await self._app(scope, receive, send)
            return
        address = (scope.get("client") or ("", 0))[0]
        if may_come_from(address, self._networks):
            await self._app(scope, receive, send)
            return
        sentence = f"您的地址 {address or '（未知）'} 不在允许访问药望的范围内。请改用办公网络，或请系统管理员把它列入 admit_from。"
        if scope["path"].startswith("/api/"):
            await JSONResponse({"status": 403, "sentence": sentence}, status_code=403)(scope, receive, send)
        else:
            await PlainTextResponse(sentence, status_code=403)(scope, receive, send)


def _is_open(path: str) -> bool:
    return path in _OPEN or path.startswith(_SIGNED)
