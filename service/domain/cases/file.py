"""A case: the answer to one alert, from screening to archive, with everything that was written on the way. Pure values.

What becomes of it is decided in the modules beside this one; each step gives back a new value, made by `moves`.
"""

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from types import MappingProxyType
from typing import Any

from service.domain.cases.workflow import CaseState, Step

__all__ = [
    "OUTCOMES",
    "Approval",
    "Case",
    "CaseFile",
    "CaseRecord",
    "CaseStep",
    "Disclosure",
    "Draft",
    "Evaluation",
    "Liaison",
    "LiaisonKind",
    "Publication",
    "PublicationCorrection",
    "ReviewOpinion",
    "case_id",
    "text_hash",
]


OUTCOMES: Mapping[str, str] = MappingProxyType(
    {
        "allowed": "本局有权发布",
        "authorised": "已获授权",
        "work_update": "仅发布工作动态",
        "signed": "已签批",
        "returned": "退回修改",
        "lapsed": "签批失效",
    }
)
"""Outcomes of approvals in words."""


class Disclosure(StrEnum):
    """The disclosure attribute that every paper carries (GOV-11)."""

    ACTIVE = "active"
    ON_REQUEST = "on_request"
    WITHHELD = "withheld"

    @property
    def word(self) -> str:
        """The attribute in the interface."""
        return {"active": "主动公开", "on_request": "依申请公开", "withheld": "不予公开"}[self.value]


class LiaisonKind(StrEnum):
    """With whom, or about what, the office was in touch."""

    FACTS = "facts"
    PUBLICITY = "publicity"
    CYBERSPACE = "cyberspace"
    NATIONAL = "national"
    DEPARTMENT = "department"

    @property
    def word(self) -> str:
        """The kind in the interface."""
        return {
            "facts": "核实事实",
            "publicity": "宣传部门",
            "cyberspace": "网信部门",
            "national": "转报国家药监局",
            "department": "其他部门",
        }[self.value]


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """Where one case stands.

    `round` counts answers: 1 the first, each 续报 one more. `draft` is the latest version, 0 for none; `drafted_from` the
    first version since it was last decided to answer: an older one is not the text of this answer. `submitted` is the version under
    review, `None` while there is none. `half` holds a step that several duties must take together, while not all have:
    its id, who stood for which duty, and what was said. `asked` is a bypass that one person asks for and a second must
    confirm. `revision` grows with every change.
    """

    id: str
    alert_id: str
    event_id: str
    title: str
    state: CaseState
    opened_at: datetime
    opened_by: str
    changed_at: datetime
    owner: str | None = None
    round: int = 1
    draft: int = 0
    drafted_from: int = 1
    submitted: int | None = None
    half: Mapping[str, Any] = field(default_factory=lambda: MappingProxyType({}))
    asked: Mapping[str, Any] = field(default_factory=lambda: MappingProxyType({}))
    disclosure: Disclosure | None = None
    disclosure_reason: str | None = None
    revision: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseStep:
    """One step that was taken; `number` counts within the case, `detail` holds what was said."""

    case_id: str
    number: int
    step: Step
    before: CaseState | None
    state: CaseState
    by: str
    at: datetime
    detail: Mapping[str, Any] = field(default_factory=lambda: MappingProxyType({}))


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """One version of the text, never changed; `hash` is the SHA-256 of the text."""

    case_id: str
    version: int
    round: int
    by: str
    at: datetime
    text: str
    hash: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ReviewOpinion:
    """What a reviewer said of one version."""

    case_id: str
    number: int
    version: int
    step: Step
    passed: bool
    by: str
    at: datetime
    remark: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Approval:
    """A finding of publication authority (T12), a signature (T13) or a bypass with its second name (S03), of one version.

    `outcome` is `allowed`, `authorised` or `work_update` for authority, `signed` for a signature, `lapsed` for one that
    the closing of its case ended, and for a bypass the ids of the steps that it stands for, joined by commas; `reference` then names them in words, as they were called.
    """

    case_id: str
    number: int
    version: int
    step: Step
    outcome: str
    by: str
    second: str | None = None
    at: datetime
    reference: str = ""
    remark: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Publication:
    """One text that went out: where, under which reference, and the text itself with its hash; `at` is when it was registered."""

    case_id: str
    number: int
    version: int
    round: int
    channel: str
    reference: str
    text: str
    hash: str
    by: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class PublicationCorrection:
    """What a person says of a publication in place of what was registered; the registration itself stays.

    `number` counts within the case, `publication` is the number of the publication. `out_at` is when the text went out.
    """

    case_id: str
    number: int
    publication: int
    channel: str
    reference: str
    out_at: datetime
    reason: str
    by: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Liaison:
    """One question to another department or body and, when it came, its answer."""

    case_id: str
    number: int
    kind: LiaisonKind
    party: str
    question: str
    by: str
    at: datetime
    answer: str | None = None
    answered_by: str | None = None
    answered_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Evaluation:
    """What the answer did: reach, volume before and after with its window, what people still ask, what was learnt.

    `figures` are counted, not typed: `window_hours`, `before`, `after`, `items`, `sources`, `views` (`None` where no
    platform told), `at`, the publication they are measured around, and `effect` as `service.domain.figures.effect` tells it;
    `reach` and `questions` are what a person adds.
    """

    case_id: str
    number: int
    figures: Mapping[str, Any]
    reach: str
    questions: str
    lessons: str
    by: str
    at: datetime


CaseRecord = CaseStep | Draft | ReviewOpinion | Approval | Publication | PublicationCorrection | Liaison | Evaluation
"""What a case consists of beside its state; only the answer of a liaison is ever added to later."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseFile:
    """A case with everything in it, each list in order.

    `publications` are as they were registered, for good; what is told of them is `published`.
    """

    case: Case
    steps: tuple[CaseStep, ...] = ()
    drafts: tuple[Draft, ...] = ()
    opinions: tuple[ReviewOpinion, ...] = ()
    approvals: tuple[Approval, ...] = ()
    publications: tuple[Publication, ...] = ()
    corrections: tuple[PublicationCorrection, ...] = ()
    liaisons: tuple[Liaison, ...] = ()
    evaluations: tuple[Evaluation, ...] = ()

    @property
    def latest(self) -> Draft | None:
        """The latest version of this round that is a text of this answer, `None` while it has none."""
        return next((one for one in self._of_round() if one.version >= self.case.drafted_from), None)

    @property
    def written(self) -> Draft | None:
        """The latest version since this round began, also where a reopening asks for another; `None` while nothing is written.

        A further round that was taken back had the same number: what was written in it is not of this one.
        """
        return next(self._since_begun(), None)

    @property
    def published(self) -> tuple[Publication, ...]:
        """What went out, with channel, reference and time as they were corrected last; `at` is then when it went out."""
        last = {one.publication: one for one in self.corrections}
        return tuple(_corrected(one, last.get(one.number)) for one in self.publications)

    @property
    def evaluated(self) -> bool:
        """Whether an evaluation followed the latest publication: without one no case is archived or closed."""
        told = [one.at for one in self.evaluations]
        return bool(told) and all(one.at <= told[-1] for one in self.publications)

    def _of_round(self) -> Iterator[Draft]:
        return (one for one in reversed(self.drafts) if one.round == self.case.round)

    def _since_begun(self) -> Iterator[Draft]:
        begun = next((one.at for one in reversed(self.steps) if one.step is Step.FOLLOW_UP), None)
        return (one for one in self._of_round() if begun is None or one.at >= begun)

    def draft(self, version: int) -> Draft | None:
        """Return one version."""
        return next((one for one in self.drafts if one.version == version), None)

    @property
    def authors(self) -> frozenset[str]:
        """Everybody who wrote since this round began, before a case was closed and opened again too: their words may be in the text.

        What was written in a further round that was taken back is no text of this one, and who wrote it may review here.
        """
        return frozenset(one.by for one in self._since_begun())

    def passed(self, version: int | None) -> Mapping[Step, ReviewOpinion]:
        """Return the reviews that this version passed."""
        return {one.step: one for one in self.opinions if one.version == version and one.passed}

    def approval(self, version: int | None, step: Step) -> Approval | None:
        """Return the latest approval of that kind for this version."""
        return next((one for one in reversed(self.approvals) if (one.version, one.step) == (version, step)), None)

    def bypassed(self, version: int | None) -> frozenset[Step]:
        """Return the steps that a confirmed bypass stands for, for this version."""
        found = self.approval(version, Step.BYPASS)
        return frozenset(Step(one) for one in found.outcome.split(",")) if found and found.second else frozenset()


def _corrected(publication: Publication, last: PublicationCorrection | None) -> Publication:
    if last is None:
        return publication
    return replace(publication, channel=last.channel, reference=last.reference, at=last.out_at)


def case_id(alert_id: str) -> str:
    """Return the case's id: one alert has one case, whoever opens it and wherever."""
    return "H" + hashlib.sha256(alert_id.encode()).hexdigest()[:16]


def text_hash(text: str) -> str:
    """Return the SHA-256 of a text, as drafts and publications carry it."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
