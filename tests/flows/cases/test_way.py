from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from service.domain.alerts.alert import Alert, AlertState
from service.domain.cases.file import Disclosure
from service.domain.cases.moves import Bar, Barred, NotOnDuty
from service.domain.cases.workflow import CaseState, Step
from service.domain.clocks.clock import ClockState
from service.domain.figures.briefing import Briefing
from service.domain.people.person import Role
from service.domain.refusal import Conflict, Forbidden, NotFound
from service.domain.week import week_of
from service.flows.alerts.acts import answer, assign, close, reopen
from service.flows.alerts.bulk import assign_all, undo
from service.flows.cases.assessing import report_upwards
from service.flows.cases.assigning import assign_case
from service.flows.cases.drafting import set_disclosure
from service.flows.cases.ending import archive_case, close_case, reopen_case
from service.flows.cases.following import evaluate_response, follow_up_on, track_reaction
from service.flows.cases.opening import open_for_alert
from service.flows.cases.reviewing import bypass_confirmed, bypass_dropped
from service.flows.cases.waiting import waiting_for
from service.flows.reports.brief import compile_week
from tests.flows.acts.scene import APPROVER, NOW, OFFICE, acts_on, clocks_of, mails, person
from tests.flows.cases.scene import PEOPLE, SECOND_OFFICER, Way


def alert_of(way: Way) -> Alert:
    with way.store.read() as work:
        found = work.alerts.get(way.alert_id)
    assert found is not None
    return found


class TestTheWholeWay:
    def test_a_case_goes_from_alert_to_archive_and_every_step_is_written_down(self, way: Way) -> None:
        way.published()
        track_reaction(way.hand("analyst"), remark="三家媒体转载，评论平稳")
        way.now += timedelta(days=3)
        evaluate_response(way.hand("analyst"), reach="转载三家", questions="无", lessons="")
        archive_case(way.hand("archivist"), lessons="提前备好问答口径")
        file = way.file
        assert file.case.state is CaseState.ARCHIVED
        taken = [step.step.value for step in file.steps]
        assert taken == [
            "T01", "T03", "T04", "T06", "T08", "S05", "S01", "T09", "T10", "T11", "T12", "T13", "T14", "T15", "T17", "T18",
        ]  # fmt: skip
        with way.store.read() as work:
            assert work.audit.verify() is None
        written = [action for _, action in acts_on(way.store, f"case:{file.case.id}")]
        assert written == [
            "case.opened",
            "case.assessing",
            "case.half",
            "case.assessed",
            "case.half",
            "case.drafting",
            "case.saved",
            "case.submitted",
            "case.reviewed",
            "case.reviewed",
            "case.reviewed",
            "case.authority",
            "case.disclosure",
            "case.signed",
            "case.published",
            "case.tracked",
            "case.evaluated",
            "case.archived",
        ]

    def test_drafting_and_publishing_move_the_alert_and_meet_its_answering_clocks(self, way: Way) -> None:
        assert alert_of(way).state is AlertState.OPEN
        way.opened()
        assert (alert_of(way).state, alert_of(way).acknowledged_by) == (AlertState.ACKNOWLEDGED, "监测甲")
        published = Way(way.store, way.alert_id, way.now)
        published.opened = lambda: published  # type: ignore[method-assign] # it is open already
        published.drafting()
        assert alert_of(way).state is AlertState.ANSWERING
        assert clocks_of(way.store, alert_of(way))["C-48H"].state is ClockState.ARMED
        published.drafting = lambda: published  # type: ignore[method-assign]
        published.published()
        answered = alert_of(way)
        assert (answered.state, answered.answered_at) == (AlertState.ANSWERED, published.now)
        met = clocks_of(way.store, answered)["C-48H"]
        assert (met.state, met.met_at) == (ClockState.MET, published.now)
        assert met.reason == "省局网站：https://office.invalid/9"

    def test_a_second_round_needs_every_check_again_and_leaves_the_first_as_it_was(self, way: Way) -> None:
        way.published()
        follow_up_on(way.hand("analyst"), reason="新增两例")
        assert alert_of(way).state is AlertState.ANSWERING
        way.writes("关于清云注射液的续报")
        with pytest.raises(Barred, match="不能办理“发布”"):
            way.publishes()
        way.reviews()
        way.checks_authority()
        way.signs()
        way.publishes()
        file = way.file
        assert [(one.round, one.version) for one in file.publications] == [(1, 1), (2, 2)]
        assert alert_of(way).state is AlertState.ANSWERED
        assert alert_of(way).answered_at == file.publications[0].at

    def test_who_wrote_in_an_earlier_round_may_review_a_later_one(self, way: Way) -> None:
        way.published()
        follow_up_on(way.hand("analyst"), reason="新增两例")
        way.writes("续报", by=SECOND_OFFICER)
        way.reviews(by=lambda step: PEOPLE["case_officer"] if step is Step.FIRST_REVIEW else way_reviewer(step))
        assert way.case.state is CaseState.REVIEWED_3


def this_week(way: Way) -> Briefing:
    return compile_week(
        way.store,
        week_of(way.now),
        register=OFFICE.register,
        office="综合规财处",
        address="http://yaowang.invalid",
        drill=False,
        now=way.now,
    )


def way_reviewer(step: Step) -> str:
    return {Step.LEGAL_REVIEW: "legal_reviewer", Step.SECRECY_REVIEW: "secrecy_reviewer"}[step]


class TestReporting:
    def test_reporting_upwards_meets_the_clock_of_reporting(self, way: Way) -> None:
        way.assessed()
        with way.store.write() as work:
            [known] = [one for one in work.clocks.of_alerts([way.alert_id])[way.alert_id] if one.rule_id == "C-48H"]
            work.clocks.save(replace(known, id="up", rule_id="C-UP2H", action="上报", due_at=None))
        report_upwards(way.hand("duty_lead"), to="省政府总值班室", basis="预案第三条")
        clocks = clocks_of(way.store, alert_of(way))
        assert (clocks["C-UP2H"].state, clocks["C-UP2H"].reason) == (ClockState.MET, "上报省政府总值班室")
        assert clocks["C-48H"].state is ClockState.ARMED
        assert ("值班丙", "clock.met") in acts_on(way.store, "clock:up")


class TestRegisteringBeside:
    def test_while_a_case_is_under_way_an_answer_is_registered_in_it_and_nowhere_else(self, way: Way) -> None:
        way.drafting()
        with pytest.raises(Conflict, match="审核、签批后在其中登记发布"):
            answer(way.store, APPROVER, way.alert_id, office=OFFICE, now=way.now)
        close_case(way.hand("duty_lead"), reason="与另一预警重复")
        answer(way.store, APPROVER, way.alert_id, office=OFFICE, now=way.now)
        assert alert_of(way).state is AlertState.ANSWERED


class TestOpening:
    def test_a_false_positive_is_written_off_with_its_reason(self, way: Way) -> None:
        with pytest.raises(Barred) as refused:
            open_for_alert(way.store, PEOPLE["monitor"], way.alert_id, office=OFFICE, now=NOW, relevant=False)
        assert refused.value.bar is Bar.EMPTY
        case = open_for_alert(
            way.store, PEOPLE["monitor"], way.alert_id, office=OFFICE, now=NOW, relevant=False, remark="同名保健品"
        )
        assert case.state is CaseState.CLOSED_FP

    def test_a_second_person_is_told_who_opened_it(self, way: Way) -> None:
        way.opened()
        other = person("监测卯", Role.OFFICER, duties=frozenset({"monitor"}))
        with pytest.raises(Barred, match="监测甲已于11月25日 14:33开立处置"):
            open_for_alert(way.store, other, way.alert_id, office=OFFICE, now=way.now)

    def test_only_who_screens_opens_and_others_are_told_who_does(self, way: Way) -> None:
        with pytest.raises(NotOnDuty, match="“初筛”由监测员办理，法规戊不在此岗位"):
            open_for_alert(way.store, PEOPLE["legal_reviewer"], way.alert_id, office=OFFICE, now=NOW)
        viewer = person("只读", Role.VIEWER, duties=frozenset({"monitor"}))
        with pytest.raises(Forbidden):
            open_for_alert(way.store, viewer, way.alert_id, office=OFFICE, now=NOW)

    def test_a_closed_alert_is_opened_again_first(self, way: Way) -> None:
        with way.store.write() as work:
            for clock in work.clocks.of_alerts([way.alert_id])[way.alert_id]:
                work.clocks.save(replace(clock, state=ClockState.MET))
        close(way.store, APPROVER, way.alert_id, "误报", office=OFFICE, now=NOW)
        with pytest.raises(Conflict, match="请先重新打开再开立处置"):
            way.opened()


class TestBesideTheWay:
    def test_an_alert_is_not_closed_over_the_case_that_answers_it(self, way: Way) -> None:
        way.submitted()
        with way.store.write() as work:
            for clock in work.clocks.of_alerts([way.alert_id])[way.alert_id]:
                work.clocks.save(replace(clock, state=ClockState.MET))
        with pytest.raises(Conflict, match="正在处置（送审中），不能关闭") as refused:
            close(way.store, APPROVER, way.alert_id, "结束", office=OFFICE, now=way.now)
        assert refused.value.about == f"case:{way.case.id}"
        close_case(way.hand("duty_lead"), reason="与另一预警重复")
        assert close(way.store, APPROVER, way.alert_id, "重复", office=OFFICE, now=way.now).state is AlertState.CLOSED

    def test_an_alert_whose_case_was_published_is_closed_while_its_effect_is_tracked(self, way: Way) -> None:
        way.published()
        with way.store.write() as work:
            for clock in work.clocks.of_alerts([way.alert_id])[way.alert_id]:
                work.clocks.save(replace(clock, state=ClockState.MET))
        closed = close(way.store, APPROVER, way.alert_id, "已回应", office=OFFICE, now=way.now)
        assert closed.state is AlertState.CLOSED

    def test_assigning_a_case_gives_the_alert_too_and_tells_by_mail(self, way: Way) -> None:
        way.opened()
        with way.store.write() as work:
            work.people.save(
                person("承办丁", Role.OFFICER, duties=frozenset({"case_officer"}), email="c@office.invalid")
            )
        before = {mail.key for mail in mails(way.store)}
        case = assign_case(way.hand("duty_lead"), "承办丁")
        alert = alert_of(way)
        assert (case.owner, alert.owner, alert.state) == ("承办丁", "承办丁", AlertState.ASSIGNED)
        assert {mail.payload["to"] for mail in mails(way.store) if mail.key not in before} == {"c@office.invalid"}
        with pytest.raises(Barred, match="处置已由承办丁承办"):
            assign_case(way.hand("duty_lead"), "承办丁")
        with pytest.raises(NotFound, match="没有名为"):
            assign_case(way.hand("duty_lead"), "查无此人")

    def test_case_and_alert_have_one_owner_whichever_of_them_is_given_away(self, way: Way) -> None:
        with way.store.write() as work:
            for name in ("承办丁", "承办戊"):
                work.people.save(person(name, Role.OFFICER, duties=frozenset({"case_officer"})))
        assign(way.store, APPROVER, way.alert_id, "承办丁", office=OFFICE, now=way.now)
        way.opened()
        assert (way.case.owner, alert_of(way).owner) == ("承办丁", "承办丁")
        assign(way.store, APPROVER, way.alert_id, "承办戊", office=OFFICE, now=way.now)
        assert (way.case.owner, alert_of(way).owner) == ("承办戊", "承办戊")
        assign_case(way.hand("duty_lead"), "承办丁")
        assert (way.case.owner, alert_of(way).owner) == ("承办丁", "承办丁")

    def test_undoing_a_bulk_assignment_gives_the_case_back_with_the_alert(self, way: Way) -> None:
        with way.store.write() as work:
            for name in ("承办丁", "承办戊"):
                work.people.save(person(name, Role.OFFICER, duties=frozenset({"case_officer"})))
        assign(way.store, APPROVER, way.alert_id, "承办丁", office=OFFICE, now=way.now)
        way.opened()
        done = assign_all(way.store, APPROVER, [way.alert_id], "承办戊", office=OFFICE, now=way.now)
        assert (way.case.owner, alert_of(way).owner) == ("承办戊", "承办戊")
        assert done.batch_id is not None
        assert undo(way.store, APPROVER, done.batch_id, now=way.now).done == 1
        assert (way.case.owner, alert_of(way).owner) == ("承办丁", "承办丁")

    def test_closing_gives_the_alert_back_and_reopening_goes_on_with_the_answer(self, way: Way) -> None:
        way.drafting()
        close_case(way.hand("duty_lead"), reason="与另一预警重复")
        assert alert_of(way).state is AlertState.ACKNOWLEDGED
        assert reopen_case(way.hand("duty_lead"), reason="并非重复").state is CaseState.DRAFTING
        assert alert_of(way).state is AlertState.ANSWERING

    def test_a_case_is_opened_again_only_beside_an_open_alert_whose_clocks_stand_as_they_stood(self, way: Way) -> None:
        way.drafting()
        with way.store.write() as work:
            for clock in work.clocks.of_alerts([way.alert_id])[way.alert_id]:
                work.clocks.save(replace(clock, state=ClockState.MET_LATE))
        close_case(way.hand("duty_lead"), reason="与另一预警重复")
        close(way.store, APPROVER, way.alert_id, "重复", office=OFFICE, now=way.now)
        before = clocks_of(way.store, alert_of(way))
        with pytest.raises(Barred, match="预警已关闭"):
            reopen_case(way.hand("duty_lead"), reason="并非重复")
        reopen(way.store, APPROVER, way.alert_id, "并非重复", office=OFFICE, now=way.now)
        assert reopen_case(way.hand("duty_lead"), reason="并非重复").state is CaseState.DRAFTING
        assert clocks_of(way.store, alert_of(way)) == before
        assert ("值班丙", "case.reopened") in acts_on(way.store, f"case:{way.case.id}")

    def test_what_was_published_is_evaluated_before_it_ends(self, way: Way) -> None:
        way.published()
        with pytest.raises(Barred, match="须先评估") as refused:
            close_case(way.hand("duty_lead"), reason="已回应")
        assert refused.value.bar is Bar.NO_EVALUATION

    def test_evaluation_waits_for_quiet_days_and_counts_for_itself(self, way: Way) -> None:
        way.published()
        track_reaction(way.hand("analyst"), remark="平稳")
        with pytest.raises(Barred, match="发布后满3日才能评估"):
            evaluate_response(way.hand("analyst"), reach="三家", questions="无", lessons="")
        way.now += timedelta(days=3)
        evaluate_response(way.hand("analyst"), reach="三家", questions="无", lessons="")
        [told] = way.file.evaluations
        effect = told.figures["effect"]
        assert (told.figures["before"], told.figures["after"]) == (
            effect["before"]["documents"],
            effect["after"]["documents"],
        )
        assert (told.figures["window_hours"], told.figures["after_hours"]) == (72, 72)
        assert told.figures["at"] == way.file.publications[0].at.isoformat()

    def test_the_measured_effect_is_kept_and_a_person_only_adds_to_it(self, way: Way) -> None:
        way.published()
        published = way.now
        track_reaction(way.hand("analyst"), remark="平稳")
        way.now += timedelta(days=3)
        evaluate_response(way.hand("analyst"), reach="", questions=" 何时复售？ ")
        [told] = way.file.evaluations
        effect = told.figures["effect"]
        assert (effect["before"]["until"], effect["after"]["since"]) == (published.isoformat(), published.isoformat())
        assert [row[0] for row in effect["table"]][:3] == ["独立信源（个）", "阅读量（平台现示）", "稿件（篇/日）"]
        assert "本事件全部稿件" in effect["scope"]
        assert (told.reach, told.questions) == ("", "何时复售？")

    def test_the_badge_counts_what_waits_for_this_person(self, way: Way) -> None:
        way.submitted()
        with way.store.read() as work:
            counts = {
                name: waiting_for(work, PEOPLE[name], OFFICE.register.workflow)
                for name in ("legal_reviewer", "secrecy_reviewer", "case_officer", "publisher")
            }
        assert counts == {"legal_reviewer": 1, "secrecy_reviewer": 1, "case_officer": 0, "publisher": 0}


class TestBypass:
    def test_two_names_go_past_what_is_missing_but_not_past_authority(self, way: Way) -> None:
        way.submitted()
        set_disclosure(way.hand("case_officer"), Disclosure.ACTIVE, reason="")
        way.asks_past("duty_lead", version=1, reason="谣言正在扩散，三十分钟内须澄清")
        with pytest.raises(Barred, match="申请人不能自己确认"):
            bypass_confirmed(way.hand("duty_lead"), version=1)
        bypass_confirmed(way.hand("deputy_head"), version=1)
        with pytest.raises(Barred, match="不能办理“发布”"):
            way.publishes()
        way.checks_authority()
        way.publishes()
        assert len(way.file.publications) == 1

    @pytest.mark.parametrize("gone", [{"disabled": True}, {"duties": frozenset({"monitor"})}, {"role": Role.VIEWER}])
    def test_a_request_falls_with_the_account_or_duty_of_who_made_it(self, way: Way, gone: dict[str, Any]) -> None:
        way.submitted()
        way.asks_past("duty_lead", version=1, reason="谣言正在扩散")
        with way.store.write() as work:
            work.people.save(replace(PEOPLE["duty_lead"], **gone))
        with pytest.raises(Barred, match="申请人值班丙已停用或不再有此岗位"):
            bypass_confirmed(way.hand("deputy_head"), version=1)
        assert way.file.approvals == ()
        way.asks_past("deputy_head", version=1, reason="谣言正在扩散")
        bypass_confirmed(way.hand("head"), version=1)
        assert way.case.state is CaseState.REVIEWED_3

    def test_who_could_confirm_a_request_has_the_case_among_their_own_and_who_made_it_has_not(self, way: Way) -> None:
        def counts() -> dict[str, int]:
            with way.store.read() as work:
                return {
                    name: waiting_for(work, PEOPLE[name], OFFICE.register.workflow) for name in ("head", "duty_lead")
                }

        way.submitted()
        assert counts() == {"head": 0, "duty_lead": 0}
        way.asks_past("duty_lead", version=1, reason="谣言正在扩散")
        assert counts() == {"head": 1, "duty_lead": 0}
        bypass_confirmed(way.hand("deputy_head"), version=1)
        assert counts() == {"head": 0, "duty_lead": 0}

    def test_a_request_that_is_taken_back_is_written_down(self, way: Way) -> None:
        way.submitted()
        way.asks_past("duty_lead", version=1, reason="谣言正在扩散")
        bypass_dropped(way.hand("duty_lead"), version=1, reason="")
        assert acts_on(way.store, f"case:{way.case.id}")[-1] == ("值班丙", "case.bypass_dropped")
        with pytest.raises(Barred, match="没有人就这一版申请越过"):
            bypass_confirmed(way.hand("deputy_head"), version=1)

    def test_a_bypass_stands_in_the_weekly_briefing_with_both_names(self, way: Way) -> None:
        way.submitted()
        way.asks_past("duty_lead", version=1, reason="谣言正在扩散")
        bypass_confirmed(way.hand("deputy_head"), version=1)
        [row] = this_week(way).bypasses
        assert row.sentence == (
            "“多人输注清云注射液后寒战”第1版越过初审、合法性审核、保密审查、领导签批：谣言正在扩散（值班丙申请，分管壬确认）"
        )

    @pytest.mark.parametrize("title", ["某县注射液事件死亡增至2人", "某县9人输注注射液后寒战"])
    def test_the_weekly_briefing_tells_how_many_died_by_now_and_asks_nobody_to_assign_what_is_assigned(
        self, way: Way, title: str
    ) -> None:
        with way.store.write() as work:
            alert = work.alerts.get(way.alert_id)
            event = work.events.get(alert.event_id) if alert else None
            assert alert is not None
            assert event is not None
            work.events.save(replace(event, title=title, deaths=3, harmed=9), [])
            again = replace(
                alert, owner="承办丁", acknowledged_at=None, acknowledged_by=None, revision=alert.revision + 1
            )
            work.alerts.save(again)
        [told] = this_week(way).events
        assert (told.people, told.next_step) == ("据稿件称死亡3人，称受影响9人（待核实）", "尽快确认，核实新情况")
