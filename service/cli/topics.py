"""`yaowang topics`: list the watched policies, begin to watch one, report on one."""

from datetime import date
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from service.cli.opening import ByOption, DataOption, opened, person_named
from service.cli.speak import fail, fail_writing, misuse, say, write_line
from service.cli.whole_file import write_whole

if TYPE_CHECKING:
    from service.domain.topics.topic import Phase

__all__ = ["register"]


def register(application: typer.Typer) -> None:
    """Add the commands of this module."""
    group = typer.Typer(no_args_is_help=True)
    group.command("list", help="列出政策跟踪专题：阶段、稿件数、评估表。")(list_topics)
    group.command("open", help="开始跟踪一项政策，已入库的相关稿件会归入。")(open_one)
    group.command("report", help="输出一个专题的分阶段声量、情感、观点、问题和前后比较；--out 写解读要点表。")(report)
    application.add_typer(group, name="topics", help="政策跟踪：列出、开始、报告。")


def list_topics(data: DataOption = None) -> None:
    """Write the topics as JSON lines, the last opened first."""
    from service.domain.topics.topic import phase_at
    from service.flows.topics.acts import every_topic

    with opened(data) as app, app.store.read() as work:
        now = app.now()
        totals = work.topics.totals()
        for topic in every_topic(work):
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
    by: ByOption,
    phase: Annotated[
        list[str], typer.Option("--phase", help="阶段=开始日期[/结束日期]，如 consulting=2026-11-01/2026-11-30，可多次")
    ],
    number: Annotated[str, typer.Option("--number", help="文号")] = "",
    word: Annotated[list[str] | None, typer.Option("--word", help="搜索词，甲+乙表示同时出现，可多次")] = None,
    without: Annotated[list[str] | None, typer.Option("--without", help="排除词，可多次")] = None,
    data: DataOption = None,
) -> None:
    """Open a topic in a person's name and print its id."""
    from service.domain.refusal import Refusal
    from service.flows.topics.acts import open_topic

    phases = [_phase(text) for text in phase]
    with opened(data) as app:
        person = person_named(app, by)
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
