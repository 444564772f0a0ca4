"""What the event's page says of its mails: who was told, who would be told now and later, who not, and why."""

from typing import Any

from service.api.context import AppContext
from service.domain.alert import Alert
from service.domain.alert_states import AlertState
from service.domain.escalation import asks, occasion_of
from service.domain.event import Event
from service.domain.rounds import round_number
from service.flows.merging import merged_into
from service.flows.telling import Teller
from service.ports.store import Work
from service.web.views.told import coming_clocks, coming_steps, idle_note, plan_rows, told_rows

__all__ = ["notices_view"]


def notices_view(work: Work, alert: Alert, event: Event, context: AppContext) -> dict[str, Any]:
    """Return the view of the event's tab 通知: the same decisions that sending takes, without sending."""
    now, office = context.now(), context.office
    routing, teller = office.routing(), Teller(work, office, now)
    notices = work.notices.of_alert(alert.id)
    merged = merged_into(work, alert.id)
    mails = [str(detail["mail"]) for detail in merged.values()]
    states = work.outbox.states([*(one.key for one in notices if one.told), *mails])
    current = teller.would_tell(alert, event, occasion=occasion_of(alert))
    tiers = routing.tiers.get(alert.level, ())
    number = round_number(alert.extras)
    steps = [
        teller.would_tell(alert, event, occasion=f"unacknowledged:{number}:{step}", targets=tier.receivers)
        for step, tier in enumerate(tiers, start=1)
    ]
    clocks = work.clocks.of_alerts([alert.id]).get(alert.id, [])
    readers, _ = plan_rows(teller.would_tell(alert, event, occasion="clock:preview:0"))
    warn_at = {rule.id: rule.warn_at for rule in office.register.clocks.values()}
    told, held = plan_rows(current)
    closed = alert.state is AlertState.CLOSED
    coming = (
        [] if closed else [*coming_steps(alert, routing, steps, now), *coming_clocks(clocks, readers, warn_at, now)]
    )
    return {
        "sent": told_rows(notices, states, merged),
        "would_told": told if asks(alert) else [],
        "would_held": held,
        "asks": asks(alert),
        "mute": current.mute,
        "paths": [match.words for match in current.matches],
        "coming": sorted(coming, key=lambda one: one.at),
        "idle_note": idle_note(alert, routing),
    }
