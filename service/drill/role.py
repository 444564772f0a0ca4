"""One role of a drill as a process: `python -m service.drill.role ROLE --data FOLDER`.

Here, and only here, an egress that reaches loopback is made: it reaches the drill's own world and nothing else.
Whatever the settings say, the drill's store, search, mail and sources are those of its folder.
"""

import argparse
import threading
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from crawlers.access.egress import Egress
from service.bootstrap import Application, build, wall_clock
from service.drill.clock import DrillClock
from service.drill.folder import Beginning, DrillState, ended_at, read_state
from service.settings import Settings, load_settings
from service.stopping import end_on_signals
from service.supervise import stop_with_parent
from service.workers import run_assess, run_crawl, run_deliver, write_logs

__all__ = ["drill_application", "drill_looked_back_on", "drill_settings", "main"]


def drill_settings(folder: Path, *, port: int) -> Settings:
    """Return settings that know nothing outside `folder`: no real store, search, mail server or catalogue."""
    given = load_settings(data=folder, port=port)
    nowhere = {"store_url": None, "search_url": None, "search_api_key": None, "smtp_host": None, "base_url": None}
    confined = {"catalogue": folder / "catalogue", "host": "127.0.0.1", "mail_from": "yaowang@drill.invalid"}
    return given.model_copy(update={**nowhere, **confined, "secure_cookies": False, "crawl": True})


def drill_application(folder: Path, state: DrillState) -> Application:
    """Open the drill in `folder` with its own clock and its own way out."""
    clock = DrillClock(started_at=state.started_at, speed=state.speed, wall=wall_clock, begun=Beginning(folder).at)
    return _opened(folder, state, now=clock.now)


def drill_looked_back_on(folder: Path) -> Application:
    """Open the drill in `folder` for a command: marked as one wherever it is read, and at the moment of its end once it has ended.

    By the wall clock what it did would be of tomorrow, and by its own, which goes on sixty times as fast, of years ago.

    Raises:
        OSError: its state cannot be read.
        ValueError: its state says nothing.
    """
    state, ended = read_state(folder), ended_at(folder)
    if ended is None:
        return drill_application(folder, state)
    return _opened(folder, state, now=lambda: ended)


def _opened(folder: Path, state: DrillState, *, now: Callable[[], datetime]) -> Application:
    egress = Egress.for_world("127.0.0.1", state.world_port)
    return build(drill_settings(folder, port=state.web_port), now=now, egress=egress, drill=True)


def main() -> None:
    """Run one role of the drill until it is told to stop."""
    parser = argparse.ArgumentParser(prog="python -m service.drill.role")
    parser.add_argument("role", choices=("web", "crawl", "assess", "deliver"))
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--parent", type=int)
    given = parser.parse_args()
    end_on_signals()
    stop = threading.Event()
    stop_with_parent(stop, parent=given.parent)
    write_logs(f"drill.{given.role}")
    state = read_state(given.data)
    app = drill_application(given.data, state)
    try:
        match given.role:
            case "web":
                from service.drill.site import run_drill_web

                run_drill_web(app, state, stop)
            case "crawl":
                run_crawl(app, stop)
            case "assess":
                run_assess(app, stop)
            case _:
                run_deliver(app, stop)
    finally:
        app.close()


if __name__ == "__main__":
    main()
