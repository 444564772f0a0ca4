"""Why a file could not be read or written, and what to do about it, in words."""

import errno
import os
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType

__all__ = ["disk_advice", "disk_sentence", "disk_words", "is_of_disk", "legible"]

_PATH = "请检查路径。"
_RIGHTS = "请检查权限，或换一个位置。"
_ROOM = "请腾出空间，或换一个位置。"

_WORDS: Mapping[int, tuple[str, str]] = MappingProxyType(
    {
        errno.ENOENT: ("没有这个文件或目录", _PATH),
        errno.EACCES: ("没有权限", _RIGHTS),
        errno.EPERM: ("没有权限", _RIGHTS),
        errno.EISDIR: ("这是一个目录", "请写一个文件。"),
        errno.ENOTDIR: ("路径中有一段不是目录", _PATH),
        errno.EEXIST: ("这里已有同名的文件", "请换一个位置。"),
        errno.EROFS: ("磁盘是只读的", "请换一个位置。"),
        errno.ENOSPC: ("磁盘已满", _ROOM),
        errno.EDQUOT: ("超出磁盘配额", _ROOM),
        errno.EFBIG: ("文件超过系统允许的大小", "请换一个位置。"),
        errno.EIO: ("磁盘读写出错", "请检查磁盘。"),
        errno.ELOOP: ("符号链接互相指向", _PATH),
        errno.ENAMETOOLONG: ("文件名过长", "请换一个较短的文件名。"),
        errno.ETXTBSY: ("文件正在使用", "请稍后再试。"),
        errno.EBUSY: ("文件正在使用", "请稍后再试。"),
        errno.EMFILE: ("打开的文件过多", "请稍后再试。"),
        errno.ENFILE: ("打开的文件过多", "请稍后再试。"),
    }
)


def is_of_disk(error: OSError) -> bool:
    """Tell whether the error is one of files and disks; those of networks and processes are others."""
    return error.errno in _WORDS


def disk_words(error: OSError) -> str:
    """Return the reason; one that is not in the table stays in the system's own words, so that nothing is hidden."""
    known = _WORDS.get(error.errno or 0)
    return known[0] if known else error.strerror or str(error) or type(error).__name__


def disk_advice(error: OSError) -> str:
    """Return what to do, as a sentence of its own."""
    known = _WORDS.get(error.errno or 0)
    return known[1] if known else "请检查路径、权限和磁盘空间。"


def disk_sentence(error: OSError) -> str:
    """Return reason and advice, to stand after what could not be done: `…无法读取：没有权限。请检查权限，或换一个位置。`."""
    return f"{disk_words(error)}。{disk_advice(error)}"


def legible(path: Path) -> Path:
    """Return the path with a name that can be read and stored; opened is always the path itself.

    A zip made by a Chinese Windows and unpacked on Linux leaves names in GB18030, which no database takes as text.
    """
    try:
        path.name.encode()
    except UnicodeEncodeError:
        return path.with_name(os.fsencode(path.name).decode("gb18030", errors="replace"))
    return path
