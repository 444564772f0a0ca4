"""A text that was on its way is given up: its alert stands again where it stood before."""

from service.domain.alerts.alert_states import AlertState
from service.domain.alerts.handling import draft_withdrawn
from service.domain.cases.close import drop_follow_up
from service.domain.cases.file import Case
from service.flows.acts import note, save_alert
from service.flows.cases.scene import Hand, Scene, at_case

__all__ = ["drop_round", "give_alert_back"]


def drop_round(hand: Hand, *, reason: str) -> Case:
    """Take a further round back that was begun by mistake; the answer that is out still stands."""
    with at_case(hand) as scene:
        round_ = scene.file.case.round
        move = drop_follow_up(scene.file, scene.desk, reason=reason)
        case = scene.carry(move, "follow_up_dropped", reason=reason.strip(), round=round_)
        if scene.alert.state is AlertState.ANSWERING:
            give_alert_back(scene)
        return case


def give_alert_back(scene: Scene) -> None:
    """Bring an alert that was being answered back, within an open transaction; an earlier answer of it still stands."""
    alert, hand = scene.alert, scene.desk
    back = draft_withdrawn(alert)
    # "alert.answered" is said of an answer only where one is given.
    act = "answer_stands" if back.state is AlertState.ANSWERED else back.state.value
    detail = {"was": alert.state.value, "case": scene.file.case.id}
    note(scene.work, hand.person, f"alert.{act}", f"alert:{alert.id}", detail, hand.now)
    save_alert(scene.work, back, hand.now)
