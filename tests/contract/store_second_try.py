"""What the store promises of what was set aside, given up or is overdue, and is tried again."""

from datetime import timedelta

from crawlers.ports import QuarantineEntry
from service.ports.store import Store
from tests.contract.store_operation import HOUR, claim, enqueue
from tests.contract.stored import NOW


class SecondTryContract:
    """Rows of the quarantine and of the outbox; documents are with the documents."""

    def test_given_up_rows_leave_again_as_what_they_were_with_the_payload_given(self, store: Store) -> None:
        for key in ("first", "second", "fine"):
            enqueue(store, key)
        first, second, _ = claim(store)
        with store.write() as work:
            for row in (first, second):
                work.outbox.retry(row, error="550 拒收", not_before=NOW, dead=True)
            assert [row.key for row in work.outbox.given_up("mail", limit=9)] == ["first", "second"]
            assert [row.key for row in work.outbox.given_up("mail", limit=1)] == ["first"]
            assert work.outbox.given_up("search", limit=9) == []
            asked = {key: {"to": "new@office.invalid"} for key in ("second", "fine", "none")}
            assert work.outbox.leave_again(asked, now=NOW + HOUR) == {"second"}
            assert work.outbox.leave_again(asked, now=NOW + HOUR) == set()
            assert work.outbox.leave_again({}, now=NOW) == set()
            states = work.outbox.states(["first", "second", "fine"])
            assert states == {"first": "dead", "second": "waiting", "fine": "leased"}
            assert [(row["key"], row["error"]) for row in work.outbox.troubled()] == [
                ("second", "550 拒收"),
                ("first", "550 拒收"),
            ]
        [again] = [row for row in claim(store, now=NOW + HOUR) if row.key == "second"]
        assert (again.attempts, again.created_at, again.payload) == (2, NOW, {"to": "new@office.invalid"})

    def test_open_rows_of_a_stage_are_told_oldest_first_and_replayed_ones_are_not(self, store: Store) -> None:
        told = [("assess", "甲"), ("gate", "乙"), ("assess", "丙"), ("assess", "丁")]
        with store.write() as work:
            work.quarantine.add(
                [QuarantineEntry(stage=stage, reason="研判失败", detail=detail, at=NOW) for stage, detail in told]
            )
            first, second, third = work.quarantine.open_details("assess", limit=9)
            assert [first[1], second[1], third[1]] == ["甲", "丙", "丁"]
            work.quarantine.mark_replayed([], now=NOW)
            work.quarantine.mark_replayed([first[0], third[0]], now=NOW)
            assert work.quarantine.open_details("assess", limit=9) == [second]
            assert work.quarantine.open_details("gate", limit=0) == []

    def test_overdue_are_those_that_should_have_left_tried_or_not(self, store: Store) -> None:
        for key in ("fine", "failed", "dead", "nobody tried"):
            enqueue(store, key)
        enqueue(store, "batch", "search")
        with store.write() as work:
            work.outbox.add("later", "mail", {}, now=NOW, not_before=NOW + HOUR)
        fine, failed, dead = claim(store, limit=3)
        with store.write() as work:
            work.outbox.done(fine, now=NOW)
            work.outbox.retry(failed, error="连接被拒绝", not_before=NOW + HOUR)
            work.outbox.retry(dead, error="550 无此用户", not_before=NOW, dead=True)
            assert work.outbox.overdue("mail", since=NOW - timedelta(seconds=1)) == (0, None)
            assert work.outbox.overdue("mail", since=NOW) == (2, NOW)
            assert work.outbox.overdue("mail", since=NOW + HOUR) == (3, NOW)
            late = work.outbox.late("mail", since=NOW, limit=9)
            assert [(row.key, row.attempts) for row in late] == [("failed", 1), ("nobody tried", 0)]
            assert [row.key for row in work.outbox.late("mail", since=NOW, limit=1)] == ["failed"]
            assert [row.key for row in work.outbox.given_up("mail", limit=9, since=NOW)] == ["dead"]
            assert work.outbox.given_up("mail", limit=9, since=NOW + timedelta(microseconds=1)) == []
