"""What an office is to be told, written down from the rules alone: a second opinion on who is mailed, when, why, and why not.

It shares no code with the product: levels, occasions and reasons are words. It is told what happens and when somebody
looks, and keeps one row for each event, occasion and person: whether they were told, for which reason, at which moment.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

__all__ = ["GAP", "LIMITS", "Expected", "Limit", "Matter", "Row", "Turn"]

MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
STEPS = (15 * MINUTE, 30 * MINUTE, 60 * MINUTE)
IDLE: Mapping[str, timedelta] = {"red": HOUR, "orange": 4 * HOUR, "yellow": 24 * HOUR}
NEAR, WIDE_FOR = 72 * HOUR, 144 * HOUR
RANK = ("blue", "yellow", "orange", "red")
GAP = "值班表有空档，由负责人代班"
LIMITS: Mapping[str, timedelta] = {"C-48H": 48 * HOUR, "C-5H": 5 * HOUR, "C-24H": 24 * HOUR}
ANSWERS = ("C-48H", "C-48H~2", "C-5H")


@dataclass(frozen=True, slots=True)
class Turn:
    """One turn of duty: from, to, who, and who stands behind them."""

    begins: datetime
    ends: datetime
    who: str
    behind: str = ""


@dataclass(frozen=True, slots=True)
class Row:
    """Whether somebody was told, why or why not, and when."""

    told: bool
    why: str
    at: datetime


@dataclass(slots=True)
class Limit:
    """A clock that runs: 60 %, 85 % and the end are told once each; `over` is how it ended."""

    start: datetime
    due: datetime
    stage: int = 0
    over: str = ""

    def reached(self, now: datetime) -> int:
        if now > self.due:
            return 3
        used = (now - self.start) / (self.due - self.start)
        return 2 if used >= 0.85 else 1 if used >= 0.6 else 0


@dataclass(slots=True)
class Matter:
    """One event that was raised."""

    name: str
    level: str
    product: str
    wide: bool
    raised: datetime
    began: datetime
    acted: datetime
    why: str = "first_raise"
    round: int = 1
    step: int = 0
    turns: tuple[Turn, ...] = ()
    muted: bool = False
    state: str = "open"
    limits: dict[str, Limit] = field(default_factory=dict)

    @property
    def occasion(self) -> str:
        return f"{self.why}:{self.level}" + (f":{self.round}" if self.round > 1 else "")


@dataclass(slots=True)
class Expected:
    """The office: who leads, who keeps the system, who subscribed to everything, and the turns of duty."""

    lead: str
    keeper: str
    reader: str
    roster: Sequence[Turn]
    again: dict[str, timedelta]
    matters: dict[str, Matter] = field(default_factory=dict)
    silences: list[tuple[str, datetime]] = field(default_factory=list)
    rows: dict[tuple[str, str, str], Row] = field(default_factory=dict)

    def raise_(self, name: str, level: str, now: datetime, *, product: str = "", wide: bool = False) -> None:
        """An event is raised; orange and red start the 48 hours of an answer."""
        one = Matter(name, level, product or name, wide, now, now, now)
        self.matters[name] = one
        if level in {"orange", "red"}:
            one.limits["C-48H"] = Limit(now, now + LIMITS["C-48H"])
        if level != "blue":
            self._ask(one, now)

    def rise(self, name: str, level: str, now: datetime) -> None:
        """It rises beyond what was acknowledged: a round of its own, and 48 hours of its own where it was answered."""
        one = self.matters[name]
        one.level = level
        if one.limits["C-48H"].over in {"met", "late"}:
            one.limits["C-48H~2"] = Limit(now, now + LIMITS["C-48H"])
        self._round(one, "escalated", now)

    def act(self, name: str, state: str, now: datetime) -> None:
        """A person acknowledges, answers or closes."""
        one = self.matters[name]
        one.state, one.acted = state, now
        for rule in ANSWERS if state == "answered" else ():
            self.meet(name, rule, now)

    def meet(self, name: str, rule: str, now: datetime) -> None:
        """A duty is done, in time or late."""
        limit = self.matters[name].limits.get(rule)
        if limit is not None and not limit.over:
            limit.over = "late" if now > limit.due else "met"
            self.matters[name].acted = now

    def grade(self, name: str, now: datetime) -> None:
        """A named person says grade Ⅱ: 5 and 24 hours count from what was known first, the 48 hours are over."""
        one = self.matters[name]
        one.limits["C-48H"].over = "cancelled"
        for rule in ("C-5H", "C-24H"):
            one.limits[rule] = Limit(one.raised, one.raised + LIMITS[rule])
        one.acted = now
        self._tell(one, "graded", self._first(one, now), now, mutable=False)

    def start(self, name: str, rule: str, limit: Limit, now: datetime) -> None:
        """A person starts a clock by hand."""
        self.matters[name].limits[rule] = limit
        self.matters[name].acted = now

    def look(self, now: datetime) -> None:
        """Somebody looks at everything that is not closed."""
        for one in self.matters.values():
            if one.state == "closed":
                continue
            for rule, limit in one.limits.items():
                self._warn(one, rule, limit, now)
            if one.state == "acknowledged" and now - one.acted >= IDLE.get(one.level, timedelta.max):
                self._round(one, "idle", now)
            if one.state == "open" and one.level != "blue":
                self._owed(one, now)

    def _warn(self, one: Matter, rule: str, limit: Limit, now: datetime) -> None:
        stage = 0 if limit.over else limit.reached(now)
        if stage > limit.stage:
            limit.stage = stage
            self._tell(one, f"clock:{rule}:{stage}", self._first(one, now), now, mutable=False)

    def _round(self, one: Matter, why: str, now: datetime) -> None:
        one.why, one.round, one.began, one.step, one.state = why, one.round + 1, now, 0, "open"
        self._ask(one, now)

    def _ask(self, one: Matter, now: datetime) -> set[str]:
        told = self._tell(one, one.occasion, self._first(one, now), now)
        one.turns = self._turns(now)
        return told

    def _owed(self, one: Matter, now: datetime) -> None:
        told = self._ask(one, now) if one.muted or one.turns != self._turns(now) else set()
        waited = now - one.began
        due = sum(waited >= after for after in STEPS)
        if due == len(STEPS):
            due += (waited - STEPS[-1]) // self.again[one.level]
        if due > one.step:
            self._tell(one, f"unacknowledged:{one.round}:{due}", self._up(due, now), now, besides=told)
            one.turns = self._turns(now)
            one.step = one.step if one.muted else due

    def _turns(self, now: datetime) -> tuple[Turn, ...]:
        return tuple(turn for turn in self.roster if turn.begins <= now < turn.ends)

    def _on_duty(self, now: datetime) -> list[tuple[str, str]]:
        return [(turn.who, "班值班") for turn in self._turns(now)] or [(self.lead, GAP)]

    def _behind(self, now: datetime) -> list[tuple[str, str]]:
        return [(turn.behind, "班副班") for turn in self._turns(now) if turn.behind]

    def _first(self, one: Matter, now: datetime) -> list[tuple[str, str]]:
        behind = self._behind(now) if one.level == "red" else []
        return [*self._on_duty(now), *behind, (self.reader, "订阅蓝色及以上")]

    def _up(self, step: int, now: datetime) -> list[tuple[str, str]]:
        wanted = [*self._on_duty(now), (self.reader, "订阅蓝色及以上"), *self._behind(now)]
        wanted += [(self.lead, "角色为审批人")] if step >= 2 else []
        return wanted + ([(self.keeper, "角色为系统管理员")] if step >= 3 else [])

    def _mute(self, one: Matter, now: datetime) -> str:
        if any(one.name == name and now < ends for name, ends in self.silences):
            return "silenced"
        wider = (
            other
            for other in self.matters.values()
            if other is not one and other.wide and other.state != "closed" and other.product == one.product
        )
        near = any(abs(other.raised - one.raised) <= NEAR and now - other.raised <= WIDE_FOR for other in wider)
        return "wider" if near and not one.wide and one.level != "red" else ""

    def _tell(
        self,
        one: Matter,
        occasion: str,
        wanted: Sequence[tuple[str, str]],
        now: datetime,
        *,
        besides: Sequence[str] | set[str] = (),
        mutable: bool = True,
    ) -> set[str]:
        mute, told = self._mute(one, now) if mutable else "", set()
        for who in dict.fromkeys(person for person, _ in wanted):
            key = (one.name, occasion, who)
            if who in besides or (key in self.rows and self.rows[key].told):
                continue
            why = "、".join(dict.fromkeys(words for person, words in wanted if person == who))
            if not mute or key not in self.rows:
                self.rows[key] = Row(told=not mute, why=mute or why, at=now)
            told |= set() if mute else {who}
        if mutable:
            one.muted = bool(mute)
        return told
