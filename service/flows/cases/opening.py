"""Open the case of an alert with the outcome of screening."""

from datetime import datetime

from service.domain.alerts.alert import AlertState
from service.domain.beijing import beijing
from service.domain.cases.assess import open_case
from service.domain.cases.file import Case
from service.domain.cases.moves import Bar, Barred, Desk
from service.domain.people.person import Act, Person
from service.domain.refusal import Conflict
from service.flows.acts import advance, event_of, held_alert, permit
from service.flows.alerts.consider import Office
from service.flows.cases.scene import record_act
from service.flows.cases.telling import call_people
from service.ports.store import Store

__all__ = ["open_for_alert"]


def open_for_alert(
    store: Store,
    person: Person,
    alert_id: str,
    *,
    office: Office,
    now: datetime,
    relevant: bool = True,
    remark: str = "",
) -> Case:
    """Open the case of an alert, or write it off as a false positive with the reason; the alert counts as acknowledged.

    Whoever acts next is told in the same transaction.

    Raises:
        Conflict: The alert is closed, or has its case already; the sentence says who opened it.
        Forbidden: The person holds no duty that screens.
    """
    permit(person, Act.HANDLE_ALERT)
    with store.write() as work:
        alert = held_alert(work, alert_id)
        if alert.state is AlertState.CLOSED:
            raise Conflict("预警已关闭，请先重新打开再开立处置")
        event = event_of(work, alert)
        desk = Desk(person=person, now=now, workflow=office.register.workflow, grade=event.grade)
        move = open_case(alert, desk, relevant=relevant, remark=remark)
        if not work.cases.add(move.case, move.records):
            known = work.cases.of_alerts([alert_id])[alert_id]
            raise Barred(Bar.KNOWN, f"{known.opened_by}已于{beijing(known.opened_at, now)}开立处置")
        record_act(work, desk, move, "opened" if relevant else "dismissed", {"title": alert.title})
        if alert.state is AlertState.OPEN:
            advance(work, person.name, alert_id, AlertState.ACKNOWLEDGED, now=now, detail={"case": move.case.id})
        call_people(work, move.case.id, office=office, now=now)
        return move.case
