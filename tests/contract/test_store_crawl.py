"""A store as a crawl's sink and memory, on both engines."""

from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest
from sqlalchemy import create_engine

from crawlers.ports import CrawlState, DocumentSink, QuarantineEntry
from crawlers.records import Document
from service.storage.crawl import StoreCrawlState, StoreSink
from service.storage.sql import SqlStore, migrate, open_store
from tests.contract.crawl_state import CrawlStateContract, Opened
from tests.contract.document_sink import DocumentSinkContract
from tests.contract.emptied import empty
from tests.contract.stored import LEASE, NOW


class OverAStore:
    """Opens stores at the address that a subclass sets, and closes them after each test."""

    url: str
    _open: list[SqlStore]

    @pytest.fixture(autouse=True)
    def _closed_afterwards(self, address: str) -> Iterator[None]:
        self.url = address
        self._open = []
        yield
        for store in self._open:
            store.close()

    def open(self) -> SqlStore:
        store = open_store(self.url)
        self._open.append(store)
        return store

    def close(self) -> None:
        self._open[-1].close()


class SinkOverAStore(OverAStore, DocumentSinkContract):
    def make_sink(self, folder: Path) -> DocumentSink:  # noqa: ARG002 - the address says where
        return StoreSink(self.open(), lambda: NOW)

    def reopen(self, sink: DocumentSink, folder: Path) -> DocumentSink:  # noqa: ARG002 - the store is the last opened
        self.close()
        return self.make_sink(folder)

    def stored(self, sink: DocumentSink) -> Mapping[str, Document]:  # noqa: ARG002 - the store is the last opened
        with self._open[-1].write() as work:
            leased = work.documents.claim(limit=1000, lease=LEASE * 0, now=NOW)
        return {one.document.id: one.document for one in leased}

    def quarantined(self, sink: DocumentSink) -> list[QuarantineEntry]:  # noqa: ARG002 - the store is the last opened
        with self._open[-1].read() as work:
            return [row.entry for row in work.quarantine.listing()][::-1]

    def kept(self, sink: DocumentSink, folder: Path, digest: str) -> bytes:  # noqa: ARG002 - the store is the last opened
        with self._open[-1].read() as work:
            file = work.attachments.file(digest)
        assert file is not None
        return file.content


class StateOverAStore(OverAStore, CrawlStateContract):
    def make_state(self, folder: Path) -> Opened:  # noqa: ARG002 - the address says where
        store = self.open()
        state: CrawlState = StoreCrawlState(store)
        return state, StoreSink(store, lambda: NOW)

    def reopen_state(self, opened: Opened, folder: Path) -> Opened:  # noqa: ARG002 - the store is the last opened
        self.close()
        return self.make_state(folder)


class OnSqlite:
    @pytest.fixture
    def address(self, tmp_path: Path) -> str:
        url = f"sqlite:///{tmp_path / 'yaowang.db'}"
        migrate(url)
        return url


class OnPostgres:
    @pytest.fixture
    def address(self, postgres_database: str) -> str:
        migrate(postgres_database)
        engine = create_engine(postgres_database)
        empty(engine)
        engine.dispose()
        return postgres_database


class TestSinkOnSqlite(OnSqlite, SinkOverAStore):
    pass


class TestStateOnSqlite(OnSqlite, StateOverAStore):
    pass


class TestSinkOnPostgres(OnPostgres, SinkOverAStore):
    pass


class TestStateOnPostgres(OnPostgres, StateOverAStore):
    pass
