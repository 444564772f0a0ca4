"""Publish the signed version: the alert is answered, and the clocks that a statement meets are met."""

from service.domain.cases.file import Case
from service.domain.cases.review import publish
from service.flows.alerts.acts import answered
from service.flows.cases.scene import Hand, at_case, authority_of

__all__ = ["publish_draft"]


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
        remark = f"{channel.strip()}：{reference.strip()}"
        answered(scene.work, hand.person.name, case.alert_id, office=hand.office, now=hand.now, remark=remark)
        return case
