"""After the answer: the first reaction, another round, the evaluation."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from service.domain.alerts.alert import AlertState
from service.domain.cases.close import evaluate, follow_up, track
from service.domain.cases.file import Case, CaseFile
from service.domain.clocks.clock import BEGUN_STATES, ClockRole
from service.domain.events.event import Event
from service.domain.figures.effect import Effect
from service.flows.acts import advance
from service.flows.cases.scene import Hand, Scene, at_case
from service.flows.reports.effect import effect_of_answer
from service.ports.store import Work

__all__ = ["evaluate_response", "follow_up_on", "measured", "track_reaction", "volume_around"]

_HOUR = timedelta(hours=1)
_DAY = timedelta(days=1)


def track_reaction(hand: Hand, *, remark: str) -> Case:
    """Record the first reaction to the answer."""
    with at_case(hand) as scene:
        return scene.carry(track(scene.file, scene.desk, remark=remark), "tracked")


def follow_up_on(hand: Hand, *, reason: str) -> Case:
    """Begin another round with new facts; the alert is being answered again."""
    with at_case(hand) as scene:
        case = scene.carry(follow_up(scene.file, scene.desk, reason=reason), "followed_up")
        detail = {"case": case.id, "round": case.round}
        advance(scene.work, hand.person.name, case.alert_id, AlertState.ANSWERING, now=hand.now, detail=detail)
        return case


def evaluate_response(
    hand: Hand,
    *,
    reach: str = "",
    questions: str = "",
    lessons: str = "",
) -> Case:
    """Evaluate: figures and effect are counted here, from the store, around the latest publication; people add to them."""
    with at_case(hand) as scene:
        move = evaluate(
            scene.file,
            scene.desk,
            daily=_daily(scene),
            running=_running(scene),
            figures=_figures(scene),
            reach=reach,
            questions=questions,
            lessons=lessons,
        )
        return scene.carry(move, "evaluated")


def _figures(scene: Scene) -> Mapping[str, Any]:
    now = scene.desk.now
    effect = measured(scene.work, scene.file, now=now)
    return {**volume_around(scene.work, scene.event, effect, now=now), "effect": effect.as_json() if effect else None}


def measured(work: Work, file: CaseFile, *, now: datetime) -> Effect | None:
    """Return the effect of the latest answer on the case's event; `None` before the case published one."""
    alert = work.alerts.get(file.case.alert_id)
    if not file.publications or alert is None:
        return None
    return effect_of_answer(work, alert, file, now=now)


def volume_around(work: Work, event: Event, effect: Effect | None, *, now: datetime) -> Mapping[str, Any]:
    """Return the reach of the event and, where its effect was measured, the documents of both windows of that: counted once.

    `window_hours` and `after_hours` say how long the two windows are, `at` which moment divides them.
    """
    spread = work.events.spread(event.id, now=now)
    reach = {name: spread[name] for name in ("items", "sources", "independent_sources", "views", "reposts")}
    if effect is None:
        return reach
    before, after = effect.before, effect.after
    figures = {"at": after.since.isoformat(), "before": before.documents, "after": after.documents}
    hours = {
        "window_hours": (before.until - before.since) // _HOUR,
        "after_hours": (after.until - after.since) // _HOUR,
    }
    return reach | figures | hours


def _daily(scene: Scene) -> list[int]:
    """Return the documents of each of the last whole days, counted back from now, the latest last."""
    days = scene.desk.workflow.quiet_days
    since = scene.desk.now - days * _DAY
    counts = [0] * days
    for hour, count in scene.work.events.hourly(scene.event.id, since=since, until=scene.desk.now):
        counts[min(days - 1, max(0, (hour - since) // _DAY))] += count
    return counts


def _running(scene: Scene) -> list[str]:
    clocks = scene.work.clocks.of_alerts([scene.alert.id]).get(scene.alert.id, [])
    return [clock.action for clock in clocks if clock.role is ClockRole.OWN and clock.state in BEGUN_STATES]
