"""Turns a view into a page: the frame (rail, top bar, drill band) around a template, escaped throughout."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import quote

from fastapi import Request
from fastapi.responses import HTMLResponse
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from service.api.context import AppContext
from service.api.identity import Identity, context_of
from service.domain.audit import actor_word
from service.domain.events.number import event_number
from service.domain.people.person import Act, Person, may
from service.domain.people.roster import covering
from service.domain.places import region_name
from service.domain.telling.second_channel import MAIL_AWAY
from service.flows.cases.waiting import waiting_for
from service.flows.matters.matter_watch import waiting_matters
from service.flows.pulse import silent_since
from service.flows.telling.merging import MAIL
from service.flows.telling.second_channel import WEBHOOK
from service.flows.telling.unheard import unheard
from service.ports.store import Work
from service.web.desk import Desk, badges, source_health
from service.web.refused import NOT_REFUSED, Refused
from service.web.static_files import address, vendor_files
from service.web.views import acts, charts, wording
from service.web.views.alert_rows import place_names
from service.web.views.event_leaf import document_link
from service.web.views.marking import marked, undirected
from service.web.views.outcome import outcome_of

__all__ = ["Entry", "bare_page", "desk_of", "entries", "fragment", "page", "rail", "waiting"]

_TURNED_DOWN = 400
_HERE = Path(__file__).resolve().parent


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry of the rail; `letter` goes there after `g`."""

    key: str
    word: str
    href: str
    letter: str
    act: Act | None = None


# One tuple a group; a page that does not exist is not listed.
_RAIL: Sequence[Sequence[Entry]] = (
    (
        Entry("overview", "总览", "/", "h"),
        Entry("alerts", "预警", "/alerts", "y"),
        Entry("events", "事件", "/events", "e"),
        Entry("search", "检索", "/search", "s"),
        Entry("cases", "处置", "/cases", "c"),
        Entry("matters", "办件", "/matters", "m"),
        Entry("briefings", "简报", "/briefings", "b"),
    ),
    (
        Entry("policies", "政策库", "/policies", "p"),
        Entry("topics", "政策跟踪", "/topics", "t"),
        Entry("sources", "信源", "/sources", "x"),
        Entry("words", "词库", "/words", "w"),
        Entry("labels", "标注", "/labels", "l", Act.LABEL),
    ),
    (Entry("drills", "演练", "/drills", "d"), Entry("system", "系统", "/system", "o", Act.MANAGE_PEOPLE)),
)


def entries() -> list[Entry]:
    """Return the parts of the service that the rail leads to, whoever may open them."""
    return [entry for group in _RAIL for entry in group]


def rail(person: Person) -> list[list[Entry]]:
    """Return the entries that this person's role may open."""
    return [[entry for entry in group if _may_open(entry, person)] for group in _RAIL]


def _may_open(entry: Entry, person: Person) -> bool:
    if entry.key == "system":
        return may(person.role, Act.MANAGE_PEOPLE) or may(person.role, Act.READ_AUDIT)
    return entry.act is None or may(person.role, entry.act)


def desk_of(request: Request) -> Desk:
    """Return the application's desk."""
    desk = request.app.state.desk
    assert isinstance(desk, Desk)
    return desk


def page(
    request: Request,
    template: str,
    *,
    identity: Identity,
    key: str,
    title: str,
    status: int = 200,
    refused: Refused = NOT_REFUSED,
    **view: Any,
) -> HTMLResponse:
    """Return a whole page in the frame; with what was `refused` on top, and what was written into a form that is gone."""
    context = context_of(request)
    now = context.now()
    status = refused.status if refused.sentence else status
    frame = {
        **_common(request, context, now),
        "title": title,
        "turned_down": request.method == "POST" and status >= _TURNED_DOWN,
        "key": key,
        "person": identity.person,
        "csrf": identity.session.csrf,
        "groups": rail(identity.person),
        "outcome": outcome_of(request.query_params.get("done")),
        "may": {act.value: identity.may(act) for act in Act},
        **waiting(request, context, identity, now),
    }
    whole = _environment().get_template(template)
    html = whole.render(**frame, **view, refused=refused)
    if stray := refused.without_field(html):
        html = whole.render(**frame, **view, refused=replace(refused, stray=stray))
    return HTMLResponse(html, status_code=status)


def waiting(request: Request, context: AppContext, identity: Identity, now: datetime) -> Mapping[str, Any]:
    """Return what the frame of every page tells this person: what is amiss, what waits for them, who is on duty."""
    with context.store.read() as work:
        opened = desk_of(request).open_alerts(work, now, context.office.register.clocks)
        troubled = sum(row.trouble for row in source_health(work, context.catalogue_sources, now))
        duty = _on_duty(work, now) or work.value("duty")
        cases = waiting_for(work, identity.person, context.office.register.workflow)
        matters = waiting_matters(work, identity.person, context.office.register, now)
        unsent, first = work.outbox.overdue(MAIL, since=now - MAIL_AWAY * context.pace)
        # Asked only where there is a second channel: a page reads no more than it shows.
        unsaid = work.outbox.overdue(WEBHOOK, since=now - MAIL_AWAY * context.pace)[0] if context.office.channel else 0
        silent = silent_since(work, now=now, pace=context.pace)
        missed = unheard(work, opened.alerts, identity.person.id)
    return {
        "scarce": room.sentence if (room := context.room()) else None,
        "silent": silent,
        "most_open": len(opened.alerts) if opened.cut else 0,
        "unheard": missed,
        "badges": badges(opened, troubled, cases, matters),
        "duty": duty if isinstance(duty, str) else None,
        "unsent": unsent,
        "told_otherwise": channel.name if (channel := context.office.channel) and channel.when_mail_waits else None,
        "unsaid": unsaid,
        "unsent_first": first,
    }


def _on_duty(work: Work, now: datetime) -> str | None:
    """Return who is on duty by the roster, `None` where none is kept or nobody is."""
    shifts = covering(work.roster.between(now, now + timedelta(seconds=1)), now)
    names = [person.name for shift in shifts if (person := work.people.get(shift.person_id)) is not None]
    return "、".join(dict.fromkeys(names)) or None


def fragment(request: Request, template: str, *, identity: Identity, **view: Any) -> HTMLResponse:
    """Return a part of a page for a live update."""
    context = context_of(request)
    common = _common(request, context, context.now())
    may_act = {act.value: identity.may(act) for act in Act}
    html = _environment().get_template(template).render(**common, csrf=identity.session.csrf, may=may_act, **view)
    return HTMLResponse(html)


def bare_page(request: Request, template: str, *, title: str, status: int = 200, **view: Any) -> HTMLResponse:
    """Return a page without the frame: log-in and errors. Touches no store."""
    context = context_of(request)
    common = _common(request, context, context.now())
    return HTMLResponse(_environment().get_template(template).render(**common, title=title, **view), status_code=status)


def _common(request: Request, context: AppContext, now: datetime) -> dict[str, Any]:
    return {
        "drill": context.drill,
        "now": now,
        "turned_down": False,
        "nonce": request.state.nonce,
        "version": context.version,
        "vendor": vendor_files(),
    }


_made: list[Environment] = []


def _environment() -> Environment:
    if not _made:
        environment = Environment(
            loader=FileSystemLoader(_HERE / "templates"),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
            finalize=undirected,
        )
        environment.filters.update(
            moment=wording.moment,
            dated=wording.dated,
            ago=wording.ago,
            marked=marked,
            word=lambda code, table: wording.word(table, code),
            category=wording.category_word,
            region=region_name,
            place_names=place_names,
            chip=wording.level_chip,
            limit=wording.limit_word,
            remaining=wording.remaining,
            spent_of=wording.spent_of,
            act=acts.act_word,
            article=wording.article_word,
            person=actor_word,
            detail=acts.detail_words,
            document_of=document_link,
            number=event_number,
            leave=lambda url: f"/out?u={quote(url, safe='')}",
        )
        environment.globals.update(
            spark_points=charts.spark_points, static=address, weekday=wording.weekday, local=wording.local
        )
        _made.append(environment)
    return _made[0]
