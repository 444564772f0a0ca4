"""What a week's briefing tells of its events as a whole: which they are, of which level, what is new, and which claims are about."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import count

from crawlers.records import Document
from service.domain.alerts.alert import Alert, AlertState
from service.domain.clocks.clock import Clock
from service.domain.events.event import Event
from service.domain.figures.briefing import Rumour
from service.domain.week import Week
from service.flows.reports.answer_brief import Raised
from service.ports.store import Work

__all__ = ["Claim", "RaisedInWeek", "claims_of", "events_sentence", "raised_in", "rumours_of"]

_RUMOUR = "R13"
_PAGE = 2_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """What an event's rumour is told by: the first document that makes it, and how many do."""

    first: Document
    documents: int


@dataclass(frozen=True, slots=True, kw_only=True)
class RaisedInWeek:
    """The events that a week's issue tells, the gravest first; `closed` counts the alerts that were closed in it.

    `closed_silent` counts those of them of whose events the week heard nothing: they are not among `events`.
    """

    events: Sequence[Raised]
    closed: int
    closed_silent: int


def raised_in(work: Work, week: Week) -> RaisedInWeek:
    """Return the events of the week: those of which it heard something, and those that it raised of what was heard just before it.

    An issue may be made long after its week: what came later is not of it.
    """
    alerts = list(_changed_since(work, week))
    events = work.events.get_all([alert.event_id for alert in alerts])
    spoke = work.events.counts(list(events), since=week.since, until=week.until)
    # What another event took in is told as that one.
    kept = [one for one in alerts if one.event_id in events and events[one.event_id].merged_into is None]
    # What was heard on Sunday night and raised on Monday is of this week, or it would be of none.
    heard = {name for name, event in events.items() if event.last_at >= week.before.since}
    told = [one for one in kept if one.event_id in spoke or (one.raised_at >= week.since and one.event_id in heard)]
    clocks = work.clocks.of_alerts([alert.id for alert in told])
    closed = {one.id for one in kept if one.state is AlertState.CLOSED and _within(one.closed_at, week)}
    found = [_raised(work, alert, events[alert.event_id], clocks.get(alert.id, [])) for alert in told]
    return RaisedInWeek(
        events=sorted(found, key=lambda one: (-one.alert.peak_level, -one.alert.score, one.alert.id)),
        closed=len(closed),
        closed_silent=len(closed - {one.id for one in told}),
    )


def _changed_since(work: Work, week: Week) -> Iterator[Alert]:
    """Yield every alert of before the week's end that changed since its beginning: an issue counts them all, however many."""
    for offset in count(step=_PAGE):
        page = work.alerts.listing(until=week.until, changed_since=week.since, limit=_PAGE, offset=offset)
        yield from page
        if len(page) < _PAGE:
            return


def _within(moment: datetime | None, week: Week) -> bool:
    return moment is not None and week.since <= moment < week.until


def _raised(work: Work, alert: Alert, event: Event, clocks: Sequence[Clock]) -> Raised:
    first = next(iter(work.events.documents(event.id, limit=1)), None)
    return Raised(alert=alert, event=event, first=first, clocks=clocks)


def events_sentence(found: RaisedInWeek, week: Week) -> str:
    """Return how many events there are by their highest level, how many are new, went on and were closed; empty where there is nothing.

    What was raised before the week and had documents in it is what the last issue told already.
    """
    if not found.events:
        return f"本周没有达到预警线的新情况，办结此前的事件{found.closed}件。" if found.closed else ""
    raised = found.events
    levels = Counter(one.alert.peak_level for one in raised)
    told = "、".join(f"{level.word}{levels[level]}件" for level in sorted(levels, reverse=True) if level)
    new = sum(one.alert.raised_at >= week.since for one in raised)
    went_on = f"此前延续{len(raised) - new}件" if len(raised) > new else "没有此前延续的"
    return f"达到预警线的事件{len(raised)}件（按最高级别：{told}）；本周新增{new}件，{went_on}；{_closed(found)}。"


def _closed(found: RaisedInWeek) -> str:
    if not found.closed:
        return "本周没有办结的"
    silent = f"（含本周没有新稿件的{found.closed_silent}件）" if found.closed_silent else ""
    return f"本周办结{found.closed}件{silent}"


def claims_of(work: Work, raised: Sequence[Raised]) -> dict[str, Claim]:
    """Return by event what makes its claim; of an event of which only an office denies something there is none."""
    found = work.events.claims([one.event.id for one in raised if _RUMOUR in one.event.categories], _RUMOUR)
    firsts = {event_id: work.documents.get(first) for event_id, (_, first) in found.items()}
    return {
        event_id: Claim(first=first, documents=found[event_id][0])
        for event_id, first in firsts.items()
        if first is not None
    }


def rumours_of(raised: Sequence[Raised], claims: Mapping[str, Claim]) -> tuple[Rumour, ...]:
    """Return the claims of the week, each by the first document that makes it: the title of its event may be a complaint's."""
    return tuple(_rumour(one, claims[one.event.id]) for one in raised if one.event.id in claims)


def _rumour(one: Raised, claim: Claim) -> Rumour:
    return Rumour(
        claim=claim.first.title or claim.first.text[:40],
        documents=claim.documents,
        status="已有官方核查或辟谣稿件" if one.event.facts.get("rebutted") else "待核实",
    )
