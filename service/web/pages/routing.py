"""接收规则: the rules in force with their faults, the members of units, and a test that says who would be told and who not."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from analysis.assessment import CATEGORY_NAMES
from service.api.context import AppContext
from service.api.identity import Identity, Reader, RosterKeeper, context_of
from service.domain.alerts.alert import AlertLevel
from service.domain.beijing import BEIJING
from service.domain.people.person import Person, Role
from service.domain.places import CITIES, PROVINCE, region_name
from service.domain.refusal import Refusal
from service.domain.rules.register import Register, Unit
from service.domain.telling.receivers import Ask, Occasion, plan
from service.domain.telling.routing import Labels, ReceiverKind, Route, Routing, Scope, Target, matched, named_people
from service.flows.people.roster import set_members
from service.flows.telling.tell import staff_of
from service.ports.store import Work
from service.web.refused import NOT_REFUSED, Refused, Sent, refused_by
from service.web.render import page
from service.web.views.told import plan_rows
from service.web.views.wording import category_word, duration

router = APIRouter(default_response_class=HTMLResponse)

_FIRST_YEAR, _LAST_YEAR = 2000, 2099


@dataclass(frozen=True, slots=True)
class Trial:
    """What the test form asks: an alert that does not exist, at a time."""

    level: Annotated[str, Query(pattern="^(|red|orange|yellow|blue)$")] = ""
    category: Annotated[str, Query(pattern=r"^(|R\d\d)$")] = ""
    region: Annotated[str, Query(pattern=r"^(|\d{2,6})$")] = ""
    at: Annotated[str, Query(pattern=r"^(|\d{4}-\d\d-\d\dT\d\d:\d\d)$")] = ""


@router.get("/system/routing")
def routing(request: Request, identity: Reader, trial: Annotated[Trial, Depends()]) -> HTMLResponse:
    """Show the rules, and what they would do with the alert of the test form."""
    return _show(request, identity, trial)


def _show(request: Request, identity: Identity, trial: Trial, *, refused: Refused = NOT_REFUSED) -> HTMLResponse:
    context = context_of(request)
    rules = context.office.routing()
    register = context.office.register
    with context.store.read() as work:
        people = [person for person in work.people.listing() if not person.disabled]
        members = work.roster.members()
        tried = _try(work, context, trial) if trial.level else None
    units = [unit for unit in register.units.values() if not unit.external]
    view: dict[str, Any] = {
        "rules": rules,
        "rows": [row for route in rules.routes for row in _rows(route, register, 0)],
        "standing": [_target_word(target, register) for target in rules.receivers],
        "tiers": [(level, _steps(rules, level, register)) for level in sorted(rules.tiers, reverse=True)],
        "idle": [(level, duration(limit)) for level, limit in sorted(rules.idle.items(), reverse=True)],
        "units": [_members_row(unit, people, members, refused) for unit in units],
        "people": people,
        "unknown": [name for name in named_people(rules) if name not in {one.name for one in people if one.email}],
        "trial": trial,
        "tried": tried,
        "categories": CATEGORY_NAMES.items(),
        "cities": [(PROVINCE, "全省"), *CITIES.items()],
        "part": "routing",
    }
    return page(request, "routing.html", identity=identity, key="alerts", title="接收规则", refused=refused, **view)


def _steps(rules: Routing, level: AlertLevel, register: Register) -> list[tuple[str, str, list[str]]]:
    """Return when a level goes up, how that is called and to whom; last how often the last step comes again."""
    found = [
        (duration(tier.after), tier.words, [_target_word(one, register) for one in tier.receivers])
        for tier in rules.tiers[level]
    ]
    again = rules.again.get(level)
    return [*found, *([(f"此后每 {duration(again)}", "仍无人确认", ["以上各级"])] if again is not None else [])]


def _members_row(
    unit: Unit, people: Sequence[Person], members: Mapping[str, Collection[str]], refused: Refused
) -> dict[str, Any]:
    """Return a unit with who belongs to it, and who is ticked in its form; who is gone is ticked nowhere."""
    action = f"/system/routing/members/{unit.id}"
    inside = [one.id for one in people if one.id in members.get(unit.id, ())]
    typed = refused.typed.get("person", ()) if refused.of(action) else inside
    return {"unit": unit, "ids": inside, "ticked": typed, "action": action, "open": refused.of(action)}


@router.post("/system/routing/members/{unit_id}")
def members(request: Request, identity: RosterKeeper, unit_id: str, sent: Sent) -> Response:
    """Say who belongs to a unit. What is refused is said on the page, with those ticked who were chosen."""
    context = context_of(request)
    register = context.office.register
    chosen = sent.get("person", ())
    try:
        set_members(context.store, identity.person, unit_id, chosen, register=register, now=context.now())
    except Refusal as refusal:
        return _show(request, identity, Trial(), refused=refused_by(request, refusal, sent))
    return RedirectResponse("/system/routing?done=members", status_code=303)


def _try(work: Work, context: AppContext, trial: Trial) -> dict[str, Any]:
    now = context.now()
    at = _moment(trial.at) if trial.at else now
    register = context.office.register
    rule = register.categories.get(trial.category)
    labels = Labels(
        event_id="",
        level=AlertLevel[trial.level.upper()],
        categories=(trial.category,) if trial.category else (),
        regions=(trial.region.ljust(6, "0"),) if trial.region else (),
        departments=tuple(unit.id for unit in (*rule.lead, *rule.joining)) if rule else (),
    )
    rules = context.office.routing()
    found = plan(labels, Ask(occasion=Occasion.RAISED), routing=rules, staff=staff_of(work, at), now=at)
    told, held = plan_rows(found)
    paths = [match.words for match in matched(rules, labels)]
    return {"told": told, "held": held, "paths": paths, "at": at}


def _moment(text: str) -> datetime:
    """Return a time of the form. Raises `Refusal` for what is none, and at the ends of the calendar."""
    try:
        at = datetime.fromisoformat(text).replace(tzinfo=BEIJING)
    except ValueError:
        raise Refusal(f"“{text}”不是时刻，请重新选择") from None
    if not _FIRST_YEAR <= at.year <= _LAST_YEAR:
        raise Refusal(f"试算的时刻须在{_FIRST_YEAR}年至{_LAST_YEAR}年之间")
    return at


def _rows(route: Route, register: Register, depth: int) -> list[dict[str, Any]]:
    conditions = [
        "、".join(level.word for level in sorted(route.levels, reverse=True)),
        "、".join(category_word(code) for code in route.categories),
        "、".join(region_name(code) for code in route.regions),
        "、".join(register.units[unit].label for unit in route.departments if unit in register.units),
        {Scope.CITY: "地市范围", Scope.PROVINCE: "全省范围"}.get(route.scope, "") if route.scope else "",
    ]
    row = {
        "route": route,
        "depth": depth,
        "when": "；".join(words for words in conditions if words) or "全部",
        "receivers": [_target_word(target, register) for target in route.receivers] or ["同上级规则"],
    }
    return [row, *(inner for child in route.children for inner in _rows(child, register, depth + 1))]


_KINDS = {
    ReceiverKind.DUTY: "值班员",
    ReceiverKind.DEPUTY: "副班",
    ReceiverKind.LEAD: "承办处室人员",
    ReceiverKind.THRESHOLD: "订阅者",
    ReceiverKind.OWNER: "承办人",
}


def _target_word(target: Target, register: Register) -> str:
    if target.kind is ReceiverKind.ROLE:
        return Role(target.name).word
    if target.kind is ReceiverKind.DEPARTMENT and target.name in register.units:
        return register.units[target.name].label
    if target.kind is ReceiverKind.POST and target.name in register.workflow.duties:
        return register.workflow.duties[target.name].name
    return _KINDS.get(target.kind, target.name)
