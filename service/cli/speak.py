"""How commands speak: sentences on standard error, JSON lines on standard output, named exit statuses."""

import atexit
import io
import json
import os
import re
import sys
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NoReturn

import typer

from crawlers.disk_words import disk_sentence, is_of_disk

__all__ = [
    "EXIT_FAILED",
    "EXIT_MISUSED",
    "fail",
    "fail_reading",
    "fail_writing",
    "flush",
    "legible_line",
    "misuse",
    "say",
    "speak_utf8",
    "write_line",
    "write_lines",
]

EXIT_FAILED = 1
EXIT_MISUSED = 2

# What a terminal obeys instead of showing: controls of seven and eight bits, and signs that turn the direction of writing.
_OBEYED = "\x7f-\x9f\u202a-\u202e\u2066-\u2069"
_OBEYED_IN_A_LINE = re.compile(f"[\x00-\x08\x0b-\x1f{_OBEYED}]")
_OBEYED_IN_JSON = re.compile(f"[{_OBEYED}]")


def speak_utf8() -> None:
    """Write UTF-8 whatever the locale says; half a surrogate pair leaves as JSON's own escape for it."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(encoding="utf-8", errors="backslashreplace")


def legible_line(text: str) -> str:
    r"""Return a text in which the name of a file or a title from elsewhere gives the terminal no orders: they stand as `\x1b`."""
    return _OBEYED_IN_A_LINE.sub(lambda sign: sign[0].encode("unicode_escape").decode(), text)


def say(sentence: str) -> None:
    """Tell the person at the terminal; one that takes nothing, as a file on a full disk, ends no service."""
    try:
        print(legible_line(sentence), file=sys.stderr, flush=True)
    except OSError:
        atexit.unregister(_leave_unsaid)
        atexit.register(_leave_unsaid)


def _leave_unsaid() -> None:
    """Let go of words that nothing took: Python tries them once more when it ends, and would end with status 120."""
    try:
        sys.stderr.flush()
    except OSError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stderr.fileno())


def fail(sentence: str) -> NoReturn:
    """Say what failed and end with status 1."""
    say(sentence)
    raise typer.Exit(EXIT_FAILED)


def fail_reading(path: Path, error: OSError) -> NoReturn:
    """Say which file could not be read, why and what to do, and end with status 1."""
    fail(f"{path} 无法读取：{disk_sentence(error)}")


def fail_writing(path: Path, error: OSError) -> NoReturn:
    """Say which file or folder could not be written, why and what to do, and end with status 1."""
    fail(f"{path} 无法写入：{disk_sentence(error)}")


def misuse(sentence: str) -> NoReturn:
    """Say what was used wrongly and end with status 2."""
    say(sentence)
    raise typer.Exit(EXIT_MISUSED)


def write_line(row: Mapping[str, Any]) -> None:
    """Write one JSON line; what a terminal would obey in it is written as JSON's own escape."""
    line = _OBEYED_IN_JSON.sub(lambda sign: f"\\u{ord(sign[0]):04x}", json.dumps(row, ensure_ascii=False))
    with _standard_output():
        sys.stdout.write(line + "\n")


def write_lines(rows: Iterable[Mapping[str, Any]]) -> None:
    """Write JSON lines and flush."""
    for row in rows:
        write_line(row)
    flush()


def flush() -> None:
    """Bring out what was written while an error can still be told."""
    with _standard_output():
        sys.stdout.flush()


@contextmanager
def _standard_output() -> Iterator[None]:
    """Say that results cannot be written; a reader that went away is nothing to tell."""
    try:
        yield
    except OSError as error:
        if not is_of_disk(error):
            raise
        # The interpreter flushes once more as it ends, and would say so in its own words.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        fail(f"结果无法写到标准输出：{disk_sentence(error)}")
