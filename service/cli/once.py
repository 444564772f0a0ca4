"""One pass over some sources, with a progress bar and a report per source."""

import asyncio
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from rich.console import Console
from rich.progress import Progress

from crawlers.attachments.sandbox import AttachmentSandbox
from crawlers.ports import CrawlState, DocumentSink
from crawlers.reading_sandbox import ReadingSandbox
from crawlers.records import Source
from crawlers.run import crawl
from crawlers.sinks.jsonl import JsonlSink, SinkBusy
from crawlers.sinks.state_file import StateFile
from crawlers.visits.conclusion import SourceReport
from service.bootstrap import Application
from service.cli.hosts import obey_stops
from service.cli.speak import fail, fail_writing, misuse, say, write_lines
from service.cli.tables import show_table
from service.storage.crawl import StoreCrawlState, StoreSink

__all__ = ["crawl_once"]

_LIMIT_SECONDS = 900.0
_Taken = tuple[Callable[[], DocumentSink], Callable[[], CrawlState]]


def crawl_once(app: Application, ids: Sequence[str], *, out: Path | None = None) -> None:
    """Visit the named sources, or every enabled one; say what came of each in a table and write it as JSON lines.

    With `out` documents and what was seen go into that folder and not into the store: nothing is judged, and nobody alerted.
    """
    chosen = _chosen(app, ids)
    app.describe_sources()
    obey_stops(app)
    with (
        Progress(console=Console(stderr=True)) as progress,
        ReadingSandbox() as sandbox,
        AttachmentSandbox(recognise=app.settings.ocr) as attachments,
        _taking(app, out) as (make_sink, make_state),
    ):
        task = progress.add_task("采集", total=len(chosen))

        def step(_: SourceReport) -> None:
            progress.advance(task)

        report = asyncio.run(
            crawl(
                chosen,
                make_sink=make_sink,
                make_state=make_state,
                egress=app.egress,
                now=app.now,
                author_key=app.author_key,
                time_limit_seconds=_LIMIT_SECONDS,
                on_progress=step,
                contact=app.settings.contact or "",
                watch_words=app.settings.watch_words,
                sandbox=sandbox,
                attachments=attachments,
                limits=app.settings.crawl_limits,
            )
        )
    _tell(app, report.sources)
    write_lines(_row(one) for one in report.sources)
    if report.sources and all(row.failed for row in report.sources):
        fail("没有一个信源采集成功，原因见上表。")


@contextmanager
def _taking(app: Application, out: Path | None) -> Iterator[_Taken]:
    """Yield what makes sink and state: over the store, or over the files of a folder."""
    if out is None:
        limit, preserver = app.settings.attachment_bytes, app.preserver
        yield (
            lambda: StoreSink(app.store, app.now, attachment_bytes=limit, preserver=preserver),
            lambda: StoreCrawlState(app.store),
        )
        return
    try:
        sink = JsonlSink(out)
    except SinkBusy:
        fail(f"{out} 正由另一个进程写入，请等它结束或换一个文件夹。")
    except OSError as error:
        fail_writing(out, error)
    except ValueError as error:
        fail(f"{out} 里已有别的内容，不能用来存放采集结果（{error}）。请换一个空文件夹。")
    with sink:
        try:
            state = StateFile(out / "state.json", sink)
        except ValueError as error:
            fail(f"{out / 'state.json'} 读不懂：{error}。")
        yield lambda: sink, lambda: state


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


def _tell(app: Application, rows: Sequence[SourceReport]) -> None:
    shown = []
    for row in rows:
        counts = (str(row.listed), str(row.added), str(row.known), str(row.quarantined))
        shown.append((app.catalogue.by_id[row.source_id].name, *counts, row.failed or ""))
    show_table("采集结果", ("信源", "列出", "新增", "已有", "隔离", "失败原因"), shown)
