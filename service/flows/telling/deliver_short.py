"""Delivers what waits for the second channel: at least once, in the order in which it was said, never in the way of mail."""

from collections.abc import Callable
from datetime import datetime, timedelta

from service.domain.telling.late import LATE, late_letter
from service.domain.telling.letter import Letter
from service.domain.telling.plain_letter import as_it_leaves
from service.domain.telling.second_channel import compose_short
from service.flows.telling.deliver import DeliveryReport, put_back
from service.flows.telling.merging import newer_than
from service.flows.telling.second_channel import WEBHOOK
from service.ports.notify import Notifier, NotifyError
from service.ports.outbox import OutboxRow
from service.ports.store import Store

__all__ = ["deliver_short"]

# Three times what one post may last.
_LEASE = timedelta(seconds=30)


def deliver_short(store: Store, notifier: Notifier, *, now: Callable[[], datetime], limit: int = 16) -> DeliveryReport:
    """Post what waits, one after another. A listener that is away is tried again for as long as it takes; a final refusal is set aside.

    What could not be sent for less than half an hour holds up what was said after it, so that a group reads in order. What
    waited longer holds nothing up; it says that it comes late, or a later message on the same alert leaves in its place.
    """
    delivered = retried = dead = replaced = 0
    for _ in range(limit):
        with store.write() as work:
            row = work.outbox.claim_in_turn(WEBHOOK, patience=LATE, lease=_LEASE, now=now())
        if row is None:
            break
        letter = _letter_of(store, row, now())
        if letter is None:
            replaced += 1
            continue
        message = compose_short(letter, key=row.key, recipient=str(row.payload["to"]), sent_at=row.created_at)
        try:
            delivery = notifier.send(message)
        except NotifyError as error:
            given_up = put_back(store, row, error, now(), refused="webhook.refused")
            dead += given_up
            retried += not given_up
            if error.recoverable:
                break
            continue
        with store.write() as work:
            if work.outbox.done(row, now=now()):
                detail = {"message_id": delivery.message_id, "via": delivery.accepted_by}
                subject = str(row.payload["alert_id"])
                work.audit.append(actor="system", action="webhook.accepted", subject=subject, detail=detail, now=now())
        delivered += 1
    return DeliveryReport(delivered=delivered, retried=retried, dead=dead, replaced=replaced)


def _letter_of(store: Store, row: OutboxRow, now: datetime) -> Letter | None:
    """Return the letter as it leaves now, `None` where another took its place; that is written down in the same step."""
    letter = Letter.from_json(row.payload["letter"])
    if now - row.created_at < LATE:
        return as_it_leaves(letter, row.payload, by="消息")
    with store.write() as work:
        alert = work.alerts.get(str(row.payload["alert_id"]))
        newer = newer_than(work, row, now)
        if newer is not None:
            if work.outbox.done(row, now=now):
                detail = {"key": row.key, "newer": newer, "reason": letter.subject}
                subject = str(row.payload["alert_id"])
                work.audit.append(actor="system", action="webhook.replaced", subject=subject, detail=detail, now=now)
            return None
        clocks = work.clocks.of_alerts([alert.id]).get(alert.id, ()) if alert is not None else ()
    late = late_letter(letter, alert, queued_at=row.created_at, replaces=0, now=now, clocks=clocks, by="消息")
    return as_it_leaves(late, row.payload, by="消息")
