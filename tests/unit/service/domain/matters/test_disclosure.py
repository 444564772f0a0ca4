from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from service.domain.clocks.calendar import WorkingCalendar
from service.domain.matters.crossing import MatterTraits
from service.domain.matters.disclosure import (
    DisclosureDecision,
    DisclosureState,
    decide,
    duty_of,
    frequent,
    publish,
    settled,
    subject_of,
    withdraw,
)
from service.domain.matters.matter import Matter, MatterKind
from service.domain.refusal import Conflict
from tests.unit.service.domain.builders import register

NOW = datetime(2026, 11, 25, 6, 32, tzinfo=UTC)
DAY = timedelta(days=1)
ASKED = (
    "申请公开2025年药品抽检不合格产品名单",
    "我想获取2025年度药品抽检不合格产品名单",
    "请公开药品抽检不合格产品名单（2025年）",
)


def application(number: int, text: str, *, applicant: str | None = None) -> Matter:
    return Matter(
        id=f"m{number}",
        kind=MatterKind.APPLICATION,
        number=f"SQ-{number}",
        source_id="drop-application",
        title=text,
        text=text,
        received_at=NOW - number * DAY,
        taken_at=NOW,
        state_at=NOW,
        applicant=f"a{number}" if applicant is None else applicant,
    )


def complaint(number: int, product: str, *, category: str = "R01") -> Matter:
    traits = MatterTraits(products=frozenset({product}), categories=frozenset({category})).as_json()
    made = replace(application(number, f"反映{product}的问题"), kind=MatterKind.COMPLAINT)
    return replace(made, traits=traits)


def three() -> list[Matter]:
    return [application(number, text) for number, text in enumerate(ASKED, 1)]


def test_three_applications_of_three_people_for_the_same_propose_disclosure() -> None:
    [one] = frequent([*three(), application(9, "申请公开本局2026年部门预算")])
    assert (one.proposed, one.applicants, len(one.matters)) == (True, 3, 3)
    assert one.reason == "依申请公开3件，来自3名申请人（政府信息公开条例第四十四条）"
    assert one.counts == {"application": 3}
    assert one.id == "m3"


def test_one_person_who_asks_three_times_proposes_nothing() -> None:
    [one] = frequent([replace(matter, applicant="same") for matter in three()])
    assert (one.proposed, one.applicants) == (False, 1)
    assert one.reason == "依申请公开3件，来自1名申请人；满3件申请或5件投诉举报、3名申请人时提出建议"


@pytest.mark.parametrize(
    ("title", "text", "subject"),
    [
        ("申请公开抽检结果", "我想知道名单。还有别的。", "申请公开抽检结果"),
        ("申请公开信息", "我想知道名单。还有别的。", "我想知道名单。"),
        (" 申请公开 ", "", "申请公开"),
        ("", "名单", "名单"),
        ("长" * 99, "", "长" * 80),
    ],
)
def test_an_application_is_named_by_a_telling_title_else_by_its_first_sentence(
    title: str, text: str, subject: str
) -> None:
    assert subject_of(replace(application(1, text), title=title)).rstrip("。") == subject.rstrip("。")


def test_five_complaints_about_one_product_and_problem_propose_disclosure() -> None:
    some = [complaint(number, "清云注射液") for number in range(5)]
    other = [complaint(number + 10, "清云注射液", category="R08") for number in range(2)]
    first, second = frequent([*some, *other, complaint(20, "别的药")])
    assert (first.subject, first.proposed) == ("清云注射液：不良反应与群体事件", True)
    assert (second.proposed, len(second.matters)) == (False, 2)


@pytest.mark.parametrize(("number", "people", "proposed"), [(5, 3, True), (4, 4, False), (5, 2, False)])
def test_complaints_are_proposed_from_five_of_three_people_on(number: int, people: int, *, proposed: bool) -> None:
    some = [replace(complaint(one, "清云注射液"), applicant=f"a{one % people}") for one in range(number)]
    assert [one.proposed for one in frequent(some)] == [proposed]


def test_complaints_without_an_applicant_count_as_one_each() -> None:
    [one] = frequent([replace(complaint(number, "清云注射液"), applicant=None) for number in range(5)])
    assert (one.applicants, one.proposed) == (5, True)


def test_a_complaint_is_counted_once_by_its_first_product_and_category_else_by_the_firm() -> None:
    traits = MatterTraits(
        products=frozenset({"乙药", "甲药"}), firms=frozenset({"某厂"}), categories=frozenset({"R08", "R01"})
    )
    some = [replace(complaint(number, "甲药"), traits=traits.as_json()) for number in range(2)]
    assert [one.subject for one in frequent(some)] == ["乙药：不良反应与群体事件"]
    by_firm = replace(traits, products=frozenset())
    assert [one.subject for one in frequent([replace(one, traits=by_firm.as_json()) for one in some])] == [
        "某厂：不良反应与群体事件"
    ]
    unnamed = replace(traits, products=frozenset(), firms=frozenset())
    assert frequent([replace(one, traits=unnamed.as_json()) for one in some]) == []
    unsorted = replace(traits, categories=frozenset())
    assert frequent([replace(one, traits=unsorted.as_json()) for one in some]) == []


def test_an_application_that_names_a_product_is_counted_by_what_it_asks_for_alone() -> None:
    traits = complaint(1, "清云注射液").traits
    [one] = frequent([replace(matter, traits=traits) for matter in three()])
    assert one.counts == {"application": 3}
    assert "清云注射液" not in one.subject


def test_proposed_subjects_come_first_then_those_of_most_matters() -> None:
    four = [replace(complaint(number, "甲药"), applicant="a1") for number in range(20, 24)]
    two = [complaint(number, "乙药") for number in range(10, 12)]
    found = frequent([*two, *four, *three()])
    assert [(one.proposed, len(one.matters)) for one in found] == [(True, 3), (False, 4), (False, 2)]


def test_a_decision_on_exactly_half_of_the_matters_still_stands() -> None:
    [one] = frequent(three())
    decision = decide(one, disclose=False, by="审批人乙", reason="涉及商业秘密", now=NOW, register=register())
    fresh = [application(number + 50, text) for number, text in enumerate(ASKED, 1)]
    [again] = frequent([*fresh, *three()], [decision])
    assert (len(again.matters), again.decision) == (6, decision)


def test_the_latest_decision_on_the_same_matters_is_the_one_that_stands() -> None:
    [one] = frequent(three())
    first = decide(one, disclose=False, by="审批人乙", reason="涉及商业秘密", now=NOW - DAY, register=register())
    second = decide(one, disclose=True, by="审批人丁", reason="已脱密", now=NOW, register=register())
    for decisions in ([first, second], [second, first]):
        [again] = frequent(three(), decisions)
        assert again.decision == second


def test_gov_16_only_a_decision_to_disclose_that_is_not_carried_out_has_a_clock() -> None:
    [one] = frequent(three())
    decision = decide(one, disclose=True, by="审批人乙", reason="多人申请", now=NOW, register=register())
    duty = duty_of(decision, register(), warned=1)
    assert duty is not None
    assert (duty.rule_id, duty.action, duty.start_at, duty.due_at, duty.warned) == (
        "C-PUB",
        "公开并登记",
        NOW,
        decision.due_at,
        1,
    )
    assert duty_of(replace(decision, due_at=None), register()) is None
    assert duty_of(replace(decision, state=DisclosureState.REJECTED), register()) is None
    assert duty_of(publish(decision, by="甲", place="公告栏", now=NOW), register()) is None


def test_what_was_decided_is_not_proposed_again_while_half_of_the_matters_are_the_same() -> None:
    [one] = frequent(three())
    decision = decide(one, disclose=False, by="审批人乙", reason="涉及商业秘密", now=NOW, register=register())
    [again] = frequent([*three(), application(0, ASKED[0])], [decision])
    assert (again.proposed, again.decision) == (False, decision)
    fresh = [application(number + 50, text) for number, text in enumerate(ASKED, 1)]
    more = [application(number + 60, text) for number, text in enumerate(ASKED, 1)]
    [later] = frequent([*fresh, *more, *three()[:2]], [decision])
    assert later.proposed


def test_a_decision_to_disclose_begins_the_twenty_working_days() -> None:
    [one] = frequent(three())
    decision = decide(one, disclose=True, by="审批人乙", reason="多人申请", now=NOW, register=register())
    assert decision.state is DisclosureState.ACCEPTED
    assert decision.due_at == datetime(2026, 12, 23, 15, 59, 59, tzinfo=UTC)
    assert decision.matters == ("m3", "m2", "m1")


def test_a_decision_that_reaches_a_year_without_days_off_stands_and_is_due_once_they_are_known() -> None:
    [one] = frequent(three())
    late = datetime(2026, 12, 20, 2, tzinfo=UTC)
    decision = decide(one, disclose=True, by="审批人乙", reason="多人申请", now=late, register=register())
    assert (decision.state, decision.due_at) == (DisclosureState.ACCEPTED, None)
    assert settled(decision, register()) is None
    known = replace(register(), calendar=WorkingCalendar(years=(2027,)))
    due = settled(decision, known)
    assert due is not None
    assert due.due_at == datetime(2027, 1, 15, 15, 59, 59, tzinfo=UTC)
    assert settled(due, known) is None
    refused = decide(one, disclose=False, by="审批人乙", reason="涉密", now=late, register=register())
    assert settled(refused, known) is None


@pytest.mark.parametrize(("by", "reason"), [("", "理由"), (" ", "理由"), ("审批人乙", " ")])
def test_a_decision_needs_a_name_and_a_reason(by: str, reason: str) -> None:
    [one] = frequent(three())
    with pytest.raises(Conflict, match="写明决定的理由"):
        decide(one, disclose=True, by=by, reason=reason, now=NOW, register=register())


def test_nothing_is_decided_twice() -> None:
    [one] = frequent(three())
    decision = decide(one, disclose=True, by="审批人乙", reason="多人申请", now=NOW, register=register())
    [again] = frequent(three(), [decision])
    with pytest.raises(Conflict, match="已由审批人乙决定：决定主动公开"):
        decide(again, disclose=False, by="审批人丁", reason="理由", now=NOW, register=register())


@pytest.mark.parametrize(("disclose", "word"), [(True, "决定主动公开"), (False, "不主动公开")])
def test_a_decision_by_mistake_is_taken_back_and_its_subject_is_proposed_and_decided_on_anew(
    *, disclose: bool, word: str
) -> None:
    [one] = frequent(three())
    decision = decide(one, disclose=disclose, by="审批人乙", reason="多人申请", now=NOW, register=register())
    back = withdraw(decision, by="审批人丁", reason=" 误点 ", now=NOW)
    assert (back.state, duty_of(back, register())) == (DisclosureState.WITHDRAWN, None)
    assert back.due_at == decision.due_at
    assert (back.decided_by, back.decided_at) == ("审批人乙", NOW)
    assert back.reason == f"多人申请（原决定：{word}；审批人丁撤销：误点）"
    assert settled(back, register()) is None
    [again] = frequent(three(), [back])
    assert (again.proposed, again.decision) == (True, None)
    later = decide(again, disclose=True, by="审批人乙", reason="已核对", now=NOW + DAY, register=register())
    assert later.id != decision.id
    [held] = frequent(three(), [back, later])
    assert held.decision == later


@pytest.mark.parametrize(("after", "said"), [(timedelta(0), ""), (timedelta(seconds=1), "（撤销时已超过到期时间）")])
def test_a_decision_taken_back_keeps_when_it_was_due_and_says_that_it_was_late(after: timedelta, said: str) -> None:
    [one] = frequent(three())
    decision = decide(one, disclose=True, by="审批人乙", reason="多人申请", now=NOW, register=register())
    decision = replace(decision, due_at=NOW + DAY)
    back = withdraw(decision, by="审批人丁", reason="误点", now=NOW + DAY + after)
    assert back.due_at == NOW + DAY
    assert back.reason == f"多人申请（原决定：决定主动公开；审批人丁撤销：误点{said}）"


def test_a_subject_decided_on_anew_at_the_same_instant_leaves_the_first_decision_as_it_is() -> None:
    [one] = frequent(three())
    first = decide(one, disclose=True, by="审批人乙", reason="多人申请", now=NOW, register=register())
    again = decide(one, disclose=False, by="审批人乙", reason="已公开", now=NOW, register=register(), taken={first.id})
    assert again.id != first.id


def test_what_was_carried_out_or_taken_back_already_is_not_taken_back() -> None:
    [one] = frequent(three())
    decision = decide(one, disclose=True, by="审批人乙", reason="多人申请", now=NOW, register=register())
    with pytest.raises(Conflict, match="决定已经执行，不能撤销"):
        withdraw(publish(decision, by="信息丙", place="抽检公告栏", now=NOW), by="审批人乙", reason="误点", now=NOW)
    with pytest.raises(Conflict, match="决定已撤销"):
        withdraw(withdraw(decision, by="审批人乙", reason="误点", now=NOW), by="审批人乙", reason="误点", now=NOW)
    for by, reason in ((" ", "误点"), ("审批人乙", " ")):
        with pytest.raises(Conflict, match="写明撤销的理由"):
            withdraw(decision, by=by, reason=reason, now=NOW)


def test_a_publication_is_registered_once_with_its_place() -> None:
    decision = DisclosureDecision(
        id="m1",
        subject="抽检不合格名单",
        matters=("m1",),
        state=DisclosureState.ACCEPTED,
        decided_by="审批人乙",
        decided_at=NOW,
        reason="多人申请",
    )
    with pytest.raises(Conflict, match="栏目或网址"):
        publish(decision, by="研判员甲", place=" ", now=NOW)
    done = publish(decision, by="研判员甲", place=" 抽检公告栏 ", now=NOW + DAY)
    assert (done.state, done.published_by, done.place) == (DisclosureState.PUBLISHED, "研判员甲", "抽检公告栏")
    assert done.published_at == NOW + DAY
    with pytest.raises(Conflict, match="没有待公开的内容"):
        publish(done, by="研判员甲", place="别处", now=NOW)


def test_a_subject_that_came_up_again_in_numbers_is_decided_again_beside_the_first_decision() -> None:
    asked = [application(90 - number, ASKED[number % 3]) for number in range(9)]
    [first] = frequent(asked[:3])
    refused = decide(first, disclose=False, by="审批人乙", reason="涉及商业秘密", now=NOW, register=register())
    [again] = frequent(asked, [refused])
    assert (again.id, again.proposed) == (first.id, True)
    later = decide(again, disclose=True, by="审批人乙", reason="已脱密", now=NOW + DAY, register=register())
    assert later.id != refused.id
    [decided] = frequent(asked, [refused, later])
    assert decided.decision == later
