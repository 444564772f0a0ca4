"""Where an ended case goes on when it is opened again: what of it stands, and what must be done again and why. Pure.

A case that was closed by mistake is mostly missed within hours. Until `STANDS` has passed, and while the event has not
risen, the text and its reviews are those of this answer and stand; a signature never does, for its case was given up
after it. Later nobody can say that the reviewers would pass the same text, so it is written down as a new version.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from service.domain.beijing import beijing
from service.domain.cases.file import Approval, CaseFile, CaseStep
from service.domain.cases.given import approval_of
from service.domain.cases.moves import Desk
from service.domain.cases.workflow import TEXT_STATES, CaseState, Step

__all__ = ["LAPSED", "STANDS", "Resumed", "resumed"]

STANDS = timedelta(hours=24)
"""So long after its closing a text is still the one that was reviewed."""
LAPSED = "lapsed"
"""The outcome of a signature that the closing of its case ended."""

_BEFORE_TEXT = frozenset({CaseState.TRIAGED, CaseState.ASSESSING, CaseState.ASSESSED, CaseState.REPORTED})
_WITH_TEXT = TEXT_STATES - {CaseState.DRAFTING}
_FOLLOWED = frozenset({CaseState.PUBLISHED, CaseState.TRACKING, CaseState.EVALUATED})


@dataclass(frozen=True, slots=True, kw_only=True)
class Resumed:
    """The state in which a case goes on, the version under review, from which version on a text counts, and `again` in words."""

    state: CaseState
    drafted_from: int
    again: str
    submitted: int | None = None
    records: tuple[Approval, ...] = ()


def resumed(file: CaseFile, desk: Desk, *, risen_at: datetime | None = None) -> Resumed:
    """Return where an ended case goes on; `risen_at` is when its event last rose."""
    ended = file.steps[-1] if file.steps else None
    before = ended.before if ended is not None else None
    since = file.case.drafted_from
    if file.case.state is CaseState.ARCHIVED or before in _FOLLOWED:
        return _followed(file, before, _stale(ended, desk, risen_at))
    if file.case.state is CaseState.CLOSED and before in _BEFORE_TEXT:
        return Resumed(state=before, drafted_from=since, again="关闭前已办的步骤仍有效，从关闭时的一步继续")
    if file.case.state is CaseState.CLOSED and before is CaseState.DRAFTING:
        return Resumed(state=before, drafted_from=since, again="关闭前的决定和稿件仍有效，从起草继续")
    if file.case.state is CaseState.CLOSED and before in _WITH_TEXT:
        return _under_way(file, desk, before, _stale(ended, desk, risen_at))
    return Resumed(state=CaseState.TRIAGED, drafted_from=since, again="按已初筛继续，研判及以后各步都须办理")


def _stale(ended: CaseStep | None, desk: Desk, risen_at: datetime | None) -> str:
    """Say why what was passed before the end counts no more; empty where it does."""
    if ended is None:
        return "没有关闭的记录"
    if risen_at is not None and risen_at > ended.at:
        return f"事件在{beijing(risen_at, desk.now)}升级"
    return f"关闭已超过{STANDS // timedelta(hours=1)}小时" if desk.now - ended.at > STANDS else ""


def _followed(file: CaseFile, before: CaseState | None, stale: str) -> Resumed:
    out = file.publications[-1].version if file.publications else None
    since = file.case.drafted_from
    if before is CaseState.EVALUATED and file.case.state is CaseState.CLOSED and not stale:
        return Resumed(state=before, submitted=out, drafted_from=since, again="评估仍有效，从归档继续")
    again = "继续跟踪反应，归档前须重新评估"
    return Resumed(state=CaseState.TRACKING, submitted=out, drafted_from=since, again=again)


def _under_way(file: CaseFile, desk: Desk, before: CaseState, stale: str) -> Resumed:
    version = file.case.draft
    stale = stale or ("此前越过了审核程序" if file.bypassed(version) else "")
    if stale:
        again = f"第{version}版须另存一版，重新送审、签批：{stale}；此前的稿件和意见留存"
        return Resumed(state=CaseState.DRAFTING, drafted_from=version + 1, again=again)
    stands = f"第{version}版和已通过的审核仍有效"
    if before is not CaseState.APPROVED:
        return Resumed(
            state=before, submitted=version, drafted_from=file.case.drafted_from, again=f"{stands}，从关闭时的一步继续"
        )
    lapsed = approval_of(
        file, desk, step=Step.SIGN, version=version, outcome=LAPSED, remark="签批之后处置曾关闭，签批失效"
    )
    return Resumed(
        state=CaseState.APPROVING,
        submitted=version,
        drafted_from=file.case.drafted_from,
        again=f"{stands}；签批须重新办理：签批之后处置曾关闭",
        records=(lapsed,),
    )
