"""Looks shortly after every hour whether more is published than the past explains; and that somebody has seen it.

Which hour was judged is kept in the transaction that keeps what was found, so that a restart, a second process and a
clock set back say nothing twice. Where the hours between were missed, only the newest is judged: its windows reach back
a day. What came in by then and is not judged yet is waited for; what comes later is counted beside what was found.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from analysis.assessment import Level
from crawlers.remembered import ANSWERED
from crawlers.schedule.answering import AnsweredHours
from service.domain.figures.observed import Voice
from service.domain.figures.surge import (
    HISTORY,
    SERIES,
    SETTINGS,
    FoundSurge,
    History,
    SurgeCall,
    SurgeDecision,
    decide,
    hour_to_judge,
    may_wait,
)
from service.domain.people.person import Act, Person
from service.domain.refusal import NotFound
from service.flows.acts import note, permit
from service.ports.store import Store, Work

__all__ = ["EVERY", "SurgeReport", "count_now", "find_surges", "history_of", "see_surge"]

EVERY = timedelta(minutes=1)
"""How often it is asked whether an hour is due; asking costs one read."""

_TURN = "surges.hour"
_HOUR = timedelta(hours=1)
_STANDS = timedelta(hours=25)
_RISK = int(Level.RISK)


@dataclass(frozen=True, slots=True)
class SurgeReport:
    """What was said of the hour, by series; empty where it was judged before, or is waited for."""

    decisions: tuple[SurgeDecision, ...] = ()
    new: int = 0
    reasons: Counter[str] = field(default_factory=Counter)

    def counts(self) -> dict[str, int]:
        """Return the counts for a log line."""
        return {"judged": len(self.decisions), "new": self.new, **self.reasons}


def find_surges(store: Store, *, now: datetime) -> SurgeReport:
    """Judge the last whole hour of every series, unless it was; keep what is new once, and of what goes on that it does.

    While documents that came in before await judgement, a part of the hour is not counted: then it is judged later,
    within the hour after it.
    """
    hour = hour_to_judge(now)
    with store.read() as work:
        if _judged(work, hour):
            return SurgeReport()
        wait = may_wait(hour, now)
        if wait is not None and work.documents.pending_count(stored_before=wait):
            return SurgeReport()
        decisions = _decisions(work, hour, now)
    with store.write() as work:
        work.alone("surges")
        if _judged(work, hour):
            return SurgeReport()
        work.set_value(_TURN, hour.isoformat())
        new = sum(_keep(work, decision, hour, now) for decision in decisions)
    return SurgeReport(tuple(decisions), new, Counter(decision.reason.value for decision in decisions))


def _judged(work: Work, hour: datetime) -> bool:
    held = work.value(_TURN)
    # An hour further ahead than the next was judged before the clock was set back: nobody waits for it.
    return isinstance(held, str) and hour <= datetime.fromisoformat(held) <= hour + _HOUR


def _decisions(work: Work, hour: datetime, now: datetime) -> list[SurgeDecision]:
    since, until = hour - HISTORY, hour + _HOUR
    history = history_of(work, now)
    if not history.is_long(hour):
        return decide({key: {} for key in SERIES}, answered=(), history=history, standing={}, now=now)
    return decide(
        _counts(work, since, until),
        answered=work.sources.answered_hours(since=since, until=until),
        history=history,
        standing=work.surges.latest(since=hour - _STANDS),
        now=now,
        voices=_voices(work, hour),
    )


def _voices(work: Work, until: datetime) -> list[Voice]:
    """Return the sources that are visited, each with what it brought in all as its weight; who pushes has no pace to keep."""
    found = []
    for progress in work.sources.all_progress().values():
        known = AnsweredHours.of(progress.memory.get(ANSWERED))
        if known is not None and (answered := [hour for hour in known.hours() if hour <= until]):
            found.append(Voice(weight=1.0 + progress.taken, since=known.since, answered=answered))
    return found


def _counts(work: Work, since: datetime, until: datetime) -> dict[str, Mapping[datetime, int]]:
    """Return the documents of every series by hour, of `since` ≤ hour < `until`."""
    categories = work.rollups.hourly_by_category(since=since, until=until, level_at_least=_RISK)
    return {
        key: categories.get(key, {})
        if series.category
        else work.rollups.hourly(
            since=since, until=until, level_at_least=series.level, tone=series.tone, region=series.region
        )
        for key, series in SERIES.items()
    }


def count_now(work: Work, surges: Sequence[FoundSurge]) -> dict[str, int]:
    """Return by id how many documents the hours of each surge hold by now; a search for them finds as many.

    What came late has joined those it was found by, and what was judged otherwise since has left them.
    """
    if not surges:
        return {}
    counts = _counts(work, min(one.since for one in surges), max(one.until for one in surges))
    return {
        one.id: sum(max(0, n) for at, n in counts.get(one.series, {}).items() if one.since <= at < one.until)
        for one in surges
    }


def _keep(work: Work, decision: SurgeDecision, hour: datetime, now: datetime) -> bool:
    found = decision.found
    if found is None:
        return False
    if decision.call is SurgeCall.GOES_ON:
        # Somebody may have seen it since it was read.
        standing = work.surges.get(found.id)
        if standing is not None and standing.last_hour < hour:
            work.surges.save(replace(standing, last_hour=hour))
        return False
    if not work.surges.add(found):
        return False
    detail = {"reason": found.reason.value, "sentence": found.sentence}
    work.audit.append(actor="system", action="surge.found", subject=f"surge:{found.id}", detail=detail, now=now)
    return True


def history_of(work: Work, now: datetime) -> History:
    """Return since when sources answer, and in how many of the hours that a judgement now would learn from."""
    hour = hour_to_judge(now)
    learned = work.sources.answered_hours(since=hour - HISTORY, until=hour - (SETTINGS.guard_hours - 1) * _HOUR)
    return History(since=work.sources.first_answer(), answered=len(learned))


def see_surge(store: Store, person: Person, surge_id: str, *, now: datetime) -> None:
    """Write down in the person's name that they have seen the surge; who was first stands.

    Raises:
        Forbidden: The role may not handle alerts.
        NotFound: There is no such surge.
    """
    permit(person, Act.HANDLE_ALERT)
    with store.write() as work:
        work.alone("surges")
        surge = work.surges.get(surge_id)
        if surge is None:
            raise NotFound("没有这条异动，可能链接已失效，请从总览进入")
        if surge.seen_at is not None:
            return
        work.surges.save(replace(surge, seen_by=person.name, seen_at=now))
        note(work, person, "surge.seen", f"surge:{surge_id}", {"sentence": surge.sentence}, now)
