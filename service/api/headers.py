"""Response headers and request bounds, as plain ASGI middleware: it must not buffer the event stream."""

import asyncio
import secrets
from collections.abc import MutableMapping
from typing import Any
from urllib.parse import urlsplit

from starlette.datastructures import MutableHeaders
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

__all__ = ["BodyLimit", "SecurityHeaders", "complete"]

_BODY_BYTES = 1024 * 1024
_IMPORT_BYTES = 64 * 1024 * 1024
_IMPORTS = frozenset({"/import", "/matters/import", "/policies/import"})
_LONGEST_LENGTH = 19
# The server itself waits for ever, and each body that it waits for takes one of its 512 places.
_SILENCE_SECONDS = 30.0
_BODY_SECONDS = 900.0


class SecurityHeaders:
    """Gives every response its content-security policy with a fresh nonce (`scope["state"]["nonce"]`) and its companions."""

    def __init__(self, app: ASGIApp, *, https: bool) -> None:
        """Keep the application; `https` adds strict transport security."""
        self._app = app
        self._https = https

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Add the headers to the response start."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        nonce = secrets.token_urlsafe(16)
        state: MutableMapping[str, Any] = scope.setdefault("state", {})
        state["nonce"] = nonce
        static = scope["path"].startswith("/static/")

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                _stay_here(MutableHeaders(scope=message))
                complete(MutableHeaders(scope=message), nonce, https=self._https, static=static)
            await send(message)

        await self._app(scope, receive, send_with_headers)


def _stay_here(headers: MutableHeaders) -> None:
    """Lead to a path of wherever the browser is: an address with a host has that from the request, which anybody may write."""
    parts = urlsplit(headers.get("location", ""))
    if parts.netloc:
        path = f"/{parts.path.lstrip('/')}"
        headers["location"] = f"{path}?{parts.query}" if parts.query else path


def complete(headers: MutableHeaders, nonce: str, *, https: bool, static: bool = False) -> None:
    """Set the security headers of one response; the stricter policy that a route gave a file of others stays."""
    headers.setdefault(
        "Content-Security-Policy",
        f"default-src 'self'; script-src 'self' 'nonce-{nonce}'; style-src 'self' 'nonce-{nonce}'; "
        "img-src 'self' data:; object-src 'none'; base-uri 'none'; frame-ancestors 'none'; form-action 'self'",
    )
    headers["X-Content-Type-Options"] = "nosniff"
    # Nothing is told to other sites; `no-referrer` would also blank the origin of our own forms.
    headers["Referrer-Policy"] = "same-origin"
    headers["Cross-Origin-Opener-Policy"] = "same-origin"
    headers["Permissions-Policy"] = "camera=(), microphone=(), geolocation=()"
    if https:
        headers["Strict-Transport-Security"] = "max-age=31536000"
    # A page holds what its role may see; of static files only those asked for by their mark are kept unasked.
    headers.setdefault("Cache-Control", "no-cache" if static else "no-store")


class BodyLimit:
    """Refuses a request body above 1 MiB (64 MiB for an import) before anything reads it whole.

    One of which nothing comes for 30 s, or that is not there after 15 minutes, is waited for no longer.
    """

    def __init__(self, app: ASGIApp) -> None:
        """Keep the application."""
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Check the declared length, then count what really comes."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        limit = _IMPORT_BYTES if scope["path"] in _IMPORTS else _BODY_BYTES
        declared = dict(scope["headers"]).get(b"content-length", b"0")
        if not declared.isdigit() or len(declared) > _LONGEST_LENGTH or int(declared) > limit:
            await PlainTextResponse("请求内容过大。", status_code=413)(scope, receive, send)
            return
        await self._app(scope, _bounded(receive, limit), send)


def _bounded(receive: Receive, limit: int) -> Receive:
    """Return what comes as far as bytes and time allow; beyond, it looks like a client that went away in the middle."""
    clock = asyncio.get_running_loop().time
    end, taken, whole = clock() + _BODY_SECONDS, 0, False

    async def receive_bounded() -> Message:
        nonlocal taken, whole
        if whole:
            # What comes after a request is only that its client went away, however long its answer takes.
            return await receive()
        try:
            async with asyncio.timeout(min(_SILENCE_SECONDS, end - clock())):
                message = await receive()
        except TimeoutError:
            return {"type": "http.disconnect"}
        taken += len(message.get("body", b""))
        whole = not message.get("more_body", False)
        return message if taken <= limit else {"type": "http.disconnect"}

    return receive_bounded
