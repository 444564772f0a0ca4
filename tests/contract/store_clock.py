"""What the store promises where the clock of the machine is set back: nothing waits for as long as it was ahead."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from crawlers.schedule.looks import Look
from service.domain.learning.opinion import OpinionState
from service.ports.store import OutboxRow, Store
from tests.contract.store_fetching import file_four, look_of
from tests.contract.store_opinions import question, queue
from tests.contract.stored import LEASE, NOW, assessment, claim, complete, document, put

HOUR, YEAR_AND_MORE = timedelta(hours=1), timedelta(days=400)
WAIT = timedelta(minutes=15)


def taken(store: Store, *, now: datetime = NOW) -> list[OutboxRow]:
    with store.write() as work:
        return work.outbox.claim(kinds=["mail"], limit=9, lease=LEASE, now=now)


def enqueue(store: Store, *keys: str, not_before: datetime | None = None) -> None:
    with store.write() as work:
        for key in keys:
            work.outbox.add(key, "mail", {}, now=NOW, not_before=not_before)


def hosts(store: Store, holder: str, *, now: datetime = NOW) -> dict[str, int]:
    with store.write() as work:
        return work.hosts.claim(["a.invalid"], holder=holder, now=now, until=now + 3 * LEASE)


class ClockContract:
    """Leases and times to come, over a clock that is set back."""

    @pytest.mark.parametrize("back", [timedelta(minutes=5), HOUR, YEAR_AND_MORE])
    def test_a_clock_set_back_keeps_neither_what_waits_nor_what_a_dead_worker_held(
        self, store: Store, back: timedelta
    ) -> None:
        put(store, document("held"), document("waits"))
        [held] = claim(store, limit=1)
        assert [one.document.native_id for one in claim(store, now=NOW - back)] == ["held", "waits"]
        with store.write() as work:
            assert not complete(work, held, assessment(held.document))
        assert claim(store, now=NOW - back) == []

    def test_a_clock_that_is_a_little_behind_takes_nothing_from_who_judges_it(self, store: Store) -> None:
        put(store, document("1"))
        claim(store)
        assert claim(store, now=NOW - 2 * LEASE) == []

    @pytest.mark.parametrize("back", [timedelta(minutes=5), HOUR, YEAR_AND_MORE])
    def test_what_waits_leaves_at_once_and_once_although_the_clock_was_set_back(
        self, store: Store, back: timedelta
    ) -> None:
        enqueue(store, "k")
        [row] = taken(store, now=NOW - back)
        with store.write() as work:
            assert work.outbox.done(row, now=NOW - back)
        assert taken(store, now=NOW - back) == []

    @pytest.mark.parametrize("back", [HOUR, YEAR_AND_MORE])
    def test_a_clock_set_back_keeps_no_row_of_a_dead_worker_and_no_further_try(
        self, store: Store, back: timedelta
    ) -> None:
        enqueue(store, "lost", "failed")
        lost, failed = taken(store)
        with store.write() as work:
            assert work.outbox.retry(failed, error="451", not_before=NOW + WAIT)
        assert taken(store, now=NOW) == []
        assert [row.key for row in taken(store, now=NOW - back)] == ["lost", "failed"]
        with store.write() as work:
            assert not work.outbox.done(lost, now=NOW - back)

    def test_what_was_to_leave_later_leaves_where_the_clock_was_set_back_and_not_before(self, store: Store) -> None:
        enqueue(store, "later", not_before=NOW + 2 * HOUR)
        assert taken(store) == []
        assert [row.key for row in taken(store, now=NOW - HOUR)] == ["later"]

    def test_a_clock_that_is_a_little_behind_takes_nothing_from_who_delivers_it(self, store: Store) -> None:
        enqueue(store, "k")
        taken(store)
        assert taken(store, now=NOW - 2 * LEASE) == []

    def test_a_clock_set_back_frees_a_host_that_nobody_let_go(self, store: Store) -> None:
        assert hosts(store, "one") == {"a.invalid": 1}
        assert hosts(store, "two", now=NOW - timedelta(minutes=2)) == {}
        assert hosts(store, "two", now=NOW - HOUR) == {"a.invalid": 2}

    @pytest.mark.parametrize("back", [HOUR, YEAR_AND_MORE])
    def test_a_clock_set_back_keeps_no_question_waiting_and_none_on_its_way_for_ever(
        self, store: Store, back: timedelta
    ) -> None:
        lost = question("2", state=OpinionState.ASKED, asked_at=NOW, ready_at=NOW + timedelta(minutes=3))
        queue(store, question(), lost)
        with store.read() as work:
            assert work.opinions.due(now=NOW - back, limit=9) == [question()]
            assert work.opinions.overdue(now=NOW - back, since=NOW - back) == [lost]
            assert work.opinions.overdue(now=NOW - timedelta(minutes=2), since=NOW - HOUR) == []

    @pytest.mark.parametrize("back", [HOUR, YEAR_AND_MORE])
    def test_a_clock_set_back_keeps_no_page_from_being_looked_at_again(self, store: Store, back: timedelta) -> None:
        file_four(store)
        begun, looked = look_of("1", due_at=NOW + HOUR), look_of("2", due_at=NOW + HOUR, since=NOW - 2 * back)

        def due(now: datetime, *looks: Look) -> list[str]:
            with store.write() as work:
                work.looks.save_all(looks)
                return [one.native_id for one in work.looks.due(["e1"], now=now, limit=9)]

        assert due(NOW - timedelta(minutes=2), begun, replace(looked, looked_at=NOW)) == []
        assert due(NOW - back) == ["1", "2"]
        assert due(NOW - back, replace(looked, looked_at=NOW - back), replace(begun, due_at=None)) == []

    @pytest.mark.parametrize("back", [HOUR, YEAR_AND_MORE])
    def test_a_clock_set_back_keeps_no_training_whose_process_died(self, store: Store, back: timedelta) -> None:
        with store.write() as work:
            work.models.wish(actor="管理员甲", now=NOW)
            assert work.models.claim(lease=LEASE, now=NOW) is not None
        with store.write() as work:
            assert work.models.claim(lease=LEASE, now=NOW - LEASE) is None
            again = work.models.claim(lease=LEASE, now=NOW - back)
            assert again is not None
            assert (again.started_at, again.tries) == (NOW - back, 2)
            assert work.models.claim(lease=LEASE, now=NOW - back) is None
