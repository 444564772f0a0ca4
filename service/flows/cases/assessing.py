"""Begin and conclude the assessment of a case, report it upwards, decide that the public is to be answered."""

from typing import Any

from service.domain.alerts.alert import AlertState
from service.domain.cases.assess import assess, conclude, report_up, respond
from service.domain.cases.file import Case
from service.domain.cases.moves import Move
from service.domain.cases.workflow import CaseState, Step
from service.domain.clocks.clock import BEGUN_STATES, meet
from service.domain.events.event import IncidentGrade
from service.flows.acts import advance
from service.flows.acts import note as record
from service.flows.cases.scene import Hand, Scene, at_case

__all__ = ["begin_assessment", "conclude_assessment", "decide_to_respond", "report_upwards"]


def begin_assessment(hand: Hand) -> Case:
    """Begin to assess, where level or severity asks for it."""
    with at_case(hand) as scene:
        move = assess(scene.file, scene.desk, level=scene.alert.level, severity=scene.event.severity)
        return scene.carry(move, "assessing")


def conclude_assessment(
    hand: Hand,
    *,
    summary: str,
    grade: IncidentGrade | None,
) -> Case:
    """Conclude, or add the person's half of it where analyst and duty lead are two people."""
    with at_case(hand) as scene:
        move = conclude(scene.file, scene.desk, summary=summary, grade=grade)
        whole = move.case.state is CaseState.ASSESSED
        return scene.carry(move, "assessed" if whole else "half", step="T06", **_said(move))


def report_upwards(hand: Hand, *, to: str, basis: str) -> Case:
    """Record that the matter was reported upwards."""
    with at_case(hand) as scene:
        case = scene.carry(report_up(scene.file, scene.desk, to=to, basis=basis), "reported")
        _meet(scene, Step.REPORT, note=f"上报{to.strip()}")
        return case


def _meet(scene: Scene, step: Step, *, note: str) -> None:
    rule = scene.desk.workflow.steps[step].clock
    for clock in scene.work.clocks.of_alerts([scene.alert.id]).get(scene.alert.id, []):
        if clock.rule_id == rule and clock.state in BEGUN_STATES:
            done = meet(clock, by=scene.desk.person.name, now=scene.desk.now, note=note)
            scene.work.clocks.save(done)
            detail = {"rule": clock.rule_id, "clock": clock.action, "state": done.state.value, "alert": clock.alert_id}
            record(scene.work, scene.desk.person, "clock.met", f"clock:{clock.id}", detail, scene.desk.now)


def decide_to_respond(hand: Hand, *, reason: str) -> Case:
    """Decide to answer, or add the person's half of the decision; with it the alert is being answered."""
    with at_case(hand) as scene:
        move = respond(scene.file, scene.desk, reason=reason)
        whole = move.case.state is CaseState.DRAFTING
        case = scene.carry(move, "drafting" if whole else "half", step="T08", **_said(move))
        if whole:
            detail = {"case": case.id}
            advance(scene.work, hand.person.name, case.alert_id, AlertState.ANSWERING, now=hand.now, detail=detail)
        return case


def _said(move: Move) -> dict[str, Any]:
    """Return what is said of a joint step while it is half done; once it is whole, its step tells it."""
    return dict(move.case.half.get("detail", {}))
