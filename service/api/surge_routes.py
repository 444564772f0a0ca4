"""The part of the JSON interface that tells of surges (异动). Read-only: that one was seen is written down on the pages."""

from datetime import datetime, timedelta
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request

from service.api.identity import MAY_READ, context_of
from service.api.routes import Limit, plain
from service.domain.figures.surge import FoundSurge, History, hour_to_judge
from service.domain.refusal import NotFound
from service.flows.alerts.surges import count_now, history_of

__all__ = ["router"]

router = APIRouter()

_FIELDS = (
    *("id", "series", "sentence", "why", "first_hour", "last_hour", "since", "until", "observed", "expected", "upper"),
    *("reason", "p", "parameters", "found_at", "seen_by", "seen_at"),
)
_FOUR_WEEKS = 28


@router.get("/api/surges", dependencies=[MAY_READ])
def list_surges(
    request: Request,
    *,
    days: Annotated[int, Query(ge=1, le=366)] = _FOUR_WEEKS,
    unseen: Annotated[bool, Query()] = False,
    limit: Limit = 50,
) -> dict[str, Any]:
    """Return surges found in the last `days`, newest first, with `unseen` those that nobody has seen, and since when any are looked for.

    `observed` documents were counted when it was found, `observed_now` are counted in the same hours by now.
    """
    context = context_of(request)
    now = context.now()
    with context.store.read() as work:
        found = work.surges.listing(since=now - timedelta(days=days), unseen=unseen, limit=limit)
        by_now, history = count_now(work, found), history_of(work, now)
    return {"surges": [_surge(one, by_now[one.id], now) for one in found], "history": _history(history, now)}


@router.get("/api/surges/{surge_id}", dependencies=[MAY_READ])
def one_surge(request: Request, surge_id: str) -> dict[str, Any]:
    """Return one surge. Raises `NotFound`."""
    context = context_of(request)
    with context.store.read() as work:
        surge = work.surges.get(surge_id)
        if surge is None:
            raise NotFound("没有这条异动。")
        by_now = count_now(work, [surge])
    return _surge(surge, by_now[surge.id], context.now())


def _surge(surge: FoundSurge, by_now: int, now: datetime) -> dict[str, Any]:
    told = {name: plain(getattr(surge, name)) for name in _FIELDS}
    return told | {"observed_now": by_now, "goes_on": surge.goes_on(now)}


def _history(history: History, now: datetime) -> dict[str, Any]:
    return {
        "since": plain(history.since),
        "complete_at": plain(history.complete_at),
        "answered_hours": history.answered,
        "is_long": history.is_long(hour_to_judge(now)),
    }
