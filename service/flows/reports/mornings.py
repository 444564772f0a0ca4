"""What is told by the calendar and not by an event: the morning's summary of blue and of surges, and gaps of the duty roster ahead."""

from collections.abc import Iterator, Sequence
from dataclasses import fields
from datetime import datetime, timedelta

from service.domain.alerts.alert import Alert, AlertLevel
from service.domain.events.corrections import corrected_words
from service.domain.figures.surge import SERIES, FoundSurge
from service.domain.people.person import Person
from service.domain.people.roster import Gap, gaps, problem_of, standing_in
from service.domain.people.told_gaps import ToldGap, remembered, untold
from service.domain.telling.digest import digest_letter, due_digest, next_digest
from service.domain.telling.letter import Letter
from service.domain.telling.notification import DRILL
from service.domain.telling.receivers import Ask, HoldReason, Occasion, plan
from service.domain.telling.routing import Labels, Routing
from service.flows.alerts.surges import count_now
from service.flows.office import Office
from service.flows.telling.merging import MAIL
from service.flows.telling.tell import staff_of
from service.ports.store import Store, Work

__all__ = ["coming_gaps", "summed_up", "tell_gaps", "tell_of_blue"]

_UPTO = "digest.upto"
_MOST = 500
_DAY = timedelta(days=1)
_INSTANT = timedelta(microseconds=1)
_SHORTEST_GAP = timedelta(minutes=5)
_END_WITHIN = timedelta(days=14)


def tell_of_blue(store: Store, *, office: Office, now: datetime) -> int:
    """Queue the morning's summary of blue where it is due, one mail to each who subscribed to blue; return how many."""
    routing = office.routing()
    with store.read() as work:
        due = due_digest(_upto(work), now, at=routing.digest_at)
    if due is None:
        return 0
    since, until = due
    with store.write() as work:
        if _upto(work) is not None and due_digest(_upto(work), now, at=routing.digest_at) is None:
            return 0
        work.set_value(_UPTO, until.isoformat())
        raised = work.alerts.listing(since=since, until=until, level="blue", limit=_MOST)
        listed = [alert for alert in raised if not _told_alone(alert, routing)]
        # What the digest covers excludes its beginning and includes its end.
        surges = work.surges.listing(since=since + _INSTANT, until=until + _INSTANT, limit=_MOST)
        if not listed and not surges:
            return 0
        link = f"{office.address}/{'alerts?level=blue' if listed else 'surges'}"
        letter = digest_letter(
            listed,
            surges,
            by_now=count_now(work, surges),
            corrected=_corrected(work, listed),
            since=since,
            until=until,
            link=link,
            drill=office.drill,
        )
        name = f"digest:{until:%Y%m%dT%H%MZ}"
        labels = [*_labels_of(work, listed), *map(_labels_of_surge, surges)]
        return sum(_queue(work, person, name, letter, now) for person in _readers_of_blue(work, labels, office, now))


def summed_up(work: Work, alert: Alert, *, office: Office, now: datetime) -> tuple[datetime, list[Person]] | None:
    """Return when the next summary names a blue alert and who gets it; `None` where it was summed up or is told by itself."""
    routing, upto = office.routing(), _upto(work)
    at = next_digest(now, at=routing.digest_at)
    since = upto or at - _DAY
    if alert.level is not AlertLevel.BLUE or _told_alone(alert, routing) or alert.raised_at < since:
        return None
    return at, _readers_of_blue(work, list(_labels_of(work, [alert])), office, at)


def _told_alone(alert: Alert, routing: Routing) -> bool:
    """Tell whether a blue alert was mailed by itself; one that was muted then is asked about by nobody later on."""
    return routing.blue_at_once and not routing.quiet.cover(alert.raised_at) and not alert.extras.get("muted")


def _upto(work: Work) -> datetime | None:
    kept = work.value(_UPTO)
    return datetime.fromisoformat(kept) if isinstance(kept, str) else None


def _labels_of(work: Work, alerts: Sequence[Alert]) -> Iterator[Labels]:
    for alert in alerts:
        event = work.events.get(alert.event_id)
        yield Labels(
            event_id=alert.event_id,
            level=AlertLevel.BLUE,
            categories=event.categories if event else (),
            regions=event.regions if event else (),
        )


def _corrected(work: Work, alerts: Sequence[Alert]) -> dict[str, str]:
    """Return what persons corrected of the events of alerts, by the id of the alert."""
    events = work.events.get_all([alert.event_id for alert in alerts])
    return {alert.id: corrected_words(event) for alert in alerts if (event := events.get(alert.event_id)) is not None}


def _labels_of_surge(surge: FoundSurge) -> Labels:
    """Return what rules look at: a surge is told as a blue alert of its category or of the province is."""
    series = SERIES.get(surge.series)
    return Labels(
        event_id="",
        level=AlertLevel.BLUE,
        categories=(series.category,) if series and series.category else (),
        regions=(series.region.ljust(6, "0"),) if series and series.region else (),
    )


def _readers_of_blue(work: Work, told: Sequence[Labels], office: Office, now: datetime) -> list[Person]:
    """Return who would receive blue by the rules, were it not kept for the summary."""
    routing, staff = office.routing(), staff_of(work, now)
    found: dict[str, Person] = {}
    for labels in told:
        planned = plan(labels, Ask(occasion=Occasion.RAISED), routing=routing, staff=staff, now=now)
        waiting = {HoldReason.WAITS_FOR_DIGEST, HoldReason.QUIET_HOURS}
        people = [one.person for one in planned.told] + [one.person for one in planned.held if one.reason in waiting]
        found |= {person.id: person for person in people}
    return list(found.values())


def _queue(work: Work, person: Person, name: str, letter: Letter, now: datetime) -> bool:
    payload = {"to": person.email, "alert_id": name, "letter": letter.to_json()}
    return work.outbox.add(f"mail:{name}:{person.id}", MAIL, payload, now=now)


def coming_gaps(work: Work, *, since: datetime, until: datetime) -> tuple[Gap, ...]:
    """Return the gaps of the roster in that time; none where no roster was ever kept."""
    if not work.roster.kept():
        return ()
    people = {person.id: person for person in work.people.listing()}
    found = gaps(work.roster.between(since, until + _INSTANT), people, since=since, until=until)
    return tuple(gap for gap in found if gap.ends_at - gap.begins_at >= _SHORTEST_GAP)


def tell_gaps(store: Store, *, office: Office, now: datetime) -> int:
    """Tell who stands in of every gap that begins soon: once each, and again where it grew; return how many mails are new."""
    ahead = now + office.routing().roster_ahead
    with store.read() as work:
        # Seen as soon as it begins within the look ahead, its end is found beyond: half a day is not told as five minutes.
        coming = [gap for gap in coming_gaps(work, since=now, until=ahead + _END_WITHIN) if gap.begins_at < ahead]
        if remembered(coming, told := _told_gaps(work), now=now, ahead=ahead) == told:
            return 0
    with store.write() as work:
        told = _told_gaps(work)
        readers = _gap_readers(work)
        queued = 0
        for gap in untold(coming, told):
            letter = _gap_letter(gap, readers, office, now)
            name = f"gap:{gap.begins_at:%Y%m%dT%H%MZ}-{gap.ends_at:%Y%m%dT%H%MZ}"
            queued += sum(_queue(work, person, name, letter, now) for person in readers)
            detail = {"reason": gap.sentence(now), "recipient": [person.name for person in readers]}
            work.audit.append(actor="system", action="roster.gap", subject="duty", detail=detail, now=now)
        work.set_value(_TOLD_GAPS, [_kept(one) for one in remembered(coming, told, now=now, ahead=ahead)])
        return queued


_TOLD_GAPS = "roster.gaps_told"


def _told_gaps(work: Work) -> list[ToldGap]:
    # Versions before kept begin and end alone. How far they had looked is not known: such a gap is told once more.
    return [
        ToldGap(
            begins_at=datetime.fromisoformat(kept[0]),
            seen_to=datetime.fromisoformat(kept[1]),
            said_to=datetime.fromisoformat(kept[2]),
            goes_on=bool(kept[3]),
        )
        for kept in work.value(_TOLD_GAPS, [])
        if len(kept) == len(fields(ToldGap))
    ]


def _kept(one: ToldGap) -> list[str | bool]:
    return [one.begins_at.isoformat(), one.seen_to.isoformat(), one.said_to.isoformat(), one.goes_on]


def _gap_readers(work: Work) -> list[Person]:
    people = work.people.listing()
    found = [*standing_in(people), *(person for person in people if person.role.value == "administrator")]
    return [person for person in {person.id: person for person in found}.values() if problem_of(person) is None]


def _gap_letter(gap: Gap, readers: Sequence[Person], office: Office, now: datetime) -> Letter:
    mark = DRILL if office.drill else ""
    stand = "、".join(person.name for person in readers) or "无人"
    return Letter(
        subject=f"{mark}[值班表] {gap.sentence(now)}",
        summary=f"值班表有空档：{gap.sentence(now)}。空档期间的预警由{stand}代收。",
        reasons=(),
        deadlines=(),
        publication="",
        step="补排值班",
        link=f"{office.address}/system/roster",
        documents=(),
        drill=office.drill,
        listed=(gap.sentence(now),),
        receives="负责补排值班或代班",
    )
