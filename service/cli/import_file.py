"""`yaowang import`: documents of a file, as the page 导入 takes them in."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NoReturn

import typer

from crawlers.disk_words import disk_sentence
from service.cli.opening import DataOption, opened
from service.cli.speak import EXIT_FAILED, fail, misuse, say, write_line

if TYPE_CHECKING:
    from crawlers.records import Source
    from service.bootstrap import Application
    from service.flows.crawl.importing import ImportReport

__all__ = ["fail_importing", "register"]


def register(application: typer.Typer) -> None:
    """Add the command of this module."""
    application.command("import", help="导入 CSV、XLSX 或 JSONL 文件。")(import_rows)


def import_rows(
    file: Annotated[Path, typer.Argument(help="CSV、XLSX 或 JSONL 文件")],
    *,
    source: Annotated[str, typer.Option("--source", help="信源编号，见 yaowang sources list")],
    office_confirmed: Annotated[
        bool, typer.Option("--office-confirmed", help="归入官方信源时：确认文件内容均为该单位自己发布")
    ] = False,
    data: DataOption = None,
) -> None:
    """Import one file; bad rows are quarantined and said, good ones kept."""
    from rich.console import Console
    from rich.progress import Progress

    from crawlers.imports import ImportRefused
    from service.flows.crawl.importing import ImportReport, import_file
    from service.ports.store import StoreUnavailableError

    report = ImportReport()
    with opened(data) as app, Progress(console=Console(stderr=True), transient=True) as progress:
        chosen = _source_for(app, source, office_confirmed=office_confirmed)
        app.describe_sources()
        task = progress.add_task("导入", total=_lines_of(file))
        # Read apart: a key that cannot be read is no fault of the file.
        author_key = app.author_key
        try:
            import_file(
                app.store,
                file,
                source=chosen,
                now=app.now,
                author_key=author_key,
                actor="cli",
                office_confirmed=office_confirmed,
                on_rows=lambda count: progress.advance(task, count),
                report=report,
            )
        except (ImportRefused, OSError, StoreUnavailableError) as error:
            known = report.known + report.edited
            fail_importing(file, error, added=report.added, known=known, refused=report.refused_count)
    _say_imported(report)


def fail_importing(file: Path, error: Exception, *, added: int, known: int, refused: int) -> NoReturn:
    """Say why the import of a file ended and how many of its rows are in, and end with status 1."""
    reason = disk_sentence(error) if isinstance(error, OSError) else str(error)
    if not added + known + refused:
        fail(f"{file} 没有导入：{reason}")
    fail(
        f"{file} 导入中断：{reason.removesuffix('。')}。中断前已确认新收 {added} 条、已在库 {known} 条、未收 {refused} 条，"
        "其余未确认入库。问题解决后请重新导入整个文件，已收的不会重复入库。"
    )


def _say_imported(report: "ImportReport") -> None:
    """Say what came of a file; end with status 1 where nothing of it was taken."""
    for sentence in report.sentences:
        say(sentence)
    counts = {"added": report.added, "edited": report.edited, "known": report.known, "refused": report.refused_count}
    write_line(counts)
    if report.refused_count and not report.added + report.edited + report.known:
        raise typer.Exit(EXIT_FAILED)


def _source_for(app: "Application", source_id: str, *, office_confirmed: bool) -> "Source":
    """Return the source that a file is imported into; end the command where there is none, or where it is an office's and nobody confirmed."""
    from service.domain.documents.imported import refuse_office_word
    from service.domain.refusal import Conflict

    source = app.catalogue.by_id.get(source_id)
    if source is None:
        misuse(f"没有信源 {source_id}。全部编号见 yaowang sources list。")
    try:
        refuse_office_word(source, confirmed=office_confirmed)
    except Conflict as refusal:
        fail(f"文件没有导入：{refusal.sentence}管理员确认后加 --office-confirmed 再运行。")
    return source


def _lines_of(file: Path) -> int | None:
    """Return how many lines a text file has, for the progress bar; a workbook does not tell before it is read."""
    if file.suffix.lower() not in {".csv", ".tsv", ".txt", ".jsonl", ".ndjson"} or not file.is_file():
        return None
    with file.open("rb") as opened_file:
        return sum(chunk.count(b"\n") for chunk in iter(lambda: opened_file.read(2**20), b""))
