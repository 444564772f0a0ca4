"""Backups of an installation: one file that holds everything that must be kept, its check, and the way back."""

from service.backup.drafts import bytes_below, left_beside
from service.backup.folder import own_folders, strangers_in
from service.backup.manifest import DATABASE, ELSEWHERE, BackupError, BackupMisusedError, FolderName, Manifest
from service.backup.placing import finish_folder
from service.backup.restoring import Restored, restore
from service.backup.saving import Installation, Saved, save, sha256_of
from service.backup.unpacking import check

__all__ = [
    "DATABASE",
    "ELSEWHERE",
    "BackupError",
    "BackupMisusedError",
    "FolderName",
    "Installation",
    "Manifest",
    "Restored",
    "Saved",
    "bytes_below",
    "check",
    "finish_folder",
    "left_beside",
    "own_folders",
    "restore",
    "save",
    "sha256_of",
    "strangers_in",
]
