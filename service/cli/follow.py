"""Topics and matters: watch a policy, report on it, import records, list what is due."""

from datetime import date
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from crawlers.disk_words import disk_sentence
from service.cli.opening import DataOption, opened
from service.cli.speak import EXIT_FAILED, fail, fail_writing, misuse, say, write_line, write_lines
from service.cli.whole_file import write_whole

if TYPE_CHECKING:
    from service.bootstrap import Application
    from service.domain.matters.matter import MatterKind
    from service.domain.people.person import Person
    from service.domain.topics.topic import Phase

__all__ = ["register"]

_SOURCES = {
    "complaint": "drop-12345",
    "report": "drop-12345",
    "petition": "drop-petition",
    "application": "drop-application",
}


def register(application: typer.Typer) -> None:
    """Add the commands of this module."""
    topics = typer.Typer(no_args_is_help=True)
    topics.command("list", help="列出政策跟踪专题：阶段、稿件数、评估表。")(list_topics)
    topics.command("open", help="开始跟踪一项政策，已入库的相关稿件会归入。")(open_one)
    topics.command("report", help="输出一个专题的分阶段声量、情感、观点、问题和前后比较；--out 写解读要点表。")(report)
    application.add_typer(topics, name="topics", help="政策跟踪：列出、开始、报告。")
    matters = typer.Typer(no_args_is_help=True)
    matters.command("import", help="导入投诉、举报、信访或公开申请的登记表（CSV、XLSX、JSONL）。")(import_records)
    matters.command("list", help="列出办件，最先到期的在前。")(list_matters)
    application.add_typer(matters, name="matters", help="办件：导入、列出。")


def list_topics(data: DataOption = None) -> None:
    """Write the topics as JSON lines, the last opened first."""
    from service.domain.topics.topic import phase_at

    with opened(data) as app, app.store.read() as work:
        now = app.now()
        totals = work.topics.totals()
        for topic in work.topics.listing():
            phase = phase_at(topic, now, now=now)
            sheets = work.topics.sheets(topic.id)
            write_line(
                {
                    "id": topic.id,
                    "title": topic.title,
                    "issue_number": topic.issue_number,
                    "state": topic.state.value,
                    "phase": phase.word if phase else None,
                    "documents": totals.get(topic.id, 0),
                    "sheet": sheets[0].version if sheets else None,
                    "signed_by": sheets[0].signed_by if sheets else None,
                }
            )


def open_one(
    title: Annotated[str, typer.Argument(help="政策的名称")],
    *,
    phase: Annotated[
        list[str], typer.Option("--phase", help="阶段=开始日期[/结束日期]，如 consulting=2026-11-01/2026-11-30，可多次")
    ],
    number: Annotated[str, typer.Option("--number", help="文号")] = "",
    word: Annotated[list[str] | None, typer.Option("--word", help="搜索词，甲+乙表示同时出现，可多次")] = None,
    without: Annotated[list[str] | None, typer.Option("--without", help="排除词，可多次")] = None,
    by: Annotated[str, typer.Option("--by", help="以谁的名义，须为已登记用户")] = "",
    data: DataOption = None,
) -> None:
    """Open a topic in a person's name and print its id."""
    from service.domain.refusal import Refusal
    from service.flows.topics.acts import open_topic

    phases = [_phase(text) for text in phase]
    with opened(data) as app:
        person = _person(app, by)
        try:
            topic = open_topic(
                app.store,
                person,
                title=title,
                issue_number=number,
                words=word or (),
                without=without or (),
                phases=phases,
                now=app.now(),
            )
        except Refusal as error:
            fail(f"没有开始跟踪：{error.sentence}。")
        with app.store.read() as work:
            count = work.topics.totals().get(topic.id, 0)
    if not count:
        say("已入库的稿件中没有命中的，以后收到的会自动归入。")
    write_line({"id": topic.id, "title": topic.title, "documents": count})


def report(
    topic: Annotated[str, typer.Argument(help="专题编号，见 yaowang topics list")],
    days: Annotated[int, typer.Option("--days", help="前后比较的天数", min=1, max=90)] = 7,
    out: Annotated[Path | None, typer.Option("--out", help="把解读要点写到这个 xlsx 文件")] = None,
    data: DataOption = None,
) -> None:
    """Write the report as one JSON object, and the workbook where `--out` names one."""
    from service.domain.refusal import NotFound
    from service.flows.topics.topic_report import report_topic

    with opened(data) as app:
        try:
            found, drill = report_topic(app.store, topic, now=app.now(), days=days), app.drill
            with app.store.read() as work:
                sheets = work.topics.sheets(topic)
        except NotFound as error:
            misuse(f"{error.sentence}。编号见 yaowang topics list。")
    if out is not None:
        from service.export.topic import write_topic

        try:
            # In memory first: a zip file that meets a full disk tries again as it is forgotten, and says so itself.
            made = BytesIO()
            write_topic(found, made, assessed=sheets[0] if sheets else None, drill=drill)
            write_whole(out, made.getvalue())
        except OSError as error:
            fail_writing(out, error)
        say(f"解读要点已写到 {out}。")
    write_line(found.as_json())


def import_records(
    file: Annotated[Path, typer.Argument(help="登记表：CSV、XLSX 或 JSONL 文件")],
    *,
    kind: Annotated[
        str,
        typer.Option(
            "--kind",
            help="complaint 投诉、report 举报、petition 信访、application 依申请公开；不写为 auto，按文件的类别列",
        ),
    ] = "auto",
    source: Annotated[str, typer.Option("--source", help="信源编号，默认按类别")] = "",
    data: DataOption = None,
) -> None:
    """Import records as matters; refused ones are said with number and reason, good ones kept."""
    from crawlers.imports import ImportRefused
    from service.domain.refusal import Conflict
    from service.flows.matters.matter_import import import_matters

    chosen_kind = _kind(kind)
    source_id = source or _SOURCES[chosen_kind.value if chosen_kind else "complaint"]
    with opened(data) as app:
        chosen = app.catalogue.by_id.get(source_id) or misuse(f"没有信源 {source_id}，见 yaowang sources list。")
        app.describe_sources()
        try:
            told = import_matters(
                app.store,
                file,
                source=chosen,
                kind=chosen_kind,
                register=app.register,
                now=app.now,
                author_key=app.author_key,
                actor="cli",
            )
        except (Conflict, ImportRefused, OSError) as error:
            fail(f"{file} 没有导入：{disk_sentence(error) if isinstance(error, OSError) else error}")
    for sentence in told.sentences:
        say(sentence)
    write_line({"added": told.added, "known": told.known, "refused": told.refused_count, "by_kind": told.by_kind})
    if told.refused_count and not told.added + told.known:
        raise typer.Exit(EXIT_FAILED)


def list_matters(
    kind: Annotated[str, typer.Option("--kind", help="complaint、report、petition、application；不写为全部")] = "auto",
    *,
    overdue: Annotated[bool, typer.Option("--overdue", help="只列已逾期的")] = False,
    limit: Annotated[int, typer.Option("--limit", min=1, max=10000, help="最多条数")] = 200,
    data: DataOption = None,
) -> None:
    """Write open matters as JSON lines, the soonest due first; nothing in them names a person. The reading is written down."""
    from service.domain.matters.matter import MatterState
    from service.domain.matters.matter_duty import standing
    from service.flows.keeping.privacy import note_read_by

    chosen = _kind(kind)
    with opened(data) as app:
        now = app.now()
        with app.store.read() as work:
            found = work.matters.listing(
                kind=chosen,
                states=[state for state in MatterState if not state.over],
                due_before=now if overdue else None,
                limit=limit,
            )
        if found:
            note_read_by(app.store, "cli", "matters:", what="matters", documents=[one.id for one in found], now=now)
    write_lines(
        {
            "id": matter.id,
            "number": matter.number,
            "kind": matter.kind.value,
            "title": matter.title,
            "state": matter.state.value,
            "received_at": matter.received_at.isoformat(),
            "due_at": matter.due_at.isoformat() if matter.due_at else None,
            "clocks": [{"rule": duty.rule_id, "standing": standing(duty, now).value} for duty in matter.duties],
        }
        for matter in found
    )


def _kind(text: str) -> "MatterKind | None":
    from service.domain.matters.matter import MatterKind

    if text == "auto":
        return None
    try:
        return MatterKind(text)
    except ValueError:
        misuse(f"没有“{text}”这个类别。可用的是 {'、'.join(MatterKind)}，或 auto。")


def _phase(text: str) -> "Phase":
    from service.domain.topics.topic import Phase, PhaseKind

    name, _, days = text.partition("=")
    first, _, last = days.partition("/")
    try:
        return Phase(
            kind=PhaseKind(name),
            since=date.fromisoformat(first),
            until=date.fromisoformat(last) if last else None,
        )
    except ValueError:
        misuse(f"阶段“{text}”写法不对，应如 consulting=2026-11-01/2026-11-30；阶段有 {'、'.join(PhaseKind)}。")


def _person(app: "Application", name: str) -> "Person":
    with app.store.read() as work:
        found = work.people.by_name(name) if name else None
    if found is None:
        misuse("请用 --by 写明以谁的名义，须为已登记用户，见 yaowang users list。")
    return found
