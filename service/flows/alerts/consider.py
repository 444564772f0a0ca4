"""Looks at one event as it stands now and does what follows: score, level, alert, clocks, mail, audit, all in the caller's transaction."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from datetime import date, datetime
from typing import Any

from analysis.events.heat import Heat, heat_of
from service.domain.alerts.alert import Alert, AlertLevel, AlertReason, Decision, LevelFinding, decide
from service.domain.alerts.following import followed, raised
from service.domain.beijing import BEIJING
from service.domain.clocks.clock import Clock
from service.domain.events.event import Event
from service.domain.events.facts import IncidentFacts, facts_of
from service.domain.events.other_provinces import OtherProvinces, with_other_provinces
from service.domain.events.reported import growth, spread_facts
from service.domain.rules.basis import basis_for, lead_department, matched_entries, with_matched
from service.domain.rules.duties import propose
from service.domain.rules.level import find_level
from service.domain.rules.publication import publication_authority
from service.domain.telling.escalation import occasion_of
from service.flows.office import Office
from service.flows.other_provinces import in_other_provinces
from service.flows.policies.questions import Question
from service.flows.telling.tell import Teller, told_marks
from service.ports.store import Work

__all__ = ["Office", "consider", "consider_all", "fresh_clocks", "soonest_first"]

_DOCUMENTS_MATCHED = 5


def consider(work: Work, event: Event, *, office: Office, keys: Sequence[str] = (), now: datetime) -> Decision:
    """Save the event with its score and level at `now`, and let its alert follow. Returns the named decision."""
    [decision] = consider_all(work, [(event, keys)], office=office, now=now)
    return decision


def consider_all(
    work: Work, events: Sequence[tuple[Event, Sequence[str]]], *, office: Office, now: datetime
) -> list[Decision]:
    """Do what `consider` does with several events and their keys, in their order, reading and saving them together."""
    names = [event.id for event, _ in events]
    spreads = work.events.spreads(names, now=now)
    alerts = work.alerts.of_events(names, hold=True)
    clocks = work.clocks.of_alerts([alert.id for alert in alerts.values()])
    elsewhere = in_other_provinces(work, [event for event, _ in events], province=office.province)
    looks = [
        _look(event, spreads[event.id], elsewhere.get(event.id), alerts.get(event.id), office, now)
        for event, _ in events
    ]
    matched = _matched(work, looks, office, now.astimezone(BEIJING).date())
    work.events.save_all([(look.event, keys) for look, (_, keys) in zip(looks, events, strict=True)])
    changes = _Changes(teller=Teller(work, office, now))
    for look in looks:
        if look.has_alert:
            existing = clocks.get(look.alert.id, []) if look.alert is not None else []
            _follow(work, look, matched[look.event.id], existing, changes, office, now)
    work.alerts.save_all(changes.alerts)
    work.clocks.save_all(changes.clocks)
    return [look.decision for look in looks]


@dataclass(frozen=True, slots=True)
class _Changes:
    """Alerts and clocks that are new or changed, to be saved together, and who tells of them."""

    teller: Teller
    alerts: list[Alert] = field(default_factory=list)
    clocks: list[Clock] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class _Look:
    """An event with its score and level at one moment, the alert it has, and what is decided of both."""

    event: Event
    facts: IncidentFacts
    finding: LevelFinding
    alert: Alert | None
    decision: Decision

    @property
    def has_alert(self) -> bool:
        """Whether the event has an alert, or is given one."""
        return self.alert is not None or self.decision.changes


def _look(
    event: Event,
    spread: Mapping[str, Any],
    elsewhere: OtherProvinces | None,
    alert: Alert | None,
    office: Office,
    now: datetime,
) -> _Look:
    known = facts_of(event, spread_facts(event, spread, province=office.province, now=now))
    facts = replace(with_other_provinces(known, elsewhere), growth_1h=growth(spread))
    heat = heat_of(facts.spread)
    finding = find_level(heat, facts, office.register)
    register = office.register
    decision = decide(
        event=event,
        finding=finding,
        alert=alert,
        now=now,
        window=register.window,
        windows_below=register.windows_below,
    )
    event = replace(
        event,
        level=(decision.level if alert or decision.changes else finding.level).key,
        score=heat.score,
        document_count=int(spread["items"]),
        source_count=int(spread["sources"]),
        heat=_heat_json(heat) | {"independent_sources": int(spread["independent_sources"])},
        below_windows=decision.below_windows,
    )
    return _Look(event, facts, finding, alert, decision)


def _follow(
    work: Work,
    look: _Look,
    matched: Sequence[Mapping[str, Any]],
    existing: list[Clock],
    changes: _Changes,
    office: Office,
    now: datetime,
) -> None:
    event, facts, finding, alert, decision = look.event, look.facts, look.finding, look.alert, look.decision
    on = now.astimezone(BEIJING).date()
    duties = basis_for(event.categories, facts, office.register, on)
    basis = with_matched(duties, matched)
    publication = publication_authority(event.categories, facts, office.register).as_json()
    if alert is None:
        lead = lead_department(event.categories, office.register)
        new = raised(
            event=event, decision=decision, finding=finding, basis=basis, publication=publication, lead=lead, now=now
        )
    else:
        new = followed(
            alert, event=event, decision=decision, finding=finding, basis=basis, publication=publication, now=now
        )
    if new != alert:
        changes.alerts.append(new)
    fresh = fresh_clocks(work, new, event, facts, existing, office=office, now=now)
    changes.clocks.extend(fresh)
    clocks = soonest_first(existing, fresh, now)
    if decision.changes:
        detail = {"event": event.id, "level": decision.level.key, "score": finding.score, "reasons": finding.sentences}
        work.audit.append(
            actor="system", action=f"alert.{decision.reason.value}", subject=f"alert:{new.id}", detail=detail, now=now
        )
    if decision.notify or (decision.reason in _RISES and office.routing().blue_at_once):
        told = changes.teller.tell(new, event, clocks, occasion=occasion_of(new))
        changes.alerts[-1] = told_marks(new, told)


_RISES = frozenset({AlertReason.FIRST_RAISE, AlertReason.ESCALATED, AlertReason.MORE_DEATHS, AlertReason.RAISED_AGAIN})


def _matched(work: Work, looks: Sequence[_Look], office: Office, on: date) -> Mapping[str, Sequence[Mapping[str, Any]]]:
    """Return the matched articles by event: looked up anew where the alert rises or has none, all at once, else as they stood."""
    having = [look for look in looks if look.has_alert]
    matched = {one.event.id: matched_entries(one.alert.basis) if one.alert is not None else [] for one in having}
    if office.library is None:
        return matched
    anew = [one.event for one in having if one.decision.reason in _RISES or not matched[one.event.id]]
    documents = [work.events.documents(event.id, limit=_DOCUMENTS_MATCHED) for event in anew]
    questions = [Question.of(event, some, on) for event, some in zip(anew, documents, strict=True)]
    answers = office.library.answer(questions)
    return matched | {event.id: answer for event, answer in zip(anew, answers, strict=True)}


def fresh_clocks(
    work: Work,
    alert: Alert,
    event: Event,
    facts: IncidentFacts,
    existing: Sequence[Clock],
    *,
    office: Office,
    now: datetime,
) -> Sequence[Clock]:
    """Return the new and changed clocks that the alert is to have now, for the caller to save; what starts by itself is audited here."""
    if alert.level is AlertLevel.NONE:
        return ()
    fresh = propose(
        alert=alert,
        categories=event.categories,
        facts=facts,
        register=office.register,
        known_at=event.known_at,
        post_at=event.first_at,
        now=now,
        existing=existing,
    )
    if any(clock.armed_by is not None for clock in fresh):
        known = tuple(one.document_id for one in work.events.documents(event.id, limit=_DOCUMENTS_MATCHED))
        fresh = tuple(replace(clock, evidence_ids=known) if clock.armed_by else clock for clock in fresh)
    for clock in fresh:
        if clock.armed_by is not None:
            due = clock.due_at.isoformat() if clock.due_at else None
            detail = {"alert": alert.id, "clock": clock.action, "due_at": due}
            work.audit.append(actor="system", action="clock.armed", subject=f"clock:{clock.id}", detail=detail, now=now)
    return fresh


def soonest_first(existing: Sequence[Clock], fresh: Sequence[Clock], now: datetime) -> list[Clock]:
    """Return all clocks of an alert, the next due first; of a changed one only what it became."""
    changed = {clock.id for clock in fresh}
    kept = [clock for clock in existing if clock.id not in changed]
    return sorted([*kept, *fresh], key=lambda clock: (clock.due_at is None, clock.due_at or now))


def _heat_json(heat: Heat) -> dict[str, Any]:
    return {
        "score": heat.score,
        "freeze_evidence": heat.freeze_evidence,
        "parts": [asdict(part) for part in heat.parts],
    }
