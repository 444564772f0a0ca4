"""How much room kept attachments take, whether another one fits, and what was refused since it does not. Pure.

An old file is never forgotten for a new one: what was kept may be the only proof of what an office published.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Self

from service.domain.beijing import beijing

__all__ = ["AttachmentRoom", "Unkept", "megabytes"]

_MEGABYTE = 2**20


@dataclass(frozen=True, slots=True, kw_only=True)
class Unkept:
    """Files that were refused: since when, how many, the size in bytes of the smallest, and the name of the last."""

    since: datetime
    count: int
    smallest: int
    name: str

    def to_json(self) -> dict[str, Any]:
        """Return it as JSON values."""
        return {"since": self.since.isoformat(), "count": self.count, "smallest": self.smallest, "name": self.name}

    @classmethod
    def from_json(cls, values: Mapping[str, Any]) -> Self:
        """Return what `to_json` wrote."""
        return cls(**dict(values) | {"since": datetime.fromisoformat(values["since"])})


@dataclass(frozen=True, slots=True, kw_only=True)
class AttachmentRoom:
    """Files and bytes that are kept, the bound in bytes, and what was refused last."""

    files: int
    held: int
    limit: int
    unkept: Unkept | None = None

    def fits(self, size: int) -> bool:
        """Tell whether a file of that many bytes may be kept."""
        return self.held + size <= self.limit

    @property
    def full(self) -> bool:
        """Whether something was refused that would be refused again; a raised bound ends that."""
        return self.unkept is not None and not self.fits(self.unkept.smallest)

    def after_refusal(self, name: str, size: int, now: datetime) -> Unkept:
        """Return what is to be remembered of one more file that was refused."""
        if self.unkept is None or not self.full:
            return Unkept(since=now, count=1, smallest=size, name=name)
        return Unkept(
            since=self.unkept.since,
            count=self.unkept.count + 1,
            smallest=min(self.unkept.smallest, size),
            name=name,
        )

    def why_not(self, size: int) -> str:
        """Say why a file of that many bytes is not kept, and what to do."""
        return (
            f"已存 {megabytes(self.held)}，这个附件 {megabytes(size)}，合计超过上限 {megabytes(self.limit)}，"
            "没有保存原件；可调高设置 attachment_megabytes"
        )

    def sentence(self, now: datetime) -> str:
        """Say for people who keep the machine how the room stands."""
        taken = f"已存 {self.files} 个，{megabytes(self.held)}，上限 {megabytes(self.limit)}"
        if self.unkept is None or not self.full:
            return taken
        return (
            f"附件空间已满：{taken}；{beijing(self.unkept.since, now)}起有 {self.unkept.count} 个新附件没有保存原件"
            f"（最近一个是“{self.unkept.name}”），内容照常读取，逐个记在隔离区。请调高设置 attachment_megabytes；"
            "已存的附件不会自动删除。"
        )


def megabytes(size: int) -> str:
    """Return a size as people write it: `0.3 MB` below ten, `340 MB` above."""
    amount = size / _MEGABYTE
    return f"{amount:.1f} MB" if amount < 10 else f"{amount:.0f} MB"  # noqa: PLR2004
