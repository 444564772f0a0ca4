"""Which files of an installation are records, and where they lie."""

import stat
from collections.abc import Iterator, Mapping
from pathlib import Path

from service.backup.manifest import (
    DATABASE,
    ELSEWHERE,
    EVIDENCE,
    FOLDERS,
    SETTINGS,
    BackupError,
    FolderName,
    is_expected,
)
from service.backup.shelves import shelves_of

__all__ = ["own_folders", "records_of", "strangers_in"]

# Made again or worthless elsewhere: the search projection, mail that was kept for a look, drills, logs, the lock, the copy
# of the own rules in `policies`.
_LEFT_OUT = frozenset({"search.db", "mailbox", "drills", "log", "reserve", "up.lock", "rules-in-force.json"})
_BESIDE_DATABASES = ("-wal", "-shm", "-journal")


def own_folders(data: Path, named: Mapping[FolderName, Path | None]) -> dict[FolderName, Path]:
    """Return the folders that the settings name and that are not among the kept folders of the data folder anyway."""
    kept = [(data / name).resolve() for name in FOLDERS]
    return {
        name: folder.absolute()
        for name, folder in named.items()
        if folder is not None and folder.is_dir() and not any(folder.resolve().is_relative_to(one) for one in kept)
    }


def records_of(data: Path, elsewhere: Mapping[FolderName, Path]) -> Iterator[tuple[str, Path]]:
    """Yield path in the backup and place of every file, and of every shelf of evidence, that must be kept beside the database.

    Raises:
        BackupError: a link, a special file or a name that a backup cannot hold lies among them.
    """
    if (data / SETTINGS).is_file():
        yield SETTINGS, data / SETTINGS
    for name in FOLDERS:
        if (data / name).is_dir():
            yield from _below(data / name, name)
    yield from shelves_of(data)
    for name, folder in elsewhere.items():
        yield from _below(folder, f"{ELSEWHERE}/{name}")


def strangers_in(data: Path, elsewhere: Mapping[FolderName, Path]) -> list[str]:
    """Return the names in the data folder that the program does not know, and a backup leaves out."""
    named = {folder.name for folder in elsewhere.values() if folder.resolve().parent == data.resolve()}
    known = {DATABASE, SETTINGS, EVIDENCE, *FOLDERS, *_LEFT_OUT, *named}
    names = sorted(path.name for path in data.iterdir() if not path.name.startswith("."))
    return [name for name in names if _without_suffix(name) not in known]


def _without_suffix(name: str) -> str:
    return next((name.removesuffix(end) for end in _BESIDE_DATABASES if name.endswith(end)), name)


def _below(folder: Path, path: str) -> Iterator[tuple[str, Path]]:
    # What begins with a dot is under way: a training, the draft of an editor.
    for place in sorted(one for one in folder.iterdir() if not one.name.startswith(".")):
        inner = f"{path}/{place.name}"
        mode = place.lstat().st_mode
        if stat.S_ISDIR(mode):
            yield from _below(place, inner)
        elif not stat.S_ISREG(mode):
            raise BackupError(f"{place} 是链接或特殊文件，备份不能保存。请换成文件本身，或移出这个目录后再备份。")
        elif not is_expected(inner):
            raise BackupError(f"文件名 {str(place)!r} 太长，或含备份不能保存的字符。请改名或移出这个目录后再备份。")
        else:
            yield inner, place
