"""Live updates: one poll of the alerts' revision a second, handed to a bounded number of open pages."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable

import structlog

__all__ = ["RevisionFeed", "TooManyStreamsError"]

_POLL_SECONDS = 1.0
_READ_SECONDS = 5.0
_MOST_STREAMS = 200
# More than anybody has pages open; one log-in must not take the live pages of all others.
_MOST_OF_ONE = 20
_STREAM_SECONDS = 300.0
# Without a change: whoever has logged out hears nothing of it, so nothing hurries.
_LOOK_SECONDS = 10.0

log = structlog.get_logger("yaowang")


class TooManyStreamsError(Exception):
    """As many pages listen as this process serves."""


class RevisionFeed:
    """Tells open pages when the alerts changed. The store is polled only while somebody listens."""

    def __init__(self, read_revision: Callable[[], int | None]) -> None:
        """Keep the (blocking) reader; it returns `None` where the store does not answer."""
        self._read = read_revision
        self._revision = 0
        self._listeners: Counter[str] = Counter()
        self._poll: asyncio.Task[None] | None = None
        self._stopped = False
        self._failure = ""

    def stop(self) -> None:
        """End every stream within a second, so that the server can drain."""
        self._stopped = True

    def check_room(self, who: str) -> None:
        """Raise `TooManyStreamsError` where no further page can listen, or none of this person."""
        if self._listeners.total() >= _MOST_STREAMS or self._listeners[who] >= _MOST_OF_ONE:
            raise TooManyStreamsError

    async def changes(self, who: str, still: Callable[[], Awaitable[bool | None]]) -> AsyncIterator[int]:
        """Yield the revision at once and then with every change, for at most five minutes, to a page of this person.

        `still` tells whether the page may go on listening, `None` where that is not known now. It is asked before every change
        and every ten seconds: a no ends the stream, and nothing is told before a yes.
        """
        self.check_room(who)
        self._listeners[who] += 1
        loop = asyncio.get_running_loop()
        end = loop.time() + _STREAM_SECONDS
        try:
            self._ensure_polling()
            seen = await self._fresh()
            yield seen
            look_at = loop.time() + _LOOK_SECONDS
            while not self._stopped and loop.time() < end:
                await asyncio.sleep(_POLL_SECONDS)
                if self._revision == seen and loop.time() < look_at:
                    continue
                may = await still()
                if may is None:
                    continue
                if not may:
                    return
                look_at = loop.time() + _LOOK_SECONDS
                if self._revision != seen:
                    seen = self._revision
                    yield seen
        finally:
            self._listeners -= Counter([who])

    def _ensure_polling(self) -> None:
        if self._poll is None or self._poll.done():
            self._poll = asyncio.create_task(self._keep_polling())

    async def _keep_polling(self) -> None:
        while self._listeners.total() and not self._stopped:
            await self._fresh()
            await asyncio.sleep(_POLL_SECONDS)

    async def _fresh(self) -> int:
        found: int | None = None
        try:
            async with asyncio.timeout(_READ_SECONDS):
                found = await asyncio.to_thread(self._read)
            self._failure = ""
        except TimeoutError:
            pass
        except Exception as error:  # Of a poll that ended no open page would know
            # Once, until the store answers again or something else takes its place.
            if repr(error) != self._failure:
                self._failure = repr(error)
                log.exception("live.failed", error=error)
        if found is not None:
            self._revision = found
        return self._revision
