"""From documents to a proposal: what reports show of the need of an answer is kept with their event."""

from datetime import timedelta

from service.domain.events.event import Event
from service.domain.events.facts import facts_of
from service.domain.events.need import need_signs, propose_need
from service.domain.events.reported import spread_facts
from service.flows.alerts.consider import Office
from service.flows.judging.assess import assess_pending
from service.ports.store import Store
from tests.flows.pipeline.conftest import MovingClock
from tests.flows.pipeline.judge import ScriptedJudge, document

TITLE = "于都多人输注清云注射液后寒战"
AGAIN = "于都又有患者输注清云注射液后寒战发热"


def told(store: Store, judge: ScriptedJudge, office: Office, clock: MovingClock, native: str, title: str) -> Event:
    with store.write() as work:
        work.documents.put([document(native, title, at=clock())], now=clock())
    assess_pending(store, judge, office=office, now=clock)
    with store.read() as work:
        [event] = work.events.listing()
    return event


def test_signs_of_reports_become_the_proposal_of_their_event(
    store: Store, judge: ScriptedJudge, office: Office, clock: MovingClock
) -> None:
    judge.facts[TITLE] = {"harmed": 12, "cluster": True, "jiangxi": True, "needs_response": True, "need": "many_alike"}
    judge.facts[AGAIN] = {"jiangxi": True, "needs_response": True, "need": "many_alike asks_for_truth"}
    told(store, judge, office, clock, "1", TITLE)
    event = told(store, judge, office, clock, "2", AGAIN)
    signs = need_signs(event)
    assert (signs.documents, dict(signs.votes)) == (2, {"many_alike": 2, "asks_for_truth": 1})
    with store.read() as work:
        spread = work.events.spread(event.id, now=clock() + timedelta(minutes=1))
    facts = facts_of(event, spread_facts(event, spread, province="36", now=clock()))
    proposal = propose_need(event.categories, facts, signs)
    assert proposal.needed
    assert {reason.id for reason in proposal.reasons} == {"open_cluster", "many_alike", "asks_for_truth"}
