"""What SQLite says of its file and of the disk, in words."""

import sqlite3

__all__ = ["engine_words", "is_busy", "is_full"]

_WORDS = {
    "unable to open database file": "数据库文件打不开，请检查数据目录的权限",
    "attempt to write a readonly database": "数据库文件不能写入，请检查数据目录的权限",
    "database or disk is full": "磁盘已满，请腾出空间",
    "disk I/O error": "磁盘读写出错，请检查磁盘",
    "database is locked": "数据库正忙，请稍后重试",
    "file is not a database": "文件不是数据库，请用备份恢复",
    "database disk image is malformed": "数据库文件已损坏，请用备份恢复",
}


_POSTGRES_DISK_FULL = "53100"
_POSTGRES_LOCK_NOT_AVAILABLE = "55P03"
# An extended error code of SQLite holds the primary one in its lowest byte.
_PRIMARY = 0xFF


def is_full(error: BaseException | None) -> bool:
    """Tell whether an engine found no room on its disk."""
    if isinstance(error, sqlite3.Error):
        return getattr(error, "sqlite_errorcode", None) == sqlite3.SQLITE_FULL
    return getattr(error, "sqlstate", None) == _POSTGRES_DISK_FULL


def is_busy(error: BaseException | None) -> bool:
    """Tell whether others held an engine's locks for as long as one waits."""
    if isinstance(error, sqlite3.Error):
        return getattr(error, "sqlite_errorcode", 0) & _PRIMARY == sqlite3.SQLITE_BUSY
    return getattr(error, "sqlstate", None) == _POSTGRES_LOCK_NOT_AVAILABLE


def engine_words(error: BaseException) -> str:
    """Return the first line of what the engine said; what is not in the table stays in its own words, so that nothing is hidden."""
    reason = str(error).strip()
    return _WORDS.get(reason) or (reason.splitlines()[0] if reason else type(error).__name__)
