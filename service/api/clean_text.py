"""Keeps control characters away from pages and store, as plain ASGI middleware."""

import codecs
import re
from collections.abc import Callable

from python_multipart.exceptions import FormParserError
from python_multipart.multipart import MultipartParser, parse_options_header
from starlette.datastructures import Headers
from starlette.formparsers import MultiPartException
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

__all__ = ["CleanText"]

_ESCAPED_FORM = b"application/x-www-form-urlencoded"
_PARTED_FORM = b"multipart/form-data"
# What XML and databases do not take; a form in a browser can hold it by pasting. Tab and line ends stay.
_CONTROLS = bytes({*range(0x20), 0x7F} - {0x09, 0x0A, 0x0D})
# The same as it stands in a form or a query with escapes.
_FORBIDDEN = re.compile(rb"%(?:0[0-8bcef]|1[0-9a-f]|7f)|[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]", re.IGNORECASE)
_NO_ADDRESS = "网址中有不能使用的字符。"
_NO_FORM = "表单的内容无法读出，请返回后刷新页面再提交。"
_NO_CHARSET = "表单的编码不是 UTF-8，请用浏览器从本系统的页面提交。"


class CleanText:
    """Keeps control characters away: an address that holds one is refused, the fields of a form lose them either way it is sent.

    Files that a form holds stay byte for byte. Stands inside of `BodyLimit`, which bounds the form that is held here.
    """

    def __init__(self, app: ASGIApp) -> None:
        """Keep the application."""
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Look at path and query, then at the form."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        address = scope["path"].encode("utf-8", "replace") + b"\n" + scope.get("query_string", b"")
        if _FORBIDDEN.search(address):
            await PlainTextResponse(_NO_ADDRESS, status_code=400)(scope, receive, send)
            return
        # Read by whom the application's reader of forms asks, so that both see the same kind, boundary and parts.
        kind, options = parse_options_header(Headers(scope=scope).get("content-type"))
        if kind == _PARTED_FORM and not _is_utf8(options.get(b"charset", b"utf-8")):
            # In another encoding these bytes are other characters, and the characters other bytes.
            await PlainTextResponse(_NO_CHARSET, status_code=400)(scope, receive, send)
            return
        try:
            if kind == _ESCAPED_FORM:
                receive = await _unescaped(receive)
            elif kind == _PARTED_FORM and b"boundary" in options:
                receive = _parted(receive, _Parts(options[b"boundary"]))
            await self._app(scope, receive, send)
        except (MultiPartException, FormParserError):
            # Whoever reads a body that is no form, not as one, does not expect this; no answer has begun.
            await PlainTextResponse(_NO_FORM, status_code=400)(scope, receive, send)


def _is_utf8(charset: bytes) -> bool:
    try:
        return codecs.lookup(charset.decode("latin-1")).name == "utf-8"
    except (LookupError, ValueError):
        return False


async def _unescaped(receive: Receive) -> Receive:
    """Hold a form as a whole, since an escape may be cut in two, and return it cleaned."""
    body = bytearray()
    message = await receive()
    while message["type"] == "http.request":
        body += message.get("body", b"")
        if not message.get("more_body", False):
            message = {"type": "http.request", "body": _FORBIDDEN.sub(b"", bytes(body)), "more_body": False}
            break
        message = await receive()
    waiting: list[Message] = [message]

    async def receive_cleaned() -> Message:
        return waiting.pop() if waiting else await receive()

    return receive_cleaned


def _parted(receive: Receive, parts: "_Parts") -> Receive:
    """Return a form of parts cleaned piece by piece: one may hold a file of 64 MiB, which takes 65 ms here."""

    async def receive_cleaned() -> Message:
        message = await receive()
        if message["type"] != "http.request":
            return message
        try:
            return {**message, "body": parts.cleaned(message.get("body", b""))}
        except FormParserError as error:
            raise MultiPartException(_NO_FORM) from error

    return receive_cleaned


class _Parts:
    """Takes a form of parts piece by piece and writes it again, the fields and the headers of the parts without controls."""

    def __init__(self, boundary: bytes) -> None:
        self._line = b"--" + boundary
        self._written = bytearray()
        self._header = bytearray()
        self._value = bytearray()
        self._disposition = b""
        self._is_file = False
        self._parser = MultipartParser(
            boundary,
            {
                "on_part_begin": self._begin,
                "on_header_field": _appending(self._header),
                "on_header_value": _appending(self._value),
                "on_header_end": self._end_header,
                "on_headers_finished": self._end_headers,
                "on_part_data": self._take,
                "on_part_end": lambda: self._written.extend(b"\r\n"),
                "on_end": lambda: self._written.extend(self._line + b"--\r\n"),
            },
        )

    def cleaned(self, piece: bytes) -> bytes:
        """Return what can be said after this piece. Raises `FormParserError` for what is no form."""
        self._parser.write(piece)
        written = bytes(self._written)
        self._written.clear()
        return written

    def _begin(self) -> None:
        self._written += self._line + b"\r\n"
        self._disposition = b""

    def _end_header(self) -> None:
        value = self._value.translate(None, _CONTROLS)
        if self._header.lower() == b"content-disposition":
            self._disposition = bytes(value)
        self._written += self._header + b": " + value + b"\r\n"
        self._header.clear()
        self._value.clear()

    def _end_headers(self) -> None:
        self._is_file = b"filename" in parse_options_header(self._disposition)[1]
        self._written += b"\r\n"

    def _take(self, data: bytes, start: int, end: int) -> None:
        taken = data[start:end]
        self._written += taken if self._is_file else taken.translate(None, _CONTROLS)


def _appending(target: bytearray) -> Callable[[bytes, int, int], None]:
    def append(data: bytes, start: int, end: int) -> None:
        target.extend(data[start:end])

    return append
