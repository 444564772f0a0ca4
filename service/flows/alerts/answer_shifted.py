"""The answer of an alert was registered wrongly: alert and clocks are brought to the moment that is told now."""

from dataclasses import dataclass
from datetime import datetime

from service.domain.alerts.handling import answer_shifted
from service.domain.clocks.clock import MET_STATES, met_shifted
from service.flows.acts import held_alert, save_alert
from service.ports.store import Work

__all__ = ["Answer", "shift_answer"]


@dataclass(frozen=True, slots=True)
class Answer:
    """From which moment an answer counts, and by which words its clocks were met."""

    at: datetime
    remark: str


def shift_answer(
    work: Work, person_name: str, alert_id: str, *, was: Answer, told: Answer, reason: str, now: datetime
) -> None:
    """Bring the alert and the clocks that were met by the answer `was` to what is told of it now, within an open transaction.

    What was met otherwise, or in other words, is left. Whoever calls sees to it that no moment lies before the registration.
    """
    for clock in work.clocks.of_alerts([alert_id]).get(alert_id, []):
        if clock.state not in MET_STATES or (clock.met_at, clock.reason) != (was.at, was.remark):
            continue
        shifted = met_shifted(clock, was=was.at, at=told.at, note=told.remark)
        work.clocks.save(shifted)
        detail = {
            "rule": clock.rule_id,
            "clock": clock.action,
            "state": shifted.state.value,
            "alert": alert_id,
            "met_at": told.at.isoformat(),
            "reason": reason,
        }
        work.audit.append(
            actor=person_name, action="clock.met_corrected", subject=f"clock:{clock.id}", detail=detail, now=now
        )
    alert = held_alert(work, alert_id)
    shifted_alert = answer_shifted(alert, was=was.at, at=told.at)
    if shifted_alert is alert or was.at == told.at:
        return
    save_alert(work, shifted_alert, now)
    detail = {"met_at": told.at.isoformat(), "reason": reason}
    work.audit.append(
        actor=person_name, action="alert.answer_corrected", subject=f"alert:{alert_id}", detail=detail, now=now
    )
