"""The page of one case, also as the answer to an act that was refused: then with the sentence and what was typed."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from fastapi import Request
from fastapi.responses import HTMLResponse

from service.api.context import AppContext
from service.api.identity import Identity, context_of
from service.domain.alerts.alert import Alert
from service.domain.cases.assess import disclosure_mark
from service.domain.cases.attribute import signed_with_it
from service.domain.cases.bypass import may_ask, state_told, waiting_bypass
from service.domain.cases.call import CallKind, able, calls, second_name_calls, second_names
from service.domain.cases.file import OUTCOMES, Approval, CaseFile, Disclosure, Draft, LiaisonKind, Publication
from service.domain.cases.outpaced import outpaced
from service.domain.cases.turn import Turn, budget_used, turn_of, turns
from service.domain.cases.workflow import TEXT_STATES, CaseState, Step, Workflow
from service.domain.clocks.urgency import asking, next_due
from service.domain.events.event import Event
from service.domain.events.need import need_decision, need_signs, propose_need
from service.domain.people.person import Act, Person
from service.domain.policies.policy import PolicyArticle
from service.domain.refusal import NotFound
from service.flows.acts import facts_now
from service.flows.cases.following import measured, volume_around
from service.flows.cases.reference import articles_of, policies_of, reference_of
from service.flows.cases.scene import authority_of, findings_of
from service.ports.store import Work
from service.web.refused import NOT_REFUSED, Refused
from service.web.render import page
from service.web.views.alert_rows import due_of
from service.web.views.case_page import (
    approval_words,
    budget_view,
    line_of_steps,
    minutes,
    published_figures,
    registered_views,
    review_views,
    said,
    sent_back,
    step_names,
    tab_for,
    turn_views,
)
from service.web.views.differences import Run, changed_counts, differences
from service.web.views.event_page import basis_views
from service.web.views.told import Coming, called_row
from service.web.views.wording import day_of

__all__ = ["show_case"]

_TABS = (
    ("overview", "概况"),
    ("draft", "稿件"),
    ("review", "审核与发布"),
    ("compare", "版本比对"),
    ("liaison", "联络"),
    ("evaluation", "评估与归档"),
    ("record", "记录"),
)


@dataclass(frozen=True, slots=True)
class CaseForms:
    """What stands in the forms of a case, each named by its act."""

    case_id: str
    refused: Refused

    def open(self, act: str) -> bool:
        """Return whether the form of this act was refused."""
        return self.refused.of(f"/cases/{self.case_id}/{act}")

    def value(self, act: str, name: str, stored: str = "") -> str:
        """Return what was typed into a field of a refused form, else what is `stored`."""
        return self.refused.value(f"/cases/{self.case_id}/{act}", name, stored)


@dataclass(frozen=True, slots=True)
class _Shown:
    """Everything that the page of one case is made from."""

    work: Work
    context: AppContext
    person: Person
    file: CaseFile
    alert: Alert
    event: Event
    waiting: tuple[Turn, ...]
    mine: Turn | None
    people: Sequence[Person]
    forms: CaseForms
    from_reference: bool

    @property
    def workflow(self) -> Workflow:
        """The work flow of this office."""
        return self.context.office.register.workflow


def show_case(
    request: Request,
    identity: Identity,
    case_id: str,
    *,
    tab: str = "",
    refused: Refused = NOT_REFUSED,
    from_reference: bool = False,
    versions: tuple[int | None, int | None] = (None, None),
) -> HTMLResponse:
    """Return the page, with what stood in a form that was refused. Raises `NotFound` where there is no such case or tab."""
    context = context_of(request)
    if tab and tab not in dict(_TABS):
        raise NotFound("没有这个页签，请从处置页的页签中选择。")
    with context.store.read() as work:
        shown = _gather(
            work, context, identity.person, case_id, CaseForms(case_id, refused), from_reference=from_reference
        )
        chosen = tab or tab_for(shown.mine, shown.file)
        view = _head(shown, identity) | _body(shown, chosen, versions)
    return page(
        request,
        "case.html",
        identity=identity,
        key="cases",
        title=shown.alert.title,
        refused=refused,
        tab=chosen,
        tabs=_TABS,
        **view,
    )


def _gather(
    work: Work, context: AppContext, person: Person, case_id: str, forms: CaseForms, *, from_reference: bool
) -> _Shown:
    file = work.cases.file(case_id)
    alert = work.alerts.get(file.case.alert_id) if file else None
    event = work.events.get(file.case.event_id) if file else None
    if file is None or alert is None or event is None:
        raise NotFound("没有这个处置，可能链接已失效，请从处置列表进入。")
    workflow = context.office.register.workflow
    waiting = turns(file, workflow, event.grade)
    mine = turn_of(person, file, workflow, event.grade)
    return _Shown(
        work, context, person, file, alert, event, waiting, mine, work.people.listing(), forms, from_reference
    )


def _head(shown: _Shown, identity: Identity) -> dict[str, Any]:
    file, workflow, now = shown.file, shown.workflow, shown.context.now()
    used = budget_used(file, workflow, known_at=shown.event.known_at, now=now)
    clocks = shown.work.clocks.of_alerts([shown.alert.id]).get(shown.alert.id, ())
    clock = next_due(asking(shown.alert, clocks, shown.context.office.register.clocks))
    on_duty = shown.person.duties if identity.may(Act.HANDLE_ALERT) else frozenset()
    return {
        "file": file,
        "forms": shown.forms,
        "case": file.case,
        "alert": shown.alert,
        "event": shown.event,
        "state_word": state_told(file, workflow),
        "over": file.case.state in workflow.final,
        "line": line_of_steps(file, shown.waiting),
        "budget": budget_view(used),
        "spent": sum(minutes(one.used) for one in used),
        "target": minutes(workflow.target),
        "limit_minutes": minutes(workflow.limit),
        "due": due_of(clock, now) if clock else None,
        "turns": turn_views(file, shown.waiting, shown.people, shown.person, workflow, _told(shown)),
        "step": shown.mine.step.value if shown.mine else "",
        "step_rule": workflow.steps[shown.mine.step] if shown.mine else None,
        "open_steps": _open_steps(shown, on_duty),
        "owners": [one.name for one in shown.people if one.duties and not one.disabled],
        "on_duty": sorted(workflow.duties[duty].name for duty in shown.person.duties if duty in workflow.duties),
        "disclosures": [(one.value, one.word) for one in Disclosure],
        "disclosure_seen": disclosure_mark(file.case),
        "authority": authority_of(shown.alert),
        "authority_found": _authority_found(file),
        "second_names": _second_names(shown),
        "bypass": _bypass(shown),
        "attribute_signed": (signed := signed_with_it(file)),
        "offers_attribute": not signed
        or not on_duty.isdisjoint(workflow.steps[Step.SIGN].duties_at(shown.event.grade)),
        "round_begun": bool(file.publications) and file.case.state in TEXT_STATES,
        "outpaced": _outpaced(shown),
    }


def _outpaced(shown: _Shown) -> dict[str, Any]:
    """Return the version that goes out or went out last, and where reports tell more people than it; empty where none do."""
    file, workflow = shown.file, shown.workflow
    draft = _under_review(file)
    lines = outpaced(draft.text, shown.event) if draft and file.case.state not in workflow.final else ()
    if draft is None or not lines:
        return {}
    published = any(one.version == draft.version for one in file.publications)
    return {"version": draft.version, "lines": lines, "published": published}


def _authority_found(file: CaseFile) -> tuple[Approval, str] | None:
    """Return what a person found of the authority to publish the version that was submitted last, with its word."""
    found = [one for one in file.approvals if one.step is Step.AUTHORITY and one.version == file.case.submitted]
    return (found[-1], OUTCOMES.get(found[-1].outcome, found[-1].outcome)) if found else None


def _bypass(shown: _Shown) -> dict[str, Any]:
    """Return the request for a bypass that waits, whether it `stands` and whether it is this person's to confirm (`yours`)."""
    asked = waiting_bypass(shown.file)
    if not asked:
        return {}
    owed = second_name_calls(shown.file, shown.workflow)
    yours = any(able(call, (shown.person,), shown.file, shown.workflow) for call in owed)
    stands = _asker_may(shown, asked)
    return {"by": asked["by"], "reason": asked["reason"], "at": asked["at"], "stands": stands, "yours": yours}


def _asker_may(shown: _Shown, asked: Mapping[str, Any]) -> bool:
    return may_ask(next((one for one in shown.people if one.name == asked["by"]), None), shown.workflow)


def _second_names(shown: _Shown) -> Coming:
    """Return whom a bypass is mailed to: those whom it would call as this person, or as who asked for it before."""
    asked, now = waiting_bypass(shown.file), shown.context.now()
    by = str(asked["by"]) if asked and _asker_may(shown, asked) else shown.person.name
    return called_row(now, "", second_names(shown.file, shown.workflow, shown.people, by=by, now=now))


def _told(shown: _Shown) -> Mapping[Step, tuple[str, ...]]:
    """Return the administrators who were told that nobody can take a step, by the step."""
    notices = [one for one in shown.work.notices.of_alert(shown.alert.id) if one.told]
    waiting = calls(shown.file, shown.workflow, shown.event.grade)
    unheld = [(call.turn.step, call.occasion(CallKind.UNHELD)) for call in waiting]
    return {step: tuple(one.person_name for one in notices if one.occasion == name) for step, name in unheld}


def _open_steps(shown: _Shown, duties: frozenset[str]) -> frozenset[str]:
    """Return the ids of the steps beside the way that this person may take now: to return, close, reopen."""
    case, workflow = shown.file.case, shown.workflow
    final = case.state in workflow.final
    found = set()
    for rule in workflow.steps.values():
        wanted = set(rule.duties_at(shown.event.grade))
        may_take = bool(duties & wanted) if wanted else bool(duties)
        if may_take and case.state in rule.states and (not final or rule.id is Step.REOPEN):
            found.add(rule.id.value)
    return frozenset(found)


def _body(shown: _Shown, tab: str, versions: tuple[int | None, int | None]) -> dict[str, Any]:
    if tab == "compare":
        return _compare(shown.file, *versions)
    return _BODIES[tab](shown)


def _liaison(_: _Shown) -> dict[str, Any]:
    return {"kinds": list(LiaisonKind)}


def _evaluation(shown: _Shown) -> dict[str, Any]:
    told = [(one, published_figures(one.figures), one.figures.get("effect")) for one in shown.file.evaluations]
    # What is evaluated stands in its record; the figures of the moment are shown until then, and again after a further round.
    now = shown.context.now()
    effect = None if shown.file.evaluated else measured(shown.work, shown.file, now=now)
    return {
        "figures": published_figures(volume_around(shown.work, shown.event, effect, now=now)),
        "effect": effect.as_json() if effect else None,
        "evaluations": told,
        "corrected_since": [one for one, _, _ in told if any(each.at > one.at for each in shown.file.corrections)],
        "quiet": shown.workflow,
    }


def _record(shown: _Shown) -> dict[str, Any]:
    rows = shown.work.audit.rows(subject=f"case:{shown.file.case.id}")
    return {"rows": sorted(rows, key=lambda row: row.seq)}


def _overview(shown: _Shown) -> dict[str, Any]:
    steps = [(one, shown.workflow.steps[one.step].name, said(one), step_names(one)) for one in shown.file.steps]
    proposal = None
    if shown.file.case.state in {CaseState.ASSESSED, CaseState.REPORTED}:
        facts = facts_now(shown.work, shown.event, shown.context.office, shown.context.now())
        proposal = propose_need(shown.event.categories, facts, need_signs(shown.event))
    half = shown.file.case.half
    names = shown.workflow.duties
    joined = [(names[duty].name, who) for duty, who in half.get("by", {}).items() if duty in names]
    return {
        "taken": steps[::-1],
        "need": proposal,
        "decision": need_decision(shown.event),
        "joined": joined,
        "half": half.get("detail", {}),
    }


def _draft(shown: _Shown) -> dict[str, Any]:
    articles = articles_of(shown.work, shown.alert)
    now = shown.context.now()
    reference = reference_of(shown.work, shown.file, shown.alert, shown.event, articles, now=now)
    latest = shown.file.latest
    begun = None if latest or shown.from_reference else _begun(shown.file)
    stored = reference.text if shown.from_reference else latest.text if latest else begun.text if begun else ""
    text = shown.forms.value("save", "text", stored)
    return {
        "text": text,
        "begun": begun,
        "overtaken": _overtaken(shown, text),
        "latest": latest,
        "sent_back": sent_back(shown.file),
        "editable": shown.file.case.state in TEXT_STATES and bool(shown.person.duties & _writers(shown.workflow)),
        "reference": reference,
        "findings": findings_of(shown.work, latest.text, now=now) if latest else [],
        "basis": _basis(shown, articles),
    }


def _begun(file: CaseFile) -> Draft | Publication | None:
    """Return what a text is begun from, unsaved: what was written in this round before, else the answer that is out."""
    # A further round says what changed since the answer that is out.
    return file.written or next(reversed(file.published), None)


def _overtaken(shown: _Shown, text: str) -> list[list[Run]]:
    """Return how a text that was refused differs from the version that somebody saved meanwhile; empty where nobody did."""
    latest, forms = shown.file.latest, shown.forms
    base = forms.value("save", "base", str(shown.file.case.draft))
    if latest is None or not forms.open("save") or base == str(shown.file.case.draft):
        return []
    return differences(latest.text, text.replace("\r\n", "\n").strip())


def _writers(workflow: Workflow) -> frozenset[str]:
    return frozenset(workflow.steps[Step.SAVE].duties)


def _basis(shown: _Shown, articles: Mapping[str, PolicyArticle]) -> list[Any]:
    return basis_views(
        shown.alert.basis,
        shown.context.office.register,
        articles,
        day_of(shown.context.now()),
        policies_of(shown.work, shown.alert),
    )


def _review(shown: _Shown) -> dict[str, Any]:
    file, workflow = shown.file, shown.workflow
    draft = _under_review(file)
    return {
        "draft": draft,
        "findings": findings_of(shown.work, draft.text, now=shown.context.now()) if draft else [],
        "reviews": review_views(file, workflow),
        "approvals": [(one, workflow.steps[one.step].name, approval_words(one, workflow)) for one in file.approvals],
        "opinions": [(one, workflow.steps[one.step].name) for one in file.opinions],
        "basis": _basis(shown, articles_of(shown.work, shown.alert)),
        # Of a text that is out nothing is left to review.
        "is_author": file.case.state in TEXT_STATES and shown.person.name in file.authors,
        "told_national": any(one.kind is LiaisonKind.NATIONAL for one in file.liaisons),
        "registered": registered_views(file),
        "may_correct": bool(shown.person.duties & set(workflow.steps[Step.PUBLISH].duties_at(shown.event.grade))),
    }


def _under_review(file: CaseFile) -> Draft | None:
    return file.draft(file.case.submitted) if file.case.submitted is not None else file.latest


def _compare(file: CaseFile, older: int | None, newer: int | None) -> dict[str, Any]:
    last = file.case.draft
    second = file.draft(newer or last)
    first = file.draft(older or max(1, (newer or last) - 1))
    if first is None or second is None:
        return {"older": None, "newer": None, "lines": [], "added": 0, "removed": 0}
    lines = differences(first.text, second.text)
    added, removed = changed_counts(lines)
    return {"older": first, "newer": second, "lines": lines, "added": added, "removed": removed}


_BODIES: Mapping[str, Callable[[_Shown], dict[str, Any]]] = {
    "overview": _overview,
    "draft": _draft,
    "review": _review,
    "liaison": _liaison,
    "evaluation": _evaluation,
    "record": _record,
}
