"""The group of all commands: what ends a command by an error is said in Chinese, with the status that the documents name."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from typer._click import Command, Context
from typer._click.exceptions import UsageError
from typer.core import TyperGroup

from crawlers.disk_words import disk_sentence, is_of_disk
from service.cli.speak import fail, flush, misuse
from service.cli.wording import ChineseContext, misuse_sentence

__all__ = ["SpokenGroup"]


class SpokenGroup(TyperGroup):
    """The outermost group; wrong use and an error of a file end with a sentence, not with the system's own words."""

    context_class = ChineseContext

    def get_command(self, ctx: Context, cmd_name: str) -> Command | None:
        """Return a command that speaks Chinese in its help too."""
        command = super().get_command(ctx, cmd_name)
        if command is not None:
            _teach(command)
        return command

    def make_context(
        self, info_name: str | None, args: list[str], parent: Context | None = None, **extra: Any
    ) -> Context:
        """Read the options before a command."""
        with _sentences():
            return super().make_context(info_name, args, parent, **extra)

    def invoke(self, ctx: Context) -> Any:
        """Run a command, and bring out what it wrote while an error can still be told."""
        with _sentences():
            result = super().invoke(ctx)
            flush()
            return result


@contextmanager
def _sentences() -> Iterator[None]:
    try:
        yield
    except UsageError as error:
        misuse(misuse_sentence(error))
    except OSError as error:
        # What a network or another process does is told where it is asked; a pipe that closed is typer's to end.
        if not is_of_disk(error):
            raise
        where = f"{error.filename} 无法读写" if error.filename else "读写文件出错"
        fail(f"{where}：{disk_sentence(error)}")


def _teach(command: Command) -> None:
    command.context_class = ChineseContext
    if isinstance(command, TyperGroup):
        for one in command.commands.values():
            _teach(one)
