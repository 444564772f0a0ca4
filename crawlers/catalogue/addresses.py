"""Addresses with slots: `{name}` of a declaration's `params`, `{date:%Y/%m%d}`, `{word}`. Pure."""

import re
from collections.abc import Mapping
from datetime import date
from urllib.parse import quote

__all__ = ["fill_address", "fill_value", "slots_of"]

_SLOT = re.compile(r"\{([^{}]+)\}")


def slots_of(template: str) -> tuple[str, ...]:
    """Return what stands in the slots of a template, in order: `date:%Y`, `word`, `site`."""
    return tuple(_SLOT.findall(template))


def fill_address(template: str, *, params: Mapping[str, str | int], day: date, word: str | None = None) -> str:
    """Return the address that `template` means: values percent-encoded, a slot that nothing fills left as it is."""

    def value(slot: re.Match[str]) -> str:
        name = slot[1]
        if name.startswith("date:"):
            return day.strftime(name.removeprefix("date:"))
        if name == "word" and word is not None:
            return quote(word, safe="")
        return quote(str(params[name]), safe="") if name in params else slot[0]

    return _SLOT.sub(value, template)


def fill_value(value: object, *, params: Mapping[str, str | int], word: str | None) -> object:
    """Return a value of a request's body with its slots filled, as it is written (JSON and forms encode for themselves).

    A value without a slot stays what it is: a number stays a number.
    """
    if not isinstance(value, str):
        return value
    known: dict[str, str | int] = dict(params) | ({} if word is None else {"word": word})
    return _SLOT.sub(lambda slot: str(known[slot[1]]) if slot[1] in known else slot[0], value)
