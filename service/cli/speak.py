"""How commands speak: sentences on standard error, JSON lines on standard output, named exit statuses."""

import json
import sys
from collections.abc import Iterable, Mapping
from typing import Any, NoReturn

import typer

__all__ = ["EXIT_FAILED", "EXIT_MISUSED", "fail", "misuse", "say", "write_line", "write_lines"]

EXIT_FAILED = 1
EXIT_MISUSED = 2


def say(sentence: str) -> None:
    """Tell the person at the terminal."""
    print(sentence, file=sys.stderr, flush=True)


def fail(sentence: str) -> NoReturn:
    """Say what failed and end with status 1."""
    say(sentence)
    raise typer.Exit(EXIT_FAILED)


def misuse(sentence: str) -> NoReturn:
    """Say what was used wrongly and end with status 2."""
    say(sentence)
    raise typer.Exit(EXIT_MISUSED)


def write_line(row: Mapping[str, Any]) -> None:
    """Write one JSON line."""
    sys.stdout.write(json.dumps(row, ensure_ascii=False) + "\n")


def write_lines(rows: Iterable[Mapping[str, Any]]) -> None:
    """Write JSON lines and flush."""
    for row in rows:
        write_line(row)
    sys.stdout.flush()
