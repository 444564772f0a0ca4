"""What the store promises of rows of the outbox that leave in their order, one at a time."""

from datetime import datetime, timedelta

from service.ports.store import OutboxRow, Store
from tests.contract.store_operation import HOUR, enqueue
from tests.contract.stored import LEASE, NOW


def in_turn(store: Store, *, now: datetime = NOW) -> OutboxRow | None:
    with store.write() as work:
        return work.outbox.claim_in_turn("webhook", patience=HOUR, lease=LEASE, now=now)


class InTurnContract:
    """A group reads in order: nothing passes what waits, for a while."""

    def test_rows_that_leave_in_turn_leave_one_at_a_time_in_their_order(self, store: Store) -> None:
        for key in ("1", "2"):
            enqueue(store, key, "webhook")
        enqueue(store, "3")
        first = in_turn(store)
        assert first is not None
        assert (first.key, first.attempts, first.payload["nested"]) == ("1", 1, [1, {"字": None}])
        assert in_turn(store) is None
        with store.write() as work:
            assert work.outbox.done(first, now=NOW)
        second = in_turn(store)
        assert second is not None
        assert second.key == "2"

    def test_what_leaves_in_turn_is_passed_by_nothing_until_patience_ends(self, store: Store) -> None:
        enqueue(store, "1", "webhook")
        row = in_turn(store)
        assert row is not None
        with store.write() as work:
            work.outbox.add("2", "webhook", {}, now=NOW + LEASE)
            assert work.outbox.retry(row, error="忙", not_before=NOW + 9 * HOUR)
        assert in_turn(store, now=NOW + HOUR - timedelta(microseconds=1)) is None
        passing = in_turn(store, now=NOW + HOUR)
        assert passing is not None
        assert passing.key == "2"
        again = in_turn(store, now=NOW + 9 * HOUR)
        assert again is not None
        assert (again.key, again.attempts) == ("1", 2)

    def test_what_leaves_in_turn_comes_back_after_the_lease_of_a_worker_that_died(self, store: Store) -> None:
        enqueue(store, "1", "webhook")
        in_turn(store)
        assert in_turn(store, now=NOW + LEASE - timedelta(microseconds=1)) is None
        row = in_turn(store, now=NOW + LEASE)
        assert row is not None
        assert row.attempts == 2

    def test_a_dead_row_holds_up_nothing(self, store: Store) -> None:
        for key in ("1", "2"):
            enqueue(store, key, "webhook")
        row = in_turn(store)
        assert row is not None
        with store.write() as work:
            assert work.outbox.retry(row, error="机器人地址无效", not_before=NOW, dead=True)
        following = in_turn(store)
        assert following is not None
        assert following.key == "2"
