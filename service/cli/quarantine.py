"""`yaowang quarantine`: what was set aside, and trying it again in a person's name."""

from typing import TYPE_CHECKING, Annotated

import typer

from service.cli.opening import ByOption, DataOption, opened, person_named
from service.cli.speak import fail, misuse, say, write_line, write_lines

if TYPE_CHECKING:
    from service.bootstrap import Application
    from service.domain.people.person import Person

__all__ = ["register"]

DryOption = Annotated[bool, typer.Option("--dry-run", help="只数不做")]


def register(application: typer.Typer) -> None:
    """Add the commands of this module."""
    group = typer.Typer(no_args_is_help=True)
    group.command("list", help="列出隔离区（JSON 行）。")(list_quarantine)
    group.command(
        "replay",
        help="重新研判已搁置的稿件，再取已放弃的网页和附件，或重新发送已放弃的邮件、索引；研判和发送一次最多 500。",
    )(replay)
    application.add_typer(group, name="quarantine", help="隔离区：列出，重新研判，重新发送。")


def list_quarantine(
    *,
    limit: Annotated[int, typer.Option("--limit", min=1, max=10000, help="最多条数")] = 100,
    stage: Annotated[str, typer.Option("--stage", help="只列这个环节：assess、gate、import、push、policy")] = "",
    data: DataOption = None,
) -> None:
    """Write what is quarantined as JSON lines, the newest first."""
    with opened(data) as app, app.store.read() as work:
        rows = work.quarantine.listing(limit=limit, stage=stage or None)
    write_lines(
        {
            "id": row.id,
            "at": row.entry.at.isoformat(),
            "stage": row.entry.stage,
            "reason": row.entry.reason,
            "detail": row.entry.detail,
            "source": row.entry.source_id,
            "replayed": row.replayed_at.isoformat() if row.replayed_at else None,
        }
        for row in rows
    )


def replay(
    *,
    by: ByOption,
    stage: Annotated[str, typer.Option("--stage", help="环节：assess 重新研判，gate 再取网页和附件")] = "assess",
    source: Annotated[str, typer.Option("--source", help="再取只限这个信源（编号），见 yaowang sources list")] = "",
    reason: Annotated[str, typer.Option("--reason", help="只限说明里有这几个字的稿件")] = "",
    mail: Annotated[bool, typer.Option("--mail", help="改为重新发送已放弃的邮件")] = False,
    search: Annotated[bool, typer.Option("--search", help="改为重新写入已放弃的索引")] = False,
    dry_run: DryOption = False,
    data: DataOption = None,
) -> None:
    """Try again what was set aside, the oldest first; print how many, how many are left, and what cannot be."""
    from service.domain.documents.set_aside import AT_THE_DOOR
    from service.domain.refusal import Conflict, Refusal

    _require_one(stage, reason, source, mail=mail, search=search)
    with opened(data) as app:
        person = person_named(app, by)
        try:
            if mail or search:
                counts = _delivered_again(app, person, "mail" if mail else "search", dry_run=dry_run)
            elif stage in AT_THE_DOOR:
                counts = _fetched_again(app, person, source, dry_run=dry_run)
            else:
                counts = _judged_again(app, person, reason, dry_run=dry_run)
        except Conflict as refusal:
            # Nothing there is nothing wrong: a timed job may ask each night.
            say(refusal.sentence)
            counts = {"again": 0, "left": 0}
        except Refusal as refusal:
            fail(refusal.sentence)
    write_line({**counts, "dry_run": dry_run})


def _require_one(stage: str, reason: str, source: str, *, mail: bool, search: bool) -> None:
    from service.domain.documents.set_aside import ASSESS, AT_THE_DOOR, REMEDIES

    if stage not in {ASSESS, *AT_THE_DOOR}:
        remedy = REMEDIES.get(stage)
        misuse(f"{stage} 环节的不能由程序再试。{remedy.sentence}" if remedy else f"没有 {stage} 这个环节。")
    if mail + search + bool(reason) + bool(source) > 1:
        misuse("--mail、--search、--reason、--source 只能写一个。")
    if source and stage not in AT_THE_DOOR:
        misuse("--source 只用于再取：请同时写 --stage gate。")


def _judged_again(app: "Application", person: "Person", reason: str, *, dry_run: bool) -> dict[str, object]:
    from service.flows.judging.second_try import judge_set_aside

    found = judge_set_aside(app.store, person, reason=reason, dry_run=dry_run, now=app.now())
    if not dry_run:
        say("由研判进程研判；再失败的会回到隔离区。")
    return {"again": len(found.documents), "left": found.left}


def _fetched_again(app: "Application", person: "Person", source: str, *, dry_run: bool) -> dict[str, object]:
    from service.flows.crawl.fetching_again import fetch_again

    found = fetch_again(app.store, person, sources=[source] if source else (), dry_run=dry_run, now=app.now())
    if not dry_run:
        say("各信源下次采集时再取；再被拒收的会回到隔离区。")
    return {"again": found.count, "sources": len(found.by_source), "left": 0}


def _delivered_again(app: "Application", person: "Person", kind: str, *, dry_run: bool) -> dict[str, object]:
    from service.flows.judging.second_try import deliver_again

    found = deliver_again(app.store, person, kind, dry_run=dry_run, now=app.now())
    return {"again": len(found.rows), "left": found.left, "unaddressed": found.unaddressed}
