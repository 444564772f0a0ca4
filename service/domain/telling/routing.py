"""Who is told of an alert and why: a tree of rules over level, category, region and department, and the people behind it.

Deciding who is told is pure: `matched` walks the tree and returns the receivers that its rules name, and
`service.domain.telling.receivers` finds the people behind them and says of each whether they are told now. A rule names
receivers, never addresses.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import time, timedelta
from enum import StrEnum
from itertools import chain
from types import MappingProxyType

from service.domain.alerts.alert import AlertLevel
from service.domain.people.person import Role
from service.domain.places import CITY_DIGITS, PROVINCE
from service.domain.telling.notification import QuietHours

__all__ = [
    "Labels",
    "ReceiverKind",
    "Route",
    "Routing",
    "RuleMatch",
    "Scope",
    "Target",
    "Tier",
    "matched",
    "named_people",
    "scope_of",
]

_PROVINCE_CITIES = 3


class Scope(StrEnum):
    """How far an event reaches: a city or two, or the whole province."""

    CITY = "city"
    PROVINCE = "province"
    UNKNOWN = "unknown"


def scope_of(regions: Sequence[str]) -> Scope:
    """Return how far an event with these region codes reaches: the province's own code or three cities make it province-wide."""
    own = [code for code in regions if code.startswith(PROVINCE)]
    cities = {code[:CITY_DIGITS] for code in own}
    if len(cities) >= _PROVINCE_CITIES or any(len(code.rstrip("0")) <= len(PROVINCE) for code in own):
        return Scope.PROVINCE
    return Scope.CITY if cities else Scope.UNKNOWN


@dataclass(frozen=True, slots=True, kw_only=True)
class Labels:
    """What rules, silences and inhibition look at. `departments` are the ids of the units that lead or join the answer."""

    event_id: str
    level: AlertLevel
    categories: tuple[str, ...] = ()
    regions: tuple[str, ...] = ()
    products: tuple[str, ...] = ()
    firms: tuple[str, ...] = ()
    departments: tuple[str, ...] = ()

    @property
    def scope(self) -> Scope:
        """How far the event reaches."""
        return scope_of(self.regions)


class ReceiverKind(StrEnum):
    """What a rule may name as a receiver; those with a name after a colon are `kind:name`."""

    DUTY = "duty"
    DEPUTY = "deputy"
    LEAD = "lead"
    THRESHOLD = "threshold"
    OWNER = "owner"
    DEPARTMENT = "department"
    ROLE = "role"
    POST = "post"
    PERSON = "person"


NAMED_KINDS = frozenset({ReceiverKind.DEPARTMENT, ReceiverKind.ROLE, ReceiverKind.POST, ReceiverKind.PERSON})
"""The kinds that need a name."""


@dataclass(frozen=True, slots=True)
class Target:
    """One receiver as a rule names it."""

    kind: ReceiverKind
    name: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Route:
    """One rule: where every condition that it has holds, its receivers are told, or those of its first matching child.

    An empty condition holds always. `proceed` lets the rules after it be looked at too.
    """

    id: str
    words: str
    levels: frozenset[AlertLevel] = frozenset()
    categories: tuple[str, ...] = ()
    regions: tuple[str, ...] = ()
    departments: tuple[str, ...] = ()
    scope: Scope | None = None
    receivers: tuple[Target, ...] = ()
    proceed: bool = False
    children: tuple["Route", ...] = ()

    def holds(self, labels: Labels) -> bool:
        """Tell whether the rule applies to the alert itself, its children aside."""
        return (
            (not self.levels or labels.level in self.levels)
            and (not self.categories or bool(set(self.categories) & set(labels.categories)))
            and (not self.regions or any(code.startswith(one) for one in self.regions for code in labels.regions))
            and (not self.departments or bool(set(self.departments) & set(labels.departments)))
            and (self.scope is None or labels.scope is self.scope)
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Tier:
    """One step of an escalation: after this time without an acknowledgement these are told too."""

    after: timedelta
    receivers: tuple[Target, ...]
    words: str


_FALLBACK = (Target(ReceiverKind.DUTY), Target(ReceiverKind.THRESHOLD))
_APPROVERS = Target(ReceiverKind.ROLE, Role.APPROVER.value)
_STEPS = (
    Tier(after=timedelta(minutes=15), receivers=(*_FALLBACK, Target(ReceiverKind.DEPUTY)), words="仍未确认"),
    Tier(after=timedelta(minutes=30), receivers=(_APPROVERS,), words="升级至值班负责人"),
    Tier(
        after=timedelta(minutes=60),
        receivers=(_APPROVERS, Target(ReceiverKind.ROLE, Role.ADMINISTRATOR.value)),
        words="升级至分管领导",
    ),
)
_TOLD = (AlertLevel.RED, AlertLevel.ORANGE, AlertLevel.YELLOW)
_IDLE = {
    AlertLevel.RED: timedelta(hours=1),
    AlertLevel.ORANGE: timedelta(hours=4),
    AlertLevel.YELLOW: timedelta(hours=24),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Routing:
    """The rules of one installation.

    `receivers` stand in where no rule applies and always receive what concerns a wrong rule; `faults` are the sentences
    on rules that were left out, each with file, line and key. `tiers`, `again` and `idle` are per level; `again` is the
    time between repetitions of the last step, and without it that is the last word.
    """

    version: str = "built-in"
    routes: tuple[Route, ...] = ()
    receivers: tuple[Target, ...] = _FALLBACK
    tiers: Mapping[AlertLevel, tuple[Tier, ...]] = field(
        default_factory=lambda: MappingProxyType(dict.fromkeys(_TOLD, _STEPS))
    )
    again: Mapping[AlertLevel, timedelta] = field(default_factory=lambda: MappingProxyType(_IDLE))
    idle: Mapping[AlertLevel, timedelta] = field(default_factory=lambda: MappingProxyType(_IDLE))
    quiet: QuietHours = field(default_factory=QuietHours)
    digest_at: time = time(8)
    blue_at_once: bool = False
    roster_ahead: timedelta = timedelta(hours=72)
    faults: tuple[str, ...] = ()


def named_people(rules: Routing) -> list[str]:
    """Return the names of all people whom the rules name anywhere, each once."""
    steps = [step.receivers for tiers in rules.tiers.values() for step in tiers]
    targets = [*_targets(rules.routes), *rules.receivers, *chain.from_iterable(steps)]
    return list(dict.fromkeys(one.name for one in targets if one.kind is ReceiverKind.PERSON))


def _targets(routes: Sequence[Route]) -> list[Target]:
    return [target for route in routes for target in (*route.receivers, *_targets(route.children))]


@dataclass(frozen=True, slots=True)
class RuleMatch:
    """A rule that applies, by the names of the rules above it, and who receives."""

    path: tuple[str, ...]
    words: str
    receivers: tuple[Target, ...]


def matched(routing: Routing, labels: Labels) -> tuple[RuleMatch, ...]:
    """Return the rules that apply, in order; where none does, the standing receivers.

    First match wins unless the rule says to proceed. A rule without receivers of its own inherits those above it. While
    a rule is left out for a fault, the standing receivers are told of everything: nobody knows what it would have said.
    """
    found = _walk(routing.routes, labels, (), routing.receivers)
    if not found:
        return (RuleMatch((), "没有规则适用，按默认接收人", routing.receivers),)
    return (
        (*found, RuleMatch((), "有规则写错而停用，默认接收人一并收到", routing.receivers)) if routing.faults else found
    )


def _walk(
    routes: Sequence[Route], labels: Labels, path: tuple[str, ...], inherited: tuple[Target, ...]
) -> tuple[RuleMatch, ...]:
    found: tuple[RuleMatch, ...] = ()
    for route in routes:
        if not route.holds(labels):
            continue
        receivers = route.receivers or inherited
        here = (*path, route.id)
        found += _walk(route.children, labels, here, receivers) or (RuleMatch(here, route.words, receivers),)
        if not route.proceed:
            break
    return found
