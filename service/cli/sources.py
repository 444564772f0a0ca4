"""`yaowang sources`: list, check, disable, test, add. Tables and reasons for people, JSON lines or YAML for programs."""

import asyncio
from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated, Any

import typer

from service.cli import hosts
from service.cli.checking import enable_sources
from service.cli.opening import DataOption, opened
from service.cli.speak import EXIT_FAILED, fail, misuse, say, write_lines

if TYPE_CHECKING:
    from crawlers.records import Document, Source
    from crawlers.sinks.memory import MemorySink
    from crawlers.visits.conclusion import SourceReport
    from service.bootstrap import Application

__all__ = ["register"]

_TEST_SECONDS = 120.0
_TEST_ARTICLES = 3
_LISTED = ("id", "name", "kind", "enabled", "live_check", "sentence")
_YES = {True: "是", False: "否"}
_NEVER_VISITED = frozenset({"login", "anon_cookie", "import_only"})


def register(application: typer.Typer) -> None:
    """Add the commands of this module."""
    group = typer.Typer(no_args_is_help=True)
    group.command("list", help="列出信源：编号、名称、是否启用、状况。")(list_sources)
    group.command("check", help="检查信源声明文件，逐条报告文件、行、键。")(check_sources)
    group.command("enable", help="先做上线检查（礼貌地访问一次），通过的启用；--all 为全部公开信源。")(enable_sources)
    group.command("disable", help="停用一个信源。")(disable_source)
    group.command("test", help="礼貌地访问一次信源，显示会取到什么；不入库。")(try_source)
    group.command("add", help="探查一个网址能否采集、怎样采集，写出声明；不入库。")(add_source)
    hosts.register_below(group)
    application.add_typer(group, name="sources", help="信源：列出、检查、启用、停用、试采、探查、停止访问。")


def list_sources(data: DataOption = None) -> None:
    """Show the sources with their health as a table, and write them as JSON lines."""
    from crawlers.health import health
    from crawlers.ports import SourceProgress
    from service.flows.crawl.live_checks import check_view
    from service.flows.crawl.sources import effective

    with opened(data) as app:
        with app.store.read() as work:
            progress, switches = work.sources.all_progress(), work.sources.switches()
            checks = work.sources.checks()
        now = app.now()
        rows = []
        for source in effective(app.catalogue.sources, switches):
            told = health(progress.get(source.id) or SourceProgress(source_id=source.id), source, now)
            check = check_view(source, checks.get(source.id), now)
            rows.append(
                {
                    "id": source.id,
                    "name": source.name,
                    "kind": source.kind,
                    "enabled": source.enabled,
                    "live_check": check.word,
                    "state": str(told.state),
                    "sentence": told.sentence if source.enabled else check.sentence or told.sentence,
                }
            )
    shown = [tuple(_YES[bool(row[key])] if key == "enabled" else str(row[key]) for key in _LISTED) for row in rows]
    _show("信源", ("编号", "名称", "类型", "启用", "上线检查", "状况"), shown)
    write_lines(rows)


def check_sources(data: DataOption = None) -> None:
    """Check the declarations; every fault with file, line and key."""
    from collections import Counter

    with opened(data) as app:
        problems, sources = app.catalogue.problems, app.catalogue.sources
    for problem in problems:
        say(str(problem))
    if problems:
        say(f"{len(problems)} 处有误；其余 {len(sources)} 个信源可用。")
        raise typer.Exit(EXIT_FAILED)
    kinds = Counter((source.kind, source.enabled) for source in sources)
    rows = [
        (kind, str(kinds[kind, True] + kinds[kind, False]), str(kinds[kind, True]))
        for kind in sorted({kind for kind, _ in kinds})
    ]
    _show("信源声明", ("类型", "信源", "启用"), rows)
    say(f"{len(sources)} 个信源声明均有效。")


def disable_source(
    source: Annotated[str, typer.Argument(help="信源编号，见 yaowang sources list")], data: DataOption = None
) -> None:
    """Switch a source off."""
    from service.flows.crawl.sources import switch

    with opened(data) as app:
        known = _known(app, source)
        switch(app.store, known, enabled=False, actor="cli", now=app.now())
    say(f"{known.name} 已停用。")


def try_source(
    source: Annotated[str, typer.Argument(help="信源编号，见 yaowang sources list")],
    articles: Annotated[int, typer.Option("--articles", min=0, max=20, help="至多取几篇正文")] = _TEST_ARTICLES,
    data: DataOption = None,
) -> None:
    """Visit a source once, politely, and show what it would give; nothing is stored."""
    with opened(data) as app:
        chosen = _known(app, source)
        if chosen.access in _NEVER_VISITED or chosen.kind in {"file_drop", "push"}:
            fail(f"{chosen.name}不作采集：{chosen.legal_basis or '只接受导入或推送。'}")
        held, report = _visit(app, chosen, articles)
    documents = sorted(held.documents.values(), key=lambda document: document.happened_at, reverse=True)
    _show(chosen.name, ("标题", "时间", "精度", "字数", "网址"), [_cells(document) for document in documents])
    for entry in held.entries:
        say(f"会被隔离：{entry.reason}，{entry.detail}")
    for sentence in _verdict(chosen, report):
        say(sentence)
    write_lines(_row(document) for document in documents)
    if report.failed and not documents:
        raise typer.Exit(EXIT_FAILED)


def _visit(app: "Application", source: "Source", articles: int) -> "tuple[MemorySink, SourceReport]":
    from crawlers.live_check import gently
    from crawlers.reading_sandbox import ReadingSandbox
    from crawlers.run import crawl
    from crawlers.sinks.memory import MemorySink
    from service.cli.tables import waiting

    held = MemorySink()
    hosts.obey_stops(app)
    with waiting(f"访问 {source.name}"), ReadingSandbox() as sandbox:
        done = asyncio.run(
            crawl(
                [gently(source, articles=articles)],
                make_sink=lambda: held,
                make_state=lambda: held,
                egress=app.egress,
                now=app.now,
                author_key=app.author_key,
                time_limit_seconds=_TEST_SECONDS,
                contact=app.settings.contact or "",
                watch_words=app.settings.watch_words,
                sandbox=sandbox,
            )
        )
    if not done.sources:
        fail(f"{source.name} 没有对应的采集程序（{source.kind}）。")
    return held, done.sources[0]


def _verdict(source: "Source", report: "SourceReport") -> list[str]:
    said = [
        f"列出 {report.listed} 条，会取 {report.added} 篇，隔离 {report.quarantined} 条，用了 {report.requests} 次请求。"
    ]
    said += [f"未取：{name} {count}" for name, count in report.dropped.items()]
    if report.failed:
        said.append(report.failed)
        if source.fallback:
            said.append(f"备用信源：{source.declaration.get('fallback_name') or source.fallback}。")
    else:
        said.append(f"可以采集。核对使用条款后运行 yaowang sources enable {source.id}（先做上线检查）。")
    return said


def _cells(document: "Document") -> tuple[str, ...]:
    row = _row(document)
    when = str(row["published_at"] or "未知")[:16].replace("T", " ")
    return (document.title[:60], when, str(row["precision"]), str(row["characters"]), document.url or "")


def _row(document: "Document") -> dict[str, Any]:
    from crawlers.records import BEIJING

    published = document.published_at
    return {
        "title": document.title,
        "url": document.url,
        "kind": str(document.kind),
        "published_at": published.astimezone(BEIJING).isoformat() if published else None,
        "precision": str(document.precision),
        "origin": document.origin,
        "characters": len(document.text),
        "method": document.method,
        "extras": dict(document.extras),
    }


def add_source(url: Annotated[str, typer.Argument(help="网址")], data: DataOption = None) -> None:
    """Probe a site with at most twelve requests; the declaration goes to standard output, the reasons to standard error."""
    from crawlers.probing.run import ProbeBroke, probe_site
    from crawlers.reading_sandbox import ReadingSandbox
    from service.cli.tables import waiting

    with opened(data) as app:
        hosts.obey_stops(app)
        with waiting(f"探查 {url}"), ReadingSandbox() as sandbox:
            asking = probe_site(
                url,
                egress=app.egress,
                now=app.now,
                contact=app.settings.contact or "",
                extract=sandbox.extract,
                read_feed=sandbox.read_feed,
            )
            try:
                found = asyncio.run(asking)
            except ProbeBroke as error:
                fail(f"探查程序处理 {url} 时出错，没有结果（{type(error.__cause__).__name__}）。可换用其他栏目页再试。")
        known = [source.id for source in app.catalogue.sources if source.url == url]
    for reason in found.reasons:
        say(f"· {reason}")
    for name in known:
        say(f"· 这个网址已经声明为 {name}")
    if found.text is None:
        fail(found.refused or "没有可以写成声明的内容。")
    _show("现在会读到", ("标题",), [(sample.title,) for sample in found.samples])
    say("· 启用前请核对网站的使用条款与 legal_basis，再运行 yaowang sources test。")
    say("下面的声明写入 YAOWANG_CATALOGUE 所指的目录（*.yaml），用 yaowang sources check 检查后启用。")
    typer.echo(found.text, nl=False)


def _known(app: "Application", source_id: str) -> "Source":
    source: Source | None = app.catalogue.by_id.get(source_id)
    if source is None:
        misuse(f"没有信源 {source_id}。全部编号见 yaowang sources list。")
    return source


def _show(title: str, headings: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """Show a table on standard error; nothing where there is nothing to show."""
    if rows:
        from service.cli.tables import show_table

        show_table(title, headings, rows)
