"""How commands open an installation: its settings, and its application for as long as a command needs it."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from service.cli.speak import fail

if TYPE_CHECKING:
    from service.bootstrap import Application
    from service.settings import Settings

__all__ = ["DataOption", "opened", "settings_of"]

DataOption = Annotated[Path | None, typer.Option("--data", help="数据目录，默认 ./var")]


def settings_of(*, port: int | None = None, data: Path | None = None) -> "Settings":
    """Read the settings, or say what is wrong with them and end with status 1."""
    from service.settings import SettingsError, load_settings

    try:
        return load_settings(port=port, data=data)
    except SettingsError as error:
        fail(str(error))


@contextmanager
def opened(data: Path | None) -> "Iterator[Application]":
    """Open the installation with its schema up to date; a store that cannot be opened is said in one sentence."""
    from sqlalchemy.exc import SQLAlchemyError

    from service.bootstrap import build, prepare
    from service.ports.store import StoreUnavailableError

    settings = settings_of(data=data)
    try:
        prepare(settings)
        app = build(settings)
    except (SQLAlchemyError, StoreUnavailableError, OSError) as error:
        fail(f"存储无法打开：{error}。请检查数据目录与 YAOWANG_STORE_URL。")
    try:
        yield app
    finally:
        app.close()
