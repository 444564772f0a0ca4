"""Publish the signed version, and correct what was registered of it: the alert is answered, and the clocks that a statement meets are met."""

from datetime import datetime

from service.domain.beijing import beijing
from service.domain.cases.corrected import answered_from, correct_publication
from service.domain.cases.file import Case, Publication, PublicationCorrection
from service.domain.cases.review import publish
from service.flows.alerts.acts import answered
from service.flows.alerts.answer_shifted import Answer, shift_answer
from service.flows.cases.scene import Hand, Scene, at_case, authority_of

__all__ = ["correct_registration", "publish_draft"]


def publish_draft(
    hand: Hand,
    *,
    version: int,
    channel: str,
    reference: str,
) -> Case:
    """Record that the signed text is out, word for word.

    Raises:
        Barred: A check is missing on this version, the attribute forbids it, or authority has been lost meanwhile.
    """
    with at_case(hand) as scene:
        move = publish(
            scene.file, scene.desk, authority_of(scene.alert), version=version, channel=channel, reference=reference
        )
        case = scene.carry(move, "published")
        remark = _remark(channel.strip(), reference.strip())
        answered(scene.work, hand.person.name, case.alert_id, office=hand.office, now=hand.now, remark=remark)
        return case


def correct_registration(
    hand: Hand,
    number: int,
    *,
    channel: str,
    reference: str,
    out_at: datetime | None,
    reason: str,
    seen: int,
) -> Case:
    """Correct what was registered of a publication; what stood before stays in the record and the trail.

    The alert and its clocks count as answered from the registration on, or from later where the text went out later.

    Raises:
        Barred: Nothing differs, the time cannot be, or somebody corrected one meanwhile.
    """
    with at_case(hand) as scene:
        move = correct_publication(
            scene.file,
            scene.desk,
            number,
            channel=channel,
            reference=reference,
            out_at=out_at,
            reason=reason,
            seen=seen,
        )
        [told] = (one for one in move.records if isinstance(one, PublicationCorrection))
        was = next(one for one in scene.file.published if one.number == number)
        case = scene.carry(move, "publication_corrected", **_detail(was, told))
        _shift(scene, was, told)
        return case


def _detail(was: Publication, told: PublicationCorrection) -> dict[str, str]:
    return {
        "from": f"{was.channel}，{was.reference}，{beijing(was.at, told.at)}",
        "channel": told.channel,
        "reference": told.reference,
        "out_at": told.out_at.isoformat(),
        "reason": told.reason,
    }


def _shift(scene: Scene, was: Publication, told: PublicationCorrection) -> None:
    after = scene.work.cases.file(scene.file.case.id)
    assert after is not None
    shift_answer(
        scene.work,
        scene.desk.person.name,
        scene.alert.id,
        was=Answer(answered_from(scene.file, was.number), _remark(was.channel, was.reference)),
        told=Answer(answered_from(after, was.number), _remark(told.channel, told.reference)),
        reason=told.reason,
        now=scene.desk.now,
    )


def _remark(channel: str, reference: str) -> str:
    return f"{channel}：{reference}"
