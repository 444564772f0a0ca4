"""Keeps an attachment where there is room for it, and writes down what was refused."""

from dataclasses import replace
from datetime import datetime

from crawlers.gate import GateRefusal, RefusalReason
from crawlers.ports import KeptFile
from service.domain.documents.attachment_room import AttachmentRoom, Unkept
from service.ports.store import Work

__all__ = ["keep_file", "room_of"]

_UNKEPT = "attachments.unkept"


def room_of(work: Work, limit: int) -> AttachmentRoom:
    """Return how the room for attachments stands under a bound in bytes."""
    files, held = work.attachments.held()
    known = work.value(_UNKEPT)
    unkept = Unkept.from_json(known) if isinstance(known, dict) else None
    return AttachmentRoom(files=files, held=held, limit=limit, unkept=unkept)


def keep_file(work: Work, file: KeptFile, *, limit: int, now: datetime) -> GateRefusal | None:
    """Keep a file, or return why there is no room for it; one that is kept already takes none."""
    # Two processes that keep at once must not go past the bound together.
    work.alone("attachments")
    if work.attachments.holds(file.hash):
        return None
    room, size = room_of(work, limit), len(file.content)
    if room.fits(size):
        work.attachments.keep(file)
        return None
    unkept = room.after_refusal(file.name, size, now)
    work.set_value(_UNKEPT, unkept.to_json())
    return GateRefusal(RefusalReason.NO_ROOM, replace(room, unkept=unkept).why_not(size))
