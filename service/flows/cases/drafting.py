"""Save versions of the text, submit one to review, set its disclosure attribute."""

from service.domain.beijing import beijing
from service.domain.cases.assess import disclose, disclosure_mark
from service.domain.cases.attribute import correct_disclosure, signed_with_it
from service.domain.cases.file import Case, Disclosure, Draft
from service.domain.cases.moves import Bar, Barred
from service.domain.cases.review import save_draft, submit
from service.flows.cases.scene import Hand, Scene, at_case

__all__ = ["save_text", "set_at", "set_disclosure", "submit_draft"]


def save_text(hand: Hand, *, text: str, base: int) -> Case:
    """Save the text as the next version; `base` is the version that the person began from.

    Raises:
        Barred: Somebody else saved a version meanwhile, the text is empty, too long or unchanged.
    """
    with at_case(hand) as scene:
        _same_base(scene, base)
        return scene.carry(save_draft(scene.file, scene.desk, text), "saved")


def _same_base(scene: Scene, base: int) -> None:
    latest = scene.file.draft(scene.file.case.draft)
    if latest is not None and latest.version != base:
        mine = f"您改的是第{base}版" if base else "您打开时还没有稿件"
        raise Barred(Bar.MOVED_ON, f"{_newer(scene, latest)}，{mine}。您的文字仍在下面，请对照合并后再保存")


def _newer(scene: Scene, latest: Draft) -> str:
    return f"{latest.by}已于{beijing(latest.at, scene.desk.now)}存了第{latest.version}版"


def submit_draft(hand: Hand, *, version: int) -> Case:
    """Submit the latest version to the three reviews; `version` is the one that the person sees.

    Raises:
        Barred: Somebody else saved a version meanwhile, there is none in this round, or it was sent back as it stands.
    """
    with at_case(hand) as scene:
        latest = scene.file.latest
        if latest is not None and latest.version != version:
            raise Barred(Bar.MOVED_ON, f"{_newer(scene, latest)}，没有送审。您看到的是第{version}版，请看过新版再送审")
        return scene.carry(submit(scene.file, scene.desk), "submitted")


def set_disclosure(
    hand: Hand, attribute: Disclosure, *, reason: str, seen: str | None = None, reference: str = ""
) -> Case:
    """Set the disclosure attribute; withholding needs its reason. Of a signed version it is corrected, which is signed anew.

    `seen` marks the attribute that the person saw; `None` asks for no check.

    Raises:
        Barred: Somebody else set it meanwhile; the sentence says who, and to what.
    """
    with at_case(hand) as scene:
        return set_at(scene, attribute, reason=reason, seen=seen, reference=reference)


def set_at(scene: Scene, attribute: Disclosure, *, reason: str, seen: str | None, reference: str = "") -> Case:
    """Do the same in a transaction that is open."""
    case = scene.file.case
    if seen is not None and seen != disclosure_mark(case):
        raise Barred(Bar.MOVED_ON, f"{_set_meanwhile(scene)}，没有改动。请看过再定")
    if signed_with_it(scene.file):
        move = correct_disclosure(scene.file, scene.desk, attribute, reason=reason, reference=reference)
        told = {
            "from": case.disclosure.word if case.disclosure else "未定",
            "disclosure": attribute.word,
            "reason": reason.strip(),
        }
        return scene.carry(move, "disclosure_corrected", **told, reference=reference.strip())
    move = disclose(scene.file, scene.desk, attribute, reason)
    return scene.carry(move, "disclosure", disclosure=attribute.word, reason=reason.strip())


def _set_meanwhile(scene: Scene) -> str:
    case = scene.file.case
    acts = ("case.disclosure", "case.disclosure_corrected")
    rows = [row for act in acts for row in scene.work.audit.rows(subject=f"case:{case.id}", action=act, limit=1)]
    last = max(rows, key=lambda row: row.seq, default=None)
    who = f"{last.actor}已于{beijing(last.at, scene.desk.now)}" if last else "他人已"
    why = f"（{case.disclosure_reason}）" if case.disclosure_reason else ""
    return f"{who}把公开属性定为“{case.disclosure.word if case.disclosure else '未定'}”{why}"
