"""Matters as the list and the page show them. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from service.domain.clocks.clock import earliest_due
from service.domain.clocks.exclusion import ExclusionKind
from service.domain.matters.crossing import Crossing, CrossingState
from service.domain.matters.matter import Matter, MatterAct, MatterKind, MatterState, acts_of
from service.domain.matters.matter_clock import may_exclude
from service.domain.matters.matter_duty import Duty, DutyStanding, standing
from service.domain.matters.matter_turn import Ahead
from service.domain.rules.register import Register
from service.web.views.told import Coming, PersonRow
from service.web.views.wording import limit_word, remaining

__all__ = [
    "DutyRow",
    "KindCount",
    "MatterRow",
    "coming_rows",
    "duty_rows",
    "kind_counts",
    "matter_row",
    "open_states",
    "reader_rows",
]

_STYLES: Mapping[DutyStanding, str] = {
    DutyStanding.OVERDUE: "late",
    DutyStanding.NEAR: "text-orange",
    DutyStanding.UNVERIFIED: "open-fact",
    DutyStanding.UNKNOWN: "open-fact",
    DutyStanding.EXCLUDED: "quiet",
    DutyStanding.MET_LATE: "text-red",
    DutyStanding.MET: "text-good",
    DutyStanding.DROPPED: "quiet",
    DutyStanding.DROPPED_LATE: "text-red",
}


@dataclass(frozen=True, slots=True)
class DutyRow:
    """One clock of a matter: its standing in words, what is left, and whether it can be extended, started or left out now.

    `earliest` is before when it is not due, where its due time cannot be told yet.
    """

    duty: Duty
    limit: str
    word: str
    style: str
    left: str
    running: bool
    can_extend: bool
    can_start: bool
    earliest: datetime | None = None
    may_exclude: tuple[ExclusionKind, ...] = ()


@dataclass(frozen=True, slots=True)
class MatterRow:
    """One matter with the clock that comes next, its next step, and its likenesses."""

    matter: Matter
    next_duty: DutyRow | None
    next_step: str
    links: int
    waiting_links: int


@dataclass(frozen=True, slots=True)
class KindCount:
    """One kind with how many are open and how many of them overdue."""

    kind: MatterKind
    open: int
    overdue: int


def open_states() -> tuple[MatterState, ...]:
    """Return the states in which something is left to do."""
    return tuple(state for state in MatterState if not state.over)


def duty_rows(matter: Matter, register: Register, *, now: datetime) -> list[DutyRow]:
    """Return the clocks of a matter, each with whether its rule lets it be extended."""
    return [_duty_row(matter, duty, register, now) for duty in matter.duties]


def _duty_row(matter: Matter, duty: Duty, register: Register, now: datetime) -> DutyRow:
    stands, rule = standing(duty, now), register.clocks.get(duty.rule_id)
    running = stands in {DutyStanding.RUNNING, DutyStanding.NEAR}
    left = ""
    if duty.due_at is not None and (running or stands is DutyStanding.OVERDUE):
        left = remaining(duty.due_at - now)
    return DutyRow(
        duty=duty,
        limit=limit_word(duty.limit),
        word=stands.word,
        style=_STYLES.get(stands, ""),
        left=f"逾期 {left}" if stands is DutyStanding.OVERDUE else f"剩 {left}" if left else "",
        running=running,
        can_extend=running
        and rule is not None
        and rule.extend is not None
        and duty.extended_at is None
        and not matter.state.over,
        can_start=stands is DutyStanding.UNVERIFIED,
        earliest=earliest_due(duty.limit, duty.start_at, register.calendar) if duty.undated else None,
        may_exclude=may_exclude(matter, duty, now),
    )


def matter_row(matter: Matter, links: list[Crossing], register: Register, *, now: datetime) -> MatterRow:
    """Return one row of the list."""
    waiting = [duty for duty in matter.duties if not duty.over]
    soonest = min(waiting, key=lambda duty: (duty.due_at is None, duty.due_at or now), default=None)
    shown = [link for link in links if link.state is not CrossingState.REJECTED]
    return MatterRow(
        matter=matter,
        next_duty=None if soonest is None else _duty_row(matter, soonest, register, now),
        next_step=_next(matter),
        links=len(shown),
        waiting_links=sum(link.state is CrossingState.PROPOSED for link in shown),
    )


def coming_rows(some: Sequence[Ahead]) -> list[Coming]:
    """Return the reminders that are still to come, the next first, each to whom and why."""
    return [
        Coming(
            one.at,
            f"{one.duty.action}{'逾期' if one.share == _WHOLE else f'用时{one.share}%'}",
            tuple(PersonRow(reader.person.name, reader.why) for reader in one.told),
        )
        for one in sorted(some, key=lambda one: (one.at, one.duty.rule_id))
    ]


_WHOLE = 100


def reader_rows(some: Sequence[Ahead]) -> list[tuple[str, str]]:
    """Return who gets the reminders of one matter and why, the names of one reason together: they are the same each time."""
    by_reason: dict[str, list[str]] = {}
    for reader in some[0].told if some else ():
        by_reason.setdefault(reader.why, []).append(reader.person.name)
    return [("、".join(names), why) for why, names in by_reason.items()]


def _next(matter: Matter) -> str:
    acts = acts_of(matter)
    if matter.state.over or not acts:
        return "—"
    return {MatterAct.ACCEPT: "决定是否受理", MatterAct.HANDLE: "办理并答复", MatterAct.CLOSE: "办结"}.get(
        acts[0], acts[0].word
    )


def kind_counts(counts: Mapping[tuple[str, str], int]) -> list[KindCount]:
    """Return the kinds with their open and overdue matters."""
    return [
        KindCount(
            kind,
            sum(counts.get((kind.value, state.value), 0) for state in open_states()),
            counts.get((kind.value, "overdue"), 0),
        )
        for kind in MatterKind
    ]
