"""Why a file could not be read or written, in words."""

import errno
from collections.abc import Mapping
from types import MappingProxyType

__all__ = ["disk_words"]

_WORDS: Mapping[int, str] = MappingProxyType(
    {
        errno.ENOENT: "没有这个文件或目录",
        errno.EACCES: "没有权限",
        errno.EPERM: "没有权限",
        errno.EISDIR: "这是一个目录",
        errno.ENOTDIR: "路径中有一段不是目录",
        errno.EROFS: "磁盘是只读的",
        errno.ENOSPC: "磁盘已满",
        errno.EDQUOT: "超出磁盘配额",
        errno.EIO: "磁盘读写出错",
        errno.ENAMETOOLONG: "文件名过长",
    }
)


def disk_words(error: OSError) -> str:
    """Return the reason; one that is not in the table stays in the system's own words, so that nothing is hidden."""
    return _WORDS.get(error.errno or 0) or error.strerror or str(error) or type(error).__name__
