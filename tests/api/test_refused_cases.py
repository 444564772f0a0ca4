"""Refused forms of a case: each comes back open and as it was filled in; what has no field any more is shown to copy."""

from collections.abc import Callable, Mapping
from dataclasses import replace

import pytest
from lxml import html

from service.domain.cases.file import LiaisonKind
from service.domain.people.person import Role
from service.flows.cases.ending import close_case
from service.flows.cases.liaison import ask_party, party_answered
from tests.api.conftest import Browser, Site
from tests.api.forms import Fields, opened, send, sent_again, sentence
from tests.flows.cases.scene import PEOPLE, Way

ALERT = "A-20261125-03"
LONG = "第一段：<b>情况</b>属实。\n第二段：“尚在核查”。"
Start = Callable[[Way], object]
ENDED: Start = lambda way: close_case(way.opened().hand("duty_lead"), reason="与另一预警重复")  # noqa: E731 - a row of the table


def officer(site: Site) -> Browser:
    """Return somebody who holds every duty."""
    with site.context.store.write() as work:
        person = work.people.get("p-officer")
        assert person is not None
        work.people.save(replace(person, duties=frozenset(PEOPLE)))
    return site.browser(Role.OFFICER)


def state(site: Site, way: Way) -> tuple[object, ...]:
    with site.context.store.read() as work:
        return way.file, work.audit.head().seq


def copied(text: str) -> list[str]:
    """Return the texts that the page offers to be copied."""
    areas = html.document_fromstring(text).xpath("//section[@aria-label='没有保存的内容']//textarea")
    return [(area.text or "").removeprefix("\n") for area in areas]


ROWS: Mapping[str, tuple[Start, str, Fields, Fields]] = {
    # What each act is refused for: another version, a choice that was not made, a text that is missing or too long.
    "return": (Way.reviewed, "return", {"step": ["T12"], "version": ["9"]}, {"remark": [LONG]}),
    "bypass": (Way.submitted, "bypass", {"version": ["9"]}, {"reason": [LONG]}),
    "disclose": (Way.drafting, "disclose", {}, {"attribute": ["withheld"], "reason": [""]}),
    "close": (Way.opened, "close", {}, {"reason": ["长" * 2001]}),
    "reopen": (ENDED, "reopen", {}, {"reason": ["长" * 2001]}),
    "liaise": (Way.opened, "liaise", {}, {"kind": ["publicity"], "party": [""], "question": [LONG]}),
    "save": (Way.submitted, "save", {"base": ["0"]}, {"text": [LONG]}),
}


@pytest.mark.parametrize("name", ROWS)
def test_refused_form_comes_back_open_and_as_it_was_filled_in_and_stores_nothing(site: Site, name: str) -> None:
    start, act, hidden, typed = ROWS[name]
    way = Way(site.context.store, ALERT)
    start(way)
    before, path = state(site, way), f"/cases/{way.case.id}/{act}"
    answer = send(officer(site), path, {**hidden, **typed})
    assert answer.status_code in {409, 422}, answer.status_code
    assert sentence(answer)
    again = sent_again(answer, path)
    assert {field: again[field] for field in typed} == typed
    assert opened(answer, path)
    assert not copied(answer.text)
    assert state(site, way) == before


def test_text_of_one_form_stands_in_no_other_that_calls_its_field_alike(site: Site) -> None:
    way = Way(site.context.store, ALERT).assessed()
    answer = send(officer(site), f"/cases/{way.case.id}/close", {"reason": ["长" * 2001]})
    assert sent_again(answer, f"/cases/{way.case.id}/close")["reason"] == ["长" * 2001]
    assert sent_again(answer, f"/cases/{way.case.id}/respond")["reason"] == [""]


def test_draft_is_shown_to_copy_where_the_case_was_closed_meanwhile(site: Site) -> None:
    way = Way(site.context.store, ALERT)
    ENDED(way)
    answer = send(officer(site), f"/cases/{way.case.id}/save", {"base": ["0"], "text": [LONG]})
    assert (answer.status_code, copied(answer.text)) == (409, [LONG])


def test_answer_to_a_question_that_was_answered_meanwhile_is_shown_to_copy(site: Site) -> None:
    way = Way(site.context.store, ALERT).opened()
    for question in ("已扣留几批？", "有无同批病例？"):
        ask_party(way.hand("duty_lead"), kind=LiaisonKind.FACTS, party="疾控中心", question=question)
    party_answered(way.hand("duty_lead"), 1, answer="两批")
    path = f"/cases/{way.case.id}/liaison-answer"
    gone = send(officer(site), path, {"number": ["1"], "answer": [LONG]})
    assert (gone.status_code, copied(gone.text)) == (409, [LONG])
    assert sent_again(gone, path)["answer"] == [""]
    still = send(officer(site), path, {"number": ["2"], "answer": ["长" * 2001]})
    assert (still.status_code, copied(still.text)) == (409, [])
    assert sent_again(still, path)["answer"] == ["长" * 2001]
    assert opened(still, path)


def test_who_lost_the_duty_meanwhile_is_shown_what_they_wrote(site: Site) -> None:
    way = Way(site.context.store, ALERT).drafting()
    answer = send(site.browser(Role.OFFICER), f"/cases/{way.case.id}/save", {"base": ["0"], "text": [LONG]})
    assert (answer.status_code, copied(answer.text)) == (403, [LONG])
