"""`yaowang up`, and its roles alone as `web`, `crawl`, `assess` and `deliver`; with `crawl --once` one pass."""

import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from crawlers.disk_words import disk_words
from service.cli.lock import was_held
from service.cli.opening import DataOption, opened, settings_of
from service.cli.owner import given_to_owner
from service.cli.speak import EXIT_MISUSED, fail, misuse, say

if TYPE_CHECKING:
    from service.bootstrap import Application
    from service.cli.lock import Lock
    from service.settings import Settings
    from service.supervise import Supervisor

__all__ = ["register"]

_ORPHAN_SECONDS = 6.0
_FREED = "磁盘已满，预留的 64 MiB 已释放，留给登录、预警处理和邮件；请尽快清理磁盘。"
PortOption = Annotated[int | None, typer.Option("--port", min=1, max=65535, help="网页端口，默认 8300")]
ParentOption = Annotated[int | None, typer.Option("--parent", hidden=True, help="监管进程的编号；它不在了就结束")]


def register(application: typer.Typer) -> None:
    """Add the commands of this module."""
    application.command("up", help="在一台机器上运行全部：网页、采集、研判、投递。")(up)
    application.command("crawl", help="采集进程；加 --once 只采一遍并逐源报告。")(crawl)
    application.command("web", help="单独运行网页进程。")(web)
    application.command("assess", help="单独运行研判进程。")(assess)
    application.command("deliver", help="单独运行投递进程（邮件与检索索引）。")(deliver)


def up(port: PortOption = None, data: DataOption = None) -> None:
    """Run everything on this machine until Ctrl-C."""
    settings = settings_of(port=port, data=data)
    with given_to_owner(settings.data):
        _up(settings)


def _up(settings: "Settings") -> None:
    # A folder that has been held before may be held now, which explains the busy port; a new one is made only where
    # the host has all that a start needs.
    ran_before = was_held(settings.data)
    if ran_before:
        _free_reserve(settings.data)
    lock = _hold(settings.data) if ran_before else None
    try:
        if lock is not None:
            _await_orphans(settings)
        _check_host(settings, ran_before=ran_before)
        lock = lock or _hold(settings.data)
        _prepare(settings)
        lock.describe(settings.address)
        _serve(settings)
    finally:
        if lock is not None:
            lock.close()


def web(port: PortOption = None, data: DataOption = None, parent: ParentOption = None) -> None:
    """Run the web role as a process of its own."""
    from service.cli.site import run_site
    from service.preflight import check_port

    settings = settings_of(port=port, data=data)
    taken = check_port(settings.host, settings.port)
    if taken is not None:
        fail(taken.sentence + taken.remedy)
    _run_role("web", run_site, port=port, data=data, parent=parent)


def assess(data: DataOption = None, parent: ParentOption = None) -> None:
    """Run the assess role as a process of its own."""
    from service.workers import run_assess

    _run_role("assess", run_assess, data=data, parent=parent)


def deliver(data: DataOption = None, parent: ParentOption = None) -> None:
    """Run the deliver role as a process of its own."""
    from service.workers import run_deliver

    _run_role("deliver", run_deliver, data=data, parent=parent)


def crawl(
    sources: Annotated[list[str] | None, typer.Argument(help="信源编号；不写则为全部启用的信源")] = None,
    *,
    once: Annotated[bool, typer.Option("--once", help="只采一遍，逐源报告后结束")] = False,
    out: Annotated[
        Path | None, typer.Option("--out", help="与 --once 合用：写入这个文件夹（JSON 行），不入库、不研判")
    ] = None,
    data: DataOption = None,
    parent: ParentOption = None,
) -> None:
    """Run the crawl role, or one pass over some sources."""
    if once:
        from service.cli.once import crawl_once

        with opened(data) as app:
            crawl_once(app, sources or [], out=out)
        return
    if out is not None:
        misuse("--out 只与 --once 合用：采集进程总是写入存储。")
    if sources:
        misuse("采集进程按目录采集全部启用的信源；只采其中几个，请加 --once。")
    from service.workers import run_crawl

    _run_role("crawl", run_crawl, data=data, parent=parent)


def _run_role(
    name: str,
    role: "Callable[[Application, threading.Event], None]",
    *,
    port: int | None = None,
    data: Path | None = None,
    parent: int | None = None,
) -> None:
    from service.stopping import end_on_signals
    from service.supervise import stop_with_parent
    from service.workers import write_logs

    write_logs(name)
    # The role itself heeds the signals once it has something in hand.
    end_on_signals()
    stop = threading.Event()
    stop_with_parent(stop, parent=parent)
    # A supervisor has prepared the store before it starts a role.
    with opened(data, port=port, prepared=parent is not None, lasting=True) as app:
        if app.shared_clock is not None:
            app.shared_clock.keep(stop)
        role(app, stop)


def _hold(data: Path) -> "Lock":
    from service.cli.lock import HeldError, hold

    try:
        return hold(data)
    except HeldError as error:
        where = error.address or "正在启动"
        say(f"这个数据目录已有药望在运行（进程 {error.pid}，{where}）。要停止它，请在它的窗口按 Ctrl-C。")
        raise typer.Exit(EXIT_MISUSED) from None
    except OSError as error:
        fail(f"数据目录 {data} 无法写入：{disk_words(error)}。请改正权限，或用 --data 换一个目录。")


def _await_orphans(settings: "Settings") -> None:
    """Give the roles of an `up` that was killed the seconds that they need to end and let go of the port."""
    from service.preflight import check_port

    waited, pause = 0.0, threading.Event()
    while check_port(settings.host, settings.port) is not None and waited < _ORPHAN_SECONDS:
        pause.wait(0.2)
        waited += 0.2


def _check_host(settings: "Settings", *, ran_before: bool) -> None:
    from service.preflight import check_host
    from service.settings import unknown_variables

    for name in unknown_variables():
        say(f"提示：没有 {name} 这个设置，请检查环境变量的拼写。")
    findings = check_host(settings.data, settings.host, settings.port, ran_before=ran_before)
    for finding in findings:
        say(f"{'错误' if finding.severity == 'error' else '提示'}：{finding.sentence}{finding.remedy}")
    if any(finding.severity == "error" for finding in findings):
        fail("没有启动任何进程。")


def _prepare(settings: "Settings") -> None:
    """Bring the store up to date, read what the office declared, and make the first administrator."""
    from service.domain.people.password import ONE_TIME_HOURS
    from service.domain.people.person import Role
    from service.flows.people.acts import add_person

    with opened(settings.data, port=settings.port, lasting=True) as app:
        for problem in app.catalogue.problems:
            say(f"提示：{problem}")
        # Read now, so that a mistake in it is said before anything runs; a machine that starts by itself at night goes on.
        if app.rulebook.problem:
            say(f"提示：{app.rulebook.problem}。总览和政策库也写明，改正后几秒内生效，不用重启。")
        _say_older(app)
        with app.store.read() as work:
            if work.people.listing():
                return
        password = add_person(app.store, name="admin", role=Role.ADMINISTRATOR, by="system", now=app.now())
        # Said at once: whatever goes wrong from here on, it is not made a second time.
        say(f"首位管理员 admin，一次性密码 {password}（只显示这一次，{ONE_TIME_HOURS} 小时内有效，首次登录须改）")


def _say_older(app: "Application") -> None:
    """Count anew what older rules counted, where that is quick; else say what to run. The index is rewritten by the deliver role."""
    from service.flows.judging.recounting import counts_are_older, recount_where_quick

    counted = recount_where_quick(app.store)
    if counted is not None:
        say(f"计数的规则（如涉赣的口径）已更新，已按新规则重新计数 {counted} 篇。")
    with app.store.read() as work:
        if counts_are_older(work):
            say("提示：升级前的计数仍按旧规则（如涉赣的口径），请在空闲时运行 yaowang index renew 重新计数。")


def _serve(settings: "Settings") -> None:
    from service.settings import role_environment
    from service.stopping import stop_on_signals
    from service.supervise import PARENT, RoleProcess, Supervisor
    from service.workers import ROLES

    options = ["--data", str(settings.data), "--parent", PARENT]
    commands = {
        name: [sys.executable, "-m", "service.cli", name, *options]
        + (["--port", str(settings.port)] if name == "web" else [])
        for name in ROLES
    }
    roles = [RoleProcess(name=name, command=command) for name, command in commands.items()]
    supervisor = Supervisor(roles, log_folder=settings.data / "log", say=say, environment=role_environment(settings))
    stop = stop_on_signals()
    try:
        # What people wait for first: beside three others that load at once it takes twice as long on two processors.
        supervisor.start("web")
        _await_answer(settings, supervisor, stop)
        if not stop.is_set():
            supervisor.start()
            say(f"药望已启动：{settings.address}")
            _say_what_is_collected(settings)
            say("按 Ctrl-C 停止。")
            supervisor.run(stop, beside=_room_watch(settings.data))
    finally:
        supervisor.drain()
        say("已停止。")


def _free_reserve(data: Path) -> None:
    """On a disk that is full, not even a lock can be written: give the reserve back before anything is opened."""
    from service.disk_room import Reserve

    if Reserve(data).tend() == "freed":
        say(_FREED)


def _room_watch(data: Path) -> Callable[[], None]:
    """Return what keeps the reserve, and says once that the disk fills, and once that there is room again: on a full one no log can."""
    from service.disk_room import Reserve, check_room

    scarce, reserve = False, Reserve(data)

    def look() -> None:
        nonlocal scarce
        if reserve.tend() == "freed":
            say(_FREED)
        sentence = check_room(data)
        if (sentence is not None) != scarce:
            scarce = sentence is not None
            say(sentence or "磁盘空间已恢复，采集继续。")

    return look


def _say_what_is_collected(settings: "Settings") -> None:
    """Say so where nothing is collected: as shipped, every source is off until its live check has passed."""
    from service.flows.crawl.sources import effective

    with opened(settings.data, port=settings.port, prepared=True) as app:
        with app.store.read() as work:
            switches = work.sources.switches()
        if not any(source.enabled for source in effective(app.catalogue.sources, switches)):
            say(
                "还没有启用任何信源，所以没有在采集：请以管理员登录，在“信源”页按“全部检查并启用”"
                "（或运行 yaowang sources enable --all），通过检查的随即开始采集。"
            )


def _await_answer(settings: "Settings", supervisor: "Supervisor", stop: threading.Event) -> None:
    from service.supervise import NoAnswerError, answers, await_answer

    say("正在启动……")
    try:
        await_answer(supervisor, "web", lambda: answers(settings.host, settings.port), stop, say=say)
    except NoAnswerError as error:
        fail(f"{error}；原因见 {settings.data / 'log' / 'web.log'}。")
