"""`yaowang index`: the search projection, held against the store and made anew by the rules in force."""

from dataclasses import asdict
from typing import Annotated

import typer

from service.cli.opening import DataOption, opened
from service.cli.speak import EXIT_FAILED, fail, say, write_line

__all__ = ["register"]


def register(application: typer.Typer) -> None:
    """Add the commands of this module."""
    group = typer.Typer(no_args_is_help=True)
    group.command("verify", help="核对检索索引与存储是否一致、是否按现行规则建立，--repair 改正。")(verify_index)
    group.command("renew", help="按现行规则（如涉赣的口径）重新计数并重写检索索引。")(renew_index)
    application.add_typer(group, name="index", help="检索索引：与存储核对，改正，按现行规则重建。")


def verify_index(
    *, repair: Annotated[bool, typer.Option("--repair", help="把不一致的改正")] = False, data: DataOption = None
) -> None:
    """Compare the search projection with the store."""
    from service.ports.search import SearchUnavailableError
    from service.search.verify import verify

    with opened(data) as app:
        try:
            report = verify(app.store, app.search, repair)
        except SearchUnavailableError as error:
            fail(str(error))
    write_line(asdict(report) | {"equal": report.equal})
    if report.older and not repair:
        say("检索索引是按旧规则建立的，请运行 yaowang index renew 重新计数并重写。")
    if (report.older or not report.equal) and not repair:
        raise typer.Exit(EXIT_FAILED)


def renew_index(*, data: DataOption = None) -> None:
    """Count every document and write the search projection by the rules in force."""
    from service.flows.judging.recounting import recount
    from service.ports.search import SearchUnavailableError
    from service.search.refill import renew

    with opened(data) as app:
        counted = recount(app.store)
        say(f"已按现行规则重新计数 {counted} 篇，正在重写检索索引。")
        try:
            report = renew(app.store, app.search)
        except SearchUnavailableError as error:
            fail(str(error))
    write_line({"counted": counted, "indexed": report.compared - len(report.refused), "refused": report.refused})
