"""Delivers what waits in the outbox: mail to people, documents to the search projection. At least once, never twice by choice."""

import random
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from email.message import EmailMessage
from hashlib import sha256
from typing import Any

from service.domain.beijing import beijing
from service.domain.telling.late import LATE, late_letter
from service.domain.telling.letter import Letter, compose
from service.domain.telling.plain_letter import PLAIN, as_it_leaves
from service.flows.holding import LEASE, holding
from service.flows.telling.merging import MAIL, count_replaced, merge_waiting, newer_than, set_aside
from service.ports.notify import Delivery, Notifier, NotifyError
from service.ports.search import Search, SearchRefusedError, SearchUnavailableError
from service.ports.store import OutboxRow, Store, Work

__all__ = [
    "REFUSED",
    "SEARCH",
    "DeliveryReport",
    "deliver_mail",
    "deliver_search",
    "put_back",
    "retry_delay",
    "search_behind",
    "search_key",
]

SEARCH = "search"
REFUSED = "refused"
"""Marks in the payload of a mail that it was refused for good, and is sent again because a person asked for it."""

# A batch is found a few seconds after it was judged; a busy machine takes a minute.
_UNFOUND = timedelta(minutes=3)
_FIRST_RETRY = timedelta(seconds=5)
_LONGEST_RETRY = timedelta(minutes=15)


@dataclass(frozen=True, slots=True, kw_only=True)
class DeliveryReport:
    """Counts of one pass."""

    delivered: int = 0
    retried: int = 0
    dead: int = 0
    replaced: int = 0
    merged: int = 0

    @property
    def busy(self) -> bool:
        """Whether there was anything to do."""
        return bool(self.delivered or self.retried or self.dead or self.replaced or self.merged)

    def counts(self) -> dict[str, int]:
        """Return the counts for a log line."""
        return {"delivered": self.delivered, "retried": self.retried, "dead": self.dead}


def retry_delay(attempts: int, jitter: float) -> timedelta:
    """Return the wait before try `attempts` + 1: full jitter over 5 s, 10 s, … at most 15 min; `jitter` is 0 to 1."""
    ceiling = min(_LONGEST_RETRY, _FIRST_RETRY * float(2 ** min(attempts, 10)))
    return max(timedelta(seconds=1), ceiling * jitter)


def deliver_mail(
    store: Store, notifier: Notifier, *, sender: str, now: Callable[[], datetime], limit: int = 16
) -> DeliveryReport:
    """Send waiting mail. A 4xx or a dead server is retried for as long as it takes; a final refusal is set aside and shown.

    What is refused for its content leaves at once without a word of what was collected, and is set aside only where that is
    refused too: a mail that stands for older ones may be the only one of its alert that ever leaves.

    What waited long is looked at again: it says that it comes late, or a later mail on the same alert to the same person
    leaves in its place, which is written down. Where more than three that waited would go to one person, one mail tells all.
    """
    delivered = retried = dead = replaced = 0
    merged = merge_waiting(store, notifier, now=now())
    for _ in range(limit):
        # One at a time, so that a lease need not last for a whole batch.
        with store.write() as work:
            rows = work.outbox.claim(kinds=[MAIL], limit=1, lease=LEASE, now=now())
        if not rows:
            break
        letter = _letter_of(store, rows[0], now())
        if letter is None:
            replaced += 1
            continue
        try:
            delivery = _send(store, notifier, rows[0], _message(rows[0], letter, sender), now)
        except NotifyError as error:
            given_up = put_back(store, rows[0], error, now(), refused="mail.refused")
            retried += not given_up
            dead += given_up
            continue
        _note_accepted(store, rows[0], delivery, now())
        delivered += 1
    return DeliveryReport(delivered=delivered, retried=retried, dead=dead, replaced=replaced, merged=merged)


def _send(
    store: Store, notifier: Notifier, row: OutboxRow, message: EmailMessage, now: Callable[[], datetime]
) -> Delivery:
    def renew() -> None:
        with store.write() as work:
            work.outbox.renew(row, lease=LEASE, now=now())

    # A server may look through a mail for minutes, and no other worker must send it meanwhile.
    with holding(renew):
        return notifier.send(message)


def _letter_of(store: Store, row: OutboxRow, now: datetime) -> Letter | None:
    """Return the letter as it leaves now, `None` where another took its place; that is written down in the same step."""
    letter = Letter.from_json(row.payload["letter"])
    alert_id = str(row.payload["alert_id"])
    refused = bool(row.payload.get(REFUSED))
    if now - row.created_at < LATE and not refused:
        return as_it_leaves(letter, row.payload)
    with store.write() as work:
        alert = work.alerts.get(alert_id)
        newer = newer_than(work, row, now)
        if newer is not None:
            if work.outbox.done(row, now=now):
                set_aside(work, row, newer, now)
            return None
        replaced = count_replaced(work, alert_id, row.key)
        clocks = work.clocks.of_alerts([alert_id]).get(alert_id, ())
    late = late_letter(
        letter, alert, queued_at=row.created_at, replaces=replaced, now=now, clocks=clocks, refused=refused
    )
    return as_it_leaves(late, row.payload)


def _message(row: OutboxRow, letter: Letter, sender: str) -> EmailMessage:
    # A letter with a level is of one alert; summaries and those of several alerts stand alone.
    thread = str(row.payload["alert_id"]) if letter.level else None
    to = str(row.payload["to"])
    return compose(letter, key=row.key, sender=sender, recipient=to, sent_at=row.created_at, thread=thread)


def _note_accepted(store: Store, row: OutboxRow, delivery: Delivery, now: datetime) -> None:
    with store.write() as work:
        if work.outbox.done(row, now=now):
            detail = {"to": row.payload["to"], "message_id": delivery.message_id, "via": delivery.accepted_by}
            _note_each(work, row, "mail.accepted", detail, now)


def _note_each(work: Work, row: OutboxRow, action: str, detail: Mapping[str, Any], now: datetime) -> None:
    """Write down what became of a mail, of a merged one with each of its alerts."""
    for part in row.payload.get("merges") or [{"alert_id": row.payload["alert_id"]}]:
        of_part = dict(detail) | ({"key": part["key"], "mail": row.key} if "key" in part else {})
        work.audit.append(actor="system", action=action, subject=str(part["alert_id"]), detail=of_part, now=now)


def search_key(versions: Mapping[str, int]) -> str:
    """Return the key of a batch for the search projection: the same for the same documents in the same versions."""
    named = "\n".join(f"{document_id}:{version}" for document_id, version in sorted(versions.items()))
    return f"search:{sha256(named.encode()).hexdigest()[:32]}"


def deliver_search(store: Store, search: Search, *, now: Callable[[], datetime], limit: int = 2) -> DeliveryReport:
    """Bring up to `limit` waiting batches into the search projection; an engine that is away delays this and nothing else.

    What the store says of a document now is what is projected, in its present version; the report counts documents.
    """
    with store.write() as work:
        rows = work.outbox.claim(kinds=[SEARCH], limit=limit, lease=LEASE, now=now())
    if not rows:
        return DeliveryReport()
    wanted = list(dict.fromkeys(document_id for row in rows for document_id in row.payload["documents"]))
    with store.read() as work:
        documents = work.documents.search_documents_of(wanted)
    refused: Mapping[str, str] = {}
    try:
        search.index(documents)
    except SearchRefusedError as error:
        refused = error.reasons
    except SearchUnavailableError as error:
        failure = NotifyError(str(error), recoverable=True)
        with store.write() as work:
            for row in rows:
                _retry(work.outbox.retry, row, failure, now())
        return DeliveryReport(retried=len(wanted))
    _note_indexed(store, rows, refused, now())
    return DeliveryReport(delivered=len(wanted) - len(refused), dead=len(refused))


def search_behind(work: Work, *, now: datetime, pace: float = 1.0) -> str | None:
    """Say that judged documents wait to be found, `None` where none does: an engine that takes nothing may well answer."""
    batches, first = work.outbox.overdue(SEARCH, since=now - _UNFOUND * pace)
    if first is None:
        return None
    return f"检索引擎没有收下{beijing(first, now)}起研判的{batches}批稿件，检索结果里没有它们；原因见“系统 → 发送”"


def _note_indexed(store: Store, rows: Sequence[OutboxRow], refused: Mapping[str, str], now: datetime) -> None:
    """Finish the rows; one with documents that can never be indexed is set aside with their names, the rest of it is done."""
    with store.write() as work:
        for row in rows:
            reasons = [f"{name}：{refused[name]}" for name in row.payload["documents"] if name in refused]
            if reasons:
                work.outbox.retry(row, error="；".join(reasons), not_before=now, dead=True)
            else:
                work.outbox.done(row, now=now)


def put_back(store: Store, row: OutboxRow, error: NotifyError, now: datetime, *, refused: str) -> bool:
    """Let a message be tried again later, or give it up where it was refused for good; return whether it was given up.

    A refusal is written down as `refused`. What was refused for its content, and had all of it, is tried at once as a plain
    letter.
    """
    with store.write() as work:
        held = _retry(work.outbox.retry, row, error, now)
        if error.recoverable or not held:
            return False
        plainly = error.of_content and not row.payload.get(PLAIN)
        detail = {"to": row.payload["to"], "error": str(error)} | ({PLAIN: True} if plainly else {})
        _note_each(work, row, refused, detail, now)
        if plainly:
            work.outbox.leave_again({row.key: {**row.payload, PLAIN: True}}, now=now)
        return not plainly


def _retry(retry: Callable[..., bool], row: OutboxRow, error: NotifyError, now: datetime) -> bool:
    # The jitter is drawn from the key and attempt, so that a replay takes the same decisions.
    jitter = random.Random(f"{row.key}:{row.attempts}").random()  # noqa: S311 - spreading load, not a secret
    delay = retry_delay(row.attempts, jitter)
    return retry(row, error=str(error), not_before=now + delay, dead=not error.recoverable)
