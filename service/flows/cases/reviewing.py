"""Give an opinion on the submitted version, check publication authority, sign, and, with two names, go past what is missing."""

from dataclasses import replace

from service.domain.cases.assess import disclosure_mark
from service.domain.cases.bypass import drop_bypass, may_ask
from service.domain.cases.file import Case, Disclosure
from service.domain.cases.moves import Bar, Barred
from service.domain.cases.review import (
    ask_bypass,
    check_authority,
    confirm_bypass,
    return_draft,
    review,
    sign,
)
from service.domain.cases.workflow import Step
from service.flows.cases.drafting import set_at
from service.flows.cases.scene import Hand, Scene, at_case, authority_of, findings_of

__all__ = [
    "authority_checked",
    "bypass_asked",
    "bypass_confirmed",
    "bypass_dropped",
    "draft_returned",
    "draft_signed",
    "opinion_given",
]


def opinion_given(
    hand: Hand,
    step: Step,
    *,
    version: int,
    passed: bool,
    remark: str,
) -> Case:
    """Give one of the three opinions; a text with a blocking finding does not pass the confidentiality review."""
    with at_case(hand) as scene:
        move = review(
            scene.file,
            step,
            scene.desk,
            version=version,
            passed=passed,
            remark=remark,
            blocking=_blocking(scene, version),
        )
        return scene.carry(move, "reviewed" if passed else "returned", step=step.value)


def draft_returned(hand: Hand, step: Step, *, version: int, remark: str) -> Case:
    """Send the text back from the authority check or the signature."""
    with at_case(hand) as scene:
        move = return_draft(scene.file, scene.desk, step=step, version=version, remark=remark)
        return scene.carry(move, "returned", step=step.value)


def authority_checked(
    hand: Hand,
    *,
    version: int,
    outcome: str,
    reference: str,
    remark: str,
) -> Case:
    """Find whether this office may publish the text; the alert's finding at this moment counts."""
    with at_case(hand) as scene:
        move = check_authority(
            scene.file,
            scene.desk,
            authority_of(scene.alert),
            version=version,
            outcome=outcome,
            reference=reference,
            remark=remark,
        )
        return scene.carry(move, "authority", remark=remark.strip())


def draft_signed(
    hand: Hand, *, version: int, reference: str, remark: str, attribute: Disclosure | None = None, reason: str = ""
) -> Case:
    """Sign the reviewed version, with the disclosure `attribute` and its `reason` where none was set before.

    Raises:
        Barred: Somebody else set another attribute meanwhile, or the version cannot be signed; then no attribute is set.
    """
    with at_case(hand) as scene:
        file = scene.file
        if attribute is not None and attribute is not file.case.disclosure:
            unset = disclosure_mark(replace(file.case, disclosure=None, disclosure_reason=None))
            file = replace(file, case=set_at(scene, attribute, reason=reason, seen=unset))
        move = sign(file, scene.desk, version=version, reference=reference, remark=remark)
        return scene.carry(move, "signed")


def bypass_asked(hand: Hand, *, version: int, reason: str) -> Case:
    """Ask, as the first name, to go past the reviews and the signature that are missing."""
    with at_case(hand) as scene:
        left = _asker_left(scene)
        move = ask_bypass(scene.file, scene.desk, version=version, reason=reason, asker_left=left)
        return scene.carry(move, "bypass_asked", version=version, reason=reason.strip())


def bypass_confirmed(hand: Hand, *, version: int, request: str | None = None) -> Case:
    """Confirm the bypass that was seen, by its `request`, as the second name; it stands in the weekly briefing."""
    with at_case(hand) as scene:
        move = confirm_bypass(
            scene.file,
            scene.desk,
            version=version,
            request=request,
            blocking=_blocking(scene, version),
            asker_left=_asker_left(scene),
        )
        return scene.carry(move, "bypassed")


def bypass_dropped(hand: Hand, *, version: int, reason: str, request: str | None = None) -> Case:
    """Take a request for a bypass back, or refuse the one that was seen with a reason instead of confirming it."""
    with at_case(hand) as scene:
        asked_by = scene.file.case.asked.get("by", "")
        move = drop_bypass(scene.file, scene.desk, version=version, reason=reason, request=request)
        return scene.carry(move, "bypass_dropped", version=version, asked_by=asked_by, reason=reason.strip())


def _asker_left(scene: Scene) -> bool:
    asker = scene.work.people.by_name(str(scene.file.case.asked.get("by", "")))
    return not may_ask(asker, scene.desk.workflow)


def _blocking(scene: Scene, version: int) -> tuple[str, ...]:
    draft = scene.file.draft(version)
    if draft is None:
        raise Barred(Bar.MOVED_ON, "没有这一版稿件，请刷新页面")
    return tuple(one.sentence for one in findings_of(scene.work, draft.text, now=scene.desk.now) if one.blocking)
