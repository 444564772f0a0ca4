"""Connections that ask for nothing keep no place: a server has few, and half a request holds one for as long as it likes.

Measured with 600 connections that each sent half a header: every other request was answered by 503, without end.
"""

import asyncio
from typing import cast

from uvicorn.protocols.http.h11_impl import H11Protocol, RequestResponseCycle

__all__ = ["PromptConnection"]


class PromptConnection(H11Protocol):
    """Closes a connection that has not sent the head of a request within `patience` seconds of beginning it.

    Beyond `crowd` connections the one that has waited longest makes room for who comes; one that is being answered, as a page
    that listens for news, never does.
    """

    patience = 15.0
    crowd = 384
    _late: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as the library declares it
        """Begin to wait for a request, and let the longest waiting go where there are too many."""
        super().connection_made(transport)
        self._wait()
        if len(self.connections) > self.crowd:
            waiting = [one for one in self.connections if isinstance(one, PromptConnection) and one.is_waiting]
            oldest = min(waiting, key=lambda one: one.since, default=None)
            if oldest is not None:
                # At once: closing takes a turn of the loop, in which many more may come.
                self.connections.discard(oldest)
                oldest.transport.close()

    def data_received(self, data: bytes) -> None:
        """Take what came; the head of a request, or a part of the next one, ends or begins the waiting."""
        before = self.cycle
        super().data_received(data)
        if self.cycle is not before or not self.is_waiting:
            self._wait_no_more()
        elif self._late is None:
            self._wait()

    def connection_lost(self, exc: Exception | None) -> None:
        """Wait for nothing any more."""
        self._wait_no_more()
        super().connection_lost(exc)

    @property
    def is_waiting(self) -> bool:
        """Whether no request of this connection is being answered."""
        # The library declares one from the start and has none before the first request.
        cycle = cast("RequestResponseCycle | None", self.cycle)
        return cycle is None or cycle.response_complete

    def _wait(self) -> None:
        self.since = self.loop.time()
        self._late = self.loop.call_later(self.patience, self.transport.close)

    def _wait_no_more(self) -> None:
        if self._late is not None:
            self._late.cancel()
            self._late = None
