"""An alert after a decision: the new one of a first decision, and what a later one makes of it. Pure."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from types import MappingProxyType
from typing import Any

from service.domain.alerts.alert import Alert, AlertLevel, AlertReason, Decision, LevelFinding
from service.domain.alerts.alert_states import AlertState
from service.domain.alerts.rounds import next_round
from service.domain.events.event import Event

__all__ = ["alert_id", "followed", "raised"]


def alert_id(event_id: str, policy_ids: Sequence[str]) -> str:
    """Return the alert's id: the same event on the same policy basis is the same alert on every machine."""
    text = "\n".join([event_id, *sorted(policy_ids)])
    return "A" + hashlib.sha256(text.encode()).hexdigest()[:20]


def raised(
    *,
    event: Event,
    decision: Decision,
    finding: LevelFinding,
    basis: Sequence[Mapping[str, Any]],
    publication: Mapping[str, Any],
    lead: str,
    now: datetime,
) -> Alert:
    """Return the new alert of a first decision."""
    return Alert(
        id=alert_id(event.id, [str(entry["policy_id"]) for entry in basis if entry.get("policy_id")]),
        event_id=event.id,
        level=decision.level,
        peak_level=decision.level,
        state=AlertState.OPEN,
        title=event.title,
        reason=decision.reason.value,
        triggers=finding.sentences,
        score=finding.score,
        basis=tuple(basis),
        publication=publication,
        lead=lead,
        raised_at=now,
        changed_at=now,
        extras=MappingProxyType(
            {"deaths": finding.deaths} | ({"disputed": list(finding.disputed)} if finding.disputed else {})
        ),
    )


def followed(
    alert: Alert,
    *,
    event: Event,
    decision: Decision,
    finding: LevelFinding,
    basis: Sequence[Mapping[str, Any]] | None = None,
    publication: Mapping[str, Any] | None = None,
    now: datetime,
) -> Alert:
    """Return the alert after a later decision; equal to `alert` where nothing that people see has changed.

    A rise beyond what was acknowledged asks for a new acknowledgement; the owner stays. A closed alert that stays
    closed is not touched.
    """
    if decision.reason is AlertReason.STAYS_CLOSED:
        return alert
    rises = decision.reason in {AlertReason.ESCALATED, AlertReason.MORE_DEATHS, AlertReason.RAISED_AGAIN}
    extras = _marks(alert, decision, finding)
    moved = replace(
        alert,
        level=decision.level,
        peak_level=max(alert.peak_level, decision.level),
        title=event.title,
        triggers=finding.sentences,
        score=finding.score,
        basis=alert.basis if basis is None else tuple(basis),
        publication=alert.publication if publication is None else publication,
        extras=MappingProxyType(extras),
    )
    if decision.changes:
        moved = replace(moved, reason=decision.reason.value)
    if rises:
        extras = next_round(extras, why=decision.reason.value, now=now) | _risen(decision, now)
        # What was answered before says nothing of more dead.
        extras |= {"answered_level": AlertLevel.NONE.key} if decision.reason is AlertReason.MORE_DEATHS else {}
        moved = replace(moved, state=AlertState.OPEN, acknowledged_at=None, acknowledged_by=None)
        moved = replace(moved, closed_at=None, closed_by=None, close_reason=None, extras=MappingProxyType(extras))
    return alert if moved == alert else replace(moved, changed_at=now, revision=alert.revision + 1)


def _risen(decision: Decision, now: datetime) -> dict[str, Any]:
    # Beside the moment, not in the round: a round that begins for another reason leaves why the event rose.
    return {"risen_at": now.isoformat(), "risen_why": decision.reason.value}


def _marks(alert: Alert, decision: Decision, finding: LevelFinding) -> dict[str, Any]:
    extras = {name: value for name, value in alert.extras.items() if name != "window_at"}
    if finding.deaths > extras.get("deaths", 0):
        extras["deaths"] = finding.deaths
    if finding.disputed:
        extras["disputed"] = list(finding.disputed)
    if decision.window_at is not None:
        extras["window_at"] = decision.window_at.isoformat()
    if decision.changes:
        extras.pop("set_level", None)
    return extras
