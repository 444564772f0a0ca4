"""`yaowang notify test`, and what `yaowang doctor` says of the channels beside mail."""

from typing import TYPE_CHECKING, Annotated, Any

import typer

from service.cli.opening import DataOption, opened
from service.cli.speak import EXIT_FAILED, misuse, write_lines

if TYPE_CHECKING:
    from email.message import EmailMessage

    from service.bootstrap import Application
    from service.ports.notify import Notifier

__all__ = ["outside_monitor", "register", "second_channel", "who_gets_the_report"]

_UNSET = "没有设置，邮件发不出去时没有别的通知"


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


def second_channel(app: "Application") -> dict[str, Any]:
    """Return whether the second channel's host answers, as a row of `doctor`; that none is set up is said and fails nothing."""
    notifier = app.second_notifier
    if app.channel is None or notifier is None:
        return {"check": "第二通道", "ok": True, "sentence": _UNSET}
    problem = notifier.check()
    told = f"{app.channel.name}可以连通；是否收下消息，用 yaowang notify test 试"
    return {"check": "第二通道", "ok": problem is None, "sentence": problem or told}


def who_gets_the_report(app: "Application") -> dict[str, Any]:
    """Return when the day's report leaves and to how many, as a row of `doctor`; that nobody gets it is said and fails nothing."""
    from service.flows.reports.daily_report import readers_of_it

    name = "每日报平安"
    if not app.settings.daily_report:
        return {"check": name, "ok": True, "sentence": "已关闭；药望停了没有邮件提醒"}
    with app.store.read() as work:
        readers = readers_of_it(work, app.settings.daily_report_to)
    if not readers:
        sentence = "没有收件人：请给管理员登记邮箱，或设置 YAOWANG_DAILY_REPORT_TO"
        return {"check": name, "ok": True, "sentence": sentence}
    return {"check": name, "ok": True, "sentence": f"每天{app.settings.daily_report_at}发给{len(readers)}人"}


def outside_monitor(app: "Application") -> dict[str, Any]:
    """Return which roles keep the outside monitor from being called, as a row of `doctor`; that none is set up fails nothing."""
    from service.flows.pulse import WATCHED, silent_roles

    name = "外部监测"
    if app.monitor is None:
        return {"check": name, "ok": True, "sentence": "没有设置"}
    with app.store.read() as work:
        silent = [_ROLES[role] for role in silent_roles(work, WATCHED, now=app.now())]
    held = f"{'、'.join(silent)}没有运行，暂不访问"
    return {"check": name, "ok": True, "sentence": held if silent else f"每{app.settings.pulse_minutes}分钟访问一次"}


_ROLES = {"judgement": "研判", "crawl": "采集", "web": "网页"}
