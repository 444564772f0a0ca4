"""The second channel (第二通道): when it speaks, and the short message that it carries, made of the mail's own parts. Pure.

A group is not a mailbox: it reads on a telephone and may hold more people than the alert is for. So it is told what the
mail's subject line tells, whose turn it is and by when, and where to go on; nothing of what the press wrote beyond that.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from email.message import EmailMessage
from email.utils import format_datetime

from service.domain.alerts.alert import AlertLevel
from service.domain.beijing import beijing, duration
from service.domain.documents.named_people import mask_named_people
from service.domain.telling.letter import Letter, message_id

__all__ = [
    "MAIL_AWAY",
    "SecondChannel",
    "compose_short",
    "mail_away_letter",
    "mail_back_letter",
    "probe_letter",
    "said_at_once",
    "short_letter",
    "short_text",
    "whose_turn",
]

MAIL_AWAY = timedelta(minutes=10)
"""A mail that waits longer is told by the second channel."""

_MOST_NAMES = 5
_MOST_LINE = 160


@dataclass(frozen=True, slots=True, kw_only=True)
class SecondChannel:
    """When the channel of that `name` speaks: of red and orange at once, of alerts whose mail does not go out, or both."""

    name: str
    at_once: bool = True
    when_mail_waits: bool = True


def said_at_once(channel: SecondChannel, level: AlertLevel) -> bool:
    """Tell whether an alert of that level is told there beside its mails."""
    return channel.at_once and level >= AlertLevel.ORANGE


def whose_turn(owner: str | None, names: Sequence[str]) -> str:
    """Return who should act: who has the alert, else those who were told of it, else what is to be done about that."""
    if owner:
        return f"承办：{owner}"
    if not names:
        return "没有人能收到邮件，请处室负责人立即处理"
    others = f"等{len(names)}人" if len(names) > _MOST_NAMES else ""
    return f"已通知：{'、'.join(names[:_MOST_NAMES])}{others}"


def short_letter(letter: Letter, *, turn: str) -> Letter:
    """Return what may go to a group of a mail's letter: no summary, no reasons, no document, nobody's address.

    What names a person in the title of a post is masked: a group is read by more people than the alert is for, on the
    machines of a stranger (个人信息保护法 art. 6).
    """
    return replace(
        letter,
        subject=mask_named_people(letter.subject),
        summary="",
        reasons=(),
        documents=(),
        publication="",
        listed=(),
        alerts=(),
        deadlines=letter.deadlines[:1],
        receives=turn,
    )


def short_text(letter: Letter) -> str:
    """Return the lines under the subject; the last is the link."""
    lines = [*letter.notes, *letter.deadlines, letter.receives, f"下一步：{letter.step}"]
    told = [line if len(line) <= _MOST_LINE else f"{line[: _MOST_LINE - 1]}…" for line in lines if line]
    return "\n".join([*told, letter.link])


def compose_short(letter: Letter, *, key: str, recipient: str, sent_at: datetime) -> EmailMessage:
    """Return the finished message, plain text alone; it begins with 药望, which robots can be told to insist on."""
    message = EmailMessage()
    message["Subject"] = f"药望 {letter.subject}"
    message["To"] = recipient
    message["Date"] = format_datetime(sent_at)
    message["Message-ID"] = message_id(key)
    message.set_content(short_text(letter), cte="base64")
    return message


def mail_away_letter(count: int, first_at: datetime, *, address: str, now: datetime) -> Letter:
    """Return what is said when mail has stopped going out: how many wait since when, and what to do until it does."""
    return _of_mail(
        f"[邮件中断] {count}封邮件已超过{duration(MAIL_AWAY)}没有送出",
        f"最早的一封{beijing(first_at, now)}写成",
        step="系统管理员检查邮件服务器；其他人以预警页面为准，紧急的打电话",
        link=f"{address}/system?tab=outbox",
    )


def mail_back_letter(since: datetime, *, address: str, now: datetime) -> Letter:
    """Return what is said when mail goes out again."""
    return _of_mail(
        "[邮件恢复] 等候的邮件已经送出",
        f"邮件自{beijing(since, now)}起中断，持续{duration(now - since)}；被邮件服务器拒收的不在其中",
        step="查看有无被拒收的邮件",
        link=f"{address}/system?tab=outbox",
    )


def probe_letter(*, address: str, now: datetime) -> Letter:
    """Return a message that only shows that the channel works."""
    return _of_mail(
        "【测试】这是一条测试消息，不是预警",
        f"{beijing(now, now)}由系统管理员发出，用于检查通道，收到即可，无须处理",
        step="无",
        link=address,
    )


def _of_mail(subject: str, note: str, *, step: str, link: str) -> Letter:
    return Letter(
        subject=subject,
        summary="",
        reasons=(),
        deadlines=(),
        publication="",
        step=step,
        link=link,
        documents=(),
        notes=(note,),
    )
