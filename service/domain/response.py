"""The response reference 回应参考: slots to fill and verbatim quotations, nothing else; and the check of quotations.

The reference says what is known and who says it, what is open, what this office is recorded to have done, who answers
and whether it may. It writes no sentence of the answer: an answer is written by a person.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType
from typing import Any

from analysis.articles import article_label, article_number
from service.domain.alert import Alert
from service.domain.beijing import BEIJING
from service.domain.event import Event, EventDocument
from service.domain.finding import Finding
from service.domain.known import KnownFact, known_facts
from service.domain.policy import PolicyArticle

__all__ = [
    "NOT_STORED",
    "PolicyQuotation",
    "ReferenceDraft",
    "Slot",
    "SlotLine",
    "check_quotations",
    "reference_draft",
]

NOT_STORED = "条文原文未入库"
"""What stands in the place of a text that the library does not hold."""

_BLANK = re.compile(r"\s+")
_TITLE = re.compile("《([^《》]{2,60})》")
_CITED = re.compile("第[零〇一二三四五六七八九十百千两0-9]+条(?:之[一二三四五六七八九十]+)?")
_PAIRS = MappingProxyType({"“": "”", "「": "」", "『": "』"})
_SHORTEST = 4
_SHORT_NAME = re.compile(r"^中华人民共和国|[(（][^)）]*[)）]$")
_REACH = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class SlotLine:
    """One line of a slot: `open` says that it is not verified or still to be written; `documents` are ids of documents."""

    text: str
    open: bool = False
    documents: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Slot:
    """One part of the reference: `id` is `known`, `open`, `measures`, `speaker` or `authority`."""

    id: str
    title: str
    lines: tuple[SlotLine, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class PolicyQuotation:
    """One article that governs the answer: `text` verbatim from the library, or `None` with gist and number only."""

    key: str
    title: str
    issue_number: str
    article: str
    gist: str
    text: str | None
    verified: bool
    why: str

    @property
    def shown(self) -> str:
        """The quotation as a line of the reference."""
        number = f"（{self.issue_number}）" if self.issue_number else ""
        mark = "" if self.verified else "〔待核实〕"
        source = f"{_in_marks(self.title)}{number}{self.article}{mark}"
        if self.text is None:
            return f"{source}〔{NOT_STORED}〕要点（非原文）：{self.gist}"
        return f"{source}：“{self.text}”"


@dataclass(frozen=True, slots=True, kw_only=True)
class ReferenceDraft:
    """The reference of one alert at one moment. `findings` is what its own check of quotations found: nothing, or a fault."""

    alert_id: str
    made_at: datetime
    slots: tuple[Slot, ...]
    quotations: tuple[PolicyQuotation, ...]
    findings: tuple[Finding, ...] = ()

    @property
    def text(self) -> str:
        """The reference as plain text, to begin a draft with; quotations stand verbatim in it."""
        parts = [f"回应参考（{self.made_at.astimezone(BEIJING):%Y年%m月%d日 %H:%M}，仅供起草，不得直接发布）"]
        for slot in self.slots:
            parts.append(f"【{slot.title}】")
            parts += [f"{'〔待核实〕' if line.open else ''}{line.text}" for line in slot.lines]
        parts.append("【政策依据】")
        parts += [quotation.shown for quotation in self.quotations] or ["〔待核实〕未匹配到政策依据，由法规处确定"]
        return "\n".join(parts)

    def as_json(self) -> dict[str, Any]:
        """Return the reference as an API answers it."""
        return {
            "alert_id": self.alert_id,
            "made_at": self.made_at.isoformat(),
            "slots": [
                {
                    "id": slot.id,
                    "title": slot.title,
                    "lines": [
                        {"text": line.text, "open": line.open, "documents": list(line.documents)} for line in slot.lines
                    ],
                }
                for slot in self.slots
            ],
            "quotations": [
                {
                    "key": quotation.key,
                    "title": quotation.title,
                    "issue_number": quotation.issue_number,
                    "article": quotation.article,
                    "gist": quotation.gist,
                    "text": quotation.text,
                    "verified": quotation.verified,
                    "why": quotation.why,
                }
                for quotation in self.quotations
            ],
            "findings": [finding.as_json() for finding in self.findings],
            "text": self.text,
        }


def reference_draft(
    *,
    alert: Alert,
    event: Event,
    documents: Sequence[EventDocument],
    articles: Mapping[str, PolicyArticle],
    now: datetime,
    measures: Sequence[str] = (),
) -> ReferenceDraft:
    """Return the reference of an alert.

    `articles` holds the stored articles by key, at least those that the alert's basis names; `measures` are sentences on
    what this office has done, as recorded. What is not given stands as a blank to fill, never as a guess.
    """
    known = known_facts(event, documents)
    quotations = tuple(_quotations(alert.basis, articles))
    draft = ReferenceDraft(
        alert_id=alert.id,
        made_at=now,
        slots=(
            _known_slot(known, documents),
            _open_slot(known, documents),
            _measures_slot(measures, alert),
            _speaker_slot(alert),
            _authority_slot(alert),
        ),
        quotations=quotations,
    )
    findings = check_quotations("\n".join(q.shown for q in quotations if q.text is not None), articles)
    return ReferenceDraft(
        alert_id=draft.alert_id,
        made_at=now,
        slots=draft.slots,
        quotations=quotations,
        findings=tuple(findings),
    )


def _quotations(basis: Sequence[Mapping[str, Any]], articles: Mapping[str, PolicyArticle]) -> Iterator[PolicyQuotation]:
    seen: set[str] = set()
    for item in basis:
        keys = [str(key) for key in item.get("article_keys") or ()]
        shared = {
            "title": str(item.get("title") or ""),
            "issue_number": str(item.get("issue_number") or ""),
            "gist": str(item.get("gist") or ""),
            "verified": bool(item.get("verified")),
            "why": str(item.get("why") or ""),
        }
        if not keys:
            yield PolicyQuotation(key="", article=str(item.get("article") or ""), text=None, **shared)
        for key in keys:
            if key not in seen:
                seen.add(key)
                held = articles.get(key)
                number = held.number if held else key.rpartition("#")[2]
                yield PolicyQuotation(key=key, article=number, text=held.text if held else None, **shared)


def _known_slot(known: Sequence[KnownFact], documents: Sequence[EventDocument]) -> Slot:
    lines = tuple(
        SlotLine(text=f"{fact.label}：{fact.value}{_sources(fact, documents)}", documents=_ids(fact, documents))
        for fact in known
        if fact.value and not fact.open
    )
    return Slot(id="known", title="已知情况", lines=lines or (SlotLine(text="暂无经核实的情况", open=True),))


def _open_slot(known: Sequence[KnownFact], documents: Sequence[EventDocument]) -> Slot:
    lines = tuple(
        SlotLine(
            text=f"{fact.label}：{fact.value or '稿件未说明'}{_sources(fact, documents)}",
            open=True,
            documents=_ids(fact, documents),
        )
        for fact in known
        if fact.open
    )
    return Slot(id="open", title="待核实", lines=lines)


def _measures_slot(measures: Sequence[str], alert: Alert) -> Slot:
    lines = tuple(SlotLine(text=measure) for measure in measures)
    blank = SlotLine(text=f"〔待填写：已采取的措施和下一步安排，由{alert.lead}提供〕", open=True)
    return Slot(id="measures", title="本局工作", lines=(*lines, blank))


def _speaker_slot(alert: Alert) -> Slot:
    return Slot(
        id="speaker",
        title="回应主体",
        lines=(
            SlotLine(text=f"牵头：{alert.lead}"),
            SlotLine(text="〔待填写：发布渠道、发言人和后续信息的时间〕", open=True),
        ),
    )


def _authority_slot(alert: Alert) -> Slot:
    sentence = str(alert.publication.get("sentence") or "")
    if not sentence:
        return Slot(id="authority", title="发布权限", lines=(SlotLine(text="发布权限未核对", open=True),))
    basis = str(alert.publication.get("basis") or "")
    lines = [
        SlotLine(text=f"{sentence}{f'（{basis}）' if basis else ''}", open=alert.publication.get("verdict") == "check")
    ]
    if alternative := str(alert.publication.get("alternative") or ""):
        lines.append(SlotLine(text=f"可以做的：{alternative}"))
    return Slot(id="authority", title="发布权限", lines=tuple(lines))


def _ids(fact: KnownFact, documents: Sequence[EventDocument]) -> tuple[str, ...]:
    return tuple(documents[number - 1].document_id for number in fact.documents)


def _sources(fact: KnownFact, documents: Sequence[EventDocument]) -> str:
    names = dict.fromkeys(documents[number - 1].source_name for number in fact.documents)
    shown = "、".join(list(names)[:3])
    more = f"等{len(fact.documents)}篇" if len(fact.documents) > 1 else ""
    return f"（据{shown}{more}）" if shown else ""


def check_quotations(text: str, articles: Mapping[str, PolicyArticle]) -> list[Finding]:
    """Return what is wrong with the policy quotations of a text, in order of position.

    A quotation is what stands in quotation marks behind 《title》第N条. Its words must be a substring of the stored
    article, blanks and the widths of signs aside. Blocking are: words that the article does not hold, an article number that the stored
    policy does not have, and a quotation from a policy that the library does not hold.
    """
    library = _Library(articles)
    inside = list(_quoted(text))
    # A policy that is named inside a quotation is quoted, not cited.
    titles = [m for m in _TITLE.finditer(text) if not any(start < m.start() < end for start, end in inside)]
    findings: list[Finding] = []
    for place, title in enumerate(titles):
        end = titles[place + 1].start() if place + 1 < len(titles) else len(text)
        findings += _check_title(text, title, end, inside, library)
    return findings


class _Library:
    """The stored articles by short title and number."""

    def __init__(self, articles: Mapping[str, PolicyArticle]) -> None:
        self._articles: dict[str, dict[str, str]] = {}
        for article in articles.values():
            self._articles.setdefault(_short(article.stem), {})[article.number] = _plain(article.text)

    def articles_of(self, title: str) -> Mapping[str, str] | None:
        """Return the stored articles of a policy by number; `None` where none is stored."""
        return self._articles.get(_short(title))


def _quoted(text: str) -> Iterator[tuple[int, int]]:
    """Yield the spans of a text that stand in quotation marks, these included; what is quoted inside belongs to the outer one."""
    opened: list[tuple[int, str]] = []
    for place, sign in enumerate(text):
        if opened and sign == opened[-1][1]:
            start, _ = opened.pop()
            if not opened:
                yield start, place + 1
        elif sign in _PAIRS:
            opened.append((place, _PAIRS[sign]))
        elif sign == '"' and not opened:
            opened.append((place, sign))
        elif sign == "\n" and opened and opened[-1][1] == '"':
            # A straight mark does not say which way it opens; one that is alone in its paragraph quotes nothing.
            opened.pop()


@dataclass(frozen=True, slots=True)
class _Part:
    start: int
    end: int
    is_quotation: bool


def _parts(text: str, start: int, end: int, inside: Sequence[tuple[int, int]]) -> list[_Part]:
    """Return the article numbers and quotations between two places, in order; a number inside a quotation is quoted."""
    quotations = [_Part(first, last, is_quotation=True) for first, last in inside if start <= first and last <= end]
    numbers = [
        _Part(match.start(), match.end(), is_quotation=False)
        for match in _CITED.finditer(text, start, end)
        if not any(first < match.start() < last for first, last in inside)
    ]
    return sorted((*quotations, *numbers), key=lambda part: part.start)


def _check_title(
    text: str, title: re.Match[str], end: int, inside: Sequence[tuple[int, int]], library: _Library
) -> Iterator[Finding]:
    held = library.articles_of(title[1])
    cited: str | None = None
    at = title.end()
    for part in _parts(text, title.end(), end, inside):
        if not _is_near(text, at, part.start):
            return
        at = part.end
        words = text[part.start : part.end]
        if not part.is_quotation:
            cited = _number(words)
            if held is not None and cited not in held:
                sentence = f"《{title[1]}》没有{words}，或库中只存有部分条文：请核对条号。"
                yield _finding("article_unknown", "条号不符", text, part, sentence)
        elif cited is not None and len(words) > _SHORTEST + 1:
            yield from _check_words(text, part, title[1], cited, held)


def _number(written: str) -> str:
    """Return an article number as laws write it: 第107条 is 第一百零七条."""
    head, behind = written.split("条", 1)
    try:
        return article_label(article_number(f"{head}条")) + behind
    except ValueError:
        return written


def _is_near(text: str, at: int, start: int) -> bool:
    """Tell whether a citation or quotation still belongs to what stands before it: close by, in the same sentence."""
    between = text[at:start]
    return len(between) <= _REACH and not re.search("[。！？\n]", between)


def _check_words(text: str, part: _Part, title: str, cited: str, held: Mapping[str, str] | None) -> Iterator[Finding]:
    if held is None:
        sentence = f"《{title}》{NOT_STORED}，不能核对引文：先导入原文，或只写文号、条号和要点。"
        yield _finding("article_missing", NOT_STORED, text, part, sentence)
    elif cited in held and not _holds(held[cited], text[part.start + 1 : part.end - 1]):
        sentence = f"引文与库中《{title}》{cited}的原文不符：请按原文逐字引用。"
        yield _finding("quotation_altered", "引文不符", text, part, sentence)


def _holds(article: str, words: str) -> bool:
    """Tell whether an article holds the words; …… stands for what was left out, and the pieces keep their order."""
    at = 0
    for piece in _plain(words).split("……"):
        found = article.find(piece.rstrip("。;,"), at)
        if found < 0:
            return False
        at = found + len(piece)
    return True


def _finding(kind: str, word: str, text: str, part: _Part, sentence: str) -> Finding:
    return Finding(
        kind=kind,
        word=word,
        start=part.start,
        end=part.end,
        text=text[part.start : part.end],
        sentence=sentence,
        blocking=True,
    )


def _short(title: str) -> str:
    """Return a title without the state's name before it and the date behind it, as files and sentences differ in both."""
    return _SHORT_NAME.sub("", _SHORT_NAME.sub("", _plain(title).strip("《》")))


def _plain(text: str) -> str:
    return _BLANK.sub("", text).translate(_WIDTHS)


# A quotation inside a quotation takes single marks.
_WIDTHS = str.maketrans("（），：；？！‘’「」『』＂", '(),:;?!“”“”“”"')


def _in_marks(title: str) -> str:
    return title if title.startswith("《") else f"《{title}》"
