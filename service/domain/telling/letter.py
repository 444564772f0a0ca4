"""The alert mail: what is said, decided once when the alert is raised, and its rendering as text and HTML.

A letter is fixed when it is queued, so a second delivery of the same key is the same message with the same Message-ID.
"""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from email.message import EmailMessage
from email.utils import format_datetime
from html import escape
from typing import Any, Self

from service.domain.alerts.alert import Alert, AlertLevel, AlertState
from service.domain.beijing import beijing, countdown, dated
from service.domain.clocks.clock import Clock, ClockRole, ClockState
from service.domain.events.corrections import FactKind, corrections_told, disputes, standing
from service.domain.events.event import Event, EventDocument
from service.domain.events.number import event_number
from service.domain.events.toll import deaths_told, harmed_told
from service.domain.places import join_places, places_told
from service.domain.telling.notification import harmless

__all__ = ["Letter", "compose", "deadlines", "level_line", "message_id", "write_letter"]

_INK, _MUTED, _LINE, _ACCENT = "#17222d", "#51606f", "#dfe4ea", "#0b5d74"
# White on each is read at 4.5:1 by day and by night, and the shape says it without colour.
_LEVEL_GROUNDS = {
    level.mark: ground
    for level, ground in (
        (AlertLevel.RED, "#b3122a"),
        (AlertLevel.ORANGE, "#a84300"),
        (AlertLevel.YELLOW, "#7a5b00"),
        (AlertLevel.BLUE, "#1f5fa8"),
    )
}
# Clients that know no style sheets show the inline colours; the others follow the reader's dark mode.
_DARK = (
    "<style>@media (prefers-color-scheme:dark){.yw-ground{background:#0c1620!important;color:#e8eef3!important}"
    ".yw-card{background:#13212d!important;border-color:#22394a!important}.yw-quiet{color:#a9b8c4!important}"
    ".yw-rule{border-color:#22394a!important}.yw-link{color:#4fb3cc!important}}</style>"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """One alert as it is told to a person.

    `summary` says what, where, how many and since when; `reasons` why this is an alert; `deadlines` each clock with its
    basis; `step` the one next step and `link` where to take it; `documents` the first three documents as (title, source, time).
    `receives` says why this reader gets it; `listed` are the lines of a summary of several alerts; `notes` what a reader
    must know first, such as that the mail comes late. `alerts` are the lines of several alerts told in one mail, each with
    its address. `opens` is what the button says, `foot` the last line. `level` is the level by its shape and word, which stands
    first; empty where the letter is of no alert or of several.
    """

    subject: str
    summary: str
    reasons: tuple[str, ...]
    deadlines: tuple[str, ...]
    publication: str
    step: str
    link: str
    documents: tuple[tuple[str, str, str], ...]
    drill: bool = False
    receives: str = ""
    listed: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    opens: str = "打开预警"
    alerts: tuple[tuple[str, str], ...] = ()
    level: str = ""
    foot: str = "内部舆情预警，非法定预警；未经核实的内容以“待核实”标明。"

    def to_json(self) -> dict[str, Any]:
        """Return the letter as plain JSON values."""
        return asdict(self)

    @classmethod
    def from_json(cls, values: Mapping[str, Any]) -> Self:
        """Return the letter that `to_json` wrote."""
        lists = {name: tuple(values.get(name, ())) for name in ("reasons", "deadlines", "listed", "notes")}
        documents = tuple((str(title), str(source), str(time)) for title, source, time in values["documents"])
        alerts = tuple((str(line), str(link)) for line, link in values.get("alerts", ()))
        return cls(**dict(values) | lists | {"documents": documents, "alerts": alerts})


def write_letter(
    *,
    subject: str,
    alert: Alert,
    event: Event,
    clocks: Sequence[Clock],
    documents: Sequence[EventDocument],
    link: str,
    drill: bool,
    now: datetime,
) -> Letter:
    """Say what is known of an alert at `now`, for people who read it on a telephone at night."""
    first = [document for document in documents if document.duplicate_of is None][:3]
    return Letter(
        subject=subject,
        summary=_summary(event, now),
        reasons=(alert.set_by, *alert.triggers) if alert.set_by else alert.triggers,
        deadlines=deadlines(clocks, now),
        publication="".join(str(alert.publication.get(name) or "") for name in ("sentence", "alternative")),
        step="确认收到并指派承办人" if alert.state is AlertState.OPEN else "查看进展并办理",
        link=link,
        documents=tuple(
            (harmless(document.title or document.text[:40]), document.source_name, dated(_when(document), now))
            for document in first
        ),
        drill=drill,
        level=level_line(alert),
        notes=(*corrections_told(event), *disputes(event)),
    )


def level_line(alert: Alert) -> str:
    """Return the alert's level by its shape and word: `▲ 红色预警`."""
    return f"{alert.level.mark} {alert.level.word}预警" if alert.level else ""


_MOST_DEADLINES = 3
_DEADLINES = "时限与依据"
_SEVERAL = "各条预警"
_TOLD = frozenset({ClockState.ARMED, ClockState.PROPOSED})


def _when(document: EventDocument) -> datetime:
    return document.published_at or document.stored_at


def _summary(event: Event, now: datetime) -> str:
    corrected = standing(event)
    places = join_places(places_told(event.facts, event.regions)) or "待核实"
    places += "（人工更正）" if FactKind.PLACES in corrected else ""
    products = "、".join(event.products[:3]) or "待核实"
    independent = event.heat.get("independent_sources", event.source_count)
    alone = f"（独立{independent}个）" if independent != event.source_count else ""
    harmed, dead = harmed_told(event), deaths_told(event)
    if FactKind.HARMED not in corrected:
        harmed = f"据稿件{harmed}" if harmed else "受影响人数待核实"
    if dead and FactKind.DEATHS not in corrected:
        dead = f"据稿件{dead}（待核实）"
    people = [told for told in (harmed, dead) if told]
    return (
        f"{harmless(event.title)}。地点：{places}；涉及产品：{products}；{'，'.join(people)}；"
        f"稿件{event.document_count}篇，信源{event.source_count}个{alone}；首发{dated(event.first_at, now)}，"
        f"本系统{beijing(event.known_at, now)}获知。事件编号 {event_number(event.id)}。"
    )


def deadlines(clocks: Sequence[Clock], now: datetime) -> tuple[str, ...]:
    """Return the first deadlines of the office with their basis, one line each, and how many more there are."""
    told = [clock for clock in clocks if clock.state in _TOLD]
    own = sorted(
        (clock for clock in told if clock.role is ClockRole.OWN), key=lambda c: c.state is not ClockState.ARMED
    )
    lines = [_deadline(clock, now) for clock in own[:_MOST_DEADLINES]]
    others = len(told) - len(lines)
    also = "另有" if lines else "有"
    return (*lines, f"{also}{others}项时限（含他方义务），见事件页") if others else tuple(lines)


def _deadline(clock: Clock, now: datetime) -> str:
    due = f"{beijing(clock.due_at, now)} 到期" if clock.due_at else {"immediate": "立即"}.get(clock.limit, "及时")
    state = "已启动" if clock.state is ClockState.ARMED else "建议，待有权人员启动"
    if clock.state is ClockState.ARMED and clock.due_at is not None and now > clock.due_at:
        state = countdown(clock.due_at, now)
    doubt = "" if clock.verified else "（依据待核实）"
    return f"{clock.action}：{due}，{state}{doubt}；依据 {clock.basis}"


def message_id(key: str) -> str:
    """Return the Message-ID that belongs to an outbox key: the same for every attempt."""
    return f"<{hashlib.sha256(key.encode()).hexdigest()[:32]}@alerts.yaowang>"


def compose(
    letter: Letter, *, key: str, sender: str, recipient: str, sent_at: datetime, thread: str | None = None
) -> EmailMessage:
    """Return the finished message: plain text first, the same as HTML in one 600 px column without remote content.

    A mail program shows the messages of one `thread` together, whatever their subjects; `None` for one that stands alone.
    """
    message = EmailMessage()
    message["Subject"] = letter.subject
    message["From"] = sender
    message["To"] = recipient
    message["Date"] = format_datetime(sent_at)
    message["Message-ID"] = message_id(key)
    if thread is not None:
        # A root that nobody was sent: whoever joins at the third reminder has the same one (RFC 5322, section 3.6.4).
        message["References"] = message_id(f"thread:{thread}")
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(_text(letter), cte="base64")
    message.add_alternative(_html(letter), subtype="html", cte="base64")
    return message


def _sections(letter: Letter) -> list[tuple[str, Sequence[str]]]:
    documents = [f"{title}（{source} {time}）" for title, source, time in letter.documents]
    sections: list[tuple[str, Sequence[str]]] = [("注意", letter.notes)] if letter.notes else []
    sections.append(("情况", [letter.summary]))
    if letter.alerts:
        told = [f"{place}. {line}\n{link}" for place, (line, link) in enumerate(letter.alerts, start=1)]
        return [*sections, (_SEVERAL, told), ("为何收到", [letter.receives])]
    if letter.listed:
        return [*sections, ("清单", letter.listed), ("为何收到", [letter.receives])]
    why = [*letter.reasons, *([f"您收到本邮件，因为：{letter.receives}"] if letter.receives else [])]
    # The next step follows: on a telephone it must stand on the first screen.
    sections += [
        (_DEADLINES, letter.deadlines or ["暂无在走的时限"]),
        ("为何收到", why),
        ("发布权限", [letter.publication]),
    ]
    return [*sections, ("首发稿件", documents)] if documents else sections


def _step_follows(letter: Letter) -> str:
    """Return the heading after which the next step stands: the deadline, or all that several alerts have to say."""
    return "为何收到" if letter.alerts or letter.listed else _DEADLINES


def _banner(letter: Letter) -> str:
    return "【演练】数据与收件人均为虚构，请勿外传。" if letter.drill else ""


def _text(letter: Letter) -> str:
    parts = [told for told in (_banner(letter), letter.level) if told]
    for heading, lines in _sections(letter):
        parts.append("\n".join([f"【{heading}】", *lines]))
        if heading == _step_follows(letter):
            parts.append(f"【下一步】\n{letter.step}\n{letter.link}")
    return "\n\n".join(parts) + f"\n\n{letter.foot}\n"


def _linked(place: int, line: str, link: str) -> str:
    """Return a line with its beginning as the link, and the rest under it."""
    head, _, rest = line.partition("；")
    return (
        f'{place}. <a class="yw-link" href="{escape(link, quote=True)}" style="color:{_ACCENT}">{escape(head)}</a>'
        f'<div class="yw-quiet" style="color:{_MUTED};font-size:13px;margin-bottom:6px">{escape(rest)}</div>'
    )


def _head(letter: Letter) -> list[str]:
    """Return the rows above all others: that it is a drill, the level, the subject."""
    rows = []
    if letter.drill:
        rows.append(f'<tr><td style="padding:8px 20px;background:#ffe9a8;color:#17222d">{_banner(letter)}</td></tr>')
    if letter.level:
        ground = _LEVEL_GROUNDS.get(letter.level[:1], _INK)
        rows.append(
            f'<tr><td style="padding:16px 20px 0"><span style="padding:3px 12px;border-radius:4px;background:{ground};'
            f'color:#ffffff;font-size:14px;font-weight:bold">{escape(letter.level)}</span></td></tr>'
        )
    return [
        *rows,
        f'<tr><td style="padding:12px 20px 4px;font-size:18px;font-weight:bold">{escape(letter.subject)}</td></tr>',
    ]


def _html(letter: Letter) -> str:
    rows = _head(letter)
    step = (
        f'<tr><td style="padding:12px 20px"><div style="font-size:14px">{escape(letter.step)}</div>'
        f'<a href="{escape(letter.link, quote=True)}" style="display:inline-block;margin-top:8px;padding:11px 20px;'
        f'background:{_ACCENT};color:#ffffff;text-decoration:none;border-radius:6px">{escape(letter.opens)}</a></td></tr>'
    )
    for heading, lines in _sections(letter):
        told = [escape(line) for line in lines]
        if heading == _DEADLINES:
            told[0] = f"<b>{told[0]}</b>"
        if heading == _SEVERAL:
            told = [_linked(place, line, link) for place, (line, link) in enumerate(letter.alerts, start=1)]
        body = ("" if heading == _SEVERAL else "<br>").join(told)
        rows.append(
            f'<tr><td style="padding:8px 20px"><div class="yw-quiet" style="color:{_MUTED};font-size:12px">{heading}</div>'
            f'<div style="font-size:14px;line-height:1.6">{body}</div></td></tr>'
        )
        if heading == _step_follows(letter):
            rows.append(step)
    rows.append(
        f'<tr><td class="yw-quiet yw-rule" style="padding:8px 20px 16px;color:{_MUTED};font-size:12px;border-top:1px solid {_LINE}">'
        f"{escape(letter.foot)}</td></tr>"
    )
    return (
        '<!doctype html><html lang="zh-CN"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width"><meta name="color-scheme" content="light dark">'
        f'<title>{escape(letter.subject)}</title>{_DARK}</head><body class="yw-ground" style="margin:0;background:#f4f6f8;color:{_INK};font-family:'
        "'Noto Sans CJK SC','Microsoft YaHei','PingFang SC',sans-serif\">"
        '<table role="presentation" class="yw-card" width="600" align="center" cellpadding="0" cellspacing="0" '
        f'style="width:100%;max-width:600px;background:#ffffff;border:1px solid {_LINE}">{"".join(rows)}</table></body></html>'
    )
