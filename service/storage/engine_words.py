"""What the engines say of file, disk and network, in words."""

import sqlite3

__all__ = ["READ_ONLY", "engine_words", "is_busy", "is_full", "is_read_only"]

_WORDS = {
    "unable to open database file": "数据库文件打不开，请检查数据目录的权限",
    "attempt to write a readonly database": "数据库文件不能写入，请检查数据目录的权限",
    "database or disk is full": "磁盘已满，请腾出空间",
    "disk I/O error": "磁盘读写出错，请检查磁盘",
    "database is locked": "数据库正忙，请稍后重试",
    "file is not a database": "文件不是数据库，请用备份恢复",
    "database disk image is malformed": "数据库文件已损坏，请用备份恢复",
    "connection timeout expired": "连接超时，数据库服务器没有应答",
}


_POSTGRES_DISK_FULL = "53100"
# A lock that was not had in time, two that waited for each other, and a row that another transaction changed meanwhile.
_POSTGRES_BUSY = frozenset({"55P03", "40P01", "40001"})
_POSTGRES_READ_ONLY = "25006"
READ_ONLY = (
    "数据库现在只能读、不能写入：连到的可能是备机，或数据库被设为只读。"
    "请让 YAOWANG_STORE_URL 指向主库，或解除只读；之后自动恢复，不用重启"
)
# An extended error code of SQLite holds the primary one in its lowest byte.
_PRIMARY = 0xFF


def is_full(error: BaseException | None) -> bool:
    """Tell whether an engine found no room on its disk."""
    if isinstance(error, sqlite3.Error):
        return getattr(error, "sqlite_errorcode", None) == sqlite3.SQLITE_FULL
    return getattr(error, "sqlstate", None) == _POSTGRES_DISK_FULL


def is_busy(error: BaseException | None) -> bool:
    """Tell whether others stood in the way of what was asked, which can be asked again."""
    if isinstance(error, sqlite3.Error):
        return getattr(error, "sqlite_errorcode", 0) & _PRIMARY == sqlite3.SQLITE_BUSY
    return getattr(error, "sqlstate", None) in _POSTGRES_BUSY


def is_read_only(error: BaseException | None) -> bool:
    """Tell whether a server takes no writing at all, as a standby does."""
    return getattr(error, "sqlstate", None) == _POSTGRES_READ_ONLY


def engine_words(error: BaseException) -> str:
    """Return the first line of what the engine said; what is not in the table stays in its own words, so that nothing is hidden."""
    reason = str(error).strip()
    return _WORDS.get(reason) or (reason.splitlines()[0] if reason else type(error).__name__)
