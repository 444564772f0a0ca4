"""Leases and the outbox against a model of plain dictionaries, in random order, with several workers and stale hands."""

import shutil
import tempfile
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    MultipleResults,
    RuleBasedStateMachine,
    initialize,
    invariant,
    multiple,
    rule,
)

from service.ports.store import LeasedDocument, OutboxRow
from service.storage.sql import migrate, open_store
from tests.contract.stored import LEASE, NOW, assessment, complete, document, undone

# Every step commits, and each commit waits for the disk: in memory, where there is such a folder, that costs nothing.
MEMORY = "/dev/shm" if Path("/dev/shm").is_dir() else None  # noqa: S108 - mkdtemp makes the names
KINDS = ("mail", "search")
NAMES = st.sampled_from(["a", "b", "c"])
WAITS = st.sampled_from([timedelta(0), timedelta(seconds=1), LEASE, LEASE * 6])
MAX_ATTEMPTS = 3


@dataclass
class Queued:
    """One row of either queue as the model sees it; `ready` is `None` once nothing may claim it."""

    ready: datetime | None
    kind: str = ""
    text: str = ""
    fence: int = 0
    attempts: int = 0
    leased: bool = False
    failed: bool = field(default=False)

    def lease(self, now: datetime) -> None:
        self.ready, self.leased = now + LEASE, True
        self.fence += 1
        self.attempts += 1

    def put_back(self, ready: datetime | None) -> None:
        self.ready, self.leased = ready, False


@cache
def empty_database() -> Path:
    file = Path(tempfile.mkdtemp(prefix="yaowang-model-", dir=MEMORY)) / "empty.db"
    migrate(f"sqlite:///{file}")
    return file


class QueuesAndModel(RuleBasedStateMachine):
    leases = Bundle("leases")
    rows = Bundle("rows")

    @initialize()
    def start(self) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="yaowang-model-", dir=MEMORY))
        shutil.copy(empty_database(), self.folder / "store.db")
        self.store = open_store(f"sqlite:///{self.folder / 'store.db'}")
        self.now = NOW
        # Both in order of arrival, as a dictionary keeps it.
        self.documents: dict[str, Queued] = {}
        self.outbox: dict[str, Queued] = {}
        # Something to claim from the first step on; else most steps of a run find both queues empty.
        for name in ("a", "b"):
            self.collect(name, "原文")
            self.enqueue(name, "mail")

    def teardown(self) -> None:
        self.store.close()
        shutil.rmtree(self.folder)

    @rule(name=NAMES, text=st.sampled_from(["原文", "更正"]))
    def collect(self, name: str, text: str) -> None:
        with self.store.write() as work:
            result = work.documents.put([document(name, text=text)], now=self.now)
        known = self.documents.get(name)
        assert (result.added, result.edited) == (known is None, known is not None and known.text != text)
        if known is None:
            self.documents[name] = Queued(ready=self.now, text=text)
        elif known.text != text:
            known.text, known.attempts = text, 0
            known.fence += 1
            known.put_back(self.now)

    @rule(name=NAMES)
    def collect_in_vain(self, name: str) -> None:
        with undone(self.store) as work:
            work.documents.put([document(name, text="未提交")], now=self.now)
            work.outbox.add(name, "mail", {}, now=self.now)
            work.outbox.claim(kinds=KINDS, limit=9, lease=LEASE, now=self.now)
            work.documents.claim(limit=9, lease=LEASE, now=self.now)

    @rule(target=leases, limit=st.integers(1, 3), wait=WAITS)
    def claim_documents(self, limit: int, wait: timedelta) -> MultipleResults[LeasedDocument]:
        self.now += wait
        with self.store.write() as work:
            leased = work.documents.claim(limit=limit, lease=LEASE, now=self.now)
        due = [name for name, one in self.documents.items() if one.ready is not None and one.ready <= self.now][:limit]
        for name in due:
            self.documents[name].lease(self.now)
        expected = [(name, self.documents[name].text, self.documents[name].attempts) for name in due]
        assert [(one.document.native_id, one.document.text, one.attempts) for one in leased] == expected
        return multiple(*leased)

    @rule(leased=leases, judged=st.booleans())
    def finish_document(self, leased: LeasedDocument, judged: bool) -> None:
        one = self.documents[leased.document.native_id]
        held = one.leased and one.fence == leased.fence
        verdict = assessment(leased.document, model=f"fence-{leased.fence}")
        with self.store.write() as work:
            if judged:
                assert complete(work, leased, verdict, now=self.now) is held
                assert not held or work.documents.assessment_of(leased.document.id) == verdict
                ready = None
            else:
                aside = work.documents.release(leased, error="失败", now=self.now, max_attempts=MAX_ATTEMPTS)
                assert aside is (held and one.attempts >= MAX_ATTEMPTS)
                ready = None if aside else self.now
        if held:
            one.put_back(ready)

    @rule(key=NAMES, kind=st.sampled_from(KINDS))
    def enqueue(self, key: str, kind: str) -> None:
        with self.store.write() as work:
            assert work.outbox.add(key, kind, {"key": key}, now=self.now) is (key not in self.outbox)
        self.outbox.setdefault(key, Queued(ready=self.now, kind=kind))

    @rule(target=rows, kinds=st.sampled_from([KINDS, KINDS[:1]]), limit=st.integers(1, 3), wait=WAITS)
    def claim_rows(self, kinds: tuple[str, ...], limit: int, wait: timedelta) -> MultipleResults[OutboxRow]:
        self.now += wait
        with self.store.write() as work:
            claimed = work.outbox.claim(kinds=kinds, limit=limit, lease=LEASE, now=self.now)
        waiting = [(key, one) for key, one in self.outbox.items() if one.kind in kinds and one.ready is not None]
        due = [key for key, one in waiting if one.ready is not None and one.ready <= self.now][:limit]
        for key in due:
            self.outbox[key].lease(self.now)
        assert [(row.key, row.attempts) for row in claimed] == [(key, self.outbox[key].attempts) for key in due]
        return multiple(*claimed)

    @rule(row=rows, outcome=st.sampled_from(["done", "later", "at once", "dead"]))
    def finish_row(self, row: OutboxRow, outcome: str) -> None:
        one = self.outbox[row.key]
        held = one.leased and one.fence == row.fence
        later = self.now + timedelta(seconds=300 if outcome == "later" else 0)
        with self.store.write() as work:
            if outcome == "done":
                assert work.outbox.done(row, now=self.now) is held
            else:
                taken = work.outbox.retry(row, error="拒收", not_before=later, dead=outcome == "dead")
                assert taken is held
        if held:
            one.put_back(None if outcome in {"done", "dead"} else later)
            one.failed = outcome != "done"

    @invariant()
    def both_agree(self) -> None:
        waiting = [one.kind for one in self.outbox.values() if one.ready is not None]
        with self.store.read() as work:
            assert work.documents.count() == len(self.documents)
            assert work.documents.pending_count() == sum(one.ready is not None for one in self.documents.values())
            assert work.outbox.waiting() == {kind: waiting.count(kind) for kind in set(waiting)}
            troubled = {row["key"] for row in work.outbox.troubled()}
        assert troubled == {
            key for key, one in self.outbox.items() if one.failed or (one.ready is not None and one.attempts > 1)
        }


TestQueuesAndModel = QueuesAndModel.TestCase
TestQueuesAndModel.settings = settings(max_examples=40, stateful_step_count=30)
