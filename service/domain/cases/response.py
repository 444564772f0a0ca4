"""The response reference 回应参考: slots to fill and verbatim quotations, nothing else.

The reference says what is known and who says it, what is open, what this office is recorded to have done, who answers
and whether it may. It writes no sentence of the answer: an answer is written by a person.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType
from typing import Any

from service.domain.alerts.alert import Alert
from service.domain.beijing import BEIJING
from service.domain.events.event import Event, EventDocument
from service.domain.events.known import KnownFact, known_facts
from service.domain.finding import Finding
from service.domain.policies.policy import PolicyArticle, Standing, is_note
from service.domain.policies.quotation import GIST_ONLY, NOT_STORED, REFERENCE_ONLY, check_quotations

__all__ = [
    "PolicyQuotation",
    "ReferenceDraft",
    "Slot",
    "SlotLine",
    "reference_draft",
]

_NONE: Mapping[str, Standing] = MappingProxyType({})


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
    """One article that governs the answer: `text` verbatim from the library, or `None` with gist and number only.

    `standing` is the word for a text that is not in force.
    """

    key: str
    title: str
    issue_number: str
    article: str
    gist: str
    text: str | None
    verified: bool
    why: str
    standing: str = ""
    note: bool = False
    """Whether `gist` is a sentence of its own and stands for no article; then `title` has its marks."""

    @property
    def shown(self) -> str:
        """The quotation as a line of the reference."""
        number = f"（{self.issue_number}）" if self.issue_number else ""
        mark = "" if self.verified else "〔待核实〕"
        mark += f"〔{self.standing}，请改引现行文本〕" if self.standing else ""
        source = f"{_in_marks(self.title)}{number}{self.article}{mark}"
        if self.note:
            return f"{self.title}{mark}：{self.gist}"
        if self.text is None:
            return f"{source}〔{NOT_STORED}〕{GIST_ONLY}：{self.gist}"
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
        parts = [f"回应参考（{self.made_at.astimezone(BEIJING):%Y年%m月%d日 %H:%M}，{REFERENCE_ONLY}）"]
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
    standings: Mapping[str, Standing] = _NONE,
) -> ReferenceDraft:
    """Return the reference of an alert.

    `articles` holds the stored articles by key, at least those that the alert's basis names; `measures` are sentences
    on what this office has done, as recorded; `standings` say by stem which texts are in force. What is not given stands as a blank to fill, never as a guess.
    """
    known = known_facts(event, documents)
    quotations = tuple(_quotations(alert.basis, articles, standings))
    findings = check_quotations("\n".join(q.shown for q in quotations if q.text is not None), articles)
    return ReferenceDraft(
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
        findings=tuple(findings),
    )


def _quotations(
    basis: Sequence[Mapping[str, Any]], articles: Mapping[str, PolicyArticle], standings: Mapping[str, Standing]
) -> Iterator[PolicyQuotation]:
    seen: set[str] = set()
    for item in basis:
        keys = [str(key) for key in item.get("article_keys") or ()]
        shared: dict[str, Any] = {
            "title": str(item.get("title") or ""),
            "issue_number": str(item.get("issue_number") or ""),
            "gist": str(item.get("gist") or ""),
            "verified": bool(item.get("verified")),
            "why": str(item.get("why") or ""),
        }
        if is_note(item):
            title = shared["title"] if item.get("office") else _in_marks(shared["title"])
            yield PolicyQuotation(key="", article="", text=None, note=True, **(shared | {"title": title}))
        elif not keys:
            yield PolicyQuotation(key="", article=str(item.get("article") or ""), text=None, **shared)
        for key in keys:
            if key not in seen:
                seen.add(key)
                held = articles.get(key)
                number = held.number if held else key.rpartition("#")[2]
                found = standings.get(key.partition("#")[0])
                word = found.word if found in {Standing.EXPIRED, Standing.NOT_YET} else ""
                text = held.text if held else None
                yield PolicyQuotation(key=key, article=number, text=text, standing=word, **shared)


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


def _in_marks(title: str) -> str:
    return title if title.startswith("《") else f"《{title}》"
