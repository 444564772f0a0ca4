"""What a person does to cases: thin forms over the flows. A refusal comes back on the case's page with what was typed."""

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Annotated

from fastapi import APIRouter, Form, Request
from fastapi.responses import RedirectResponse, Response

from service.api.identity import Handler, context_of
from service.domain.cases.file import Disclosure, LiaisonKind
from service.domain.cases.workflow import REVIEWS, Step
from service.domain.events.event import IncidentGrade
from service.domain.refusal import NotFound, Refusal
from service.flows.cases import (
    assessing,
    assigning,
    drafting,
    ending,
    following,
    liaison,
    opening,
    publishing,
    reviewing,
    withdrawing,
)
from service.flows.cases.scene import Hand
from service.web.pages.case_show import show_case
from service.web.pages.event_return import Posted
from service.web.received import received
from service.web.refused import Sent, first, refused_by

router = APIRouter()

Fields = Mapping[str, str]


@router.post("/alerts/{alert_id}/case")
def open_case(
    request: Request,
    identity: Handler,
    alert_id: str,
    screening: Annotated[str, Form(pattern="^(relevant|false)$")] = "relevant",
    reason: Annotated[str, Form(max_length=4000)] = "",
    *,
    sent: Sent,
) -> Response:
    """Open the case of an alert, or write it off as a false positive."""
    context = context_of(request)
    try:
        case = opening.open_for_alert(
            context.store,
            identity.person,
            alert_id,
            office=context.office,
            now=context.now(),
            relevant=screening == "relevant",
            remark=reason,
        )
    except Refusal as refusal:
        return Posted(request, identity, sent).refused(alert_id, refusal)
    return RedirectResponse(f"/cases/{case.id}?done=case_opened", status_code=303)


@router.post("/cases/{case_id}/{act}")
def act_on_case(request: Request, identity: Handler, case_id: str, act: str, sent: Sent) -> Response:
    """Do one act of the work flow. Raises `NotFound` where there is no such case or act."""
    context = context_of(request)
    found = _ACTS.get(act)
    if found is None:
        raise NotFound("没有这项操作，请从处置页进入。")
    do, tab = found
    fields = {name: first(sent, name) for name in sent}
    hand = Hand(store=context.store, person=identity.person, case_id=case_id, office=context.office, now=context.now())
    try:
        do(hand, fields)
    except Refusal as refusal:
        return show_case(request, identity, case_id, tab=tab, refused=refused_by(request, refusal, sent))
    return RedirectResponse(f"/cases/{case_id}?tab={fields.get('tab', '')[:20]}&done=case_{act}", status_code=303)


def _text(fields: Fields, name: str) -> str:
    return fields.get(name, "")


def _number(fields: Fields, name: str) -> int:
    text = fields.get(name, "")
    if not text.isascii() or not text.isdigit() or len(text) > 6:  # noqa: PLR2004 - a million versions are none
        raise Refusal("页面缺少版本号，请刷新页面后再办理")
    return int(text)


def _conclude(hand: Hand, fields: Fields) -> None:
    text = _text(fields, "grade")
    grade = IncidentGrade(text) if text in IncidentGrade.__members__ else None
    assessing.conclude_assessment(hand, summary=_text(fields, "summary"), grade=grade)


def _report(hand: Hand, fields: Fields) -> None:
    assessing.report_upwards(hand, to=_text(fields, "to"), basis=_text(fields, "reason"))


def _save(hand: Hand, fields: Fields) -> None:
    drafting.save_text(hand, text=_text(fields, "text"), base=_number(fields, "base"))


def _attribute(fields: Fields) -> Disclosure:
    text = _text(fields, "attribute")
    if text not in {one.value for one in Disclosure}:
        raise Refusal("请选择公开属性：主动公开、依申请公开或不予公开")
    return Disclosure(text)


def _disclose(hand: Hand, fields: Fields) -> None:
    drafting.set_disclosure(
        hand,
        _attribute(fields),
        reason=_text(fields, "reason"),
        seen=fields.get("seen"),
        reference=_text(fields, "reference"),
    )


def _review(hand: Hand, fields: Fields) -> None:
    step = next((one for one in REVIEWS if one.value == _text(fields, "step")), None)
    if step is None:
        raise Refusal("请选择要办理的审核：初审、合法性审核或保密审查")
    passed = _text(fields, "verdict") == "pass"
    version = _number(fields, "version")
    reviewing.opinion_given(hand, step, version=version, passed=passed, remark=_text(fields, "remark"))


def _return(hand: Hand, fields: Fields) -> None:
    step = next((one for one in (Step.AUTHORITY, Step.SIGN) if one.value == _text(fields, "step")), None)
    if step is None:
        raise Refusal("请从权限检查或签批处退回")
    reviewing.draft_returned(hand, step, version=_number(fields, "version"), remark=_text(fields, "remark"))


def _authority(hand: Hand, fields: Fields) -> None:
    reviewing.authority_checked(
        hand,
        version=_number(fields, "version"),
        outcome=_text(fields, "outcome"),
        reference=_text(fields, "reference"),
        remark=_text(fields, "remark"),
    )


def _sign(hand: Hand, fields: Fields) -> None:
    reviewing.draft_signed(
        hand,
        version=_number(fields, "version"),
        reference=_text(fields, "reference"),
        remark=_text(fields, "remark"),
        attribute=_attribute(fields) if _text(fields, "attribute") else None,
        reason=_text(fields, "reason"),
    )


def _publish(hand: Hand, fields: Fields) -> None:
    publishing.publish_draft(
        hand,
        version=_number(fields, "version"),
        channel=_text(fields, "channel"),
        reference=_text(fields, "reference"),
    )


def _correct(hand: Hand, fields: Fields) -> None:
    publishing.correct_registration(
        hand,
        _number(fields, "number"),
        channel=_text(fields, "channel"),
        reference=_text(fields, "reference"),
        out_at=received(_text(fields, "since"), what="实际发布时间"),
        reason=_text(fields, "reason"),
        seen=_number(fields, "seen"),
    )


def _confirm(hand: Hand, fields: Fields) -> None:
    reviewing.bypass_confirmed(hand, version=_number(fields, "version"), request=_text(fields, "request"))


def _drop(hand: Hand, fields: Fields) -> None:
    reviewing.bypass_dropped(
        hand,
        version=_number(fields, "version"),
        reason=_text(fields, "reason"),
        request=_text(fields, "request"),
    )


def _liaise(hand: Hand, fields: Fields) -> None:
    text = _text(fields, "kind")
    if text not in {one.value for one in LiaisonKind}:
        raise Refusal("请选择联络类别")
    liaison.ask_party(hand, kind=LiaisonKind(text), party=_text(fields, "party"), question=_text(fields, "question"))


def _evaluate(hand: Hand, fields: Fields) -> None:
    following.evaluate_response(
        hand, reach=_text(fields, "reach"), questions=_text(fields, "questions"), lessons=_text(fields, "lessons")
    )


_Act = Callable[[Hand, Fields], object]

# What each form does, and the tab on which its refusal is shown.
_ACTS: Mapping[str, tuple[_Act, str]] = MappingProxyType(
    {
        "assess": (lambda hand, _: assessing.begin_assessment(hand), "overview"),
        "assign": (
            lambda hand, fields: assigning.assign_case(hand, _text(fields, "owner"), seen=fields.get("seen")),
            "",
        ),
        "conclude": (_conclude, "overview"),
        "report": (_report, "overview"),
        "respond": (lambda hand, fields: assessing.decide_to_respond(hand, reason=_text(fields, "reason")), "overview"),
        "save": (_save, "draft"),
        "submit": (lambda hand, fields: drafting.submit_draft(hand, version=_number(fields, "version")), "draft"),
        "disclose": (_disclose, ""),
        "review": (_review, "review"),
        "return": (_return, "review"),
        "authority": (_authority, "review"),
        "sign": (_sign, "review"),
        "bypass": (
            lambda hand, fields: reviewing.bypass_asked(
                hand, version=_number(fields, "version"), reason=_text(fields, "reason")
            ),
            "review",
        ),
        "bypass-confirm": (_confirm, "review"),
        "bypass-drop": (_drop, "review"),
        "publish": (_publish, "review"),
        "correct": (_correct, "review"),
        "liaise": (_liaise, "liaison"),
        "liaison-answer": (
            lambda hand, fields: liaison.party_answered(
                hand, _number(fields, "number"), answer=_text(fields, "answer")
            ),
            "liaison",
        ),
        "track": (lambda hand, fields: following.track_reaction(hand, remark=_text(fields, "remark")), "overview"),
        "follow-up": (lambda hand, fields: following.follow_up_on(hand, reason=_text(fields, "reason")), ""),
        "follow-up-drop": (
            lambda hand, fields: withdrawing.drop_round(hand, reason=_text(fields, "reason")),
            "",
        ),
        "evaluate": (_evaluate, "evaluation"),
        "archive": (lambda hand, fields: ending.archive_case(hand, lessons=_text(fields, "lessons")), "evaluation"),
        "close": (lambda hand, fields: ending.close_case(hand, reason=_text(fields, "reason")), ""),
        "reopen": (lambda hand, fields: ending.reopen_case(hand, reason=_text(fields, "reason")), ""),
    }
)
