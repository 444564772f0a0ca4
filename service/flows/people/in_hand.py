"""What a person has in hand: alerts and cases that they own, and shifts to come. Whoever is disabled leaves it behind."""

from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

from service.domain.cases.workflow import Workflow
from service.domain.people.person import Person
from service.ports.store import Work

__all__ = ["InHand", "in_hand"]

_ALERTS, _CASES = 2000, 2000
_AHEAD = timedelta(days=60)


@dataclass(frozen=True, slots=True, kw_only=True)
class InHand:
    """How many open alerts and running cases somebody owns, and how many shifts of the next sixty days are theirs."""

    alerts: int = 0
    cases: int = 0
    shifts: int = 0

    @property
    def words(self) -> str:
        """What it is, as it stands under a name: 承办预警2条、班次1个; "" for nothing."""
        named = ((self.alerts, "承办预警{}条"), (self.cases, "在办处置{}件"), (self.shifts, "待值班次{}个"))
        return "、".join(words.format(count) for count, words in named if count)


def in_hand(work: Work, people: Collection[Person], workflow: Workflow, *, now: datetime) -> dict[str, InHand]:
    """Return by id what each of the people has in hand now; those with nothing are left out."""
    alerts = Counter(alert.owner for alert in work.alerts.open(limit=_ALERTS))
    cases = Counter(case.owner for case in work.cases.listing(limit=_CASES) if case.state not in workflow.final)
    shifts = work.roster.between(now, now + _AHEAD)
    turns = Counter(name for one in shifts for name in {one.person_id, one.deputy_id})
    held = {one.id: InHand(alerts=alerts[one.name], cases=cases[one.name], shifts=turns[one.id]) for one in people}
    return {person_id: one for person_id, one in held.items() if one.words}
