"""The product's own chain: its gate, sink, judgement, events, alerts, outbox and search index, in batches of 512."""

from collections.abc import Callable, Sequence
from datetime import datetime
from pathlib import Path

from analysis.assess import Analyser
from crawlers.gate import DEFAULT_LIMITS, admit_document
from crawlers.records import Document, SourceClass
from service.domain.people import Role
from service.flows.assess import assess_pending
from service.flows.consider import Office
from service.flows.deliver import deliver_search
from service.flows.people import add_person
from service.ports.store import Store
from service.search.fts import FtsSearch
from service.storage.crawl import StoreSink
from service.storage.sql import migrate, open_store
from tests.bench.texts import SOURCE_ID

__all__ = ["Installation"]

BATCH = 512


class Installation:
    """An empty embedded installation in `folder`: a store, a search index, one duty officer, one source."""

    def __init__(self, folder: Path, analyser: Analyser, office: Office, moment: datetime) -> None:
        """Set it up; none of this belongs to what is measured."""
        url = f"sqlite:///{folder / 'yaowang.db'}"
        migrate(url)
        self.store: Store = open_store(url)
        self.search = FtsSearch(folder / "search.db")
        self._analyser, self._office, self._moment = analyser, office, moment
        add_person(self.store, name="值班", role=Role.OFFICER, by="system", now=moment, notify_from="yellow")
        described = {"id": SOURCE_ID, "name": "热榜", "source_class": str(SourceClass.HOT_LIST), "region": None}
        with self.store.write() as work:
            work.sources.describe([described | {"weight": 3.0, "credibility": None}])

    def run(self, documents: Sequence[Document]) -> None:
        """Take every document from gate to index."""
        sink = StoreSink(self.store, self._now)
        for begin in range(0, len(documents), BATCH):
            admitted = [admit_document(one, DEFAULT_LIMITS, self._moment) for one in documents[begin : begin + BATCH]]
            sink.put([one for one in admitted if isinstance(one, Document)])
            self._until_idle(self._assess)
            self._until_idle(self._deliver)

    def held(self) -> int:
        """Return how many documents the index holds."""
        return len(self.search.versions(after_seq=0, limit=100_000))

    def _assess(self) -> int:
        return assess_pending(self.store, self._analyser, office=self._office, now=self._now, limit=BATCH).claimed

    def _deliver(self) -> int:
        return deliver_search(self.store, self.search, now=self._now).delivered

    def _until_idle(self, step: Callable[[], int]) -> None:
        while step():
            pass

    def _now(self) -> datetime:
        return self._moment

    def close(self) -> None:
        """Give back the connections."""
        self.search.close()
        self.store.close()
