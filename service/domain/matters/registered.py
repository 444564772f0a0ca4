"""What a register says of a record that it holds as done: then no clock of it runs here, and none is called late without a day. Pure."""

import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from types import MappingProxyType

from service.domain.matters.matter import OPEN_STATES, Matter, MatterAct, MatterState, dated, fulfils
from service.domain.matters.matter_duty import HANDLED, Duty, drop, end_exclusion
from service.domain.rules.register import Register

__all__ = ["as_registered", "closing_act", "state_told"]

_NOT_YET = re.compile(r"[未待尚拟]|申请(?!人)|部分|正在|中$|不满意|退回|重办")
# Who does not supplement an application in time gives it up (政府信息公开条例 art. 30).
_GIVEN_UP = re.compile(r"视为放弃|视为撤回")
_TOLD = (
    (MatterState.REFUSED, re.compile(r"不予受理|不受理")),
    (MatterState.WITHDRAWN, re.compile(r"撤回|撤诉|撤销")),
    (MatterState.CLOSED, re.compile(r"办结|归档|结案|完结|已完成|处理完毕|终止")),
    (MatterState.ANSWERED, re.compile(r"答复|回复")),
)
_ACTS: Mapping[MatterState, tuple[MatterAct, ...]] = MappingProxyType(
    {
        MatterState.REFUSED: (MatterAct.REFUSE,),
        MatterState.CLOSED: (MatterAct.CLOSE, MatterAct.ANSWER),
        MatterState.ANSWERED: (MatterAct.ANSWER,),
        MatterState.WITHDRAWN: (MatterAct.WITHDRAW,),
    }
)


def state_told(status: str) -> MatterState | None:
    """Return the state that a cell such as 已办结, 已答复, 已撤回 or 不予受理 tells; `None` where something is left to do or nobody can tell."""
    if _GIVEN_UP.search(status):
        return MatterState.WITHDRAWN
    if _NOT_YET.search(status):
        return None
    return next((state for state, pattern in _TOLD if pattern.search(status)), None)


def closing_act(state: MatterState) -> MatterAct:
    """Return the act that leads to a state that a register tells."""
    return _ACTS[state][0]


def as_registered(
    matter: Matter,
    state: MatterState,
    *,
    done: datetime | None,
    by: str,
    now: datetime,
    register: Register,
    remark: str,
    new: bool,
) -> Matter | None:
    """Return the matter as its register tells it, done on the day `done`; `None` where it has come as far here.

    Of a `new` one that tells no day nobody knows whether it was in time: it keeps no clock. One that was followed here is done
    now at the latest.
    """
    if matter.state not in OPEN_STATES or (matter.state is state):
        return None
    moment = done if new else done or now
    kept = (_ended(duty, state, moment, by, register, new=new) for duty in matter.duties)
    return dated(
        replace(
            matter,
            state=state,
            state_at=moment or now,
            state_by=by,
            remark=remark,
            duties=tuple(duty for duty in kept if duty is not None),
            revision=matter.revision + (not new),
        )
    )


def _ended(
    duty: Duty, state: MatterState, moment: datetime | None, by: str, register: Register, *, new: bool
) -> Duty | None:
    if duty.over or moment is None:
        return duty if duty.over else None
    going_on = duty.excluding
    if state is MatterState.WITHDRAWN and not fulfils(MatterAct.WITHDRAW, duty.rule_id):
        return drop(duty, by=by, now=max(moment, duty.start_at, *([going_on.since] if going_on else [])))
    met = max(moment, duty.start_at, *([going_on.since] if going_on else []))
    if going_on is not None:
        duty = end_exclusion(duty, by=by, remark=HANDLED, received_at=met, calendar=register.calendar)
    # An end after the last day to accept says nothing of the day on which it was accepted.
    told = any(fulfils(act, duty.rule_id) for act in _ACTS[state]) or (duty.due_at is not None and met <= duty.due_at)
    return replace(duty, met_at=met) if told or not new else None
