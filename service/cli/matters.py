"""`yaowang matters`: import registers of complaints, reports, petitions and applications, list what is due."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from service.cli.import_file import fail_importing
from service.cli.opening import DataOption, opened
from service.cli.speak import EXIT_FAILED, misuse, say, write_line, write_lines

if TYPE_CHECKING:
    from service.domain.matters.matter import MatterKind
    from service.flows.matters.matter_import import MatterReport

__all__ = ["register"]

_SOURCES = {
    "complaint": "drop-12345",
    "report": "drop-12345",
    "petition": "drop-petition",
    "application": "drop-application",
}


def register(application: typer.Typer) -> None:
    """Add the commands of this module."""
    group = typer.Typer(no_args_is_help=True)
    group.command("import", help="导入投诉、举报、信访或公开申请的登记表（CSV、XLSX、JSONL）。")(import_records)
    group.command("list", help="列出办件，最先到期的在前。")(list_matters)
    application.add_typer(group, name="matters", help="办件：导入、列出。")


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
    from service.flows.matters.matter_import import MatterReport, import_matters
    from service.ports.store import StoreUnavailableError

    chosen_kind = _kind(kind)
    source_id = source or _SOURCES[chosen_kind.value if chosen_kind else "complaint"]
    told = MatterReport()
    with opened(data) as app:
        chosen = app.catalogue.by_id.get(source_id) or misuse(f"没有信源 {source_id}，见 yaowang sources list。")
        app.describe_sources()
        try:
            import_matters(
                app.store,
                file,
                source=chosen,
                kind=chosen_kind,
                register=app.register,
                now=app.now,
                author_key=app.author_key,
                actor="cli",
                report=told,
            )
        except (Conflict, ImportRefused, OSError, StoreUnavailableError) as error:
            fail_importing(file, error, added=told.added, known=told.known, refused=told.refused_count)
    _say_taken(told)


def _say_taken(told: "MatterReport") -> None:
    """Say what came of a file; end with status 1 where nothing of it was taken."""
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
