"""Give a case to somebody; its alert goes with it."""

from service.domain.cases.assess import assign
from service.domain.cases.file import Case
from service.domain.refusal import NotFound
from service.flows.alerts.acts import give
from service.flows.alerts.unseen import refuse_unseen_owner
from service.flows.cases.scene import Hand, at_case

__all__ = ["assign_case"]


def assign_case(hand: Hand, owner: str, *, seen: str | None = None) -> Case:
    """Give the case and its alert to somebody (by name) who holds a duty, and tell them by mail.

    `seen` names the owner whom the person saw, "" for nobody; `None` asks for no check.

    Raises:
        NotFound: Nobody of that name is active.
        Conflict: The case is over, or theirs already, or somebody gave it away meanwhile.
    """
    with at_case(hand) as scene:
        chosen = scene.work.people.by_name(owner.strip())
        if chosen is None or chosen.disabled:
            raise NotFound(f"没有名为“{owner.strip()[:32]}”的在用人员")
        refuse_unseen_owner(scene.work, scene.alert, scene.file.case, seen=seen, now=hand.now)
        case = scene.carry(assign(scene.file.case, scene.desk, chosen), "assigned", owner=chosen.name)
        if scene.alert.owner != chosen.name:
            give(scene.work, hand.person, scene.alert, chosen, office=hand.office, now=hand.now)
        return case
