"""Machine interfaces of the pipeline: JSON lines in, JSON lines out, nothing stored."""

import sys
from collections.abc import Iterable, Iterator
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from service.cli.speak import EXIT_FAILED, fail, say, write_line, write_lines

if TYPE_CHECKING:
    from analysis.assess import Analyser
    from analysis.assessment import Assessment
    from crawlers.records import Document

__all__ = ["register"]

_BATCH = 256
_PAGE_LIMIT_BYTES = 64 * 1024 * 1024
DataOption = Annotated[Path | None, typer.Option("--data", help="数据目录，默认 ./var")]


def register(application: typer.Typer) -> None:
    """Add the commands of this module."""
    application.command("extract", help="从标准输入的网页抽取标题、正文、时间、来源，输出 JSON。")(extract)
    application.command("judge", help="逐行研判标准输入的稿件（JSON 行），顺序不变，不写存储。")(judge)
    application.command("group", help="按时间顺序归并标准输入的稿件为事件。")(group)
    application.command("match", help="为标准输入的稿件匹配政策条文，最相关的在前。")(match)


def extract(url: Annotated[str | None, typer.Option("--url", help="网页地址，用于时间与站点规则")] = None) -> None:
    """Read one page from standard input, write what it says as JSON."""
    from crawlers.gate import Limits, Refusal, admit_page
    from crawlers.parsing.article import as_json
    from crawlers.parsing.article import extract as extract_article
    from service.bootstrap import wall_clock

    raw = sys.stdin.buffer.read(_PAGE_LIMIT_BYTES)
    admitted = admit_page(raw, url=url, content_type=None, limits=Limits())
    if isinstance(admitted, Refusal):
        fail(f"网页被拒收（{admitted.reason}）：{admitted.detail}")
    article = extract_article(admitted.raw, url=url, content_type=None, now=wall_clock())
    write_lines([as_json(article)])


def judge() -> None:
    """Judge documents from standard input."""
    from analysis.assess import judgement

    analyser = _analyser()
    refused = 0
    for batch in _batches():
        documents = [item for item in batch if not isinstance(item, str)]
        for assessment in analyser.assess(documents):
            write_line(judgement(assessment))
        refused += _report_refusals(batch)
    sys.stdout.flush()
    if refused:
        raise typer.Exit(EXIT_FAILED)


def group() -> None:
    """Group documents from standard input into events, in the order given."""
    from analysis.events import Grouper

    analyser, grouper = _analyser(), Grouper()
    refused = 0
    for batch in _batches():
        documents = [item for item in batch if not isinstance(item, str)]
        for document, assessment in zip(documents, analyser.assess(documents), strict=True):
            placement = grouper.add(document, assessment)
            write_line({"id": document.id, "event_id": placement.event_id, "duplicate_of": placement.duplicate_of})
        refused += _report_refusals(batch)
    sys.stdout.flush()
    if refused:
        raise typer.Exit(EXIT_FAILED)
