"""Whose the data folder is: what root made in it is given to whoever the service runs as, and what they cannot use is told."""

import os
import pwd
import stat
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

__all__ = ["NOT_FOR_OTHERS", "given_to_owner", "open_to_others", "unusable"]

NOT_FOR_OTHERS = 0o027
"""What is taken from the permissions of every file and folder that a command makes: others may nothing, the group only read."""

_READ_WRITE = stat.S_IROTH | stat.S_IWOTH
_ENTER = _READ_WRITE | stat.S_IXOTH
# What an administrator writes and the service only reads.
_READ_ONLY = frozenset({"settings.toml", "policies"})


@dataclass(frozen=True, slots=True)
class _Entry:
    """A file or folder below the data folder, with the open folder that it lies in."""

    name: str
    folder: int
    path: Path
    found: os.stat_result


@contextmanager
def given_to_owner(data: Path) -> Iterator[None]:
    """Where root works in the folder of somebody else, give them at the end what came to be root's meanwhile.

    A key that root made is readable by root alone: the service could neither collect nor be backed up. What was root's
    before stays so; links are not followed, and what has another name elsewhere is left alone.
    """
    owner = _other_owner(data)
    if owner is None:
        yield
        return
    before = {_identity(entry) for entry in _of_root(data)}
    try:
        yield
    finally:
        for entry in _of_root(data):
            if _identity(entry) not in before and (entry.found.st_nlink == 1 or stat.S_ISDIR(entry.found.st_mode)):
                with suppress(OSError):
                    os.chown(entry.name, owner.st_uid, owner.st_gid, dir_fd=entry.folder, follow_symlinks=False)


def unusable(data: Path) -> str | None:
    """Say what in the data folder its owner cannot read or write, with what to do; `None` where there is nothing."""
    if not data.is_dir():
        return None
    owner = data.stat()
    found = [entry.path for entry in _entries(data) if not _usable(entry, owner, data)]
    if not found:
        return None
    name, shown = _name_of(owner.st_uid), found[0].relative_to(data)
    more = f"等 {len(found)} 项" if len(found) > 1 else ""
    return (
        f"数据目录 {data} 属于用户 {name}，但其中的 {shown} {more}该用户读写不了，采集、备份等会失败。"
        f"请执行：chown -R {name}: {data}"
    )


def open_to_others(data: Path) -> tuple[bool, str]:
    """Return whether other users of the machine are kept out of the data folder, and which files would let them read, with what to do.

    A file of before, or one that was copied in, may be open; while the folder is closed nobody gets that far.
    """
    if not data.is_dir():
        return True, "正常"
    shut = not stat.S_IMODE(data.stat().st_mode) & stat.S_IXOTH
    found = [entry.path for entry in _entries(data) if _open(entry.found.st_mode)]
    if not found:
        return True, "正常"
    more = f"等 {len(found)} 个文件" if len(found) > 1 else ""
    reach = "目录本身不让其他用户进入，拷出后才读得到" if shut else "本机其他用户读得到"
    return (
        shut,
        f"数据目录 {data} 中的 {found[0].relative_to(data)} {more}对其他用户开放，{reach}。请执行：chmod -R o-rwx {data}",
    )


def _open(mode: int) -> bool:
    return stat.S_ISREG(mode) and bool(mode & _READ_WRITE)


def _other_owner(data: Path) -> os.stat_result | None:
    if os.geteuid() != 0 or not data.is_dir():
        return None
    owner = data.stat()
    return owner if owner.st_uid != 0 else None


def _entries(data: Path) -> Iterator[_Entry]:
    for folder, folders, files, opened in os.fwalk(data, follow_symlinks=False):
        for name in (*folders, *files):
            with suppress(OSError):
                yield _Entry(name, opened, Path(folder, name), os.stat(name, dir_fd=opened, follow_symlinks=False))


def _of_root(data: Path) -> Iterator[_Entry]:
    return (entry for entry in _entries(data) if entry.found.st_uid == 0)


def _identity(entry: _Entry) -> tuple[int, int]:
    return entry.found.st_dev, entry.found.st_ino


def _usable(entry: _Entry, owner: os.stat_result, data: Path) -> bool:
    mode, found = entry.found.st_mode, entry.found
    if stat.S_ISLNK(mode) or entry.path.relative_to(data).parts[0] in _READ_ONLY:
        return True
    shift = 6 if found.st_uid == owner.st_uid else 3 if found.st_gid == owner.st_gid else 0
    needed = _ENTER if stat.S_ISDIR(mode) else _READ_WRITE
    return owner.st_uid == 0 or (mode >> shift) & needed == needed


def _name_of(uid: int) -> str:
    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:
        return str(uid)
