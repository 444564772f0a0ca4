"""The last part of a case: watch the reaction, follow up, evaluate, archive, close, open again. Pure."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Any

from service.domain.cases.file import CaseFile, Evaluation
from service.domain.cases.moves import Bar, Barred, Desk, Move, checked, noted, on_duty, stated, stepped
from service.domain.cases.resumed import resumed
from service.domain.cases.workflow import TEXT_STATES, Step

__all__ = ["archive", "close", "drop_follow_up", "evaluate", "follow_up", "reopen", "track"]

_DAY = timedelta(days=1)
_NOTHING: Mapping[str, object] = MappingProxyType({})


def track(file: CaseFile, desk: Desk, *, remark: str) -> Move:
    """Record the first reaction to the answer (T15)."""
    checked(file.case, Step.TRACK, desk)
    return stepped(file, Step.TRACK, desk, detail={"remark": stated(remark, "首次反应")})


def follow_up(file: CaseFile, desk: Desk, *, reason: str) -> Move:
    """Begin another round 续报 with the new facts; it needs every review and signature of its own (T16)."""
    checked(file.case, Step.FOLLOW_UP, desk)
    return stepped(
        file,
        Step.FOLLOW_UP,
        desk,
        detail={"reason": stated(reason, "新情况"), "round": file.case.round + 1},
        round=file.case.round + 1,
        drafted_from=file.case.draft + 1,
        submitted=None,
    )


def drop_follow_up(file: CaseFile, desk: Desk, *, reason: str) -> Move:
    """Take a further round back that was begun by mistake: the case stands where it stood, with the answer that is out.

    As long as nothing is written in it anybody who holds a duty may; then whoever closes cases. What was written stays.

    Raises:
        Barred: No further round is under way, or there is no reason.
        NotOnDuty: The person may not.
    """
    begun = next((one for one in reversed(file.steps) if one.step is Step.FOLLOW_UP), None)
    if begun is None or begun.before is None or file.case.state not in TEXT_STATES or not file.publications:
        raise Barred(Bar.WRONG_STATE, "现在没有正在办理的续报，不能撤回")
    on_duty(desk.workflow.steps[Step.CLOSE if file.written else Step.FOLLOW_UP].duties, desk, "撤回续报")
    stated(reason, "撤回续报的理由")
    out = file.publications[-1]
    return noted(
        file.case,
        desk,
        state=begun.before,
        round=out.round,
        submitted=out.version,
        drafted_from=out.version,
        asked=_NOTHING,
    )


def evaluate(
    file: CaseFile,
    desk: Desk,
    *,
    daily: Sequence[int],
    running: Sequence[str],
    figures: Mapping[str, Any],
    reach: str = "",
    questions: str = "",
    lessons: str = "",
) -> Move:
    """Evaluate once reaction has died down and no clock of this office runs (T17).

    `daily` are the documents of each of the last whole days, the latest last; `running` names the clocks that run.
    Where `figures` hold the measured `effect`, what a person says of reach and questions adds to it and may be empty.

    Raises:
        Barred: A clock runs, or the event was not quiet on each of the days that the work flow asks for.
    """
    checked(file.case, Step.EVALUATE, desk)
    if running:
        raise Barred(
            Bar.CLOCK_RUNS, f"时限{'、'.join(f'“{name}”' for name in running)}仍在计时，请先登记完成，或写明理由取消"
        )
    _quiet(file, desk, daily)
    measured = bool(figures.get("effect"))
    told = Evaluation(
        case_id=file.case.id,
        number=len(file.evaluations) + 1,
        figures=MappingProxyType(dict(figures)),
        reach=reach.strip() if measured else stated(reach, "传播与到达情况"),
        questions=questions.strip() if measured else stated(questions, "公众仍在追问的问题（没有请写“无”）"),
        lessons=lessons.strip(),
        by=desk.person.name,
        at=desk.now,
    )
    detail = {"before": figures.get("before"), "after": figures.get("after")}
    return stepped(file, Step.EVALUATE, desk, detail=detail, records=(told,))


def _quiet(file: CaseFile, desk: Desk, daily: Sequence[int]) -> None:
    days, most = desk.workflow.quiet_days, desk.workflow.quiet_documents
    last = max(one.at for one in file.published)
    if desk.now - last < days * _DAY:
        ready = "发布后满" + f"{days}日才能评估"
        raise Barred(Bar.NOT_QUIET, f"{ready}，请继续跟踪反应")
    loud = [count for count in daily[-days:] if count >= most]
    if loud:
        raise Barred(
            Bar.NOT_QUIET, f"最近{days}日中有{len(loud)}日的稿件不少于{most}篇（最多{max(loud)}篇），请继续跟踪反应"
        )


def archive(file: CaseFile, desk: Desk, *, lessons: str = "") -> Move:
    """Archive with what was learnt, said now or in the evaluation (T18)."""
    checked(file.case, Step.ARCHIVE, desk)
    if not file.evaluated:
        raise Barred(Bar.NO_EVALUATION, "最近一次发布还没有评估，不能归档")
    learnt = lessons.strip() or file.evaluations[-1].lessons
    return stepped(file, Step.ARCHIVE, desk, detail={"lessons": stated(learnt, "经验教训")})


def close(file: CaseFile, desk: Desk, *, reason: str) -> Move:
    """End a case that is a false positive or another's double; what has been published is evaluated first (T19)."""
    checked(file.case, Step.CLOSE, desk)
    why = stated(reason, "关闭理由")
    if file.publications and not file.evaluated:
        raise Barred(
            Bar.NO_EVALUATION, "已公开回应的处置须先评估（传播、声量、遗留问题、经验教训），再归档，不能直接关闭"
        )
    return stepped(file, Step.CLOSE, desk, detail={"reason": why}, submitted=None)


def reopen(
    file: CaseFile, desk: Desk, *, reason: str, alert_closed: bool = False, risen_at: datetime | None = None
) -> Move:
    """Open an ended case again where it was closed (S04): what of it stands and what is done again is decided by `resumed`.

    A request for a bypass that waited waits no more. `risen_at` is when the event last rose.

    Raises:
        Barred: There is no reason, or its alert is closed (`alert_closed`): nobody would be told of what becomes of it.
    """
    checked(file.case, Step.REOPEN, desk)
    why = stated(reason, "重新打开的理由")
    if alert_closed:
        raise Barred(Bar.WRONG_STATE, "预警已关闭，请先由审批人在事件页重新打开预警，再重新打开处置")
    on = resumed(file, desk, risen_at=risen_at)
    return stepped(
        file,
        Step.REOPEN,
        desk,
        to=on.state,
        detail={"reason": why, "again": on.again},
        records=on.records,
        submitted=on.submitted,
        drafted_from=on.drafted_from,
        asked=_NOTHING,
    )
