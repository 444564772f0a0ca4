"""What the store promises of silences, the duty roster, members of units, notices, batches, and of mails taken back."""

from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor, wait
from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from service.domain.alerts.alert import AlertLevel
from service.domain.people.person import Person, Role
from service.domain.people.roster import Shift
from service.domain.refusal import Conflict, NotFound
from service.domain.telling.silence import Matcher, MatcherField, Silence
from service.flows.alerts.acts import acknowledge
from service.flows.alerts.silences import end_silence
from service.flows.people.roster import remove_shift
from service.ports.routing import Batch, Notice
from service.ports.store import Store
from tests.contract.store_transactions import WORKERS, together
from tests.contract.stored import LEASE, NOW, alert, event, person, undone

HOUR = timedelta(hours=1)


def silence(name: str, *, ends_at: datetime, begins_at: datetime = NOW, created_at: datetime = NOW) -> Silence:
    return Silence(
        id=name,
        matchers=(Matcher(MatcherField.PRODUCT, "清云注射液"), Matcher(MatcherField.REGION, "3607")),
        up_to=AlertLevel.ORANGE,
        author="值班员甲",
        reason="已掌握，办理中",
        begins_at=begins_at,
        ends_at=ends_at,
        created_at=created_at,
    )


_END: Mapping[str, Callable[[Store, Person], object]] = {
    "silence": lambda store, who: end_silence(store, who, "s1", now=NOW),
    "shift": lambda store, who: remove_shift(store, who, "f", now=NOW),
}


def shift(name: str, begins: int, ends: int, *, deputy_id: str | None = None) -> Shift:
    return Shift(
        id=name,
        name="白班",
        begins_at=NOW + begins * HOUR,
        ends_at=NOW + ends * HOUR,
        person_id="p1",
        deputy_id=deputy_id,
        made_by="值班负责人",
        made_at=NOW,
    )


def notice(key: str, *, told: bool, at: datetime = NOW) -> Notice:
    return Notice(
        key=key,
        alert_id="a1",
        occasion="first_raise:orange",
        person_id="p1",
        person_name="值班员甲",
        told=told,
        why="白班值班" if told else "已静默",
        level=AlertLevel.ORANGE,
        at=at,
    )


class SilencesContract:
    """Silences."""

    def test_a_silence_reads_back_equal_and_is_replaced(self, store: Store) -> None:
        made = silence("s1", ends_at=NOW + HOUR)
        ended = replace(made, ended_at=NOW, ended_by="值班员乙")
        with store.write() as work:
            work.silences.save(made)
            assert work.silences.get("s1") == made
            work.silences.save(ended)
            assert work.silences.get("s1") == ended
            assert work.silences.get("s2") is None

    def test_what_is_over_or_was_ended_is_not_active_and_is_kept(self, store: Store) -> None:
        later = silence("later", ends_at=NOW + 3 * HOUR, begins_at=NOW + HOUR, created_at=NOW + HOUR)
        running = silence("running", ends_at=NOW + 2 * HOUR)
        with store.write() as work:
            for one in (later, running, silence("over", ends_at=NOW)):
                work.silences.save(one)
            work.silences.save(replace(silence("ended", ends_at=NOW + HOUR), ended_at=NOW, ended_by="乙"))
            assert work.silences.active(NOW) == [running, later]
            assert [one.id for one in work.silences.listing(limit=2)] == ["later", "ended"]
            assert len(work.silences.listing()) == 4


class RosterContract:
    """Shifts and members of units."""

    def test_shifts_that_touch_a_time_come_in_order(self, store: Store) -> None:
        before, first, second, after = shift("b", -9, -1), shift("f", -1, 2), shift("s", 2, 4), shift("z", 5, 9)
        with store.write() as work:
            assert not work.roster.kept()
            work.people.save(person("p1"))
            work.roster.save_all([second, after, before, first])
        with store.read() as work:
            assert work.roster.between(NOW - HOUR, NOW + 5 * HOUR) == [first, second]
            assert work.roster.get("s") == second
            assert work.roster.kept()

    def test_a_shift_is_replaced_or_forgotten(self, store: Store) -> None:
        with store.write() as work:
            for name in ("p1", "p2"):
                work.people.save(person(name))
            work.roster.save_all([shift("f", 0, 2)])
            work.roster.save_all([shift("f", 0, 3, deputy_id="p2")])
            assert work.roster.get("f") == shift("f", 0, 3, deputy_id="p2")
            assert work.roster.remove("f")
            assert not work.roster.remove("f")
            assert work.roster.between(NOW, NOW + HOUR) == []

    def test_members_of_a_unit_are_those_last_said(self, store: Store) -> None:
        with store.write() as work:
            for name in ("p1", "p2"):
                work.people.save(person(name))
            work.roster.set_members("legal", ["p1", "p2", "p1"])
            work.roster.set_members("science", ["p2"])
            work.roster.set_members("legal", ["p2"])
            assert work.roster.members() == {"legal": frozenset({"p2"}), "science": frozenset({"p2"})}
            work.roster.set_members("legal", [])
            assert work.roster.members() == {"science": frozenset({"p2"})}


class NoticesContract:
    """What was told to whom, batches, and mails taken back."""

    def test_what_was_told_stays_told_and_what_was_held_back_may_be_told(self, store: Store) -> None:
        with store.write() as work:
            work.events.save(event("e1"), ())
            work.alerts.save(alert("a1", event_id="e1"))
            work.notices.save(notice("k1", told=False))
            work.notices.save(notice("k1", told=True, at=NOW + HOUR))
            work.notices.save(notice("k1", told=False, at=NOW + 2 * HOUR))
            work.notices.save(notice("k0", told=False))
        with store.read() as work:
            assert work.notices.of_alert("a1") == [notice("k0", told=False), notice("k1", told=True, at=NOW + HOUR)]
            assert work.notices.of_alert("a2") == []

    def test_alerts_of_which_nobody_was_told_are_found_among_those_asked_for(self, store: Store) -> None:
        with store.write() as work:
            for number in range(1, 4):
                work.events.save(event(f"e{number}"), ())
                work.alerts.save(alert(f"a{number}", event_id=f"e{number}"))
            work.notices.save(notice("k1", told=True))
            work.notices.save(replace(notice("k2", told=False), alert_id="a2"))
        with store.read() as work:
            assert work.notices.untold(["a1", "a2", "a3"]) == {"a2", "a3"}
            assert work.notices.untold(["a1"]) == work.notices.untold([]) == frozenset()

    def test_a_mail_is_taken_back_only_before_anybody_tried_to_send_it(self, store: Store) -> None:
        with store.write() as work:
            work.events.save(event("e1"), ())
            work.alerts.save(alert("a1", event_id="e1"))
            work.outbox.add("k1", "mail", {}, now=NOW)
            work.outbox.add("k2", "mail", {}, now=NOW, not_before=NOW + HOUR)
            work.notices.save(notice("k1", told=True))
            work.notices.save(notice("k2", told=True))
            [claimed] = work.outbox.claim(kinds=["mail"], limit=9, lease=LEASE, now=NOW)
            assert claimed.key == "k1"
            assert work.outbox.states(["k1", "k2", "k3"]) == {"k1": "leased", "k2": "queued"}
            taken = work.outbox.withdraw(["k1", "k2", "k3"])
            assert taken == ["k2"]
            work.notices.withdraw(taken)
            assert [one.key for one in work.notices.of_alert("a1")] == ["k1"]
            assert work.outbox.add("k2", "mail", {}, now=NOW)

    def test_what_nobody_took_is_told_where_some_is_due_and_can_be_settled_once(self, store: Store) -> None:
        with store.write() as work:
            for key in ("failed", "held", "due"):
                work.outbox.add(key, "mail", {}, now=NOW)
            work.outbox.add("later", "mail", {}, now=NOW, not_before=NOW + HOUR)
            work.outbox.add("other", "search", {}, now=NOW)
            failed, _ = work.outbox.claim(kinds=["mail"], limit=2, lease=LEASE, now=NOW)
            work.outbox.retry(failed, error="连接被拒绝", not_before=NOW + HOUR)
        with store.read() as work:
            free = [row.key for row in work.outbox.untaken(kind="mail", now=NOW + 2 * LEASE, limit=9)]
        assert free == ["failed", "due"]
        with store.write() as work:
            assert sorted(work.outbox.settle(["failed", "held", "due"], now=NOW)) == ["due", "failed"]
            assert work.outbox.settle(["failed", "due"], now=NOW) == []
            assert work.outbox.states(["failed", "held", "due"]) == {"failed": "done", "held": "leased", "due": "done"}
            assert work.outbox.untaken(kind="mail", now=NOW, limit=9) == []

    def test_a_batch_reads_back_equal_and_says_when_it_was_undone(self, store: Store) -> None:
        batch = Batch(id="b1", kind="acknowledge", person_id="p1", at=NOW, items=({"alert": "a1", "revision": 2},))
        with store.write() as work:
            work.batches.save(batch)
            assert work.batches.get("b1") == batch
            work.batches.save(replace(batch, undone_at=NOW + HOUR))
            assert work.batches.get("b1") == replace(batch, undone_at=NOW + HOUR)
            assert work.batches.get("b2") is None

    def test_of_several_who_acknowledge_at_once_one_does_and_the_others_are_told_who_was_first(
        self, store: Store
    ) -> None:
        with store.write() as work:
            work.events.save(event("e1"), ())
            work.alerts.save(alert("a1", event_id="e1"))

        def acknowledge_it(number: int) -> list[str]:
            officer = person(f"p{number}", role=Role.OFFICER)
            try:
                return [f"done {acknowledge(store, officer, 'a1', now=NOW).acknowledged_by}"]
            except Conflict as refusal:
                return [refusal.sentence]

        said = [sentence for sentences in together(acknowledge_it) for sentence in sentences]
        [first] = [sentence.removeprefix("done ") for sentence in said if sentence.startswith("done ")]
        assert sum(sentence.startswith(f"{first}已于") for sentence in said) == WORKERS - 1
        with store.read() as work:
            assert [row.actor for row in work.audit.rows(subject="alert:a1")] == [first]
            assert work.audit.verify() is None

    @pytest.mark.parametrize("act", ["silence", "shift"])
    def test_who_ends_a_silence_or_removes_a_shift_while_another_does_is_told_and_writes_nothing_down(
        self, store: Store, act: str
    ) -> None:
        lead = person("p2", role=Role.APPROVER)
        with store.write() as work:
            work.people.save(person("p1"))
            work.silences.save(silence("s1", ends_at=NOW + HOUR))
            work.roster.save_all([shift("f", 1, 2)])
        with ThreadPoolExecutor(1) as pool:
            with store.write() as work:
                work.alone("silence.s1" if act == "silence" else "roster")
                work.silences.save(replace(silence("s1", ends_at=NOW + HOUR), ended_at=NOW, ended_by="先到者"))
                work.roster.remove("f")
                second = pool.submit(_END[act], store, lead)
                # Long enough to read what stands, were it read without waiting.
                wait([second], timeout=1)
            with pytest.raises((Conflict, NotFound), match=r"静默已由先到者于|没有这个班次，可能已被删除"):
                second.result(timeout=30)
        with store.read() as work:
            assert work.audit.rows(limit=50) == []

    def test_what_a_failed_transaction_noted_is_not_there(self, store: Store) -> None:
        with store.write() as work:
            work.people.save(person("p1"))
        with undone(store) as work:
            work.silences.save(silence("s1", ends_at=NOW + HOUR))
            work.roster.save_all([shift("f", 0, 2)])
        with store.read() as work:
            assert work.silences.listing() == []
            assert not work.roster.kept()
