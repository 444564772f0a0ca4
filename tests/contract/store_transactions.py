"""What the store promises of transactions and of several workers at once."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier, Event, Thread

import pytest
from sqlalchemy.exc import SQLAlchemyError

from service.ports.store import Store
from tests.contract.stored import (
    LEASE,
    NOW,
    alert,
    assessment,
    claim,
    complete,
    document,
    event,
    judge_all,
    person,
    put,
    undone,
)

WORKERS = 4
LIMIT_S = 30
# Long enough for an act that nothing holds up to be done, on a busy machine too.
_A_MOMENT_S = 0.5


def together(act: Callable[[int], list[str]]) -> list[list[str]]:
    """Run `act` in several threads that start at the same moment; return what each returned."""
    barrier = Barrier(WORKERS, timeout=LIMIT_S)

    def started(number: int) -> list[str]:
        barrier.wait()
        return act(number)

    with ThreadPoolExecutor(WORKERS) as pool:
        return list(pool.map(started, range(WORKERS), timeout=LIMIT_S))


def meanwhile(act: Callable[[], object]) -> Thread:
    """Begin an act in a thread of its own, and give it time to be done unless it has to wait."""
    thread = Thread(target=act)
    thread.start()
    thread.join(_A_MOMENT_S)
    return thread


class TransactionsContract:
    """All or nothing, and one at a time where it matters."""

    def test_a_failed_transaction_leaves_nothing(self, store: Store) -> None:
        with undone(store) as work:
            work.documents.put([document("1")], now=NOW)
            work.events.save(event(), ["k"])
            work.alerts.save(alert())
            work.outbox.add("k", "mail", {}, now=NOW)
            work.audit.append(actor="p1", action="do", subject="a1", detail={}, now=NOW)
            work.rollups.add(hour=NOW, source_class="media", category="", region="", level=1, tone="neu")
            work.set_value("issue", 1)
        with store.read() as work:
            assert work.documents.count() == work.documents.pending_count() == 0
            assert [*work.events.listing(), *work.alerts.listing(), *work.audit.rows()] == []
            assert work.outbox.waiting() == {}
            assert work.rollups.hourly(since=NOW - timedelta(days=1), until=NOW) == {}
            assert work.value("issue") is None

    def test_an_error_does_not_carry_into_the_log_what_was_to_be_stored(self, store: Store) -> None:
        with store.write() as work:
            work.people.save(person("p1"))
        with pytest.raises(SQLAlchemyError) as failed, store.write() as work:
            work.people.save(person("p2", name=person("p1").name))
        assert "duty@office.invalid" not in f"{failed.value}{failed.value!r}"

    def test_a_failed_judgement_leaves_the_document_leased(self, store: Store) -> None:
        put(store, document("1"))
        [leased] = claim(store)
        with undone(store) as work:
            complete(work, leased, assessment(leased.document))
        with store.write() as work:
            assert work.documents.assessment_of(leased.document.id) is None
            assert complete(work, leased, assessment(leased.document), event_id=None, duplicate_of=None, now=NOW)

    def test_an_event_may_be_saved_after_its_members_within_one_transaction(self, store: Store) -> None:
        put(store, document("1"))
        with store.write() as work:
            judge_all(work, event_id="e1")
            work.alerts.save(alert())
            work.events.save(event(), [])
        with store.read() as work:
            assert len(work.events.documents("e1")) == 1

    def test_a_reference_to_nothing_is_refused_at_commit(self, store: Store) -> None:
        with pytest.raises(Exception, match=r"(?i)foreign key"), store.write() as work:
            work.alerts.save(alert(event_id="nowhere"))
        with store.read() as work:
            assert work.alerts.listing() == []

    def test_a_read_refuses_to_write(self, store: Store) -> None:
        with pytest.raises(Exception, match=r"(?i)read.?only|不能写入"), store.read() as work:
            work.set_value("issue", 1)

    def test_a_read_sees_one_state_while_others_write(self, store: Store) -> None:
        put(store, document("1"))
        with store.read() as reading:
            assert reading.documents.count() == 1
            put(store, document("2"))
            assert reading.documents.count() == 1
            assert reading.documents.get(document("2").id) is None
        with store.read() as reading:
            assert reading.documents.count() == 2

    def test_a_transaction_sees_its_own_writes(self, store: Store) -> None:
        with store.write() as work:
            work.people.save(person())
            assert work.people.get("p1") == person()

    def test_the_store_holds_together(self, store: Store) -> None:
        assert store.check() is None


class WorkersContract:
    """Several workers on one store."""

    def test_workers_claim_every_document_exactly_once(self, store: Store) -> None:
        put(store, *(document(str(number)) for number in range(200)))

        def work_off(_: int) -> list[str]:
            taken: list[str] = []
            while leased := claim(store, limit=7):
                with store.write() as work:
                    for one in leased:
                        verdict = assessment(one.document)
                        assert complete(work, one, verdict)
                taken += [one.document.id for one in leased]
            return taken

        taken = [name for names in together(work_off) for name in names]
        assert sorted(taken) == sorted(document(str(number)).id for number in range(200))
        with store.read() as work:
            assert work.documents.pending_count() == 0

    def test_workers_claim_every_outbox_row_exactly_once(self, store: Store) -> None:
        with store.write() as work:
            for number in range(100):
                work.outbox.add(str(number), "mail", {}, now=NOW)

        def work_off(_: int) -> list[str]:
            taken: list[str] = []
            while True:
                with store.write() as work:
                    rows = work.outbox.claim(kinds=["mail"], limit=3, lease=LEASE, now=NOW)
                    assert all(work.outbox.done(row, now=NOW) for row in rows)
                if not rows:
                    return taken
                taken += [row.key for row in rows]

        taken = [name for names in together(work_off) for name in names]
        assert sorted(taken) == sorted(str(number) for number in range(100))

    def test_the_same_documents_put_at_once_are_stored_once(self, store: Store) -> None:
        batch = [document(str(number)) for number in range(50)]

        def crawl(number: int) -> list[str]:
            with store.write() as work:
                result = work.documents.put(batch if number % 2 else batch[::-1], now=NOW)
            return ["added"] * result.added + ["known"] * result.known

        outcomes = [outcome for outcomes in together(crawl) for outcome in outcomes]
        assert (outcomes.count("added"), outcomes.count("known")) == (50, 50 * (WORKERS - 1))

    def test_the_same_key_enqueued_at_once_is_enqueued_once(self, store: Store) -> None:
        def enqueue(_: int) -> list[str]:
            with store.write() as work:
                return ["added"] if work.outbox.add("mail:a1", "mail", {}, now=NOW) else []

        assert sum(map(len, together(enqueue))) == 1

    def test_subjects_with_a_row_of_an_action_are_found_at_once(self, store: Store) -> None:
        with store.write() as work:
            for subject, action in (("a", "told"), ("a", "told"), ("b", "done"), ("c", "told")):
                work.audit.append(actor="p1", action=action, subject=subject, detail={}, now=NOW)
            assert work.audit.subjects_with("told", ["a", "b", "x"]) == {"a"}
            assert work.audit.subjects_with("told", []) == frozenset()

    def test_the_audit_chain_holds_under_many_writers(self, store: Store) -> None:
        def act(number: int) -> list[str]:
            for turn in range(20):
                with store.write() as work:
                    work.audit.append(actor=str(number), action="do", subject=str(turn), detail={}, now=NOW)
            return []

        together(act)
        with store.read() as work:
            assert work.audit.verify() is None
            assert [row.seq for row in work.audit.rows(limit=500)] == list(range(WORKERS * 20, 0, -1))

    def test_counts_added_at_once_are_not_lost(self, store: Store) -> None:
        def count(number: int) -> list[str]:
            for _ in range(10):
                with store.write() as work:
                    for tone in ("neg", "neu") if number % 2 else ("neu", "neg"):
                        work.rollups.add(hour=NOW, source_class="media", category="", region="", level=1, tone=tone)
            return []

        together(count)
        with store.read() as work:
            assert work.rollups.totals(since=NOW - timedelta(hours=1), until=NOW, by="tone") == {
                "neg": WORKERS * 10,
                "neu": WORKERS * 10,
            }

    def test_a_reader_is_not_kept_waiting_by_a_writer(self, store: Store) -> None:
        put(store, document("1"))
        inside, finish = Event(), Event()

        def write_slowly() -> None:
            with store.write() as work:
                work.documents.put([document("2")], now=NOW)
                inside.set()
                finish.wait(LIMIT_S)

        with ThreadPoolExecutor(1) as pool:
            writing = pool.submit(write_slowly)
            try:
                assert inside.wait(LIMIT_S)
                with store.read() as work:
                    assert work.documents.count() == 1
            finally:
                finish.set()
            writing.result(LIMIT_S)
