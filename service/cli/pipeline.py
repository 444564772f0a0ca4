"""`yaowang extract`, `judge`, `group` and `match`: steps of the pipeline for programs, JSON lines in and out, nothing stored."""

import sys
from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated, Any, TextIO

import typer

from service.cli.lines import LONGEST_LINE_BYTES, batches
from service.cli.opening import DataOption, opened
from service.cli.speak import EXIT_FAILED, fail, flush, misuse, say, write_line, write_lines

if TYPE_CHECKING:
    from analysis.assess import Analyser
    from analysis.matching.retrieval import ArticleMatch
    from crawlers.records import Document

__all__ = ["register"]

ExplainOption = Annotated[
    bool, typer.Option("--explain", help="附上为何这样判：去掉哪些词就不再是风险，以及相似的已标注样本")
]
_PAGE_LIMIT_BYTES = 64 * 1024 * 1024


def register(application: typer.Typer) -> None:
    """Add the commands of this module."""
    application.command("extract", help="从标准输入的网页抽取标题、正文、时间、来源，输出 JSON。")(extract)
    application.command("judge", help="逐行研判标准输入的稿件（JSON 行），顺序不变，不写存储。")(judge)
    application.command("group", help="按时间顺序归并标准输入的稿件为事件。")(group)
    application.command("match", help="为标准输入的稿件匹配政策条文，最相关的在前。")(match)


def extract(url: Annotated[str | None, typer.Option("--url", help="网页地址，用于时间与站点规则")] = None) -> None:
    """Read one page from standard input, write what it says as JSON."""
    from crawlers.gate import GateRefusal
    from crawlers.parsing.article import as_json
    from crawlers.parsing.article import extract as extract_article
    from service.bootstrap import wall_clock

    raw = _standard_input().buffer.read(_PAGE_LIMIT_BYTES)
    article = extract_article(raw, url=url, content_type=None, now=wall_clock())
    if isinstance(article, GateRefusal):
        fail(f"网页被拒收（{article.reason}）：{article.detail}")
    write_lines([as_json(article)])


def judge(*, explain: ExplainOption = False) -> None:
    """Judge documents from standard input."""
    from analysis.judgement.explanation import explanation_row
    from analysis.lines import judgement

    analyser, answers = _analyser(), _Answers()
    for documents in answers.batches():
        judged = zip(documents, analyser.assess(documents), strict=True)
        write_lines(
            judgement(one) | ({"explanation": explanation_row(analyser.explain(document, one))} if explain else {})
            for document, one in judged
        )
    answers.finish()


def group() -> None:
    """Group documents from standard input into events, in the order given."""
    from analysis.events.fingerprints import fingerprint
    from analysis.events.grouping import new_event_id
    from analysis.events.stream import Grouper

    analyser, grouper, answers = _analyser(), Grouper(), _Answers()
    for documents in answers.batches():
        for document, assessment in zip(documents, analyser.assess(documents), strict=True):
            placement = grouper.add(document, assessment)
            event_id = placement.event_id or new_event_id(fingerprint(document, assessment))
            write_line({"id": document.id, "event_id": event_id, "duplicate_of": placement.duplicate_of})
        flush()
    answers.finish()


def match(data: DataOption = None) -> None:
    """Match documents from standard input with the imported articles in force on their day."""
    from analysis.matching.retrieval import Counsel
    from service.domain.beijing import BEIJING
    from service.flows.policies.importing import load_index
    from service.flows.policies.law_notes import law_notes
    from service.flows.policies.library import usable_recogniser

    with opened(data) as app:
        index, register = load_index(app.store, app.cut, app.register, gists=False), app.register
        with app.store.read() as work:
            policies = {policy.stem: policy for policy in work.policies.listing()}
        situations = app.situations()
        faults = app.situations.faults
        today = app.now()
    if not len(index):
        fail("政策库还没有条文。请先运行 yaowang policies import 目录。")
    recogniser, refused = usable_recogniser()
    for fault in (*faults, *filter(None, [refused])):
        typer.echo(fault, err=True)
    counsel = Counsel(index=index, situations=situations, recogniser=recogniser)
    analyser, answers = _analyser(), _Answers()
    for documents in answers.batches():
        for document, assessment in zip(documents, analyser.assess(documents), strict=True):
            on = (document.published_at or today).astimezone(BEIJING).date()
            pooled = analyser.pooled(document.title, document.text)
            found = counsel.consult(document, assessment, on=on, pooled=pooled)
            notes = [_noted(one) for one in law_notes(found, policies, register)]
            write_line({"id": document.id, "articles": [_cited(one) for one in found.matches], "notes": notes})
        flush()
    answers.finish()


def _cited(one: "ArticleMatch") -> dict[str, Any]:
    told = {"article": one.article.key, "score": one.score, "valid": one.valid}
    return told | {"why": one.why, "situation": one.situation}


def _noted(entry: dict[str, Any]) -> dict[str, Any]:
    told = {"law": entry["title"], "said": entry["gist"], "verified": entry["verified"]}
    return told | {"office": entry.get("office"), "why": entry["why"], "situation": entry["situation"]}


def _analyser() -> "Analyser":
    from analysis.assess import Analyser
    from analysis.tiers.linear import ModelRefusedError

    try:
        return Analyser.load()
    except ModelRefusedError as error:
        fail(f"模型不能使用：{error}")


def _standard_input() -> TextIO:
    # Python has none where the shell closed it.
    if sys.stdin is None:
        misuse("没有标准输入。请用 < 文件 或管道给出。")
    return sys.stdin


class _Answers:
    """The documents on standard input, batch by batch; what cannot be read is said and counted, the rest goes on."""

    def __init__(self) -> None:
        self._refused = 0

    def batches(self) -> "Iterator[list[Document]]":
        for lines in batches(_standard_input().fileno()):
            documents = [item for number, line in lines if (item := self._read(number, line)) is not None]
            if documents:
                yield documents

    def finish(self) -> None:
        flush()
        if self._refused:
            say(f"共有 {self._refused} 行未能读取。")
            raise typer.Exit(EXIT_FAILED)

    def _read(self, number: int, line: bytes | None) -> "Document | None":
        from analysis.lines import read_documents

        if line is None:
            item: Document | ValueError | None = ValueError(f"长于 {LONGEST_LINE_BYTES // 2**20} MiB")
        else:
            item = next(read_documents([line]), None)
        if not isinstance(item, ValueError):
            return item
        self._refused += 1
        say(f"已跳过第 {number} 行：{str(item).removeprefix('第 1 行：')}")
        return None
