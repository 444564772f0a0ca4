"""The disclosure attribute of a signed version is corrected: it was signed with the text, so it is signed anew. Pure.

The signature that was given stays beside it, and so does a bypass of it: two names let the text out with that attribute,
so its author alone does not give it another. A text that is out is public: what it carries is a fact and no decision any
more, so nothing is corrected then.
"""

from service.domain.cases.file import CaseFile, Disclosure
from service.domain.cases.given import approval_of
from service.domain.cases.moves import Bar, Barred, Desk, Move, noted, on_duty, stated
from service.domain.cases.review import refuse_involved
from service.domain.cases.workflow import TEXT_STATES, CaseState, Step

__all__ = ["correct_disclosure", "signed_with_it"]


def signed_with_it(file: CaseFile) -> bool:
    """Tell whether the attribute was signed, or let past its signature, with the text under way: then only who signs corrects it."""
    case = file.case
    past = case.state in TEXT_STATES and Step.SIGN in file.bypassed(case.submitted)
    return case.state is CaseState.APPROVED or past


def correct_disclosure(file: CaseFile, desk: Desk, attribute: Disclosure, *, reason: str, reference: str = "") -> Move:
    """Say anew which attribute the version carries that is signed and not out; whoever may sign it signs it with that.

    It is the same where two names stood for the signature, also of a case of an earlier build that they let past without one.

    Raises:
        NotOnDuty: The person may not sign.
        Barred: No version is signed and not out, nothing differs, reason or reference are missing, or the person wrote or
            reviewed the text.
    """
    case, version = file.case, file.case.submitted
    if version is None or not signed_with_it(file):
        raise Barred(Bar.WRONG_STATE, _not_now(case.state))
    before = case.disclosure.word if case.disclosure else "未定"
    if attribute is case.disclosure:
        raise Barred(Bar.KNOWN, f"公开属性已是“{attribute.word}”，没有更正")
    why = stated(reason, "更正公开属性的理由")
    sign = desk.workflow.steps[Step.SIGN]
    on_duty(sign.duties_at(desk.grade), desk, "更正已签批的公开属性")
    if sign.to in desk.workflow.four_eyes:
        involved = file.authors | {one.by for one in file.passed(version).values()}
        refuse_involved(involved, desk, "更正已签批的公开属性须由起草人和审核人以外的人办理")
    signed = approval_of(
        file,
        desk,
        step=Step.SIGN,
        version=version,
        outcome="signed",
        reference=stated(reference, "重新签批的签批件编号或电子签批编号"),
        remark=f"公开属性由“{before}”更正为“{attribute.word}”：{why}",
    )
    return noted(case, desk, signed, disclosure=attribute, disclosure_reason=why)


def _not_now(state: CaseState) -> str:
    if state in {CaseState.PUBLISHED, CaseState.TRACKING, CaseState.EVALUATED, CaseState.ARCHIVED}:
        return "稿件已公开发布，公开属性就是主动公开，不再更正"
    return "现在没有已签批而未发布的稿件，公开属性不能更正"
