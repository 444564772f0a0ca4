"""What was registered of a publication and is wrong is corrected beside it: channel, reference, the time it went out. Pure.

Nothing is back-dated: the office answered when the answer was registered, or later where the text went out later. Clocks
and the alert go by that moment (`answered_from`) and never by an earlier one that somebody says afterwards.
"""

from collections.abc import Iterable
from datetime import datetime

from service.domain.beijing import beijing
from service.domain.cases.file import Approval, CaseFile, Publication, PublicationCorrection
from service.domain.cases.moves import Bar, Barred, Desk, Move, noted, on_duty, stated
from service.domain.cases.workflow import Step

__all__ = ["answered_from", "correct_publication"]

_CLEARS = frozenset({Step.AUTHORITY, Step.SIGN, Step.BYPASS})


def answered_from(file: CaseFile, number: int) -> datetime:
    """Return the moment from which a publication answers: when it was registered, or when it went out where that was later."""
    [registered] = (one for one in file.publications if one.number == number)
    [told] = (one for one in file.published if one.number == number)
    return max(registered.at, told.at)


def correct_publication(
    file: CaseFile,
    desk: Desk,
    number: int,
    *,
    channel: str,
    reference: str,
    out_at: datetime | None,
    reason: str,
    seen: int,
) -> Move:
    """Say anew by which channel, under which reference and when a publication went out; also of a case that is over.

    `seen` is how many corrections of the case the person saw. A time of whole minutes within the minute that stands, or
    none, leaves the time as it is.

    Raises:
        NotOnDuty: The person does not publish.
        Barred: There is no such publication, somebody corrected one meanwhile, nothing differs, something is not said, or
            the time cannot be.
    """
    rule = desk.workflow.steps[Step.PUBLISH]
    on_duty(rule.duties_at(desk.grade), desk, "更正发布登记")
    known = next((one for one in file.published if one.number == number), None)
    if known is None:
        raise Barred(Bar.MOVED_ON, "没有这次发布登记，请刷新页面")
    _unseen(file, desk, seen)
    when = known.at if out_at is None or out_at == known.at.replace(second=0, microsecond=0) else out_at
    told = PublicationCorrection(
        case_id=file.case.id,
        number=len(file.corrections) + 1,
        publication=number,
        channel=stated(channel, "发布渠道"),
        reference=stated(reference, "发布编号或网址"),
        out_at=when,
        reason=stated(reason, "更正的理由"),
        by=desk.person.name,
        at=desk.now,
    )
    if (told.channel, told.reference, told.out_at) == (known.channel, known.reference, known.at):
        raise Barred(Bar.KNOWN, "与现在的登记相同，没有更正")
    if when != known.at:
        _possible(file, known, when, desk.now)
    return noted(file.case, desk, told)


def _unseen(file: CaseFile, desk: Desk, seen: int) -> None:
    if len(file.corrections) != seen:
        last = file.corrections[-1] if file.corrections else None
        told = (
            f"{last.by}已于{beijing(last.at, desk.now)}更正（{last.channel}，{last.reference}）" if last else "登记已变"
        )
        raise Barred(Bar.MOVED_ON, f"{told}，您填写的没有保存，请对照后再更正")


def _possible(file: CaseFile, known: Publication, out_at: datetime, now: datetime) -> None:
    if out_at > now:
        raise Barred(Bar.IMPOSSIBLE_TIME, "实际发布时间不能晚于现在，请核对")
    cleared = max((one.at for one in _cleared(file, known)), default=out_at)
    # Typed times are whole minutes.
    if out_at < cleared.replace(second=0, microsecond=0):
        raise Barred(
            Bar.IMPOSSIBLE_TIME,
            f"实际发布时间不能早于第{known.version}版签批或核对完成的{beijing(cleared, now)}，请核对",
        )
    registered = next(one.at for one in file.publications if one.number == known.number)
    done = [*(one.at for one in file.publications), *(one.at for one in file.evaluations)]
    follow = [at for at in done if at > registered]
    if follow and out_at > min(follow):
        raise Barred(
            Bar.IMPOSSIBLE_TIME, f"实际发布时间不能晚于此后的发布或评估（{beijing(min(follow), now)}），请核对"
        )


def _cleared(file: CaseFile, known: Publication) -> Iterable[Approval]:
    return (one for one in file.approvals if one.version == known.version and one.step in _CLEARS)
