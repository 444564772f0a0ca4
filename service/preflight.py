"""Looks at the host before anything is started or made: what is missing, in a sentence, and what to do about it.

Every check only looks. None makes a file, a folder or a table that stays, and none takes longer than a few seconds.
"""

import errno
import os
import shutil
import socket
import sqlite3
import subprocess
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

__all__ = [
    "Shortcoming",
    "check_data_folder",
    "check_disk",
    "check_font",
    "check_host",
    "check_port",
    "check_sqlite",
]

FREE_BYTES_NEEDED = 1024**3
# RETURNING came with 3.35, and the lease queue claims with it.
OLDEST_SQLITE = (3, 35, 0)
FONT_LIMIT_SECONDS = 3
FONT_FOLDERS = (Path("/usr/share/fonts"), Path("/usr/local/share/fonts"))
FONT_FOLDERS_AT_HOME = (".fonts", ".local/share/fonts")
# Beginnings of file names, lower case, of the fonts with Chinese glyphs that Linux systems carry.
CHINESE_FONTS = ("notosanscjk", "notoserifcjk", "notosanssc", "sourcehan", "wqy", "simsun", "simhei", "fangzheng", "fz")


@dataclass(frozen=True, slots=True, kw_only=True)
class Shortcoming:
    """One thing that is not as it should be: an `error` keeps the program from starting, a `warning` does not."""

    severity: Literal["error", "warning"]
    sentence: str
    remedy: str


def check_host(data: Path, host: str, port: int, *, ran_before: bool = False) -> list[Shortcoming]:
    """Look at everything that a start needs; errors first, empty where all is well."""
    found = [
        check_data_folder(data),
        check_disk(data, ran_before=ran_before),
        check_sqlite(),
        check_port(host, port),
        check_font(),
    ]
    return sorted((finding for finding in found if finding), key=lambda finding: finding.severity != "error")


def check_data_folder(data: Path) -> Shortcoming | None:
    """Find a data folder that cannot be made or written."""
    nearest = _nearest_existing(data)
    if not nearest.is_dir():
        return _error(f"数据目录 {data} 无法建立：{nearest} 是文件，不是目录。", "请用 --data 换一个目录。")
    if os.access(nearest, os.W_OK | os.X_OK) and (nearest != data or _takes_a_file(data)):
        return None
    return _error(f"数据目录 {data} 不可写。", "请改正目录权限，或用 --data 换一个可写的目录。")


def check_disk(data: Path, *, needed_bytes: int = FREE_BYTES_NEEDED, ran_before: bool = False) -> Shortcoming | None:
    """Find too little free disk where the data folder lies or is to lie.

    A service that `ran_before` is started all the same: its pages can be read, and it waits for room by itself.
    """
    free_bytes = shutil.disk_usage(_nearest_existing(data)).free
    if free_bytes >= needed_bytes:
        return None
    free, needed = free_bytes // 1024**2, needed_bytes // 1024**2
    sentence = f"数据目录 {data} 所在磁盘只剩 {free} MiB，至少需要 {needed} MiB。"
    if ran_before:
        return Shortcoming(
            severity="warning", sentence=sentence, remedy="请清理磁盘；空间不足时采集停止，有空间后自动继续。"
        )
    return _error(sentence, "请清理磁盘，或用 --data 换一个磁盘。")


def check_sqlite(*, version: tuple[int, ...] = sqlite3.sqlite_version_info) -> Shortcoming | None:
    """Find an SQLite that is too old, or was built without full-text search."""
    remedy = "请换用自带较新 SQLite 的 Python（Debian 12 的 python3 即可），或改用 PostgreSQL 与 Elasticsearch。"
    if version < OLDEST_SQLITE:
        shown, oldest = ".".join(map(str, version)), ".".join(map(str, OLDEST_SQLITE))
        return _error(f"SQLite 版本是 {shown}，至少需要 {oldest}。", remedy)
    connection = sqlite3.connect(":memory:")
    try:
        connection.execute("CREATE VIRTUAL TABLE probe USING fts5(words)")
    except sqlite3.OperationalError:
        return _error("这个 SQLite 没有全文检索组件 FTS5，无法建立检索库。", remedy)
    finally:
        connection.close()
    return None


def check_port(host: str, port: int) -> Shortcoming | None:
    """Find a port that cannot be listened on; port 0 lets the system choose and is always well."""
    if port == 0:
        return None
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        with socket.socket(family, kind, protocol) as probe:
            # As servers do: a port whose last connections are still closing is free.
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(address)
    except OSError as error:
        return _port_finding(host, port, error)
    return None


def check_font(folders: Sequence[Path] | None = None, *, program: str = "fc-list") -> Shortcoming | None:
    """Find that no font with Chinese glyphs is installed: only the pictures in documents need one."""
    searched = _font_folders() if folders is None else folders
    if _fontconfig_knows_one(program) or any(_holds_chinese_font(folder) for folder in searched):
        return None
    return Shortcoming(
        severity="warning",
        sentence="没有找到中文字体，简报没有图片和 PDF；网页和其余格式不受影响。",
        remedy="Debian、Ubuntu 上请执行：apt-get install fonts-noto-cjk。",
    )


def _font_folders() -> Sequence[Path]:
    try:
        home = Path.home()
    except RuntimeError:
        # A container may run as a number that no user has, and without HOME.
        return FONT_FOLDERS
    return [*FONT_FOLDERS, *(home / name for name in FONT_FOLDERS_AT_HOME)]


def _error(sentence: str, remedy: str) -> Shortcoming:
    return Shortcoming(severity="error", sentence=sentence, remedy=remedy)


def _nearest_existing(path: Path) -> Path:
    return next(place for place in [path.absolute(), *path.absolute().parents] if place.exists())


def _takes_a_file(folder: Path) -> bool:
    """Try it: on a read-only or full file system, permissions alone look well."""
    try:
        with tempfile.TemporaryFile(dir=folder):
            return True
    except OSError:
        return False


def _port_finding(host: str, port: int, error: OSError) -> Shortcoming:
    if error.errno == errno.EADDRINUSE:
        return _error(
            f"端口 {port} 已被占用。", f"请停止占用它的程序，或用 --port 换一个端口，例如 --port {port + 1}。"
        )
    if error.errno == errno.EACCES:
        return _error(f"当前用户无权使用端口 {port}。", "请用 --port 换一个 1024 以上的端口。")
    return _error(f"无法在 {host}:{port} 上监听：{error.strerror or error}。", "请检查监听地址是否属于本机。")


def _fontconfig_knows_one(program: str) -> bool:
    found = shutil.which(program)
    if found is None:
        return False
    try:
        listed = subprocess.run(
            [found, ":lang=zh-cn", "file"], capture_output=True, timeout=FONT_LIMIT_SECONDS, check=False
        )
    except subprocess.TimeoutExpired:
        return False
    return bool(listed.stdout.strip())


def _holds_chinese_font(folder: Path) -> bool:
    names = (path.name.lower() for pattern in ("*.tt[cf]", "*.otf") for path in folder.rglob(pattern))
    return any(name.startswith(CHINESE_FONTS) for name in names)
