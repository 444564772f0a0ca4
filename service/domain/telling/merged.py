"""Several mails to one person that waited, told in one: which may be, and the letter, the most urgent alert first. Pure.

After a day without a mail server, or when the silence of many alerts ends, nobody reads twenty mails one by one. Red is
never merged: it leaves alone, as ever.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from service.domain.alerts.alert import Alert, AlertLevel
from service.domain.beijing import beijing, countdown, duration
from service.domain.clocks.clock import Clock, ClockState
from service.domain.clocks.urgency import by_urgency, next_due
from service.domain.telling.late import LATE
from service.domain.telling.letter import Letter, deadlines
from service.domain.telling.notification import DRILL, fitted, harmless

__all__ = ["MOST_APART", "Waiting", "merged_letter", "waited"]

MOST_APART = 3
"""So many mails that waited still leave one by one; more are merged into one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """A mail that waits: its key and letter, its alert as it is now, since when it waits, and how many mails it replaces.

    `level` is that at which it was queued; `held` says that it was held back before, as by a silence.
    """

    key: str
    letter: Letter
    alert: Alert
    level: AlertLevel
    queued_at: datetime
    held: bool = False
    replaces: int = 0


def waited(one: Waiting, now: datetime) -> bool:
    """Tell whether the mail may be merged with others: it waited, and its alert neither is red nor was when it was queued.

    One that was queued a moment ago waited where it takes the place of some that did.
    """
    return (one.held or one.replaces > 0 or now - one.queued_at >= LATE) and AlertLevel.RED not in {
        one.level,
        one.alert.level,
    }


def merged_letter(waiting: Sequence[Waiting], clocks: Mapping[str, Sequence[Clock]], *, now: datetime) -> Letter:
    """Return one letter over all of them, each with level, event, deadline and link; the button opens the most urgent one.

    `clocks` are those of the alerts by their ids. The order is that of the dashboard's list.
    """
    alerts = {one.alert.id: one.alert for one in waiting}
    places = {alert.id: place for place, (alert, _) in enumerate(by_urgency(list(alerts.values()), clocks, now))}
    ordered = sorted(waiting, key=lambda one: (places[one.alert.id], one.queued_at, one.key))
    first = ordered[0]
    late = max(now - one.queued_at for one in ordered)
    reason = f"因邮件发送中断，最长迟到{duration(late)}" if late >= LATE else "此前因静默等原因暂缓"
    return Letter(
        subject=_subject(ordered, clocks, late=late, now=now),
        summary=f"{len(alerts)}条预警的{len(ordered)}封邮件{reason}，合并为本邮件，不再逐封发送；按紧急程度排列，所述为现在的情况。",
        reasons=(),
        deadlines=(),
        publication="",
        step="先办理最紧急的一条：" + first.letter.step,
        link=first.letter.link,
        documents=(),
        drill=first.letter.drill,
        alerts=tuple((_line(one, clocks, now), one.letter.link) for one in ordered),
        receives="；".join(dict.fromkeys(one.letter.receives for one in ordered if one.letter.receives)),
        opens="打开最紧急的预警",
    )


def _subject(
    ordered: Sequence[Waiting], clocks: Mapping[str, Sequence[Clock]], *, late: timedelta, now: datetime
) -> str:
    first = ordered[0].alert
    gravest = max(one.alert.level for one in ordered)
    mark = "迟发·合并" if late >= LATE else "合并"
    head = f"{DRILL if ordered[0].letter.drill else ''}〔{mark}〕[{gravest.word}等{len(ordered)}条] "
    clock = next_due(clocks.get(first.id, ()))
    due_at = clock.due_at if clock is not None else None
    tail = " 等"
    if due_at is not None:
        tail += f"｜{beijing(due_at, now)} 到期" if now <= due_at else f"｜{countdown(due_at, now)}"
    return fitted(harmless(first.title), head=head, tail=tail)


def _line(one: Waiting, clocks: Mapping[str, Sequence[Clock]], now: datetime) -> str:
    alert = one.alert
    own = clocks.get(alert.id, ())
    clock = next_due(own)
    due = deadlines(own if clock is None else [clock], now)
    due_at = clock.due_at if clock is not None else None
    parts = [
        f"{alert.level.mark}{alert.level.word}·{alert.state.word} {harmless(alert.title)}",
        due[0] if due else "暂无在走的时限",
        # Of one that runs, its deadline says so itself.
        countdown(due_at, now) if not _runs(clock) and due_at is not None and due_at < now else "",
        f"原应于{beijing(one.queued_at, now)}发出" if now - one.queued_at >= LATE else "",
        f"代替此前未能发出的{one.replaces}封" if one.replaces else "",
    ]
    return "；".join(part for part in parts if part)


def _runs(clock: Clock | None) -> bool:
    return clock is not None and clock.state is ClockState.ARMED
