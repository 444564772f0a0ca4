"""值班表: two weeks of shifts with their gaps; entering one shift or a rotation, and removing one."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Annotated, Any

from fastapi import APIRouter, Form, Query, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from pydantic import Field

from service.api.identity import Identity, Reader, RosterKeeper, context_of
from service.domain.beijing import BEIJING
from service.domain.people import Person
from service.domain.refusal import Refusal
from service.domain.roster import Gap, Shift, covering, standing_in
from service.flows import roster as flows
from service.flows.mornings import coming_gaps
from service.web.render import page
from service.web.views.wording import day_of, weekday

router = APIRouter(default_response_class=HTMLResponse)

_DAYS = 14
# No roster is kept for other days, and at the ends of the calendar there is no day before or after.
_FIRST_DAY, _LAST_DAY = date(2000, 1, 1), date(2099, 12, 31)

RosterDay = Annotated[date, Field(ge=_FIRST_DAY, le=_LAST_DAY)]


@dataclass(frozen=True, slots=True)
class Day:
    """One day of the roster: shifts that begin on it, and gaps that touch it."""

    date: date
    weekday: str
    shifts: tuple[Mapping[str, Any], ...]
    gaps: tuple[str, ...]


@router.get("/system/roster")
def roster(
    request: Request, identity: Reader, first: Annotated[RosterDay | None, Query(alias="from")] = None
) -> HTMLResponse:
    """Show two weeks from today or from a day."""
    return _show(request, identity, first)


@router.post("/system/roster/shifts")
def add(
    request: Request,
    identity: RosterKeeper,
    begins: Annotated[datetime, Form()],
    ends: Annotated[datetime, Form()],
    person: Annotated[str, Form(max_length=64)],
    deputy: Annotated[str, Form(max_length=64)] = "",
) -> Response:
    """Enter one shift; times are Beijing time."""
    context = context_of(request)
    if not all(_FIRST_DAY <= at.date() <= _LAST_DAY for at in (begins, ends)):
        raise Refusal(f"班次的日期须在{_FIRST_DAY.year}年至{_LAST_DAY.year}年之间，请返回改正")
    try:
        flows.add_shift(
            context.store,
            identity.person,
            begins_at=_beijing(begins),
            ends_at=_beijing(ends),
            person_id=person,
            deputy_id=deputy or None,
            now=context.now(),
        )
    except Refusal as refusal:
        return _show(request, identity, begins.date(), fault=refusal.sentence)
    return RedirectResponse(f"/system/roster?from={begins.date()}&done=shift", status_code=303)


@router.post("/system/roster/rotation")
def rotate(
    request: Request,
    identity: RosterKeeper,
    first: Annotated[RosterDay, Form()],
    days: Annotated[int, Form(ge=1, le=366)],
    changes: Annotated[str, Form(max_length=60, pattern=r"^\d{2}:\d{2}([ ,，、]+\d{2}:\d{2})*$")],
    person: Annotated[list[str] | None, Form()] = None,
    deputy: Annotated[list[str] | None, Form()] = None,
) -> Response:
    """Enter a rotation: at each change the next person takes over."""
    context = context_of(request)
    try:
        turns = flows.Turns(
            first=first,
            days=days,
            changes=_times(changes),
            people=tuple(one for one in person or () if one),
            deputies=tuple(one for one in deputy or () if one),
        )
        flows.plan_turns(context.store, identity.person, turns, now=context.now())
    except Refusal as refusal:
        return _show(request, identity, first, fault=refusal.sentence)
    return RedirectResponse(f"/system/roster?from={first}&done=shift", status_code=303)


@router.post("/system/roster/shifts/{shift_id}/remove")
def remove(request: Request, identity: RosterKeeper, shift_id: str) -> RedirectResponse:
    """Forget a shift."""
    context = context_of(request)
    flows.remove_shift(context.store, identity.person, shift_id, now=context.now())
    return RedirectResponse("/system/roster?done=unshift", status_code=303)


def _beijing(at: datetime) -> datetime:
    return at.astimezone(BEIJING) if at.tzinfo else at.replace(tzinfo=BEIJING)


def _times(text: str) -> tuple[time, ...]:
    words = text.replace("，", " ").replace("、", " ").replace(",", " ").split()
    try:
        return tuple(time.fromisoformat(word) for word in words)
    except ValueError:
        raise Refusal(f"交接时间“{text[:20]}”不是时刻，请写成 08:00 20:00") from None


def _show(request: Request, identity: Identity, first: date | None, *, fault: str = "") -> HTMLResponse:
    context = context_of(request)
    now = context.now()
    begins = first or day_of(now)
    since = datetime.combine(begins, time(), tzinfo=BEIJING)
    until = since + timedelta(days=_DAYS)
    with context.store.read() as work:
        people = {person.id: person for person in work.people.listing()}
        shifts = work.roster.between(since, until)
        gaps = coming_gaps(work, since=max(since, now), until=until) if until > now else ()
        on_duty = covering(work.roster.between(now, now + timedelta(minutes=1)), now)
        kept = work.roster.kept()
    view: dict[str, Any] = {
        "days": _days(begins, shifts, gaps, people, now),
        "gaps": [gap.sentence(now) for gap in gaps],
        "kept": kept,
        "on_duty": [_row(shift, people, now) for shift in on_duty],
        "stand_in": [person.name for person in standing_in(list(people.values()))],
        "choices": [person for person in people.values() if not person.disabled],
        "begins": begins,
        "before": begins - timedelta(days=_DAYS),
        "after": begins + timedelta(days=_DAYS),
        "last": begins + timedelta(days=_DAYS - 1),
        "fault": fault,
        "part": "roster",
    }
    status = 422 if fault else 200
    return page(request, "roster.html", identity=identity, key="alerts", title="值班表", status=status, **view)


def _days(
    begins: date, shifts: Sequence[Shift], gaps: Sequence[Gap], people: Mapping[str, Person], now: datetime
) -> list[Day]:
    found = []
    for number in range(_DAYS):
        day = begins + timedelta(days=number)
        starts = datetime.combine(day, time(), tzinfo=BEIJING)
        ends = starts + timedelta(days=1)
        found.append(
            Day(
                day,
                weekday(starts + timedelta(hours=12)),
                tuple(_row(shift, people, now) for shift in shifts if starts <= shift.begins_at < ends),
                tuple(
                    f"{_hour(max(gap.begins_at, starts))}–{_hour(min(gap.ends_at, ends), ends)} {gap.why}"
                    for gap in gaps
                    if gap.begins_at < ends and gap.ends_at > starts
                ),
            )
        )
    return found


def _hour(at: datetime, midnight: datetime | None = None) -> str:
    return "24:00" if at == midnight else f"{at.astimezone(BEIJING):%H:%M}"


def _row(shift: Shift, people: Mapping[str, Person], now: datetime) -> Mapping[str, Any]:
    def name(person_id: str | None) -> str:
        return people[person_id].name if person_id is not None and person_id in people else "—"

    return {
        "shift": shift,
        "span": f"{_hour(shift.begins_at)}–{_hour(shift.ends_at)}",
        "person": name(shift.person_id),
        "deputy": name(shift.deputy_id) if shift.deputy_id else "",
        "now": shift.covers(now),
        "over": shift.ends_at <= now,
    }
