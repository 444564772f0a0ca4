"""The Scrapy item pipeline: gate, batch, sink. Batches are bounded in size and age, and flushed when a visit ends."""

import asyncio
from typing import Any, Self

from scrapy.crawler import Crawler

from crawlers.gate import DEFAULT_LIMITS, GateRefusal, admit_document
from crawlers.pages import UNREAD
from crawlers.ports import QuarantineEntry
from crawlers.records import Document, DocumentKind
from crawlers.visits.visit import Surroundings, Visit

__all__ = ["SinkPipeline"]

BATCH_DOCUMENTS = 256
# A slow, polite visit takes minutes; what it has is handed on every second, so that alerts do not wait for its end.
BATCH_SECONDS = 1.0


class SinkPipeline:
    """Hands documents and quarantine entries of one visit to the ledger."""

    def __init__(self, surroundings: Surroundings, visit: Visit) -> None:
        """Start with nothing held."""
        self.surroundings = surroundings
        self.visit = visit
        self._held: list[Document] = []
        self._refused: list[QuarantineEntry] = []
        self._writing = asyncio.Lock()
        self._timer: asyncio.Task[None] | None = None

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Take surroundings and visit from the spider.

        Raises:
            TypeError: the spider carries none.
        """
        surroundings = getattr(crawler.spider, "surroundings", None)
        visit = getattr(crawler.spider, "visit", None)
        if not isinstance(surroundings, Surroundings) or not isinstance(visit, Visit):
            raise TypeError("SinkPipeline needs a spider that carries Surroundings and a Visit")
        return cls(surroundings, visit)

    async def process_item(self, item: Any) -> Any:
        """Hold one item; write when the batch is full, else within a second."""
        if isinstance(item, QuarantineEntry):
            self._quarantine(item)
        elif isinstance(item, Document):
            self._admit(item)
        else:
            raise TypeError(f"spiders yield documents or quarantine entries, got {type(item).__name__}")
        if len(self._held) + len(self._refused) >= BATCH_DOCUMENTS:
            await self.flush()
        elif self._timer is None:
            self._timer = asyncio.create_task(self._flush_later())
            self._timer.add_done_callback(_look_at)
        return item

    async def close_spider(self) -> None:
        """Write what is held."""
        timer, self._timer = self._timer, None
        if timer is not None and not self._writing.locked():
            timer.cancel()
        await self.flush()

    async def flush(self) -> None:
        """Write what is held, one batch at a time.

        Where the sink fails, `visit.unstored` stays above zero: the visit is reported as failed, keeps no validators,
        and the next one takes the same documents again.
        """
        async with self._writing:
            documents, self._held = self._held, []
            refused, self._refused = self._refused, []
            await self._put([document for document in documents if UNREAD not in document.extras])
            await self._put_unread([document for document in documents if UNREAD in document.extras])
            if refused:
                await self.surroundings.ledger.quarantine(refused)
                self.visit.unstored -= len(refused)

    async def _put(self, documents: list[Document]) -> None:
        if not documents:
            return
        result = await self.surroundings.ledger.put(documents)
        self.visit.unstored -= len(documents)
        self.visit.added += result.added
        self.visit.edited += result.edited
        self.visit.known += result.known
        for document in documents:
            self.visit.settle(document.native_id)

    async def _put_unread(self, documents: list[Document]) -> None:
        """Store what lists say of pages that could not be had: it settles nothing and counts as nothing taken."""
        if documents:
            await self.surroundings.ledger.put(documents)
            self.visit.unstored -= len(documents)

    def _admit(self, document: Document) -> None:
        admitted = admit_document(document, DEFAULT_LIMITS, self.surroundings.clock())
        if isinstance(admitted, GateRefusal):
            if document.kind is not DocumentKind.HOT_ENTRY:
                self.visit.miss(document.native_id)
            self._quarantine(
                QuarantineEntry(
                    stage="gate",
                    reason=admitted.reason,
                    detail=f"{document.url or document.native_id}：{admitted.detail}",
                    source_id=document.source_id,
                    sample=document.text.encode(errors="replace")[: 64 * 1024],
                    at=self.surroundings.clock(),
                )
            )
            return
        self.visit.unstored += 1
        if UNREAD not in admitted.extras and admitted.native_id not in self.visit.again:
            self.visit.found(admitted)
        self._held.append(admitted)

    def _quarantine(self, entry: QuarantineEntry) -> None:
        self.visit.quarantined += 1
        self.visit.unstored += 1
        self.visit.dropped[entry.reason] += 1
        self._refused.append(entry)

    async def _flush_later(self) -> None:
        await asyncio.sleep(BATCH_SECONDS)
        self._timer = None
        await self.flush()


def _look_at(timer: asyncio.Task[None]) -> None:
    """Read the outcome, so that a failed write is not reported a second time as an unread exception."""
    if not timer.cancelled():
        timer.exception()
