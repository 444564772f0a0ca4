"""Which events and which claims are of a week, whenever its issue is made."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

from analysis.assessment import CategoryScore
from service.domain.alerts.alert import AlertState
from service.domain.week import week_of
from service.flows.reports.answer_brief import Raised
from service.flows.reports.raised_brief import claims_of, raised_in, rumours_of
from service.ports.store import Store
from tests.builders import NOW, build_alert, build_event
from tests.contract.stored import document
from tests.following import hear, judged

WEEK = week_of(NOW)


def _keep(store: Store, name: str, *days: float, event: dict[str, Any] | None = None, **alert: Any) -> None:
    """Keep an event that was raised before the week, with documents so many days after its beginning."""
    facts: dict[str, Any] = {
        "first_at": WEEK.since - timedelta(days=3),
        "last_at": WEEK.since + timedelta(days=max(days)),
    }
    with store.write() as work:
        work.events.save(build_event(id=name, **facts | (event or {})), [])
        moments: dict[str, Any] = {"raised_at": WEEK.since - timedelta(days=2), "changed_at": NOW + timedelta(days=30)}
        work.alerts.save(build_alert(id=name, event_id=name, **moments | alert))
    times = {day: WEEK.since + timedelta(days=day) for day in days}
    texts = [document(f"{name}-{day}", published_at=at, fetched_at=at) for day, at in times.items()]
    hear(store, [(one, judged(one, risk=True)) for one in texts], event_id=name)


def test_an_issue_that_is_made_late_tells_what_its_week_heard_and_nothing_that_came_after(store: Store) -> None:
    after, within = WEEK.until + timedelta(days=1), WEEK.since + timedelta(days=2)
    shut: dict[str, Any] = {"state": AlertState.CLOSED}
    _keep(store, "went-on", -1, 3, 9)
    _keep(store, "spoke-after", -1, 9)
    _keep(store, "at-its-end", -1, 7)
    _keep(store, "closed-silent", -1, closed_at=within, **shut)
    _keep(store, "closed-after", -1, 1, closed_at=after, **shut)
    _keep(store, "opened-again", -1, closed_at=within)
    _keep(store, "sunday-night", -0.01, raised_at=WEEK.since)
    _keep(store, "history", -300, raised_at=WEEK.since)
    _keep(store, "taken-in", 1, event={"merged_into": "went-on"}, closed_at=within, **shut)
    with store.read() as work:
        found = raised_in(work, WEEK)
    assert {one.event.id for one in found.events} == {"went-on", "closed-after", "sunday-night"}
    assert (found.closed, found.closed_silent) == (1, 1)
    [went_on] = [one for one in found.events if one.event.id == "went-on"]
    assert went_on.first is not None
    assert went_on.first.document_id == document("went-on--1").id


def test_what_an_office_denies_is_no_claim_and_of_no_more_than_was_heard(store: Store) -> None:
    rumour = (CategoryScore(code="R13", p=0.9),)

    def said(*names: str, source_id: str = "forum") -> list[Any]:
        texts = [document(name, source_id=source_id, title=name) for name in names]
        return [(one, replace(judged(one, risk=True), categories=rumour)) for one in texts]

    with store.write() as work:
        work.sources.describe([{"id": "office", "name": "某局", "source_class": "official"}])
        for name in ("E1", "E2"):
            work.events.save(build_event(id=name, categories=("R13",), document_count=9), [])
    hear(store, [*said("关于网传停产的辟谣声明", source_id="office"), *said("网传停产", "真的停产了吗")], event_id="E1")
    hear(store, said("关于网传涨价的辟谣声明", source_id="office"), event_id="E2")
    raised = [
        Raised(alert=build_alert(), event=build_event(id=name, categories=("R13",)), first=None, clocks=())
        for name in ("E1", "E2")
    ]
    with store.read() as work:
        [rumour_told] = rumours_of(raised, claims_of(work, raised))
    assert (rumour_told.claim, rumour_told.documents) == ("网传停产", 2)
