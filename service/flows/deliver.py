"""Delivers what waits in the outbox: mail to people, documents to the search projection. At least once, never twice by choice."""

import random
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from email.message import EmailMessage

from service.domain.letter import Letter, compose
from service.ports.notify import Delivery, Notifier, NotifyError
from service.ports.search import Search, SearchDocument, SearchRefusedError, SearchUnavailableError
from service.ports.store import OutboxRow, Store

__all__ = ["MAIL", "SEARCH", "DeliveryReport", "deliver_mail", "deliver_search", "retry_delay"]

MAIL = "mail"
SEARCH = "search"

# What a killed worker held is taken up again after this time. A mail server that answers later than this may be handed a
# mail twice by two workers, with one Message-ID.
_LEASE = timedelta(seconds=30)
_FIRST_RETRY = timedelta(seconds=5)
_LONGEST_RETRY = timedelta(minutes=15)


@dataclass(frozen=True, slots=True, kw_only=True)
class DeliveryReport:
    """Counts of one pass."""

    delivered: int = 0
    retried: int = 0
    dead: int = 0

    @property
    def busy(self) -> bool:
        """Whether there was anything to do."""
        return bool(self.delivered or self.retried or self.dead)


def retry_delay(attempts: int, jitter: float) -> timedelta:
    """Return the wait before try `attempts` + 1: full jitter over 5 s, 10 s, … at most 15 min; `jitter` is 0 to 1."""
    ceiling = min(_LONGEST_RETRY, _FIRST_RETRY * float(2 ** min(attempts, 10)))
    return max(timedelta(seconds=1), ceiling * jitter)


def deliver_mail(
    store: Store, notifier: Notifier, *, sender: str, now: Callable[[], datetime], limit: int = 16
) -> DeliveryReport:
    """Send waiting mail. A 4xx or a dead server is retried for as long as it takes; a final refusal is set aside and shown."""
    delivered = retried = dead = 0
    for _ in range(limit):
        # One at a time, so that a lease need not last for a whole batch.
        with store.write() as work:
            rows = work.outbox.claim(kinds=[MAIL], limit=1, lease=_LEASE, now=now())
        if not rows:
            break
        try:
            delivery = notifier.send(_message(rows[0], sender))
        except NotifyError as error:
            _put_back(store, rows[0], error, now())
            retried += error.recoverable
            dead += not error.recoverable
            continue
        _note_accepted(store, rows[0], delivery, now())
        delivered += 1
    return DeliveryReport(delivered=delivered, retried=retried, dead=dead)


def _message(row: OutboxRow, sender: str) -> EmailMessage:
    letter = Letter.from_json(row.payload["letter"])
    return compose(letter, key=row.key, sender=sender, recipient=str(row.payload["to"]), sent_at=row.created_at)


def _note_accepted(store: Store, row: OutboxRow, delivery: Delivery, now: datetime) -> None:
    with store.write() as work:
        if work.outbox.done(row, now=now):
            detail = {"to": row.payload["to"], "message_id": delivery.message_id, "via": delivery.accepted_by}
            subject = str(row.payload["alert_id"])
            work.audit.append(actor="system", action="mail.accepted", subject=subject, detail=detail, now=now)


def deliver_search(store: Store, search: Search, *, now: Callable[[], datetime], limit: int = 256) -> DeliveryReport:
    """Bring waiting documents into the search projection; an engine that is away delays this and nothing else."""
    with store.write() as work:
        rows = work.outbox.claim(kinds=[SEARCH], limit=limit, lease=_LEASE, now=now())
    if not rows:
        return DeliveryReport()
    try:
        search.index([search_document(row) for row in rows])
    except SearchRefusedError as error:
        return _set_aside(store, rows, error, now())
    except SearchUnavailableError as error:
        failure = NotifyError(str(error), recoverable=True)
        with store.write() as work:
            for row in rows:
                _retry(work.outbox.retry, row, failure, now())
        return DeliveryReport(retried=len(rows))
    with store.write() as work:
        for row in rows:
            work.outbox.done(row, now=now())
    return DeliveryReport(delivered=len(rows))


def _set_aside(store: Store, rows: list[OutboxRow], error: SearchRefusedError, now: datetime) -> DeliveryReport:
    refused = 0
    with store.write() as work:
        for row in rows:
            reason = error.reasons.get(str(row.payload["document_id"]))
            if reason is None:
                work.outbox.done(row, now=now)
            else:
                refused += work.outbox.retry(row, error=reason, not_before=now, dead=True)
    return DeliveryReport(delivered=len(rows) - refused, dead=refused)


def search_document(row: OutboxRow) -> SearchDocument:
    """Return the projection's document that a `search` row carries."""
    values = dict(row.payload)
    for name in ("categories", "products", "firms", "regions"):
        values[name] = tuple(values[name])
    values["published_at"] = datetime.fromisoformat(values["published_at"])
    return SearchDocument(**values)


def _put_back(store: Store, row: OutboxRow, error: NotifyError, now: datetime) -> None:
    with store.write() as work:
        _retry(work.outbox.retry, row, error, now)
        if not error.recoverable:
            detail = {"to": row.payload["to"], "error": str(error)}
            work.audit.append(
                actor="system", action="mail.refused", subject=str(row.payload["alert_id"]), detail=detail, now=now
            )


def _retry(retry: Callable[..., bool], row: OutboxRow, error: NotifyError, now: datetime) -> None:
    # The jitter is drawn from the key and attempt, so that a replay takes the same decisions.
    jitter = random.Random(f"{row.key}:{row.attempts}").random()  # noqa: S311 - spreading load, not a secret
    delay = retry_delay(row.attempts, jitter)
    retry(row, error=str(error), not_before=now + delay, dead=not error.recoverable)
