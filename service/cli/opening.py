"""How commands open an installation: its settings, and its application for as long as a command needs it."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from crawlers.disk_words import disk_words
from service.cli.owner import given_to_owner
from service.cli.speak import fail, misuse, say

if TYPE_CHECKING:
    from service.bootstrap import Application
    from service.domain.people.person import Person
    from service.settings import Settings

__all__ = ["ByOption", "DataOption", "opened", "person_named", "settings_of"]

DataOption = Annotated[Path | None, typer.Option("--data", help="数据目录，默认 ./var")]
ByOption = Annotated[str, typer.Option("--by", help="以哪位用户的名义，见 yaowang users list")]


def settings_of(*, port: int | None = None, data: Path | None = None) -> "Settings":
    """Read the settings, or say what is wrong with them and end with status 1. A restore that lacks its last step is ended."""
    from service.settings import SettingsError, load_settings

    try:
        settings = load_settings(port=port, data=data)
        if _finished(settings.data):
            # The settings lie in the folder that has come back.
            settings = load_settings(port=port, data=data)
    except SettingsError as error:
        fail(str(error))
    return settings


def _finished(data: Path) -> bool:
    """Put a restored folder to its place where a kill or a power cut kept a restore from it; tell whether that was so."""
    if data.exists():
        return False
    from service.backup import finish_folder

    try:
        finished = finish_folder(data.resolve())
    except OSError as error:
        fail(f"上次恢复在最后一步中断，数据目录 {data} 没有放回：{disk_words(error)}。请检查上级目录的权限和磁盘。")
    if finished:
        say(
            f"上次恢复在最后一步中断，现已完成：恢复出的数据目录已放到 {data}；"
            f"原来的数据目录在旁边的 {data.name}.before-restore-…（原先没有内容的除外）。"
        )
    return finished


@contextmanager
def opened(
    data: Path | None, *, port: int | None = None, prepared: bool = False, lasting: bool = False
) -> "Iterator[Application]":
    """Open the installation, unless it is `prepared` with its schema brought up to date; for a process that is `lasting` or a command.

    A store that cannot be opened, or is lost while the command works, is said in one sentence with status 1. Where root
    opens the folder of somebody else, what was made meanwhile is theirs at the end.
    """
    settings = settings_of(data=data, port=port)
    with given_to_owner(settings.data), _opened(settings, prepared=prepared, lasting=lasting) as app:
        yield app


def _built(settings: "Settings", *, prepared: bool, lasting: bool) -> "Application":
    """Open what lies in the folder. That of a drill is opened as one, whatever store and mail server the settings name."""
    from service.bootstrap import build, prepare
    from service.drill.folder import is_drill

    if is_drill(settings.data):
        from service.drill.role import drill_looked_back_on, drill_settings

        if not prepared:
            prepare(drill_settings(settings.data, port=settings.port))
        return drill_looked_back_on(settings.data)
    if not prepared:
        prepare(settings)
    return build(settings, lasting=lasting)


@contextmanager
def _opened(settings: "Settings", *, prepared: bool, lasting: bool) -> "Iterator[Application]":
    from sqlalchemy.exc import SQLAlchemyError

    from service.policies.tables import RegisterError
    from service.ports.store import StoreUnavailableError

    try:
        app = _built(settings, prepared=prepared, lasting=lasting)
    except ImportError as error:
        fail(
            f"存储或检索的设置需要没有安装的组件 {error.name}。请安装 yaowang[postgres,elasticsearch]，或去掉这项设置。"
        )
    except (SQLAlchemyError, StoreUnavailableError, OSError, ValueError) as error:
        fail(f"存储无法打开：{_sentence(error)}。请检查数据目录 {settings.data} 与 YAOWANG_STORE_URL。")
    try:
        if app.shared_clock is not None:
            app.shared_clock.measure()
        yield app
    except StoreUnavailableError as error:
        fail(f"存储中途不可用：{_sentence(error)}。")
    except RegisterError as error:
        fail(f"本单位的政策数据有误：{_sentence(error)}。")
    finally:
        app.close()


def _sentence(error: Exception) -> str:
    if isinstance(error, OSError):
        return f"{error.filename or ''} {disk_words(error)}".strip()
    return str(error).strip().removesuffix("。")


def person_named(app: "Application", name: str) -> "Person":
    """Return the person of this name, or say that there is none and end with status 2."""
    with app.store.read() as work:
        person = work.people.by_name(name)
    if person is None:
        misuse(f"没有用户 {name}。全部用户见 yaowang users list。")
    return person
