"""The middle of a case: versions of the text, three reviews beside each other, authority, signature, publication. Pure.

What is signed is what was reviewed, and what goes out is what was signed: every check is tied to a version, and a new
version begins without any (GOV-13, SYS-04).
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType

from service.domain.cases.file import (
    Case,
    CaseFile,
    Disclosure,
    Draft,
    LiaisonKind,
    Publication,
    text_hash,
)
from service.domain.cases.given import approval_of, opinion_on
from service.domain.cases.moves import Bar, Barred, Desk, Move, checked, noted, stated, stepped
from service.domain.cases.request import refuse_second, same_request
from service.domain.cases.resumed import LAPSED
from service.domain.cases.workflow import REVIEWS, CaseState, Step
from service.domain.policies.policy import Verdict

__all__ = [
    "LONGEST_DRAFT",
    "Authority",
    "ask_bypass",
    "check_authority",
    "confirm_bypass",
    "missing_checks",
    "publish",
    "refuse_involved",
    "return_draft",
    "review",
    "save_draft",
    "sign",
    "submit",
]

LONGEST_DRAFT = 20_000
"""The most characters of one version."""

_BY_COUNT = {1: CaseState.REVIEWED_1, 2: CaseState.REVIEWED_2, 3: CaseState.REVIEWED_3}
_RETURNED = "returned"
_WITHDRAWN = frozenset({_RETURNED, LAPSED})
_MOST_TOLD = 3
_NOTHING: Mapping[str, object] = MappingProxyType({})


@dataclass(frozen=True, slots=True, kw_only=True)
class Authority:
    """Whether this office may publish, as found for the event: the verdict, its sentence and the lawful alternative."""

    verdict: Verdict
    sentence: str
    alternative: str = ""


def save_draft(file: CaseFile, desk: Desk, text: str) -> Move:
    """Add a version. Opinions and approvals of earlier versions no longer count for anything."""
    checked(file.case, Step.SAVE, desk)
    body = text.replace("\r\n", "\n").strip()
    if not body:
        raise Barred(Bar.EMPTY, "稿件是空的，请写好后再保存")
    if len(body) > LONGEST_DRAFT:
        raise Barred(Bar.TOO_LONG, f"稿件请控制在{LONGEST_DRAFT}字以内，现为{len(body)}字")
    if file.latest is not None and file.latest.text == body:
        raise Barred(Bar.KNOWN, f"与第{file.latest.version}版完全相同，没有另存")
    version = file.case.draft + 1
    draft = Draft(
        case_id=file.case.id,
        version=version,
        round=file.case.round,
        by=desk.person.name,
        at=desk.now,
        text=body,
        hash=text_hash(body),
    )
    voided = file.case.submitted
    detail = {"version": version, "sha256": draft.hash, "voided": voided}
    return stepped(
        file, Step.SAVE, desk, detail=detail, records=(draft,), draft=version, submitted=None, asked=_NOTHING
    )


def submit(file: CaseFile, desk: Desk) -> Move:
    """Submit the latest version of this round to the three reviews, which run beside each other.

    A version that was sent back is not submitted again as it stands: opinions belong to a version for good.
    """
    checked(file.case, Step.SUBMIT, desk)
    if file.latest is None:
        raise Barred(Bar.NO_DRAFT, "本轮还没有稿件，请先起草并保存")
    version = file.latest.version
    if _sent_back(file, version):
        raise Barred(Bar.NO_DRAFT, f"第{version}版已被退回，请按意见修改并另存一版再送审")
    return stepped(file, Step.SUBMIT, desk, detail={"version": version}, submitted=version)


def review(
    file: CaseFile,
    step: Step,
    desk: Desk,
    *,
    version: int,
    passed: bool,
    remark: str = "",
    blocking: tuple[str, ...] = (),
) -> Move:
    """Give one of the three opinions on the submitted version; who wrote in this round gives none.

    `blocking` are the sentences of findings that forbid the text to pass the confidentiality review.

    Raises:
        Barred: Another version is under review now, the opinion is given already, the person is an author, or the text is
            blocked.
    """
    rule = checked(file.case, step, desk)
    _same_version(file.case, version)
    given = file.passed(version).get(step)
    if given is not None:
        raise Barred(Bar.KNOWN, f"{given.by}已通过“{rule.name}”，不需要重复办理")
    if not passed:
        return return_draft(file, desk, step=step, version=version, remark=remark)
    if rule.to in desk.workflow.four_eyes:
        refuse_involved(file.authors, desk, f"{rule.name}须由起草人以外的人办理")
    if step is Step.SECRECY_REVIEW and blocking:
        raise Barred(Bar.BLOCKED_TEXT, f"保密审查不能通过：{_told(blocking)}请退回修改。")
    opinion = opinion_on(file, desk, step=step, version=version, passed=True, remark=remark.strip())
    to = _BY_COUNT[len(file.passed(version)) + 1]
    detail = {"version": version, "remark": remark.strip()}
    return stepped(file, step, desk, to=to, detail=detail, records=(opinion,))


def return_draft(file: CaseFile, desk: Desk, *, step: Step, version: int, remark: str) -> Move:
    """Send the submitted version back with what is to change; what was passed on it does not count for the next one.

    `step` is the check that the person returns it from: a review, the authority check or the signature.
    """
    rule = checked(file.case, step, desk)
    _same_version(file.case, version)
    why = stated(remark, "退回的修改意见")
    records = (
        (opinion_on(file, desk, step=step, version=version, passed=False, remark=why),)
        if step in REVIEWS
        else (approval_of(file, desk, step=step, version=version, outcome=_RETURNED, remark=why),)
    )
    detail = {"version": version, "from": rule.name, "reason": why}
    return stepped(file, Step.RETURN, desk, detail=detail, records=records, submitted=None, asked=_NOTHING)


def check_authority(
    file: CaseFile,
    desk: Desk,
    authority: Authority,
    *,
    version: int,
    outcome: str,
    reference: str = "",
    remark: str = "",
) -> Move:
    """Find whether this text may be published, before anybody signs.

    `outcome` is `allowed`, `authorised` (by whom it belongs to, with its reference), or `work_update` (a report of work
    without conclusions on risk, once the matter has been passed to the national level). Where publication is reserved
    to the national level, `allowed` is refused; where effect is unclear, it needs the basis that was checked.
    """
    checked(file.case, Step.AUTHORITY, desk)
    _same_version(file.case, version)
    _authorised(file, authority, outcome, reference.strip(), remark.strip())
    found = approval_of(
        file, desk, step=Step.AUTHORITY, version=version, outcome=outcome, reference=reference, remark=remark
    )
    to = CaseState.APPROVED if Step.SIGN in file.bypassed(version) else CaseState.APPROVING
    detail = {
        "version": version,
        "outcome": outcome,
        "reference": reference.strip(),
        "verdict": authority.verdict.value,
    }
    return stepped(file, Step.AUTHORITY, desk, to=to, detail=detail, records=(found,))


def sign(file: CaseFile, desk: Desk, *, version: int, reference: str, remark: str = "") -> Move:
    """Sign the reviewed version, by the reference of the signed paper or electronic signature (T13).

    Raises:
        Barred: No disclosure attribute, no reference, or the person wrote or reviewed the text.
    """
    rule = checked(file.case, Step.SIGN, desk)
    _same_version(file.case, version)
    if rule.to in desk.workflow.four_eyes:
        involved = file.authors | {one.by for one in file.passed(version).values()}
        refuse_involved(involved, desk, "签批须由起草人和审核人以外的人办理")
    attribute = _attribute(file.case, "签批")
    number = stated(reference, "签批件编号或电子签批编号")
    signed = approval_of(file, desk, step=Step.SIGN, version=version, outcome="signed", reference=number, remark=remark)
    detail = {"version": version, "reference": number, "disclosure": attribute.value}
    return stepped(file, Step.SIGN, desk, detail=detail, records=(signed,))


def ask_bypass(file: CaseFile, desk: Desk, *, version: int, reason: str, asker_left: bool = False) -> Move:
    """Ask to go past the reviews and the signature that are missing; nothing happens until a second person confirms.

    A request of somebody else that waits already is not written over, unless who made it may ask no more (`asker_left`).
    The two names stand for the attribute too, as a signature does: it is set before.
    """
    checked(file.case, Step.BYPASS, desk)
    _same_version(file.case, version)
    if not asker_left:
        refuse_second(file.case.asked, desk, version)
    missing = _bypassable(file, version)
    asked = {
        "version": version,
        "by": desk.person.name,
        "reason": stated(reason, "越过审核程序的理由"),
        "at": desk.now.isoformat(),
        "steps": [step.value for step in missing],
        "disclosure": _attribute(file.case, "申请越过").value,
        **{name: value for name, value in file.case.asked.items() if name == "dropped"},
    }
    return noted(file.case, desk, asked=MappingProxyType(asked))


def confirm_bypass(
    file: CaseFile,
    desk: Desk,
    *,
    version: int,
    request: str | None = None,
    blocking: tuple[str, ...] = (),
    asker_left: bool = False,
) -> Move:
    """Confirm a bypass as the second name. The publication-authority check is never gone past, nor a blocked text.

    `request` is the one that the person saw; `None` asks for no check.

    Raises:
        Barred: Nobody asked, another request than the one seen waits, who asked may not any more (`asker_left`), the same person asked, the person wrote the text,
            the attribute is another than was asked for, or a finding blocks it.
    """
    checked(file.case, Step.BYPASS, desk)
    _same_version(file.case, version)
    asked = file.case.asked
    if asked.get("version") != version:
        raise Barred(Bar.MOVED_ON, "没有人就这一版申请越过审核程序，请刷新页面")
    same_request(asked, request, desk)
    if asked["by"] == desk.person.name:
        raise Barred(Bar.ASKED_BY_SAME, "越过审核程序须由另一人确认，申请人不能自己确认")
    if asker_left:
        raise Barred(Bar.MOVED_ON, f"申请人{asked['by']}已停用或不再有此岗位，申请不再有效；仍须越过的，请另行申请")
    refuse_involved(file.authors, desk, "越过审核程序须由起草人以外的人确认")
    _same_attribute(file.case)
    if blocking:
        raise Barred(Bar.BLOCKED_TEXT, f"不能越过保密审查：{_told(blocking)}请退回修改。")
    missing = _bypassable(file, version)
    passed = approval_of(
        file,
        desk,
        step=Step.BYPASS,
        version=version,
        outcome=",".join(step.value for step in missing),
        reference=desk.workflow.step_words(missing),
        remark=str(asked["reason"]),
    )
    passed = replace(passed, by=str(asked["by"]), second=desk.person.name)
    to = CaseState.APPROVED if file.approval(version, Step.AUTHORITY) else CaseState.REVIEWED_3
    told: dict[str, object] = {"version": version, "reason": asked["reason"], "asked_by": asked["by"]}
    told["steps"] = [step.value for step in missing]
    return stepped(file, Step.BYPASS, desk, to=to, detail=told, records=(passed,), asked=_NOTHING)


def publish(file: CaseFile, desk: Desk, authority: Authority, *, version: int, channel: str, reference: str) -> Move:
    """Record that the signed version goes out, word for word, by a channel and under a reference (T14).

    Everything that must stand before it is looked at again: what changed since the signature counts.

    Raises:
        Barred: A check is missing on this very version, the attribute forbids it, or authority has been lost since.
    """
    checked(file.case, Step.PUBLISH, desk)
    _same_version(file.case, version)
    draft = file.draft(version)
    missing = missing_checks(file, version)
    if draft is None or missing:
        names = "、".join(desk.workflow.steps[step].name for step in missing)
        raise Barred(Bar.NOT_REVIEWED, f"第{version}版还缺{names or '稿件'}，不能发布")
    if file.case.disclosure is not Disclosure.ACTIVE:
        word = file.case.disclosure.word if file.case.disclosure else "未定"
        raise Barred(
            Bar.NOT_PUBLIC, f"公开属性为“{word}”，只有主动公开的内容可以发布；误定的请由签批人在页首“公开属性”中更正"
        )
    found = file.approval(version, Step.AUTHORITY)
    assert found is not None
    _authorised(file, authority, found.outcome, found.reference, found.remark)
    publication = Publication(
        case_id=file.case.id,
        number=len(file.publications) + 1,
        version=version,
        round=file.case.round,
        channel=stated(channel, "发布渠道"),
        reference=stated(reference, "发布编号或网址"),
        text=draft.text,
        hash=draft.hash,
        by=desk.person.name,
        at=desk.now,
    )
    detail = {
        "version": version,
        "channel": publication.channel,
        "reference": publication.reference,
        "sha256": draft.hash,
    }
    return stepped(file, Step.PUBLISH, desk, detail=detail, records=(publication,))


def _told(blocking: tuple[str, ...]) -> str:
    more = f"等{len(blocking)}项。" if len(blocking) > _MOST_TOLD else ""
    return "".join(f"{sentence.rstrip('。')}。" for sentence in blocking[:_MOST_TOLD]) + more


def missing_checks(file: CaseFile, version: int) -> tuple[Step, ...]:
    """Return the checks that this version still needs before it may go out; a bypass stands for reviews and signature."""
    instead = file.bypassed(version)
    passed = file.passed(version)
    missing = [step for step in REVIEWS if step not in passed and step not in instead]
    for step in (Step.AUTHORITY, Step.SIGN):
        found = file.approval(version, step)
        if (found is None or found.outcome in _WITHDRAWN) and (step is Step.AUTHORITY or step not in instead):
            missing.append(step)
    return tuple(missing)


def _bypassable(file: CaseFile, version: int) -> tuple[Step, ...]:
    missing = tuple(step for step in missing_checks(file, version) if step is not Step.AUTHORITY)
    if not missing:
        raise Barred(Bar.KNOWN, f"第{version}版没有尚缺的审核或签批，不需要越过")
    return missing


def _attribute(case: Case, act: str) -> Disclosure:
    if case.disclosure is None:
        raise Barred(Bar.NO_DISCLOSURE, f"公开属性尚未确定（主动公开、依申请公开或不予公开），请先确定再{act}")
    return case.disclosure


def _same_attribute(case: Case) -> None:
    now = _attribute(case, "确认越过")
    # A request of an earlier build says nothing of the attribute.
    asked = Disclosure(case.asked.get("disclosure", now))
    if asked is not now:
        raise Barred(
            Bar.MOVED_ON, f"公开属性申请时为“{asked.word}”，现为“{now.word}”，没有确认。仍须越过的，请申请人重新申请"
        )


def _sent_back(file: CaseFile, version: int) -> bool:
    opinions = any(one.version == version and not one.passed for one in file.opinions)
    return opinions or any(one.version == version and one.outcome == _RETURNED for one in file.approvals)


def _authorised(file: CaseFile, authority: Authority, outcome: str, reference: str, remark: str) -> None:
    told = f"{authority.sentence}{('依法可以：' + authority.alternative) if authority.alternative else ''}"
    if outcome == "authorised":
        if not reference:
            raise Barred(Bar.NO_AUTHORITY, "请写明授权机关的文号；没有授权不能发布")
    elif outcome == "work_update":
        if not any(one.kind is LiaisonKind.NATIONAL for one in file.liaisons):
            raise Barred(Bar.NO_AUTHORITY, "仅发布工作动态之前，须先在联络中登记已转报国家药监局")
    elif outcome != "allowed":
        raise Barred(Bar.NO_AUTHORITY, "请选择发布权限检查的结论：有权发布、已获授权或仅发布工作动态")
    elif authority.verdict in {Verdict.RESERVED_NATIONAL, Verdict.OTHER_BODY}:
        raise Barred(Bar.NO_AUTHORITY, f"本局无权发布：{told}")
    elif authority.verdict is Verdict.CHECK and not remark:
        raise Barred(Bar.NO_AUTHORITY, f"{authority.sentence}请写明核对的范围和依据后再作“有权发布”的结论")


def _same_version(case: Case, version: int) -> None:
    if case.submitted != version:
        now = f"送审的是第{case.submitted}版" if case.submitted else "没有送审的稿件"
        raise Barred(Bar.MOVED_ON, f"现在{now}，您看到的是第{version}版，请刷新页面后再办理")


def refuse_involved(involved: frozenset[str] | set[str], desk: Desk, sentence: str) -> None:
    """Pass where the person had no hand in the text. Raises `Barred` with the sentence."""
    if desk.person.name in involved:
        raise Barred(Bar.FOUR_EYES, f"{sentence}（四眼原则），{desk.person.name}已参与本稿")
