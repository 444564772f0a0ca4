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


def fill_value(value: object, word: str | None) -> object:
    """Return a value of a request's body with the word in its place; a value without the slot stays what it is."""
    return value.replace("{word}", word) if isinstance(value, str) and word is not None else value
