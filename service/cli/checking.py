"""`yaowang sources enable`: the live check first, then the switch; with a progress bar and a table."""

import asyncio
import secrets
from collections.abc import Sequence
from contextlib import closing
from typing import TYPE_CHECKING, Annotated

import typer

from service.cli import hosts
from service.cli.opening import DataOption, opened
from service.cli.speak import EXIT_FAILED, fail, misuse, say, write_lines

if TYPE_CHECKING:
    from collections.abc import Callable

    from crawlers.records import Source
    from service.bootstrap import Application
    from service.ports.registers import SourceCheck

__all__ = ["enable_sources"]

# Thirty sources of twenty hosts take some five minutes; a host that another process holds is waited for.
_MOST_SECONDS = 1800.0
_PAUSE_SECONDS = 1.0


def enable_sources(
    sources: Annotated[list[str] | None, typer.Argument(help="信源编号，可写多个")] = None,
    *,
    all_open: Annotated[bool, typer.Option("--all", help="全部尚未通过上线检查的公开信源")] = False,
    without_check: Annotated[
        bool, typer.Option("--without-check", help="不做上线检查；只限检查通过过的和自己声明的信源")
    ] = False,
    data: DataOption = None,
) -> None:
    """Switch sources on, each after its live check where it never passed one."""
    if bool(sources) == all_open:
        misuse("请写信源编号，或写 --all 检查并启用全部公开信源，两者选一。")
    if all_open and without_check:
        misuse("--all 是逐个做上线检查后启用，不能与 --without-check 同用。")
    with opened(data) as app:
        hosts.obey_stops(app)
        app.describe_sources()
        chosen = _all_waiting(app) if all_open else _named(app, sources or [])
        to_check = chosen if all_open else _switched(app, chosen, without_check=without_check)
        if not to_check:
            if all_open:
                say("没有等待上线检查的公开信源。")
            return
        settled = _checked(app, to_check)
    _tell(to_check, settled)


def _named(app: "Application", ids: Sequence[str]) -> "list[Source]":
    unknown = [source_id for source_id in ids if source_id not in app.catalogue.by_id]
    if unknown:
        misuse(f"没有信源 {'、'.join(unknown)}。全部编号见 yaowang sources list。")
    return [app.catalogue.by_id[source_id] for source_id in dict.fromkeys(ids)]


def _all_waiting(app: "Application") -> "list[Source]":
    """Return what a check of everything covers, what somebody has asked for already included."""
    from service.flows.crawl.live_checks import waiting

    with app.store.read() as work:
        ids = {source.id for source in waiting(work, app.catalogue.sources)}
    return [source for source in app.catalogue.sources if source.id in ids | _open(app, app.catalogue.sources)]


def _open(app: "Application", sources: "Sequence[Source]") -> set[str]:
    """Return the sources whose check is asked for and can be made; that of a stopped host waits until it may be asked again."""
    from service.flows.crawl.live_checks import wished
    from service.flows.crawl.sources import host_of, is_stopped

    with app.store.read() as work:
        asked, stops = wished(work), work.hosts.stopped()
    return {source.id for source in sources if source.id in asked and not is_stopped(host_of(source), stops)}


def _switched(app: "Application", chosen: "Sequence[Source]", *, without_check: bool) -> "list[Source]":
    """Switch on what needs no check, and return what does."""
    from service.domain.refusal import Refusal
    from service.flows.crawl.sources import is_crawlable, switch

    with app.store.read() as work:
        checks, switches = work.sources.checks(), work.sources.switches()
    left = []
    for source in chosen:
        known = checks.get(source.id)
        passed = known is not None and known.passed_at is not None
        on = switches.get(source.id, source.enabled)
        if not (passed or on or without_check) and is_crawlable(source):
            left.append(source)
            continue
        try:
            switch(app.store, source, enabled=True, actor="cli", now=app.now())
        except Refusal as error:
            fail(str(error))
        say(f"{source.name} 已启用。")
    return left


def _checked(app: "Application", chosen: "Sequence[Source]") -> "dict[str, SourceCheck]":
    """Ask for the checks, make them here unless the crawl role is faster, and return how they were settled."""
    from rich.console import Console
    from rich.progress import Progress

    from service.domain.refusal import Refusal
    from service.flows.crawl.live_checks import ask_for_check

    for source in chosen:
        try:
            ask_for_check(app.store, source, actor="cli", now=app.now())
        except Refusal as error:
            fail(str(error))
    with Progress(console=Console(stderr=True)) as progress:
        task = progress.add_task("上线检查", total=len(chosen))
        asyncio.run(_check_until_settled(app, chosen, lambda done: progress.update(task, completed=done)))
    with app.store.read() as work:
        checks = work.sources.checks()
    return {source.id: checks[source.id] for source in chosen if source.id in checks}


async def _check_until_settled(
    app: "Application", chosen: "Sequence[Source]", on_done: "Callable[[int], None]"
) -> None:
    from crawlers.attachments.sandbox import AttachmentSandbox
    from crawlers.reading_sandbox import ReadingSandbox
    from service.collecting import check_claim, crawl_claim
    from service.flows.crawl.sources import end_visits

    holder, loop = secrets.token_hex(8), asyncio.get_running_loop()
    until = loop.time() + _MOST_SECONDS
    with (
        closing(ReadingSandbox()) as sandbox,
        closing(AttachmentSandbox(recognise=app.settings.ocr)) as attachments,
    ):
        while loop.time() < until:
            open_ids = _open(app, chosen)
            on_done(len(chosen) - len(open_ids))
            if not open_ids:
                return
            hosts.obey_stops(app)
            claim = check_claim(app, holder, open_ids)
            if claim.sources:
                await crawl_claim(app, claim, sandbox=sandbox, attachments=attachments)
                end_visits(app.store, claim, now=app.now())
            else:
                await asyncio.sleep(_PAUSE_SECONDS)


def _tell(chosen: "Sequence[Source]", settled: "dict[str, SourceCheck]") -> None:
    from service.cli.tables import show_table

    rows, shown = [], []
    for source in chosen:
        check = settled.get(source.id)
        done = check is not None and check.wished_at is None
        passed = check is not None and done and check.reason is None and check.passed_at is not None
        reason = (check.reason if check is not None and done else "检查没有做完，由采集进程继续。") or ""
        shown.append((source.id, source.name, "通过，已启用" if passed else "未启用", reason))
        rows.append({"id": source.id, "passed": passed if done else None, "reason": reason or None})
    show_table("上线检查", ("编号", "信源", "结果", "原因"), shown)
    write_lines(rows)
    on = sum(row["passed"] is True for row in rows)
    say(f"检查 {len(rows)} 个：通过并启用 {on} 个，未启用 {len(rows) - on} 个。")
    if not on:
        raise typer.Exit(EXIT_FAILED)
