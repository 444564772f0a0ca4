"""A crawl's two needs over a store: a sink that is durable when it returns, and a memory of progress."""

import sys
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime

from crawlers.gate import GateRefusal
from crawlers.ports import KeptFile, PutResult, QuarantineEntry, SourceProgress
from crawlers.records import Document
from crawlers.remembered import ASKED_ANEW
from service.flows.crawl.fetching_again import asked_at
from service.flows.keeping.attachments import keep_file
from service.flows.keeping.former_ids import under_stored_ids
from service.flows.keeping.preserving import Preserver
from service.flows.policies.joining import join_library, news_of
from service.ports.store import Store, Work

__all__ = ["StoreCrawlState", "StoreSink"]


class StoreSink:
    """`crawlers.ports.DocumentSink` over a store; each call is one transaction."""

    def __init__(
        self,
        store: Store,
        now: Callable[[], datetime],
        *,
        attachment_bytes: int = sys.maxsize,
        preserver: Preserver | None = None,
    ) -> None:
        """Store into `store`, stamped with `now()`; attachments up to so many bytes altogether, pages as `preserver` keeps them."""
        self._store = store
        self._now = now
        self._attachment_bytes = attachment_bytes
        self._preserver = preserver

    def put(self, documents: Sequence[Document]) -> PutResult:
        """Store the batch in one transaction, idempotent by id and content hash; policies join the library in the same."""
        if not documents:
            return PutResult()
        now = self._now()
        with self._store.read() as work:
            documents = under_stored_ids(work, documents)
        pages = self._preserver.keep(self._store, documents) if self._preserver else []
        with self._store.write() as work:
            policies = news_of(work, documents)
            result = work.documents.put(documents, now=now)
            work.attachments.replace_rows(documents)
            join_library(work, policies, now=now)
            if self._preserver:
                self._preserver.record(work, pages, now=now)
            return result

    def keep(self, file: KeptFile) -> GateRefusal | None:
        """Store the bytes of an attachment, once for each hash; return why not where the bound is reached."""
        with self._store.write() as work:
            return keep_file(work, file, limit=self._attachment_bytes, now=self._now())

    def quarantine(self, entries: Sequence[QuarantineEntry]) -> None:
        """Keep what could not be taken, for a person to look at and replay."""
        if entries:
            with self._store.write() as work:
                work.quarantine.add(entries)


class StoreCrawlState:
    """`crawlers.ports.CrawlState` over a store; each call is one transaction."""

    def __init__(self, store: Store, is_current: Callable[[Work, str], bool] = lambda _work, _source_id: True) -> None:
        """Remember in `store`.

        `is_current` says whether this process still is the one that visits a source: what a late one remembers is not
        written over what its successor knows.
        """
        self._store = store
        self._is_current = is_current

    def progress(self, source_id: str) -> SourceProgress:
        """Return what is remembered; an empty progress for a source never crawled."""
        with self._store.read() as work:
            progress, asked = work.sources.progress(source_id), asked_at(work, source_id)
        return progress if asked is None else replace(progress, memory={**progress.memory, ASKED_ANEW: asked})

    def save_progress(self, progress: SourceProgress) -> None:
        """Replace what is remembered about one source."""
        with self._store.write() as work:
            if self._is_current(work, progress.source_id):
                work.sources.save_progress(progress)

    def unseen(self, source_id: str, native_ids: Sequence[str]) -> set[str]:
        """Return those of `native_ids` of which no document is stored yet."""
        with self._store.read() as work:
            return work.documents.unseen(source_id, native_ids)
