"""A table that somebody uploads: kept for as long as it is read, told of by the name that they gave it."""

import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from fastapi import UploadFile

from service.api.context import AppContext
from service.domain.refusal import NotFound

__all__ = ["UploadRefused", "take_table"]

_SUFFIXES = frozenset({".csv", ".xlsx", ".jsonl"})
_CHUNK = 1024 * 1024

Report = TypeVar("Report")


class UploadRefused(ValueError):  # noqa: N818 - a refusal, told to the person who uploaded
    """The file was not taken; the message is a Chinese sentence that says why and what to do."""


def take_table(
    context: AppContext, source: str, file: UploadFile, take: Callable[[Path], Report]
) -> tuple[Report, str]:
    """Write the file down, let `take` read it, and return what it reports with the file's own name.

    Raises:
        NotFound: there is no such source.
        UploadRefused: the file is of another kind, or `take` refused it as a whole.
    """
    if source not in {known.id for known in context.catalogue_sources}:
        raise NotFound("没有这个信源，请从列表中选择。")
    name = Path(file.filename or "").name
    suffix = Path(name).suffix.lower()
    if suffix not in _SUFFIXES:
        raise UploadRefused(f"不支持的文件类型“{suffix or name[:40]}”，请使用 CSV、XLSX 或 JSONL。")
    with tempfile.TemporaryDirectory(prefix="yaowang-import-") as folder:
        path = Path(folder) / f"upload{suffix}"
        with path.open("wb") as target:
            while chunk := file.file.read(_CHUNK):
                target.write(chunk)
        try:
            return take(path), name
        except context.import_refusals as refused:
            sentence = str(refused).replace(str(path), name).replace(path.name, name)
            raise UploadRefused(f"文件没有导入：{sentence}") from refused
