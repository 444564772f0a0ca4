"""`yaowang evidence`: hold the kept pages against their records and the audit trail."""

from typing import TYPE_CHECKING, Annotated

import typer

from service.cli.opening import DataOption, opened
from service.cli.speak import EXIT_FAILED, say, write_line, write_lines

if TYPE_CHECKING:
    from service.bootstrap import Application
    from service.flows.keeping.sealing import Fault

__all__ = ["register"]

_KINDS = {"missing": "缺失", "altered": "被改动", "unreadable": "读不出"}


def register(application: typer.Typer) -> None:
    """Add the commands of this module."""
    group = typer.Typer(no_args_is_help=True)
    group.callback()(_group)
    group.command("verify", help="逐个重算留存网页的哈希，与登记和审计链核对；指出缺失、改动和多余的文件。")(verify)
    application.add_typer(group, name="evidence", help="证据：核验留存的网页原件。")


def _group() -> None:
    """Keep the one command a subcommand."""


def verify(
    *,
    tidy: Annotated[bool, typer.Option("--tidy", help="删除没有登记的多余文件")] = False,
    data: DataOption = None,
) -> None:
    """Hash every kept page anew; write each fault as a JSON line, then a summary. Orphans are harmless and fail nothing."""
    from service.flows.keeping.sealing import orphans_of, verify_evidence

    with opened(data) as app:
        found = verify_evidence(app.store, app.preserver.files)
        orphans = list(orphans_of(app.store, app.preserver.files))
        removed = _tidied(app, orphans) if tidy else 0
    write_lines(map(_row, found.faults))
    for sentence in found.broken:
        say(f"{sentence}。")
    for kind, word in _KINDS.items():
        count = sum(1 for fault in found.faults if fault.kind == kind)
        if count:
            say(f"{count} 份网页原件{word}，见上面各行。请保全数据目录并报告；可用备份中的同名文件比对。")
    if orphans:
        left = f"已删除 {removed} 个" if tidy else "加 --tidy 可删除"
        say(f"{len(orphans)} 个文件没有登记（写入时中断所留，无害），{left}。")
    failed = bool(found.faults or found.broken)
    if not failed:
        say(f"{found.pages} 份网页原件与登记一致；登记 {found.sealed} 条已入审计链，今日 {found.unsealed} 条待入。")
    write_line(
        {
            "pages": found.pages,
            "faults": len(found.faults),
            "broken": len(found.broken),
            "orphans": len(orphans),
            "removed": removed,
            "sealed": found.sealed,
            "unsealed": found.unsealed,
        }
    )
    if failed:
        raise typer.Exit(EXIT_FAILED)


def _tidied(app: "Application", orphans: list[str]) -> int:
    from datetime import timedelta

    from service.flows.keeping.expiring import remove_unneeded

    app.preserver.files.tidy(before=app.now() - timedelta(days=1))
    return remove_unneeded(app.store, app.preserver.files, orphans)


def _row(fault: "Fault") -> dict[str, object]:
    record = fault.record
    names = ("document_id", "version", "part", "sha256", "length", "url")
    return {"fault": fault.kind} | {name: getattr(record, name) for name in names}
