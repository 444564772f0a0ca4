"""Commands that run the service: `up`, the single roles, and `crawl --once`."""

import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from service.cli.opening import DataOption, opened, settings_of
from service.cli.speak import EXIT_MISUSED, fail, say

if TYPE_CHECKING:
    from service.bootstrap import Application
    from service.cli.lock import Lock
    from service.settings import Settings

__all__ = ["register"]

_ANSWER_SECONDS = 60.0
PortOption = Annotated[int | None, typer.Option("--port", min=1, max=65535, help="网页端口，默认 8300")]


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
    lock = _hold(settings.data)
    try:
        _check_host(settings)
        password = _prepare(settings)
        lock.describe(settings.address)
        _serve(settings, password)
    finally:
        lock.close()


def web(port: PortOption = None, data: DataOption = None) -> None:
    """Run the web role as a process of its own."""
    from service.cli.site import run_site

    _run_role("web", run_site, port=port, data=data)


def assess(data: DataOption = None) -> None:
    """Run the assess role as a process of its own."""
    from service.workers import run_assess

    _run_role("assess", run_assess, data=data)


def deliver(data: DataOption = None) -> None:
    """Run the deliver role as a process of its own."""
    from service.workers import run_deliver

    _run_role("deliver", run_deliver, data=data)


def crawl(
    sources: Annotated[list[str] | None, typer.Argument(help="信源编号；不写则为全部启用的信源")] = None,
    *,
    once: Annotated[bool, typer.Option("--once", help="只采一遍，逐源报告后结束")] = False,
    data: DataOption = None,
) -> None:
    """Run the crawl role, or one pass over some sources."""
    if once:
        from service.cli.once import crawl_once

        with opened(data) as app:
            crawl_once(app, sources or [])
        return
    from service.workers import run_crawl

    _run_role("crawl", run_crawl, data=data)


def _run_role(
    name: str,
    role: "Callable[[Application, threading.Event], None]",
    *,
    port: int | None = None,
    data: Path | None = None,
) -> None:
    from service.bootstrap import build, prepare
    from service.supervise import stop_with_parent
    from service.workers import stop_on_signals, write_logs

    settings = settings_of(port=port, data=data)
    write_logs(name)
    prepare(settings)
    stop = stop_on_signals()
    stop_with_parent(stop)
    app = build(settings)
    try:
        role(app, stop)
    finally:
        app.close()


def _hold(data: Path) -> "Lock":
    from service.cli.lock import HeldError, hold

    try:
        return hold(data)
    except HeldError as error:
        where = error.address or "正在启动"
        say(f"这个数据目录已有药望在运行（进程 {error.pid}，{where}）。要停止它，请在它的窗口按 Ctrl-C。")
        raise typer.Exit(EXIT_MISUSED) from None
    except OSError as error:
        fail(f"数据目录 {data} 无法写入（{error.strerror}）。请改正权限，或用 --data 换一个目录。")


def _check_host(settings: "Settings") -> None:
    from service.preflight import check_host

    findings = check_host(settings.data, settings.host, settings.port)
    for finding in findings:
        say(f"{'错误' if finding.severity == 'error' else '提示'}：{finding.sentence}{finding.remedy}")
    if any(finding.severity == "error" for finding in findings):
        fail("没有启动任何进程。")


def _prepare(settings: "Settings") -> str | None:
    from service.domain.people import Role
    from service.flows.people import add_person

    with opened(settings.data) as app:
        with app.store.read() as work:
            if work.people.listing():
                return None
        return add_person(app.store, name="admin", role=Role.ADMINISTRATOR, by="system", now=app.now())


def _serve(settings: "Settings", password: str | None) -> None:
    from service.supervise import RoleProcess, Supervisor
    from service.workers import ROLES, stop_on_signals

    options = ["--data", str(settings.data)]
    commands = {
        name: [sys.executable, "-m", "service.cli", name, *options]
        + (["--port", str(settings.port)] if name == "web" else [])
        for name in ROLES
    }
    roles = [RoleProcess(name=name, command=command) for name, command in commands.items()]
    supervisor = Supervisor(roles, log_folder=settings.data / "log", say=say)
    stop = stop_on_signals()
    supervisor.start()
    try:
        _await_answer(settings, supervisor, stop)
        if not stop.is_set():
            _greet(settings, password)
            supervisor.run(stop)
    finally:
        supervisor.drain()
        say("已停止。")


def _await_answer(settings: "Settings", supervisor: object, stop: threading.Event) -> None:
    from service.supervise import Supervisor, answers

    assert isinstance(supervisor, Supervisor)
    say("正在启动……")
    waited = 0.0
    while not stop.wait(0.1) and not answers(settings.host, settings.port):
        waited += 0.1
        supervisor.tend()
        if waited > _ANSWER_SECONDS:
            supervisor.drain()
            fail(f"网页进程 {_ANSWER_SECONDS:.0f} 秒内没有应答；原因见 {settings.data / 'log' / 'web.log'}。")


def _greet(settings: "Settings", password: str | None) -> None:
    say(f"药望已启动：{settings.address}")
    if password is not None:
        say(f"首位管理员 admin，一次性密码 {password}（只显示这一次，首次登录须改）")
    say("按 Ctrl-C 停止。")
