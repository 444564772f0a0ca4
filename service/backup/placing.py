"""The last step: what was made beside its place is put there whole, and never over something else."""

import glob
import os
from contextlib import suppress
from pathlib import Path

from service.backup.drafts import UNFINISHED, WHOLE
from service.backup.manifest import BackupMisusedError

__all__ = ["finish_folder", "place_of", "put_file", "put_folder", "sync_folder"]


def put_file(draft: Path, final: Path) -> None:
    """Give a finished draft of the same file system its name, in one step.

    Raises:
        BackupMisusedError: something has that name already; it stays as it is.
    """
    try:
        # Unlike a rename, a link refuses a name that is taken.
        os.link(draft, final)
    except FileExistsError:
        raise BackupMisusedError(f"{final} 已经存在，没有覆盖。请换一个文件名。") from None
    except OSError:
        # Some network file systems know no links.
        if final.exists():
            raise BackupMisusedError(f"{final} 已经存在，没有覆盖。请换一个文件名。") from None
        draft.rename(final)
    sync_folder(final.parent)


def put_folder(draft: Path, final: Path, *, aside: Path | None) -> None:
    """Rename a finished folder to its place; what lies there is first renamed to `aside`, and comes back on failure.

    Without `aside` the place may hold an empty folder, and nothing else: renaming over a full one is refused by the
    system itself, so that nobody who starts meanwhile loses anything. A process that is killed, or a power cut, between the
    two renames leaves no folder at the place: `finish_folder` then puts it there.
    """
    whole = draft.with_name(WHOLE)
    draft.rename(whole)
    sync_folder(whole.parent)
    if aside is not None:
        final.rename(aside)
    try:
        whole.rename(final)
    except OSError:
        if aside is not None:
            with suppress(OSError):
                aside.rename(final)
        raise
    sync_folder(final.parent)


def finish_folder(final: Path) -> bool:
    """Put a finished folder to its place that was left beside it, where nothing lies there; tell whether there was one."""
    if final.exists() or final.is_symlink():
        return False
    left = [one / WHOLE for one in final.parent.glob(f".{glob.escape(final.name)}.*{UNFINISHED}")]
    found = [one for one in left if one.is_dir()]
    if len(found) != 1:
        return False
    found[0].rename(final)
    sync_folder(final.parent)
    with suppress(OSError):
        found[0].parent.rmdir()
    return True


def place_of(error: OSError, final: Path) -> Path:
    """Return where reading or writing failed, as a person knows the place: not by the name of an unfinished draft."""
    named = error.filename
    return final.parent if not isinstance(named, str) or f"/.{final.name}." in named else Path(named)


def sync_folder(folder: Path) -> None:
    """Make the names in a folder survive a power cut, where the file system can."""
    with suppress(OSError):
        descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
