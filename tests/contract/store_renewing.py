"""What the store promises of leases that are renewed while their work goes on."""

from datetime import datetime

from service.ports.store import OutboxRow, Store
from tests.contract.stored import LEASE, NOW, assessment, claim, complete, document, put


def taken(store: Store, *, now: datetime = NOW) -> list[OutboxRow]:
    with store.write() as work:
        return work.outbox.claim(kinds=["mail"], limit=9, lease=LEASE, now=now)


class RenewingContract:
    """A lease lasts for as long as it is renewed by who holds it."""

    def test_a_lease_that_is_renewed_lasts_on_under_its_fence_and_counts_as_no_further_try(self, store: Store) -> None:
        put(store, document("1"), document("2"), document("3"))
        one, two, three = claim(store)
        with store.write() as work:
            assert complete(work, three, assessment(three.document))
            work.documents.renew([one, two, three], lease=LEASE, now=NOW + LEASE / 2)
        assert claim(store, now=NOW + LEASE) == []
        again = claim(store, now=NOW + 2 * LEASE)
        assert [(leased.document.native_id, leased.attempts) for leased in again] == [("1", 2), ("2", 2)]

    def test_a_late_worker_renews_neither_what_another_holds_nor_what_was_given_back(self, store: Store) -> None:
        put(store, document("1"), document("2"))
        late, given_back = claim(store)
        with store.write() as work:
            work.documents.release(given_back, error="x", now=NOW, max_attempts=1)
        [current] = claim(store, now=NOW + LEASE)
        with store.write() as work:
            work.documents.renew([late, given_back], lease=9 * LEASE, now=NOW + LEASE)
            assert work.documents.pending_count() == 1
        assert [leased.document for leased in claim(store, now=NOW + 2 * LEASE)] == [current.document]

    def test_the_lease_of_a_message_that_is_renewed_lasts_on_and_that_of_a_late_worker_does_not(
        self, store: Store
    ) -> None:
        with store.write() as work:
            work.outbox.add("k", "mail", {}, now=NOW)
        [row] = taken(store)
        with store.write() as work:
            assert work.outbox.renew(row, lease=LEASE, now=NOW + LEASE / 2)
        assert taken(store, now=NOW + LEASE) == []
        [current] = taken(store, now=NOW + 2 * LEASE)
        with store.write() as work:
            assert not work.outbox.renew(row, lease=LEASE, now=NOW + 2 * LEASE)
            assert work.outbox.done(current, now=NOW + 2 * LEASE)
            assert not work.outbox.renew(current, lease=LEASE, now=NOW + 2 * LEASE)
