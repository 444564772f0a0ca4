"""Second opinions over the pages: labelled, escaped, proposed to a person, and nothing of them where none is asked."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from service.domain.learning.opinion import Cause, Leaning, OpinionRules, OpinionState, SecondOpinion, Unfit, budget_day
from service.domain.people.person import Role
from service.flows.learning.opinion_desk import OpinionSetup
from tests.api.conftest import Site
from tests.api.flat import flat
from tests.builders import NOW, build_event

EVENT = "20261125-03"
SETUP = OpinionSetup(model="office-model", place="10.3.0.8:8000", rules=OpinionRules())
SAID = {
    "level": 2,
    "severity": 5,
    "tone": "neg",
    "categories": ["R07"],
    "reason": "文中称<script>alert(1)</script>有人死亡。",
    "quotes": ["寒战"],
}


def keep(site: Site, *, number: int = 0, **changes: Any) -> str:
    """Keep an opinion on one of the event's documents; return the document's id."""
    with site.context.store.write() as work:
        row = work.events.documents(EVENT)[number]
        document = work.documents.get(row.document_id)
        assert document is not None
        made = SecondOpinion(
            document_id=document.id,
            content_hash=document.content_hash,
            state=OpinionState.ANSWERED,
            cause=Cause.SEVERE,
            judged={"level": 2, "severity": 3, "tone": "neg", "categories": ["R01"]},
            queued_at=NOW,
            ready_at=None,
            tries=1,
            question="ab" * 32,
            model="office-model",
            asked_at=NOW,
            settled_at=NOW,
            tokens=412,
            answer=SAID,
            leaning=Leaning.HIGHER,
        )
        work.opinions.add([replace(made, **changes)])
    return document.id


@pytest.fixture
def asking(site: Site) -> Site:
    return Site.over(replace(site.context, opinions=SETUP))


def test_an_opinion_stands_with_its_document_labelled_and_escaped(asking: Site) -> None:
    keep(asking)
    text = asking.browser(Role.VIEWER).client.get(f"/events/{EVENT}?tab=documents").text
    assert "第二意见" in text
    assert "应更高" in text
    assert "模型 office-model" in text
    assert "只供参考，不改变研判、等级和预警" in text
    assert "&lt;script&gt;alert(1)" in text
    assert "<script>alert(1)" not in text
    assert "看过</button>" not in text


def test_what_was_not_answered_says_why(asking: Site) -> None:
    unanswered: dict[str, Any] = {"answer": None, "leaning": None}
    keep(asking, state=OpinionState.REFUSED, unfit=Unfit.SCHEMA, **unanswered)
    keep(asking, number=1, state=OpinionState.WAITING, ready_at=NOW, settled_at=None, **unanswered)
    text = asking.browser(Role.OFFICER).client.get(f"/events/{EVENT}?tab=documents").text
    assert "没有得到：答复不合约定的格式" in text
    assert "等候询问（严重度高）" in text


def test_a_higher_opinion_is_proposed_until_somebody_has_looked(asking: Site) -> None:
    document_id = keep(asking)
    officer = asking.browser(Role.OFFICER)
    assert "第二意见认为应更高" in officer.client.get(f"/events/{EVENT}").text
    assert "第二意见认为 1 篇稿件应更高" in officer.client.get("/").text
    assert "待人看 1 条" in officer.client.get("/opinions").text
    answered = officer.post(f"/opinions/{document_id}/seen", back="event")
    assert answered.headers["location"] == f"/events/{EVENT}?tab=documents&done=opinion_seen"
    assert "已登记看过" in officer.client.get(answered.headers["location"]).text
    assert officer.post(f"/opinions/{document_id}/seen").headers["location"] == "/opinions?done=opinion_seen"
    assert "待人看 0 条" in officer.client.get("/opinions").text
    assert "第二意见认为" not in officer.client.get(f"/events/{EVENT}").text
    with asking.context.store.read() as work:
        assert len(work.audit.rows(action="opinion.seen")) == 1


def test_an_event_of_a_proposal_is_named_by_its_number(asking: Site) -> None:
    document_id, event_id = keep(asking), "ebdc46a607701a077e80"
    with asking.context.store.write() as work:
        work.events.save(build_event(id=event_id), [])
        work.events.move({document_id: event_id}, {})
    text = asking.browser(Role.OFFICER).client.get("/opinions").text
    assert f'href="/events/{event_id}?tab=documents">事件 198-985-382</a>' in text


def test_an_opinion_that_is_not_there_cannot_be_seen(asking: Site) -> None:
    refused = asking.browser(Role.OFFICER).post("/opinions/nothing/seen")
    assert refused.status_code == 404
    assert "没有这条第二意见" in refused.text


def test_the_days_cost_and_a_pause_are_told(asking: Site) -> None:
    with asking.context.store.write() as work:
        work.opinions.charge(budget_day(NOW), calls=7, tokens=4321, turned_away=2)
        until = (NOW + timedelta(minutes=5)).isoformat()
        work.set_value("opinion.pause", {"until": until, "failures": 1, "unfit": "rejected"})
    keeper = asking.browser(Role.ADMINISTRATOR)
    page = flat(keeper.client.get("/opinions").text)
    assert "7 / 200 次" in page
    assert "4321 / 300000" in page
    assert "略过 2 篇" in page
    assert "请检查 opinion_url" in page
    assert "请检查 opinion_url" in keeper.client.get("/system?tab=outbox").text
    told = keeper.client.get("/api/health").json()["opinions"]
    assert (told["calls"], told["calls_a_day"], told["tokens"]) == (7, 200, 4321)


def test_where_nothing_is_asked_no_page_speaks_of_it(site: Site) -> None:
    keeper = site.browser(Role.ADMINISTRATOR)
    for path in ("/", f"/events/{EVENT}", f"/events/{EVENT}?tab=documents", "/system?tab=outbox"):
        assert "第二意见" not in keeper.client.get(path).text
    assert "没有启用" in keeper.client.get("/opinions").text
    assert "opinions" not in keeper.client.get("/api/health").json()
