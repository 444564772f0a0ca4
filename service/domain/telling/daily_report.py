"""每日报平安: one mail a day that says that all runs, so that the day on which it does not come is noticed. Pure.

A program that has died says nothing, and so does one that has nothing to say. This mail tells the two apart.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta

from service.domain.alerts.alert import AlertLevel
from service.domain.beijing import BEIJING, beijing, duration
from service.domain.telling.digest import due_digest
from service.domain.telling.letter import Letter

__all__ = ["DayFacts", "DueReport", "daily_letter", "due_report", "parse_hour"]

_DAY = timedelta(days=1)
# A role that starts or is busy at the hour is no reason to call the mail late.
_PUNCTUAL = timedelta(minutes=10)
_BACKUP_OLD = timedelta(days=8)
_MOST_NAMES = 5
_TOLD_LEVELS = (AlertLevel.RED, AlertLevel.ORANGE, AlertLevel.YELLOW, AlertLevel.BLUE)


@dataclass(frozen=True, slots=True)
class DueReport:
    """The report that is due: `at` is its hour, `missed` how many days before it had none."""

    at: datetime
    missed: int = 0

    @property
    def name(self) -> str:
        """What its mails are called in the outbox: one a day, by the day in Beijing."""
        return f"daily:{self.at.astimezone(BEIJING):%Y%m%d}"


@dataclass(frozen=True, slots=True, kw_only=True)
class DayFacts:
    """What there is to say of the last 24 hours and of now.

    `alerts` are those raised, by level; `channel` is the name of the second channel, `None` where none is set up; `silent_since`
    tells since when nothing was judged; `disk` what is left in words, with `disk_scarce` where that stops anything.
    """

    documents: int
    sources: int
    troubled: Sequence[str]
    alerts: Mapping[AlertLevel, int]
    unacknowledged: int
    silent_since: datetime | None
    mail_waiting: int
    mail_refused: int
    channel: str | None
    unsaid: int
    disk: str
    disk_scarce: bool
    backup_at: datetime | None


def parse_hour(written: str) -> time:
    """Return the time of day that a setting names, such as `08:30`. Raises `ValueError` for none."""
    return time.fromisoformat(written)


def due_report(upto: datetime | None, now: datetime, *, at: time) -> DueReport | None:
    """Return the report that is due, `None` where none is; `upto` is the hour of the last one, `None` before the first.

    Of several that were missed only the last is sent. A clock that was set back makes none due twice.
    """
    due = due_digest(upto, now, at=at)
    if due is None:
        return None
    latest = due[1]
    return DueReport(latest, missed=0 if upto is None else max(0, (latest - upto) // _DAY - 1))


def daily_letter(facts: DayFacts, due: DueReport, *, address: str, now: datetime) -> Letter:
    """Return the letter: what came in, what was alerted, what waits, what is wrong; and how late it is, where it is."""
    lines = _lines(facts, now)
    wrong = [line for line, fault in lines if fault]
    late = now - due.at >= _PUNCTUAL
    levels = "、".join(f"{level.word}{facts.alerts.get(level, 0)}" for level in _TOLD_LEVELS)
    state = f"，{len(wrong)}项须处理" if wrong else "，各项正常"
    return Letter(
        subject=f"{'〔迟报〕' if late else ''}[药望每日报平安] {due.at.astimezone(BEIJING):%m月%d日}{state}",
        summary=f"过去24小时新收稿件{facts.documents}篇，新增预警{levels}。",
        reasons=(),
        deadlines=(),
        publication="",
        step="处理标▲的各项" if wrong else "无须处理",
        link=address,
        documents=(),
        listed=tuple(f"{'▲' if fault else '●'} {line}" for line, fault in lines),
        notes=_notes(due, late=late, now=now),
        receives="您在报平安的收件人之列；哪天没有收到，说明药望或邮件可能停了，请查看服务器",
        opens="打开药望",
        foot="每天一封，由系统自动发出。",
    )


def _notes(due: DueReport, *, late: bool, now: datetime) -> tuple[str, ...]:
    told = []
    if late:
        told.append(f"本邮件应于{beijing(due.at, now)}发出，当时药望没有运行，迟到{duration(now - due.at)}")
    if due.missed:
        told.append(f"此前{due.missed}天没有报平安")
    return tuple(told)


def _lines(facts: DayFacts, now: datetime) -> list[tuple[str, bool]]:
    """Return what is told, each line with whether somebody has to do something about it."""
    judged = f"自{beijing(facts.silent_since, now)}起没有运行" if facts.silent_since else "正常"
    waiting = facts.unacknowledged
    return [
        # An office may live on files alone; a day on which nothing came, by no way at all, is never an ordinary one.
        (_collected(facts), not facts.documents),
        (f"信源异常：{_names(facts.troubled)}", bool(facts.troubled)),
        (f"研判：{judged}", facts.silent_since is not None),
        (f"预警：{f'{waiting}条待确认' if waiting else '没有待确认的'}", False),
        (_mail(facts), facts.mail_refused > 0),
        (_channel(facts), facts.unsaid > 0),
        (f"磁盘：{facts.disk}", facts.disk_scarce),
        (_backup(facts.backup_at, now), facts.backup_at is None or now - facts.backup_at >= _BACKUP_OLD),
    ]


def _collected(facts: DayFacts) -> str:
    told = f"采集：启用的信源{facts.sources}个，新收稿件{facts.documents}篇"
    return (
        told
        if facts.sources or facts.documents
        else f"{told}；没有启用信源，也没有导入，等于没有监测，请在“信源”页启用"
    )


def _names(names: Sequence[str]) -> str:
    if not names:
        return "无"
    more = "等" if len(names) > _MOST_NAMES else ""
    return f"{len(names)}个（{'、'.join(names[:_MOST_NAMES])}{more}）"


def _mail(facts: DayFacts) -> str:
    waiting = f"{facts.mail_waiting}封等候发送" if facts.mail_waiting else "没有等候发送的"
    return f"邮件：{waiting}" + (f"，24小时内被拒收{facts.mail_refused}封" if facts.mail_refused else "")


def _channel(facts: DayFacts) -> str:
    if facts.channel is None:
        return "第二通道：没有设置"
    return f"第二通道：{facts.channel}，" + (f"{facts.unsaid}条没有发出" if facts.unsaid else "没有等候发送的")


def _backup(at: datetime | None, now: datetime) -> str:
    if at is None:
        return "备份：没有备份过，请安排每晚备份"
    old = f"，已过{duration(now - at)}" if now - at >= _BACKUP_OLD else ""
    return f"备份：最近一次{beijing(at, now)}{old}"
