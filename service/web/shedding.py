"""When no file descriptor is left for another connection: who comes is told so at once, and the log once a minute.

asyncio itself tries two thousand times a second and tells of each try with a traceback: 7 MB of log in forty seconds, in
which nobody was answered, not even those who had been let in.
"""

import asyncio
import errno
import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

import structlog

__all__ = ["Shedding", "shedding"]

_EXHAUSTED = frozenset({errno.EMFILE, errno.ENFILE})
_TOLD_SECONDS = 60.0
_IDLE_SECONDS = 0.5
# One for a copy of the listening socket, whose own asyncio does not give away, and one for who is let in to be told.
_SPARES = 2
_READ_BYTES = 65_536
_SENTENCE = "打开的连接过多，药望暂时不能再接受新的连接。请半分钟后刷新；一再出现时，请通知系统管理员。\n"

log = structlog.get_logger("yaowang")


def _answer() -> bytes:
    body = _SENTENCE.encode()
    head = (
        "HTTP/1.1 503 Service Unavailable",
        "Content-Type: text/plain; charset=utf-8",
        f"Content-Length: {len(body)}",
        "Retry-After: 30",
        "Cache-Control: no-store",
        "Connection: close",
    )
    return "\r\n".join([*head, "", ""]).encode() + body


_ANSWER = _answer()


class Shedding:
    """Handles what a loop reports: a connection that cannot be let in is answered by descriptors kept for that."""

    def __init__(self) -> None:
        """Take the descriptors that are kept in reserve."""
        self._spares: list[int] = []
        self._refused = 0
        self._idle_until = 0.0
        self._told_at: float | None = None
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
            self._refused += 1
        except BlockingIOError:
            # Nobody waits any more: asyncio goes on trying as often as its queue is long, and looks again in a second.
            self._idle_until = loop.time() + _IDLE_SECONDS
        except OSError:
            # Another thread took what was given back, or who came has gone.
            pass
        self._reserve()
        self._tell(loop.time(), error)

    def close(self) -> None:
        """Give back what is kept in reserve."""
        while self._spares:
            os.close(self._spares.pop())

    def _reserve(self) -> None:
        # Another thread may have taken what was just given back; what is missing is taken the next time.
        with suppress(OSError):
            while len(self._spares) < _SPARES:
                self._spares.append(os.open(os.devnull, os.O_RDONLY | os.O_CLOEXEC))

    def _tell(self, now: float, error: OSError) -> None:
        if self._refused and (self._told_at is None or now - self._told_at >= _TOLD_SECONDS):
            log.error("web.descriptors_exhausted", refused=self._refused, error=error)
            self._told_at, self._refused = now, 0


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
