"""Plays a drill from first page to report: opens the world, runs the real roles on it, hands in exports, writes the report."""

import csv
import json
import os
import secrets
import socket
import sys
import threading
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path

from crawlers.disk_words import disk_sentence
from service.bootstrap import Application, prepare, wall_clock
from service.domain.beijing import BEIJING
from service.domain.documents.imported import speaks_for_office
from service.domain.people.person import Person, Role
from service.drill.case_line import CaseLine, case_line
from service.drill.clock import DrillClock
from service.drill.folder import Beginning, DrillState, write_catalogue, write_state
from service.drill.officers import Officers, enrol_officers, patient
from service.drill.people import forget_passwords
from service.drill.report import DrillReport, Observed, as_html, build_report
from service.drill.role import drill_application, drill_settings
from service.drill.scenario import Release, Scenario
from service.drill.world import PressWorld
from service.flows.crawl.importing import import_file
from service.flows.people.acts import add_person
from service.ports.store import StoreUnavailableError, Work
from service.preflight import check_port
from service.supervise import PARENT, NoAnswerError, RoleProcess, Supervisor, answers, await_answer

__all__ = ["DrillError", "DrillOutcome", "play"]

_ROLE_COMMAND = (sys.executable, "-m", "service.drill.role")
_SETTLE_SECONDS = 20.0
_DUTY = "drill-duty"
# The time line begins when the dashboard answers, and not before this: the other roles are up some seconds after it.
_LEAD = timedelta(seconds=10)


class DrillError(Exception):
    """A drill could not be played; the sentence says why and what to do."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DrillOutcome:
    """How a drill ended; `report` is there also where it was ended early."""

    folder: Path
    report: DrillReport


def play(
    scenario: Scenario,
    *,
    parent: Path,
    speed: float,
    stop: threading.Event,
    say: Callable[[str], None],
    people: Sequence[Person] = (),
    port: int = 0,
    stay: bool = False,
) -> DrillOutcome:
    """Run the drill until its time line ends or `stop` is set, then write `report.json` and `report.html`.

    `people` may log in with the passwords they have; their addresses are replaced. With `stay` the drill's dashboard
    keeps answering after the report until `stop` is set.

    Raises:
        DrillError: the port is taken, the folder cannot be written, or the dashboard does not answer.
    """
    taken = check_port("127.0.0.1", port)
    if taken is not None:
        raise DrillError(taken.sentence + taken.remedy)
    started_at = wall_clock() + _LEAD
    folder = parent / f"{started_at.astimezone(BEIJING):%Y%m%d-%H%M%S}-{scenario.id}-{secrets.token_hex(2)}"
    beginning = Beginning(folder)
    clock = DrillClock(started_at=started_at, speed=speed, wall=wall_clock, begun=beginning.at)
    world = PressWorld(scenario, started_at=started_at, now=clock.now)
    world.open()
    terms = _Terms(folder, beginning, started_at, speed, port, people, stay)
    try:
        return _play(scenario, world, terms, stop=stop, say=say)
    except StoreUnavailableError as error:
        raise DrillError(f"演练的存储无法使用：{error}") from error
    except OSError as error:
        raise DrillError(f"演练目录 {parent} 无法使用：{disk_sentence(error)}") from error
    finally:
        world.close()


@dataclass(frozen=True, slots=True)
class _Terms:
    folder: Path
    beginning: Beginning
    started_at: datetime
    speed: float
    port: int
    people: Sequence[Person]
    stay: bool


def _play(
    scenario: Scenario, world: PressWorld, terms: _Terms, *, stop: threading.Event, say: Callable[[str], None]
) -> DrillOutcome:
    state = _begin(scenario, terms, world)
    folder = terms.folder
    try:
        app = drill_application(folder, state)
        try:
            officers = _enrol(app, scenario, terms, say)
            return _run(scenario, app, terms, state, officers, stop=stop, say=say)
        finally:
            app.close()
    except BaseException:
        with suppress(OSError):
            write_state(folder, state.ended("failed", "演练未能完成，原因见该演练目录下的 log。"))
        raise


def _begin(scenario: Scenario, terms: _Terms, world: PressWorld) -> DrillState:
    folder = terms.folder
    folder.mkdir(parents=True)
    web_port = terms.port or _free_port()
    state = DrillState(
        id=folder.name,
        scenario_id=scenario.id,
        title=scenario.title,
        state="running",
        started_at=terms.started_at,
        speed=terms.speed,
        world_port=world.port,
        web_port=web_port,
        address=f"http://127.0.0.1:{web_port}",
        pid=os.getpid(),
    )
    write_catalogue(folder / "catalogue", scenario, world.address)
    prepare(drill_settings(folder, port=web_port))
    write_state(folder, state)
    return state


def _run(
    scenario: Scenario,
    app: Application,
    terms: _Terms,
    state: DrillState,
    officers: Officers,
    *,
    stop: threading.Event,
    say: Callable[[str], None],
) -> DrillOutcome:
    from service.workers import ROLES

    folder = terms.folder
    commands = {name: [*_ROLE_COMMAND, name, "--data", str(folder.absolute()), "--parent", PARENT] for name in ROLES}
    roles = [RoleProcess(name=name, command=command) for name, command in commands.items()]
    supervisor = Supervisor(roles, log_folder=folder / "log", say=say)
    supervisor.start()
    try:
        _await_dashboard(state, supervisor, stop, say)
        if not stop.is_set():
            terms.beginning.write(max(wall_clock(), terms.started_at))
            say(f"演练“{scenario.title}”已开始（时钟 ×{state.speed:g}）：{state.address}")
        _follow(scenario, app, folder, state, officers, supervisor, stop)
        early = stop.is_set()
        _settle(app, supervisor, stop)
        report = _report(scenario, app, folder, state, officers, ended_early=early)
        write_state(folder, state.ended("finished", "演练提前结束。" if early else None))
        say(f"{'演练提前结束，' if early else ''}演练报告：{folder / 'report.html'}")
        while terms.stay and not stop.wait(0.2):
            supervisor.tend()
    finally:
        supervisor.drain()
        forget_passwords(app.store)
    return DrillOutcome(folder=folder, report=report)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _enrol(app: Application, scenario: Scenario, terms: _Terms, say: Callable[[str], None]) -> Officers:
    """Add the people, the mailbox on duty and, unless people who hold duties practise, the scripted officers."""
    now, people = app.now(), terms.people
    with app.store.write() as work:
        for person in people:
            work.people.save(replace(person, email=f"{person.id}@drill.invalid", failures=0, locked_until=None))
    if people:
        say("请用平时的用户名和密码登录演练。")
    else:
        password = add_person(app.store, name="admin", role=Role.ADMINISTRATOR, by="system", now=now, pace=terms.speed)
        say(f"演练管理员 admin，一次性密码 {password}（只显示这一次）")
    add_person(
        app.store,
        name="值班邮箱（演练）",
        role=Role.OFFICER,
        by="system",
        now=now,
        email=f"{_DUTY}@drill.invalid",
        notify_from="blue",
    )
    if scenario.response is None or any(person.duties for person in people):
        return Officers(app=app, scenario=scenario.model_copy(update={"response": None}), people=[], office=app.office)
    say("处置由演练人员按剧本办理；要由本单位人员办理，请先在“系统→用户”中设置岗位再开始演练。")
    return Officers(app=app, scenario=scenario, people=enrol_officers(app, now), office=patient(app.office))


def _await_dashboard(
    state: DrillState, supervisor: Supervisor, stop: threading.Event, say: Callable[[str], None]
) -> None:
    say(f"正在启动演练的四个进程，等待演练网页 {state.address} 应答……")
    try:
        await_answer(supervisor, "web", lambda: answers("127.0.0.1", state.web_port), stop, say=say)
    except NoAnswerError as error:
        raise DrillError(f"演练没有开始：{error}；原因见该演练目录下的 log。") from error


def _follow(
    scenario: Scenario,
    app: Application,
    folder: Path,
    state: DrillState,
    officers: Officers,
    supervisor: Supervisor,
    stop: threading.Event,
) -> None:
    waiting = sorted((release for release in scenario.releases if release.file), key=lambda release: release.at)
    while app.now() < state.started_at + scenario.duration and not stop.wait(0.1):
        supervisor.tend()
        while waiting and app.now() >= state.started_at + waiting[0].at:
            _hand_in(waiting.pop(0), app, folder, state.started_at)
        officers.act(app.now())


def _hand_in(release: Release, app: Application, folder: Path, started_at: datetime) -> None:
    path = folder / "drop" / str(release.file)
    path.parent.mkdir(exist_ok=True)
    rows = [_with_times(row, started_at + release.at) for row in release.rows]
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.DictWriter(file, fieldnames=list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    source = app.catalogue.by_id[release.source]
    # A scenario is written by who sets the drill up: it says itself which words are an office's.
    import_file(
        app.store,
        path,
        source=source,
        now=app.now,
        author_key=app.author_key,
        office_confirmed=speaks_for_office(source),
    )


def _with_times(row: dict[str, str], at: datetime) -> dict[str, str]:
    told = dict(row)
    for key, value in row.items():
        if value.startswith("-") and value.endswith("m") and value[1:-1].isdigit():
            moment = at - timedelta(minutes=int(value[1:-1]))
            told[key] = f"{moment.astimezone(BEIJING):%Y-%m-%d %H:%M:%S}"
    return told


def _settle(app: Application, supervisor: Supervisor, stop: threading.Event) -> None:
    waited = 0.0
    while waited < _SETTLE_SECONDS and not stop.is_set():
        with app.store.read() as work:
            idle = work.documents.pending_count() == 0 and not work.outbox.waiting().get("mail")
        if idle:
            return
        supervisor.tend()
        stop.wait(0.2)
        waited += 0.2


def _report(
    scenario: Scenario,
    app: Application,
    folder: Path,
    state: DrillState,
    officers: Officers,
    *,
    ended_early: bool,
) -> DrillReport:
    left = [f"{deed.word}：演练结束时还没有轮到" for deed in officers.left]
    report = build_report(
        scenario,
        _observe(app, [*officers.refused, *left]),
        started_at=state.started_at,
        ended_at=app.now(),
        speed=state.speed,
        ended_early=ended_early,
    )
    (folder / "report.html").write_text(as_html(report), encoding="utf-8")
    text = json.dumps(report.to_json(), ensure_ascii=False, indent=2)
    (folder / "report.json").write_text(text, encoding="utf-8")
    return report


def _observe(app: Application, refused: Sequence[str]) -> Observed:
    with app.store.read() as work:
        events = work.events.listing(limit=500)
        alerts = {alert.event_id: alert for alert in work.alerts.listing(limit=500)}
        mails: dict[str, list[datetime]] = {}
        taken: dict[str, list[datetime]] = {}
        for row in work.audit.rows(limit=5000):
            if row.action == "mail.accepted":
                mails.setdefault(row.subject, []).append(row.at)
            if row.action == "alert.acknowledged":
                taken.setdefault(row.subject.removeprefix("alert:"), []).append(row.at)
        return Observed(
            members={event.id: work.events.documents(event.id) for event in events},
            alerts=alerts,
            clocks=work.clocks.of_alerts([alert.id for alert in alerts.values()]),
            mails=mails,
            cases=_cases(work, app, refused),
            acknowledged={alert_id: min(moments) for alert_id, moments in taken.items()},
        )


def _cases(work: Work, app: Application, refused: Sequence[str]) -> dict[str, CaseLine]:
    workflow = app.office.register.workflow
    ids = [case.id for over in (False, True) for case in work.cases.listing(over=over)]
    files = work.cases.files(ids)
    events = work.events.get_all([file.case.event_id for file in files.values()])
    return {
        file.case.alert_id: case_line(
            file, workflow, known_at=events[file.case.event_id].known_at, now=app.now(), refused=refused
        )
        for file in files.values()
        if file.case.event_id in events
    }
