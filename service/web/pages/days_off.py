"""节假日: the days off that are known, and the State Council's notice for the next year, pasted, shown as it was read, then kept."""

from datetime import date
from itertools import pairwise
from typing import Annotated

from fastapi import APIRouter, Form, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from pydantic import BaseModel, Field

from service.api.identity import Identity, PolicyChecker, Reader, context_of
from service.domain.clocks.days_off import LONGEST_NOTICE, DaysOff
from service.domain.people.person import Act
from service.domain.refusal import Refusal
from service.flows.rules.days_off import enter_days_off, entered_days_off, notice_for
from service.web.refused import status_of
from service.web.render import page
from service.web.views.wording import day_of

router = APIRouter(prefix="/policies/calendar", default_response_class=HTMLResponse)

_DAY_NAMES = "一二三四五六日"


class NoticeForm(BaseModel):
    """The notice as it was pasted, and whether it is only to be read or kept."""

    notice: str = Field(default="", max_length=2 * LONGEST_NOTICE)
    act: str = Field(default="check", pattern="^(check|keep)$")


@router.get("")
def calendar(request: Request, identity: Reader) -> HTMLResponse:
    """Show what is known of this year and the next."""
    return _show(request, identity)


@router.post("")
def enter(request: Request, identity: PolicyChecker, form: Annotated[NoticeForm, Form()]) -> Response:
    """Show what is read of a notice, or keep it. What is refused is said above the form as it was filled in."""
    context = context_of(request)
    rulebook = context.rulebook
    shipped = (rulebook.shipped() if rulebook else context.office.register).calendar
    now = context.now()
    try:
        if form.act == "check":
            return _show(request, identity, notice=form.notice, read=notice_for(form.notice, shipped, now))
        enter_days_off(context.store, identity.person, form.notice, shipped=shipped, now=now)
    except Refusal as refusal:
        return _show(request, identity, notice=form.notice, fault=refusal.sentence, status=status_of(refusal))
    if rulebook is not None:
        rulebook.refresh(now, at_once=True)
    return RedirectResponse("/policies/calendar?done=days_off", status_code=303)


def _show(
    request: Request,
    identity: Identity,
    *,
    notice: str = "",
    read: DaysOff | None = None,
    fault: str = "",
    status: int = 200,
) -> HTMLResponse:
    context = context_of(request)
    known = context.office.register.calendar
    today = day_of(context.now())
    with context.store.read() as work:
        entered = entered_days_off(work)
    return page(
        request,
        "days_off.html",
        identity=identity,
        key="policies",
        title="节假日",
        status=status,
        enters=identity.may(Act.CHECK_POLICY),
        told=known.notice(today),
        years=[(year, known.knows(year)) for year in (today.year, today.year + 1)],
        entered=[_rows(one) for one in entered],
        notice=notice,
        read=_rows(read) if read else None,
        fault=fault,
        longest=LONGEST_NOTICE,
    )


def _rows(one: DaysOff) -> dict[str, object]:
    return {
        "about": one,
        "spans": [
            f"{_written(first)}至{_written(last)}" if first != last else _written(first)
            for first, last in _spans(one.off)
        ],
        "working": [_written(day) for day in one.working],
    }


def _spans(days: tuple[date, ...]) -> list[tuple[date, date]]:
    """Return days in order as spans from the first to the last."""
    if not days:
        return []
    breaks = [(before, after) for before, after in pairwise(days) if (after - before).days > 1]
    firsts = [days[0], *(after for _, after in breaks)]
    lasts = [*(before for before, _ in breaks), days[-1]]
    return list(zip(firsts, lasts, strict=True))


def _written(day: date) -> str:
    return f"{day.year}年{day.month}月{day.day}日（周{_DAY_NAMES[day.weekday()]}）"
