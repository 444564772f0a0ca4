"""Of two who assign at once the second is told: an owner whom a person did not see is not replaced in silence."""

from datetime import datetime

from service.domain.alerts.alert import Alert
from service.domain.beijing import beijing
from service.domain.cases.file import Case
from service.domain.refusal import Conflict
from service.ports.store import Work

__all__ = ["refuse_unseen_owner"]


def refuse_unseen_owner(work: Work, alert: Alert, case: Case | None, *, seen: str | None, now: datetime) -> None:
    """Pass where the owner, of the case if there is one, is whom the person `seen`, "" for nobody; `None` asks for no check.

    Raises:
        Conflict: Somebody gave it away meanwhile; the sentence says who, when and to whom.
    """
    owner = (case.owner if case is not None else alert.owner) or ""
    if seen is None or seen == owner:
        return
    rows = work.audit.rows(subject=f"alert:{alert.id}", action="alert.assigned", limit=1)
    rows += work.audit.rows(subject=f"case:{case.id}", action="case.assigned", limit=1) if case is not None else []
    last = max(rows, key=lambda row: row.seq, default=None)
    who = f"{last.actor}已于{beijing(last.at, now)}" if last is not None else "他人已"
    before = f"您打开页面时由{seen}承办" if seen else "您打开页面时还没有承办人"
    raise Conflict(f"{who}指派给{owner or '无人'}，{before}，没有改动。仍要改派的，请看过再提交")
