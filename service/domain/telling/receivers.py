"""Who is told of an alert at this moment, for which named reasons, and who is not, for which. Pure.

Every active person gets an answer: a `Receiver` with the causes, or a `Held` with the one reason. The preview on the
event's page and the sending use the same function, so what is shown is what happens.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from types import MappingProxyType

from service.domain.alerts.alert import AlertLevel
from service.domain.people.person import Person, Role
from service.domain.people.roster import Shift, covering, duty_problem, problem_of, standing_in
from service.domain.telling.inhibition import Mute, MuteReason
from service.domain.telling.routing import Labels, ReceiverKind, Routing, RuleMatch, Target, matched

__all__ = ["Ask", "Cause", "CauseKind", "Held", "HoldReason", "Occasion", "Plan", "Receiver", "Staff", "plan"]


class Occasion(StrEnum):
    """What a mail is for. Deadlines, grades and corrected facts are told whatever is muted."""

    RAISED = "raised"
    UNACKNOWLEDGED = "unacknowledged"
    IDLE = "idle"
    REOPENED = "reopened"
    CLOCK = "clock"
    GRADED = "graded"
    CORRECTED = "corrected"

    @classmethod
    def of(cls, name: str) -> "Occasion":
        """Return the kind of an occasion by its name: what stands before the first colon."""
        word = name.partition(":")[0]
        if word == "level_set":
            return cls.GRADED
        return cls(word) if word in _OWN_WORDS else cls.RAISED

    @property
    def mark(self) -> str:
        """What a subject says of it, so that a reminder is not taken for the first mail; empty for those."""
        return _MARKS.get(self, "")

    @property
    def mutable(self) -> bool:
        """Whether silences, wider alerts and answers mute it."""
        return self in {Occasion.RAISED, Occasion.UNACKNOWLEDGED, Occasion.IDLE, Occasion.REOPENED}


_MARKS: Mapping[Occasion, str] = MappingProxyType(
    {
        Occasion.UNACKNOWLEDGED: "催办",
        Occasion.IDLE: "久无进展",
        Occasion.REOPENED: "重新打开",
        Occasion.CLOCK: "时限提醒",
        Occasion.CORRECTED: "事实更正",
    }
)
_OWN_WORDS = frozenset({"unacknowledged", "idle", "reopened", "clock", "graded", "corrected"})


class CauseKind(StrEnum):
    """Why somebody is told."""

    ON_DUTY = "on_duty"
    DEPUTY = "deputy"
    STANDS_IN = "stands_in"
    OWNER = "owner"
    LEAD = "lead"
    DEPARTMENT = "department"
    THRESHOLD = "threshold"
    ROLE = "role"
    POST = "post"
    NAMED = "named"
    LAST_RESORT = "last_resort"


@dataclass(frozen=True, slots=True)
class Cause:
    """One reason for being told, with its sentence."""

    kind: CauseKind
    words: str


class HoldReason(StrEnum):
    """Why somebody is not told now."""

    NO_ADDRESS = "no_address"
    NOT_NAMED = "not_named"
    BELOW_THRESHOLD = "below_threshold"
    WAITS_FOR_DIGEST = "waits_for_digest"
    QUIET_HOURS = "quiet_hours"
    SILENCED = "silenced"
    WIDER_ALERT = "wider_alert"
    ANSWERED = "answered"
    ALREADY_TOLD = "already_told"

    @property
    def word(self) -> str:
        """The reason in the interface."""
        return _HOLD_WORDS[self]


_HOLD_WORDS: Mapping[HoldReason, str] = MappingProxyType(
    {
        HoldReason.NO_ADDRESS: "没有邮箱",
        HoldReason.NOT_NAMED: "没有规则指向此人",
        HoldReason.BELOW_THRESHOLD: "低于本人订阅的级别",
        HoldReason.WAITS_FOR_DIGEST: "蓝色列入每日汇总",
        HoldReason.QUIET_HOURS: "静音时段内，列入早间汇总",
        HoldReason.SILENCED: "已静默",
        HoldReason.WIDER_ALERT: "全省性预警已覆盖",
        HoldReason.ANSWERED: "已回应，48小时内不重复",
        HoldReason.ALREADY_TOLD: "已因同一事由发送",
    }
)


@dataclass(frozen=True, slots=True)
class Receiver:
    """A person who is told, with every cause."""

    person: Person
    causes: tuple[Cause, ...]

    @property
    def words(self) -> str:
        """The causes in one line."""
        return "、".join(cause.words for cause in self.causes)


@dataclass(frozen=True, slots=True)
class Held:
    """A person who is not told, with the named reason and a sentence."""

    person: Person
    reason: HoldReason
    words: str


@dataclass(frozen=True, slots=True)
class Plan:
    """Who is told and who is not.

    `matches` are the rules that applied, `shifts` the ids of those on duty; `mute` is set where everybody is held by
    it.
    """

    told: tuple[Receiver, ...]
    held: tuple[Held, ...]
    matches: tuple[RuleMatch, ...] = ()
    mute: Mute | None = None
    shifts: tuple[str, ...] = ()

    @property
    def nobody(self) -> bool:
        """Whether nobody is told although nothing mutes the mail and nobody was told before."""
        return (
            not self.told
            and self.mute is None
            and not any(
                one.reason in {HoldReason.ALREADY_TOLD, HoldReason.WAITS_FOR_DIGEST, HoldReason.QUIET_HOURS}
                for one in self.held
            )
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Staff:
    """Who there is: people, the shifts near now, and which people belong to which unit (ids)."""

    people: Sequence[Person]
    shifts: Sequence[Shift] = ()
    roster_kept: bool = False
    members: Mapping[str, Collection[str]] = field(default_factory=lambda: MappingProxyType({}))

    def on_duty(self, now: datetime) -> tuple[Shift, ...]:
        """Return the shifts that cover `now`."""
        return covering(self.shifts, now)

    def by_id(self) -> dict[str, Person]:
        """Return people by id."""
        return {person.id: person for person in self.people}


@dataclass(frozen=True, slots=True, kw_only=True)
class Ask:
    """On which occasion it is asked who is told.

    `told` are the ids of those who were told on the same occasion before, `owner` is the name of who has the alert;
    `targets` take the place of the rules' receivers, as an escalation's do.
    """

    occasion: Occasion
    mute: Mute | None = None
    told: Collection[str] = ()
    owner: str | None = None
    targets: Sequence[Target] | None = None


def plan(labels: Labels, ask: Ask, *, routing: Routing, staff: Staff, now: datetime) -> Plan:
    """Say who is told of the alert now and why, and of everybody else why not.

    Blue is never mailed one by one unless the rules say so, and then not in quiet hours; a deadline or a grade is, at any
    level and hour. Where one of these, or a level above blue, would reach nobody at all, those who lead are told: an alert
    is never lost for want of a rule, and no deadline because its alert has faded.
    """
    matches = matched(routing, labels)
    wanted = [target for match in matches for target in match.receivers] if ask.targets is None else [*ask.targets]
    if ask.occasion is Occasion.CLOCK:
        wanted.append(Target(ReceiverKind.OWNER))
        # The rules on blue need name nobody who acts: who reads it in the morning's summary may be all.
        wanted += [Target(ReceiverKind.DUTY)] if labels.level is AlertLevel.BLUE else []
    causes = _causes(dict.fromkeys(wanted), labels, staff, ask.owner, now) if labels.level else {}
    waits = labels.level <= AlertLevel.BLUE and ask.occasion.mutable
    if not waits and not any(problem_of(person) is None for person in _named(causes, staff)):
        for person in standing_in(staff.people):
            causes.setdefault(person.id, []).append(_LAST_RESORT)
    mute = ask.mute if ask.occasion.mutable else None
    receivers, held = [], []
    for person in staff.people:
        if person.disabled:
            continue
        named = causes.get(person.id, ())
        hold = _hold(person, named, labels, ask.occasion, routing, now) or _held_back(person, mute, ask.told)
        if hold is None:
            receivers.append(Receiver(person, tuple(named)))
        else:
            held.append(hold)
    shifts = tuple(sorted(shift.id for shift in staff.on_duty(now)))
    return Plan(tuple(receivers), tuple(held), matches, mute, shifts)


_LAST_RESORT = Cause(CauseKind.LAST_RESORT, "没有其他人可以收到，由负责人接收")


def _named(causes: Mapping[str, Sequence[Cause]], staff: Staff) -> list[Person]:
    return [person for person in staff.people if person.id in causes]


def _hold(
    person: Person, causes: Sequence[Cause], labels: Labels, occasion: Occasion, routing: Routing, now: datetime
) -> Held | None:
    """Return why a person is not one of the receivers, or may not be mailed this level at this hour."""
    if not causes:
        threshold = _threshold(person)
        if threshold is not None and labels.level < threshold:
            return Held(person, HoldReason.BELOW_THRESHOLD, f"订阅{threshold.word}及以上")
        return Held(person, HoldReason.NOT_NAMED, HoldReason.NOT_NAMED.word)
    if not person.email:
        return Held(person, HoldReason.NO_ADDRESS, f"应因{'、'.join(one.words for one in causes)}收到，但没有邮箱")
    return _until_morning(person, routing, now) if labels.level is AlertLevel.BLUE and occasion.mutable else None


def _until_morning(person: Person, routing: Routing, now: datetime) -> Held | None:
    if not routing.blue_at_once:
        return Held(person, HoldReason.WAITS_FOR_DIGEST, f"每日{routing.digest_at:%H:%M}汇总发送")
    if routing.quiet.cover(now):
        return Held(person, HoldReason.QUIET_HOURS, f"{routing.digest_at:%H:%M}汇总发送")
    return None


def _held_back(person: Person, mute: Mute | None, told: Collection[str]) -> Held | None:
    if person.id in told:
        return Held(person, HoldReason.ALREADY_TOLD, HoldReason.ALREADY_TOLD.word)
    return Held(person, _MUTED[mute.reason], mute.sentence) if mute is not None else None


_MUTED: Mapping[MuteReason, HoldReason] = MappingProxyType(
    {
        MuteReason.SILENCED: HoldReason.SILENCED,
        MuteReason.WIDER_ALERT: HoldReason.WIDER_ALERT,
        MuteReason.ANSWERED: HoldReason.ANSWERED,
    }
)


def _threshold(person: Person) -> AlertLevel | None:
    name = (person.notify_from or "").upper()
    return AlertLevel[name] if name in AlertLevel.__members__ and name != "NONE" else None


def _reaches(level: AlertLevel, person: Person) -> bool:
    threshold = _threshold(person)
    return threshold is not None and level >= threshold


def _causes(
    targets: Iterable[Target], labels: Labels, staff: Staff, owner: str | None, now: datetime
) -> dict[str, list[Cause]]:
    found: dict[str, list[Cause]] = {}
    for target in targets:
        for person_id, cause in _of_target(target, labels, staff, owner, now):
            kept = found.setdefault(person_id, [])
            if cause not in kept:
                kept.append(cause)
    return found


def _of_target(
    target: Target, labels: Labels, staff: Staff, owner: str | None, now: datetime
) -> Iterable[tuple[str, Cause]]:
    match target.kind:
        case ReceiverKind.DUTY:
            return _duty(staff, now)
        case ReceiverKind.DEPUTY:
            shifts = staff.on_duty(now)
            return [(one.deputy_id, Cause(CauseKind.DEPUTY, f"{one.name}副班")) for one in shifts if one.deputy_id]
        case ReceiverKind.LEAD:
            return [
                pair for unit in labels.departments for pair in _members(unit, CauseKind.LEAD, "承办处室人员", staff)
            ]
        case ReceiverKind.DEPARTMENT:
            return _members(target.name, CauseKind.DEPARTMENT, "规则指定处室的人员", staff)
        case _:
            return _people(target, labels, staff, owner)


def _people(target: Target, labels: Labels, staff: Staff, owner: str | None) -> Iterable[tuple[str, Cause]]:
    for person in staff.people:
        cause = None
        if target.kind is ReceiverKind.THRESHOLD and _reaches(labels.level, person):
            cause = Cause(CauseKind.THRESHOLD, f"订阅{AlertLevel[(person.notify_from or '').upper()].word}及以上")
        elif target.kind is ReceiverKind.OWNER and owner is not None and person.name == owner:
            cause = Cause(CauseKind.OWNER, "承办人")
        elif target.kind is ReceiverKind.ROLE and person.role.value == target.name:
            cause = Cause(CauseKind.ROLE, f"角色为{Role(target.name).word}")
        elif target.kind is ReceiverKind.POST and target.name in person.duties:
            cause = Cause(CauseKind.POST, "规则指定岗位")
        elif target.kind is ReceiverKind.PERSON and person.name == target.name:
            cause = Cause(CauseKind.NAMED, "规则点名")
        if cause is not None:
            yield person.id, cause


def _members(unit: str, kind: CauseKind, words: str, staff: Staff) -> list[tuple[str, Cause]]:
    return [(person_id, Cause(kind, words)) for person_id in sorted(staff.members.get(unit, ()))]


def _duty(staff: Staff, now: datetime) -> list[tuple[str, Cause]]:
    """Return who is on duty; a deputy beside a person who cannot be reached or may not act, who leads in a gap."""
    people, covered = staff.by_id(), False
    found: list[tuple[str, Cause]] = []
    for shift in staff.on_duty(now):
        person, deputy = people.get(shift.person_id), people.get(shift.deputy_id or "")
        reached = problem_of(person) is None
        if reached:
            found.append((shift.person_id, Cause(CauseKind.ON_DUTY, f"{shift.name}值班")))
        if duty_problem(person) is None:
            covered = True
        elif deputy is not None and duty_problem(deputy) is None:
            why = "不能确认预警" if reached else "无法收到"
            found.append((deputy.id, Cause(CauseKind.DEPUTY, f"{shift.name}副班，值班员{why}")))
            covered = True
    if covered or not staff.roster_kept:
        return found
    words = "值班表有空档，由负责人代班"
    return [*found, *((person.id, Cause(CauseKind.STANDS_IN, words)) for person in standing_in(staff.people))]
