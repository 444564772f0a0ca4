"""`yaowang sources stop-host`, `resume-host` and `stopped`, the kill switch: stop asking a host at once, let it go again, list what is stopped."""

from typing import TYPE_CHECKING, Annotated

import typer

from service.cli.opening import DataOption, opened
from service.cli.speak import fail, say, write_lines

if TYPE_CHECKING:
    from service.bootstrap import Application

__all__ = ["obey_stops", "register_below"]


def register_below(group: typer.Typer) -> None:
    """Add the commands of this module to the group of sources."""
    group.command("stop-host", help="立即停止访问一个网站（主机名，含其下级域名），正在进行的采集也停。")(stop_one_host)
    group.command("resume-host", help="恢复访问一个被停止的网站。")(resume_one_host)
    group.command("stopped", help="列出被停止的网站。")(list_stopped)


def stop_one_host(
    host: Annotated[str, typer.Argument(help="主机名，如 www.example.cn")],
    *,
    reason: Annotated[str, typer.Option("--reason", help="原因，记入审计")] = "",
    data: DataOption = None,
) -> None:
    """Stop asking a host and what is below it."""
    from service.domain.refusal import Refusal
    from service.flows.crawl.sources import stop_host

    with opened(data) as app:
        try:
            stop = stop_host(app.store, host, actor="cli", reason=reason, now=app.now())
        except Refusal as error:
            fail(str(error))
    say(f"已停止采集 {stop.host} 及其下级域名。恢复：yaowang sources resume-host {stop.host}")


def resume_one_host(
    host: Annotated[str, typer.Argument(help="主机名，见 yaowang sources stopped")], data: DataOption = None
) -> None:
    """Let a stopped host go again."""
    from service.domain.refusal import Refusal
    from service.flows.crawl.sources import resume_host

    with opened(data) as app:
        try:
            resume_host(app.store, host, actor="cli", now=app.now())
        except Refusal as error:
            fail(str(error))
    say(f"已恢复采集 {host}。")


def list_stopped(data: DataOption = None) -> None:
    """Write the stopped hosts as JSON lines."""
    with opened(data) as app, app.store.read() as work:
        stops = sorted(work.hosts.stopped().values(), key=lambda stop: stop.host)
    write_lines(
        {"host": stop.host, "by": stop.actor, "at": stop.at.isoformat(), "reason": stop.reason} for stop in stops
    )


def obey_stops(app: "Application") -> None:
    """Let this process ask nothing of stopped hosts, whatever a command names."""
    with app.store.read() as work:
        app.egress.hosts.forbid(work.hosts.stopped().keys())
