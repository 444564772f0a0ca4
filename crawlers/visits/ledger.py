"""The sink and the memory of a crawl, used from one thread of their own so that a slow store never stops the loop."""

import asyncio
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from types import TracebackType
from typing import Self, TypeVar

from crawlers.gate import GateRefusal
from crawlers.ports import CrawlState, DocumentSink, KeptFile, PutResult, QuarantineEntry, SourceProgress
from crawlers.records import Document

__all__ = ["Ledger"]

_T = TypeVar("_T")


class Ledger:
    """Runs every call on sink and state in one thread, in order: the same thread that made them."""

    def __init__(self, make_sink: Callable[[], DocumentSink], make_state: Callable[[], CrawlState]) -> None:
        """Take the factories; they are called on entry."""
        self._make_sink = make_sink
        self._make_state = make_state
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="crawl-ledger")
        self._sink: DocumentSink
        self._state: CrawlState

    async def __aenter__(self) -> Self:
        """Make sink and state in the thread that will use them."""
        self._sink = await self._run(self._make_sink)
        self._state = await self._run(self._make_state)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Let calls that are under way end; take no more."""
        self._thread.shutdown(wait=False)

    async def put(self, documents: Sequence[Document]) -> PutResult:
        """Store a batch; see `DocumentSink.put`."""
        return await self._run(lambda: self._sink.put(documents))

    async def keep(self, file: KeptFile) -> GateRefusal | None:
        """Store the bytes of a file; see `DocumentSink.keep`."""
        return await self._run(lambda: self._sink.keep(file))

    async def quarantine(self, entries: Sequence[QuarantineEntry]) -> None:
        """Keep what could not be taken; see `DocumentSink.quarantine`."""
        await self._run(lambda: self._sink.quarantine(entries))

    async def progress(self, source_id: str) -> SourceProgress:
        """Return what is remembered about a source."""
        return await self._run(lambda: self._state.progress(source_id))

    async def save_progress(self, progress: SourceProgress) -> None:
        """Replace what is remembered about a source."""
        await self._run(lambda: self._state.save_progress(progress))

    async def unseen(self, source_id: str, native_ids: Sequence[str]) -> set[str]:
        """Return those ids of which nothing is stored yet."""
        return await self._run(lambda: self._state.unseen(source_id, native_ids))

    async def _run(self, call: Callable[[], _T]) -> _T:
        return await asyncio.get_running_loop().run_in_executor(self._thread, call)
