"""Faults in the log without what they were about: where it happened and what kind it was, and no word of a text, name or search."""

import logging
import re
import sys
import traceback
from collections.abc import Callable, Iterator, MutableMapping
from typing import Any

from crawlers.personal_data import mask_personal_data

__all__ = ["UnspokenHandler", "fault_words", "unspoken_faults", "unspoken_message"]

LEFT_OUT = "…"
_LONGEST = 400
_OWN = frozenset(("crawlers", "analysis", "service"))
# What a text says stands in it in Chinese, or between quotes; what a database adds tells the row.
_WORDS = re.compile(r"[^\x00-\x7f]+")
_QUOTED = re.compile(r"(?<!\w)(['\"]).*?\1(?!\w)", re.DOTALL)
_OF_A_ROW = re.compile(r"\n?\b(?:DETAIL|CONTEXT|input_value)\b.*", re.DOTALL)


def unspoken_message(message: str) -> str:
    """Return the message of a fault without what it quotes, without Chinese words and without numbers of persons, on one line."""
    told = _OF_A_ROW.sub(f" {LEFT_OUT}", message[: _LONGEST * 10])
    told = _WORDS.sub(LEFT_OUT, _QUOTED.sub(f"'{LEFT_OUT}'", told))
    return " ".join(mask_personal_data(told, landlines=True).split())[:_LONGEST]


def fault_words(error: BaseException) -> str:
    """Return what a log says of a fault that was foreseen: a sentence of the house, or what the system says of a file or host.

    Of anything else, as what a database engine adds of the row that it refused, no more is told than of one nobody foresaw.
    """
    own = type(error).__module__.partition(".")[0] in _OWN
    return str(error) if own or isinstance(error, OSError) else _kind_and_message(error)


def unspoken_faults(_logger: object, _method: str, line: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Write `exc_info` of a line as its traceback: places in the program, kinds of faults, and messages that tell no content.

    An `error` of it that is a fault is written in the words of `fault_words`.
    """
    if isinstance(line.get("error"), BaseException):
        line["error"] = fault_words(line["error"])
    error = _error_of(line.pop("exc_info", None))
    if error is not None:
        line["exception"] = "\n".join(_told(error))
    return line


class UnspokenHandler(logging.Handler):
    """Takes what libraries log by themselves, a server's or crawler's fault with its traceback, and writes it in the same way."""

    def __init__(self, write: Callable[[str, MutableMapping[str, Any]], object]) -> None:
        """Keep what writes a line: its event and what it tells."""
        super().__init__(logging.WARNING)
        self._write = write

    def emit(self, record: logging.LogRecord) -> None:
        """Write the line; a message that cannot be put together costs itself."""
        try:
            message = record.getMessage()
        except (TypeError, ValueError):
            message = str(record.msg)
        told: dict[str, Any] = {"logger": record.name, "sentence": unspoken_message(message)}
        self._write("library.said", told | ({"exc_info": record.exc_info} if record.exc_info else {}))


def _error_of(given: object) -> BaseException | None:
    if isinstance(given, BaseException):
        return given
    if isinstance(given, tuple):
        return given[1] if isinstance(given[1], BaseException) else None
    return sys.exc_info()[1] if given else None


def _told(error: BaseException) -> Iterator[str]:
    seen: set[int] = set()
    chain = []
    current: BaseException | None = error
    while current is not None and id(current) not in seen:
        seen.add(id(current))
        chain.append(current)
        current = current.__cause__ or (None if current.__suppress_context__ else current.__context__)
    for one in reversed(chain):
        yield "Traceback:"
        yield from (
            f"  {frame.filename}:{frame.lineno} {frame.name}" for frame in traceback.extract_tb(one.__traceback__)
        )
        yield _kind_and_message(one)


def _kind_and_message(error: BaseException) -> str:
    """Return kind and message; of what a database says the first line, for those below tell the row, in the server's language."""
    said = getattr(error, "orig", None) or error
    of_engine = said is not error or hasattr(said, "sqlstate")
    message = str(said).partition("\n")[0] if of_engine else str(said)
    return f"{type(error).__qualname__}: {unspoken_message(message)}"
