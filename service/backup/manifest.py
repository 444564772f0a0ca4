"""What a backup says of itself: which files with which hashes, of which store, written when and by which version."""

import re
from pathlib import Path
from typing import Annotated, Final, Literal

from pydantic import AfterValidator, AwareDatetime, BaseModel, ConfigDict, Field, model_validator

from service.ports.copies import StoreFacts

__all__ = [
    "DATABASE",
    "ELSEWHERE",
    "EVIDENCE",
    "FOLDERS",
    "FORMAT",
    "MANIFEST",
    "SECRETS",
    "SETTINGS",
    "BackupError",
    "BackupMisusedError",
    "FolderName",
    "Manifest",
    "SavedFile",
    "is_expected",
]

FORMAT: Final = 1
MANIFEST = "manifest.json"
DATABASE = "yaowang.db"
SETTINGS = "settings.toml"
SECRETS = "secrets"
# Folders of the data folder that hold records; everything else there can be made again or is no record.
FOLDERS = (SECRETS, "briefings", "ledgers", "models", "policies")
# Of the pages that were kept, each shelf is one member: `evidence/ab.tar`.
EVIDENCE = "evidence"
_SHELF = re.compile(rf"{EVIDENCE}/[0-9a-f]{{2}}\.tar")
# Own folders that the settings name outside the data folder, by the name of the setting.
ELSEWHERE = "elsewhere"
_LONGEST_PATH = 1024


FolderName = Literal["catalogue", "policies"]
"""Settings that name a folder of the office's own."""


class BackupError(Exception):
    """A backup could not be made, checked or restored; the sentence says what, where, and what to do."""


class BackupMisusedError(BackupError):
    """What was asked for cannot be done as it was asked; nothing is wrong with the backup."""


def is_expected(path: str) -> bool:
    """Tell whether a file of a backup may have this path: below a known folder, and never outside it."""
    parts = path.split("/")
    if len(path) > _LONGEST_PATH or not path.isprintable() or "\\" in path or not {"", ".", ".."}.isdisjoint(parts):
        return False
    if parts[0] == EVIDENCE:
        return _SHELF.fullmatch(path) is not None
    return path in {DATABASE, SETTINGS} if len(parts) == 1 else parts[0] in {*FOLDERS, ELSEWHERE}


def _expected(path: str) -> str:
    if not is_expected(path):
        raise ValueError(f"清单中有不该有的路径 {path[:200]!r}")
    return path


class SavedFile(BaseModel):
    """One file: its path in the backup and, but for `elsewhere`, in the data folder."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    path: Annotated[str, AfterValidator(_expected)]
    bytes: int = Field(ge=0)
    sha256: str = Field(pattern="^[0-9a-f]{64}$")


class Manifest(BaseModel):
    """The manifest. `store` is `None` where the database is PostgreSQL's and is saved by its own means."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    format: Literal[1] = FORMAT
    product: Literal["yaowang"] = "yaowang"
    version: str
    made_at: AwareDatetime
    store: StoreFacts | None
    elsewhere: dict[FolderName, Path]
    keys_in_settings: tuple[str, ...]
    files: tuple[SavedFile, ...]

    @model_validator(mode="after")
    def _fits_together(self) -> "Manifest":
        paths = [file.path for file in self.files]
        if len(set(paths)) != len(paths):
            raise ValueError("清单中有文件列了两次")
        if (self.store is None) is (DATABASE in paths):
            raise ValueError(f"清单对 {DATABASE} 的说法前后不一")
        return self

    @property
    def total_bytes(self) -> int:
        """How much room the unpacked files need."""
        return sum(file.bytes for file in self.files)
