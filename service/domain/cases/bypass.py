"""A request to go past what is missing: whether it waits, whether it stands, how it is taken back, and what it did. Pure."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from service.domain.cases.file import CaseFile
from service.domain.cases.moves import Bar, Barred, Desk, Move, checked, noted, stated
from service.domain.cases.request import same_request
from service.domain.cases.review import missing_checks
from service.domain.cases.workflow import REVIEWS, CaseState, Step, Workflow
from service.domain.people.person import Act, Person, may

__all__ = ["drop_bypass", "may_ask", "state_told", "waiting_bypass"]


def waiting_bypass(file: CaseFile) -> Mapping[str, Any]:
    """Return the request that waits for its second name; empty where none does, or where all that it would go past has passed since."""
    asked, version = file.case.asked, file.case.submitted
    if version is None or asked.get("version") != version:
        return MappingProxyType({})
    missing = set(missing_checks(file, version)) - {Step.AUTHORITY}
    return asked if missing else MappingProxyType({})


def may_ask(person: Person | None, workflow: Workflow) -> bool:
    """Tell whether this person may ask for a bypass now; a request stands only as long as who made it may."""
    if person is None or person.disabled or not may(person.role, Act.HANDLE_ALERT):
        return False
    return bool(person.duties & set(workflow.steps[Step.BYPASS].duties))


def state_told(file: CaseFile, workflow: Workflow) -> str:
    """Return the state in words: where a bypass brought it about it says so, for nobody passed or signed that."""
    gone_past, state = file.bypassed(file.case.submitted), file.case.state
    if state is CaseState.REVIEWED_3 and gone_past & set(REVIEWS):
        return "已越过审核"
    return "已越过签批" if state is CaseState.APPROVED and Step.SIGN in gone_past else workflow.states[state]


def drop_bypass(file: CaseFile, desk: Desk, *, version: int, reason: str, request: str | None = None) -> Move:
    """Take a request back, or refuse it as one of those who could confirm it. The text goes its way through the reviews.

    `request` is the one that the person saw; `None` asks for no check.

    Raises:
        NotOnDuty: The person may not go past reviews at all.
        Barred: No request waits for this version, another than the one seen, or who refuses another's gives no reason.
    """
    checked(file.case, Step.BYPASS, desk)
    asked = waiting_bypass(file)
    if not asked or asked["version"] != version:
        raise Barred(Bar.MOVED_ON, "没有等待确认的越过申请，请刷新页面")
    same_request(asked, request, desk)
    if asked["by"] != desk.person.name:
        stated(reason, "不同意越过的理由")
    # What is asked once more is told once more.
    return noted(file.case, desk, asked=MappingProxyType({"dropped": int(asked.get("dropped", 0)) + 1}))
