"""One pass over some sources, with a progress bar and a report per source."""

import asyncio
from collections.abc import Sequence

from rich.console import Console
from rich.progress import Progress
from rich.table import Table

from crawlers.attachments.sandbox import AttachmentSandbox
from crawlers.parsing.sandbox import ExtractionSandbox
from crawlers.records import Source
from crawlers.run import SourceReport, crawl
from service.bootstrap import Application
from service.cli.hosts import obey_stops
from service.cli.speak import fail, misuse, say, write_lines
from service.storage.crawl import StoreCrawlState, StoreSink

__all__ = ["crawl_once"]

_LIMIT_SECONDS = 900.0


def crawl_once(app: Application, ids: Sequence[str]) -> None:
    """Visit the named sources, or every enabled one; say what came of each in a table and write it as JSON lines."""
    console = Console(stderr=True)
    chosen = _chosen(app, ids)
    app.describe_sources()
    obey_stops(app)
    with (
        Progress(console=console) as progress,
        ExtractionSandbox() as sandbox,
        AttachmentSandbox(recognise=app.settings.ocr) as attachments,
    ):
        task = progress.add_task("采集", total=len(chosen))

        def step(_: SourceReport) -> None:
            progress.advance(task)

        report = asyncio.run(
            crawl(
                chosen,
                make_sink=lambda: StoreSink(app.store, app.now, attachment_bytes=app.settings.attachment_bytes),
                make_state=lambda: StoreCrawlState(app.store),
                egress=app.egress,
                now=app.now,
                author_key=app.author_key,
                time_limit_seconds=_LIMIT_SECONDS,
                on_progress=step,
                contact=app.settings.contact or "",
                watch_words=app.settings.watch_words,
                sandbox=sandbox,
                attachments=attachments,
            )
        )
    console.print(_table(app, report.sources))
    write_lines(_row(one) for one in report.sources)
    if report.sources and all(row.failed for row in report.sources):
        fail("没有一个信源采集成功，原因见上表。")


def _row(report: SourceReport) -> dict[str, object]:
    counts = {name: getattr(report, name) for name in ("listed", "added", "known", "quarantined")}
    return {"source": report.source_id, **counts, "failed": report.failed}


def _chosen(app: Application, ids: Sequence[str]) -> list[Source]:
    unknown = [source_id for source_id in ids if source_id not in app.catalogue.by_id]
    for problem in app.catalogue.problems:
        say(f"提示：{problem}")
    if unknown:
        misuse(f"没有这些信源：{'、'.join(unknown)}。全部编号见 yaowang sources list。")
    if ids:
        return [app.catalogue.by_id[source_id] for source_id in ids]
    with app.store.read() as work:
        switches = work.sources.switches()
    return [source for source in app.catalogue.sources if switches.get(source.id, source.enabled)]


def _table(app: Application, rows: Sequence[SourceReport]) -> Table:
    table = Table(title="采集结果")
    for heading in ("信源", "列出", "新增", "已有", "隔离", "失败原因"):
        # A reason is read to its end, however long the host name in it is.
        table.add_column(heading, overflow="fold")
    for row in rows:
        name = app.catalogue.by_id[row.source_id].name
        counts = (str(row.listed), str(row.added), str(row.known), str(row.quarantined))
        table.add_row(name, *counts, row.failed or "")
    return table
