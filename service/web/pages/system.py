"""系统: people, delivery troubles and quarantine for administrators; the audit trail for auditors."""

from dataclasses import dataclass
from typing import Annotated, Any
from urllib.parse import urlencode

from fastapi import APIRouter, Depends, Form, Query, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from pydantic import BaseModel, Field

from service.api.context import AppContext
from service.api.identity import AnyPerson, ForbiddenError, Identity, PeopleKeeper, context_of
from service.domain.audit import RECENT
from service.domain.people import Act, Role
from service.domain.refusal import Conflict
from service.domain.small_office import LEAST, able_people, without_way
from service.domain.workflow import Workflow
from service.flows.opinion_desk import how_asking_stands
from service.flows.people import (
    PasswordFaultError,
    PersonChange,
    add_person,
    change_person,
    reset_password,
    spread_duties,
)
from service.ports.store import Work
from service.web.render import page
from service.web.views.acts import ACT_WORDS

router = APIRouter()

_AUDIT_ROWS = 100
_KEEPER_TABS = (("people", "用户"), ("outbox", "发送"), ("quarantine", "隔离区"))
_AUDITOR_TABS = (("audit", "审计"),)


@dataclass(frozen=True, slots=True)
class Secret:
    """A one-time password on its only showing."""

    name: str
    password: str


@dataclass(frozen=True, slots=True)
class PersonForm:
    """The editable fields of a person, as a form sends them."""

    role: Annotated[Role, Form()]
    email: Annotated[str, Form(max_length=120, pattern=r"^$|^[^@\s]+@[^@\s]+$")] = ""
    notify_from: Annotated[str, Form(pattern="^(|red|orange|yellow|blue)$")] = ""
    disabled: Annotated[bool, Form()] = False
    duties: Annotated[list[str] | None, Form(max_length=40)] = None


class AuditFilters(BaseModel):
    """The filters of the audit trail as they stand in the address."""

    before: int | None = Field(default=None, ge=1)
    actor: str = Field(default="", max_length=32)
    action: str = Field(default="", max_length=60)


@router.get("/system")
def system(
    request: Request,
    identity: AnyPerson,
    asked: Annotated[AuditFilters, Depends()],
    tab: Annotated[str, Query(pattern="^(|people|outbox|quarantine|audit)$")] = "",
) -> HTMLResponse:
    """Show the part that this role may see; an administrator reads no audit, an auditor keeps no people."""
    tabs = _tabs(identity)
    if not tabs or (tab and tab not in dict(tabs)):
        raise ForbiddenError(Act.READ_AUDIT if tab == "audit" else Act.MANAGE_PEOPLE)
    return _show(request, identity, tab or tabs[0][0], asked=asked)


def _tabs(identity: Identity) -> tuple[tuple[str, str], ...]:
    keeper = _KEEPER_TABS if identity.may(Act.MANAGE_PEOPLE) else ()
    return keeper + (_AUDITOR_TABS if identity.may(Act.READ_AUDIT) else ())


def _show(
    request: Request,
    identity: Identity,
    tab: str,
    *,
    asked: AuditFilters | None = None,
    secret: Secret | None = None,
    fault: str = "",
) -> HTMLResponse:
    context = context_of(request)
    with context.store.read() as work:
        view = (
            _people(work, context.office.register.workflow)
            if tab == "people"
            else _trouble(work, context)
            if tab != "audit"
            else _audit(work, asked)
        )
    names = {source.id: source.name for source in context.catalogue_sources}
    duties = list(context.office.register.workflow.duties.values())
    return page(
        request,
        "system.html",
        identity=identity,
        key="system",
        title="系统",
        status=422 if fault else 200,
        tab=tab,
        tabs=_tabs(identity),
        secret=secret,
        fault=fault,
        names=names,
        duties=duties,
        **view,
    )


def _people(work: Work, workflow: Workflow) -> dict[str, Any]:
    people = work.people.listing()
    held = [one for one in people if one.duties and not one.disabled]
    able = able_people(people)
    return {
        "people": people,
        "roles": list(Role),
        "held": len(held),
        "able": len(able),
        "least": LEAST,
        "unheld": [duty.name for duty in workflow.duties.values() if not any(duty.id in one.duties for one in able)],
        "stuck": without_way(people, workflow),
    }


def _trouble(work: Work, context: AppContext) -> dict[str, Any]:
    setup = context.opinions
    return {
        "asking": None if setup is None else how_asking_stands(work, setup, now=context.now()),
        "waiting": sorted(work.outbox.waiting().items()),
        "troubled": work.outbox.troubled(),
        "quarantined": work.quarantine.listing(),
    }


def _audit(work: Work, asked: AuditFilters | None) -> dict[str, Any]:
    asked = asked or AuditFilters()
    wanted = {"actor": asked.actor.strip(), "action": asked.action}
    rows = work.audit.rows(
        limit=_AUDIT_ROWS, before_seq=asked.before, **{name: value or None for name, value in wanted.items()}
    )
    given = {name: value for name, value in wanted.items() if value}
    older = urlencode({"tab": "audit"} | given | {"before": rows[-1].seq}) if len(rows) == _AUDIT_ROWS else None
    whole = max(0, work.audit.head().seq - RECENT)
    return {
        "rows": rows,
        "older": older,
        "broken": work.audit.verify(after=whole),
        "checked_from": whole + 1,
        "wanted": wanted,
        "actions": ACT_WORDS.items(),
    }


@router.post("/system/people")
def add(
    request: Request,
    identity: PeopleKeeper,
    name: Annotated[str, Form(max_length=32)],
    form: Annotated[PersonForm, Depends()],
) -> HTMLResponse:
    """Add a person; the one-time password is shown on the answer and nowhere again."""
    context = context_of(request)
    try:
        password = add_person(
            context.store,
            name=name,
            role=form.role,
            by=identity.person.name,
            now=context.now(),
            email=form.email or None,
            notify_from=form.notify_from or None,
        )
    except PasswordFaultError as fault:
        return _show(request, identity, "people", fault=str(fault))
    return _show(request, identity, "people", secret=Secret(name.strip(), password))


@router.post("/system/people/{person_id}")
def change(
    request: Request, identity: PeopleKeeper, person_id: str, form: Annotated[PersonForm, Depends()]
) -> Response:
    """Change a person."""
    context = context_of(request)
    changes = PersonChange(
        role=form.role,
        email=form.email or None,
        notify_from=form.notify_from or None,
        disabled=form.disabled,
        duties=frozenset(form.duties or ()) & set(context.office.register.workflow.duties),
    )
    try:
        change_person(context.store, person_id, by=identity.person, now=context.now(), changes=changes)
    except PasswordFaultError as fault:
        return _show(request, identity, "people", fault=str(fault))
    return RedirectResponse("/system?tab=people&done=person", status_code=303)


@router.post("/system/people/{person_id}/password")
def new_password(request: Request, identity: PeopleKeeper, person_id: str) -> HTMLResponse:
    """Give a person a new one-time password."""
    context = context_of(request)
    try:
        password = reset_password(context.store, person_id, by=identity.person.name, now=context.now())
    except PasswordFaultError as fault:
        return _show(request, identity, "people", fault=str(fault))
    with context.store.read() as work:
        person = work.people.get(person_id)
    return _show(request, identity, "people", secret=Secret(person.name if person else person_id, password))


@router.post("/system/duties")
def spread(request: Request, identity: PeopleKeeper, *, replaces: Annotated[bool, Form()] = False) -> Response:
    """Spread the duties over the people there are, as a small office does."""
    context = context_of(request)
    workflow, by = context.office.register.workflow, identity.person.name
    try:
        spread_duties(context.store, workflow=workflow, by=by, now=context.now(), replaces=replaces)
    except Conflict as refused:
        return _show(request, identity, "people", fault=refused.sentence)
    return RedirectResponse("/system?tab=people&done=duties", status_code=303)


@router.post("/system/duty")
def set_duty(
    request: Request, identity: PeopleKeeper, duty: Annotated[str, Form(max_length=40)] = ""
) -> RedirectResponse:
    """Say who is on duty, for the top bar."""
    context = context_of(request)
    with context.store.write() as work:
        work.set_value("duty", duty.strip() or None)
        work.audit.append(
            actor=identity.person.name,
            action="duty.set",
            subject="duty",
            detail={"duty": duty.strip()},
            now=context.now(),
        )
    return RedirectResponse("/system?tab=people&done=duty", status_code=303)
