"""What somebody else did while a page stood open is told before anything is set in its place."""

import pytest

from service.domain.cases.assess import disclosure_mark
from service.domain.cases.file import Case, Disclosure
from service.domain.cases.moves import Barred
from service.domain.cases.workflow import CaseState
from service.domain.people.person import Role
from service.domain.refusal import Conflict
from service.flows.alerts.acts import assign
from service.flows.alerts.bulk import assign_all
from service.flows.cases.assigning import assign_case
from service.flows.cases.drafting import set_disclosure
from service.flows.cases.reviewing import draft_signed
from tests.flows.acts.scene import APPROVER, OFFICE, person
from tests.flows.cases.scene import Way


def test_of_two_who_set_the_attribute_the_second_is_told_what_the_first_set(way: Way) -> None:
    way.drafting()
    seen = disclosure_mark(way.case)
    set_disclosure(way.hand("case_officer"), Disclosure.WITHHELD, reason="商业秘密", seen=seen)
    with pytest.raises(Barred, match=r"承办丁已于.*把公开属性定为“不予公开”（商业秘密），没有改动"):
        set_disclosure(way.hand("spokesperson"), Disclosure.ACTIVE, reason="", seen=seen)
    assert way.case.disclosure is Disclosure.WITHHELD
    now = disclosure_mark(way.case)
    assert (
        set_disclosure(way.hand("spokesperson"), Disclosure.ACTIVE, reason="", seen=now).disclosure is Disclosure.ACTIVE
    )


def test_another_reason_for_the_same_attribute_is_another_attribute(way: Way) -> None:
    way.drafting()
    set_disclosure(way.hand("case_officer"), Disclosure.WITHHELD, reason="商业秘密")
    seen = disclosure_mark(way.case)
    set_disclosure(way.hand("case_officer"), Disclosure.WITHHELD, reason="个人隐私")
    with pytest.raises(Barred, match="个人隐私"):
        set_disclosure(way.hand("spokesperson"), Disclosure.ACTIVE, reason="", seen=seen)


def _sign(way: Way, attribute: Disclosure, *, reason: str = "", reference: str = "签〔2026〕9号") -> Case:
    hand = way.hand("deputy_head")
    return draft_signed(hand, version=1, reference=reference, remark="", attribute=attribute, reason=reason)


def test_who_signs_sets_the_attribute_with_the_signature_and_both_are_in_the_trail(way: Way) -> None:
    way.approving()
    signed = _sign(way, Disclosure.ACTIVE)
    assert (signed.state, signed.disclosure) == (CaseState.APPROVED, Disclosure.ACTIVE)
    with way.store.read() as work:
        acts = [row.action for row in work.audit.rows(subject=f"case:{way.case.id}", limit=2)]
    assert acts == ["case.signed", "case.disclosure"]


@pytest.mark.parametrize(
    ("attribute", "reference", "told"),
    [(Disclosure.WITHHELD, "签〔2026〕9号", "不予公开的理由"), (Disclosure.ACTIVE, " ", "签批件编号")],
)
def test_a_signature_that_is_refused_sets_no_attribute(
    way: Way, attribute: Disclosure, reference: str, told: str
) -> None:
    way.approving()
    with pytest.raises(Barred, match=told):
        _sign(way, attribute, reference=reference)
    assert (way.case.state, way.case.disclosure) == (CaseState.APPROVING, None)


def test_who_signs_with_another_attribute_than_was_set_meanwhile_is_told_which(way: Way) -> None:
    way.approving()
    set_disclosure(way.hand("case_officer"), Disclosure.ON_REQUEST, reason="")
    with pytest.raises(Barred, match=r"承办丁已于.*把公开属性定为“依申请公开”，没有改动"):
        _sign(way, Disclosure.ACTIVE)
    assert way.case.state is CaseState.APPROVING
    assert _sign(way, Disclosure.ON_REQUEST).state is CaseState.APPROVED


@pytest.fixture
def staffed(way: Way) -> Way:
    with way.store.write() as work:
        for name in ("承办丁", "承办戊"):
            work.people.save(person(name, Role.OFFICER, duties=frozenset({"case_officer"})))
    return way


def test_of_two_who_give_a_case_away_the_second_is_told_to_whom_it_went(staffed: Way) -> None:
    staffed.opened()
    assign_case(staffed.hand("duty_lead"), "承办丁", seen="")
    with pytest.raises(Conflict, match=r"值班丙已于.*指派给承办丁，您打开页面时还没有承办人，没有改动"):
        assign_case(staffed.hand("analyst"), "承办戊", seen="")
    assert staffed.case.owner == "承办丁"
    assert assign_case(staffed.hand("analyst"), "承办戊", seen="承办丁").owner == "承办戊"


def test_what_was_given_away_with_its_alert_is_told_by_who_gave_that(staffed: Way) -> None:
    staffed.opened()
    assign_case(staffed.hand("duty_lead"), "承办丁", seen="")
    assign(staffed.store, APPROVER, staffed.alert_id, "承办戊", office=OFFICE, now=staffed.now, seen="承办丁")
    with pytest.raises(Conflict, match=f"{APPROVER.name}已于.*指派给承办戊，您打开页面时由承办丁承办"):
        assign_case(staffed.hand("duty_lead"), "值班丙", seen="承办丁")


def test_of_two_who_give_an_alert_away_the_second_is_told_to_whom_it_went(staffed: Way) -> None:
    now = staffed.now
    assign(staffed.store, APPROVER, staffed.alert_id, "承办丁", office=OFFICE, now=now, seen="")
    with pytest.raises(Conflict, match="指派给承办丁，您打开页面时还没有承办人"):
        assign(staffed.store, APPROVER, staffed.alert_id, "承办戊", office=OFFICE, now=now, seen="")
    given = assign(staffed.store, APPROVER, staffed.alert_id, "承办戊", office=OFFICE, now=now, seen="承办丁")
    assert given.owner == "承办戊"


def test_of_two_who_give_the_same_alerts_away_at_once_the_second_is_told_of_each_that_went(staffed: Way) -> None:
    now, picked = staffed.now, [staffed.alert_id]
    assign_all(staffed.store, APPROVER, picked, "承办丁", office=OFFICE, now=now, seen={staffed.alert_id: ""})
    left = assign_all(staffed.store, APPROVER, picked, "承办戊", office=OFFICE, now=now, seen={staffed.alert_id: ""})
    assert (left.done, left.batch_id) == (0, None)
    assert "指派给承办丁，您打开页面时还没有承办人，没有改动" in left.refusal.sentence
    given = assign_all(
        staffed.store, APPROVER, picked, "承办戊", office=OFFICE, now=now, seen={staffed.alert_id: "承办丁"}
    )
    assert given.done == 1
