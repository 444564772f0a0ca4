"""`yaowang users`: who can log in and who is mailed."""

from typing import Annotated

import typer

from service.cli.opening import DataOption, opened
from service.cli.speak import fail, misuse, say, write_lines

__all__ = ["register"]

NameArgument = Annotated[str, typer.Argument(help="姓名或登录名")]
RoleOption = Annotated[str, typer.Option("--role", help="viewer、officer、approver、administrator、auditor")]
EmailOption = Annotated[str | None, typer.Option("--email", help="接收预警邮件的地址")]
DutyOption = Annotated[list[str] | None, typer.Option("--duty", help="岗位，可重复：monitor、analyst、case_officer 等")]
ReplaceOption = Annotated[bool, typer.Option("--replace", help="已有人设了岗位时，以新的分配替换")]
LevelOption = Annotated[str | None, typer.Option("--notify-from", help="从哪一级开始发邮件：blue、yellow、orange、red")]


def register(application: typer.Typer) -> None:
    """Add the commands of this module."""
    users = typer.Typer(no_args_is_help=True)
    users.command("list", help="列出用户（JSON 行）。")(list_people)
    users.command("add", help="新增用户，输出一次性密码。")(add)
    users.command("duties", help="设置一个人的处置岗位，替换原有岗位；不给 --duty 即清空。")(duties)
    users.command("small-office", help="小型处室：把全部岗位分给现有人员，起草、审核、签批分开。")(small_office)
    users.command("reset", help="重置密码，输出一次性密码。")(reset)
    users.command("reset-code", help="重置动态口令：手机遗失时解除绑定。")(reset_code)
    application.add_typer(users, name="users", help="用户：列出、新增、设置岗位、重置密码和动态口令。")


def list_people(data: DataOption = None) -> None:
    """Write everybody as JSON lines, without anything secret."""
    with opened(data) as app, app.store.read() as work:
        people = work.people.listing()
    write_lines(
        {
            "name": person.name,
            "role": str(person.role),
            "email": person.email,
            "notify_from": person.notify_from,
            "disabled": person.disabled,
            "duties": sorted(person.duties),
            "second_factor": person.second_factor is not None,
        }
        for person in people
    )


def add(
    name: NameArgument,
    *,
    role: RoleOption = "officer",
    email: EmailOption = None,
    notify_from: LevelOption = None,
    data: DataOption = None,
) -> None:
    """Create a person and print the one-time password."""
    from service.domain.people.mail_address import is_mail_address
    from service.domain.people.password import ONE_TIME_HOURS
    from service.domain.people.person import Role
    from service.flows.people.acts import PasswordFaultError, add_person

    if role not in {member.value for member in Role}:
        misuse(f"没有 {role} 这个角色。")
    if notify_from not in {None, "blue", "yellow", "orange", "red"}:
        misuse(f"没有 {notify_from} 这个级别。")
    if email and not is_mail_address(email):
        misuse(f"“{email}”不是可用的邮箱地址，应如 name@example.cn：只写一个，用英文字母和半角标点。")
    with opened(data) as app:
        try:
            password = add_person(
                app.store,
                name=name,
                role=Role(role),
                by="cli",
                now=app.now(),
                email=email,
                notify_from=notify_from,
            )
        except PasswordFaultError as error:
            fail(str(error))
    say(f"{name} 的一次性密码（只显示这一次，{ONE_TIME_HOURS} 小时内有效）：{password}")


def duties(name: NameArgument, *, duty: DutyOption = None, data: DataOption = None) -> None:
    """Give a person exactly these duties and say which they hold."""
    from service.flows.people.acts import PasswordFaultError, set_duties

    with opened(data) as app:
        workflow = app.office.register.workflow
        try:
            person = set_duties(app.store, name, duty or (), workflow=workflow, by="cli", now=app.now())
        except PasswordFaultError as error:
            fail(str(error))
    say(f"{name} 的岗位：{workflow.duty_words(sorted(person.duties)) or '无'}")


def small_office(*, replaces: ReplaceOption = False, data: DataOption = None) -> None:
    """Spread the duties over everybody who can hold any."""
    from service.domain.refusal import Conflict
    from service.flows.people.acts import spread_duties

    with opened(data) as app:
        workflow = app.office.register.workflow
        try:
            people = spread_duties(app.store, workflow=workflow, by="cli", now=app.now(), replaces=replaces)
        except Conflict as refused:
            fail(refused.sentence)
    for person in people:
        say(f"{person.name}：{workflow.duty_words(sorted(person.duties)) or '无'}")


def reset(name: NameArgument, data: DataOption = None) -> None:
    """Give a person a new one-time password."""
    from service.domain.people.password import ONE_TIME_HOURS
    from service.flows.people.acts import reset_password

    with opened(data) as app:
        with app.store.read() as work:
            person = work.people.by_name(name)
        if person is None:
            fail(f"没有名为 {name} 的用户。")
        password = reset_password(app.store, person.id, by="cli", now=app.now())
    say(f"{name} 的一次性密码（只显示这一次，{ONE_TIME_HOURS} 小时内有效）：{password}")


def reset_code(name: NameArgument, data: DataOption = None) -> None:
    """Take the second factor of somebody who lost the device away."""
    from service.domain.refusal import Refusal
    from service.flows.people.second_factor import reset

    with opened(data) as app:
        with app.store.read() as work:
            person = work.people.by_name(name)
        if person is None:
            fail(f"没有名为 {name} 的用户。")
        try:
            reset(app.store, person.id, by="cli", now=app.now())
        except Refusal as refusal:
            fail(refusal.sentence)
    say(f"{name} 的动态口令已解除绑定，其登录已全部退出。")
