from collections.abc import Sequence
from dataclasses import replace

import pytest

from analysis.assessment import Level
from crawlers.records import Document
from service.domain.alerts.alert import Alert, AlertLevel, AlertState
from service.domain.clocks.clock import ClockState
from service.flows.alerts.acts import acknowledge
from service.flows.alerts.consider import Office
from service.flows.judging.assess import AssessReport, assess_pending
from service.flows.watch import watch
from service.ports.store import OutboxRow, Store
from tests.contract.stored import complete
from tests.flows.pipeline.conftest import MovingClock
from tests.flows.pipeline.judge import ScriptedJudge, document

FIRST = "于都多人输注清云注射液后寒战"
SECOND = "于都又有患者输注清云注射液后寒战发热"


def take(store: Store, documents: Sequence[Document], clock: MovingClock) -> None:
    with store.write() as work:
        work.documents.put(documents, now=clock())


def assess(store: Store, judge: ScriptedJudge, office: Office, clock: MovingClock) -> AssessReport:
    return assess_pending(store, judge, office=office, now=clock)


def alerts(store: Store) -> list[Alert]:
    with store.read() as work:
        return work.alerts.open()


def mails(store: Store, clock: MovingClock) -> list[OutboxRow]:
    from datetime import timedelta

    with store.write() as work:
        return work.outbox.claim(kinds=["mail"], limit=100, lease=timedelta(0), now=clock())


class TestOneDocument:
    def test_a_cluster_raises_one_alert_with_basis_clocks_lead_and_audit(
        self, store: Store, judge: ScriptedJudge, office: Office, clock: MovingClock
    ) -> None:
        judge.facts[FIRST] = {"harmed": 12, "cluster": True, "jiangxi": True}
        take(store, [document("1", FIRST, at=clock())], clock)
        assess(store, judge, office, clock)
        [alert] = alerts(store)
        assert alert.level is AlertLevel.ORANGE
        assert any("受影响12人" in sentence for sentence in alert.triggers)
        assert alert.basis
        assert alert.lead
        assert alert.publication["verdict"] == "allowed_local"
        with store.read() as work:
            clocks = work.clocks.of_alerts([alert.id])[alert.id]
            actions = [row.action for row in work.audit.rows(subject=f"alert:{alert.id}")]
        assert {one.rule_id for one in clocks if one.state is ClockState.ARMED} >= {"C-48H"}
        assert "C-5H" not in {one.rule_id for one in clocks}
        assert actions == ["alert.first_raise"]

    def test_a_document_off_topic_is_kept_and_opens_nothing(
        self, store: Store, judge: ScriptedJudge, office: Office, clock: MovingClock
    ) -> None:
        take(store, [document("1", "明天天气晴", at=clock())], clock)
        report = assess(store, judge, office, clock)
        assert report.completed == 1
        assert not report.decisions
        with store.read() as work:
            [(_, row)] = work.documents.listing()
        assert row.level == Level.OFF_TOPIC

    def test_a_second_pass_finds_nothing_to_do(
        self, store: Store, judge: ScriptedJudge, office: Office, clock: MovingClock
    ) -> None:
        take(store, [document("1", FIRST, at=clock())], clock)
        assess(store, judge, office, clock)
        assert assess(store, judge, office, clock).claimed == 0


class TestOneEvent:
    def test_reports_from_two_sources_join_and_mail_once(
        self, store: Store, judge: ScriptedJudge, office: Office, clock: MovingClock
    ) -> None:
        judge.facts[FIRST] = {"harmed": 12, "cluster": True, "jiangxi": True}
        take(store, [document("1", FIRST, at=clock())], clock)
        assess(store, judge, office, clock)
        clock.pass_by(minutes=20)
        take(store, [document("2", SECOND, at=clock(), source="evening")], clock)
        assess(store, judge, office, clock)
        [alert] = alerts(store)
        with store.read() as work:
            assert len(work.events.documents(alert.event_id)) == 2
        assert len(mails(store, clock)) == 1

    @pytest.mark.parametrize("together", [True, False])
    def test_an_attachment_joins_the_event_of_the_page_it_lay_beside(
        self, store: Store, judge: ScriptedJudge, office: Office, clock: MovingClock, *, together: bool
    ) -> None:
        page = document("1", FIRST, at=clock())
        file = replace(document("1.pdf", "品名与批号：于都甲、宁都乙", at=clock()), extras={"parent": page.id})
        judge.facts[FIRST] = {"harmed": 12, "cluster": True, "jiangxi": True}
        for batch in [[page, file]] if together else [[page], [file]]:
            take(store, batch, clock)
            assess(store, judge, office, clock)
            clock.pass_by(minutes=5)
        [alert] = alerts(store)
        with store.read() as work:
            assert work.events.of_documents([page.id, file.id]) == dict.fromkeys((page.id, file.id), alert.event_id)

    def test_an_edited_report_counts_once(
        self, store: Store, judge: ScriptedJudge, office: Office, clock: MovingClock
    ) -> None:
        take(store, [document("1", FIRST, at=clock())], clock)
        assess(store, judge, office, clock)
        edited = document("1", f"{FIRST}（更新）", at=clock())
        take(store, [edited], clock)
        assess(store, judge, office, clock)
        with store.read() as work:
            [event] = work.events.listing()
            assert len(work.events.documents(event.id)) == 1
        assert event.document_count == 1

    def test_a_report_edited_beyond_recognition_stays_in_the_event_it_opened(
        self, store: Store, judge: ScriptedJudge, office: Office, clock: MovingClock
    ) -> None:
        take(store, [document("1", FIRST, at=clock()), document("2", SECOND, at=clock(), source="evening")], clock)
        assess(store, judge, office, clock)
        other = "某地称清云注射液说明书印错页码 厂家更换包装"
        take(store, [document("1", other, at=clock())], clock)
        assess(store, judge, office, clock)
        with store.read() as work:
            [event] = work.events.listing()
            assert len(work.events.documents(event.id)) == 2

    def test_a_rise_asks_for_a_new_acknowledgement_and_mails_again(
        self, store: Store, judge: ScriptedJudge, office: Office, clock: MovingClock
    ) -> None:
        judge.facts[FIRST] = {"harmed": 12, "cluster": True, "jiangxi": True}
        judge.facts[SECOND] = {"harmed": 12, "deaths": 1, "cluster": True, "jiangxi": True}
        take(store, [document("1", FIRST, at=clock())], clock)
        assess(store, judge, office, clock)
        with store.read() as work:
            person = work.people.by_name("值班")
        assert person is not None
        acknowledge(store, person, alerts(store)[0].id, now=clock())
        clock.pass_by(minutes=30)
        take(store, [document("2", SECOND, at=clock(), source="evening")], clock)
        assess(store, judge, office, clock)
        [alert] = alerts(store)
        assert alert.level is AlertLevel.RED
        assert alert.state is AlertState.OPEN
        assert len(mails(store, clock)) == 2


class TestTrouble:
    def test_one_bad_document_is_quarantined_and_its_neighbours_are_judged(
        self, store: Store, judge: ScriptedJudge, office: Office, clock: MovingClock
    ) -> None:
        judge.fails_on = {"坏稿件"}
        take(store, [document("1", FIRST, at=clock()), document("2", "坏稿件", at=clock())], clock)
        for _ in range(4):
            assess(store, judge, office, clock)
            clock.pass_by(minutes=30)
        with store.read() as work:
            [row] = work.quarantine.listing()
            assert work.documents.pending_count() == 0
        assert row.entry.stage == "assess"
        assert "坏稿件" in row.entry.detail
        assert len(alerts(store)) == 1

    def test_a_lost_worker_costs_nothing_but_time(
        self, store: Store, judge: ScriptedJudge, office: Office, clock: MovingClock
    ) -> None:
        from datetime import timedelta

        take(store, [document("1", FIRST, at=clock())], clock)
        with store.write() as work:
            [lost] = work.documents.claim(limit=10, lease=timedelta(seconds=60), now=clock())
        assert assess(store, judge, office, clock).claimed == 0
        clock.pass_by(seconds=61)
        assert assess(store, judge, office, clock).completed == 1
        with store.write() as work:
            [verdict] = judge.assess([lost.document])
            assert not complete(work, lost, verdict, now=clock())
        assert len(alerts(store)) == 1

    def test_a_document_that_ends_its_workers_is_set_aside_and_its_neighbours_are_not(
        self, store: Store, judge: ScriptedJudge, office: Office, clock: MovingClock
    ) -> None:
        take(store, [document(name, title, at=clock()) for name, title in (("1", "杀手稿件"), ("2", FIRST))], clock)
        judge.dies_on = {"杀手稿件"}
        for _ in range(4):
            with pytest.raises(KeyboardInterrupt):
                assess(store, judge, office, clock)
            clock.pass_by(seconds=31)
        report = assess(store, judge, office, clock)
        assert (report.quarantined, report.completed) == (1, 1)
        with store.read() as work:
            [row] = work.quarantine.listing()
            assert work.documents.pending_count() == 0
        assert "杀手稿件" in row.entry.detail
        assert len(alerts(store)) == 1


class TestWatching:
    def test_a_running_clock_warns_twice_and_when_overdue(
        self, store: Store, judge: ScriptedJudge, office: Office, clock: MovingClock
    ) -> None:
        judge.facts[FIRST] = {"harmed": 12, "cluster": True, "jiangxi": True}
        take(store, [document("1", FIRST, at=clock())], clock)
        assess(store, judge, office, clock)
        seen = []
        for hours in (30, 12, 7):
            clock.pass_by(hours=hours)
            watch(store, office=office, now=clock)
            with store.read() as work:
                clocks = work.clocks.of_alerts([alerts(store)[0].id])
                seen.append(next(one.warned for rows in clocks.values() for one in rows if one.rule_id == "C-48H"))
        assert seen == [1, 2, 3]

    def test_an_alert_that_nobody_takes_is_told_again_once(
        self, store: Store, judge: ScriptedJudge, office: Office, clock: MovingClock
    ) -> None:
        judge.facts[FIRST] = {"harmed": 12, "cluster": True, "jiangxi": True}
        take(store, [document("1", FIRST, at=clock())], clock)
        assess(store, judge, office, clock)
        for minutes in (31, 1, 1):
            clock.pass_by(minutes=minutes)
            watch(store, office=office, now=clock)
        assert len(mails(store, clock)) == 2

    def test_a_suggestion_that_nobody_takes_up_lapses_with_an_audit_row(
        self, store: Store, judge: ScriptedJudge, office: Office, clock: MovingClock
    ) -> None:
        judge.facts[FIRST] = {"harmed": 12, "cluster": True, "jiangxi": True}
        take(store, [document("1", FIRST, at=clock())], clock)
        assess(store, judge, office, clock)
        clock.pass_by(hours=2, minutes=1)
        report = watch(store, office=office, now=clock)
        assert report.expired >= 1
        with store.read() as work:
            assert any(row.action == "clock.expired" for row in work.audit.rows())
