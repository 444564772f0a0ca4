"""`yaowang brief`: the briefing of a week, as the page 简报 makes it."""

from pathlib import Path
from typing import Annotated

import typer

from service.cli.opening import DataOption, opened
from service.cli.speak import fail_writing, misuse, say, write_lines

__all__ = ["register"]


def register(application: typer.Typer) -> None:
    """Add the command of this module."""
    application.command("brief", help="生成一周的简报（Word、PDF、网页、Excel）。")(brief)


def brief(
    week: Annotated[str | None, typer.Option("--week", help="周次，如 2026-W47；不写为本周")] = None,
    out: Annotated[Path | None, typer.Option("--out", help="输出目录，默认数据目录下 briefings")] = None,
    data: DataOption = None,
) -> None:
    """Write the week's briefing and print the paths."""
    from service.domain.week import parse_week, week_of
    from service.export.briefing import write_briefing
    from service.flows.reports.brief import compile_week

    with opened(data) as app:
        try:
            chosen = parse_week(week) if week else week_of(app.now())
        except ValueError as error:
            misuse(str(error))
        issue = compile_week(
            app.store,
            chosen,
            register=app.register,
            office=app.settings.office,
            address=app.settings.address,
            drill=app.drill,
            now=app.now(),
        )
        folder = out or app.settings.data / "briefings"
    try:
        write_lines({"path": str(path)} for path in write_briefing(issue, folder, lacking=say))
    except OSError as error:
        fail_writing(folder, error)
