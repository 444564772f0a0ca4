"""One `up` per data folder: a lock that dies with its process."""

import fcntl
import json
import os
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from service.kept_secrets import DATA_MODE

__all__ = ["HeldError", "Lock", "hold", "holder", "was_held"]

_NAME = "up.lock"


class HeldError(Exception):
    """Another process holds the data folder."""

    def __init__(self, pid: int, address: str) -> None:
        super().__init__(f"held by process {pid}")
        self.pid = pid
        self.address = address


@dataclass(slots=True)
class Lock:
    """A held data folder; the operating system lets go of it when the process ends, however it ends."""

    file: IO[str]

    def describe(self, address: str) -> None:
        """Write down who holds the folder and where the dashboard answers."""
        self.file.seek(0)
        self.file.truncate()
        json.dump({"pid": os.getpid(), "address": address}, self.file)
        self.file.flush()

    def close(self) -> None:
        """Let go."""
        self.file.close()


def was_held(data: Path) -> bool:
    """Tell whether the folder is or was held: its lock file is there."""
    return (data / _NAME).is_file()


def holder(data: Path) -> str | None:
    """Return the address of the `up` that holds the folder now, empty while it starts; `None` where none does."""
    try:
        with (data / _NAME).open(encoding="utf-8") as file:
            fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return _holder((data / _NAME).read_text(encoding="utf-8"))[1]
    except OSError:
        return None
    return None


def hold(data: Path) -> Lock:
    """Take the folder, making it where it is missing.

    Raises:
        HeldError: another process has it.
        OSError: the folder cannot be made or written.
    """
    data.mkdir(parents=True, exist_ok=True, mode=DATA_MODE)
    file = (data / _NAME).open("a+", encoding="utf-8")
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        file.seek(0)
        pid, address = _holder(file.read())
        file.close()
        raise HeldError(pid, address) from None
    lock = Lock(file)
    lock.describe("")
    return lock


def _holder(text: str) -> tuple[int, str]:
    try:
        said = json.loads(text)
        return int(said["pid"]), str(said["address"])
    except (ValueError, KeyError, TypeError):
        return 0, ""
