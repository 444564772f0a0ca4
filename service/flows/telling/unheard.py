"""Which alerts reached nobody, as their mail was refused for good or there was nobody to mail: pages say so until somebody takes the alert."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from service.domain.alerts.alert import Alert, AlertLevel
from service.domain.alerts.alert_states import AlertState
from service.flows.telling.merging import MAIL, left_as
from service.flows.telling.second_channel import WEBHOOK
from service.ports.outbox import OutboxRow
from service.ports.routing import Notice
from service.ports.store import Work

__all__ = ["Unheard", "unheard"]

_MOST = 500
_DEAD = "dead"


@dataclass(frozen=True, slots=True, kw_only=True)
class Unheard:
    """The alerts that reached nobody and that nobody acknowledged, and others of which one reader's last mail was refused."""

    nobody: tuple[Alert, ...] = ()
    mine: tuple[Alert, ...] = ()


def unheard(work: Work, alerts: Sequence[Alert], person_id: str) -> Unheard:
    """Look through `alerts`, those that are not closed; most looks read two rows, as nothing was refused.

    A message that waits may still arrive, and is told elsewhere; one that another stands for became what became of that.
    """
    if not alerts:
        return Unheard()
    open_ones = [one for one in alerts if one.state is AlertState.OPEN]
    refused = work.outbox.given_up(MAIL, limit=_MOST, since=min(one.raised_at for one in alerts))
    about = {alert_id for row in refused for alert_id in _alerts_of(row)}
    found = {one.id: _Fate.of(work, one) for one in alerts if one.id in about}
    # Blue is for the morning's summary: that nobody is told of it at once is how it should be.
    silent = _had_nobody(work, work.notices.untold([one.id for one in open_ones if one.level > AlertLevel.BLUE]))
    nobody = [one for one in open_ones if one.id in silent or (one.id in found and not found[one.id].reached)]
    said = {one.id for one in nobody}
    mine = [one for one in alerts if one.id in found and person_id in found[one.id].missed and one.id not in said]
    return Unheard(nobody=tuple(nobody), mine=tuple(mine))


@dataclass(frozen=True, slots=True)
class _Fate:
    """Whether any message of an alert reached, or may yet reach, somebody, and the ids of those whose last one was refused."""

    reached: bool
    missed: frozenset[str]

    @classmethod
    def of(cls, work: Work, alert: Alert) -> "_Fate":
        told = [one for one in work.notices.of_alert(alert.id) if one.told]
        stands_for = left_as(work, alert.id)
        states = work.outbox.states([stands_for.get(one.key, one.key) for one in told])
        return cls.judged(told, stands_for, states)

    @classmethod
    def judged(cls, told: Iterable[Notice], stands_for: Mapping[str, str], states: Mapping[str, str]) -> "_Fate":
        """Judge by what is known; `told` in order of time."""
        last = {one.person_id: states.get(stands_for.get(one.key, one.key)) == _DEAD for one in told}
        missed = frozenset(person for person, dead in last.items() if dead and person != WEBHOOK)
        return cls(reached=not all(last.values()), missed=missed)


def _alerts_of(row: OutboxRow) -> list[str]:
    return [str(part["alert_id"]) for part in row.payload.get("merges") or [row.payload]]


def _had_nobody(work: Work, alert_ids: Iterable[str]) -> frozenset[str]:
    about = {f"alert:{name}": name for name in alert_ids}
    return frozenset(about[subject] for subject in work.audit.subjects_with("alert.told_nobody", list(about)))
