"""Machine interfaces of the pipeline: JSON lines in, JSON lines out, nothing stored."""

import sys
from collections.abc import Iterator
from itertools import islice
from typing import TYPE_CHECKING, Annotated

import typer

from service.cli.opening import DataOption, opened
from service.cli.speak import EXIT_FAILED, fail, say, write_line, write_lines

if TYPE_CHECKING:
    from analysis.assess import Analyser
    from crawlers.records import Document

__all__ = ["register"]

_BATCH = 256
_PAGE_LIMIT_BYTES = 64 * 1024 * 1024


def register(application: typer.Typer) -> None:
    """Add the commands of this module."""
    application.command("extract", help="从标准输入的网页抽取标题、正文、时间、来源，输出 JSON。")(extract)
    application.command("judge", help="逐行研判标准输入的稿件（JSON 行），顺序不变，不写存储。")(judge)
    application.command("group", help="按时间顺序归并标准输入的稿件为事件。")(group)
    application.command("match", help="为标准输入的稿件匹配政策条文，最相关的在前。")(match)


def extract(url: Annotated[str | None, typer.Option("--url", help="网页地址，用于时间与站点规则")] = None) -> None:
    """Read one page from standard input, write what it says as JSON."""
    from crawlers.gate import Refusal
    from crawlers.parsing.article import as_json
    from crawlers.parsing.article import extract as extract_article
    from service.bootstrap import wall_clock

    raw = sys.stdin.buffer.read(_PAGE_LIMIT_BYTES)
    article = extract_article(raw, url=url, content_type=None, now=wall_clock())
    if isinstance(article, Refusal):
        fail(f"网页被拒收（{article.reason}）：{article.detail}")
    write_lines([as_json(article)])


def judge() -> None:
    """Judge documents from standard input."""
    from analysis.assess import judgement

    analyser, refused = _analyser(), 0
    for documents, errors in _batches():
        for assessment in analyser.assess(documents):
            write_line(judgement(assessment))
        refused += errors
    _finish(refused)


def group() -> None:
    """Group documents from standard input into events, in the order given."""
    from analysis.events import Grouper, new_event_id
    from analysis.fingerprints import fingerprint

    analyser, grouper, refused = _analyser(), Grouper(), 0
    for documents, errors in _batches():
        for document, assessment in zip(documents, analyser.assess(documents), strict=True):
            placement = grouper.add(document, assessment)
            event_id = placement.event_id or new_event_id(fingerprint(document, assessment))
            write_line({"id": document.id, "event_id": event_id, "duplicate_of": placement.duplicate_of})
        refused += errors
    _finish(refused)


def match(data: DataOption = None) -> None:
    """Match documents from standard input with the imported articles in force on their day."""
    from analysis.retrieval import match as match_articles
    from analysis.situations import load_situations
    from service.domain.beijing import BEIJING
    from service.flows.policies import load_index

    with opened(data) as app:
        index = load_index(app.store, app.cut)
        today = app.now()
    if not len(index):
        fail("政策库还没有条文。请先运行 yaowang policies import 目录。")
    analyser, situations, refused = _analyser(), load_situations(), 0
    for documents, errors in _batches():
        for document, assessment in zip(documents, analyser.assess(documents), strict=True):
            on = (document.published_at or today).astimezone(BEIJING).date()
            found = match_articles(document, assessment, index, on=on, situations=situations)
            rows = [
                {"article": one.article.key, "score": one.score, "valid": one.valid, "why": one.why} for one in found
            ]
            write_line({"id": document.id, "articles": rows})
        refused += errors
    _finish(refused)


def _analyser() -> "Analyser":
    from analysis.assess import Analyser
    from analysis.linear import ModelRefusedError

    try:
        return Analyser.load()
    except ModelRefusedError as error:
        fail(f"模型不能使用：{error}")


def _batches() -> "Iterator[tuple[list[Document], int]]":
    """Yield documents in batches with the number of lines refused beside each, said on standard error."""
    from analysis.assess import read_documents

    items = read_documents(sys.stdin)
    while batch := list(islice(items, _BATCH)):
        errors = [item for item in batch if isinstance(item, ValueError)]
        for error in errors:
            say(f"已跳过：{error}")
        yield [item for item in batch if not isinstance(item, ValueError)], len(errors)


def _finish(refused: int) -> None:
    sys.stdout.flush()
    if refused:
        say(f"共有 {refused} 行未能读取。")
        raise typer.Exit(EXIT_FAILED)
