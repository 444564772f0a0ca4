"""The command line: `yaowang COMMAND`.

Machine-readable output goes to standard output, messages and progress to standard error; exit status 0 (done),
1 (failed) or 2 (wrong use). Heavy modules are imported inside the commands, so that `--help` answers at once.
"""

import atexit
import gc
import os
from typing import Annotated

import typer

from service.cli import (
    audit,
    backup,
    brief,
    cases,
    doctor,
    drill,
    evidence,
    hide,
    import_file,
    index,
    matters,
    notify,
    people,
    pipeline,
    policies,
    quarantine,
    replay,
    run,
    sources,
    study,
    topics,
    words,
)
from service.cli.group import SpokenGroup
from service.cli.owner import NOT_FOR_OTHERS
from service.cli.speak import speak_utf8
from service.version import product_version

__all__ = ["application", "main"]

application = typer.Typer(
    name="yaowang",
    cls=SpokenGroup,
    help="药望：药品安全舆情监测。先运行 ./yaowang up。",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)


@application.callback(help=application.info.help, invoke_without_command=True)
def _answer(
    *, version: Annotated[bool, typer.Option("--version", help="显示版本，然后结束。", is_eager=True)] = False
) -> None:
    """Answer what is asked of the product itself, before any command."""
    if version:
        print(f"yaowang {product_version()}")
        raise typer.Exit


run.register(application)
pipeline.register(application)
drill.register(application)
replay.register(application)
import_file.register(application)
brief.register(application)
doctor.register(application)
index.register(application)
notify.register(application)
quarantine.register(application)
hide.register(application)
sources.register(application)
audit.register(application)
backup.register(application)
policies.register(application)
people.register(application)
topics.register(application)
matters.register(application)
cases.register(application)
evidence.register(application)
study.register(application)
words.register(application)


def main() -> None:
    """Run the command line; what it writes is readable by its user and group alone, whoever starts it and how."""
    os.umask(os.umask(NOT_FOR_OTHERS) | NOT_FOR_OTHERS)
    speak_utf8()
    # What is loaded ends with the process; a last search through it for garbage held up every end by 0.8 s.
    atexit.register(gc.freeze)
    application(prog_name="yaowang")
