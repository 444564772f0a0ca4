"""`yaowang replay`: a dated stream through the whole pipeline under a simulated clock."""

import gzip
import json
import tempfile
import zlib
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from service.cli.speak import fail, fail_reading, fail_writing, misuse, say
from service.cli.whole_file import write_whole

if TYPE_CHECKING:
    from service.flows.replay import Snapshot

__all__ = ["register"]


def register(application: typer.Typer) -> None:
    """Add the command of this module."""
    application.command("replay", help="用模拟时钟把历史快照流跑过整条流水线，报告每一次预警。")(replay)


def replay(
    stream: Annotated[Path, typer.Argument(help="快照流：JSON 行，可用 gzip 压缩")],
    *,
    report: Annotated[Path, typer.Option("--report", help="报告文件（JSON）")],
    since: Annotated[str | None, typer.Option("--from", help="起，如 2024-06-01")] = None,
    until: Annotated[str | None, typer.Option("--to", help="止（不含）")] = None,
) -> None:
    """Run the stream in a store of its own that is thrown away afterwards."""
    from service.flows.replay import count_lines, snapshots

    first, last = _day(since), _day(until)
    # Looked at now: a replay takes minutes.
    if not report.parent.is_dir():
        misuse(f"报告的目录 {report.parent} 不存在。")
    try:
        total = count_lines(stream)
    except gzip.BadGzipFile:
        fail(f"{stream} 无法读取：不是 gzip 文件。请检查扩展名。")
    except OSError as error:
        fail_reading(stream, error)
    except (EOFError, zlib.error):
        fail(f"{stream} 无法读取：gzip 文件残缺。请重新取得。")
    if not total:
        fail(f"{stream} 是空的。")
    moments = _with_progress(snapshots(stream, since=first, until=last), total)
    told = _run(moments) | {"stream": stream.name}
    try:
        write_whole(report, json.dumps(told, ensure_ascii=False, indent=1).encode())
    except OSError as error:
        fail_writing(report, error)
    raised = "，".join(f"{level} {count}" for level, count in told["raised_by_level"].items()) or "无"
    say(
        f"快照 {told['snapshots']}，条目 {told['rows']}，稿件 {told['documents']}，"
        f"风险 {told['risk_documents']}，预警：{raised}；报告 {report}"
    )
    if not told["snapshots"]:
        fail(f"{stream} 在所选时段里没有一个能读取的快照。")


def _run(moments: "Iterator[Snapshot | str]") -> dict[str, Any]:
    from analysis.assess import Analyser
    from service.bootstrap import build, prepare
    from service.domain.people.person import Role
    from service.flows.people.acts import add_person
    from service.flows.replay import replay as run_replay
    from service.settings import load_settings

    with tempfile.TemporaryDirectory(prefix="yaowang-replay-") as folder:
        nowhere = {"store_url": None, "search_url": None, "smtp_host": None}
        settings = load_settings(data=Path(folder)).model_copy(update=nowhere)
        prepare(settings)
        app = build(settings, durable=False)
        add_person(
            app.store,
            name="值班",
            role=Role.OFFICER,
            by="system",
            now=app.now(),
            email="duty@replay.invalid",
            notify_from="yellow",
        )
        result = run_replay(app.store, Analyser.load(), moments, office=app.office)
        with app.store.read() as work:
            mails = work.outbox.waiting().get("mail", 0)
        app.close()
    return result.to_json() | {"mails_queued": mails}


def _with_progress(stream: "Iterator[Snapshot | str]", total: int) -> "Iterator[Snapshot | str]":
    from rich.console import Console
    from rich.progress import Progress

    with Progress(console=Console(stderr=True)) as progress:
        task = progress.add_task("回放", total=total)
        for snapshot in stream:
            yield snapshot
            progress.advance(task)


def _day(text: str | None) -> datetime | None:
    from service.domain.beijing import BEIJING

    if text is None:
        return None
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        misuse(f"日期写作 2024-06-01，不能是 {text}")
    return moment if moment.tzinfo else moment.replace(tzinfo=BEIJING)
