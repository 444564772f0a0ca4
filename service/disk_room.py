"""How much of the disk is left beside a running service, what still goes on with it, and the reserve for when all else is gone."""

import os
import shutil
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

__all__ = ["DiskRoom", "Reserve", "check_room", "room_of"]

_MIB = 1024**2
# A tenth of the disk; of a large one no more than a start asks for (a tenth of 2 TB would be 200 GB), of a small one so
# much that judging and mailing what was collected fits.
_COLLECTING_SHARE = 10
_COLLECTING_LEAST, _COLLECTING_MOST = 256 * _MIB, 1024 * _MIB
_TAKING_SHARE = 2
# SQLite writes up to some MiB beside its file before it can shrink it.
_RESERVE_FREED_BELOW = 16 * _MIB
_RESERVE_BYTES = 64 * _MIB
# More than there is once the reserve was given back: that is for people and for mail alone.
_JUDGING = 96 * _MIB


@dataclass(frozen=True, slots=True)
class DiskRoom:
    """Bytes `free` of `total`, and what stops in falling order: collecting, taking in amounts, judging. Acts of people never do."""

    free: int
    total: int

    @property
    def needed_to_collect(self) -> int:
        """A tenth of the disk, at least 256 MiB and at most 1 GiB."""
        return min(max(self.total // _COLLECTING_SHARE, _COLLECTING_LEAST), _COLLECTING_MOST)

    @property
    def collects(self) -> bool:
        """Whether sources are visited."""
        return self.free >= self.needed_to_collect

    @property
    def takes_amounts(self) -> bool:
        """Whether files, pushes and briefings are taken: half of what collecting needs."""
        return self.free >= self.needed_to_collect // _TAKING_SHARE

    @property
    def judges(self) -> bool:
        """Whether what was collected is judged; the last is for acknowledgements and for mail."""
        return self.free >= _JUDGING

    @property
    def sentence(self) -> str | None:
        """What is said while less goes on than usual."""
        if self.collects:
            return None
        stopped = "，已停止采集"
        if not self.judges:
            stopped = "，采集、导入和研判都已停止"
        elif not self.takes_amounts:
            stopped = "，已停止采集，导入、推送和简报也暂停"
        return f"磁盘将满{stopped}：只剩 {self.free // _MIB} MiB，采集至少需要 {self.needed_to_collect // _MIB} MiB。请清理磁盘，有空间后自动继续。"


def room_of(data: Path) -> DiskRoom | None:
    """Return how much room is where the data folder lies; `None` where that cannot be found out."""
    try:
        usage = shutil.disk_usage(data)
    except OSError:
        return None
    return DiskRoom(usage.free, usage.total)


def check_room(data: Path) -> str | None:
    """Return what is said while too little disk is left for everything to go on."""
    room = room_of(data)
    return room.sentence if room else None


class Reserve:
    """A file that takes 64 MiB while there is room, and gives them back when there is none.

    On a full disk SQLite can neither delete nor tidy up, and no log-in and no acknowledgement is stored. Kept by the
    one process that starts the others; where it was given back it is made again once collecting has room beside it.
    """

    def __init__(self, data: Path, *, look: Callable[[Path], DiskRoom | None] = room_of) -> None:
        """Keep the reserve of the data folder, which need not be there yet."""
        self._data = data
        self._file = data / "reserve"
        self._look = look

    def tend(self) -> Literal["freed", "made"] | None:
        """Give it back, or make it again, where that is due; tell which."""
        room = self._look(self._data)
        if room is None:
            return None
        if room.free < _RESERVE_FREED_BELOW:
            return "freed" if self._give_back() else None
        if room.free >= room.needed_to_collect + _RESERVE_BYTES and not self._file.exists():
            return "made" if self._make() else None
        return None

    def _give_back(self) -> bool:
        try:
            self._file.unlink()
        except OSError:
            return False
        return True

    def _make(self) -> bool:
        try:
            with self._file.open("xb") as file:
                os.posix_fallocate(file.fileno(), 0, _RESERVE_BYTES)
        except OSError:
            with suppress(OSError):
                self._file.unlink()
            return False
        return True
