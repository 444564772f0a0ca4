"""Whoever's turn it is gets told: once, with what is needed to act, and never before the step is kept."""

from dataclasses import replace
from datetime import timedelta

import pytest

from service.domain.alerts.alert import AlertLevel
from service.domain.cases.call import second_names
from service.domain.cases.file import LiaisonKind
from service.domain.cases.moves import Barred
from service.domain.cases.workflow import CaseState, Step
from service.domain.events.number import event_number
from service.domain.people.person import Person, Role
from service.domain.telling.letter import Letter
from service.domain.telling.silence import Matcher, MatcherField, Silence
from service.flows.alerts.silences import make_silence
from service.flows.cases import publishing
from service.flows.cases.assessing import decide_to_respond
from service.flows.cases.ending import close_case
from service.flows.cases.liaison import ask_party
from service.flows.cases.reviewing import bypass_confirmed, bypass_dropped, opinion_given
from service.flows.cases.telling import coming_calls, tend_cases
from service.flows.watch import watch
from service.ports.store import Store
from tests.flows.acts.scene import NOW, OFFICE, acts_on, mails, person
from tests.flows.cases.scene import PEOPLE, SECOND_OFFICER, Way, with_duties

ADMINISTRATOR = person("管理员卯", Role.ADMINISTRATOR, email="admin@office.invalid")


@pytest.fixture
def way(store: Store, way: Way) -> Way:
    """The way through an office in which everybody has an address."""
    with store.write() as work:
        for one in (*PEOPLE.values(), SECOND_OFFICER):
            work.people.save(replace(one, email=f"{one.id}@office.invalid"))
        work.people.save(ADMINISTRATOR)
    return way


def turns_in(store: Store, kind: str = "turn") -> list[tuple[str, str]]:
    """Return step and name of every mail of that kind, sorted."""
    with store.read() as work:
        alert = work.alerts.listing(limit=1)[0]
        told = [one for one in work.notices.of_alert(alert.id) if one.told]
    found = [(one.occasion.split(":"), one.person_name) for one in told]
    return sorted((occasion[1], name) for occasion, name in found if occasion[0] == kind)


def letter_to(store: Store, who: Person, kind: str = "turn") -> Letter:
    found = [row for row in mails(store) if f":{kind}:" in row.key and row.key.endswith(who.id)]
    assert found
    return Letter.from_json(found[-1].payload["letter"])


def change(store: Store, who: Person) -> None:
    with store.write() as work:
        work.people.save(who)


class TestTheTurn:
    def test_who_acts_next_is_told_what_waits_since_when_how_much_time_is_left_and_where(self, way: Way) -> None:
        way.submitted()
        letter = letter_to(way.store, PEOPLE["legal_reviewer"])
        assert letter.subject == "[橙色·处置待办] 合法性审核：多人输注清云注射液后寒战"
        assert "处置现为“送审中”，等待办理“合法性审核”（合法性审核人（法规处））" in letter.summary
        assert "自11月25日 14:40起等待，内部时限30分，应于11月25日 15:10前办理" in letter.summary
        assert "上一步：承办丁办理了“送审”" in letter.summary
        assert "三项审核与权限检查计划1小时00分，还剩1小时00分" in letter.summary
        assert "目标4小时00分，还剩" in letter.summary
        assert letter.summary.endswith(f"事件编号 {event_number(way.case.event_id)}。")
        assert (letter.link, letter.opens) == (f"{OFFICE.address}/cases/{way.case.id}", "打开处置")
        assert letter.receives == "轮到您办理“合法性审核”"
        assert any("本局发布" in line or "回应" in line for line in letter.deadlines)

    def test_the_three_reviewers_are_told_at_once_and_the_author_is_not_asked_to_review(self, way: Way) -> None:
        way.submitted()
        told = turns_in(way.store)
        assert [one for one in told if one[0] in {"T09", "T10", "T11"}] == [
            ("T09", SECOND_OFFICER.name),
            ("T10", "法规戊"),
            ("T11", "保密己"),
        ]

    def test_the_whole_way_calls_everybody_once_for_each_step(self, way: Way) -> None:
        way.published()
        assert turns_in(way.store) == [
            ("S05", "发言辛"),
            ("S05", "承办寅"),
            ("T04", "分析乙"),
            ("T06", "值班丙"),
            ("T08", "发言辛"),
            ("T08", "承办丁"),
            ("T08", "承办寅"),
            ("T09", "承办寅"),
            ("T10", "法规戊"),
            ("T11", "保密己"),
            ("T12", "权限庚"),
            ("T13", "分管壬"),
            ("T14", "发布子"),
            ("T14", "发言辛"),
            ("T15", "分析乙"),
        ]

    def test_a_review_that_passes_calls_nobody_again_and_a_second_submission_does(self, way: Way) -> None:
        way.submitted()
        way.reviews(Step.LEGAL_REVIEW)
        assert turns_in(way.store).count(("T11", "保密己")) == 1
        way.writes("改过的说明")
        assert turns_in(way.store).count(("T10", "法规戊")) == 2

    def test_nobody_is_told_of_a_step_that_was_refused(self, way: Way) -> None:
        way.submitted()
        before = turns_in(way.store)
        with pytest.raises(Barred):
            opinion_given(way.hand("case_officer"), Step.FIRST_REVIEW, version=1, passed=True, remark="")
        assert turns_in(way.store) == before

    def test_a_text_that_is_sent_back_calls_the_writers_with_the_reason(self, way: Way) -> None:
        way.submitted()
        opinion_given(way.hand("legal_reviewer"), Step.LEGAL_REVIEW, version=1, passed=False, remark="依据写错了条号")
        assert turns_in(way.store).count(("S05", "承办丁")) == 1
        assert "依据写错了条号" in letter_to(way.store, PEOPLE["case_officer"]).summary

    def test_a_silence_of_the_alert_mutes_no_turn(self, way: Way) -> None:
        quiet = Silence(
            id="s1",
            author="审批辰",
            reason="重复",
            matchers=(Matcher(MatcherField.EVENT, "e1"),),
            up_to=AlertLevel.ORANGE,
            begins_at=NOW,
            created_at=NOW,
            ends_at=NOW + timedelta(hours=5),
        )
        make_silence(way.store, person("审批辰", Role.APPROVER), quiet, office=OFFICE, now=NOW)
        way.submitted()
        assert ("T10", "法规戊") in turns_in(way.store)

    def test_once_the_case_is_over_nobody_is_called(self, way: Way) -> None:
        way.assessed()
        close_case(way.hand("duty_lead"), reason="与另一预警重复")
        assert turns_in(way.store)
        assert tend_cases(way.store, office=OFFICE, now=way.now + timedelta(days=9)) == 0


class TestBypass:
    def test_who_may_confirm_a_bypass_is_told_and_who_asks_is_not(self, way: Way) -> None:
        way.submitted()
        way.asks_past("duty_lead", version=1, reason="距时限不足一小时")
        assert [name for step, name in turns_in(way.store) if step == "S03"] == ["主要癸", "分管壬", "发言辛"]
        assert "确认越过审核程序" in letter_to(way.store, PEOPLE["head"]).subject
        bypass_confirmed(way.hand("head"), version=1)
        assert ("T12", "权限庚") in turns_in(way.store)

    def test_who_publishes_what_nobody_signed_is_told_so(self, way: Way) -> None:
        way.submitted()
        way.asks_past("duty_lead", version=1, reason="距时限不足一小时")
        bypass_confirmed(way.hand("head"), version=1)
        assert "处置现为“已越过审核”" in letter_to(way.store, PEOPLE["publication_checker"]).summary
        way.checks_authority()
        assert "处置现为“已越过签批”" in letter_to(way.store, PEOPLE["publisher"]).summary

    def test_the_mail_says_who_asks_why_and_what_would_be_gone_past(self, way: Way) -> None:
        way.submitted()
        way.reviews(Step.LEGAL_REVIEW)
        way.asks_past("duty_lead", version=1, reason="距时限不足一小时。")
        letter = letter_to(way.store, PEOPLE["head"])
        said = "值班丙申请越过第1版尚缺的初审、保密审查、领导签批，理由：距时限不足一小时。须由另一人确认后生效"
        assert said in letter.summary
        assert letter.step == "核对稿件和理由，在“越过审核…”中确认，或写明理由不同意；确认前照常审核"

    def test_nobody_is_told_twice_of_one_version_however_often_it_is_asked_or_looked_at(self, way: Way) -> None:
        way.submitted()
        for _ in range(2):
            way.asks_past("duty_lead", version=1, reason="距时限不足一小时")
            assert tend_cases(way.store, office=OFFICE, now=way.now + timedelta(seconds=15)) == 0
        assert len([name for step, name in turns_in(way.store) if step == "S03"]) == 3
        way.writes("改过的说明")
        way.asks_past("duty_lead", version=2, reason="距时限不足一小时")
        assert len([name for step, name in turns_in(way.store) if step == "S03"]) == 6

    def test_what_was_taken_back_and_is_asked_once_more_is_told_once_more(self, way: Way) -> None:
        way.submitted()
        way.asks_past("duty_lead", version=1, reason="距时限不足一小时")
        bypass_dropped(way.hand("duty_lead"), version=1, reason="")
        way.asks_past("duty_lead", version=1, reason="又扩散了")
        assert len([name for step, name in turns_in(way.store) if step.startswith("S03")]) == 6

    def test_who_asks_over_the_request_of_another_is_led_to_that_one_which_stays(self, way: Way) -> None:
        way.submitted()
        way.asks_past("duty_lead", version=1, reason="距时限不足一小时")
        with pytest.raises(Barred, match=r"值班丙已于.*申请越过第1版的审核（距时限不足一小时），没有另行申请"):
            way.asks_past("spokesperson", version=1, reason="谣言正在扩散")
        assert way.case.asked["by"] == "值班丙"

    def test_who_asks_in_place_of_somebody_gone_leaves_the_second_name_to_the_others(self, way: Way) -> None:
        way.submitted()
        way.asks_past("duty_lead", version=1, reason="距时限不足一小时")
        change(way.store, replace(PEOPLE["duty_lead"], disabled=True))
        way.asks_past("spokesperson", version=1, reason="谣言正在扩散")
        assert way.case.asked["by"] == "发言辛"

    def test_where_only_the_asker_could_confirm_administrators_are_told(self, way: Way) -> None:
        for duty in ("spokesperson", "deputy_head", "head"):
            change(way.store, replace(PEOPLE[duty], disabled=True))
        way.assessed()
        both = with_duties(PEOPLE["case_officer"], "case_officer", "spokesperson")
        decide_to_respond(way.hand(both), reason="须回应")
        way.writes("说明")
        way.asks_past("duty_lead", version=1, reason="距时限不足一小时")
        assert ("S03", "管理员卯") in turns_in(way.store, "turn_unheld")


class TestSayingBefore:
    def test_those_whom_the_page_names_before_a_bypass_is_asked_are_those_who_are_mailed(self, way: Way) -> None:
        way.submitted()
        lead, workflow = PEOPLE["duty_lead"], OFFICE.register.workflow
        with way.store.read() as work:
            people = work.people.listing()
        named = second_names(way.file, workflow, people, by=lead.name, now=way.now)
        way.asks_past("duty_lead", version=1, reason="距时限不足一小时")
        assert sorted(one.person.name for one in named) == [name for step, name in turns_in(way.store) if step == "S03"]

    def test_the_reminder_of_a_step_that_is_said_to_come_is_the_one_that_is_sent(self, way: Way) -> None:
        way.submitted()
        with way.store.read() as work:
            found = coming_calls(work, way.case.id, office=OFFICE, now=way.now)
        at = min(at for at, _, _ in found)
        assert tend_cases(way.store, office=OFFICE, now=at) == 0
        said = {(call.turn.step.value, one.person.name) for at_, call, some in found if at_ == at for one in some}
        tend_cases(way.store, office=OFFICE, now=at + timedelta(seconds=1))
        assert set(turns_in(way.store, "turn_late")) == said
        with way.store.read() as work:
            later = coming_calls(work, way.case.id, office=OFFICE, now=at + timedelta(seconds=1))
        assert later == [one for one in found if one[0] > at]


class TestLookingAgain:
    def test_looking_again_tells_nobody_twice_whatever_was_restarted(self, way: Way) -> None:
        way.submitted()
        before = turns_in(way.store)
        for _ in range(3):
            assert tend_cases(way.store, office=OFFICE, now=way.now) == 0
        assert turns_in(way.store) == before

    def test_who_comes_to_hold_the_duty_while_the_step_waits_is_told_then(self, way: Way) -> None:
        way.submitted()
        late_comer = person("法规巳", Role.OFFICER, duties=frozenset({"legal_reviewer"}), email="six@office.invalid")
        change(way.store, late_comer)
        assert tend_cases(way.store, office=OFFICE, now=way.now) == 1
        assert ("T10", "法规巳") in turns_in(way.store)

    def test_who_had_no_address_is_told_once_they_have_one(self, way: Way) -> None:
        change(way.store, PEOPLE["legal_reviewer"])
        way.submitted()
        assert ("T10", "法规戊") not in turns_in(way.store)
        change(way.store, replace(PEOPLE["legal_reviewer"], email="five@office.invalid"))
        assert tend_cases(way.store, office=OFFICE, now=way.now) == 1
        assert ("T10", "法规戊") in turns_in(way.store)

    def test_a_step_that_is_overdue_reminds_once_and_tells_the_duty_lead(self, way: Way) -> None:
        way.submitted()
        assert tend_cases(way.store, office=OFFICE, now=way.now + timedelta(minutes=19)) == 0
        later = way.now + timedelta(minutes=31)
        for _ in range(2):
            tend_cases(way.store, office=OFFICE, now=later)
        assert turns_in(way.store, "turn_late") == [
            ("T09", "值班丙"),
            ("T09", "承办寅"),
            ("T10", "值班丙"),
            ("T10", "法规戊"),
            ("T11", "保密己"),
            ("T11", "值班丙"),
        ]
        letter = letter_to(way.store, PEOPLE["duty_lead"], "turn_late")
        assert letter.subject.startswith("[橙色·处置超时] ")
        assert "已超过" in letter.summary
        assert ("system", "case.overdue") in acts_on(way.store, f"case:{way.case.id}")

    def test_an_alert_whose_case_is_being_worked_on_is_not_idle(self, way: Way) -> None:
        way.opened()
        for _ in range(8):
            way.now += timedelta(hours=1)
            ask_party(way.hand("case_officer"), kind=LiaisonKind.FACTS, party="县局", question="是否停用")
            report = watch(way.store, office=OFFICE, now=lambda: way.now)
            assert report.reopened == 0

    def test_the_watch_reminds_of_cases(self, way: Way) -> None:
        way.submitted()
        report = watch(way.store, office=OFFICE, now=lambda: way.now + timedelta(minutes=31))
        assert report.called == 6
        assert report.changed

    def test_the_case_that_lay_longest_is_reminded_of_however_many_others_run(self, way: Way) -> None:
        way.submitted()
        with way.store.write() as work:
            case, alert = way.case, work.alerts.get(way.case.alert_id)
            assert alert is not None
            work.alerts.save_all([replace(alert, id=f"N{number}") for number in range(200)])
            last, later = way.file.steps[-1], way.now + timedelta(minutes=1)
            for number in range(200):
                other = replace(case, id=f"K{number}", alert_id=f"N{number}", changed_at=later, submitted=None)
                step = replace(last, case_id=other.id)
                assert work.cases.add(replace(other, state=CaseState.PUBLISHED), [step])
        tend_cases(way.store, office=OFFICE, now=way.now + timedelta(minutes=31))
        assert ("system", "case.overdue") in acts_on(way.store, f"case:{case.id}")


class TestNobody:
    def test_where_nobody_holds_the_duty_administrators_are_told(self, way: Way) -> None:
        change(way.store, with_duties(PEOPLE["secrecy_reviewer"]))
        way.submitted()
        assert turns_in(way.store, "turn_unheld") == [("T11", "管理员卯")]
        letter = letter_to(way.store, ADMINISTRATOR, "turn_unheld")
        assert letter.subject == "[橙色·处置无人可办] 保密审查：多人输注清云注射液后寒战"
        assert "系统→用户" in letter.step
        assert ("system", "case.unheld") in acts_on(way.store, f"case:{way.case.id}")

    def test_where_only_the_author_holds_it_nobody_may_take_it(self, way: Way) -> None:
        change(way.store, replace(SECOND_OFFICER, disabled=True))
        way.submitted()
        assert ("T09", "管理员卯") in turns_in(way.store, "turn_unheld")

    def test_a_duty_of_somebody_whose_role_handles_nothing_counts_for_nothing(self, way: Way) -> None:
        change(way.store, replace(PEOPLE["secrecy_reviewer"], role=Role.VIEWER, email="v@office.invalid"))
        way.submitted()
        assert turns_in(way.store, "turn_unheld") == [("T11", "管理员卯")]

    def test_where_nobody_who_may_has_an_address_administrators_are_told(self, way: Way) -> None:
        change(way.store, PEOPLE["secrecy_reviewer"])
        way.submitted()
        assert turns_in(way.store, "turn_unheld") == [("T11", "管理员卯")]


def test_a_mail_stands_or_falls_with_its_step(way: Way, monkeypatch: pytest.MonkeyPatch) -> None:
    def breaks(*_: object, **__: object) -> None:
        raise RuntimeError

    way.approved()
    monkeypatch.setattr(publishing, "answered", breaks)
    with pytest.raises(RuntimeError):
        way.publishes()
    assert way.case.state is CaseState.APPROVED
    assert "T15" not in {step for step, _ in turns_in(way.store)}
