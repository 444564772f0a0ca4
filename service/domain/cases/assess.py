"""The first part of a case: opened from an alert, assessed, reported upwards, and the decision to answer. Pure."""

from types import MappingProxyType

from service.domain.alerts.alert import Alert, AlertLevel
from service.domain.cases.attribute import signed_with_it
from service.domain.cases.file import Case, CaseFile, CaseStep, Disclosure, Liaison, LiaisonKind, case_id, text_hash
from service.domain.cases.moves import Bar, Barred, Desk, Move, checked, joined, noted, on_duty, stated, stepped
from service.domain.cases.workflow import CaseState, Step
from service.domain.events.event import GRAVE_GRADES, IncidentGrade
from service.domain.people.person import Person

__all__ = [
    "answer_liaison",
    "assess",
    "assign",
    "conclude",
    "disclose",
    "disclosure_mark",
    "liaise",
    "open_case",
    "report_up",
    "respond",
]

_SEVERE = 3
_SIGNED = frozenset({CaseState.APPROVED, CaseState.PUBLISHED, CaseState.TRACKING, CaseState.EVALUATED})


def open_case(alert: Alert, desk: Desk, *, relevant: bool, remark: str = "") -> Move:
    """Open the case of an alert with the outcome of screening: of this office's remit, or a false positive.

    The system found it when it raised the alert; that step is written with that time and without a person's name.

    Raises:
        Barred: A false positive has no reason.
        NotOnDuty: The person does not screen.
    """
    case = Case(
        id=case_id(alert.id),
        alert_id=alert.id,
        event_id=alert.event_id,
        title=alert.title,
        state=CaseState.DETECTED,
        opened_at=desk.now,
        opened_by=desk.person.name,
        changed_at=desk.now,
        owner=alert.owner,
        revision=0,
    )
    step = Step.TRIAGE if relevant else Step.DISMISS
    checked(case, step, desk)
    found = CaseStep(
        case_id=case.id,
        number=1,
        step=Step.DETECT,
        before=None,
        state=CaseState.DETECTED,
        by="system",
        at=alert.raised_at,
        detail=MappingProxyType({"level": alert.level.key}),
    )
    detail = {"reason": remark.strip() if relevant else stated(remark, "误报理由")}
    move = stepped(CaseFile(case=case, steps=(found,)), step, desk, detail=detail)
    return Move(case=move.case, records=(found, *move.records))


def assess(file: CaseFile, desk: Desk, *, level: AlertLevel, severity: int) -> Move:
    """Begin to assess: level yellow or above, or severity 3 or above (T04)."""
    checked(file.case, Step.ASSESS, desk)
    if level < AlertLevel.YELLOW and severity < _SEVERE:
        raise Barred(
            Bar.NOT_GRAVE,
            f"预警为{level.word}、严重度{severity}，未达研判条件（黄色或严重度3）；可先调整级别，或关闭处置",
        )
    return stepped(file, Step.ASSESS, desk, detail={"level": level.key, "severity": severity})


def assign(case: Case, desk: Desk, owner: Person) -> Move:
    """Give the case to somebody who holds a duty.

    Raises:
        Barred: The case is over, theirs already, or they hold no duty.
    """
    if case.state in desk.workflow.final:
        raise Barred(Bar.WRONG_STATE, "处置已结束，请先重新打开再指派")
    if not owner.duties:
        raise Barred(Bar.OFF_DUTY, f"{owner.name}没有处置岗位，请另选人员，或请系统管理员设置岗位")
    if case.owner == owner.name:
        raise Barred(Bar.KNOWN, f"处置已由{owner.name}承办")
    return noted(case, desk, owner=owner.name)


def liaise(file: CaseFile, desk: Desk, *, kind: LiaisonKind, party: str, question: str) -> Move:
    """Write down what was asked of whom. Asking for facts while assessing is a step (T05), at other times a note."""
    who, asked = stated(party, "联络对象"), stated(question, "联络事项")
    number = file.liaisons[-1].number + 1 if file.liaisons else 1
    told = Liaison(
        case_id=file.case.id,
        number=number,
        kind=kind,
        party=who,
        question=asked,
        by=desk.person.name,
        at=desk.now,
    )
    if kind is LiaisonKind.FACTS and file.case.state is CaseState.ASSESSING:
        checked(file.case, Step.ASK_FACTS, desk)
        return stepped(file, Step.ASK_FACTS, desk, detail={"party": who, "question": asked}, records=(told,))
    if file.case.state in desk.workflow.final:
        raise Barred(Bar.WRONG_STATE, "处置已结束，请先重新打开再登记联络")
    return noted(file.case, desk, told)


def answer_liaison(file: CaseFile, desk: Desk, number: int, answer: str) -> Move:
    """Write down the answer to a question, once."""
    asked = next((one for one in file.liaisons if one.number == number), None)
    if asked is None:
        raise Barred(Bar.MOVED_ON, "没有这条联络记录，请刷新页面")
    if asked.answer is not None:
        raise Barred(Bar.KNOWN, f"{asked.answered_by}已登记答复；如有补充，请另记一条联络")
    told = Liaison(
        case_id=asked.case_id,
        number=asked.number,
        kind=asked.kind,
        party=asked.party,
        question=asked.question,
        by=asked.by,
        at=asked.at,
        answer=stated(answer, "答复内容"),
        answered_by=desk.person.name,
        answered_at=desk.now,
    )
    return noted(file.case, desk, told)


def conclude(file: CaseFile, desk: Desk, *, summary: str, grade: IncidentGrade | None = None) -> Move:
    """Conclude the assessment with what is found and the grade proposed; analyst and duty lead together (T06).

    Who comes second may leave the summary empty: then that of the first stands; else both stand, each with its name.
    """
    rule = checked(file.case, Step.CONCLUDE, desk)
    whole, half = joined(
        file, rule, desk, field="summary", text=summary, what="研判结论", grade=grade.value if grade else None
    )
    if not whole:
        return noted(file.case, desk, half=half)
    return stepped(file, Step.CONCLUDE, desk, detail={**half["detail"], "by": half["by"]})


def report_up(file: CaseFile, desk: Desk, *, to: str, basis: str = "") -> Move:
    """Report upwards: of grades Ⅰ and Ⅱ always, else where the plan says so and the person names where (T07)."""
    checked(file.case, Step.REPORT, desk)
    who = stated(to, "上报对象")
    if desk.grade not in GRAVE_GRADES and not basis.strip():
        raise Barred(Bar.NOT_GRAVE, "事件未登记为Ⅰ级或Ⅱ级，请写明预案中要求上报的依据")
    return stepped(file, Step.REPORT, desk, detail={"to": who, "reason": basis.strip()})


def respond(file: CaseFile, desk: Desk, *, reason: str) -> Move:
    """Decide that the public is to be answered; spokesperson and responsible department together (T08)."""
    rule = checked(file.case, Step.RESPOND, desk)
    whole, half = joined(file, rule, desk, field="reason", text=reason, what="需要回应的理由")
    if not whole:
        return noted(file.case, desk, half=half)
    return stepped(
        file,
        Step.RESPOND,
        desk,
        detail={**half["detail"], "by": half["by"]},
        drafted_from=file.case.draft + 1,
        submitted=None,
    )


def disclosure_mark(case: Case) -> str:
    """Return a mark of the attribute as it stands with its reason: who decides says by it which one they saw."""
    return text_hash(f"{case.disclosure or ''}\n{case.disclosure_reason or ''}")[:16]


def disclose(file: CaseFile, desk: Desk, attribute: Disclosure, reason: str = "") -> Move:
    """Set the disclosure attribute; withholding needs its reason.

    It stands fixed once the text is signed, or two names went past its signature.

    Raises:
        NotOnDuty: The person neither writes nor signs.
        Barred: Signed already, or no reason.
    """
    state = file.case.state
    if state in desk.workflow.final or state in _SIGNED or signed_with_it(file):
        raise Barred(Bar.WRONG_STATE, "签批之后公开属性由签批人更正；已公开发布的不再改动")
    duties = desk.workflow.steps[Step.SAVE].duties + desk.workflow.steps[Step.SIGN].duties_at(desk.grade)
    on_duty(duties, desk, "确定公开属性")
    why = stated(reason, "不予公开的理由") if attribute is Disclosure.WITHHELD else reason.strip()
    return noted(file.case, desk, disclosure=attribute, disclosure_reason=why or None)
