"""What becomes of a mail that waited because the mail server was away. Pure.

Nobody's mail is dropped in silence: it is sent, or another mail that tells the same person more of the same alert is
named as its replacement, in the audit trail and in that mail. So a day without a mail server ends in one mail for each
person and alert, not in twenty, and each says that it comes late and what has happened since.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from service.domain.alerts.alert import Alert
from service.domain.alerts.alert_states import AlertState
from service.domain.beijing import beijing, duration
from service.domain.clocks.clock import Clock
from service.domain.telling.letter import Letter, deadlines
from service.domain.telling.notification import DRILL, due_again

__all__ = ["LATE", "Fate", "fate_of", "late_letter"]

LATE = timedelta(minutes=30)
"""From this age on a waiting mail is looked at again before it leaves."""


@dataclass(frozen=True, slots=True)
class Fate:
    """Whether a waiting mail still leaves: `replaced_by` is the key of the mail that is sent instead."""

    replaced_by: str | None = None


def fate_of(key: str, queued_at: datetime, later: Sequence[str], now: datetime) -> Fate:
    """Say what becomes of the mail `key`; `later` are the keys of mails to the same person on the same alert queued after it.

    The newest one leaves, whatever the alert's state: somebody who was never told that there was an alert is told also
    of one that is closed.
    """
    others = [other for other in later if other != key]
    if not others or now - queued_at < LATE:
        return Fate()
    return Fate(replaced_by=others[-1])


def late_letter(
    letter: Letter,
    alert: Alert | None,
    *,
    queued_at: datetime,
    replaces: int,
    now: datetime,
    clocks: Sequence[Clock] = (),
    refused: bool = False,
    by: str = "邮件",
) -> Letter:
    """Return the letter with what a reader must know of one that comes late; unchanged where it does not.

    `clocks` are those of the alert as they are now: its deadlines are told as of now, since the hours between are gone.
    One that was `refused` for good and is sent again in a person's name comes late, however little. `by` is what it goes
    by.
    """
    if now - queued_at < LATE and not refused:
        return letter
    due = f"本{by}应于{beijing(queued_at, now)}发出"
    notes = [
        f"{due}，曾被邮件服务器拒收，现重新发送" if refused else f"{due}，因{by}发送中断迟到{duration(now - queued_at)}"
    ]
    if replaces:
        notes.append(f"此前未能发出的{replaces}封同一预警的邮件由本邮件代替，不再发送")
    mark = "迟发"
    if alert is not None:
        notes.append(f"预警现为{alert.level.word}、{alert.state.word}" + _since(alert, now))
        mark = "迟发·已关闭" if alert.state is AlertState.CLOSED else mark
    if alert is not None:
        told = deadlines(clocks, now) if letter.deadlines else ()
        letter = replace(letter, subject=due_again(letter.subject, clocks, now), deadlines=told)
    drill = DRILL if letter.subject.startswith(DRILL) else ""
    subject = letter.subject.removeprefix(drill)
    # One that merges late mails says so already.
    marked = subject if subject.startswith("〔迟发") else f"〔{mark}〕{subject}"
    return replace(letter, subject=f"{drill}{marked}", notes=(*letter.notes, *notes))


def _since(alert: Alert, now: datetime) -> str:
    if alert.closed_at is not None and alert.state is AlertState.CLOSED:
        return f"（{beijing(alert.closed_at, now)}由{alert.closed_by}关闭）"
    if alert.acknowledged_at is not None:
        return f"（{beijing(alert.acknowledged_at, now)}由{alert.acknowledged_by}确认）"
    return ""
