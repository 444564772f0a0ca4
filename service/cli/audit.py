"""`yaowang audit`: list the acts, verify the chain or an export of it, export it signed."""

from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from service.cli.lasting import lasting
from service.cli.opening import DataOption, opened
from service.cli.speak import EXIT_FAILED, fail, fail_writing, misuse, say, write_line, write_lines

__all__ = ["register"]


def register(application: typer.Typer) -> None:
    """Add the commands of this module."""
    group = typer.Typer(no_args_is_help=True)
    group.command("list", help="列出审计记录，最新在前。")(list_audit)
    group.command("verify", help="核验审计链，或核验一个导出文件；断裂时指出第一条不符的序号。")(verify_audit)
    group.command("export", help="导出审计记录（JSON 行）和签名的清单。")(export)
    application.add_typer(group, name="audit", help="审计链：列出、核验、导出。")


def list_audit(
    limit: Annotated[int, typer.Option("--limit", min=1, max=10000, help="最多条数")] = 200, data: DataOption = None
) -> None:
    """Write audit rows as JSON lines, newest first."""
    with opened(data) as app, app.store.read() as work:
        rows = work.audit.rows(limit=limit)
    write_lines(
        {
            "seq": row.seq,
            "at": row.at.isoformat(),
            "actor": row.actor,
            "action": row.action,
            "subject": row.subject,
            "detail": dict(row.detail),
            "hash": row.hash,
        }
        for row in rows
    )


def verify_audit(
    file: Annotated[Path | None, typer.Argument(help="导出的文件；不给则核验本系统的审计链")] = None,
    *,
    key: Annotated[str | None, typer.Option("--key", help="可信的公钥（64 位十六进制），另行保存的那一份")] = None,
    anchor: Annotated[str | None, typer.Option("--anchor", help="另处记下的“序号:哈希”，如简报附件所印")] = None,
    data: DataOption = None,
) -> None:
    """Recompute the audit chain, or check an exported file; an anchor noted elsewhere is compared with the live chain."""
    if file is not None:
        _verify_file(file, key, anchor)
        return
    if key is not None:
        misuse("--key 只用于核验导出的文件。")
    from service.flows.keeping.anchoring import AuditAnchor

    with opened(data) as app:
        with app.store.read() as work, lasting("正在核验审计链"):
            broken, head = work.audit.verify(), work.audit.head()
        if broken is not None:
            fail(f"审计链在第 {broken} 条断裂：此条或其之前的内容被改动过。")
        own = AuditAnchor.of_installation(app.settings.data, lambda: app.audit_key)
        if (cut := own.move_on(app.store)) is not None:
            fail(f"{cut}。")
        if anchor is not None:
            from service.flows.keeping.auditing import holds_anchor

            if not holds_anchor(app.store, *_parsed(anchor)):
                fail(f"审计链里没有 {anchor} 这一条：记下它之后，此条或其之前的内容被改写过。")
    say("审计链完整。" if anchor is None else "审计链完整，并包含给出的一条。")
    write_line({"seq": head.seq, "hash": head.hash})


def _verify_file(file: Path, key: str | None, anchor: str | None) -> None:
    from service.export.audit_log import verify_export

    if anchor is not None:
        misuse("--anchor 用于核验本系统的审计链，不与文件同用。")
    report = verify_export(file, key=key)
    for fault in report.faults:
        say(fault)
    if report.faults:
        raise typer.Exit(EXIT_FAILED)
    assert report.end is not None
    say(f"导出文件完整，共 {report.rows} 条，止于第 {report.end.seq} 条；签名公钥 {report.public_key}。")
    if report.drill:
        say("【演练】这是一次演练的审计记录，其中的人员与办理均为虚构。")
    if key is None:
        say("没有给出 --key：只证明文件与清单自签名以来未变，未证明是本系统所签。请与另行保存的公钥核对。")


def _parsed(anchor: str) -> tuple[int, str]:
    seq, mark, digest = anchor.strip().partition(":")
    if not mark or not seq.isdecimal() or not digest:
        misuse(f"“{anchor}”不是“序号:哈希”，例如 1024:3fa9…。")
    return int(seq), digest


def export(
    *,
    out: Annotated[Path, typer.Option("--out", help="写到这个文件；清单写在旁边，名为 文件名.manifest.json")],
    since: Annotated[str | None, typer.Option("--since", help="从这一天起（北京时间，2026-01-31），默认全部")] = None,
    data: DataOption = None,
) -> None:
    """Write the rows and the signed manifest."""
    from service.export.audit_log import manifest_path, write_export
    from service.flows.keeping.auditing import export_audit

    start = None if since is None else _day(since)
    with opened(data) as app:
        now, secret = app.now(), app.audit_key
        try:
            manifest = export_audit(
                app.store,
                lambda rows, after, head: write_export(
                    rows, out, after=after, head=head, secret=secret, by="cli", now=now, drill=app.drill
                ),
                by="cli",
                now=now,
                since=start,
            )
        except OSError as error:
            fail_writing(out, error)
        except ValueError as error:
            fail(f"{error}。")
    write_line({"path": str(out), "manifest": str(manifest_path(out))} | manifest)


def _day(written: str) -> datetime:
    from service.domain.beijing import BEIJING

    try:
        moment = datetime.fromisoformat(written)
    except ValueError:
        misuse(f"“{written}”不是日期，应为 2026-01-31 这样的写法。")
    return moment if moment.tzinfo else moment.replace(tzinfo=BEIJING)
