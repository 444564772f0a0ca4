"""Reads a backup: the manifest first, then every file against it; nothing in the file is believed before it is checked."""

import errno
import hashlib
import os
import stat
import tempfile
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path
from typing import IO

from pydantic import ValidationError
from pydantic_core import from_json

from crawlers.disk_words import disk_words
from service.archive_faults import UNREADABLE_ARCHIVE
from service.backup.manifest import (
    DATABASE,
    FORMAT,
    MANIFEST,
    BackupError,
    Manifest,
    SavedFile,
    is_expected,
)
from service.ports.copies import StoreCopyError, StoreFacts

__all__ = ["check", "opened_backup", "require_same_store", "unpack"]

_CHUNK_BYTES = 1024 * 1024
_LONGEST_MANIFEST = 64 * 1024 * 1024
_ENCRYPTED = 0x1
_ONLY_OWNER = 0o600
_KINDS = frozenset({0, stat.S_IFREG})


@contextmanager
def opened_backup(path: Path, knows_schema: Callable[[str], bool]) -> Iterator[tuple[zipfile.ZipFile, Manifest]]:
    """Open a backup whose manifest and members agree, and whose store this program knows.

    Raises:
        BackupError: it cannot be read, is of a newer program, or holds what no backup holds.
    """
    if not path.is_file():
        raise BackupError(
            f"{path} 是一个目录，请写备份文件。" if path.is_dir() else f"没有备份文件 {path}。请检查路径。"
        )
    try:
        with path.open("rb") as file, zipfile.ZipFile(file) as archive:
            manifest = _manifest(path, archive)
            if manifest.store is not None and not knows_schema(manifest.store.schema):
                raise BackupError(
                    f"备份 {path} 由更新的程序 {manifest.version} 写出（数据库结构版本 {manifest.store.schema}），"
                    "本程序不认识。请先把程序升级到该版本或更新的版本。"
                )
            _require_members(path, archive, manifest)
            yield archive, manifest
    except UNREADABLE_ARCHIVE as error:
        why = (str(error)[:200] or type(error).__name__) if zipfile.is_zipfile(path) else "没有备份文件应有的结尾"
        raise _damaged(path, f"内容读不出（{why}）") from error
    except OSError as error:
        # An altered offset lets the reader of zip ask for a place before the beginning of the file.
        if error.errno == errno.EINVAL:
            raise _damaged(path, "内部位置有误") from error
        raise


def check(path: Path, *, knows_schema: Callable[[str], bool], examine: Callable[[Path], StoreFacts]) -> Manifest:
    """Read every file of a backup against its manifest, and look into its database, without restoring anything.

    Raises:
        BackupError: the first thing that is wrong.
    """
    try:
        with (
            tempfile.TemporaryDirectory(prefix="yaowang-check-") as folder,
            opened_backup(path, knows_schema) as (archive, manifest),
        ):
            copied = Path(folder) / DATABASE
            unpack(path, archive, manifest, lambda name: copied if name == DATABASE else None)
            require_same_store(path, manifest, copied, examine)
    except OSError as error:
        where = error.filename or tempfile.gettempdir()
        raise BackupError(
            f"备份 {path} 没有验完：{where} 无法读写（{disk_words(error)}）。"
            "请检查权限和磁盘空间；临时目录可用环境变量 TMPDIR 换到别处。"
        ) from error
    return manifest


def unpack(path: Path, archive: zipfile.ZipFile, manifest: Manifest, place: Callable[[str], Path | None]) -> None:
    """Read every file of the manifest and write it where `place` says, or nowhere; each is on disk when this returns.

    Raises:
        BackupError: a file is not what the manifest says.
        OSError: a file cannot be written.
    """
    for file in manifest.files:
        target = place(file.path)
        if target is not None:
            target.parent.mkdir(parents=True, exist_ok=True)
        with archive.open(file.path) as member, nullcontext() if target is None else _created(target) as out:
            if not _copied(member, out, file):
                raise _damaged(path, f"{file.path} 与清单的 SHA-256 不符")


def require_same_store(path: Path, manifest: Manifest, database: Path, examine: Callable[[Path], StoreFacts]) -> None:
    """Look into the unpacked database and compare it with what the manifest says of it.

    Raises:
        BackupError: it is damaged, or another one.
    """
    if manifest.store is None:
        return
    try:
        found = examine(database)
    except StoreCopyError as error:
        raise _damaged(path, str(error)) from error
    if found != manifest.store:
        raise _damaged(path, f"数据库的内容与清单不同：清单 {_told(manifest.store)}，实际 {_told(found)}")


def _manifest(path: Path, archive: zipfile.ZipFile) -> Manifest:
    try:
        entry = archive.getinfo(MANIFEST)
    except KeyError:
        raise BackupError(f"{path} 不是药望的备份：里面没有清单 {MANIFEST}。请检查是不是别的文件。") from None
    if entry.file_size > _LONGEST_MANIFEST or not _is_plain(entry):
        raise _damaged(path, "清单过大，或不是普通文件")
    told = from_json(archive.read(entry))
    if isinstance(told, dict) and isinstance(told.get("format"), int) and told["format"] > FORMAT:
        raise BackupError(
            f"备份 {path} 的格式是 {told['format']}，由更新的程序写出，本程序只认到 {FORMAT}。请先升级程序。"
        )
    try:
        return Manifest.model_validate(told)
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(map(str, first["loc"]))
        raise _damaged(path, f"清单有误：{where} {first['msg']}".replace("Value error, ", "")) from error


def _require_members(path: Path, archive: zipfile.ZipFile, manifest: Manifest) -> None:
    """Refuse a member that the manifest does not tell of, a link, a path that leads out, and what is missing or cut."""
    listed = {file.path: file for file in manifest.files}
    seen: set[str] = set()
    for entry in archive.infolist():
        name = entry.filename
        known = name == MANIFEST or (name in listed and is_expected(name))
        if not known or name in seen or entry.orig_filename != name or not _is_plain(entry):
            raise BackupError(
                f"备份 {path} 里有不该有的成员 {name[:200]!r}（链接、重名、目录外的路径或清单里没有的文件），没有解开。"
                "请核对它的来源，换一份备份。"
            )
        if name in listed and entry.file_size != listed[name].bytes:
            raise _damaged(path, f"{name} 的大小与清单不符")
        seen.add(name)
    missing = sorted(set(listed) - seen)
    if missing:
        raise _damaged(path, f"缺少 {missing[0]}")


def _is_plain(entry: zipfile.ZipInfo) -> bool:
    return stat.S_IFMT(entry.external_attr >> 16) in _KINDS and not entry.flag_bits & _ENCRYPTED


@contextmanager
def _created(target: Path) -> Iterator[IO[bytes]]:
    descriptor = os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, _ONLY_OWNER)
    with os.fdopen(descriptor, "wb") as out:
        yield out
        out.flush()
        os.fsync(out.fileno())


def _copied(member: IO[bytes], out: IO[bytes] | None, file: SavedFile) -> bool:
    digest, size = hashlib.sha256(), 0
    while chunk := member.read(_CHUNK_BYTES):
        digest.update(chunk)
        size += len(chunk)
        if size > file.bytes:
            return False
        if out is not None:
            out.write(chunk)
    return size == file.bytes and digest.hexdigest() == file.sha256


def _damaged(path: Path, what: str) -> BackupError:
    return BackupError(f"备份 {path} 不完整或被改动过：{what.removesuffix('。')}。请换一份备份。")


def _told(store: StoreFacts) -> str:
    return f"{store.alerts} 条预警、{store.cases} 个处置、审计止于 {store.audit_head.anchor}"
