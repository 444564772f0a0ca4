"""What an alert does that a person opens again after it was closed: who hears of it, and when it goes further up."""

from dataclasses import replace

from service.domain.alerts.alert import Alert, AlertState
from service.domain.clocks.clock import BEGUN_STATES
from service.flows.alerts.acts import acknowledge, assign, close, reopen
from service.flows.alerts.clocks import cancel_clock
from tests.flows.routing.office import (
    DAY,
    DAY_OFFICER,
    HOUR,
    KEEPER,
    LEAD,
    MINUTE,
    OFFICE,
    READER,
    Running,
    event,
    shift,
)


def closed(running: Running, alert: Alert) -> None:
    with running.store.read() as work:
        clocks = work.clocks.of_alerts([alert.id])[alert.id]
    for clock in clocks:
        if clock.state in BEGUN_STATES:
            cancel_clock(running.store, LEAD, clock.id, "误报", office=OFFICE, now=running.clock())
    close(running.store, LEAD, alert.id, "误报", office=OFFICE, now=running.clock())


def on_duty(running: Running) -> None:
    with running.store.write() as work:
        for day in range(4):
            work.roster.save_all([shift(running.clock() - HOUR + day * DAY, 24, DAY_OFFICER)])


def test_an_alert_that_nobody_took_is_told_at_once_when_it_is_opened_again_and_goes_up_anew(running: Running) -> None:
    on_duty(running)
    alert = running.happens(event("E1", running.clock()))
    running.wait(70 * MINUTE)
    assert running.post.to(KEEPER), "every step up had been told before it was closed"
    closed(running, alert)
    running.wait(DAY, every=HOUR)
    before = {one.name: len(running.post.to(one)) for one in (DAY_OFFICER, READER, LEAD, KEEPER)}
    reopen(running.store, LEAD, alert.id, "又有新说法", office=OFFICE, now=running.clock())
    running.step()
    assert running.alert(alert).state is AlertState.OPEN
    for one in (DAY_OFFICER, READER):
        fresh = running.post.to(one)[before[one.name] :]
        assert len(fresh) == 1
        assert "重新打开" in fresh[0]
    running.wait(16 * MINUTE)
    assert "催办" in running.post.to(DAY_OFFICER)[-1]
    running.wait(46 * MINUTE)
    assert len(running.post.to(LEAD)) > before[LEAD.name]
    assert len(running.post.to(KEEPER)) > before[KEEPER.name]


def test_of_an_alert_that_somebody_works_on_its_owner_is_told_and_nobody_else(running: Running) -> None:
    alert = running.happens(event("E1", running.clock()))
    acknowledge(running.store, LEAD, alert.id, now=running.clock())
    assign(running.store, LEAD, alert.id, DAY_OFFICER.name, office=OFFICE, now=running.clock())
    closed(running, alert)
    running.wait(HOUR, every=10 * MINUTE)
    before = len(running.post.taken)
    reopen(running.store, LEAD, alert.id, "又有新说法", office=OFFICE, now=running.clock())
    running.step()
    [(_, mail)] = running.post.taken[before:]
    body = mail.get_body(("plain",))
    assert mail["To"] == DAY_OFFICER.email
    assert body is not None
    assert "您收到本邮件，因为：您承办的预警已重新打开" in body.get_content()


def test_an_owner_who_has_left_is_not_told(running: Running) -> None:
    alert = running.happens(event("E1", running.clock()))
    assign(running.store, LEAD, alert.id, DAY_OFFICER.name, office=OFFICE, now=running.clock())
    closed(running, alert)
    running.step()
    with running.store.write() as work:
        work.people.save(replace(DAY_OFFICER, disabled=True))
    before = len(running.post.taken)
    reopen(running.store, LEAD, alert.id, "又有新说法", office=OFFICE, now=running.clock())
    running.step()
    assert running.post.taken[before:] == []
