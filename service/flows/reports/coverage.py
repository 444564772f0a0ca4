"""Reads from the memory of the crawl which sources answered in a week, or around an answer."""

from dataclasses import replace
from datetime import datetime, timedelta

from crawlers.remembered import ANSWERED
from crawlers.schedule.answering import KEPT_HOURS, AnsweredHours
from service.domain.figures.coverage import Heard, Window, compared_sentence, coverage_sentence
from service.domain.figures.effect import Effect
from service.domain.week import Week
from service.ports.store import Work

__all__ = ["around_sentence", "coverage_of", "with_coverage"]

# What the catalogue no longer holds stays in the memory of the crawl.
_REMOVED_AFTER = timedelta(days=30)


def coverage_of(work: Work, week: Week, now: datetime) -> str:
    """Return the sentence of the week's coverage; sources that are switched off, or were last visited a month before it, are left out.

    One that was visited and never answered counts as silent.
    """
    if week.since < now - timedelta(hours=KEPT_HOURS):
        return f"采集覆盖：本期早于可查的{KEPT_HOURS // 24}天，不作说明。"
    return coverage_sentence(_heard(work, week.since), since=week.since, until=min(week.until, now))


def with_coverage(work: Work, effect: Effect, *, now: datetime) -> Effect:
    """Return the effect with what its figures stand on: whether sources answered in both of its windows."""
    before, after = (effect.before.since, effect.before.until), (effect.after.since, effect.after.until)
    return replace(effect, coverage=around_sentence(work, before, after, now=now))


def around_sentence(work: Work, before: Window, after: Window, *, now: datetime) -> str:
    """Return whether sources answered in two windows that are compared, or that it is too long ago to tell."""
    if before[0] < now - timedelta(hours=KEPT_HOURS):
        return f"采集覆盖：之前时段早于可查的{KEPT_HOURS // 24}天，不作说明。"
    return compared_sentence(_heard(work, before[0]), before, after, now=now)


def _heard(work: Work, begin: datetime) -> list[Heard]:
    switches, described = work.sources.switches(), work.sources.described()
    heard = []
    for source_id, progress in work.sources.all_progress().items():
        known = AnsweredHours.of(progress.memory.get(ANSWERED))
        visited = progress.last_run_at
        if not switches.get(source_id, True) or visited is None or visited < begin - _REMOVED_AFTER:
            continue
        name = str(described.get(source_id, {}).get("name") or source_id)
        since, hours = (known.since, known.hours()) if known is not None else (begin, [])
        heard.append(Heard(name=name, since=since, answered=hours))
    return heard
