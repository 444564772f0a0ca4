"""The dashboard of a drill: the same pages, marked 演练, with the drill's own clock and local mailbox."""

import threading

from service.api.context import DrillInfo
from service.bootstrap import Application
from service.drill.folder import DrillState
from service.site import site_context
from service.web.app import create_app
from service.workers import run_web

__all__ = ["run_drill_web"]


def run_drill_web(app: Application, state: DrillState, stop: threading.Event) -> None:
    """Serve the drill's dashboard until `stop` is set."""
    info = DrillInfo(scenario_id=state.scenario_id, title=state.title, started_at=state.started_at, speed=state.speed)
    run_web(app, create_app(site_context(app, drill=info)), stop)
