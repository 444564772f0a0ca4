"""A store with its folder of evidence, and a crawl of the press on loopback into them."""

import asyncio
import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Protocol

from crawlers.access.egress import Egress
from crawlers.records import Document, Source
from crawlers.run import crawl
from crawlers.second_look import Errand, PageAgain, look_again
from service.domain.documents.evidence import EvidenceRecord, EvidenceRules
from service.flows.keeping.preserving import Preserver
from service.ports.store import Store
from service.storage.crawl import StoreCrawlState, StoreSink
from service.storage.evidence_files import EvidenceFolder
from tests.flows.press import Page, Press

__all__ = ["ARTICLE", "RULES", "Preserved", "body_of", "sha256"]

RULES = EvidenceRules(page_bytes=4 * 2**20, kept_for=timedelta(days=400))
ARTICLE = "/a/1.html"


class HandClock(Protocol):
    """A clock that a test sets forward by hand."""

    def __call__(self) -> datetime: ...

    def forward(self, **span: float) -> None: ...


@dataclass
class Preserved:
    """A store with its folder of evidence, and a crawl into them."""

    store: Store
    folder: Path
    press: Press
    egress: Egress
    clock: HandClock
    rules: EvidenceRules = RULES

    @property
    def files(self) -> EvidenceFolder:
        return EvidenceFolder(self.folder)

    @property
    def preserver(self) -> Preserver:
        return Preserver(files=self.files, rules=self.rules)

    def sink(self) -> StoreSink:
        return StoreSink(self.store, self.clock, preserver=self.preserver)

    def visit(self, source: Source) -> None:
        asyncio.run(
            crawl(
                [source],
                make_sink=self.sink,
                make_state=lambda: StoreCrawlState(self.store),
                egress=self.egress,
                now=self.clock,
                author_key=b"0123456789abcdef",
                time_limit_seconds=20,
            )
        )

    def look_again(self, source: Source, *paths: str) -> None:
        documents = {str(one.url): one for one in self.documents()}
        found = [documents[self.press.url(path)] for path in paths]
        pages = tuple(
            PageAgain(document_id=one.id, native_id=one.native_id, title=one.title, url=str(one.url)) for one in found
        )
        asyncio.run(
            look_again(
                [Errand(source=source, pages=pages, canary=None)],
                make_sink=self.sink,
                make_state=lambda: StoreCrawlState(self.store),
                egress=self.egress,
                now=self.clock,
                author_key=b"0123456789abcdef",
                time_limit_seconds=20,
            )
        )

    def documents(self) -> list[Document]:
        with self.store.read() as work:
            ids = dict.fromkeys(one.document_id for one in work.evidence.stretch())
            return [found for found in map(work.documents.get, ids) if found is not None]

    def records(self) -> list[EvidenceRecord]:
        with self.store.read() as work:
            return list(work.evidence.stretch())

    def file(self, record: EvidenceRecord) -> Path:
        return self.folder / record.sha256[:2] / f"{record.sha256[2:]}.gz"


def body_of(press: Press, path: str) -> bytes:
    served = press.pages[path]
    assert isinstance(served, Page)
    return served.body


def sha256(body: bytes) -> str:
    return hashlib.sha256(body).hexdigest()
