"""What is owed to somebody whatever lies between: a silence, an alert that faded or a rise by hand."""

from dataclasses import replace

from service.domain.alerts.alert import Alert, AlertLevel
from service.domain.people.person import Person
from service.domain.telling.silence import Matcher, MatcherField, Silence
from service.flows.alerts.acts import acknowledge
from service.flows.alerts.grading import set_level
from service.flows.telling.tell import labels_of
from tests.flows.routing.office import (
    DAY,
    DAY_OFFICER,
    HOUR,
    KEEPER,
    LEAD,
    MINUTE,
    NIGHT_OFFICER,
    OFFICE,
    PEOPLE,
    READER,
    REGISTER,
    SHIPPED,
    Running,
    event,
    person,
    shift,
)


def on_duty(running: Running, who: Person = DAY_OFFICER) -> None:
    with running.store.write() as work:
        for day in range(4):
            work.roster.save_all([shift(running.clock.moment - HOUR + day * DAY, 24, who)])


def silence(running: Running, hours: float) -> None:
    with running.store.write() as work:
        work.silences.save(
            Silence(
                id="s1",
                matchers=(Matcher(MatcherField.EVENT, "E1"),),
                up_to=AlertLevel.ORANGE,
                author=LEAD.name,
                reason="已掌握",
                begins_at=running.clock(),
                ends_at=running.clock() + hours * HOUR,
                created_at=running.clock(),
            )
        )


def fades(running: Running) -> None:
    """Let all that was grave about the event be taken back."""
    with running.store.write() as work:
        grave = work.events.get("E1")
        assert grave is not None
        work.events.save(replace(grave, harmed=0, severity=1, facts={"jiangxi": True}), ())


class TestSilence:
    def member_of_the_lead(self, running: Running, alert: Alert) -> Person:
        member = person("承办处室人员")
        unit = labels_of(alert, event("E1", running.clock()), REGISTER).departments[0]
        with running.store.write() as work:
            work.people.save(member)
            work.roster.set_members(unit, [member.id])
        return member

    def test_who_was_to_be_told_at_first_and_by_no_step_is_told_when_the_silence_ends(self, running: Running) -> None:
        on_duty(running)
        silence(running, 1)
        member = self.member_of_the_lead(running, running.happens(event("E1", running.clock())))
        running.wait(70 * MINUTE, every=5 * MINUTE)
        assert [one[:3] for one in running.post.to(member)] == ["[橙色"]

    def test_when_a_silence_ends_nobody_gets_the_first_mail_and_the_step_at_once(self, running: Running) -> None:
        on_duty(running)
        silence(running, 1)
        alert = running.happens(event("E1", running.clock()))
        running.wait(2 * HOUR, every=5 * MINUTE)
        assert {one.name: len(running.post.to(one)) for one in PEOPLE} == {
            DAY_OFFICER.name: 1,
            NIGHT_OFFICER.name: 0,
            LEAD.name: 1,
            KEEPER.name: 1,
            READER.name: 1,
        }
        assert "催办" not in running.post.to(DAY_OFFICER)[0]
        assert "催办" in running.post.to(LEAD)[0]
        with running.store.read() as work:
            rows = work.audit.rows(subject=f"alert:{alert.id}")
        [step] = [row.detail for row in rows if row.action == "alert.unacknowledged"]
        assert sorted(step["recipient"]) == sorted(one.name for one in PEOPLE if one is not NIGHT_OFFICER)

    def test_a_step_that_is_muted_stays_due(self, running: Running) -> None:
        on_duty(running)
        running.happens(event("E1", running.clock()))
        running.step()
        silence(running, 1)
        running.wait(55 * MINUTE, every=5 * MINUTE)
        assert running.post.to(LEAD) == []
        running.wait(10 * MINUTE)
        assert ["催办" in one for one in running.post.to(DAY_OFFICER)] == [False, True]
        assert len(running.post.to(LEAD)) == 1

    def test_blue_that_was_to_be_told_at_once_and_was_silenced_stands_in_the_morning_s_summary(
        self, running: Running
    ) -> None:
        running.office = replace(OFFICE, routing=lambda: replace(SHIPPED, blue_at_once=True))
        silence(running, 2)
        mild: dict[str, object] = {"harmed": 0, "severity": 3, "facts": {"jiangxi": True}}
        running.happens(event("E1", running.clock(), **mild))
        running.happens(event("E2", running.clock(), **mild))
        running.wait(24 * HOUR, every=HOUR)
        first, summary = running.post.to(READER)
        assert ("E2" in first, summary) == (True, "[蓝色日汇总] 09月29日 蓝色预警1条")


class TestFadedAlert:
    def test_its_deadline_is_told_at_each_stage_to_who_is_on_duty(self, running: Running) -> None:
        on_duty(running, NIGHT_OFFICER)
        alert = running.happens(event("E1", running.clock()))
        acknowledge(running.store, DAY_OFFICER, alert.id, now=running.clock())
        fades(running)
        running.wait(52 * HOUR, every=HOUR)
        assert running.alert(alert).level is AlertLevel.BLUE
        told = [one for one in running.post.to(NIGHT_OFFICER) if "时限提醒" in one]
        assert (len(told), "已超时" in told[-1]) == (3, True)

    def test_its_deadline_reaches_who_leads_where_nobody_is_on_duty_and_nobody_reads_blue(
        self, running: Running
    ) -> None:
        with running.store.write() as work:
            work.people.save(replace(READER, notify_from="orange"))
        alert = running.happens(event("E1", running.clock()))
        acknowledge(running.store, DAY_OFFICER, alert.id, now=running.clock())
        fades(running)
        running.wait(30 * HOUR, every=HOUR)
        assert [one for one in running.post.to(LEAD) if one.startswith("[蓝色·已确认·时限提醒]")] != []


class TestRiseByAPerson:
    def test_what_a_person_raises_is_told_once_and_goes_up_from_then_on(self, running: Running) -> None:
        on_duty(running)
        blue = running.happens(event("E1", running.clock(), harmed=0, severity=3, facts={"jiangxi": True}))
        assert blue.level is AlertLevel.BLUE
        running.wait(3 * HOUR, every=10 * MINUTE)
        set_level(
            running.store, LEAD, blue.id, AlertLevel.ORANGE, reason="上级关注", office=OFFICE, now=running.clock()
        )
        running.wait(14 * MINUTE)
        assert [(len(running.post.to(one)), one) for one in (DAY_OFFICER, LEAD)] == [(1, DAY_OFFICER), (0, LEAD)]
        running.wait(2 * MINUTE)
        assert "催办" in running.post.to(DAY_OFFICER)[-1]
        assert running.post.to(LEAD) == []
        running.wait(15 * MINUTE)
        assert len(running.post.to(LEAD)) == 1

    def test_what_somebody_has_stays_theirs_and_asks_nobody_again(self, running: Running) -> None:
        on_duty(running)
        alert = running.happens(event("E1", running.clock()))
        acknowledge(running.store, DAY_OFFICER, alert.id, now=running.clock())
        set_level(running.store, LEAD, alert.id, AlertLevel.RED, reason="上级关注", office=OFFICE, now=running.clock())
        running.wait(50 * MINUTE, every=5 * MINUTE)
        assert [one[:3] for one in running.post.to(DAY_OFFICER)] == ["[橙色", "[红色"]
