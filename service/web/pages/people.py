"""用户: adding and changing people, their passwords and duties. A refusal comes back on the page with what was typed."""

from typing import Annotated

from fastapi import APIRouter, Depends, Form, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from service.api.identity import Identity, PeopleKeeper, context_of
from service.domain.refusal import Conflict, Refusal
from service.flows.people.acts import (
    PasswordFaultError,
    add_person,
    change_person,
    reset_password,
    spread_duties,
)
from service.flows.people.passwords import PasswordBusyError
from service.flows.people.second_factor import reset
from service.web.pages.people_forms import PersonForm, Typed, duty_typed
from service.web.pages.system import Secret, show_system

router = APIRouter()

_BUSY = "同时处理的密码过多，用户没有新增，请稍后再点“新增”。"


@router.post("/system/people")
def add(
    request: Request,
    identity: PeopleKeeper,
    form: Annotated[PersonForm, Depends()],
    name: Annotated[str, Form()] = "",
) -> HTMLResponse:
    """Add a person; the one-time password is shown on the answer and nowhere again."""
    context = context_of(request)
    try:
        asked = form.read(())
        password = add_person(
            context.store,
            name=name,
            role=asked.role,
            by=identity.person.name,
            now=context.now(),
            email=asked.email,
            notify_from=asked.notify_from,
        )
    except PasswordBusyError:
        return _refused(request, identity, Typed(fault=_BUSY, status=503, name=name, new=form))
    except (PasswordFaultError, Refusal) as refusal:
        return _refused(request, identity, Typed(fault=f"用户没有新增：{refusal}", name=name, new=form))
    return show_system(request, identity, "people", secret=Secret(name.strip(), password))


@router.post("/system/people/{person_id}")
def change(
    request: Request, identity: PeopleKeeper, person_id: str, form: Annotated[PersonForm, Depends()]
) -> Response:
    """Change a person."""
    context = context_of(request)
    try:
        changes = form.read(context.office.register.workflow.duties)
        change_person(context.store, person_id, by=identity.person, now=context.now(), changes=changes)
    except (PasswordFaultError, Refusal) as refusal:
        fault = f"{_name_of(request, person_id)}的修改没有保存：{refusal}"
        return _refused(request, identity, Typed(fault=fault, person_id=person_id, change=form))
    return RedirectResponse("/system?tab=people&done=person", status_code=303)


@router.post("/system/people/{person_id}/password")
def new_password(request: Request, identity: PeopleKeeper, person_id: str) -> HTMLResponse:
    """Give a person a new one-time password."""
    context = context_of(request)
    try:
        password = reset_password(context.store, person_id, by=identity.person.name, now=context.now())
    except PasswordFaultError as fault:
        return _refused(request, identity, Typed(fault=str(fault)))
    return show_system(request, identity, "people", secret=Secret(_name_of(request, person_id), password))


@router.post("/system/people/{person_id}/second-factor")
def reset_second_factor(request: Request, identity: PeopleKeeper, person_id: str) -> Response:
    """Take the second factor of somebody who lost the device away."""
    context = context_of(request)
    try:
        reset(context.store, person_id, by=identity.person.name, now=context.now())
    except Refusal as refusal:
        return _refused(request, identity, Typed(fault=refusal.sentence))
    return RedirectResponse("/system?tab=people&done=second_factor", status_code=303)


@router.post("/system/duties")
def spread(request: Request, identity: PeopleKeeper, *, replaces: Annotated[bool, Form()] = False) -> Response:
    """Spread the duties over the people there are, as a small office does."""
    context = context_of(request)
    workflow, by = context.office.register.workflow, identity.person.name
    try:
        spread_duties(context.store, workflow=workflow, by=by, now=context.now(), replaces=replaces)
    except Conflict as refused:
        return _refused(request, identity, Typed(fault=refused.sentence))
    return RedirectResponse("/system?tab=people&done=duties", status_code=303)


@router.post("/system/duty")
def set_duty(request: Request, identity: PeopleKeeper, duty: Annotated[str, Form()] = "") -> Response:
    """Say who is on duty, for the top bar."""
    context = context_of(request)
    try:
        named = duty_typed(duty)
    except Refusal as refusal:
        return _refused(request, identity, Typed(fault=refusal.sentence, duty=duty))
    with context.store.write() as work:
        work.set_value("duty", named or None)
        work.audit.append(
            actor=identity.person.name,
            action="duty.set",
            subject="duty",
            detail={"duty": named},
            now=context.now(),
        )
    return RedirectResponse("/system?tab=people&done=duty", status_code=303)


def _refused(request: Request, identity: Identity, typed: Typed) -> HTMLResponse:
    return show_system(request, identity, "people", typed=typed)


def _name_of(request: Request, person_id: str) -> str:
    with context_of(request).store.read() as work:
        person = work.people.get(person_id)
    return person.name if person else person_id
