"""事件: the page of one event with its tabs."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from service.api.context import AppContext
from service.api.identity import Identity, Reader, context_of
from service.domain.alerts.alert import Alert, AlertState
from service.domain.audit import AuditRow
from service.domain.cases.bypass import state_told
from service.domain.cases.file import CaseFile
from service.domain.cases.small_office import able_people
from service.domain.cases.turn import turns
from service.domain.cases.workflow import Step, Workflow
from service.domain.clocks.clock import SYSTEM, Clock, ClockState, earliest_due, limit_words
from service.domain.clocks.urgency import asking
from service.domain.events.corrections import disputes
from service.domain.events.event import Event
from service.domain.events.facts import Condition
from service.domain.events.need import need_decision
from service.domain.events.number import beginning_of
from service.domain.matters.clock_changes import followed
from service.domain.matters.clock_exclusion import may_exclude
from service.domain.people.person import Act, Person, may
from service.domain.policies.citation import Choice
from service.domain.policies.policy import Verdict
from service.domain.refusal import NotFound
from service.domain.rules.basis import transfer_departments
from service.flows.acts import facts_from
from service.flows.alerts.retracting import met_alone, own_answer
from service.flows.cases.reference import articles_of, policies_of
from service.flows.judging.divisions import offered_places
from service.flows.keeping.privacy import note_personal_read, personal_documents
from service.flows.matters.acts import linked_matters
from service.flows.reports.effect import effect_of_answer
from service.ports.store import Work
from service.web.named import event_named
from service.web.notices import notices_view
from service.web.pages.event_documents import documents_view, explained_of
from service.web.refused import NOT_REFUSED, Refused
from service.web.render import page
from service.web.views.act_words import ACT_WORDS
from service.web.views.alert_rows import due_of, harm_claimed, place_names
from service.web.views.case_page import step_names
from service.web.views.case_steps import case_steps, next_step
from service.web.views.correcting import correction_rows, fact_rows
from service.web.views.deadlines import clock_cards, no_deadline
from service.web.views.event_page import (
    BasisView,
    DocumentView,
    basis_views,
    brief_line,
    document_views,
    known_facts,
    score_parts,
    time_line,
)
from service.web.views.explained import telling_view
from service.web.views.need import need_view
from service.web.views.opinion_rows import is_proposed
from service.web.views.paging import LAST_PAGE
from service.web.views.register_words import first_actions, grade_rows
from service.web.views.spread import class_rows, hour_series, spread_bars, spread_figures, turns_of
from service.web.views.wording import day_of, moment, word

router = APIRouter(default_response_class=HTMLResponse)

_DOCUMENTS = 300


@router.get("/events/{event_id}")
def event_page(
    request: Request,
    identity: Reader,
    event_id: str,
    tab: Annotated[str, Query(max_length=20)] = "overview",
    page_number: Annotated[int, Query(alias="page", ge=1, le=LAST_PAGE)] = 1,
) -> Response:
    """Show one event; its number leads to its page. Raises `NotFound` where there is none."""
    found = event_named(context_of(request).store, event_id) if beginning_of(event_id) else None
    if found not in {None, event_id}:
        return RedirectResponse(f"/events/{found}", status_code=303)
    return show_event(request, identity, event_id, tab, leaf=page_number)


def show_event(
    request: Request,
    identity: Identity,
    event_id: str,
    tab: str,
    *,
    refused: Refused = NOT_REFUSED,
    leaf: int | None = None,
) -> HTMLResponse:
    """Return the page of an event, with what stood in a form that was refused; of its documents the given leaf, else theirs.

    Raises `NotFound` where there is no such event.
    """
    context = context_of(request)
    if tab not in _TABS:
        raise NotFound("没有这个页签，请从事件页的页签中选择。")
    with context.store.read() as work:
        event = work.events.get(event_id)
        if event is None:
            raise NotFound(f"没有编号为 {event_id[:40]} 的事件，请从事件列表进入。")
        alert = work.alerts.of_event(event_id)
        view = _head(work, event, alert, context)
        view |= _TABS[tab](_Shown(work, event, context, view, refused, leaf))
    personal = personal_documents(view.pop("told", ()))
    if personal:
        subject = f"event:{event.id}"
        note_personal_read(
            context.store, identity.person, subject, what="complaints", documents=personal, now=context.now()
        )
    return page(
        request,
        "event.html",
        identity=identity,
        key="events",
        title=event.title,
        refused=refused,
        tab=tab,
        may_open=identity.may(Act.HANDLE_ALERT) and context.evidence is not None,
        **view,
    )


def _head(work: Work, event: Event, alert: Alert | None, context: AppContext) -> dict[str, Any]:
    clocks = work.clocks.of_alerts([alert.id]).get(alert.id, []) if alert else []
    acts, basis = _acts(work, event, alert, clocks), _basis(work, alert, context)
    people = work.people.listing()
    spread = work.events.spread(event.id, now=context.now())
    case = work.cases.of_alerts([alert.id]).get(alert.id) if alert else None
    file = work.cases.file(case.id) if case else None
    waiting = turns(file, context.office.register.workflow, event.grade) if file else None
    facts = facts_from(work, event, spread, context.office, context.now()) if alert else None
    return {
        "event": event,
        "merged_into": work.events.get(event.merged_into) if event.merged_into else None,
        "alert": alert,
        "case": case,
        "case_state": state_told(file, context.office.register.workflow) if file else "",
        "case_over": case is not None and case.state in context.office.register.workflow.final,
        "clocks": [_clock_view(clock, alert, clocks, context) for clock in clocks] if alert else [],
        "own_answer": own_answer(alert, file) if alert else None,
        "by_hand": _by_hand(clocks, alert, context),
        **_deadlines(event, alert, clocks, file, context),
        "publication": _publication(alert),
        "case_decided": _decided_in_case(file, context),
        "need": need_view(event, facts, context.office.register, context.now()) if facts else None,
        "region_names": place_names(event),
        "disputes": disputes(event),
        "independent": spread["independent_sources"],
        "harm": harm_claimed(event),
        "spread_figures": spread_figures(spread),
        "people": [person.name for person in people if not person.disabled and may(person.role, Act.HANDLE_ALERT)],
        "screeners": _screeners(people, context.office.register.workflow),
        "next_step": next_step(alert, waiting),
        "first": first_actions(alert, context.office.register),
        "transfer": transfer_departments(event.categories, context.office.register),
        "grades": grade_rows(context.office.register),
        "acts": acts,
        "basis": basis,
        "tabs": _tabs(event, basis),
        "steps": case_steps(event, alert, acts, waiting),
    }


def _deadlines(
    event: Event, alert: Alert | None, clocks: Sequence[Clock], file: CaseFile | None, context: AppContext
) -> dict[str, Any]:
    asked = asking(alert, clocks, context.office.register.clocks) if alert else []
    in_case = bool(_decided_in_case(file, context))
    return {
        "cards": clock_cards(asked, alert, context.now()),
        "no_deadline": no_deadline(alert, asked, need_decision(event), in_case=in_case),
    }


def _tabs(event: Event, basis: Sequence[BasisView]) -> list[tuple[str, str]]:
    return [
        ("overview", "概览"),
        ("timeline", "时间线"),
        ("spread", "传播"),
        ("documents", f"稿件 {event.document_count}"),
        ("basis_list", f"政策依据 {len(basis)}"),
        ("handling", "处置"),
        ("notices", "通知"),
        ("audit", "审计"),
    ]


def _decided_in_case(file: CaseFile | None, context: AppContext) -> str:
    """Return who decided in the case that this office answers, and when; empty where nobody has yet."""
    steps = [one for one in file.steps if one.step is Step.RESPOND] if file else []
    if not steps:
        return ""
    people = "、".join(step_names(steps[-1]))
    return f"处置中已决定回应：{people}，{moment(steps[-1].at, context.now())}"


def _screeners(people: Sequence[Person], workflow: Workflow) -> list[str]:
    wanted = set(workflow.steps[Step.TRIAGE].duties)
    return [one.name for one in able_people(people) if one.duties & wanted]


def _acts(work: Work, event: Event, alert: Alert | None, clocks: Sequence[Clock]) -> list[AuditRow]:
    subjects = {f"event:{event.id}", *(f"clock:{clock.id}" for clock in clocks)}
    if alert is not None:
        subjects.add(f"alert:{alert.id}")
    rows = [row for subject in sorted(subjects) for row in work.audit.rows(subject=subject, limit=100)]
    return sorted(rows, key=lambda row: row.seq)


def _basis(work: Work, alert: Alert | None, context: AppContext) -> list[BasisView]:
    if alert is None:
        return []
    held, policies = articles_of(work, alert), policies_of(work, alert)
    return basis_views(alert.basis, context.office.register, held, day_of(context.now()), policies)


def _publication(alert: Alert | None) -> dict[str, str]:
    found = alert.publication if alert else {}
    told = {key: str(found.get(key) or "") for key in ("verdict", "sentence", "basis", "alternative")}
    return told | {"word": Verdict(told["verdict"]).word if told["verdict"] in set(Verdict) else ""}


# What a person may start, and in which words; what was cancelled by mistake or lapsed would otherwise be lost for this alert.
_RESTART = {
    ClockState.PROPOSED: "启动",
    ClockState.CANCELLED: "重新启动",
    ClockState.EXPIRED: "启动",
}


def _clock_view(clock: Clock, alert: Alert, clocks: Sequence[Clock], context: AppContext) -> dict[str, Any]:
    return {
        "due": due_of(clock, context.now()),
        "role": word("role", clock.role.value),
        "verified": clock.verified,
        "reason": clock.reason,
        "first_due_at": clock.first_due_at,
        "armed_by": None if clock.armed_by == SYSTEM else clock.armed_by,
        "extend": _extension(clock, context),
        "earliest": earliest_due(clock.limit, clock.start_at, context.office.register.calendar)
        if clock.due_at is None and clock.limit.endswith("wd")
        else None,
        "excluding": clock.excluding,
        "exclusions": clock.exclusions,
        "may_exclude": may_exclude(clock, context.now()) if alert.state is not AlertState.CLOSED else (),
        "restart": _RESTART.get(clock.state) if alert.state is not AlertState.CLOSED else None,
        "met_at": clock.met_at if _taken_back_alone(clock, alert, clocks, context) else None,
    }


def _taken_back_alone(clock: Clock, alert: Alert, clocks: Sequence[Clock], context: AppContext) -> bool:
    rule = context.office.register.clocks.get(clock.rule_id)
    repeats = rule is not None and rule.repeat
    goes_on = repeats or followed(clock, clocks)
    return met_alone(clock, alert) and not goes_on and alert.state is not AlertState.CLOSED


def _by_hand(clocks: list[Clock], alert: Alert | None, context: AppContext) -> list[tuple[str, str]]:
    """Return the clocks that a person may still start on this alert, each with its limit in words."""
    if alert is None or alert.state is AlertState.CLOSED:
        return []
    held = {clock.rule_id for clock in clocks}
    rules = [rule for rule in context.office.register.clocks.values() if Condition.BY_HAND in rule.when]
    return [
        (rule.id, f"{rule.action}（{limit_words(rule.limit)}）")
        for rule in rules
        if rule.id not in held and isinstance(rule.limit, str)
    ]


def _extension(clock: Clock, context: AppContext) -> str | None:
    """Return by how much a running clock may still be put off, in words; `None` where it may not."""
    rule = context.office.register.clocks.get(clock.rule_id)
    late = clock.due_at is None or context.now() > clock.due_at
    if rule is None or rule.extend is None or late or clock.state is not ClockState.ARMED or clock.extended_at:
        return None
    return limit_words(rule.extend)


@dataclass(frozen=True, slots=True)
class _Shown:
    """What a tab is made from; `head` is the part that every tab shares."""

    work: Work
    event: Event
    context: AppContext
    head: Mapping[str, Any]
    refused: Refused = NOT_REFUSED
    leaf: int | None = None


def _overview_tab(shown: _Shown) -> dict[str, Any]:
    told = shown.work.events.documents(shown.event.id, limit=_DOCUMENTS)
    views = document_views(told)
    line = time_line(views, shown.head["alert"], shown.head["acts"], ACT_WORDS)
    parts = score_parts(shown.event.heat)
    return {
        "facts": known_facts(shown.event, views),
        "line": line,
        "brief": brief_line(line),
        "parts": parts,
        "told": told,
        "fact_rows": fact_rows(shown.event),
        "corrections": correction_rows(shown.work.corrections.of_event(shown.event.id)),
        "divisions": offered_places(),
        "linked": linked_matters(shown.work, shown.event.id),
        "higher": _higher(shown.work, views),
        "why": telling_view(views, explained_of(shown.work, views)),
        **_effect(shown),
    }


def _higher(work: Work, views: Sequence[DocumentView]) -> list[int]:
    """Return the numbers of the documents that another model puts higher, as long as nobody has looked at that."""
    asked = work.opinions.of_documents([view.document.document_id for view in views])
    return [view.number for view in views if is_proposed(asked.get(view.document.document_id))]


def _effect(shown: _Shown) -> dict[str, Any]:
    """Return the effect of the latest answer on the event, once one is registered."""
    alert, case = shown.head["alert"], shown.head["case"]
    file = shown.work.cases.file(case.id) if case else None
    found = effect_of_answer(shown.work, alert, file, now=shown.context.now()) if alert else None
    return {"effect": found.as_json(), "answered_at": found.after.since} if found else {"effect": None}


def _spread_tab(shown: _Shown) -> dict[str, Any]:
    event, work, now = shown.event, shown.work, shown.context.now()
    since = max(event.first_at, now - timedelta(days=7)).replace(minute=0, second=0, microsecond=0)
    series = hour_series(work.events.hourly(event.id, since=since, until=now), now)
    labels = [label for label, _ in series]
    counts = [count for _, count in series]
    chart: dict[str, Any] = {
        "kind": "bars",
        "name": "稿件数",
        "label": "每小时稿件数",
        "labels": labels,
        "counts": counts,
    }
    if counts:
        running = {"at": len(counts) - 1, "value": counts[-1], "text": "未满一小时"}
        chart |= {"counts": [*counts[:-1], None], "running": running}
    members = work.events.documents(event.id, limit=_DOCUMENTS)
    whole = event.document_count <= len(members)
    return {
        "spread_rows": series,
        "spread_bars": spread_bars(series),
        "spread_labels": labels,
        "spread_top": max(counts, default=0),
        "spread_json": chart,
        "spread_scope": "自首发起，最多近 7 天",
        "class_rows": class_rows(work.events.classes(event.id)),
        "turns": turns_of(members, whole=whole),
        "turns_scope": "按发布时间" if whole else f"按发布时间，最早 {len(members)} 篇之内",
    }


def _notices_tab(shown: _Shown) -> dict[str, Any]:
    alert: Alert | None = shown.head["alert"]
    return {} if alert is None else notices_view(shown.work, alert, shown.event, shown.context)


def _basis_tab(shown: _Shown) -> dict[str, Any]:
    said = {one.article: one for one in shown.work.citations.of_event(shown.event.id)}
    offered = {item.key for item in shown.head["basis"]}
    added = [one for key, one in said.items() if one.choice is Choice.ADDED and key not in offered]
    return {"said": said, "added": added}


def _documents_tab(shown: _Shown) -> dict[str, Any]:
    return documents_view(shown.work, shown.event, shown.refused, shown.leaf, shown.context.now())


def _nothing_more(_: _Shown) -> dict[str, Any]:
    return {}


_TABS: Mapping[str, Callable[[_Shown], dict[str, Any]]] = {
    "overview": _overview_tab,
    "timeline": _overview_tab,
    "spread": _spread_tab,
    "documents": _documents_tab,
    "basis_list": _basis_tab,
    "handling": _nothing_more,
    "notices": _notices_tab,
    "audit": _nothing_more,
}
