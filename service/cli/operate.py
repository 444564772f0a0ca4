"""Operations: import, brief, policies, sources, index, audit, quarantine, doctor."""

from collections.abc import Callable
from pathlib import Path
from typing import Annotated

import typer

from service.cli.opening import DataOption, opened, settings_of
from service.cli.speak import EXIT_FAILED, fail, misuse, say, write_line, write_lines

__all__ = ["register"]


def register(application: typer.Typer) -> None:
    """Add the commands of this module."""
    application.command("import", help="导入 CSV、XLSX 或 JSONL 文件。")(import_rows)
    application.command("brief", help="生成一周的简报（docx、xlsx）。")(brief)
    application.command("doctor", help="检查本机与各依赖，逐项报告。")(doctor)
    _group(application, "policies", "政策库", {"import": import_policies, "list": list_policies})
    _group(
        application,
        "sources",
        "信源",
        {"list": list_sources, "check": check_sources, "enable": enable_source, "disable": disable_source},
    )
    _group(application, "index", "检索索引", {"verify": verify_index})
    _group(application, "audit", "审计链", {"list": list_audit, "verify": verify_audit})
    _group(application, "quarantine", "隔离区", {"list": list_quarantine})


def _group(application: typer.Typer, name: str, words: str, commands: dict[str, Callable[..., None]]) -> None:
    group = typer.Typer(no_args_is_help=True)
    for command, function in commands.items():
        group.command(command, help=_HELP[function.__name__])(function)
    application.add_typer(group, name=name, help=words)


_HELP = {
    "import_policies": "导入政策文本：一个 Markdown 文件或一个目录。",
    "list_policies": "列出政策库：文号、效力起止、是否已入库原文。",
    "list_sources": "列出信源：编号、名称、是否启用、状况。",
    "check_sources": "检查信源声明文件，逐条报告文件、行、键。",
    "enable_source": "启用一个信源。",
    "disable_source": "停用一个信源。",
    "verify_index": "核对检索索引与存储是否一致，--repair 改正。",
    "list_audit": "列出审计记录，最新在前。",
    "verify_audit": "核验审计链，断裂时指出第一条不符的序号。",
    "list_quarantine": "列出隔离区。",
}


def import_rows(
    file: Path,
    *,
    source: Annotated[str, typer.Option("--source", help="信源编号，见 yaowang sources list")],
    data: DataOption = None,
) -> None:
    """Import one file; bad rows are quarantined and said, good ones kept."""
    from rich.console import Console
    from rich.progress import Progress

    from crawlers.imports import ImportRefused
    from service.flows.importing import import_file

    with opened(data) as app, Progress(console=Console(stderr=True)) as progress:
        chosen = app.catalogue.by_id.get(source)
        if chosen is None:
            misuse(f"没有信源 {source}。全部编号见 yaowang sources list。")
        app.describe_sources()
        task = progress.add_task("导入", total=None)
        try:
            report = import_file(
                app.store,
                file,
                source=chosen,
                now=app.now,
                author_key=app.author_key,
                actor="cli",
                on_rows=lambda count: progress.advance(task, count),
            )
        except (ImportRefused, OSError) as error:
            fail(f"{file} 没有导入：{error}")
    for sentence in report.refused:
        say(f"已隔离：{sentence}")
    counts = {"added": report.added, "edited": report.edited, "known": report.known, "refused": report.refused_count}
    write_line(counts)
    if report.refused_count and not report.added + report.edited + report.known:
        raise typer.Exit(EXIT_FAILED)


def brief(
    week: Annotated[str | None, typer.Option("--week", help="周次，如 2026-W47；不写为本周")] = None,
    out: Annotated[Path | None, typer.Option("--out", help="输出目录，默认数据目录下 briefings")] = None,
    data: DataOption = None,
) -> None:
    """Write the week's briefing and print the paths."""
    from service.domain.week import parse_week, week_of
    from service.export.briefing import write_briefing
    from service.flows.brief import compile_week

    with opened(data) as app:
        try:
            chosen = parse_week(week) if week else week_of(app.now())
        except ValueError as error:
            misuse(str(error))
        issue = compile_week(app.store, chosen, office=app.settings.office, drill=app.drill, now=app.now())
        folder = out or app.settings.data / "briefings"
    try:
        write_lines({"path": str(path)} for path in write_briefing(issue, folder))
    except OSError as error:
        fail(f"简报无法写入 {folder}：{error.strerror}")


def doctor(data: DataOption = None) -> None:
    """Check the host and every dependency."""
    from service.cli.lock import holder
    from service.preflight import check_host
    from service.settings import unknown_variables

    settings = settings_of(data=data)
    # While `up` runs here, the port is taken as it should be.
    port = settings.port if holder(settings.data) is None else 0
    findings = check_host(settings.data, settings.host, port)
    with opened(data) as app:
        checks = {"存储": app.store.check(), "检索": app.search.check(), "邮件": app.notifier.check()}
        problems = [str(problem) for problem in app.catalogue.problems]
    rows = [{"check": "主机", "ok": one.severity != "error", "sentence": one.sentence + one.remedy} for one in findings]
    rows += [{"check": name, "ok": told is None, "sentence": told or "正常"} for name, told in checks.items()]
    rows += [
        {"check": "设置", "ok": False, "sentence": f"没有 {name} 这个设置，请检查环境变量的拼写。"}
        for name in unknown_variables()
    ]
    rows += [{"check": "信源目录", "ok": False, "sentence": problem} for problem in problems]
    write_lines(rows)
    if not all(row["ok"] for row in rows):
        raise typer.Exit(EXIT_FAILED)


def import_policies(path: Path, data: DataOption = None) -> None:
    """Import policy texts: one Markdown file or a folder."""
    from service.flows import policies

    with opened(data) as app:
        try:
            report = policies.import_policies(app.store, path, register=app.register, actor="cli", now=app.now())
        except FileNotFoundError as error:
            fail(str(error))
    for sentence in report.refused:
        say(f"未导入：{sentence}")
    write_line({"policies": report.policies, "articles": report.articles, "refused": len(report.refused)})
    if report.refused and not report.policies:
        raise typer.Exit(EXIT_FAILED)
    if report.policies == 0:
        raise typer.Exit(EXIT_FAILED)


def list_policies(data: DataOption = None) -> None:
    """Write the policy library as JSON lines."""
    with opened(data) as app:
        with app.store.read() as work:
            held = {policy.stem for policy in work.policies.listing()}
        documents = app.register.documents.values()
    write_lines(
        {
            "id": document.id,
            "title": document.title,
            "issue_number": document.issue_number,
            "valid_from": document.valid_from.isoformat() if document.valid_from else None,
            "valid_to": document.valid_to.isoformat() if document.valid_to else None,
            "text_imported": document.stem in held,
        }
        for document in documents
    )


def list_sources(data: DataOption = None) -> None:
    """Write the sources with their health as JSON lines."""
    from crawlers.health import health
    from crawlers.ports import SourceProgress
    from service.flows.sources import effective

    with opened(data) as app:
        with app.store.read() as work:
            progress, switches = work.sources.all_progress(), work.sources.switches()
        now = app.now()
        for source in effective(app.catalogue.sources, switches):
            told = health(progress.get(source.id) or SourceProgress(source_id=source.id), source, now)
            write_line(
                {
                    "id": source.id,
                    "name": source.name,
                    "kind": source.kind,
                    "enabled": source.enabled,
                    "state": str(told.state),
                    "sentence": told.sentence,
                }
            )


def check_sources(data: DataOption = None) -> None:
    """Check the declarations; every fault with file, line and key."""
    with opened(data) as app:
        problems = app.catalogue.problems
    for problem in problems:
        say(str(problem))
    if problems:
        raise typer.Exit(EXIT_FAILED)
    say(f"{len(app.catalogue.sources)} 个信源声明均有效。")


def enable_source(source: str, data: DataOption = None) -> None:
    """Switch a source on."""
    _switch(source, data, enabled=True)


def disable_source(source: str, data: DataOption = None) -> None:
    """Switch a source off."""
    _switch(source, data, enabled=False)


def _switch(source_id: str, data: Path | None, *, enabled: bool) -> None:
    from service.domain.refusal import Refusal
    from service.flows.sources import switch

    with opened(data) as app:
        source = app.catalogue.by_id.get(source_id)
        if source is None:
            misuse(f"没有信源 {source_id}。")
        try:
            switch(app.store, source, enabled=enabled, actor="cli", now=app.now())
        except Refusal as error:
            fail(str(error))
    say(f"{source.name} 已{'启用' if enabled else '停用'}。")


def verify_index(
    *, repair: Annotated[bool, typer.Option("--repair", help="把不一致的改正")] = False, data: DataOption = None
) -> None:
    """Compare the search projection with the store."""
    from dataclasses import asdict

    from service.ports.search import SearchUnavailableError
    from service.search.verify import verify

    with opened(data) as app:
        try:
            report = verify(app.store, app.search, repair)
        except SearchUnavailableError as error:
            fail(str(error))
    write_line(asdict(report) | {"equal": report.equal})
    if not report.equal and not repair:
        raise typer.Exit(EXIT_FAILED)


def list_audit(limit: Annotated[int, typer.Option(min=1, max=10000)] = 200, data: DataOption = None) -> None:
    """Write audit rows as JSON lines, newest first."""
    with opened(data) as app, app.store.read() as work:
        rows = work.audit.rows(limit=limit)
    write_lines(
        {
            "seq": row.seq,
            "at": row.at.isoformat(),
            "actor": row.actor,
            "action": row.action,
            "subject": row.subject,
            "detail": dict(row.detail),
            "hash": row.hash,
        }
        for row in rows
    )


def verify_audit(data: DataOption = None) -> None:
    """Recompute the audit chain."""
    with opened(data) as app, app.store.read() as work:
        broken = work.audit.verify()
    if broken is not None:
        fail(f"审计链在第 {broken} 条断裂：此条或其之前的内容被改动过。")
    say("审计链完整。")


def list_quarantine(limit: Annotated[int, typer.Option(min=1, max=10000)] = 100, data: DataOption = None) -> None:
    """Write what is quarantined as JSON lines."""
    with opened(data) as app, app.store.read() as work:
        rows = work.quarantine.listing(limit=limit)
    write_lines(
        {
            "id": row.id,
            "at": row.entry.at.isoformat(),
            "stage": row.entry.stage,
            "reason": row.entry.reason,
            "detail": row.entry.detail,
            "source": row.entry.source_id,
        }
        for row in rows
    )
