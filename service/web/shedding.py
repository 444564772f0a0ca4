"""Who comes when there is no place left is told so at once, and the log once a minute.

Without a file descriptor for another connection asyncio itself tries two thousand times a second and tells of each try with
a traceback: 7 MB of log in forty seconds, in which nobody was answered, not even those who had been let in.
"""

import asyncio
import errno
import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Any

import structlog

if TYPE_CHECKING:
    from starlette.types import Receive, Scope, Send

__all__ = ["Refusals", "Shedding", "refuse", "shedding"]

_EXHAUSTED = frozenset({errno.EMFILE, errno.ENFILE})
_TOLD_SECONDS = 60.0
_IDLE_SECONDS = 0.5
# One for a copy of the listening socket, whose own asyncio does not give away, and one for who is let in to be told.
_SPARES = 2
_READ_BYTES = 65_536
_SENTENCE = "打开的连接过多，药望暂时不能再接受新的连接。请半分钟后刷新；一再出现时，请通知系统管理员。\n"

_BODY = _SENTENCE.encode()
_HEADERS = {
    "Content-Type": "text/plain; charset=utf-8",
    "Content-Length": str(len(_BODY)),
    "Retry-After": "30",
    "Cache-Control": "no-store",
    "Connection": "close",
}
_HEAD = ("HTTP/1.1 503 Service Unavailable", *(f"{name}: {value}" for name, value in _HEADERS.items()))
_ANSWER = "\r\n".join([*_HEAD, "", ""]).encode() + _BODY

log = structlog.get_logger("yaowang")


async def refuse(_scope: "Scope", _receive: "Receive", send: "Send") -> None:
    """Answer a request that was let in and cannot be served as one is answered that could not even be let in."""
    headers = [(name.lower().encode(), value.encode()) for name, value in _HEADERS.items()]
    await send({"type": "http.response.start", "status": 503, "headers": headers})
    await send({"type": "http.response.body", "body": _BODY})


class Refusals:
    """Counts who was refused, and tells the log of them once a minute."""

    def __init__(self, event: str) -> None:
        """Begin with nobody refused; `event` names the line of the log."""
        self._event = event
        self._count = 0
        self._told_at: float | None = None

    def add(self) -> None:
        """Count one more."""
        self._count += 1

    def tell(self, now: float, **words: object) -> None:
        """Write a line where somebody was refused since the last one and that is a minute ago."""
        if self._count and (self._told_at is None or now - self._told_at >= _TOLD_SECONDS):
            log.error(self._event, refused=self._count, **words)
            self._told_at, self._count = now, 0


class Shedding:
    """Handles what a loop reports: a connection that cannot be let in is answered by descriptors kept for that."""

    def __init__(self) -> None:
        """Take the descriptors that are kept in reserve."""
        self._spares: list[int] = []
        self._refused = Refusals("web.descriptors_exhausted")
        self._idle_until = 0.0
        self._reserve()

    def handle(self, loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
        """Answer 503 where descriptors ran out, and leave everything else to the loop."""
        error, listener = context.get("exception"), context.get("socket")
        if not (isinstance(error, OSError) and error.errno in _EXHAUSTED and listener is not None):
            loop.default_exception_handler(context)
            return
        if loop.time() < self._idle_until:
            return
        self.close()
        try:
            _refuse_one(listener.dup())
            self._refused.add()
        except BlockingIOError:
            # Nobody waits any more: asyncio goes on trying as often as its queue is long, and looks again in a second.
            self._idle_until = loop.time() + _IDLE_SECONDS
        except OSError:
            # Another thread took what was given back, or who came has gone.
            pass
        self._reserve()
        self._refused.tell(loop.time(), error=error)

    def close(self) -> None:
        """Give back what is kept in reserve."""
        while self._spares:
            os.close(self._spares.pop())

    def _reserve(self) -> None:
        # Another thread may have taken what was just given back; what is missing is taken the next time.
        with suppress(OSError):
            while len(self._spares) < _SPARES:
                self._spares.append(os.open(os.devnull, os.O_RDONLY | os.O_CLOEXEC))


@contextmanager
def shedding() -> Iterator[None]:
    """Let the running loop refuse what it has no descriptor for, for as long as this lasts."""
    loop, shed = asyncio.get_running_loop(), Shedding()
    loop.set_exception_handler(shed.handle)
    try:
        yield
    finally:
        loop.set_exception_handler(None)
        shed.close()


def _refuse_one(listener: socket.socket) -> None:
    with listener:
        listener.settimeout(0.0)
        come, _ = listener.accept()
    with come:
        come.settimeout(0.0)
        # What was asked is read first: closed over unread bytes, a connection is cut and the answer with it.
        with suppress(OSError):
            come.recv(_READ_BYTES)
        with suppress(OSError):
            come.send(_ANSWER)
            come.shutdown(socket.SHUT_WR)
