"""What the engines say of file, disk and network, in words."""

import re
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
_STOPPING = "数据库服务器正在关闭、启动或恢复，好了以后自动接上"
_CUT = "与数据库服务器的连接中断，恢复后自动接上"
_FULL = "数据库服务器的连接数已满，请稍后重试；常有的话请调大 max_connections"
_LIMIT = "连接数已满，请稍后重试；常有的话请调大它的 CONNECTION LIMIT"
_IDLE = "空闲太久的连接被数据库服务器结束，自动接上"
_STOOD = "事务中途停顿太久，被数据库服务器结束，请重试"
_POSTGRES_WORDS = {
    "25P03": _STOOD,
    "40001": "别的操作同时改了同样的内容，请稍后重试",
    "40P01": "与别的操作互相等待，本次让出，请稍后重试",
    _POSTGRES_DISK_FULL: "数据库服务器的磁盘已满，请腾出空间",
    "53200": "数据库服务器的内存不足，请稍后重试",
    # Of the server, of the user or of the database: the code is the same.
    "53300": "数据库服务器的连接数已满，请稍后重试；常有的话请调大上限",
    "55P03": "别的操作占用了要改的内容，等待超时，请稍后重试",
    # A time limit and a person who ended it have one code.
    "57014": "一条语句被数据库服务器结束：超过时限，或被人取消，请稍后重试",
    "57P01": _CUT,
    "57P02": _CUT,
    "57P03": _STOPPING,
    "57P05": _IDLE,
    "58030": "数据库服务器读写磁盘出错，请检查它的磁盘",
}
# An attempt to connect that fails has no code, only words: those of the driver, of the system, and of a server that speaks
# English. One that speaks Chinese is shown as it is. Of several addresses all are in one text, and what a server told comes
# first: it is what has to be mended, where an address that is silent may be the standby's.
_CONNECTING = tuple(
    (re.compile(said), words)
    for said, words in (
        ("password authentication failed|no password supplied", "数据库服务器{at}拒绝登录：用户名或密码不对"),
        ('FATAL: +database ".*" does not exist', "数据库服务器{at}上没有这个数据库，请先建立"),
        ('FATAL: +role ".*" does not exist', "数据库服务器{at}上没有这个用户"),
        ("no pg_hba.conf entry", "数据库服务器{at}不接受来自本机的连接，请检查它的 pg_hba.conf"),
        ("too many connections for role", f"数据库服务器{{at}}上这个用户的{_LIMIT}"),
        ("too many connections for database", f"数据库服务器{{at}}上这个数据库的{_LIMIT}"),
        ("too many clients|connection slots are reserved", _FULL),
        ("starting up|shutting down|in recovery mode|not yet accepting", _STOPPING),
        ("due to idle-session timeout", _IDLE),
        ("due to idle-in-transaction timeout", _STOOD),
        ("due to administrator command", _CUT),
        (
            'Connection refused|on socket "[^"]*" failed: No such file',
            "连不上数据库服务器{at}：没有在运行，或地址、端口不对",
        ),
        ("No route to host|Network is unreachable", "连不上数据库服务器{at}：网络不通"),
        ("failed to resolve host|could not translate host name", "找不到数据库服务器：主机名不对，或域名解析不可用"),
        ("timeout expired", "连接超时，数据库服务器{at}没有应答"),
        ("closed the connection unexpectedly|connection has been closed|Connection reset|connection is lost", _CUT),
    )
)
_AT = re.compile(r'server at "([^"]+)"(?: \([^)]*\))?, port (\d+)')

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
    """Return the first line of what the engine said; what is not in the tables stays in its own words, so that nothing is hidden."""
    reason = str(error).strip()
    return _WORDS.get(reason) or _postgres_words(error, reason) or (reason.splitlines() or [type(error).__name__])[0]


def _postgres_words(error: BaseException, reason: str) -> str | None:
    if isinstance(error, sqlite3.Error):
        return None
    code = getattr(error, "sqlstate", None)
    if code:
        return _POSTGRES_WORDS.get(code)
    for said, words in _CONNECTING:
        if found := said.search(reason):
            # Of several addresses the one that is named last before what was said is the one that said it.
            at = next(reversed(list(_AT.finditer(reason, 0, found.start()))), None)
            return words.format(at=f"（{at[1]}:{at[2]}）" if at else "")
    return None
