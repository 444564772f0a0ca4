"""Merges mails to one person that waited: their rows in the outbox are finished and one row for all is queued, in one step.

From there on the merged mail is delivered like any other, by its own key: a process that dies before that step merged
nothing, one that dies after it sends what was merged. A mail of which it is unknown whether it left, as its worker died
with it, is none of these; it leaves again by itself, under its own Message-ID.
"""

import hashlib
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from service.domain.telling.late import LATE, fate_of
from service.domain.telling.letter import Letter
from service.domain.telling.merged import MOST_APART, Waiting, merged_letter, waited
from service.ports.notify import Notifier
from service.ports.outbox import OutboxRow
from service.ports.store import Store, Work

__all__ = ["MAIL", "count_replaced", "left_as", "merge_waiting", "merged_into", "newer_than", "set_aside"]

MAIL = "mail"
_MOST = 2000


def merge_waiting(store: Store, notifier: Notifier, *, now: datetime) -> int:
    """Merge the mails of everybody for whom more than three wait that may be merged; return how many became part of one.

    Nothing is merged while the channel is away, so that all that gathers until it is back becomes one mail.
    """
    with store.read() as work:
        rows = _crowded(work.outbox.untaken(kind=MAIL, now=now, limit=_MOST), now)
    if not rows or notifier.check() is not None:
        return 0
    with store.read() as work:
        groups = [_split(work, those, now) for those in rows]
    merged = 0
    for kept, gone in groups:
        if len(kept) <= MOST_APART:
            continue
        with store.write() as work:
            merged += _merge(work, kept, gone, now)
    return merged


def merged_into(work: Work, alert_id: str) -> Mapping[str, Mapping[str, Any]]:
    """Return by the keys of an alert's mails what is known of the merged mail in which they went: `mail` is its key."""
    rows = work.audit.rows(subject=alert_id, action="mail.merged", limit=500)
    return {str(row.detail["key"]): row.detail for row in rows}


def left_as(work: Work, alert_id: str) -> Mapping[str, str]:
    """Return by the keys of an alert's messages that did not leave themselves the key of the one that stands for each."""
    moved: dict[str, str] = {}
    for row in work.audit.rows(subject=alert_id, limit=500):
        if row.action in _STAND_INS:
            moved.setdefault(str(row.detail["key"]), str(row.detail[_STAND_INS[row.action]]))
    return {key: _end_of(key, moved) for key in moved}


_STAND_INS: Mapping[str, str] = {"mail.merged": "mail", "mail.replaced": "newer", "webhook.replaced": "newer"}


def _end_of(key: str, moved: Mapping[str, str]) -> str:
    seen = {key}
    while (after := moved.get(key)) is not None and after not in seen:
        key = after
        seen.add(key)
    return key


def set_aside(work: Work, row: OutboxRow, newer: str, now: datetime) -> None:
    """Write down that a mail does not leave because a newer one on its alert does."""
    detail = {
        "to": row.payload["to"],
        "key": row.key,
        "newer": newer,
        "reason": Letter.from_json(row.payload["letter"]).subject,
    }
    work.audit.append(
        actor="system", action="mail.replaced", subject=str(row.payload["alert_id"]), detail=detail, now=now
    )


_Gone = tuple[OutboxRow, str]
_Kept = tuple[OutboxRow, Waiting]


def _crowded(rows: Iterable[OutboxRow], now: datetime) -> list[list[OutboxRow]]:
    """Return by receiver the rows that may have waited, of those who have more than three; looks at nothing but the rows."""
    found: dict[str, list[OutboxRow]] = {}
    for row in rows:
        if row.attempts or row.payload.get("held") or now - row.created_at >= LATE:
            found.setdefault(str(row.payload["to"]), []).append(row)
    return [those for those in found.values() if len(those) > MOST_APART]


def _split(work: Work, rows: Sequence[OutboxRow], now: datetime) -> tuple[list[_Kept], list[_Gone]]:
    """Return which mails of one receiver may be merged, and which a newer one replaces, each with its key."""
    waiting = [(row, one) for row in rows if (one := _waiting(work, row)) is not None]
    newer = {row.key: newer_than(work, row, now) for row, _ in waiting}
    gone = [(row, other) for row, _ in waiting if (other := newer[row.key]) is not None]
    replaced = Counter(other for _, other in gone)
    left = [
        (row, replace(one, replaces=one.replaces + replaced[row.key])) for row, one in waiting if not newer[row.key]
    ]
    kept = [(row, one) for row, one in left if waited(one, now)]
    keys = {row.key for row, _ in kept}
    return kept, [(row, other) for row, other in gone if other in keys]


def _waiting(work: Work, row: OutboxRow) -> Waiting | None:
    """Return the mail with its alert, `None` for one that is of no alert."""
    alert = work.alerts.get(str(row.payload["alert_id"]))
    notice = next((one for one in work.notices.of_alert(alert.id) if one.key == row.key), None) if alert else None
    if alert is None or notice is None:
        return None
    return Waiting(
        key=row.key,
        letter=Letter.from_json(row.payload["letter"]),
        alert=alert,
        level=notice.level,
        queued_at=row.created_at,
        held=bool(row.payload.get("held")),
        replaces=count_replaced(work, alert.id, row.key),
    )


def newer_than(work: Work, row: OutboxRow, now: datetime) -> str | None:
    """Return the key of the mail that leaves in place of this one, `None` where it leaves itself."""
    mine = [one for one in work.notices.of_alert(str(row.payload["alert_id"])) if one.told]
    own = next((one for one in mine if one.key == row.key), None)
    same = [one for one in mine if own is not None and one.person_id == own.person_id]
    later = [one.key for one in same if own is not None and (one.at, one.key) > (own.at, own.key)]
    # A mail that was refused for good tells nobody anything: nothing gives way to it.
    states = work.outbox.states(later) if later else {}
    left = [key for key in later if states.get(key) != "dead"]
    return fate_of(row.key, row.created_at, left, now).replaced_by


def _merge(work: Work, kept: Sequence[_Kept], gone: Sequence[_Gone], now: datetime) -> int:
    """Finish the rows and queue the one that stands for them; those that another worker took meanwhile are left to it."""
    free = set(work.outbox.settle([row.key for row, _ in [*kept, *gone]], now=now))
    for row, newer in gone:
        if row.key in free:
            set_aside(work, row, newer, now)
    mine = [(row, one) for row, one in kept if row.key in free]
    if not mine:
        return 0
    waiting = [replace(one, replaces=count_replaced(work, one.alert.id, one.key)) for _, one in mine]
    letter = merged_letter(waiting, work.clocks.of_alerts([one.alert.id for one in waiting]), now=now)
    key = _merged_key([one.key for one in waiting])
    to = str(mine[0][0].payload["to"])
    parts = [{"alert_id": one.alert.id, "key": one.key} for one in waiting]
    work.outbox.add(key, MAIL, {"to": to, "alert_id": key, "letter": letter.to_json(), "merges": parts}, now=now)
    for one in waiting:
        detail = {"to": to, "key": one.key, "mail": key, "merged": letter.subject, "reason": one.letter.subject}
        work.audit.append(actor="system", action="mail.merged", subject=one.alert.id, detail=detail, now=now)
    return len(waiting)


def _merged_key(keys: Sequence[str]) -> str:
    named = "\n".join(sorted(keys))
    return f"mail:merged:{hashlib.sha256(named.encode()).hexdigest()[:32]}"


def count_replaced(work: Work, alert_id: str, key: str) -> int:
    """Return how many mails were set aside for that one, those included that were for one of these."""
    replacing = {key}
    # The latest first: what takes another's place is set aside after it.
    for row in work.audit.rows(subject=alert_id, action="mail.replaced"):
        if row.detail.get("newer") in replacing:
            replacing.add(str(row.detail["key"]))
    return len(replacing) - 1
