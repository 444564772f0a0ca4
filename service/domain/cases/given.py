"""What somebody gives a version, an opinion or an approval, as the record that keeps it. Pure."""

from service.domain.cases.file import Approval, CaseFile, ReviewOpinion
from service.domain.cases.moves import Desk
from service.domain.cases.workflow import Step

__all__ = ["approval_of", "opinion_on"]


def opinion_on(file: CaseFile, desk: Desk, *, step: Step, version: int, passed: bool, remark: str) -> ReviewOpinion:
    """Return the next opinion of the case, on this version, by who acts now."""
    return ReviewOpinion(
        case_id=file.case.id,
        number=len(file.opinions) + 1,
        version=version,
        step=step,
        passed=passed,
        by=desk.person.name,
        at=desk.now,
        remark=remark,
    )


def approval_of(
    file: CaseFile,
    desk: Desk,
    *,
    step: Step,
    version: int,
    outcome: str,
    reference: str = "",
    remark: str = "",
) -> Approval:
    """Return the next approval of the case, of this version, by who acts now; texts without blanks around them."""
    return Approval(
        case_id=file.case.id,
        number=len(file.approvals) + 1,
        version=version,
        step=step,
        outcome=outcome,
        by=desk.person.name,
        at=desk.now,
        reference=reference.strip(),
        remark=remark.strip(),
    )
