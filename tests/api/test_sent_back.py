"""A text that came back tells its author, above the text, who sent it back and what is to change; a reviewer what was said."""

from service.domain.cases.workflow import CaseState, Step
from service.domain.people.person import Role
from service.flows.cases.ending import close_case, reopen_case
from service.flows.cases.following import follow_up_on
from service.flows.cases.reviewing import draft_returned, opinion_given
from service.flows.cases.withdrawing import drop_round
from tests.api.conftest import Site
from tests.api.flat import flat
from tests.flows.cases.scene import TEXT, Way

ALERT = "A-20261125-03"
REMARK = "患者床位号属个人信息，请删去"


def _draft(site: Site, way: Way) -> str:
    return flat(site.browser(Role.VIEWER).client.get(f"/cases/{way.case.id}?tab=draft").text)


def _returned(site: Site) -> Way:
    way = Way(site.context.store, ALERT).submitted()
    opinion_given(way.hand("secrecy_reviewer"), Step.SECRECY_REVIEW, version=1, passed=False, remark=REMARK)
    return way


def test_the_draft_says_who_returned_it_from_which_review_and_why_until_it_is_submitted_again(site: Site) -> None:
    way = _returned(site)
    assert "退回了第 1 版（保密审查）：患者床位号属个人信息，请删去" in _draft(site, way)
    way.writes(TEXT + "特此说明。")
    assert REMARK not in _draft(site, way)


def test_what_whoever_signs_wants_changed_stands_there_too(site: Site) -> None:
    way = Way(site.context.store, ALERT).approving()
    draft_returned(way.hand("deputy_head"), Step.SIGN, version=1, remark="写明批号")
    assert "分管壬" in _draft(site, way)
    assert "退回了第 1 版（领导签批）：写明批号" in _draft(site, way)


def test_a_text_that_came_back_before_the_case_was_closed_by_mistake_still_says_why(site: Site) -> None:
    way = _returned(site)
    close_case(way.hand("duty_lead"), reason="重复开立")
    reopen_case(way.hand("duty_lead"), reason="并非重复")
    assert way.case.state is CaseState.DRAFTING
    assert REMARK in _draft(site, way)


def test_what_came_back_in_a_further_round_that_was_taken_back_is_not_told_of_the_next(site: Site) -> None:
    way = Way(site.context.store, ALERT).published()
    follow_up_on(way.hand("analyst"), reason="新增两例")
    way.writes("关于清云注射液的续报")
    opinion_given(way.hand("secrecy_reviewer"), Step.SECRECY_REVIEW, version=2, passed=False, remark=REMARK)
    assert REMARK in _draft(site, way)
    drop_round(way.hand("duty_lead"), reason="并无新情况")
    follow_up_on(way.hand("analyst"), reason="新增三例")
    assert way.case.state is CaseState.DRAFTING
    assert REMARK not in _draft(site, way)


def test_who_reviews_the_next_version_reads_what_the_last_was_returned_for(site: Site) -> None:
    way = _returned(site)
    way.writes(TEXT + "特此说明。")
    page = site.browser(Role.VIEWER).client.get(f"/cases/{way.case.id}?tab=review").text
    assert f"退回：{REMARK}" in flat(page)
