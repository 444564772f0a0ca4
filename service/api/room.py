"""What a route asks of the disk: room for what comes in amounts. Single acts of people are stored as long as the disk takes them."""

from typing import Any

from fastapi import Depends, Request

from service.api.identity import AnyPerson, context_of

__all__ = ["NEEDS_ROOM", "NoRoomError", "has_room"]


class NoRoomError(Exception):
    """The disk has too little room for what comes in amounts; the sentence (Chinese) says how much is left and what to do."""


def has_room(request: Request) -> bool:
    """Tell whether there is room for what comes in amounts."""
    room = context_of(request).room()
    return room is None or room.takes_amounts


def _require_room(request: Request, _: AnyPerson) -> None:
    room = context_of(request).room()
    if room is not None and not room.takes_amounts:
        raise NoRoomError(f"没有保存。{room.sentence}")


NEEDS_ROOM: Any = Depends(_require_room)
"""For pages that take files or ask for much work."""
