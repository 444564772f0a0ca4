"""Writes a backup: beside its final name first, and under that name only when all of it is on disk and checked."""

import hashlib
import os
import zipfile
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import IO

from crawlers.disk_words import disk_words
from crawlers.records import BEIJING
from service.backup.drafts import draft_folder
from service.backup.folder import records_of
from service.backup.manifest import DATABASE, MANIFEST, BackupError, BackupMisusedError, FolderName, Manifest, SavedFile
from service.backup.placing import place_of, put_file
from service.backup.shelves import write_shelf
from service.ports.copies import DamagedStoreError, StoreCopyError, StoreFacts

__all__ = ["Installation", "Saved", "save", "sha256_of"]

_CHUNK_BYTES = 1024 * 1024
# Of zlib's levels the fastest: a nightly backup shares the machine with the service.
_LEVEL = 1
_ONLY_OWNER = 0o600
# The earliest date that the zip format knows.
_DATE = (1980, 1, 1, 0, 0, 0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Installation:
    """What is saved: the data folder, own folders outside it by the name of their setting, and by which version.

    `keys_in_settings` are those that the settings give and no backup of the data folder can hold.
    """

    data: Path
    elsewhere: Mapping[FolderName, Path]
    keys_in_settings: tuple[str, ...]
    version: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Saved:
    """A finished backup; the SHA-256 is that of its file."""

    path: Path
    bytes: int
    sha256: str
    manifest: Manifest


def save(
    archive: Path, installation: Installation, *, copy_store: Callable[[Path], StoreFacts] | None, now: datetime
) -> Saved:
    """Write a backup to `archive`, or to a file named after the time where that is a folder; only its owner can read it.

    `copy_store` writes a checked copy of the store to the path it is given; without it the backup holds no database.
    The store is copied first: a model or key that it names is then there when the folders are read.

    Raises:
        BackupError: nothing was written; nothing is left behind.
    """
    made_at = now.astimezone(BEIJING).replace(microsecond=0)
    final = archive / f"yaowang-{made_at:%Y%m%d-%H%M%S}.zip" if archive.is_dir() else archive
    if final.exists() or final.is_symlink():
        raise BackupMisusedError(f"{final} 已经存在，没有覆盖。请换一个文件名。")
    try:
        with draft_folder(final) as folder:
            copied, draft = folder / DATABASE, folder / "draft.zip"
            store = None if copy_store is None else copy_store(copied)
            records = [] if store is None else [(DATABASE, copied)]
            records += records_of(installation.data, installation.elsewhere)
            manifest = _write(draft, records, installation, store, made_at)
            saved = Saved(path=final, bytes=draft.stat().st_size, sha256=sha256_of(draft), manifest=manifest)
            put_file(draft, final)
    except DamagedStoreError as error:
        raise BackupError(f"没有备份：{error}。请停止药望，保全现有的数据目录并报告，改用上一份备份。") from error
    except StoreCopyError as error:
        raise BackupError(f"没有备份：{str(error).removesuffix('。')}。") from error
    except OSError as error:
        where, reason = place_of(error, final), disk_words(error)
        raise BackupError(f"没有备份：{where} 无法读写（{reason}）。请检查目录、权限和磁盘空间。") from error
    return saved


def _write(
    draft: Path,
    records: Iterable[tuple[str, Path]],
    installation: Installation,
    store: StoreFacts | None,
    made_at: datetime,
) -> Manifest:
    descriptor = os.open(draft, os.O_RDWR | os.O_CREAT | os.O_EXCL, _ONLY_OWNER)
    with os.fdopen(descriptor, "w+b") as file:
        with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED, compresslevel=_LEVEL) as archive:
            files = tuple(_add(archive, path, place) for path, place in records)
            manifest = Manifest(
                version=installation.version,
                made_at=made_at,
                store=store,
                elsewhere=dict(installation.elsewhere),
                keys_in_settings=installation.keys_in_settings,
                files=files,
            )
            archive.writestr(MANIFEST, manifest.model_dump_json(indent=1))
        file.flush()
        os.fsync(file.fileno())
    return manifest


def _add(archive: zipfile.ZipFile, path: str, place: Path) -> SavedFile:
    """Add a file or a shelf; its hash is of the bytes that were added, also where somebody writes to it meanwhile."""
    if place.is_dir():
        # What is gzip already would only take time.
        with archive.open(zipfile.ZipInfo(path, date_time=_DATE), "w", force_zip64=True) as member:
            counted = _Counted(member)
            write_shelf(place, counted)
    else:
        with place.open("rb") as source, archive.open(path, "w", force_zip64=True) as member:
            counted = _Counted(member)
            while chunk := source.read(_CHUNK_BYTES):
                counted.write(chunk)
    return SavedFile(path=path, bytes=counted.size, sha256=counted.digest.hexdigest())


class _Counted:
    """Hashes and counts what is written through it."""

    def __init__(self, to: IO[bytes]) -> None:
        self._to = to
        self.digest, self.size = hashlib.sha256(), 0

    def write(self, chunk: bytes) -> None:
        self.digest.update(chunk)
        self.size += len(chunk)
        self._to.write(chunk)


def sha256_of(path: Path) -> str:
    """Return the hex SHA-256 of a file."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
