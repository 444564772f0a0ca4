"""The way back: a backup becomes a data folder in one rename, or nothing changes."""

import os
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from crawlers.disk_words import disk_words
from service.backup.drafts import draft_folder, left_beside
from service.backup.manifest import DATABASE, SECRETS, BackupError, BackupMisusedError, Manifest
from service.backup.placing import place_of, put_folder, sync_folder
from service.backup.saving import sha256_of
from service.backup.shelves import expand_shelves
from service.backup.unpacking import opened_backup, require_same_store, unpack
from service.ports.copies import StoreFacts

__all__ = ["Restored", "restore"]

# Of a file and of a folder.
_MODES = (0o640, 0o750)
_SECRET_MODES = (0o600, 0o700)


@dataclass(frozen=True, slots=True, kw_only=True)
class Restored:
    """What was restored from which file; `aside` is where the former data folder lies now, where there was one."""

    sha256: str
    manifest: Manifest
    aside: Path | None


def restore(
    path: Path,
    data: Path,
    *,
    aside: Path | None,
    knows_schema: Callable[[str], bool],
    examine: Callable[[Path], StoreFacts],
    settle: Callable[[Path, Manifest, str], None],
) -> Restored:
    """Unpack a backup beside the data folder, check all of it, let `settle` finish it there, and rename it into place.

    `data` is missing or empty, or its contents are moved to `aside` first. `settle` is given the folder, the manifest
    and the SHA-256 of the backup.

    Raises:
        BackupError: the data folder is as it was; nothing is left behind.
    """
    final = data.resolve()
    occupied = final.exists() and (not final.is_dir() or any(final.iterdir()))
    if occupied and aside is None:
        raise BackupMisusedError(
            f"数据目录 {final} 里已有内容，没有恢复。请用 --data 指定空目录；要替换它，请加 --move-aside，原内容改名保留。"
        )
    try:
        # One that was broken off before this one, with the former folder at its place, is not to come back later.
        for left in left_beside(final) if final.exists() else ():
            shutil.rmtree(left, ignore_errors=True)
        with draft_folder(final) as folder:
            made = folder / "data"
            made.mkdir()
            with opened_backup(path, knows_schema) as (archive, manifest):
                _require_room(made, manifest)
                unpack(path, archive, manifest, lambda name: made / name)
            expand_shelves(made)
            require_same_store(path, manifest, made / DATABASE, examine)
            digest = sha256_of(path)
            settle(made, manifest, digest)
            _hand_over(made, final)
            put_folder(made, final, aside=aside if occupied else None)
    except OSError as error:
        where = place_of(error, final)
        raise BackupError(
            f"没有恢复：{where} 无法读写（{disk_words(error)}）。请检查目录、权限和磁盘空间；"
            "数据目录不能是挂载点，应是其下的一个目录。"
        ) from error
    return Restored(sha256=digest, manifest=manifest, aside=aside if occupied else None)


def _require_room(folder: Path, manifest: Manifest) -> None:
    free = shutil.disk_usage(folder).free
    if manifest.total_bytes > free:
        needed = manifest.total_bytes // 1024**2 + 1
        raise BackupError(
            f"没有恢复：{folder.parent.parent} 所在磁盘只剩 {free // 1024**2} MiB，需要 {needed} MiB。请清理磁盘，或换一个磁盘。"
        )


def _hand_over(made: Path, final: Path) -> None:
    """Give all of it the modes of a fresh installation, not those that the backup claims; secrets are for their owner alone.

    Where root restores, all of it belongs to whom the folder belonged whose place it takes.
    """
    former = final.stat() if final.exists() else None
    for one in [made, *made.rglob("*")]:
        is_secret = one.relative_to(made).parts[:1] == (SECRETS,)
        modes = _SECRET_MODES if is_secret else _MODES
        one.chmod(modes[one.is_dir()])
        if former is not None and os.geteuid() == 0:
            os.chown(one, former.st_uid, former.st_gid)
        if one.is_dir():
            sync_folder(one)
    if former is not None:
        made.chmod(former.st_mode & 0o7777)
