"""Bad days: two at once, a text that must not go out, authority lost on the way, a restart in between."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from threading import Barrier

import pytest

from service.domain.alerts.alert import AlertState
from service.domain.cases.moves import Bar, Barred, NotOnDuty
from service.domain.cases.workflow import CaseState, Step
from service.domain.clocks.clock import ClockState
from service.domain.events.event import IncidentGrade
from service.domain.refusal import Conflict
from service.flows.alerts.clocks import arm_clock, meet_clock
from service.flows.cases.drafting import save_text, submit_draft
from service.flows.cases.reviewing import authority_checked, draft_returned, opinion_given
from service.storage.sql import SqlStore, open_store
from tests.flows.acts.scene import APPROVER, OFFICE, OFFICER, clocks_of
from tests.flows.cases.scene import PEOPLE, SECOND_OFFICER, Way, with_duties

NATIONAL = {
    "verdict": "reserved_national",
    "sentence": "已涉及4个省份，由国家药监局统一公布。",
    "basis": "《药品管理法》第一百零七条",
    "alternative": "转报国家药监局；本地仅发布工作动态，不作风险结论",
}


def spreads_to_other_provinces(way: Way) -> None:
    with way.store.write() as work:
        alert = work.alerts.get(way.alert_id)
        assert alert is not None
        work.alerts.save(replace(alert, publication=NATIONAL))


class TestBesideTheCase:
    def test_an_answering_clock_is_not_met_past_a_running_case_and_the_refusal_leads_to_it(self, way: Way) -> None:
        way.drafting()
        with pytest.raises(Conflict, match="本预警正在处置（起草中），请打开处置") as refused:
            meet_clock(way.store, OFFICER, f"{way.alert_id}-C-48H", office=OFFICE, now=way.now)
        assert refused.value.about == f"case:{way.case.id}"
        with way.store.read() as work:
            alert = work.alerts.get(way.alert_id)
        assert alert is not None
        assert alert.state is AlertState.ANSWERING
        assert clocks_of(way.store, alert)["C-48H"].state is ClockState.ARMED

    def test_a_duty_that_no_statement_meets_is_met_beside_the_case(self, way: Way) -> None:
        way.drafting()
        arm_clock(way.store, APPROVER, f"{way.alert_id}-W-GRP7", office=OFFICE, now=way.now)
        met = meet_clock(way.store, OFFICER, f"{way.alert_id}-W-GRP7", office=OFFICE, now=way.now)
        assert met.state is ClockState.MET

    def test_once_the_case_has_published_a_clock_that_was_started_after_it_can_be_met(self, way: Way) -> None:
        way.published()
        with way.store.write() as work:
            clock = work.clocks.get(f"{way.alert_id}-C-48H")
            assert clock is not None
            work.clocks.save(replace(clock, state=ClockState.ARMED, met_at=None))
        met = meet_clock(way.store, OFFICER, clock.id, office=OFFICE, now=way.now)
        assert met.state is ClockState.MET


class TestTwoAtOnce:
    def test_who_saves_over_a_newer_version_is_told_whose_it_is_and_it_stays(self, way: Way) -> None:
        way.drafting()
        save_text(way.hand("case_officer"), text="承办处室的一版", base=0)
        with pytest.raises(Barred) as refused:
            save_text(way.hand("spokesperson"), text="发言人的一版", base=0)
        assert refused.value.bar is Bar.MOVED_ON
        assert "承办丁已于" in refused.value.sentence
        assert "您打开时还没有稿件" in refused.value.sentence
        assert [one.text for one in way.file.drafts] == ["承办处室的一版"]

    def test_of_many_saves_at_the_same_moment_one_is_kept_and_the_others_are_told(self, way: Way) -> None:
        way.drafting()
        hands = [way.hand(who) for who in ("case_officer", "spokesperson", SECOND_OFFICER)]
        ready = Barrier(len(hands), timeout=20)

        def save(number: int) -> str:
            ready.wait()
            try:
                save_text(hands[number], text=f"第{number}人的稿件", base=0)
            except Barred as refused:
                return refused.sentence
            return ""

        with ThreadPoolExecutor(len(hands)) as pool:
            told = list(pool.map(save, range(len(hands)), timeout=60))
        assert sorted(bool(one) for one in told) == [False, True, True]
        assert len(way.file.drafts) == 1

    def test_a_review_is_given_once(self, way: Way) -> None:
        way.submitted()
        way.reviews(Step.LEGAL_REVIEW)
        with pytest.raises(Barred, match="法规戊已通过“合法性审核”"):
            way.reviews(Step.LEGAL_REVIEW)

    def test_an_opinion_on_a_version_that_was_replaced_meanwhile_counts_for_nothing(self, way: Way) -> None:
        way.submitted()
        way.reviews(Step.FIRST_REVIEW)
        way.writes("改过的说明")
        with pytest.raises(Barred, match="现在送审的是第2版，您看到的是第1版"):
            opinion_given(way.hand("legal_reviewer"), Step.LEGAL_REVIEW, version=1, passed=True, remark="")
        assert way.case.state is CaseState.SUBMITTED
        assert way.file.passed(2) == {}

    def test_who_sees_an_older_version_does_not_submit_the_newer_one_unread(self, way: Way) -> None:
        way.drafting()
        save_text(way.hand("case_officer"), text="承办人的一版", base=0)
        save_text(way.hand("spokesperson"), text="发言人随后存的一版", base=1)
        with pytest.raises(Barred, match=r"发言辛已于.*存了第2版，没有送审。您看到的是第1版") as barred:
            submit_draft(way.hand("case_officer"), version=1)
        assert barred.value.bar is Bar.MOVED_ON
        assert (way.case.state, way.case.submitted) == (CaseState.DRAFTING, None)
        assert submit_draft(way.hand("case_officer"), version=2).submitted == 2

    def test_an_edit_after_the_signature_takes_the_text_back_to_the_start(self, way: Way) -> None:
        way.approved()
        save_text(way.hand("case_officer"), text="签批之后又改了一句", base=1)
        with pytest.raises(Barred, match="不能办理“发布”"):
            way.publishes()
        submit_draft(way.hand("case_officer"), version=2)
        assert way.case.state is CaseState.SUBMITTED


class TestFourEyes:
    @pytest.mark.parametrize("step", [Step.FIRST_REVIEW, Step.LEGAL_REVIEW, Step.SECRECY_REVIEW])
    def test_who_wrote_reviews_nothing_whatever_duties_they_hold(self, way: Way, step: Step) -> None:
        way.submitted()
        author = with_duties(PEOPLE["case_officer"], *PEOPLE)
        with pytest.raises(Barred, match="四眼原则") as refused:
            opinion_given(way.hand(author), step, version=1, passed=True, remark="")
        assert refused.value.bar is Bar.FOUR_EYES

    def test_who_touched_an_earlier_version_of_the_round_is_an_author_too(self, way: Way) -> None:
        way.drafting()
        save_text(way.hand(SECOND_OFFICER), text="第一版", base=0)
        way.writes("第二版")
        with pytest.raises(Barred, match="承办寅已参与本稿"):
            way.reviews(Step.FIRST_REVIEW)

    def test_in_a_small_office_one_person_gives_all_three_opinions_but_does_not_sign(self, way: Way) -> None:
        way.submitted()
        both = with_duties(PEOPLE["legal_reviewer"], *PEOPLE)
        way.reviews(by=lambda _: both)
        way.checks_authority()
        with pytest.raises(Barred, match="签批须由起草人和审核人以外的人办理"):
            way.signs(both)

    def test_grades_one_and_two_are_signed_by_the_head(self, way: Way) -> None:
        way.approving()
        with way.store.write() as work:
            event = work.events.get("e1")
            assert event is not None
            work.events.save(replace(event, grade=IncidentGrade.II), ())
        with pytest.raises(NotOnDuty, match="“领导签批”由主要负责人办理"):
            way.signs("deputy_head")


class TestWhatMustNotGoOut:
    @pytest.mark.parametrize(
        ("text", "finding"),
        [
            ("机密★三年\n关于清云注射液的说明", "密级"),
            ("根据《药品管理法》第一条“从未有过的条文内容”，现予说明。", "条文原文未入库"),
            ("关于清云注射液的说明\n〔待填写：已采取的措施和下一步安排，由监管处提供〕", "还有起草标记“〔待填写"),
        ],
    )
    def test_a_text_with_a_blocking_finding_does_not_pass_the_confidentiality_review(
        self, way: Way, text: str, finding: str
    ) -> None:
        way.submitted(text)
        with pytest.raises(Barred, match=finding) as refused:
            way.reviews(Step.SECRECY_REVIEW)
        assert refused.value.bar is Bar.BLOCKED_TEXT

    def test_authority_reserved_to_the_national_level_is_refused_with_what_is_lawful(self, way: Way) -> None:
        way.reviewed()
        spreads_to_other_provinces(way)
        with pytest.raises(Barred, match="转报国家药监局；本地仅发布工作动态") as refused:
            way.checks_authority()
        assert refused.value.bar is Bar.NO_AUTHORITY
        with pytest.raises(Barred, match="须先在联络中登记已转报国家药监局"):
            way.checks_authority("work_update")

    def test_authority_that_is_lost_after_the_signature_stops_the_publication(self, way: Way) -> None:
        way.approved()
        spreads_to_other_provinces(way)
        with pytest.raises(Barred, match="本局无权发布"):
            way.publishes()
        assert way.file.publications == ()
        with way.store.read() as work:
            alert = work.alerts.get(way.alert_id)
        assert alert is not None
        assert (alert.state, alert.answered_at) == (AlertState.ANSWERING, None)
        assert clocks_of(way.store, alert)["C-48H"].state is ClockState.ARMED

    def test_an_unclear_reach_needs_the_basis_that_was_checked(self, way: Way) -> None:
        way.reviewed()
        with way.store.write() as work:
            alert = work.alerts.get(way.alert_id)
            assert alert is not None
            work.alerts.save(replace(alert, publication={"verdict": "check", "sentence": "影响范围尚不清楚。"}))
        with pytest.raises(Barred, match="请写明核对的范围和依据"):
            authority_checked(way.hand("publication_checker"), version=1, outcome="allowed", reference="", remark=" ")

    def test_a_text_sent_back_is_not_submitted_again_as_it_stands(self, way: Way) -> None:
        way.approving()
        draft_returned(way.hand("deputy_head"), Step.SIGN, version=1, remark="写明批号")
        with pytest.raises(Barred, match="第1版已被退回"):
            submit_draft(way.hand("case_officer"), version=1)


class TestRestart:
    @pytest.mark.parametrize(
        "until", [Way.assessed, Way.submitted, Way.approved], ids=["assessed", "submitted", "approved"]
    )
    def test_a_case_goes_on_after_a_restart_where_it_stood(
        self, way: Way, tmp_path: Path, until: Callable[[Way], Way]
    ) -> None:
        until(way)
        before = way.file
        assert isinstance(way.store, SqlStore)
        way.store.close()
        way.store = open_store(f"sqlite:///{tmp_path / 'yaowang.db'}")
        assert way.file == before
        if before.case.state is CaseState.APPROVED:
            way.publishes()
            assert way.case.state is CaseState.PUBLISHED
        way.store.close()
