"""The product's own chain in batches of 512: all of it, and its first tier alone.

`Installation` is what the product does with a document: gate, sink, judgement, events, alerts, roll-ups, outbox and
search index. `FirstTier` does with the same parts only what the peer does too: store, normalise, cut, judge, look for
words, sign, index.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

from analysis.assess import Analyser
from analysis.events.signing import signatures
from crawlers.gate import DEFAULT_LIMITS, admit_document
from crawlers.records import Document, SourceClass
from service.domain.people.person import Role
from service.flows.alerts.consider import Office
from service.flows.judging.assess import assess_pending
from service.flows.people.acts import add_person
from service.flows.telling.deliver import deliver_search
from service.loaded import keep_what_is_loaded
from service.ports.search import SearchDocument
from service.ports.store import Completion, Store
from service.search.fts import FtsSearch
from service.storage.crawl import StoreSink
from service.storage.sql import migrate, open_store
from tests.bench.texts import SOURCE_ID

__all__ = ["FirstTier", "Installation"]

BATCH = 512
_LEASE = timedelta(minutes=1)


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


class FirstTier:
    """The steps of the first tier through the product's own parts, nothing grouped, alerted or counted.

    As with the peer, the store does not wait for the disk, and whatever is loaded once is loaded: a first document has
    gone through. Unlike in the product, where only documents of the remit are signed, every text is.
    """

    def __init__(self, folder: Path, analyser: Analyser, first: Document) -> None:
        """Set up a store and an index, and let a document like `first` through."""
        url = f"sqlite:///{folder / 'yaowang.db'}"
        migrate(url)
        self._store = open_store(url, durable=False)
        self._search = FtsSearch(folder / "search.db")
        self._analyser, self._moment = analyser, first.fetched_at
        # As a worker does; the peer, in the same process, is spared as much.
        keep_what_is_loaded()
        self.signed = 0
        self.run([replace(first, id="first", native_id="first")])

    def run(self, documents: Sequence[Document]) -> None:
        """Take every document to the index."""
        sink = StoreSink(self._store, self._now)
        for begin in range(0, len(documents), BATCH):
            sink.put(documents[begin : begin + BATCH])
            self._search.index(self._judged())

    def _judged(self) -> list[SearchDocument]:
        with self._store.write() as work:
            leased = work.documents.claim(limit=BATCH, lease=_LEASE, now=self._moment)
        judged = self._analyser.assess([one.document for one in leased])
        signed = signatures([f"{one.document.title}\n{one.document.text}" for one in leased])
        self.signed += len(set(signed))
        completions = [
            Completion(leased=one, assessment=assessment) for one, assessment in zip(leased, judged, strict=True)
        ]
        with self._store.write() as work:
            work.documents.complete_all(completions, now=self._moment)
        with self._store.read() as work:
            return work.documents.search_documents_of([one.document.id for one in leased])

    def held(self) -> int:
        """Return how many documents the index holds, the first one aside."""
        return len(self._search.versions(after_seq=0, limit=100_000)) - 1

    def _now(self) -> datetime:
        return self._moment

    def close(self) -> None:
        """Give back the connections."""
        self._search.close()
        self._store.close()
