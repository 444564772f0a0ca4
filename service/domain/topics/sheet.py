"""The risk assessment sheet before publication 发布前风险评估表: structured questions, likely concerns, level, sign-off. Pure.

The key-points document asks for an assessment of public reaction before a major policy and for a plan to handle it
(policies.md item 12). The questions are this product's own working list; they are no statutory form.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import IntEnum
from types import MappingProxyType

from service.domain.refusal import Conflict, Refusal

__all__ = ["QUESTIONS", "Concern", "Filled", "RiskSheet", "SheetLevel", "Weight", "checked", "propose_level", "sign"]

MOST_CONCERNS = 12


class Weight(IntEnum):
    """How likely a concern is, or how much it would matter."""

    LOW = 1
    MIDDLE = 2
    HIGH = 3

    @property
    def word(self) -> str:
        """The weight in the interface."""
        return {1: "低", 2: "中", 3: "高"}[self.value]


class SheetLevel(IntEnum):
    """The risk that a publication is judged to carry. The office's own scale; no alert level and no statutory grade."""

    LOW = 1
    MIDDLE = 2
    HIGH = 3

    @property
    def word(self) -> str:
        """The level in the interface."""
        return {1: "低风险", 2: "中风险", 3: "高风险"}[self.value]


QUESTIONS: Mapping[str, str] = MappingProxyType(
    {
        "scope": "影响哪些群体，各有多少人或多少家",
        "change": "与现行规定相比，谁的义务或费用增加、谁的减少",
        "misread": "哪些条款容易被误读，会被读成什么",
        "before": "同类政策或本政策征求意见时出现过哪些舆情",
        "timing": "发布日前后有无敏感时点、相近热点或其他部门的政策",
        "authority": "内容是否属于本局发布权限，是否需会签或报批",
        "explain": "解读材料是否与文件同步起草、同步审批、同步发布",
        "plan": "处置预案：谁监测、谁答问、谁对外发布，联系方式存放何处",
    }
)
"""The structured questions by key."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Concern:
    """One likely concern: who has it, how likely and how weighty it is, what will be answered, and who answers."""

    concern: str
    group: str = ""
    likelihood: Weight = Weight.MIDDLE
    impact: Weight = Weight.MIDDLE
    answer: str = ""
    owner: str = ""

    @property
    def score(self) -> int:
        """Likelihood times impact, 1 to 9."""
        return self.likelihood * self.impact


@dataclass(frozen=True, slots=True, kw_only=True)
class Filled:
    """A sheet as somebody filled it in; without a `level` the proposed one is meant, another needs its `reason`."""

    answers: Mapping[str, str]
    concerns: Sequence[Concern]
    level: SheetLevel | None = None
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class RiskSheet:
    """One version of the sheet; a version is never changed, a change is the next one. `answers` go by the keys of `QUESTIONS`."""

    topic_id: str
    version: int
    answers: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    concerns: tuple[Concern, ...] = ()
    proposed: SheetLevel
    level: SheetLevel
    reason: str = ""
    author: str
    saved_at: datetime
    signed_by: str | None = None
    signed_at: datetime | None = None

    @property
    def missing(self) -> tuple[str, ...]:
        """What must be filled in before somebody signs."""
        open_questions = [text for key, text in QUESTIONS.items() if not self.answers.get(key, "").strip()]
        unanswered = [f"顾虑“{one.concern}”的答复口径" for one in self.concerns if not one.answer.strip()]
        nobody = [f"顾虑“{one.concern}”的答复人" for one in self.concerns if not one.owner.strip()]
        return (*open_questions, *([] if self.concerns else ["至少一条可能的顾虑"]), *unanswered, *nobody)


_HIGH_SCORE, _MIDDLE_SCORE = 6, 3
_LONGEST = 1_000
_TOLD = 3


def propose_level(answers: Mapping[str, str], concerns: Sequence[Concern]) -> SheetLevel:
    """Propose a level: high from a concern of 6 of 9 points or two without an answer on, middle from 3 points or one on."""
    top = max((one.score for one in concerns), default=0)
    unanswered = sum(not one.answer.strip() for one in concerns)
    unexplained = not answers.get("explain", "").strip() or not answers.get("plan", "").strip()
    if top >= _HIGH_SCORE or unanswered > 1:
        return SheetLevel.HIGH
    if top >= _MIDDLE_SCORE or unanswered or unexplained:
        return SheetLevel.MIDDLE
    return SheetLevel.LOW


def checked(sheet: RiskSheet) -> RiskSheet:
    """Return the sheet.

    Raises:
        Refusal: It says nothing at all, too much, or departs from the proposed level without a reason.
    """
    if not sheet.concerns and not any(text.strip() for text in sheet.answers.values()):
        raise Refusal("评估表是空的，请至少回答一项或填写一条可能的顾虑")
    if len(sheet.concerns) > MOST_CONCERNS:
        raise Refusal(f"顾虑最多{MOST_CONCERNS}条，现为{len(sheet.concerns)}条")
    if any(len(text) > _LONGEST for text in sheet.answers.values()):
        raise Refusal(f"每项回答请控制在{_LONGEST}字以内")
    if sheet.level != sheet.proposed and not sheet.reason.strip():
        raise Refusal(f"按填写内容建议为“{sheet.proposed.word}”，改为“{sheet.level.word}”须写明理由")
    return sheet


def sign(sheet: RiskSheet, *, by: str, now: datetime) -> RiskSheet:
    """Return the sheet as signed.

    Raises:
        Conflict: It is signed already, something is missing, or its author would sign.
    """
    if sheet.signed_by is not None:
        raise Conflict(f"第{sheet.version}版已由{sheet.signed_by}签署")
    if by == sheet.author:
        raise Conflict("评估表须由填写人以外的人签署")
    if sheet.missing:
        more = "等" if len(sheet.missing) > _TOLD else ""
        raise Conflict(f"第{sheet.version}版还缺：{'；'.join(sheet.missing[:_TOLD])}{more}")
    return replace(sheet, signed_by=by, signed_at=now)
