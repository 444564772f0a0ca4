"""What an answer has met is no deadline on any page, though nobody had started it."""

from datetime import timedelta

import pytest

from service.domain.alerts.alert import AlertState
from service.domain.clocks.clock import ClockState
from service.domain.people.person import Role
from tests.api.conftest import Site
from tests.builders import NOW, build_alert, build_clock, build_event

NAME = "5 小时发布权威信息"
PAGES = ("/", "/alerts", "/events/E-said")


@pytest.mark.parametrize(("state", "asked"), [(AlertState.ANSWERED, False), (AlertState.ASSIGNED, True)])
def test_a_proposal_is_shown_as_a_deadline_until_its_alert_is_answered(
    site: Site, state: AlertState, asked: bool
) -> None:
    with site.context.store.write() as work:
        for alert in work.alerts.open(limit=100):
            for clock in work.clocks.of_alerts([alert.id]).get(alert.id, ()):
                work.clocks.save(build_clock(id=clock.id, alert_id=alert.id, state=ClockState.CANCELLED))
        work.events.save(build_event(id="E-said", title="已回应的一件"), ["k"])
        work.alerts.save(build_alert(id="A-said", event_id="E-said", state=state, answered_at=NOW))
        due = NOW + timedelta(hours=3)
        work.clocks.save(build_clock(id="C-said", alert_id="A-said", state=ClockState.PROPOSED, due_at=due))
    browser = site.browser(Role.APPROVER).client
    assert [NAME in browser.get(page).text for page in PAGES] == [asked] * len(PAGES)
    # It can still be looked up, with what became of it.
    assert NAME in browser.get("/events/E-said?tab=handling").text
