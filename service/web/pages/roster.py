"""值班表: two weeks of shifts with their gaps; entering one shift or a rotation, and removing one."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from itertools import zip_longest
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Form, Query, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from pydantic import Field

from service.api.identity import Identity, Reader, RosterKeeper, context_of
from service.domain.beijing import BEIJING
from service.domain.people.person import Act, Person, may
from service.domain.people.roster import Gap, Shift, covering, standing_in
from service.domain.refusal import NotFound, Refusal
from service.flows.people import roster as flows
from service.flows.reports.mornings import coming_gaps
from service.web.render import page
from service.web.views.roster_form import (
    FIRST_DAY,
    LAST_DAY,
    MOST_DAYS,
    day_typed,
    days_typed,
    handovers_typed,
    moment_typed,
)
from service.web.views.wording import day_of, weekday

router = APIRouter(default_response_class=HTMLResponse)

_DAYS = 14
_ROWS = 4
"""How many people the form of a rotation has room for where fewer were chosen."""

RosterDay = Annotated[date, Field(ge=FIRST_DAY, le=LAST_DAY)]


@dataclass(frozen=True, slots=True)
class Day:
    """One day of the roster: shifts that begin on it, and gaps that touch it."""

    date: date
    weekday: str
    shifts: tuple[Mapping[str, Any], ...]
    gaps: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ShiftForm:
    """One shift as it was typed."""

    begins: Annotated[str, Form()] = ""
    ends: Annotated[str, Form()] = ""
    person: Annotated[str, Form()] = ""
    deputy: Annotated[str, Form()] = ""

    def span(self) -> tuple[datetime, datetime]:
        """Return begin and end of a shift that somebody is to take. Raises `Refusal`."""
        span = moment_typed(self.begins, "开始"), moment_typed(self.ends, "结束")
        if not self.person:
            raise Refusal("请选择值班员")
        return span


@dataclass(frozen=True, slots=True)
class RotationForm:
    """A rotation as it was typed."""

    first: Annotated[str, Form()] = ""
    days: Annotated[str, Form()] = ""
    changes: Annotated[str, Form()] = ""
    person: Annotated[list[str] | None, Form()] = None
    deputy: Annotated[list[str] | None, Form()] = None

    @property
    def rows(self) -> list[tuple[str, str]]:
        """People and deputies as they stand beside each other in the form."""
        chosen = list(zip_longest(self.person or (), self.deputy or (), fillvalue=""))
        return chosen + [("", "")] * (_ROWS - len(chosen))

    def turns(self) -> flows.Turns:
        """Return the rotation that is asked for: each deputy stays beside the person of the same line. Raises `Refusal`."""
        alone = next((place for place, (one, deputy) in enumerate(self.rows, start=1) if deputy and not one), None)
        if alone is not None:
            raise Refusal(f"第 {alone} 人只选了副班，请选值班员，或去掉副班")
        pairs = [(one, deputy or None) for one, deputy in self.rows if one]
        return flows.Turns(
            first=day_typed(self.first),
            days=days_typed(self.days),
            changes=handovers_typed(self.changes),
            people=tuple(one for one, _ in pairs),
            deputies=tuple(deputy for _, deputy in pairs),
        )


@dataclass(frozen=True, slots=True)
class Refused:
    """Why a form was refused, and what stood in it."""

    sentence: str
    status: int = 422
    shift: ShiftForm | None = None
    rotation: RotationForm | None = None


@router.get("/system/roster")
def roster(
    request: Request, identity: Reader, first: Annotated[RosterDay | None, Query(alias="from")] = None
) -> HTMLResponse:
    """Show two weeks from today or from a day."""
    return _show(request, identity, first)


@router.post("/system/roster/shifts")
def add(request: Request, identity: RosterKeeper, form: Annotated[ShiftForm, Depends()]) -> Response:
    """Enter one shift; times are Beijing time. What is refused is said above the form as it was filled in."""
    context = context_of(request)
    try:
        begins, ends = form.span()
        flows.add_shift(
            context.store,
            identity.person,
            begins_at=begins,
            ends_at=ends,
            person_id=form.person,
            deputy_id=form.deputy or None,
            now=context.now(),
        )
    except Refusal as refusal:
        refused = Refused(refusal.sentence, shift=form)
        return _show(request, identity, _weeks_of(form.begins), refused=refused)
    return RedirectResponse(f"/system/roster?from={begins.date()}&done=shift", status_code=303)


@router.post("/system/roster/rotation")
def rotate(request: Request, identity: RosterKeeper, form: Annotated[RotationForm, Depends()]) -> Response:
    """Enter a rotation: at each change the next person takes over. What is refused is said above the form."""
    context = context_of(request)
    try:
        turns = form.turns()
        flows.plan_turns(context.store, identity.person, turns, now=context.now())
    except Refusal as refusal:
        refused = Refused(refusal.sentence, rotation=form)
        return _show(request, identity, _weeks_of(form.first), refused=refused)
    return RedirectResponse(f"/system/roster?from={turns.first}&done=shift", status_code=303)


@router.post("/system/roster/shifts/{shift_id}/remove")
def remove(
    request: Request, identity: RosterKeeper, shift_id: str, first: Annotated[str, Form(alias="from")] = ""
) -> Response:
    """Forget a shift, and show the weeks from which that was asked."""
    context = context_of(request)
    weeks = _weeks_of(first)
    try:
        ended = flows.remove_shift(context.store, identity.person, shift_id, now=context.now())
    except Refusal as refusal:
        status = 404 if isinstance(refusal, NotFound) else 422
        return _show(request, identity, weeks, refused=Refused(refusal.sentence, status))
    done = "shift_ended" if ended else "unshift"
    return RedirectResponse(f"/system/roster?{f'from={weeks}&' if weeks else ''}done={done}", status_code=303)


def _weeks_of(typed: str) -> date | None:
    """Return the day that somebody typed, `None` for what is none of the roster's."""
    try:
        day = date.fromisoformat(typed[: len("2000-01-01")])
    except ValueError:
        return None
    return day if FIRST_DAY <= day <= LAST_DAY else None


def _show(request: Request, identity: Identity, first: date | None, *, refused: Refused | None = None) -> HTMLResponse:
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
        "choices": [person for person in people.values() if not person.disabled and may(person.role, Act.HANDLE_ALERT)],
        "begins": begins,
        "before": begins - timedelta(days=_DAYS),
        "after": begins + timedelta(days=_DAYS),
        "last": begins + timedelta(days=_DAYS - 1),
        "fault": refused.sentence if refused else "",
        "shift": (refused and refused.shift) or ShiftForm(),
        "shift_open": bool(refused and refused.shift),
        "rotation": (refused and refused.rotation) or RotationForm(str(begins), "14", "08:00 20:00"),
        "most_days": MOST_DAYS,
        "part": "roster",
    }
    status = refused.status if refused else 200
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
                # The night shift of the day before runs on into the first day that is shown.
                tuple(
                    _row(shift, people, now)
                    for shift in shifts
                    if starts <= shift.begins_at < ends or (number == 0 and shift.begins_at < starts)
                ),
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
        "began": shift.begins_at < now,
        "person": name(shift.person_id),
        "deputy": name(shift.deputy_id) if shift.deputy_id else "",
        "now": shift.covers(now),
        "over": shift.ends_at <= now,
    }
