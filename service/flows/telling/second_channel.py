"""What is told by the second channel (第二通道) and why, written into the outbox in the transaction of its cause.

One message for one reason, whoever it is mailed to: its key is alert and occasion. What was said at once is not said again
when its mail does not go out.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any

from service.domain.alerts.alert import Alert
from service.domain.telling.letter import Letter
from service.domain.telling.second_channel import (
    MAIL_AWAY,
    SecondChannel,
    mail_away_letter,
    mail_back_letter,
    short_letter,
    whose_turn,
)
from service.flows.telling.merging import MAIL, merged_into
from service.ports.outbox import OutboxRow
from service.ports.routing import Notice
from service.ports.store import Store, Work

__all__ = ["WEBHOOK", "say", "tell_of_waiting_mail", "webhook_key"]

WEBHOOK = "webhook"
"""The kind of its rows in the outbox, and who is told in its notices."""

_AWAY = "mail.away"
_MOST = 500
# A refused mail of an older day is no news to a channel that was connected today.
_REFUSED_WITHIN = timedelta(days=1)


def webhook_key(alert_id: str, occasion: str) -> str:
    """Return the key of the one message on this occasion, the same on every machine and after every restart."""
    return f"webhook:{alert_id}:{occasion}"


def say(
    work: Work, alert: Alert, letter: Letter, *, occasion: str, channel: SecondChannel, why: str, now: datetime
) -> bool:
    """Queue what the mail's letter says in short; false where it was said on this occasion."""
    told = [one.person_name for one in work.notices.of_alert(alert.id) if _is_mail(one) and one.occasion == occasion]
    short = short_letter(letter, turn=whose_turn(alert.owner, list(dict.fromkeys(told))))
    key = webhook_key(alert.id, occasion)
    if not work.outbox.add(key, WEBHOOK, _payload(channel, short, alert.id), now=now):
        return False
    work.notices.save(
        Notice(
            key=key,
            alert_id=alert.id,
            occasion=occasion,
            person_id=WEBHOOK,
            person_name=channel.name,
            told=True,
            why=why,
            level=alert.level,
            at=now,
        )
    )
    return True


def _is_mail(notice: Notice) -> bool:
    return notice.told and notice.person_id != WEBHOOK


def _payload(channel: SecondChannel, letter: Letter, about: str) -> dict[str, Any]:
    return {"to": channel.name, "alert_id": about, "letter": letter.to_json()}


def tell_of_waiting_mail(store: Store, channel: SecondChannel, *, address: str, now: datetime) -> int:
    """Queue what must be told while mail does not go out; return how many messages are new, most looks none.

    Told are the interruption itself, once, and each alert whose mail has waited ten minutes or was refused for good, once
    for each reason; when everything that waited has left, that.
    """
    since = now - MAIL_AWAY
    with store.read() as work:
        count, first = work.outbox.overdue(MAIL, since=since)
        told = _told_since(work)
        new = _untold(work, _stuck(work, since, now))
    if not new and (told is not None) == bool(count):
        return 0
    with store.write() as work:
        work.alone(_AWAY)
        queued = _tell_of_the_interruption(work, channel, count, first, address, now)
        for (alert_id, occasion), row in _untold(work, _stuck(work, since, now)).items():
            alert = work.alerts.get(alert_id)
            if alert is not None:
                letter, why = _letter_in(work, row, alert_id), "邮件没有送出"
                queued += say(work, alert, letter, occasion=occasion, channel=channel, why=why, now=now)
    return queued


def _tell_of_the_interruption(
    work: Work, channel: SecondChannel, count: int, first: datetime | None, address: str, now: datetime
) -> int:
    told = _told_since(work)
    if told is None and count and first is not None:
        work.set_value(_AWAY, first.isoformat())
        letter, key = mail_away_letter(count, first, address=address, now=now), f"webhook:mail-away:{first.isoformat()}"
    elif told is not None and not count:
        work.set_value(_AWAY, None)
        letter, key = mail_back_letter(told, address=address, now=now), f"webhook:mail-back:{told.isoformat()}"
    else:
        return 0
    return int(work.outbox.add(key, WEBHOOK, _payload(channel, letter, "mail"), now=now))


def _told_since(work: Work) -> datetime | None:
    """Return since when mail is away, as it was told; `None` where that is not told, or is over."""
    kept = work.value(_AWAY)
    return datetime.fromisoformat(kept) if isinstance(kept, str) else None


_Reason = tuple[str, str]


def _stuck(work: Work, since: datetime, now: datetime) -> Iterable[OutboxRow]:
    refused = work.outbox.given_up(MAIL, limit=_MOST, since=now - _REFUSED_WITHIN)
    rows = {row.key: row for row in (*work.outbox.late(MAIL, since=since, limit=_MOST), *refused)}
    return sorted(rows.values(), key=lambda row: row.created_at)


def _untold(work: Work, rows: Iterable[OutboxRow]) -> Mapping[_Reason, OutboxRow]:
    """Return by alert and occasion the mails of which nothing was said; those that are of no alert are only counted."""
    found: dict[_Reason, OutboxRow] = {}
    for row in rows:
        for part in row.payload.get("merges") or [{"alert_id": row.payload.get("alert_id"), "key": row.key}]:
            notices = work.notices.of_alert(str(part["alert_id"]))
            mine = next((one for one in notices if one.key == part["key"]), None)
            if mine is not None:
                found.setdefault((mine.alert_id, mine.occasion), row)
    states = work.outbox.states([webhook_key(*reason) for reason in found])
    return {reason: row for reason, row in found.items() if webhook_key(*reason) not in states}


def _letter_in(work: Work, row: OutboxRow, alert_id: str) -> Letter:
    """Return the letter of a mail; of a merged one what it says of this alert, under the subject of the alert's own mail."""
    letter = Letter.from_json(row.payload["letter"])
    if not row.payload.get("merges"):
        return letter
    merged = [one for one in merged_into(work, alert_id).values() if one.get("mail") == row.key]
    subject = next((str(one["reason"]) for one in merged), letter.subject)
    links = {link.rpartition("/")[2]: link for _, link in letter.alerts}
    alert = work.alerts.get(alert_id)
    link = links.get(alert.event_id, letter.link) if alert is not None else letter.link
    return Letter.from_json(letter.to_json() | {"subject": subject, "link": link, "notes": ()})
