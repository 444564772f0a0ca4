"""Archive a case, close one that is false or double, open one again."""

from service.domain.alerts.alert import AlertState
from service.domain.cases.close import archive, close, reopen
from service.domain.cases.file import Case
from service.flows.acts import advance
from service.flows.cases.scene import Hand, at_case

__all__ = ["archive_case", "close_case", "reopen_case"]


def archive_case(hand: Hand, *, lessons: str) -> Case:
    """Archive an evaluated case with what was learnt."""
    with at_case(hand) as scene:
        return scene.carry(archive(scene.file, scene.desk, lessons=lessons), "archived")


def close_case(hand: Hand, *, reason: str) -> Case:
    """Close a case; an alert that was being answered goes back to whom it was given, and is closed by itself."""
    with at_case(hand) as scene:
        case = scene.carry(close(scene.file, scene.desk, reason=reason), "closed")
        if scene.alert.state is AlertState.ANSWERING:
            back = AlertState.ASSIGNED if scene.alert.owner else AlertState.ACKNOWLEDGED
            advance(scene.work, hand.person.name, case.alert_id, back, now=hand.now, detail={"case": case.id})
        return case


def reopen_case(hand: Hand, *, reason: str) -> Case:
    """Open an ended case again; an alert that was closed over it is opened again first, by whoever may."""
    with at_case(hand) as scene:
        closed = scene.alert.state is AlertState.CLOSED
        return scene.carry(reopen(scene.file, scene.desk, reason=reason, alert_closed=closed), "reopened")
