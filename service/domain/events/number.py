"""The number of an event that a person can say by telephone, read from its id: 198-492-006. Nothing is stored for it.

The first seven hexadecimal digits of the id, written in decimal. Of 10,000 events two share a number in one store of six;
who gives a shared one is told so and opens the event from its list.
"""

import re

__all__ = ["beginning_of", "event_number"]

_ID = re.compile("e([0-9a-f]{7})[0-9a-f]{12}")
_NUMBER = re.compile(r"[0-9]{3}[-\s]?[0-9]{3}[-\s]?[0-9]{3}")
_HIGHEST = 16**7


def event_number(event_id: str) -> str:
    """Return the number of an event; an id that was not made by the program stands for itself."""
    found = _ID.fullmatch(event_id)
    if found is None:
        return event_id
    digits = f"{int(found[1], 16):09d}"
    return f"{digits[:3]}-{digits[3:6]}-{digits[6:]}"


def beginning_of(said: str) -> str | None:
    """Return how the ids of the events of a number begin, however its digits are parted; `None` for what is no number."""
    if not _NUMBER.fullmatch(said.strip()):
        return None
    number = int("".join(filter(str.isdecimal, said)))
    return f"e{number:07x}" if number < _HIGHEST else None
