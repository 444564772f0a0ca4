"""The morning's summary of blue alerts and of surges (蓝色日汇总): when it is due, what it covers, and its letter. Pure."""

from collections.abc import Mapping, Sequence
from datetime import datetime, time, timedelta
from types import MappingProxyType

from service.domain.alerts.alert import Alert
from service.domain.beijing import BEIJING, beijing
from service.domain.figures.surge import FoundSurge
from service.domain.telling.letter import Letter
from service.domain.telling.notification import DRILL, harmless

__all__ = ["digest_letter", "due_digest", "next_digest"]

_FURTHEST_BACK = timedelta(days=7)
_MOST_LISTED = 40


def due_digest(upto: datetime | None, now: datetime, *, at: time) -> tuple[datetime, datetime] | None:
    """Return what the digest that is due covers, from (excluded) and to (included); `None` where none is due.

    It is due at `at` in Beijing, every day. After days without one it covers them all, at most a week; a clock that was
    set back makes none due twice.
    """
    today = datetime.combine(now.astimezone(BEIJING).date(), at, tzinfo=BEIJING)
    latest = today if today <= now else today - timedelta(days=1)
    if upto is not None and upto >= latest:
        return None
    since = latest - timedelta(days=1) if upto is None else max(upto, latest - _FURTHEST_BACK)
    return since, latest


def next_digest(now: datetime, *, at: time) -> datetime:
    """Return when the next digest after `now` is due."""
    today = datetime.combine(now.astimezone(BEIJING).date(), at, tzinfo=BEIJING)
    return today if today > now else today + timedelta(days=1)


def digest_letter(
    alerts: Sequence[Alert],
    surges: Sequence[FoundSurge] = (),
    *,
    by_now: Mapping[str, int] = MappingProxyType({}),
    corrected: Mapping[str, str] = MappingProxyType({}),
    since: datetime,
    until: datetime,
    link: str,
    drill: bool,
) -> Letter:
    """Return the letter over blue alerts raised and surges found between `since` and `until`, the newest first.

    `by_now` are the documents of the surges' hours by now, by id; `corrected` is what persons corrected of an alert's
    event, by the id of the alert: its title is the press's and may say otherwise.
    """
    mark = DRILL if drill else ""
    scope = f"{beijing(since, until)}至{beijing(until, until)}"
    listed = [
        f"● {harmless(alert.title)}（{beijing(alert.raised_at, until)}，{alert.state.word}{_mark(corrected.get(alert.id))}）"
        for alert in alerts[:_MOST_LISTED]
    ]
    more = len(alerts) - len(listed)
    risen = [f"◇ {surge.told(by_now.get(surge.id))}。{surge.why}" for surge in surges[:_MOST_LISTED]]
    told = [f"蓝色预警{len(alerts)}条"] if alerts or not surges else []
    told += [f"声量异动{len(surges)}条"] if surges else []
    return Letter(
        subject=f"{mark}[蓝色日汇总] {until.astimezone(BEIJING):%m月%d日} {'、'.join(told)}",
        summary=f"{scope}，全部信源，新增且仍为蓝色的预警{len(alerts)}条{f'；{told[-1]}' if surges else ''}。",
        reasons=(),
        deadlines=(),
        publication="",
        step="浏览蓝色预警，需要提级的由审批人调级" if alerts or not surges else "浏览声量异动背后的稿件，看过后登记",
        link=link,
        documents=(),
        drill=drill,
        listed=(*listed, *([f"另有{more}条，见预警页面"] if more else []), *risen),
        receives="订阅了蓝色预警",
        opens="打开预警" if alerts or not surges else "打开声量异动",
    )


def _mark(corrected: str | None) -> str:
    return f"；人工更正：{corrected}" if corrected else ""
