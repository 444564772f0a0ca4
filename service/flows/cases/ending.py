"""Archive a case, close one that is false or double, open one again."""

from service.domain.alerts.alert import AlertState
from service.domain.alerts.rounds import marked_moment
from service.domain.cases.close import archive, close, reopen
from service.domain.cases.file import Case
from service.domain.cases.workflow import TEXT_STATES
from service.flows.acts import advance
from service.flows.cases.scene import Hand, at_case
from service.flows.cases.withdrawing import give_alert_back

__all__ = ["archive_case", "close_case", "reopen_case"]


def archive_case(hand: Hand, *, lessons: str) -> Case:
    """Archive an evaluated case with what was learnt."""
    with at_case(hand) as scene:
        return scene.carry(archive(scene.file, scene.desk, lessons=lessons), "archived")


def close_case(hand: Hand, *, reason: str) -> Case:
    """Close a case; an alert that was being answered goes back to where it stood, and is closed by itself."""
    with at_case(hand) as scene:
        case = scene.carry(close(scene.file, scene.desk, reason=reason), "closed")
        if scene.alert.state is AlertState.ANSWERING:
            give_alert_back(scene)
        return case


def reopen_case(hand: Hand, *, reason: str) -> Case:
    """Open an ended case again where it was closed; an alert that was closed over it is opened again first, by whoever may.

    Where a text is on its way again, the alert is being answered again.
    """
    with at_case(hand) as scene:
        alert = scene.alert
        move = reopen(
            scene.file,
            scene.desk,
            reason=reason,
            alert_closed=alert.state is AlertState.CLOSED,
            risen_at=marked_moment(alert.extras, "risen_at"),
        )
        case = scene.carry(move, "reopened")
        if case.state in TEXT_STATES:
            detail = {"case": case.id}
            advance(scene.work, hand.person.name, case.alert_id, AlertState.ANSWERING, now=hand.now, detail=detail)
        return case
