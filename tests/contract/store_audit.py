"""What the store promises of the audit trail."""

from datetime import timedelta, timezone

from service.domain.audit import GENESIS, START, ChainEnd, chain_hash
from service.domain.people.person import Role
from service.ports.store import Store
from tests.contract.stored import NOW, undone

HOUR = timedelta(hours=1)
SHANGHAI = timezone(timedelta(hours=8))


class AuditContract:
    """The chain of what was done."""

    def test_rows_chain_from_the_genesis_hash(self, store: Store) -> None:
        with store.write() as work:
            first = work.audit.append(actor="p1", action="alert.close", subject="a1", detail={"why": "澄清"}, now=NOW)
            second = work.audit.append(actor="system", action="mail.accepted", subject="a1", detail={}, now=NOW)
        assert (first.seq, first.previous_hash) == (1, GENESIS)
        assert (second.seq, second.previous_hash) == (2, first.hash)
        facts = {"actor": "p1", "action": "alert.close", "subject": "a1", "detail": {"why": "澄清"}}
        assert first.hash == chain_hash(GENESIS, seq=1, at=NOW, **facts)  # type: ignore[arg-type] # literals above

    def test_rows_read_back_equal_newest_first_by_subject_and_page(self, store: Store) -> None:
        with store.write() as work:
            rows = [
                work.audit.append(actor="p1", action="do", subject=subject, detail={"n": 1.5, "l": [1]}, now=NOW)
                for subject in ("a", "b", "a")
            ]
        with store.read() as work:
            assert work.audit.rows() == rows[::-1]
            assert [row.seq for row in work.audit.rows(subject="a")] == [3, 1]
            assert [row.seq for row in work.audit.rows(before_seq=3, limit=1)] == [2]
            assert [row.seq for row in work.audit.rows(actor="p1", subject="b")] == [2]
            assert work.audit.rows(actor="p2") == work.audit.rows(action="other") == []

    def test_rows_are_read_as_they_stood_at_a_moment(self, store: Store) -> None:
        with store.write() as work:
            for hour in range(3):
                work.audit.append(actor="p1", action="do", subject="a", detail={}, now=NOW + hour * HOUR)
        with store.read() as work:
            assert [row.seq for row in work.audit.rows(until=NOW + HOUR)] == [2, 1]
            assert [row.seq for row in work.audit.rows(until=NOW + HOUR, before_seq=2)] == [1]
            assert work.audit.rows(until=NOW - HOUR) == []

    def test_the_last_act_of_anybody_else_is_found_behind_any_number_of_rows_of_one(self, store: Store) -> None:
        with store.write() as work:
            for hour, (actor, subject) in enumerate([("p1", "a"), ("p2", "b"), ("p1", "c")]):
                work.audit.append(actor=actor, action="do", subject=subject, detail={}, now=NOW + hour * HOUR)
            for _ in range(30):
                work.audit.append(actor="system", action="do", subject="a", detail={}, now=NOW + 9 * HOUR)
            assert work.audit.last_besides("system", ["a", "b"]) == NOW + HOUR
        with store.read() as work:
            assert work.audit.last_besides("system", ["a"]) == NOW
            assert work.audit.last_besides("p2", ["b", "d"]) is work.audit.last_besides("p1", []) is None

    def test_rows_are_seen_and_the_chain_holds_within_the_transaction_that_appends(self, store: Store) -> None:
        with store.write() as work:
            first = work.audit.append(actor="p1", action="do", subject="a", detail={}, now=NOW)
            assert work.audit.rows() == [first]
            second = work.audit.append(actor="p1", action="do", subject="a", detail={}, now=NOW)
            assert work.audit.verify() is None
            third = work.audit.append(actor="p1", action="do", subject="b", detail={}, now=NOW)
        with store.write() as work:
            fourth = work.audit.append(actor="p1", action="do", subject="b", detail={}, now=NOW)
        with store.read() as work:
            assert work.audit.rows() == [fourth, third, second, first]
            assert work.audit.verify() is None

    def test_an_untouched_chain_holds(self, store: Store) -> None:
        with store.write() as work:
            assert work.audit.verify() is None
            for number in range(20):
                work.audit.append(actor="p1", action="do", subject=str(number), detail={"n": number}, now=NOW)
        with store.read() as work:
            assert work.audit.verify() is None

    def test_the_chain_is_walked_from_any_row_and_its_end_is_recorded(self, store: Store) -> None:
        with store.read() as work:
            assert work.audit.head() == work.audit.at(0) == START
            assert work.audit.first_since(NOW) is None
        with store.write() as work:
            rows = [
                work.audit.append(actor="p1", action="do", subject="s", detail={"n": n}, now=NOW + n * HOUR)
                for n in range(4)
            ]
        with store.read() as work:
            assert list(work.audit.chain()) == rows
            assert list(work.audit.chain(after=2)) == rows[2:]
            assert work.audit.first_since(NOW + HOUR) == 2
            assert work.audit.first_since(NOW + 9 * HOUR) is None
            assert work.audit.at(3) == ChainEnd(seq=3, hash=rows[2].hash)
            assert work.audit.at(5) is None
            assert work.audit.head() == ChainEnd(seq=4, hash=rows[3].hash)
            assert [work.audit.verify(after=n) for n in (0, 2, 4)] == [None, None, None]
            assert work.audit.verify(after=7) == 7

    def test_from_a_moment_on_the_trail_begins_with_its_first_row_also_where_a_clock_was_set_back(
        self, store: Store
    ) -> None:
        with store.write() as work:
            for hours in (0, 3, 2, 4):
                work.audit.append(actor="p1", action="do", subject="s", detail={}, now=NOW + hours * HOUR)
        with store.read() as work:
            assert work.audit.first_since(NOW + 2 * HOUR) == 2

    def test_a_time_in_another_zone_and_a_detail_of_tuples_hash_alike_when_read_back(self, store: Store) -> None:
        with store.write() as work:
            detail = {"tuple": (1, 2), "when": NOW, "role": Role.OFFICER, "set": {"b", "a"}, "2": 1, "10": 1}
            row = work.audit.append(actor="p1", action="do", subject="s", detail=detail, now=NOW.astimezone(SHANGHAI))
        with store.read() as work:
            assert work.audit.rows() == [row]
            assert work.audit.verify() is None

    def test_a_rolled_back_act_leaves_no_gap(self, store: Store) -> None:
        with undone(store) as work:
            work.audit.append(actor="p1", action="do", subject="lost", detail={}, now=NOW)
        with store.write() as work:
            row = work.audit.append(actor="p1", action="do", subject="kept", detail={}, now=NOW)
            assert work.audit.verify() is None
        assert row.seq == 1
