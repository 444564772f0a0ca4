"""Connections that ask for nothing keep no place: a server has few, and half a request holds one for as long as it likes.

Measured with 600 connections that each sent half a header: every other request was answered by 503, without end.
"""

import asyncio
from typing import Any, cast

from uvicorn.protocols.http.h11_impl import H11Protocol, RequestResponseCycle

from service.web.shedding import Refusals, refuse

__all__ = ["PromptConnection"]


class PromptConnection(H11Protocol):
    """Closes a connection that has not sent the head of a request within `patience` seconds of beginning it.

    Beyond `crowd` connections, where more than a `few` wait, the one that has waited longest makes room for who comes; one that
    is being answered, as a page that listens for news, never does. Where as many as the server's `limit_concurrency` are being answered, whoever asks is
    refused in a sentence.
    """

    patience = 15.0
    crowd = 384
    few = 32
    refused = Refusals("web.connections_exhausted")
    _late: asyncio.TimerHandle | None = None

    def __init__(self, *given: Any, **named: Any) -> None:
        """Begin as the library does, but refuse in its place: it says `Service Unavailable`, and writes a line for each."""
        super().__init__(*given, **named)
        self._most, self.limit_concurrency = self.limit_concurrency, None
        self._site, self.app = self.app, self._answer

    async def _answer(self, scope: Any, receive: Any, send: Any) -> None:
        # This request is among the tasks already.
        full = self._most is not None and (len(self.connections) >= self._most or len(self.tasks) > self._most)
        if full:
            self.refused.add()
            self.refused.tell(self.loop.time(), most=self._most)
        await (refuse if full else self._site)(scope, receive, send)

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as the library declares it
        """Begin to wait for a request, and let the longest waiting go where there are too many."""
        super().connection_made(transport)
        self._wait()
        if len(self.connections) > self.crowd:
            others = [one for one in self.connections if isinstance(one, PromptConnection) and one is not self]
            waiting = [one for one in others if one.is_waiting]
            # Where nearly all listen for news, who waits has only just come, and would be cut off before it could ask.
            if len(waiting) > self.few:
                oldest = min(waiting, key=lambda one: one.since)
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
