"""What the event's page says of its mails: who was told, who would be told now and later, who not, and why."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from service.api.context import AppContext
from service.domain.alerts.alert import Alert
from service.domain.alerts.alert_states import AlertState
from service.domain.alerts.rounds import round_number
from service.domain.events.event import Event
from service.domain.telling.escalation import asks, occasion_of, steps_ahead
from service.domain.telling.routing import Target
from service.flows.cases.telling import coming_calls
from service.flows.office import Office
from service.flows.reports.mornings import summed_up
from service.flows.telling.merging import left_as, merged_into
from service.flows.telling.tell import Teller
from service.flows.watch import owes_first
from service.ports.store import Work
from service.web.views.told import (
    Coming,
    PersonRow,
    called_row,
    coming_clocks,
    coming_row,
    idle_note,
    plan_rows,
    told_rows,
)
from service.web.views.wording import duration

__all__ = ["notices_view"]


def notices_view(work: Work, alert: Alert, event: Event, context: AppContext) -> dict[str, Any]:
    """Return the view of the event's tab 通知: the same decisions that sending takes, without sending."""
    now, office = context.now(), context.office
    routing, teller = office.routing(), Teller(work, office, now)
    notices = work.notices.of_alert(alert.id)
    merged, stands_for = merged_into(work, alert.id), left_as(work, alert.id)
    states = work.outbox.states([*(one.key for one in notices if one.told), *stands_for.values()])
    current = teller.would_tell(alert, event, occasion=occasion_of(alert))
    told, held = plan_rows(current)
    return {
        "sent": told_rows(notices, states, merged, stands_for),
        # Who came to be reached after the alert was told is reached by the next step, not at once.
        "would_told": told if asks(alert) and owes_first(work, alert, now) else [],
        "would_held": held,
        "asks": asks(alert),
        "mute": current.mute,
        "paths": [match.words for match in current.matches],
        "nobody": asks(alert) and current.nobody,
        "coming": sorted(
            [*_coming(work, alert, event, office, now), *_coming_steps(work, alert, office, now)],
            key=lambda one: one.at,
        ),
        "idle_note": idle_note(alert, routing),
    }


def _coming(work: Work, alert: Alert, event: Event, office: Office, now: datetime) -> list[Coming]:
    """Return what will be told if nobody acts, each time to those whom it would reach at that time."""
    if alert.state is AlertState.CLOSED:
        return []

    def coming(at: datetime, what: str, occasion: str, targets: Sequence[Target] | None = None) -> Coming:
        planned = Teller(work, office, at).would_tell(alert, event, occasion=occasion, targets=targets)
        return coming_row(at, what, planned)

    routing, number = office.routing(), round_number(alert.extras)
    found = []
    for at, step in steps_ahead(alert, routing, now):
        occasion = f"unacknowledged:{number}:{step.number}"
        found.append(coming(at, f"{duration(step.after)}未确认：{step.words}", occasion, step.receivers))
    handover = _handover(work, now) if asks(alert) else None
    if handover is not None:
        row = coming(handover, "交接班仍未确认", occasion_of(alert))
        found += [row] if row.names else []
    summed = summed_up(work, alert, office=office, now=now)
    if summed is not None:
        found.append(Coming(summed[0], "蓝色预警汇总", tuple(PersonRow(one.name, "订阅蓝色") for one in summed[1])))
    clocks = work.clocks.of_alerts([alert.id]).get(alert.id, [])
    warn_at = {rule.id: rule.warn_at for rule in office.register.clocks.values()}
    return [*found, *(coming(at, what, "clock:preview:0") for at, what in coming_clocks(clocks, warn_at, now))]


def _coming_steps(work: Work, alert: Alert, office: Office, now: datetime) -> list[Coming]:
    """Return the reminders of the steps of its case, which run on whatever becomes of the alert."""
    case = work.cases.of_alerts([alert.id]).get(alert.id)
    ahead = coming_calls(work, case.id, office=office, now=now) if case is not None else []
    return [called_row(at, f"处置“{call.turn.name}”超过内部时限", some) for at, call, some in ahead]


def _handover(work: Work, now: datetime) -> datetime | None:
    """Return when the next shift within a day begins."""
    begins = (shift.begins_at for shift in work.roster.between(now, now + timedelta(days=1)))
    return min((at for at in begins if at > now), default=None)
