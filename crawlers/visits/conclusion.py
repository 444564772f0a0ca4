"""What a visit leaves behind: the progress to remember and the report to show. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from itertools import islice
from typing import Any

from crawlers.access.failure import Failure, FailureCode
from crawlers.ports import SourceProgress
from crawlers.records import BEIJING
from crawlers.remembered import (
    ANSWERED,
    ARRIVALS,
    BEHIND,
    CUT_AT_PAGES,
    DATED,
    DAY,
    DEEP_AT,
    FILES,
    FINDINGS,
    HABIT,
    LATE,
    LEFT_ALONE,
    LISTED_AT,
    MOST_FILES,
    PINNED,
    REFUSED_FILES,
    REQUESTS,
    ROTTEN,
    TITLES,
    TRIES,
    WALKED_TO,
)
from crawlers.schedule.answering import AnsweredHours
from crawlers.schedule.polling import Outcome, learn, next_due, next_interval
from crawlers.visits.late import MOST_LATE
from crawlers.visits.mended import remembered_rules
from crawlers.visits.oddities import habit_after, oddities
from crawlers.visits.visit import Visit
from crawlers.visits.walk import MOST_CATCH_UPS, catch_ups

__all__ = ["CUT_SHORT", "NO_FAULT", "ROT", "SourceReport", "conclude", "count_requests", "report_of", "requests_today"]

MAX_REMEMBERED_TRIES = 500
# Shortly before midnight nobody misses much.
_LONG = timedelta(hours=1)
ROT = frozenset((FailureCode.NOTHING_FOUND, FailureCode.TOO_FEW, FailureCode.UNDATED, FailureCode.UNLINKED))
# The crawl ended these, not the source: they go on where they were as soon as there is time.
CUT_SHORT = frozenset((FailureCode.STOPPED, FailureCode.TIME_LIMIT))
# These end a visit without anything being wrong with the source.
NO_FAULT = CUT_SHORT | {
    FailureCode.TOO_FEW,
    FailureCode.UNDATED,
    FailureCode.UNLINKED,
    FailureCode.SAME_PAGE,
    FailureCode.NO_MORE_PAGES,
    FailureCode.NO_WORDS,
    FailureCode.DAILY_CAP,
    FailureCode.HOST_STOPPED,
}
_UNANSWERED = frozenset((FailureCode.DNS, FailureCode.REFUSED, FailureCode.TIMEOUT, FailureCode.CONNECTION))
_LEAVE_ALONE = frozenset((FailureCode.ROBOTS, FailureCode.CHALLENGE, FailureCode.LOGIN))


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceReport:
    """What one visit did: counts, the failure as a Chinese sentence (`None` when all went well), the next visit."""

    source_id: str
    name: str
    listed: int = 0
    fetched: int = 0
    added: int = 0
    edited: int = 0
    known: int = 0
    quarantined: int = 0
    pending: int = 0
    requests: int = 0
    unchanged: bool = False
    failed: str | None = None
    failure_code: FailureCode | None = None
    dropped: Mapping[str, int] = field(default_factory=dict)
    downgrades: tuple[str, ...] = ()
    next_due_at: datetime | None = None


def requests_today(progress: SourceProgress, now: datetime) -> int:
    """Return how many requests the source has cost so far on the Shanghai day of `now`."""
    same_day = progress.memory.get(DAY) == _day(now)
    requests = progress.memory.get(REQUESTS)
    return requests if same_day and isinstance(requests, int) else 0


def count_requests(progress: SourceProgress, requests: int, now: datetime) -> SourceProgress:
    """Return the progress with `requests` more counted on the Shanghai day of `now`."""
    counted = requests_today(progress, now) + requests
    return replace(progress, memory=dict(progress.memory) | {DAY: _day(now), REQUESTS: counted})


def conclude(visit: Visit, now: datetime) -> SourceProgress:
    """Return what is to be remembered after `visit`, the time of the next one included."""
    failed = visit.failure is not None and visit.failure.code not in NO_FAULT
    # One that the crawl ended before it came to the list has not failed, and has learned nothing either.
    is_read = not failed and (visit.listing_read or visit.failure is None)
    before = visit.progress
    etag, last_modified, list_hash = _validators(visit)
    after = replace(
        before,
        etag=etag,
        last_modified=last_modified,
        list_hash=list_hash,
        last_run_at=now,
        last_success_at=now if is_read else before.last_success_at,
        last_new_at=now if visit.added else before.last_new_at,
        failures=before.failures + 1 if failed else 0,
        last_error=None if visit.failure is None else sentence_of(visit, visit.failure),
        taken=before.taken + visit.added,
        watermark=max((moment for moment in (before.watermark, visit.newest) if moment), default=None),
        memory=_memory(visit, now),
    )
    outcome = _outcome(visit, now, failed=not is_read)
    schedule = visit.declaration.schedule
    arrivals = learn(before, schedule, outcome, now)
    # A list costs one request, and so do its pages: half of the day's allowance is for lists.
    interval = max(
        next_interval(before, schedule, outcome, arrivals, now),
        2 * timedelta(days=1) / visit.declaration.politeness.daily_cap,
    )
    cut_short = visit.failure is not None and visit.failure.code in CUT_SHORT
    return replace(
        after,
        interval_seconds=interval.total_seconds(),
        next_due_at=now if cut_short else next_due(after, schedule, outcome, interval, now),
        memory=dict(after.memory) | {ARRIVALS: arrivals.to_memory()} | (_answered(before, now) if is_read else {}),
    )


def _answered(before: SourceProgress, now: datetime) -> dict[str, Any]:
    return {ANSWERED: AnsweredHours.noted(AnsweredHours.of(before.memory.get(ANSWERED)), now).to_memory()}


def _outcome(visit: Visit, now: datetime, *, failed: bool) -> Outcome:
    return Outcome(
        failed=failed,
        unanswered=visit.failure is not None and visit.failure.code in _UNANSWERED,
        listed=visit.listed,
        # What was published long before had gathered, or was inserted; it says nothing of how much comes.
        new=max(visit.added - visit.stale, 0),
        pending=len(visit.waiting.union(one for one, page in visit.late.items() if page.is_due(now)))
        + sum(one.is_due(now) for one in visit.files.values())
        + visit.unwalked,
        wait_until=_wait_until(visit, now),
        source_class=visit.source.source_class,
        times=tuple(visit.fresh),
    )


def report_of(visit: Visit, progress: SourceProgress) -> SourceReport:
    """Return the report of `visit`, after which `progress` is remembered."""
    return SourceReport(
        source_id=visit.source.id,
        name=visit.source.name,
        listed=visit.listed,
        fetched=visit.fetched,
        added=visit.added,
        edited=visit.edited,
        known=visit.known,
        quarantined=visit.quarantined,
        pending=len(visit.waiting),
        requests=visit.requests,
        unchanged=visit.unchanged,
        failed=progress.last_error,
        failure_code=visit.failure.code if visit.failure else None,
        dropped=dict(visit.dropped),
        downgrades=tuple(visit.downgrades),
        next_due_at=progress.next_due_at,
    )


def sentence_of(visit: Visit, failure: Failure) -> str:
    """Return the sentence for the dashboard, naming the fallback where the site refuses automatic access."""
    if failure.code in _LEAVE_ALONE and visit.source.fallback:
        return f"{failure.sentence}备用信源：{visit.declaration.fallback_name or visit.source.fallback}。"
    return failure.sentence


def _validators(visit: Visit) -> tuple[str | None, str | None, str | None]:
    """Return ETag, Last-Modified and list hash to ask with next time; none where something was left undone."""
    if visit.waiting or visit.unstored or visit.unwalked or not visit.listing_read:
        return None, None, None
    if visit.list_hash is None:
        return visit.progress.etag, visit.progress.last_modified, visit.progress.list_hash
    return visit.etag, visit.last_modified, visit.list_hash


def _memory(visit: Visit, now: datetime) -> dict[str, Any]:
    tries = dict(islice(reversed(visit.tries.items()), MAX_REMEMBERED_TRIES))
    counted = visit.requests + requests_today(visit.progress, now)
    memory = dict(visit.progress.memory) | {DAY: _day(now), REQUESTS: counted, TRIES: tries}
    memory |= remembered_rules(memory, visit.source, visit.limits)
    # What a spider wants to go on from holds only where nothing before it was left undone.
    if visit.failure is None and not (visit.waiting or visit.unstored):
        memory |= visit.notes
    memory[FILES] = [attached.to_json() for attached in visit.files.values()]
    memory[REFUSED_FILES] = [attached.to_json() for attached in visit.refused.values()][-MOST_FILES:]
    memory[LATE] = [page.to_json() for page in visit.late.values()]
    memory[LEFT_ALONE] = [page.to_json() for page in visit.left_alone.values()][-MOST_LATE:]
    memory[BEHIND] = _behind(visit)
    if visit.listing_read and not visit.holds_back:
        memory[WALKED_TO] = visit.walked_to if visit.unwalked else 0
    memory[TITLES] = visit.titles
    cut = visit.failure is not None and visit.failure.code in CUT_SHORT
    memory[CUT_AT_PAGES] = cut and visit.listing_read
    memory[FINDINGS] = [*oddities(memory.get(HABIT), visit.noted, visit.dropped, visit.fetched), *_used_up(visit, now)]
    memory[HABIT] = habit_after(memory.get(HABIT), visit.noted)
    if not cut:
        memory[ROTTEN] = visit.failure is not None and visit.failure.code in ROT
    memory[PINNED] = visit.pinned
    if visit.dated:
        memory[DATED] = True
    if visit.list_hash is not None:
        memory[LISTED_AT] = now.isoformat()
    if visit.listing_read and (visit.deep or DEEP_AT not in memory):
        memory[DEEP_AT] = now.isoformat()
    return memory


def _used_up(visit: Visit, now: datetime) -> list[str]:
    """Return the sentence for a source that is not asked any more today: nobody hears of what it publishes meanwhile."""
    until = _wait_until(visit, now)
    if visit.failure is None or visit.failure.code is not FailureCode.DAILY_CAP or until is None or until - now < _LONG:
        return []
    most = visit.declaration.politeness.daily_cap
    return [
        f"今天的 {most} 次访问已用完，到明天零点前不再采集，其间的新稿会晚到；若常如此，请调高声明中的 politeness.daily_cap。"
    ]


def _behind(visit: Visit) -> int:
    """Return how many visits in a row left pages of the list unwalked; after the last that may try again, none."""
    before = catch_ups(visit.progress.memory)
    if visit.holds_back:
        return before
    if not visit.unwalked:
        return 0 if visit.listing_read else before
    return before + 1 if before < MOST_CATCH_UPS else 0


def _wait_until(visit: Visit, now: datetime) -> datetime | None:
    failure = visit.failure
    if failure is None:
        return None
    if failure.code is FailureCode.DAILY_CAP:
        tomorrow = now.astimezone(BEIJING) + timedelta(days=1)
        return tomorrow.replace(hour=0, minute=0, second=0, microsecond=0)
    # A host that gives the list and refuses a page is asked for another one after the usual back-off.
    if failure.code in _LEAVE_ALONE and not visit.page_refused:
        return max(now + visit.declaration.schedule.max, failure.retry_at or now)
    return failure.retry_at


def _day(now: datetime) -> str:
    return now.astimezone(BEIJING).date().isoformat()
