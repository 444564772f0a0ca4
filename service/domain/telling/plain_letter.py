"""The letter that leaves where a server refused the whole one for what it says. Pure.

A filter takes offence at words of the press that an alert quotes. So nothing of what was collected stands in this letter:
level and state, deadlines with their basis, whose turn it is, and the link under which the rest is read.
"""

import re
from collections.abc import Mapping
from dataclasses import replace
from types import MappingProxyType
from typing import Any

from service.domain.telling.letter import Letter
from service.domain.telling.notification import DRILL, LONGEST_SUBJECT, TAIL

__all__ = ["PLAIN", "as_it_leaves", "plain_letter"]

PLAIN = "plain"
"""Marks in the payload of a message that the whole letter was refused for its content, and that the plain one leaves."""

_SUBJECT = "预警原文被拒收，请登录药望查看"
# Drill, what kind of late mail it is, level and state: all of the house's own words.
_HEAD = re.compile(rf"(?:{DRILL})?(?:〔[^〕]*〕)?(?:\[[^\]]*\])?")

_REFUSED: Mapping[str, str] = MappingProxyType(
    {
        "邮件": "邮件服务器拒收了本邮件的原文，多因其中引用的稿件用语；这是不含标题和稿件的简要邮件，全文请登录药望查看。",
        "消息": "群机器人拒收了这条消息的原文，全文请登录药望查看",
    }
)


def plain_letter(letter: Letter, *, by: str = "邮件") -> Letter:
    """Return the letter without a word of what was collected; `by` is what it goes by, 邮件 or 消息.

    Of several alerts in one letter each keeps its level, state and link.
    """
    head, tail = _HEAD.match(letter.subject), TAIL.search(letter.subject)
    subject = f"{head[0] if head else ''} {_SUBJECT}{tail[0] if tail else ''}"
    told = _REFUSED[by]
    return replace(
        letter,
        subject=subject.strip()[:LONGEST_SUBJECT],
        summary=told,
        reasons=(),
        documents=(),
        listed=("内容请登录药望查看",) if letter.listed else (),
        alerts=tuple((line.partition(" ")[0], link) for line, link in letter.alerts),
        notes=(told, *letter.notes) if by == "消息" else letter.notes,
    )


def as_it_leaves(letter: Letter, payload: Mapping[str, Any], *, by: str = "邮件") -> Letter:
    """Return the letter, the plain one where the whole was refused."""
    return plain_letter(letter, by=by) if payload.get(PLAIN) else letter
