"""`yaowang cases`: list cases, write the archive package of one, check a package."""

from pathlib import Path
from typing import Annotated

import typer

from service.cli.opening import DataOption, opened
from service.cli.speak import EXIT_FAILED, fail, fail_writing, say, write_line, write_lines
from service.cli.whole_file import write_whole

__all__ = ["register"]


def register(application: typer.Typer) -> None:
    """Add the commands of this module."""
    group = typer.Typer(no_args_is_help=True)
    group.command("list", help="列出处置（JSON 行）：编号、状态、轮次、承办人。")(list_cases)
    group.command("archive", help="写出一个处置的归档包（zip，含哈希清单）。")(archive)
    group.command("verify", help="核验归档包，逐条指出与清单不符之处。")(verify_package)
    application.add_typer(group, name="cases", help="处置：列出、归档、核验归档包。")


def list_cases(
    *,
    over: Annotated[bool, typer.Option("--over", help="列出已结束的")] = False,
    limit: Annotated[int, typer.Option("--limit", min=1, max=1000, help="最多条数")] = 200,
    data: DataOption = None,
) -> None:
    """Write cases as JSON lines, latest change first."""
    with opened(data) as app, app.store.read() as work:
        found = work.cases.listing(over=over, limit=limit)
    write_lines(
        {
            "id": case.id,
            "alert_id": case.alert_id,
            "title": case.title,
            "state": case.state.value,
            "round": case.round,
            "owner": case.owner,
            "changed_at": case.changed_at.isoformat(),
        }
        for case in found
    )


def archive(
    case: Annotated[str, typer.Argument(help="处置编号，见 yaowang cases list")],
    *,
    out: Annotated[Path, typer.Option("--out", help="写到这个文件")],
    unmasked: Annotated[bool, typer.Option("--unmasked", help="不掩去个人信息；会记入审计")] = False,
    pages: Annotated[bool, typer.Option("--pages", help="附上网页原件，其中个人信息不能掩去；会记入审计")] = False,
    data: DataOption = None,
) -> None:
    """Write the package; personal data is masked unless asked otherwise, and that it was written is an audit row."""
    from service.export.case_archive import pack
    from service.flows.cases.packing import pack_case

    with opened(data) as app:
        files = app.preserver.files if pages else None
        package = pack_case(
            app.store, "cli", case, pack=pack, now=app.now(), masked=not unmasked, files=files, drill=app.drill
        )
    if package is None:
        fail(f"没有编号为 {case} 的处置。全部编号见 yaowang cases list。")
    try:
        write_whole(out, package.content)
    except OSError as error:
        fail_writing(out, error)
    told = {"documents": len(package.bundle.evidence), "masked": package.bundle.masked, "sha256": package.digest}
    told |= {"pages": len(package.bundle.bodies or ())}
    write_line({"path": str(out), "bytes": len(package.content)} | told)


def verify_package(file: Annotated[Path, typer.Argument(help="归档包（zip）")]) -> None:
    """Check every file of a package against its manifest, and tell its SHA-256, which its audit row keeps."""
    from hashlib import file_digest

    from service.export.case_archive import verify

    faults = verify(file)
    for sentence in faults:
        say(sentence)
    digest = None
    if file.is_file():
        with file.open("rb") as opened_file:
            digest = file_digest(opened_file, "sha256").hexdigest()
    write_line({"path": str(file), "faults": len(faults), "sha256": digest})
    if faults:
        raise typer.Exit(EXIT_FAILED)
