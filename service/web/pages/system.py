"""系统: people, delivery troubles and quarantine for administrators; the audit trail for auditors.

What is done to people is in `people`, what is tried again in `second_try`; both are answered by this page.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Annotated, Any
from urllib.parse import urlencode

from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import HTMLResponse
from pydantic import BaseModel, BeforeValidator, Field

from service.api.context import AppContext
from service.api.identity import AnyPerson, ForbiddenError, Identity, context_of
from service.domain.audit import RECENT, actor_of
from service.domain.beijing import BEIJING
from service.domain.cases.small_office import LEAST, able_people, without_way
from service.domain.documents.set_aside import document_of
from service.domain.people.password import ONE_TIME_HOURS
from service.domain.people.person import Act, Role
from service.flows.crawl.fetching_again import left_alone
from service.flows.judging.second_try import given_up, set_aside
from service.flows.learning.opinion_desk import how_asking_stands
from service.flows.people.acts import mark_of
from service.flows.people.in_hand import in_hand
from service.flows.telling.deliver import SEARCH
from service.flows.telling.merging import MAIL
from service.flows.telling.second_channel import WEBHOOK
from service.ports.store import Work
from service.web.pages.people_forms import NOTHING_TYPED, Typed, form_of
from service.web.render import page
from service.web.subjects import subjects_of
from service.web.views.act_words import ACT_WORDS
from service.web.views.quarantined import remedy_of, stage_rows

__all__ = ["Secret", "router", "show_system"]

router = APIRouter()

_AUDIT_ROWS = 100
_KEEPER_TABS = (("people", "用户"), ("outbox", "发送"), ("quarantine", "隔离区"))
_AUDITOR_TABS = (("audit", "审计"),)


@dataclass(frozen=True, slots=True)
class Secret:
    """A one-time password on its only showing."""

    name: str
    password: str
    hours: int = ONE_TIME_HOURS


class AuditFilters(BaseModel):
    """The filters of the audit trail as they stand in the address."""

    before: int | None = Field(default=None, ge=1)
    actor: str = Field(default="", max_length=32)
    action: str = Field(default="", max_length=60)
    day: Annotated[date | None, BeforeValidator(lambda text: text or None)] = None


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
    return show_system(request, identity, tab or tabs[0][0], asked=asked)


def _tabs(identity: Identity) -> tuple[tuple[str, str], ...]:
    keeper = _KEEPER_TABS if identity.may(Act.MANAGE_PEOPLE) else ()
    return keeper + (_AUDITOR_TABS if identity.may(Act.READ_AUDIT) else ())


def show_system(
    request: Request,
    identity: Identity,
    tab: str,
    *,
    asked: AuditFilters | None = None,
    secret: Secret | None = None,
    typed: Typed = NOTHING_TYPED,
) -> HTMLResponse:
    """Show one tab; with what was `typed` into a form of it that was refused."""
    context = context_of(request)
    names = context.source_names
    with context.store.read() as work:
        view = (
            _people(work, context, typed)
            if tab == "people"
            else _outbox(work, context)
            if tab == "outbox"
            else _quarantine(work)
            if tab == "quarantine"
            else _audit(work, asked, names)
        )
    duties = list(context.office.register.workflow.duties.values())
    return page(
        request,
        "system.html",
        identity=identity,
        key="system",
        title="系统",
        status=typed.status if typed.fault else 200,
        tab=tab,
        tabs=_tabs(identity),
        secret=secret,
        typed=typed,
        names=names,
        duties=duties,
        **view,
    )


def _people(work: Work, context: AppContext, typed: Typed) -> dict[str, Any]:
    people, workflow = work.people.listing(), context.office.register.workflow
    held = [one for one in people if one.duties and not one.disabled]
    able = able_people(people)
    return {
        # Of a refused form too the mark is that of now: who saves it again has been told what changed.
        "people": [(one, typed.change if one.id == typed.person_id else form_of(one), mark_of(one)) for one in people],
        "in_hand": in_hand(work, people, workflow, now=context.now()),
        "roles": list(Role),
        "held": len(held),
        "able": len(able),
        "least": LEAST,
        "unheld": [duty.name for duty in workflow.duties.values() if not any(duty.id in one.duties for one in able)],
        "stuck": without_way(people, workflow),
    }


def _outbox(work: Work, context: AppContext) -> dict[str, Any]:
    setup = context.opinions
    return {
        "asking": None if setup is None else how_asking_stands(work, setup, now=context.now()),
        "channel": context.office.channel,
        "waiting": sorted(work.outbox.waiting().items()),
        "troubled": work.outbox.troubled(),
        "given_up": [given_up(work, kind) for kind in (MAIL, WEBHOOK, SEARCH)],
    }


def _quarantine(work: Work) -> dict[str, Any]:
    rows = work.quarantine.listing()
    named = [name for row in rows if (name := document_of(row.entry.detail)) is not None]
    dead = work.documents.set_aside(named)
    return {
        "quarantined": [(row, remedy_of(row, dead)) for row in rows],
        "stages": stage_rows(work.quarantine.counts()),
        "set_aside": set_aside(work),
        "left_alone": left_alone(work),
    }


def _audit(work: Work, asked: AuditFilters | None, names: Mapping[str, str]) -> dict[str, Any]:
    asked = asked or AuditFilters()
    wanted = {"actor": asked.actor.strip(), "action": asked.action, "day": asked.day.isoformat() if asked.day else ""}
    rows = work.audit.rows(
        limit=_AUDIT_ROWS,
        before_seq=asked.before,
        until=datetime.combine(asked.day, time.max, tzinfo=BEIJING) if asked.day else None,
        actor=actor_of(wanted["actor"]) or None,
        action=asked.action or None,
    )
    given = {name: value for name, value in wanted.items() if value}
    older = urlencode({"tab": "audit"} | given | {"before": rows[-1].seq}) if len(rows) == _AUDIT_ROWS else None
    whole = max(0, work.audit.head().seq - RECENT)
    return {
        "rows": rows,
        "subjects": subjects_of(work, (row.subject for row in rows), names),
        "older": older,
        "broken": work.audit.verify(after=whole),
        "checked_from": whole + 1,
        "wanted": wanted,
        "actions": ACT_WORDS.items(),
    }
