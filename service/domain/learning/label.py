"""What an officer says of a document: a correction, a label to learn from, and where they say so a risk that was missed.

Pure and validated.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from types import MappingProxyType
from typing import Any

from analysis.assessment import RISK_CATEGORIES, Assessment, CategoryScore, Level, Tone
from service.domain.refusal import Refusal

__all__ = [
    "SAID_BY_PERSON",
    "Label",
    "LabelGiven",
    "LabelOrigin",
    "label_of_form",
    "model_said",
    "origin_of",
    "raised_by",
    "weighs_anew",
]

SAID_BY_PERSON = "person"
"""What stands in place of the floor rule where a person, and no rule, says that a document is a risk."""

_MOST_SEVERE = 5
_MOST_CATEGORIES = 4


class LabelOrigin(StrEnum):
    """Where a label was given: on a page of an event, or on the card that asks for it, with the reason of asking.

    `MISSED` is the one that does more than teach: a person says that a risk was missed and wants it raised.
    """

    CORRECTION = "correction"
    MISSED = "missed"
    UNCERTAIN = "uncertain"
    DISAGREEMENT = "disagreement"
    DIVERSE = "diverse"
    RANDOM = "random"


@dataclass(frozen=True, slots=True, kw_only=True)
class Label:
    """Level, categories (the leading one first), severity and tone as an officer sees them.

    A risk has one to four categories and a severity of 1 to 5; any other document has none and 0.

    Raises:
        Refusal: The parts do not fit together; the sentence says which.
    """

    level: Level
    categories: tuple[str, ...] = ()
    severity: int = 0
    tone: Tone = Tone.NEUTRAL

    def __post_init__(self) -> None:
        """Check that the parts fit together."""
        if self.level is not Level.RISK:
            if self.categories or self.severity:
                raise Refusal("只有“风险”才有类别和严重度，请改判为风险，或去掉类别")
            return
        if not self.categories:
            raise Refusal("判为风险时至少选一个类别")
        unknown = [code for code in self.categories if code not in RISK_CATEGORIES]
        if unknown:
            raise Refusal(f"没有类别 {unknown[0][:10]}，请从 R01 至 R13 中选")
        if len(set(self.categories)) != len(self.categories) or len(self.categories) > _MOST_CATEGORIES:
            raise Refusal(f"类别不能重复，最多 {_MOST_CATEGORIES} 个，最主要的放在前面")
        if not 1 <= self.severity <= _MOST_SEVERE:
            raise Refusal("风险的严重度应为 1 至 5")

    def as_json(self) -> dict[str, Any]:
        """Return the label as an audit row keeps it."""
        return {
            "level": int(self.level),
            "categories": list(self.categories),
            "severity": self.severity,
            "tone": self.tone.value,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class LabelGiven:
    """A label as the store holds it: who gave it when, and what the model (`judged`, by `model_said`) said then.

    `id` numbers the labels of the store in order, 0 before it is stored. `group` is the event that the document
    belonged to when it was first labelled, else the document: what is learned from and what is measured on is divided
    by it. A label that was taken back keeps its row.
    """

    document_id: str
    label: Label
    group: str
    origin: LabelOrigin
    actor: str
    at: datetime
    judged: Mapping[str, Any] = field(default_factory=lambda: MappingProxyType({}))
    id: int = 0
    withdrawn_at: datetime | None = None

    @property
    def corrects(self) -> bool:
        """Whether the label says something else than the model said."""
        return (
            bool(self.judged) and {name: self.judged.get(name) for name in self.label.as_json()} != self.label.as_json()
        )

    @property
    def raises(self) -> bool:
        """Whether the document counts as a risk because of this label, whatever the model says."""
        return self.origin is LabelOrigin.MISSED and self.label.level is Level.RISK


def model_said(assessment: Assessment) -> dict[str, Any]:
    """Return what the model says of a document, in the shape of a label, with the model's version."""
    risk = assessment.level is Level.RISK
    return {
        "level": int(assessment.level),
        "categories": [code for code in assessment.category_codes if code in RISK_CATEGORIES] if risk else [],
        "severity": assessment.severity if risk else 0,
        "tone": assessment.tone.value,
        "model": assessment.model,
    }


def label_of_form(*, level: int, leading: str, categories: Sequence[str], severity: int, tone: str) -> Label:
    """Return the label that a form says: the leading category first, the others in the order in which they came.

    What a form still holds of categories and severity while it says that there is no risk counts for nothing.

    Raises:
        Refusal: As `Label`.
    """
    try:
        said = Level(level)
        heard = Tone(tone)
    except ValueError as error:
        raise Refusal("请选择级别（无关、职责相关、风险）和语气") from error
    if said is not Level.RISK:
        return Label(level=said, tone=heard)
    named = [leading] if leading else []
    ordered = tuple(dict.fromkeys([*named, *categories]))
    return Label(level=said, categories=ordered, severity=severity, tone=heard)


def origin_of(
    origin: LabelOrigin, label: Label, *, missed: bool, assessment: Assessment, standing: LabelGiven | None
) -> LabelOrigin:
    """Return the origin to keep: a risk that was raised as missed stays so while people only correct its parts.

    What the model calls a risk was not missed, whatever the form says.
    """
    if label.level is not Level.RISK:
        return origin
    if (missed and assessment.level is not Level.RISK) or (standing is not None and standing.raises):
        return LabelOrigin.MISSED
    return origin


def raised_by(assessment: Assessment, given: LabelGiven | None) -> Assessment:
    """Return the judgement as the label that counts raises it; it never lowers one, and a risk stays as the model sees it.

    The chances stay the model's: what a person says is no probability.
    """
    if given is None or not given.raises or assessment.level is Level.RISK:
        return assessment
    label = given.label
    return replace(
        assessment,
        level=Level.RISK,
        categories=tuple(CategoryScore(code=code, p=1.0) for code in label.categories),
        severity=label.severity,
        tone=label.tone,
        floor=SAID_BY_PERSON,
    )


def weighs_anew(assessment: Assessment, before: LabelGiven | None, after: LabelGiven | None) -> bool:
    """Tell whether a document has to be judged again because another label counts now."""
    if assessment.level is Level.RISK and assessment.floor != SAID_BY_PERSON:
        return False
    said = [given.label if given is not None and given.raises else None for given in (before, after)]
    return said[0] != said[1]
