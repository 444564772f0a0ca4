"""What happens to one alert after another: who is told, what goes up, what is muted, what is reopened, what comes late."""

from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from typing import Any, ClassVar

import pytest

from service.domain.alerts.alert import AlertLevel, AlertState
from service.domain.people.person import Person, Role
from service.domain.telling.routing import ReceiverKind, Route, Routing, Target
from service.domain.telling.silence import Matcher, MatcherField, Silence
from service.flows.alerts.acts import acknowledge, answer, assign
from service.ports.store import Store
from tests.flows.routing.office import (
    DAY,
    DAY_OFFICER,
    HOUR,
    KEEPER,
    LEAD,
    MINUTE,
    NIGHT_OFFICER,
    OFFICE,
    READER,
    Running,
    event,
    person,
    shift,
)
from tests.surging import build_surge, count


def roster(running: Running) -> None:
    """Day and night shifts of an hour before now and the two days after."""
    begins = running.clock.moment - HOUR
    with running.store.write() as work:
        for day in range(3):
            work.roster.save_all([shift(begins + day * DAY, 12, DAY_OFFICER, NIGHT_OFFICER)])
            work.roster.save_all([shift(begins + day * DAY + 12 * HOUR, 12, NIGHT_OFFICER)])


class TestWhoIsTold:
    def test_who_is_on_duty_is_told_at_once_and_who_is_not_is_not(self, running: Running) -> None:
        roster(running)
        running.happens(event("E1", running.clock()))
        running.step()
        assert len(running.post.to(DAY_OFFICER)) == 1
        assert len(running.post.to(READER)) == 1
        assert running.post.to(NIGHT_OFFICER) == []
        [(_, mail)] = [one for one in running.post.taken if one[1]["To"] == DAY_OFFICER.email]
        body = mail.get_body(("plain",))
        assert body is not None
        assert "您收到本邮件，因为：班值班" in body.get_content()

    def test_all_mails_on_an_alert_are_one_thread_and_those_on_another_a_second(self, running: Running) -> None:
        for name in ("E1", "E2"):
            running.happens(event(name, running.clock()))
        running.wait(35 * MINUTE, every=5 * MINUTE)
        threads: dict[str, set[str | None]] = {"E1": set(), "E2": set()}
        for _, mail in running.post.taken:
            body = mail.get_body(("plain",))
            assert body is not None
            [name] = [name for name in threads if f"/events/{name}\n" in body.get_content()]
            threads[name].add(mail["References"])
        assert all(len(found) == 1 and None not in found for found in threads.values())
        assert threads["E1"] != threads["E2"]
        assert any("催办" in subject for subject in running.post.to(READER))

    def test_at_a_handover_the_next_shift_is_told_of_what_nobody_took(self, running: Running) -> None:
        roster(running)
        running.clock.moment += 10 * HOUR + 50 * MINUTE
        running.happens(event("E1", running.clock()))
        running.wait(12 * MINUTE)
        assert len(running.post.to(NIGHT_OFFICER)) == 1
        assert len(running.post.to(DAY_OFFICER)) == 1

    def test_where_the_roster_has_a_gap_those_who_lead_stand_in(self, running: Running) -> None:
        with running.store.write() as work:
            work.roster.save_all([shift(running.clock.moment - 5 * HOUR, 4, DAY_OFFICER)])
        running.happens(event("E1", running.clock()))
        running.step()
        assert len(running.post.to(LEAD)) == 1

    @pytest.mark.parametrize(("deputy", "told_too"), [(NIGHT_OFFICER, NIGHT_OFFICER), (None, LEAD)])
    def test_beside_a_person_on_duty_who_may_not_acknowledge_somebody_who_may_is_told_at_once(
        self, running: Running, deputy: Person | None, told_too: Person
    ) -> None:
        with running.store.write() as work:
            work.people.save(replace(DAY_OFFICER, role=Role.VIEWER))
            work.roster.save_all([shift(running.clock.moment - HOUR, 12, DAY_OFFICER, deputy)])
        running.happens(event("E1", running.clock()))
        running.step()
        assert len(running.post.to(told_too)) == 1
        assert len(running.post.to(DAY_OFFICER)) == 1

    def test_where_nobody_subscribed_and_nobody_is_on_duty_the_alert_still_reaches_who_leads(
        self, running: Running
    ) -> None:
        with running.store.write() as work:
            work.people.save(replace(READER, notify_from=None))
        running.happens(event("E1", running.clock()))
        running.step()
        assert len(running.post.to(LEAD)) == 1

    def test_where_nobody_has_an_address_it_is_written_down_that_nobody_was_told(self, running: Running) -> None:
        with running.store.write() as work:
            for one in work.people.listing():
                work.people.save(replace(one, email=None))
        alert = running.happens(event("E1", running.clock()))
        with running.store.read() as work:
            assert "alert.told_nobody" in {row.action for row in work.audit.rows(subject=f"alert:{alert.id}")}


class TestEscalation:
    def test_it_goes_up_after_15_30_and_60_minutes_and_stops_when_somebody_takes_it(self, running: Running) -> None:
        roster(running)
        alert = running.happens(event("E1", running.clock()))
        told: dict[int, datetime] = {}
        for moment in running.pass_by(20 * MINUTE):
            told.setdefault(len(running.post.to(DAY_OFFICER)), moment)
        assert set(told) == {1, 2}
        assert running.post.to(LEAD) == []
        running.wait(11 * MINUTE)
        assert len(running.post.to(LEAD)) == 1
        first, again = running.post.to(DAY_OFFICER)[:2]
        assert ("·催办]" in first, "·催办]" in again) == (False, True)
        reminder = running.post.taken[-1][1].get_body(("plain",))
        assert reminder is not None
        assert "无人确认，现逐级提醒" in reminder.get_content()
        assert running.post.to(KEEPER) == []
        running.wait(31 * MINUTE)
        assert len(running.post.to(KEEPER)) == 1
        acknowledge(running.store, LEAD, alert.id, now=running.clock())
        before = len(running.post.taken)
        running.wait(3 * HOUR, every=20 * MINUTE)
        later = [str(mail["Subject"]) for _, mail in running.post.taken[before:]]
        assert all("时限" in subject for subject in later)

    def test_after_a_standstill_the_steps_that_are_due_are_one(self, running: Running) -> None:
        roster(running)
        running.happens(event("E1", running.clock()))
        running.step()
        running.clock.moment += 2 * HOUR
        running.step()
        assert len(running.post.to(DAY_OFFICER)) == 2
        assert len(running.post.to(KEEPER)) == 1

    def test_a_clock_set_back_makes_nothing_due_and_does_not_stop_the_watch(self, running: Running) -> None:
        roster(running)
        running.happens(event("E1", running.clock()))
        running.wait(16 * MINUTE)
        count = len(running.post.taken)
        running.clock.moment -= 30 * MINUTE
        running.wait(10 * MINUTE)
        assert len(running.post.taken) == count
        running.wait(37 * MINUTE)
        assert len(running.post.to(LEAD)) == 1

    def test_a_later_rise_is_told_again_and_goes_up_again(self, running: Running) -> None:
        alert = running.happens(event("E1", running.clock()))
        acknowledge(running.store, LEAD, alert.id, now=running.clock())
        running.happens(event("E1", running.clock(), harmed=60))
        running.wait(16 * MINUTE)
        risen = running.alert(alert)
        assert (risen.level, risen.state) == (AlertLevel.RED, AlertState.OPEN)
        assert len([one for one in running.post.to(READER) if one.startswith("[红色")]) == 2


class TestIdle:
    def test_what_somebody_took_and_left_lying_asks_again(self, running: Running) -> None:
        alert = running.happens(event("E1", running.clock()))
        acknowledge(running.store, DAY_OFFICER, alert.id, now=running.clock())
        running.wait(3 * HOUR + 50 * MINUTE, every=10 * MINUTE)
        assert running.alert(alert).state is AlertState.ACKNOWLEDGED
        running.wait(20 * MINUTE, every=5 * MINUTE)
        again = running.alert(alert)
        assert (again.state, again.extras["round"]) == (AlertState.OPEN, 2)
        with running.store.read() as work:
            row = next(row for row in work.audit.rows(subject=f"alert:{alert.id}") if row.action == "alert.idle")
        assert "值班员甲确认后4小时" in row.detail["reason"]

    def test_every_step_of_a_person_begins_the_time_anew(self, running: Running) -> None:
        alert = running.happens(event("E1", running.clock()))
        acknowledge(running.store, DAY_OFFICER, alert.id, now=running.clock())
        running.wait(3 * HOUR, every=20 * MINUTE)
        assign(running.store, LEAD, alert.id, NIGHT_OFFICER.name, office=OFFICE, now=running.clock())
        running.wait(3 * HOUR, every=20 * MINUTE)
        assert running.alert(alert).state is AlertState.ASSIGNED

    def test_a_step_counts_however_much_the_system_wrote_down_after_it(self, running: Running) -> None:
        alert = running.happens(event("E1", running.clock()))
        acknowledge(running.store, DAY_OFFICER, alert.id, now=running.clock())
        running.wait(3 * HOUR, every=20 * MINUTE)
        assign(running.store, LEAD, alert.id, NIGHT_OFFICER.name, office=OFFICE, now=running.clock())
        with running.store.write() as work:
            for _ in range(30):
                work.audit.append(
                    actor="system", action="alert.raised", subject=f"alert:{alert.id}", detail={}, now=running.clock()
                )
        running.wait(2 * HOUR, every=20 * MINUTE)
        assert running.alert(alert).state is AlertState.ASSIGNED


class TestMuting:
    def silence(self, running: Running, hours: float, *, up_to: AlertLevel = AlertLevel.ORANGE) -> None:
        with running.store.write() as work:
            work.silences.save(
                Silence(
                    id="s1",
                    matchers=(Matcher(MatcherField.EVENT, "E1"),),
                    up_to=up_to,
                    author=LEAD.name,
                    reason="已掌握",
                    begins_at=running.clock(),
                    ends_at=running.clock() + hours * HOUR,
                    created_at=running.clock(),
                )
            )

    def test_a_silence_holds_the_mail_back_and_what_still_waits_is_told_when_it_ends(self, running: Running) -> None:
        self.silence(running, 1)
        alert = running.happens(event("E1", running.clock()))
        running.wait(55 * MINUTE, every=5 * MINUTE)
        assert running.post.taken == []
        with running.store.read() as work:
            assert {
                (one.told, one.why.startswith("值班负责人已静默至")) for one in work.notices.of_alert(alert.id)
            } == {(False, True)}
        running.wait(10 * MINUTE)
        assert len(running.post.to(READER)) == 1

    def test_a_rise_above_the_silenced_level_is_told(self, running: Running) -> None:
        self.silence(running, 5)
        running.happens(event("E1", running.clock()))
        running.happens(event("E1", running.clock(), harmed=60))
        running.step()
        assert [one[:3] for one in running.post.to(READER)] == ["[红色"]

    def test_an_answer_mutes_repeats_for_48_hours_and_not_a_rise_above_it(self, running: Running) -> None:
        alert = running.happens(event("E1", running.clock()))
        answer(running.store, LEAD, alert.id, office=OFFICE, now=running.clock())
        with running.store.write() as work:
            stored = work.alerts.get(alert.id)
            assert stored is not None
            work.alerts.save(replace(stored, level=AlertLevel.YELLOW))
        running.step()
        count = len(running.post.to(READER))
        again = running.happens(event("E1", running.clock() + HOUR))
        running.wait(HOUR, every=5 * MINUTE)
        assert (again.level, again.state) == (AlertLevel.ORANGE, AlertState.OPEN)
        assert len(running.post.to(READER)) == count
        running.happens(event("E1", running.clock(), harmed=60))
        running.step()
        assert len(running.post.to(READER)) == count + 1

    def test_an_alert_on_the_whole_province_covers_those_of_cities(self, running: Running) -> None:
        wide = event("W1", running.clock(), regions=("360000",), products=("清云注射液",))
        running.happens(wide)
        city = running.happens(event("C1", running.clock(), products=("清云注射液",)))
        other = running.happens(event("C2", running.clock(), products=("别的注射液",)))
        running.step()
        with running.store.read() as work:
            held = work.notices.of_alert(city.id)
            told = work.notices.of_alert(other.id)
        assert {one.told for one in held} == {False}
        assert "全省性预警" in held[0].why
        assert {one.told for one in told} == {True}


class TestRestartAndReload:
    def test_a_restart_in_the_middle_of_a_burst_sends_nothing_twice_and_loses_nothing(
        self, running: Running, opened: Callable[[], Store]
    ) -> None:
        for number in range(6):
            running.happens(event(f"E{number}", running.clock()))
            if number == 3:
                running.step()
                running.store = opened()
        for _ in range(3):
            running.store = opened()
            running.step()
            running.clock.moment += MINUTE
        assert len(running.post.to(READER)) == 6
        assert set(Counter(str(mail["Message-ID"]) for _, mail in running.post.taken).values()) == {1}

    def test_changed_rules_in_the_middle_of_a_burst_send_nothing_twice(self, running: Running) -> None:
        rules = [Routing()]
        running.office = replace(OFFICE, routing=lambda: rules[0])
        running.happens(event("E1", running.clock()))
        running.step()
        everybody = (Target(ReceiverKind.THRESHOLD), Target(ReceiverKind.ROLE, Role.OFFICER.value))
        rules[0] = Routing(routes=(Route(id="all", words="全部研判员", receivers=everybody),))
        running.clock.moment += MINUTE
        running.happens(event("E1", running.clock(), document_count=9))
        running.happens(event("E2", running.clock()))
        running.step()
        assert len(running.post.to(READER)) == 2
        assert len(running.post.to(DAY_OFFICER)) == 1


class TestLate:
    def test_a_day_without_a_mail_server_ends_in_one_late_mail_for_each_person_and_alert(
        self, running: Running
    ) -> None:
        roster(running)
        running.post.away = True
        first = running.happens(event("E1", running.clock()))
        second = running.happens(event("E2", running.clock()))
        running.wait(23 * HOUR, every=30 * MINUTE)
        acknowledge(running.store, LEAD, second.id, now=running.clock())
        running.wait(HOUR, every=15 * MINUTE)
        running.post.away = False
        running.wait(HOUR, every=10 * MINUTE)
        late = [one for one in running.post.to(READER) if "迟发" in one]
        assert len(late) == 2
        for who in (DAY_OFFICER, NIGHT_OFFICER, LEAD, READER):
            alerts = Counter(title for title in ("E1", "E2") for one in running.post.to(who) if f"（{title}）" in one)
            assert set(alerts) == {"E1", "E2"}, who.name
            assert max(alerts.values()) <= 2, (who.name, running.post.to(who))
        with running.store.read() as work:
            replaced = [row for row in work.audit.rows(limit=1000) if row.action == "mail.replaced"]
            keys = {one.key for alert in (first, second) for one in work.notices.of_alert(alert.id) if one.told}
            states = work.outbox.states(sorted(keys))
            assert work.outbox.waiting() == {}
        assert set(states.values()) == {"done"}
        assert {row.detail["newer"] for row in replaced} <= keys
        [text] = [
            mail.get_body(("plain",)).get_content()  # type: ignore[union-attr] # every mail has a text
            for _, mail in running.post.taken
            if mail["To"] == READER.email and "迟发" in str(mail["Subject"]) and "E2" in str(mail["Subject"])
        ]
        assert "邮件发送中断迟到" in text
        assert "由值班负责人确认" in text


class TestBlue:
    BLUE: ClassVar[dict[str, Any]] = {"harmed": None, "severity": 3, "facts": {}, "categories": ("R04",)}

    @pytest.fixture
    def blue(self, running: Running) -> AlertLevel:
        with running.store.write() as work:
            work.people.save(person("研判员丁", notify_from="yellow"))
        return running.happens(event("B1", running.clock(), **self.BLUE)).level

    def test_blue_waits_for_the_morning_and_is_summed_up_once_for_who_subscribed(
        self, running: Running, blue: AlertLevel, opened: Callable[[], Store]
    ) -> None:
        if blue is not AlertLevel.BLUE:
            pytest.fail(f"the event of this test should be blue, it is {blue.word}")
        running.wait(22 * HOUR, every=HOUR)
        assert running.post.to(READER) == []
        running.wait(HOUR + MINUTE, every=15 * MINUTE)
        running.store = opened()
        running.wait(HOUR, every=15 * MINUTE)
        assert running.post.to(READER) == ["[蓝色日汇总] 09月29日 蓝色预警1条"]
        assert [mail["To"] for _, mail in running.post.taken] == [READER.email]

    def test_a_surge_without_an_event_is_told_in_the_morning_once_to_who_receives_blue(
        self, running: Running, opened: Callable[[], Store]
    ) -> None:
        with running.store.write() as work:
            work.people.save(person("研判员丁", notify_from="yellow"))
            work.surges.add(build_surge(found_at=running.clock() + HOUR))
            count(work, build_surge(), 25)
        running.wait(22 * HOUR, every=HOUR)
        assert running.post.taken == []
        running.wait(HOUR + MINUTE, every=15 * MINUTE)
        running.store = opened()
        running.wait(25 * HOUR, every=15 * MINUTE)
        assert running.post.to(READER) == ["[蓝色日汇总] 09月29日 声量异动1条"]
        [(_, mail)] = running.post.taken
        text = mail.get_body(("plain",)).get_content()  # type: ignore[union-attr] # every mail has a text
        assert build_surge().told(25) in text
        assert "/surges" in text
