"""A matter 办件: a complaint, a report, a petition or an application, with the clocks of its kind. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from types import MappingProxyType
from typing import Any

from service.domain.matters.matter_duty import HANDLED, Duty, drop, due_of_limit, end_exclusion, take_up
from service.domain.refusal import Conflict
from service.domain.rules.duties import is_verified
from service.domain.rules.register import Register

__all__ = [
    "OPEN_STATES",
    "Matter",
    "MatterAct",
    "MatterKind",
    "MatterState",
    "acts_of",
    "begin",
    "dated",
    "fulfils",
    "kind_of",
    "open_matter",
    "perform",
]


class MatterKind(StrEnum):
    """What somebody turned to the office with."""

    COMPLAINT = "complaint"
    REPORT = "report"
    PETITION = "petition"
    APPLICATION = "application"

    @property
    def word(self) -> str:
        """The kind in the interface."""
        return {"complaint": "投诉", "report": "举报", "petition": "信访", "application": "依申请公开"}[self.value]


class MatterState(StrEnum):
    """Where a matter stands."""

    RECEIVED = "received"
    ACCEPTED = "accepted"
    REFUSED = "refused"
    HANDLING = "handling"
    ANSWERED = "answered"
    CLOSED = "closed"
    WITHDRAWN = "withdrawn"

    @property
    def word(self) -> str:
        """The state in the interface."""
        return {
            "received": "收到",
            "accepted": "受理",
            "refused": "不予受理",
            "handling": "办理中",
            "answered": "已答复",
            "closed": "办结",
            "withdrawn": "已撤回",
        }[self.value]

    @property
    def over(self) -> bool:
        """Whether nothing is left to do."""
        return self in {MatterState.REFUSED, MatterState.CLOSED, MatterState.WITHDRAWN}


OPEN_STATES = tuple(state for state in MatterState if not state.over)
"""The states in which something is left to do."""


class MatterAct(StrEnum):
    """What a person does to a matter."""

    ACCEPT = "accept"
    REFUSE = "refuse"
    HANDLE = "handle"
    ANSWER = "answer"
    CLOSE = "close"
    WITHDRAW = "withdraw"
    REOPEN = "reopen"
    RETRACT = "retract"

    @property
    def word(self) -> str:
        """The act in the interface."""
        return {
            "accept": "受理",
            "refuse": "不予受理",
            "handle": "转办",
            "answer": "登记答复",
            "close": "办结",
            "withdraw": "登记撤回",
            "reopen": "重新打开",
            "retract": "撤销答复登记",
        }[self.value]

    @property
    def needs_reason(self) -> bool:
        """Whether it is not done without a reason."""
        return self in _REASONS

    @property
    def takes_back(self) -> bool:
        """Whether it takes back what was registered by mistake, so that the matter stands where it stood before."""
        return self in {MatterAct.REOPEN, MatterAct.RETRACT}


@dataclass(frozen=True, slots=True, kw_only=True)
class Matter:
    """One record as the office keeps it: nothing in it names a person.

    `id` is the id that the record has, or would have, as a document; `document_id` is set where it is one. `number` is the number of the record
    in its own system. `applicant` is a keyed hash. `due_at` is the soonest due time of what is still to do.
    """

    id: str
    kind: MatterKind
    number: str
    source_id: str
    title: str
    text: str = ""
    document_id: str | None = None
    received_at: datetime
    taken_at: datetime
    applicant: str | None = None
    region: str | None = None
    place: str = ""
    handler: str = ""
    state: MatterState = MatterState.RECEIVED
    state_at: datetime
    state_by: str = ""
    remark: str = ""
    duties: tuple[Duty, ...] = ()
    due_at: datetime | None = None
    traits: Mapping[str, Any] = field(default_factory=lambda: MappingProxyType({}))
    revision: int = 1


# Which clock begins with what: at receipt, or when the matter is accepted (clocks C-TS7, C-TJ45, C-JB15, C-XF15, C-XF60, C-APP).
_AT_RECEIPT: Mapping[MatterKind, tuple[str, ...]] = MappingProxyType(
    {
        MatterKind.COMPLAINT: ("C-TS7",),
        MatterKind.REPORT: ("C-JB15",),
        MatterKind.PETITION: ("C-XF15",),
        MatterKind.APPLICATION: ("C-APP",),
    }
)
_AT_ACCEPTANCE: Mapping[MatterKind, tuple[str, ...]] = MappingProxyType(
    {MatterKind.COMPLAINT: ("C-TJ45",), MatterKind.PETITION: ("C-XF60",)}
)
# Which act fulfils which clock: telling whether it is accepted, checking the lead, answering, finishing. A complaint that is
# withdrawn ends its mediation (投诉举报处理暂行办法 art. 21).
_MEETS: Mapping[str, frozenset[MatterAct]] = MappingProxyType(
    {
        "C-TS7": frozenset({MatterAct.ACCEPT, MatterAct.REFUSE}),
        "C-TJ45": frozenset({MatterAct.ANSWER, MatterAct.CLOSE, MatterAct.WITHDRAW}),
        "C-JB15": frozenset({MatterAct.REFUSE, MatterAct.ANSWER, MatterAct.CLOSE}),
        "C-XF15": frozenset({MatterAct.ACCEPT, MatterAct.REFUSE}),
        "C-XF60": frozenset({MatterAct.CLOSE}),
        "C-APP": frozenset({MatterAct.REFUSE, MatterAct.ANSWER}),
    }
)
_IN_HAND: Mapping[MatterAct, MatterState] = MappingProxyType(
    {
        MatterAct.HANDLE: MatterState.HANDLING,
        MatterAct.ANSWER: MatterState.ANSWERED,
        MatterAct.WITHDRAW: MatterState.WITHDRAWN,
    }
)
_NEXT: Mapping[MatterState, Mapping[MatterAct, MatterState]] = MappingProxyType(
    {
        MatterState.RECEIVED: MappingProxyType(
            {
                MatterAct.ACCEPT: MatterState.ACCEPTED,
                MatterAct.REFUSE: MatterState.REFUSED,
                MatterAct.WITHDRAW: MatterState.WITHDRAWN,
            }
        ),
        MatterState.ACCEPTED: _IN_HAND,
        MatterState.HANDLING: _IN_HAND,
        MatterState.ANSWERED: MappingProxyType(
            {MatterAct.CLOSE: MatterState.CLOSED, MatterAct.RETRACT: MatterState.HANDLING}
        ),
        MatterState.REFUSED: MappingProxyType({MatterAct.REOPEN: MatterState.RECEIVED}),
        MatterState.CLOSED: MappingProxyType({MatterAct.REOPEN: MatterState.ANSWERED}),
        MatterState.WITHDRAWN: MappingProxyType({MatterAct.REOPEN: MatterState.RECEIVED}),
    }
)


def kind_of(text: str) -> MatterKind | None:
    """Return the kind that a cell of an export names, `None` for one that has no clock here (咨询, 求助, …) or is unknown.

    投诉举报 is both, and the two have different clocks: it names neither.
    """
    if "举报" in text and "投诉" in text:
        return None
    for mark, kind in _NAMED:
        if mark in text:
            return kind
    return None


_NAMED = (
    ("公开申请", MatterKind.APPLICATION),
    ("申请公开", MatterKind.APPLICATION),
    ("信访", MatterKind.PETITION),
    ("举报", MatterKind.REPORT),
    ("投诉", MatterKind.COMPLAINT),
)


def open_matter(matter: Matter, register: Register) -> Matter:
    """Return the matter with the clocks that begin at its receipt."""
    duties = tuple(begin(rule_id, register, start_at=matter.received_at) for rule_id in _AT_RECEIPT[matter.kind])
    return dated(replace(matter, duties=duties))


def begin(rule_id: str, register: Register, *, start_at: datetime) -> Duty:
    """Return the duty of a clock rule; one whose limit or policy is not verified, or that the office doubts, is not armed."""
    rule = register.clocks[rule_id]
    limit = rule.limit_for(None) or "prompt"
    facts = [register.policies[name] for name in rule.policies]
    verified = rule.enabled and is_verified(rule, register)
    due, note = due_of_limit(limit, start_at, register.calendar)
    return Duty(
        rule_id=rule.id,
        action=rule.action,
        limit=limit,
        basis="；".join(fact.citation for fact in facts),
        verified=verified,
        armed=verified,
        start_at=start_at,
        due_at=due,
        note=note,
    )


def acts_of(matter: Matter) -> tuple[MatterAct, ...]:
    """Return what can be done to the matter now, the likeliest first."""
    return tuple(act for act in _NEXT[matter.state] if _why_not(matter, act) is None)


def _why_not(matter: Matter, act: MatterAct) -> str | None:
    # What a report tells of is checked whatever becomes of the wish of who told it (投诉举报处理暂行办法 arts. 31 and 23).
    if act is MatterAct.WITHDRAW and matter.kind is MatterKind.REPORT:
        return f"举报“{matter.number}”的线索须核查，举报人撤回不能代替核查；请核查后登记答复，并写明举报人已撤回"
    return None


def perform(
    matter: Matter,
    act: MatterAct,
    *,
    by: str,
    now: datetime,
    register: Register,
    remark: str = "",
    back: MatterState | None = None,
) -> Matter:
    """Return the matter after a person's act; clocks that the act fulfils are met now, late where they were due before.

    One that is opened again, or whose answer is taken back, stands where it stood before, which is `back`; its clocks go
    on as they stood.

    Raises:
        Conflict: The act does not follow from the state, a report is withdrawn, nobody is named, or an act that needs a
            reason gives none.
    """
    following = _NEXT[matter.state].get(act)
    if following is None:
        raise Conflict(f"办件“{matter.number}”现为“{matter.state.word}”，不能“{act.word}”")
    if not by.strip():
        raise Conflict("办理须有具名人员")
    if (why := _why_not(matter, act)) is not None:
        raise Conflict(why)
    if act.needs_reason and not remark.strip():
        raise Conflict(_REASONS[act])
    if act.takes_back:
        following = back or following
        duties = _taken_up(matter, act, following, register)
    else:
        duties = tuple(_after(duty, act, by=by, now=now, register=register) for duty in matter.duties)
    if act is MatterAct.ACCEPT:
        duties += tuple(begin(rule_id, register, start_at=now) for rule_id in _AT_ACCEPTANCE.get(matter.kind, ()))
    changed = replace(
        matter,
        state=following,
        state_at=now,
        state_by=by,
        remark=remark.strip() or matter.remark,
        duties=duties,
        revision=matter.revision + 1,
    )
    return dated(changed)


_REASONS: Mapping[MatterAct, str] = MappingProxyType(
    {
        MatterAct.REFUSE: "不予受理须写明理由",
        MatterAct.WITHDRAW: "登记撤回须写明理由：何人何时以何种方式撤回，或逾期不补正、视为放弃",
        MatterAct.REOPEN: "重新打开须写明理由：哪一步办错了、何人核实",
        MatterAct.RETRACT: "撤销答复登记须写明理由：答复实际没有作出，或误登在哪一件上、何人核实",
    }
)


def _taken_up(matter: Matter, act: MatterAct, back: MatterState, register: Register) -> tuple[Duty, ...]:
    """Return the duties without what is taken back: due as before, so that what was late by then is late for good.

    One that its register held as done had no clocks here; those of its receipt begin where they would have begun.
    """
    known = tuple(_owed_again(duty, matter, act, back, register) for duty in matter.duties)
    held = {duty.rule_id for duty in known}
    missing = (rule_id for rule_id in _AT_RECEIPT[matter.kind] if rule_id not in held)
    return (*known, *(begin(rule_id, register, start_at=matter.received_at) for rule_id in missing))


def _owed_again(duty: Duty, matter: Matter, act: MatterAct, back: MatterState, register: Register) -> Duty:
    ended_at = matter.state_at
    if act is MatterAct.RETRACT:
        if duty.met_at is None or not any(fulfils(one, duty.rule_id) for one in _acts_undone(back)):
            return duty
        ended_at = duty.met_at
    return take_up(duty, ended_at, received_at=matter.received_at, calendar=register.calendar)


def _acts_undone(back: MatterState) -> frozenset[MatterAct]:
    """Return the acts whose clocks only an answer can have met, of a matter that stands answered and did stand at `back`.

    A register that tells of an answer meets whatever waits: also what a closing meets, and what an acceptance would have.
    """
    undone = frozenset({MatterAct.ANSWER, MatterAct.CLOSE})
    return undone | {MatterAct.ACCEPT, MatterAct.REFUSE} if back is MatterState.RECEIVED else undone


def _after(duty: Duty, act: MatterAct, *, by: str, now: datetime, register: Register) -> Duty:
    if duty.over:
        return duty
    if fulfils(act, duty.rule_id):
        return _met(duty, by=by, now=now, register=register)
    return drop(duty, by=by, now=now) if act is MatterAct.WITHDRAW else duty


def fulfils(act: MatterAct, rule_id: str) -> bool:
    """Tell whether an act fulfils a clock."""
    return act in _MEETS.get(rule_id, ())


def _met(duty: Duty, *, by: str, now: datetime, register: Register) -> Duty:
    """Return the duty as met now; time that did not count until now ends first, so that it is late by what was counted."""
    if duty.excluding is not None:
        duty = end_exclusion(duty, by=by, remark=HANDLED, received_at=now, calendar=register.calendar)
    return replace(duty, met_at=now)


def dated(matter: Matter) -> Matter:
    """Return the matter with its soonest due time: of clocks that run and are not met, while there is something to do."""
    dues = [duty.due_at for duty in matter.duties if duty.runs and duty.due_at is not None]
    return replace(matter, due_at=min(dues, default=None))
