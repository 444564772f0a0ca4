"""Labels in words, and what the form that gives them starts with. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType
from typing import Any

from analysis.assessment import CATEGORY_NAMES, RISK_CATEGORIES, Level
from service.domain.events.event import EventDocument
from service.domain.learning.label import Label, LabelGiven, LabelOrigin
from service.domain.learning.model_version import SHIPPED, Placement, TrainingRun, figure, in_order, metric_word
from service.web.views.wording import moment, word

__all__ = [
    "CATEGORY_KEYS",
    "LabelForm",
    "MetricRow",
    "RunView",
    "VersionView",
    "label_form",
    "label_forms",
    "label_words",
    "origin_word",
    "run_view",
    "versions_view",
]

# Letters in the order of the taxonomy; `g` goes to a page, as everywhere.
CATEGORY_KEYS: Mapping[str, str] = MappingProxyType(dict(zip(RISK_CATEGORIES, "abcdefhijklmn", strict=True)))
"""The key that chooses a category on the card."""

_ORIGINS: Mapping[LabelOrigin, str] = MappingProxyType(
    {
        LabelOrigin.CORRECTION: "更正",
        LabelOrigin.MISSED: "漏判",
        LabelOrigin.UNCERTAIN: "拿不准",
        LabelOrigin.DISAGREEMENT: "规则与模型不一致",
        LabelOrigin.DIVERSE: "新说法",
        LabelOrigin.RANDOM: "随机",
    }
)


@dataclass(frozen=True, slots=True)
class LabelForm:
    """What the form of a document starts with; `level` is -1 where nothing is chosen. `standing` says what counts now.

    `seen` is the number of the label that counts, `corrected` tells that it says something else than the model said.
    """

    document_id: str
    seen: int
    level: int
    leading: str
    others: frozenset[str]
    severity: int
    tone: str
    judged: str
    standing: str
    corrected: bool
    raised: bool
    options: tuple[tuple[str, str, str], ...]


def label_form(
    document_id: str, judged: Mapping[str, Any], given: LabelGiven | None, now: datetime, *, chosen: bool
) -> LabelForm:
    """Return the form of a document: of the label that counts, else of what the model says.

    Where there is neither a label nor `chosen`, all is left open, as on a card: nobody shall just follow the model.
    """
    said = given.label.as_json() if given else judged
    filled = chosen or given is not None
    codes = list(said["categories"]) if filled else []
    return LabelForm(
        document_id=document_id,
        seen=given.id if given else 0,
        level=int(said["level"]) if filled else -1,
        leading=codes[0] if codes else "",
        others=frozenset(codes[1:]),
        severity=int(said["severity"]) if filled else 0,
        tone=str(said["tone"]) if filled else "",
        judged=label_words(given.judged if given and given.judged else judged),
        standing=f"{given.actor}（{moment(given.at, now)}）：{label_words(given.label)}" if given else "",
        corrected=given is not None and given.corrects,
        raised=given is not None and given.raises,
        options=tuple((code, CATEGORY_NAMES[code], CATEGORY_KEYS[code]) for code in RISK_CATEGORIES),
    )


def label_forms(
    documents: Sequence[EventDocument], given: Mapping[str, LabelGiven], now: datetime
) -> dict[str, LabelForm]:
    """Return the form of every document of an event, with the label that counts where there is one."""
    return {
        one.document_id: label_form(one.document_id, _judged(one), given.get(one.document_id), now, chosen=True)
        for one in documents
    }


def _judged(document: EventDocument) -> dict[str, Any]:
    codes = [code for code in document.categories if code in RISK_CATEGORIES]
    risk = document.level == Level.RISK
    return {
        "level": document.level,
        "categories": codes if risk else [],
        "severity": document.severity if risk else 0,
        "tone": document.tone,
    }


def label_words(said: Label | Mapping[str, Any]) -> str:
    """Return a label in words: `风险 · R09 药店与使用环节 · 严重度 3 · 负面`."""
    told = said.as_json() if isinstance(said, Label) else said
    codes = [f"{code} {CATEGORY_NAMES[code]}" for code in told["categories"][:1]] + list(told["categories"][1:])
    severity = [f"严重度 {told['severity']}"] if told["severity"] else []
    return " · ".join([word("judged", told["level"]), *codes, *severity, word("tone", told["tone"])])


def origin_word(origin: LabelOrigin) -> str:
    """Return why a label was given, in a word."""
    return _ORIGINS[origin]


@dataclass(frozen=True, slots=True)
class MetricRow:
    """One figure before and after a training."""

    name: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class RunView:
    """A training as the page lists it; `word` says how it stands."""

    run: TrainingRun
    word: str
    scope: str
    rows: tuple[MetricRow, ...]
    change: str


@dataclass(frozen=True, slots=True)
class VersionView:
    """A version that may judge; `name` in words, `current` where it is in force."""

    version: str
    name: str
    made: str
    current: bool


def run_view(run: TrainingRun, now: datetime) -> RunView:
    """Return a training in words at `now`."""
    frozen = run.measured.get("frozen") or {}
    before, after = frozen.get("before") or {}, frozen.get("after") or {}
    rows = tuple(MetricRow(metric_word(name), figure(before[name]), figure(after[name])) for name in in_order(after))
    recent = run.measured.get("recent") or {}
    change = ""
    if recent:
        change = (
            f"近期 {recent['documents']} 篇稿件中 {recent['changed']} 篇改变级别，"
            f"风险由 {recent['before']} 篇变为 {recent['after']} 篇"
        )
    scope = f"保留集 {frozen.get('documents', 0)} 篇、风险 {frozen.get('risks', 0)} 篇" if frozen else ""
    return RunView(run, _stands(run, now), scope, rows, change)


def _stands(run: TrainingRun, now: datetime) -> str:
    if run.finished_at is not None:
        return "已启用" if run.promoted else "未启用"
    return "训练中" if run.is_held(now) else "等待训练"


def versions_view(
    runs: list[TrainingRun], in_force: Placement | None, shipped: str, now: datetime
) -> list[VersionView]:
    """Return the versions that may be put in force, the shipped one first, the others newest first."""
    current = in_force.version if in_force else SHIPPED
    made = {run.version: run for run in reversed(runs) if run.promoted}
    told = [
        VersionView(name, name, f"{moment(run.finished_at, now)}，{run.labels} 篇标注", name == current)
        for name, run in sorted(made.items(), key=lambda pair: -pair[1].id)
    ]
    return [VersionView(SHIPPED, f"出厂模型 {shipped}".strip(), "随程序提供", current == SHIPPED), *told]
