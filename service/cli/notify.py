"""`yaowang notify test`: one message by the channels that alerts go out by."""

from typing import TYPE_CHECKING, Annotated, Any

import typer

from service.cli.opening import DataOption, opened
from service.cli.speak import EXIT_FAILED, misuse, write_lines

if TYPE_CHECKING:
    from email.message import EmailMessage

    from service.ports.notify import Notifier

__all__ = ["register"]


def register(application: typer.Typer) -> None:
    """Add the commands of this module."""
    group = typer.Typer(no_args_is_help=True)
    # With one command alone typer would make the group that command.
    group.callback()(lambda: None)
    group.command("test", help="发一条标明测试的消息，看通道通不通。")(send_test)
    application.add_typer(group, name="notify", help="通知通道：邮件和第二通道。")


def send_test(
    mail: Annotated[str | None, typer.Option("--mail", help="同时发一封测试邮件到这个地址")] = None,
    data: DataOption = None,
) -> None:
    """Send one message that says it is a test by the second channel, and by mail where an address is given; nothing is queued."""
    from service.domain.telling.letter import compose
    from service.domain.telling.second_channel import compose_short, probe_letter

    with opened(data) as app:
        now = app.now()
        letter = probe_letter(address=app.settings.address, now=now)
        key = f"test:{now.isoformat()}"
        channel, notifier = app.channel, app.second_notifier
        if channel is None and mail is None:
            misuse("没有设置第二通道（YAOWANG_WEBHOOK、YAOWANG_WEBHOOK_URL）。只试邮件请写 --mail 地址。")
        rows = []
        if channel is not None and notifier is not None:
            message = compose_short(letter, key=key, recipient=channel.name, sent_at=now)
            rows.append(_sent("第二通道", notifier, message))
        if mail is not None:
            sender = app.settings.mail_from
            message = compose(letter, key=key, sender=sender, recipient=mail, sent_at=now)
            rows.append(_sent("邮件", app.notifier, message))
    write_lines(rows)
    if not all(row["ok"] for row in rows):
        raise typer.Exit(EXIT_FAILED)


def _sent(name: str, notifier: "Notifier", message: "EmailMessage") -> dict[str, Any]:
    from service.ports.notify import NotifyError

    try:
        delivery = notifier.send(message)
    except NotifyError as error:
        return {"channel": name, "ok": False, "sentence": str(error)}
    return {"channel": name, "ok": True, "sentence": f"{delivery.accepted_by} 已收下"}
