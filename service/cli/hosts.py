"""The kill switch: stop asking a host at once, let it go again, list what is stopped."""

from typing import TYPE_CHECKING, Annotated

import typer

from service.cli.opening import DataOption, opened
from service.cli.speak import fail, say, write_lines

if TYPE_CHECKING:
    from service.bootstrap import Application

__all__ = ["HELP", "list_stopped", "obey_stops", "resume_one_host", "stop_one_host"]

HELP = {
    "stop_one_host": "立即停止访问一个网站（主机名，含其下级域名），正在进行的采集也停。",
    "resume_one_host": "恢复访问一个被停止的网站。",
    "list_stopped": "列出被停止的网站。",
}


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
