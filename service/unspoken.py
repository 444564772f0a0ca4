"""Faults in the log without what they were about: where it happened and what kind it was, and no word of a text, name or search."""

import logging
import re
import sys
import traceback
from collections.abc import Callable, Iterator, MutableMapping
from typing import Any

from crawlers.personal_data import mask_personal_data

__all__ = ["UnspokenHandler", "unspoken_faults", "unspoken_message"]

LEFT_OUT = "…"
_LONGEST = 400
# What a text says stands in it in Chinese, or between quotes; what a database adds tells the row.
_WORDS = re.compile(r"[^\x00-\x7f]+")
_QUOTED = re.compile(r"(?<!\w)(['\"]).*?\1(?!\w)", re.DOTALL)
_OF_A_ROW = re.compile(r"\n?\b(?:DETAIL|CONTEXT|input_value)\b.*", re.DOTALL)


def unspoken_message(message: str) -> str:
    """Return the message of a fault without what it quotes, without Chinese words and without numbers of persons, on one line."""
    told = _OF_A_ROW.sub(f" {LEFT_OUT}", message[: _LONGEST * 10])
    told = _WORDS.sub(LEFT_OUT, _QUOTED.sub(f"'{LEFT_OUT}'", told))
    return " ".join(mask_personal_data(told, landlines=True).split())[:_LONGEST]


def unspoken_faults(_logger: object, _method: str, line: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Write `exc_info` of a line as its traceback: places in the program, kinds of faults, and messages that tell no content."""
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
        yield f"{type(one).__qualname__}: {unspoken_message(str(one))}"
