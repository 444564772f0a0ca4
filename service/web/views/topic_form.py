"""The forms of 政策跟踪: a topic and its sheet read from what was sent, and shown again as they were filled in. Pure."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import zip_longest

from service.domain.refusal import Refusal
from service.domain.topics.sheet import MOST_CONCERNS, Concern, RiskSheet, SheetLevel, Weight
from service.domain.topics.topic import Phase, PhaseKind, Topic

__all__ = [
    "ConcernRow",
    "Limits",
    "concern_rows",
    "concerns_typed",
    "limits_typed",
    "number_typed",
    "phases_of_form",
    "phases_typed",
    "read_concerns",
    "read_level",
    "read_phases",
    "words_of",
]

_BLANK_CONCERNS = 3
_LONGEST_NUMBER = 80
_LONGEST_WORDS, _LONGEST_WITHOUT = 2000, 1000
_COLUMNS = ("concern", "group", "likelihood", "impact", "answer", "owner")

Typed = Mapping[str, Sequence[str]]


@dataclass(frozen=True, slots=True)
class Limits:
    """By what documents join a topic, and its phases."""

    words: list[str]
    without: list[str]
    phases: list[Phase]


def limits_typed(sent: Typed) -> Limits:
    """Return words and phases of a form. Raises `Refusal` for what is too long, and as `read_phases`."""
    return Limits(
        words=words_of(_short(sent, "words", "搜索词", _LONGEST_WORDS)),
        without=words_of(_short(sent, "without", "排除词", _LONGEST_WITHOUT)),
        phases=read_phases(sent.get("kind", ()), sent.get("since", ()), sent.get("until", ())),
    )


def number_typed(sent: Typed) -> str:
    """Return the document number of a form. Raises `Refusal` where it is too long."""
    return _short(sent, "number", "文号", _LONGEST_NUMBER)


def _short(sent: Typed, name: str, word: str, longest: int) -> str:
    # A browser counts a line break as one character and sends two.
    text = "".join(sent.get(name, ())[:1]).replace("\r\n", "\n").strip()
    if len(text) > longest:
        raise Refusal(f"{word}最多写 {longest} 字，现有 {len(text)} 字，请缩短")
    return text


def words_of(text: str) -> list[str]:
    """Return the search words of a field: separated by commas, 顿号, semicolons or lines."""
    return [word.strip() for word in re.split(r"[,，、;；\n\r]+", text) if word.strip()]


def phases_of_form(topic: Topic | None) -> list[tuple[str, str, str]]:
    """Return (kind, since, until) of each phase and one or three blank rows, as the form shows them."""
    known = [] if topic is None else list(topic.phases)
    rows = [
        (phase.kind.value, phase.since.isoformat(), phase.until.isoformat() if phase.until else "") for phase in known
    ]
    kinds = [PhaseKind.CONSULTING, PhaseKind.PUBLISHED, PhaseKind.IN_FORCE]
    blank = [PhaseKind.ANSWERED] if known else kinds
    return rows + [(kind.value, "", "") for kind in blank]


def phases_typed(sent: Typed) -> list[tuple[str, str, str]]:
    """Return the rows of phases as they stood in the form."""
    kinds, since, until = (sent.get(name, ()) for name in ("kind", "since", "until"))
    return list(zip_longest(kinds, since, until, fillvalue=""))


def read_phases(kinds: Sequence[str], since: Sequence[str], until: Sequence[str]) -> list[Phase]:
    """Return the phases of a form; rows without a first day are left out.

    Raises:
        Refusal: A day cannot be read, a phase has another name, or an end stands without a beginning.
    """
    found = []
    for kind, first, last in zip(kinds, since, until, strict=False):
        if not first.strip():
            if last.strip():
                raise Refusal("有一个阶段只填了结束日期，请补上开始日期")
            continue
        try:
            named = PhaseKind(kind)
        except ValueError:
            raise Refusal(f"没有“{kind[:20]}”这个阶段") from None
        found.append(Phase(kind=named, since=_day(first), until=_day(last) if last.strip() else None))
    return found


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text.strip())
    except ValueError:
        raise Refusal(f"日期“{text[:20]}”写法不对，应为 2026-11-25") from None


@dataclass(frozen=True, slots=True)
class ConcernRow:
    """One row of the form of concerns; empty rows are left out when it is read."""

    number: int
    concern: Concern


def concern_rows(sheet: RiskSheet | None) -> list[ConcernRow]:
    """Return the concerns of the latest version and three blank rows, at most twelve."""
    known = list(sheet.concerns) if sheet is not None else []
    blank = [Concern(concern="")] * min(_BLANK_CONCERNS, MOST_CONCERNS - len(known))
    return _numbered([*known, *blank])


def concerns_typed(sent: Typed) -> list[ConcernRow]:
    """Return the rows of concerns as they stood in the form."""
    rows = zip_longest(*(sent.get(name, ()) for name in _COLUMNS), fillvalue="")
    return _numbered([_concern(*row) for row in rows])


def _numbered(concerns: Sequence[Concern]) -> list[ConcernRow]:
    return [ConcernRow(number, concern) for number, concern in enumerate(concerns, 1)]


def read_concerns(columns: Typed) -> list[Concern]:
    """Return the concerns of a form whose columns are lists of equal length.

    Raises:
        Refusal: A row has something in it but no concern, or its weights are none.
    """
    found = []
    rows = zip(*(columns.get(name, ()) for name in _COLUMNS), strict=False)
    for number, (concern, group, likelihood, impact, answer, owner) in enumerate(rows, 1):
        texts = [text.strip()[:500] for text in (concern, group, answer, owner)]
        if not any(texts):
            continue
        if not texts[0]:
            raise Refusal(f"第{number}条填写了内容但没有写明顾虑，请补上或清空这一行")
        found.append(_concern(texts[0], texts[1], likelihood, impact, texts[2], texts[3]))
    return found


def _concern(concern: str, group: str, likelihood: str, impact: str, answer: str, owner: str) -> Concern:
    return Concern(
        concern=concern,
        group=group,
        likelihood=_weight(likelihood),
        impact=_weight(impact),
        answer=answer,
        owner=owner,
    )


def _weight(text: str) -> Weight:
    return Weight(int(text)) if text in {"1", "2", "3"} else Weight.MIDDLE


def read_level(text: str) -> SheetLevel | None:
    """Return the level that a form names, `None` for the proposed one."""
    return SheetLevel(int(text)) if text in {"1", "2", "3"} else None
