"""Where an alert stands with the people who must act, and who may move it where.

The states run beside the level: whether the event still spreads is one question, what the office has done another
(policies.md §7). The table is the whole rule; what is not in it is refused with a Chinese sentence.
"""

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType

from service.domain.refusal import Conflict

__all__ = ["MOVES", "AlertState", "Mover", "check_move"]


class AlertState(StrEnum):
    """Where an alert stands with the people who must act, in the order of handling."""

    OPEN = "open"
    ACKNOWLEDGED = "acknowledged"
    ASSIGNED = "assigned"
    ANSWERING = "answering"
    ANSWERED = "answered"
    CLOSED = "closed"

    @property
    def word(self) -> str:
        """The state in the interface."""
        return _STATE_WORDS[self]


_STATE_WORDS: Mapping[AlertState, str] = MappingProxyType(
    {
        AlertState.OPEN: "待确认",
        AlertState.ACKNOWLEDGED: "已确认",
        AlertState.ASSIGNED: "已指派",
        AlertState.ANSWERING: "回应中",
        AlertState.ANSWERED: "已回应",
        AlertState.CLOSED: "已关闭",
    }
)


class Mover(StrEnum):
    """In whose name an alert moves: whoever handles it, whoever may close it, or the system itself."""

    HANDLER = "handler"
    CLOSER = "closer"
    SYSTEM = "system"

    @property
    def word(self) -> str:
        """The mover in the interface."""
        return {"handler": "经办人", "closer": "审批人", "system": "系统"}[self.value]


_H, _C, _S = Mover.HANDLER, Mover.CLOSER, Mover.SYSTEM

MOVES: Mapping[tuple[AlertState, AlertState], frozenset[Mover]] = MappingProxyType(
    {
        (AlertState.OPEN, AlertState.ACKNOWLEDGED): frozenset({_H, _C}),
        (AlertState.OPEN, AlertState.ASSIGNED): frozenset({_H, _C}),
        (AlertState.OPEN, AlertState.ANSWERING): frozenset({_H, _C}),
        (AlertState.OPEN, AlertState.ANSWERED): frozenset({_H, _C}),
        (AlertState.OPEN, AlertState.CLOSED): frozenset({_C}),
        # Taken back by who did it, or by the system where nothing followed.
        (AlertState.ACKNOWLEDGED, AlertState.OPEN): frozenset({_H, _C, _S}),
        (AlertState.ACKNOWLEDGED, AlertState.ASSIGNED): frozenset({_H, _C}),
        (AlertState.ACKNOWLEDGED, AlertState.ANSWERING): frozenset({_H, _C}),
        (AlertState.ACKNOWLEDGED, AlertState.ANSWERED): frozenset({_H, _C}),
        (AlertState.ACKNOWLEDGED, AlertState.CLOSED): frozenset({_C}),
        (AlertState.ASSIGNED, AlertState.OPEN): frozenset({_H, _C, _S}),
        (AlertState.ASSIGNED, AlertState.ACKNOWLEDGED): frozenset({_H, _C}),
        (AlertState.ASSIGNED, AlertState.ANSWERING): frozenset({_H, _C}),
        (AlertState.ASSIGNED, AlertState.ANSWERED): frozenset({_H, _C}),
        (AlertState.ASSIGNED, AlertState.CLOSED): frozenset({_C}),
        # A draft that is withdrawn gives the alert back.
        (AlertState.ANSWERING, AlertState.ACKNOWLEDGED): frozenset({_H, _C}),
        (AlertState.ANSWERING, AlertState.ASSIGNED): frozenset({_H, _C}),
        (AlertState.ANSWERING, AlertState.ANSWERED): frozenset({_H, _C}),
        (AlertState.ANSWERING, AlertState.CLOSED): frozenset({_C}),
        # The event rises beyond what was acknowledged.
        (AlertState.ANSWERING, AlertState.OPEN): frozenset({_S}),
        (AlertState.ANSWERED, AlertState.OPEN): frozenset({_S}),
        # New facts: 续报.
        (AlertState.ANSWERED, AlertState.ANSWERING): frozenset({_H, _C}),
        (AlertState.ANSWERED, AlertState.CLOSED): frozenset({_C}),
        (AlertState.CLOSED, AlertState.OPEN): frozenset({_C, _S}),
        (AlertState.CLOSED, AlertState.ACKNOWLEDGED): frozenset({_C}),
        (AlertState.CLOSED, AlertState.ASSIGNED): frozenset({_C}),
        (AlertState.CLOSED, AlertState.ANSWERING): frozenset({_C}),
        (AlertState.CLOSED, AlertState.ANSWERED): frozenset({_C}),
    }
)
"""Every move that there is, with those in whose name it may happen; staying where it is, is no move."""


def check_move(state: AlertState, to: AlertState, *, mover: Mover) -> None:
    """Pass where `mover` may move an alert from `state` to `to`; staying is always right.

    Raises:
        Conflict: There is no such move, or it is another's; the sentence says what to do instead.
    """
    if state is to:
        return
    movers = MOVES.get((state, to))
    if movers is None:
        raise Conflict(f"预警{state.word}，不能改为“{to.word}”，{_instead(state)}")
    if mover not in movers:
        names = "、".join(one.word for one in Mover if one in movers)
        raise Conflict(f"预警{state.word}，改为“{to.word}”须由{names}办理")


def _instead(state: AlertState) -> str:
    if state is AlertState.CLOSED:
        return "请先重新打开"
    onward = "、".join(f"“{to.word}”" for (origin, to), movers in MOVES.items() if origin is state and movers != {_S})
    return f"下一步可以是{onward}"
