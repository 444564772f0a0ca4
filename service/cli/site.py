"""The web role of an installation: its dashboard, which can also start drills in processes of their own."""

import os
import subprocess
import sys
import threading
from contextlib import suppress
from datetime import timedelta
from pathlib import Path

from service.api.context import DrillRun, DrillScenario
from service.bootstrap import Application
from service.drill.folder import DrillState, drills
from service.drill.people import write_people
from service.drill.scenario import Scenario, scenarios
from service.site import DrillDesk, site_context
from service.web.app import create_app
from service.workers import run_web

__all__ = ["drill_desk", "run_site"]

_START_SECONDS = 40.0


def run_site(app: Application, stop: threading.Event) -> None:
    """Serve the dashboard of `app` until `stop` is set."""
    run_web(app, create_app(site_context(app, desk=drill_desk(app))), stop)


def drill_desk(app: Application) -> DrillDesk:
    """Return what the dashboard can do with drills."""
    parent = app.settings.data / "drills"
    return DrillDesk(
        scenarios=tuple(_offered(scenario) for scenario in scenarios()),
        runs=lambda: tuple(_run(folder, state) for folder, state in drills(parent)),
        start=lambda scenario_id, speed, person: _start(app, parent, scenario_id, speed, person),
    )


def _offered(scenario: Scenario) -> DrillScenario:
    return DrillScenario(
        id=scenario.id,
        title=scenario.title,
        summary=scenario.summary,
        goals=scenario.goals,
        duration_minutes=int(scenario.duration / timedelta(minutes=1)),
    )


def _run(folder: Path, state: DrillState) -> DrillRun:
    report = folder / "report.json"
    lost = state.state == "running" and not _alive(state.pid)
    return DrillRun(
        id=state.id,
        scenario_id=state.scenario_id,
        title=state.title,
        state="failed" if lost else state.state,
        started_at=state.started_at,
        speed=state.speed,
        address=state.address if state.state == "running" and not lost else None,
        report=report if report.exists() else None,
        note="演练进程已不在运行。" if lost else state.note,
    )


def _alive(pid: int) -> bool:
    return Path(f"/proc/{pid}").exists() or not Path("/proc").exists()


def _start(app: Application, parent: Path, scenario_id: str, speed: float, person: str) -> None:
    known = {folder.name for folder, _ in drills(parent)}
    parent.mkdir(parents=True, exist_ok=True)
    with app.store.read() as work:
        people = write_people([one for one in work.people.listing() if not one.disabled])
    with (parent / "start.log").open("ab") as log:
        process = subprocess.Popen(
            [
                *(sys.executable, "-m", "service.cli", "drill", scenario_id, "--stay", "--people"),
                *("--parent", str(os.getpid())),
                *("--speed", f"{speed:g}", "--data", str(app.settings.data.absolute())),
            ],
            stdin=subprocess.PIPE,
            stdout=log,
            stderr=log,
            start_new_session=True,
        )
    assert process.stdin is not None
    # A few hundred bytes a person: the pipe takes them before the drill reads.
    with suppress(BrokenPipeError), process.stdin as pipe:
        pipe.write(people)
    pause = threading.Event()
    for _ in range(int(_START_SECONDS / 0.2)):
        found = next((pair for pair in drills(parent) if pair[0].name not in known), None)
        if found is not None:
            with app.store.write() as work:
                detail = {"scenario": scenario_id, "speed": speed}
                subject = f"drill:{found[1].id}"
                work.audit.append(actor=person, action="drill.started", subject=subject, detail=detail, now=app.now())
            return
        if process.poll() is not None or pause.wait(0.2):
            break
    raise RuntimeError(f"演练没有启动，原因见 {parent / 'start.log'}")
