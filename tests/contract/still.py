"""A way to a server that can stand still: its kernel takes what is sent and every new connection, and nobody answers."""

import selectors
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress

__all__ = ["WayThatStandsStill", "way_that_stands_still"]

_LOOK_SECONDS = 0.02
_PART_BYTES = 65_536


class WayThatStandsStill:
    """Passes bytes on between who connects and one server, unless it `stands`."""

    def __init__(self, server: tuple[str, int]) -> None:
        self.stands, self._ended = threading.Event(), threading.Event()
        self._server = server
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._selector = selectors.DefaultSelector()
        self._selector.register(self._listener, selectors.EVENT_READ)
        self._thread = threading.Thread(target=self._pass_on, daemon=True)
        self._thread.start()

    @property
    def port(self) -> int:
        return int(self._listener.getsockname()[1])

    def close(self) -> None:
        self._ended.set()
        self._thread.join(10)
        for key in list(self._selector.get_map().values()):
            self._drop(key.fileobj)
        self._selector.close()

    def _pass_on(self) -> None:
        while not self._ended.is_set():
            if self.stands.is_set():
                self._ended.wait(_LOOK_SECONDS)
                continue
            for key, _ in self._selector.select(_LOOK_SECONDS):
                if key.fileobj is self._listener:
                    self._let_in()
                elif key.fd in self._selector.get_map():
                    self._forward(key.fileobj, key.data)

    def _let_in(self) -> None:
        come, there = self._listener.accept()[0], socket.create_connection(self._server, timeout=10)
        self._selector.register(come, selectors.EVENT_READ, there)
        self._selector.register(there, selectors.EVENT_READ, come)

    def _forward(self, source: object, target: socket.socket) -> None:
        assert isinstance(source, socket.socket)
        part = b""
        with suppress(OSError):
            part = source.recv(_PART_BYTES)
            target.sendall(part)
        if not part:
            self._drop(source)
            self._drop(target)

    def _drop(self, one: object) -> None:
        assert isinstance(one, socket.socket)
        with suppress(KeyError, ValueError):
            self._selector.unregister(one)
        one.close()


@contextmanager
def way_that_stands_still(host: str, port: int) -> Iterator[WayThatStandsStill]:
    """Open a way to the server for as long as this lasts."""
    way = WayThatStandsStill((host, port))
    try:
        yield way
    finally:
        way.close()
