"""A registration of a publication is put right: old and new stand in the record, and no clock is met sooner by it."""

import json
from datetime import datetime, timedelta
from typing import Any

import pytest

from service.domain.alerts.alert import Alert
from service.domain.cases.assess import disclosure_mark
from service.domain.cases.file import Disclosure
from service.domain.cases.moves import Barred, NotOnDuty
from service.domain.cases.workflow import CaseState, Step
from service.domain.clocks.clock import Clock, ClockState
from service.domain.refusal import Conflict
from service.export.case_archive import pack
from service.flows.alerts.retracting import take_answer_back
from service.flows.cases.drafting import set_disclosure
from service.flows.cases.following import evaluate_response, follow_up_on, track_reaction
from service.flows.cases.packing import pack_case
from service.flows.cases.publishing import correct_registration
from service.flows.cases.reviewing import bypass_confirmed
from tests.flows.acts.scene import OFFICE, clocks_of
from tests.flows.cases.scene import MINUTE, PEOPLE, Way
from tests.flows.cases.test_archive import contents


def corrects(way: Way, *, number: int = 1, by: str = "publisher", **said: Any) -> None:
    told: dict[str, Any] = {
        "channel": "省局网站",
        "reference": "https://office.invalid/9",
        "out_at": None,
        "reason": "误登",
        "seen": len(way.file.corrections),
    }
    correct_registration(way.hand(by), number, **told | said)


def alert_of(way: Way) -> Alert:
    with way.store.read() as work:
        found = work.alerts.get(way.alert_id)
    assert found is not None
    return found


def clock_of(way: Way) -> Clock:
    return clocks_of(way.store, alert_of(way))["C-48H"]


def rows(way: Way, subject: str, action: str) -> list[dict[str, Any]]:
    with way.store.read() as work:
        return [dict(row.detail) for row in work.audit.rows(subject=subject) if row.action == action]


def test_a_mistyped_address_is_told_anew_on_the_clock_too_and_the_trail_has_both(way: Way) -> None:
    way.published()
    registered = way.now
    corrects(way, reference="https://office.invalid/10", reason="网址抄错一位")
    [row] = rows(way, f"case:{way.case.id}", "case.publication_corrected")
    assert (row["reference"], row["reason"]) == ("https://office.invalid/10", "网址抄错一位")
    assert row["from"].startswith("省局网站，https://office.invalid/9，")
    clock = clock_of(way)
    assert (clock.state, clock.met_at, clock.reason) == (
        ClockState.MET,
        registered,
        "省局网站：https://office.invalid/10",
    )
    assert alert_of(way).answered_at == registered


def test_a_time_before_the_registration_answers_nothing_sooner(way: Way) -> None:
    way.approved()
    way.now += timedelta(hours=49)
    way.publishes()
    registered = way.now
    assert clock_of(way).state is ClockState.MET_LATE
    corrects(way, out_at=registered - timedelta(hours=48))
    assert way.file.published[0].at == registered - timedelta(hours=48)
    assert (clock_of(way).state, clock_of(way).met_at) == (ClockState.MET_LATE, registered)
    assert alert_of(way).answered_at == registered


def test_a_text_that_went_out_after_its_registration_answers_when_it_went_out_and_may_be_late(way: Way) -> None:
    way.published()
    registered = way.now
    due = clock_of(way).due_at
    assert due is not None
    way.now = due + timedelta(hours=2)
    out = due + timedelta(hours=1)
    corrects(way, out_at=out, reason="先登记后发布")
    assert (clock_of(way).state, clock_of(way).met_at) == (ClockState.MET_LATE, out)
    assert alert_of(way).answered_at == out
    assert rows(way, f"alert:{way.alert_id}", "alert.answer_corrected")
    corrects(way, out_at=registered.replace(second=0, microsecond=0), reason="时间又核对过")
    assert (clock_of(way).state, clock_of(way).met_at) == (ClockState.MET, registered)
    assert alert_of(way).answered_at == registered


def test_the_answer_of_a_further_round_is_corrected_and_the_first_one_stays(way: Way) -> None:
    way.published()
    first = way.now
    follow_up_on(way.hand("analyst"), reason="新增两例")
    way.writes("关于清云注射液的续报")
    way.reviews()
    way.checks_authority()
    way.signs()
    way.publishes()
    way.now += 10 * MINUTE
    out = way.now.replace(second=0, microsecond=0)
    corrects(way, number=2, out_at=out)
    assert (alert_of(way).answered_at, alert_of(way).extras["again_at"]) == (first, out.isoformat())


def test_the_evaluation_is_made_around_the_time_that_is_told(way: Way) -> None:
    way.published()
    out = (way.now - MINUTE).replace(second=0, microsecond=0)
    corrects(way, out_at=out)
    track_reaction(way.hand("analyst"), remark="平稳")
    way.now += timedelta(days=3)
    evaluate_response(way.hand("analyst"), reach="三家", questions="无")
    assert datetime.fromisoformat(way.file.evaluations[0].figures["at"]) == out


def test_the_package_tells_what_is_right_with_what_was_registered_and_why(way: Way) -> None:
    way.published()
    corrects(way, reference="https://office.invalid/10", reason="网址抄错一位")
    package = pack_case(way.store, "档案丑", way.case.id, pack=pack, now=way.now)
    assert package is not None
    files = contents(package.content)
    told = json.loads(files["published/01.json"])
    assert told["reference"] == "https://office.invalid/10"
    assert told["registered"]["reference"] == "https://office.invalid/9"
    assert [(one["by"], one["reason"]) for one in told["corrections"]] == [("发布子", "网址抄错一位")]
    page = files["readme.txt"].decode()
    assert "改为 省局网站（https://office.invalid/10）" in page
    assert "网址抄错一位；原登记 省局网站（https://office.invalid/9）" in page


def test_who_corrects_a_page_that_another_corrected_meanwhile_is_told(way: Way) -> None:
    way.published()
    corrects(way, reference="https://office.invalid/10", by="spokesperson")
    with pytest.raises(Barred, match="发言辛已于"):
        corrects(way, reference="https://office.invalid/11", seen=0)
    assert way.file.published[0].reference == "https://office.invalid/10"


def test_what_a_case_published_is_not_taken_back_on_the_alert(way: Way) -> None:
    way.published()
    with pytest.raises(Conflict, match="这次回应是处置中发布的"):
        take_answer_back(way.store, PEOPLE["duty_lead"], way.alert_id, "误登", office=OFFICE, now=way.now)
    assert alert_of(way).answered_at == way.now


def test_an_attribute_that_was_signed_by_mistake_is_corrected_by_who_signs_and_the_trail_tells_both(way: Way) -> None:
    way.approving()
    set_disclosure(way.hand("case_officer"), Disclosure.WITHHELD, reason="商业秘密")
    way.signs()
    with pytest.raises(Barred, match="只有主动公开的内容可以发布"):
        way.publishes()
    seen = disclosure_mark(way.case)
    set_disclosure(way.hand("deputy_head"), Disclosure.ACTIVE, reason="误选", seen=seen, reference="签〔2026〕10号")
    [row] = rows(way, f"case:{way.case.id}", "case.disclosure_corrected")
    assert (row["from"], row["disclosure"], row["reason"]) == ("不予公开", "主动公开", "误选")
    with pytest.raises(Barred, match=r"分管壬已于.*把公开属性定为“主动公开”"):
        set_disclosure(way.hand("deputy_head"), Disclosure.WITHHELD, reason="x", seen=seen, reference="签〔2026〕11号")
    way.publishes()
    assert [one.reference for one in way.file.approvals if one.step is Step.SIGN] == ["签〔2026〕9号", "签〔2026〕10号"]


def test_what_two_names_let_past_its_signature_its_author_does_not_open_alone(way: Way) -> None:
    way.submitted()
    set_disclosure(way.hand("case_officer"), Disclosure.WITHHELD, reason="商业秘密")
    way.asks_past("deputy_head", version=1, reason="三十分钟内须发布")
    bypass_confirmed(way.hand("duty_lead"), version=1)
    with pytest.raises(NotOnDuty):
        set_disclosure(way.hand("case_officer"), Disclosure.ACTIVE, reason="误选", reference="签〔2026〕10号")
    way.checks_authority()
    with pytest.raises(NotOnDuty):
        set_disclosure(way.hand("case_officer"), Disclosure.ACTIVE, reason="误选", reference="签〔2026〕10号")
    set_disclosure(way.hand("deputy_head"), Disclosure.ACTIVE, reason="误选", reference="签〔2026〕10号")
    [row] = rows(way, f"case:{way.case.id}", "case.disclosure_corrected")
    assert (row["from"], row["disclosure"], row["reference"]) == ("不予公开", "主动公开", "签〔2026〕10号")
    way.publishes()
    assert way.case.state is CaseState.PUBLISHED
