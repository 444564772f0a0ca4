"""`yaowang hide`: take a name out of a document and of what was derived from it, or prove that it is gone."""

import sys
from typing import TYPE_CHECKING, Annotated

import typer

from service.cli.opening import ByOption, DataOption, opened, person_named
from service.cli.speak import EXIT_FAILED, fail, misuse, say, write_line

if TYPE_CHECKING:
    from service.bootstrap import Application
    from service.flows.keeping.hiding import Proof

__all__ = ["register"]

_LONGEST_LINE = 1000


def register(application: typer.Typer) -> None:
    """Add the commands of this module."""
    application.command("hide", help="隐去稿件中的姓名等内容，不能恢复；--check 只核查是否还有。")(hide)


def hide(
    document: Annotated[str, typer.Argument(help="稿件编号")],
    *,
    by: ByOption = "",
    reason: Annotated[str, typer.Option("--reason", help="理由，不要写出要隐去的内容")] = "",
    event: Annotated[bool, typer.Option("--event", help="本事件的全部稿件，不只这一篇")] = False,
    without_author: Annotated[bool, typer.Option("--without-author", help="同时去掉作者代号")] = False,
    sure: Annotated[bool, typer.Option("--yes", help="不再询问")] = False,
    check: Annotated[bool, typer.Option("--check", help="只核查，不改动；仍有即以状态 1 结束")] = False,
    data: DataOption = None,
) -> None:
    """Read the string from standard input, never from the command line, which shells keep; hide it, or look where it is left."""
    from service.domain.refusal import Refusal

    if not check and not (by and reason):
        misuse("隐去内容须写明 --by 和 --reason；只核查请用 --check。")
    asking = sys.stdin.isatty()
    string = typer.prompt("要隐去的内容", hide_input=False, err=True) if asking else sys.stdin.readline(_LONGEST_LINE)
    with opened(data) as app:
        try:
            if not check:
                _hide(
                    app, document, string, by, reason, event=event, authorless=without_author, ask=asking and not sure
                )
            proof = _proof(app, document, string)
        except Refusal as refusal:
            fail(f"{refusal.sentence}。")
    _tell(proof)


def _hide(
    app: "Application",
    document: str,
    string: str,
    by: str,
    reason: str,
    *,
    event: bool,
    authorless: bool,
    ask: bool,
) -> None:
    from service.domain.documents.hidden import HidingScope
    from service.flows.keeping.hiding import hide_string, look_for
    from service.flows.telling.deliver import deliver_search

    person = person_named(app, by)
    scope = HidingScope.EVENT if event else HidingScope.DOCUMENT
    found = look_for(app.store, person, document, string, scope=scope)
    if ask:
        say(f"将在 {found.total} 处隐去，涉及稿件 {len(found.documents)} 篇，不能恢复。")
        typer.confirm("确认隐去吗", abort=True, err=True)
    found = hide_string(
        app.store, person, document, string, reason=reason, scope=scope, authorless=authorless, now=app.now()
    )
    say(f"已在 {found.total} 处隐去。")
    deliver_search(app.store, app.search, now=app.now, limit=100)


def _proof(app: "Application", document: str, string: str) -> "Proof":
    from service.flows.keeping.hiding import Beyond, prove_gone

    beyond = Beyond(briefings=app.settings.data / "briefings", search=app.search, cut=app.cut)
    return prove_gone(app.store, document, string, beyond)


def _tell(proof: "Proof") -> None:
    """Write where it is left as one JSON object, which does not hold the string, and end with status 1 where it is anywhere."""
    write_line(
        {
            "gone": proof.gone,
            "places": dict(proof.found.places),
            "left": [{"what": one.what, "where": one.where} for one in proof.found.left],
            "indexed": proof.indexed,
            "elsewhere": proof.elsewhere,
            "briefings": list(proof.files),
            "backups": list(proof.backups),
        }
    )
    if proof.indexed is None:
        say("检索没有应答，未能核查索引。")
    if proof.elsewhere:
        say(f"另有 {proof.elsewhere} 篇稿件含有这一内容，不属于本事件，没有改动。")
    if proof.backups:
        say(f"此前的备份 {len(proof.backups)} 份可能仍有原文，请按保管办法处理。")
    if not proof.gone:
        say("仍有地方含有这一内容，见上面的清单。")
        raise typer.Exit(EXIT_FAILED)
    say("本机的数据库、索引、待发邮件和简报中都没有这一内容。")
