"""The event page: known facts with their documents, the parts of the score, the time line, the policy basis. Pure."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from types import MappingProxyType
from typing import Any

from markupsafe import Markup

from service.domain.alerts.alert import Alert, AlertLevel
from service.domain.audit import AuditRow, actor_word
from service.domain.clocks.clock import Stage
from service.domain.events import known
from service.domain.events.event import Event, EventDocument
from service.domain.events.known import telling_document
from service.domain.policies.policy import Policy, PolicyArticle, PolicyDocument, PolicyFact, is_note
from service.domain.rules.register import Register
from service.web.views.disguise import disguises
from service.web.views.marking import excerpt, spans_of
from service.web.views.wording import level_chip, word

__all__ = [
    "BasisView",
    "DocumentView",
    "Fact",
    "Moment",
    "ScorePart",
    "basis_views",
    "brief_line",
    "document_views",
    "known_facts",
    "score_parts",
    "time_line",
    "validity",
]

_PARTS = (
    ("severity", "严重度", 25),
    ("spread", "传播", 25),
    ("velocity", "增速", 20),
    ("authority", "权威", 15),
    ("relevance", "相关", 15),
)
_SHOWN_DOCUMENTS = 4
_NO_POLICIES: Mapping[str, Policy] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class DocumentView:
    """A document with its number on this page; `reprints` counts what is folded under it; `disguises` are sentences."""

    number: int
    document: EventDocument
    title_spans: list[tuple[int, int]]
    excerpt: Markup
    reprints: int
    at: datetime
    disguises: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Fact:
    """One known fact. `open` is what is not verified, shown in the value's place or behind it; `numbers` its documents."""

    label: str
    value: Markup | str
    open: str
    numbers: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class ScorePart:
    """One part of the level score: points reached of points possible, in words."""

    label: str
    points: float
    most: int
    words: str


@dataclass(frozen=True, slots=True)
class Moment:
    """One entry of the time line; `ours` marks what this system or its people did, `reminder` what it only said again."""

    at: datetime
    text: str
    note: str
    ours: bool
    number: int | None = None
    reminder: bool = False


@dataclass(frozen=True, slots=True)
class BasisView:
    """One policy article as the page quotes it; `text` is `None` where the library does not hold it."""

    title: str
    issue_number: str
    article: str
    gist: str
    text: str | None
    why: str
    verified: bool
    validity: str
    unverified: str
    key: str = ""
    """Key of the article that a situation offered; empty for a duty of the register."""
    note: bool = False
    """Whether `gist` is a sentence of its own, on a law that has ended or on whose matter it is, and stands for no article."""


def document_views(
    documents: Sequence[EventDocument], order: Sequence[tuple[str, str | None]] | None = None
) -> list[DocumentView]:
    """Return the documents numbered in order of time, reprints counted at their first.

    Of a part of an event `order` names every member with the first post of its text, so that it is numbered among all.
    """
    told = [(one.document_id, one.duplicate_of) for one in documents] if order is None else order
    numbers = {name: number for number, (name, _) in enumerate(told, start=1)}
    firsts = dict(told)
    folded = Counter(first for first in firsts.values() if first)
    return [
        DocumentView(
            number=numbers[document.document_id],
            document=replace(document, duplicate_of=firsts[document.document_id]),
            title_spans=spans_of(document.evidence, "title"),
            excerpt=excerpt(document.text, spans_of(document.evidence, "text")),
            reprints=folded.get(document.document_id, 0),
            at=document.published_at or document.stored_at,
            disguises=disguises(document.evidence),
        )
        for document in documents
    ]


def known_facts(event: Event, views: Sequence[DocumentView]) -> list[Fact]:
    """Return the known facts with the documents that say so; what happened is shown as the passage that tells it best."""
    documents = [view.document for view in views]
    best = telling_document(documents)
    return [
        Fact(
            fact.label,
            views[best - 1].excerpt if best is not None and fact.label == "何事" else fact.value,
            fact.open,
            fact.documents[:_SHOWN_DOCUMENTS],
        )
        for fact in known.known_facts(event, documents)
    ]


def score_parts(heat: Mapping[str, Any]) -> list[ScorePart]:
    """Return the parts of the latest score; parts that are not stored are left out."""
    stored = {part.get("name"): part for part in heat.get("parts") or () if isinstance(part, Mapping)}
    return [
        ScorePart(label, float(stored[key]["points"]), most, str(stored[key].get("words", "")))
        for key, label, most in _PARTS
        if key in stored and isinstance(stored[key].get("points"), int | float)
    ]


def time_line(
    views: Sequence[DocumentView], alert: Alert | None, acts: Sequence[AuditRow], wording: Mapping[str, str]
) -> list[Moment]:
    """Return first posts (reprints folded) and what was done here, in order of time."""
    moments: list[Moment] = []
    for view in views:
        if view.document.duplicate_of:
            continue
        first = "首发 " if not moments else ""
        note = f"转载 {view.reprints} 篇已折叠" if view.reprints else word("source_class", view.document.source_class)
        text = f"{first}{view.document.source_name}：{view.document.title or view.document.text[:40]}"
        moments.append(Moment(view.at, text, note, ours=False, number=view.number))
    if alert is not None and not any(row.action in _RAISING for row in acts):
        moments.append(
            Moment(
                alert.raised_at, f"系统预警：{alert.level.word}", alert.triggers[0] if alert.triggers else "", ours=True
            )
        )
    done = (row for row in acts if row.action not in _READS)
    moments += [Moment(row.at, _act(row, wording), _actor(row), ours=True, reminder=_reminds(row)) for row in done]
    return sorted(moments, key=lambda moment: moment.at)


def brief_line(line: Sequence[Moment]) -> list[Moment]:
    """Return what the overview shows of the time line: the beginning and the latest, reminders left out.

    An alert that nobody takes is reminded of through the night: eight reminders in a row told nothing of what happened.
    """
    told = [moment for moment in line if not moment.reminder]
    return told if len(told) <= _BRIEF else [told[0], *told[1 - _BRIEF :]]


# Who looked stands in the audit tab; the time line tells what was done.
_READS = frozenset({"personal.read"})
# A proposal that nobody took up lapses once and says that no limit runs: that is no reminder.
_REMINDERS = frozenset({"alert.unacknowledged", "alert.idle", "clock.warned"})
_BRIEF = 8
_RAISING = frozenset({"alert.first_raise", "alert.raised_again"})
_LEVELLING = _RAISING | {"alert.escalated", "alert.more_deaths", "alert.lowered"}


def _reminds(row: AuditRow) -> bool:
    return row.action in _REMINDERS and not _ran_out(row)


def _ran_out(row: AuditRow) -> bool:
    """Whether a limit is over: the last thing that is told of a clock, and no reminder any more."""
    return row.action == "clock.warned" and row.detail.get("stage") == Stage.OVERDUE.name


def _act(row: AuditRow, wording: Mapping[str, str]) -> str:
    said = "时限已过" if _ran_out(row) else wording.get(row.action, row.action)
    clock, level = row.detail.get("clock"), row.detail.get("level")
    if row.action in _LEVELLING and isinstance(level, str) and level.upper() in AlertLevel.__members__:
        said = f"{said}（{level_chip(level).word}）"
    return f"{said}：{clock}" if isinstance(clock, str) else said


def _actor(row: AuditRow) -> str:
    reason = row.detail.get("reason")
    actor = actor_word(row.actor)
    return f"{actor}：{reason}" if isinstance(reason, str) and reason else actor


def basis_views(
    basis: Sequence[Mapping[str, Any]],
    register: Register,
    articles: Mapping[str, PolicyArticle],
    today: date,
    policies: Mapping[str, Policy] = _NO_POLICIES,
) -> list[BasisView]:
    """Return the alert's policy basis for quotation: verbatim where the library holds an article, else its gist.

    `policies` are the documents of the library by stem: one may have ended there since the alert was raised.
    """
    documents = {document.stem: document for document in register.documents.values() if document.stem}
    return [
        _basis_view(item, register.policies.get(str(item.get("policy_id"))), documents, articles, today, policies)
        for item in basis
    ]


def _basis_view(
    item: Mapping[str, Any],
    fact: PolicyFact | None,
    documents: Mapping[str, PolicyDocument],
    articles: Mapping[str, PolicyArticle],
    today: date,
    policies: Mapping[str, Policy],
) -> BasisView:
    keys = [str(key) for key in item.get("article_keys") or ()]
    held = [articles[key] for key in keys if key in articles]
    # A matched article names no duty of the register; its law may still stand there with its days in force, whether or
    # not the library holds the text.
    stems = [key.partition("#")[0] for key in keys]
    policy = next((policies[stem] for stem in stems if stem in policies), None)
    document = fact.document if fact else next((documents[stem] for stem in stems if stem in documents), None)
    return BasisView(
        title=str(item.get("title") or ""),
        issue_number=str(item.get("issue_number") or ""),
        article=str(item.get("article") or ""),
        gist=str(item.get("gist") or ""),
        text="\n".join(article.text for article in held) or None,
        why=str(item.get("why") or ""),
        verified=fact.verified if fact else bool(item.get("verified")),
        validity="" if is_note(item) else _validity(document, policy, today),
        unverified="、".join(fact.open_points if fact else document.open_points if document else ()),
        key=str(next(iter(item.get("article_keys") or ()), "")) if item.get("situation") else "",
        note=is_note(item),
    )


def _validity(document: PolicyDocument | None, policy: Policy | None, today: date) -> str:
    """Return what the register says, and what the library says of a text that ended there or that it alone knows."""
    known_end = document.valid_to if document and document.valid_to else date.max
    if policy is not None and policy.valid_to is not None and policy.valid_to < min(today, known_end):
        later = f"，现为“{policy.superseded_by}”，请改引" if policy.superseded_by else ""
        return f"{validity(policy, today)}{later}"
    known = document or policy
    return "效力待核实" if known is None else validity(known, today)


def validity(document: PolicyDocument | Policy, today: date) -> str:
    """Return whether a policy is in force on the day, in words; what is not known is not claimed."""
    if document.valid_to is not None and document.valid_to < today:
        return f"已于 {document.valid_to.isoformat()} 失效"
    if document.valid_from is None:
        return "效力待核实"
    if document.valid_from > today:
        return f"自 {document.valid_from.isoformat()} 起施行，尚未生效"
    return f"{today.isoformat()} 现行有效"
