"""The files of a ZIP archive, read one by one as attachments are read; nothing is written anywhere.

Bounds: 50 files, 20 MiB each and 100 MiB altogether, no archive inside an archive. A name says only what a file is
called: no path is made of it. What is not read is named in the text, for nobody must take it for read.
"""

import io
import time
import zipfile
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from crawlers.attachments.kinds import MAX_BYTES, AttachmentKind, kind_of
from crawlers.gate import GateRefusal, RefusalReason, repair_text

__all__ = ["MAX_MEMBERS", "MAX_MEMBER_BYTES", "Member", "Opened", "open_archive"]

MAX_MEMBERS = 50
MAX_MEMBER_BYTES = 100 * 2**20
# The child that reads has 50 s for all of them, and a single one may take half of that.
MAX_SECONDS = 20.0
_SECONDS_BEFORE_LEGACY = 8.0
_ENCRYPTED = 0x1
_NAMED_IN_UTF8 = 0x800
_LONGEST_NAME = 80
_MOST_NAMED = 20


@dataclass(frozen=True, slots=True)
class Member:
    """A file of an archive: what it is called, and its bytes."""

    name: str
    raw: bytes
    kind: AttachmentKind


@dataclass(slots=True)
class Opened:
    """What an archive gave so far: `unread` are the files that were not read, each with why."""

    unread: list[str] = field(default_factory=list)

    def leave(self, name: str, why: str) -> None:
        """Note a file that is not read."""
        self.unread.append(f"{name}（{why}）")

    @property
    def sentence(self) -> str:
        """Which files were not read, in Chinese; empty where all were."""
        more = f"等 {len(self.unread)} 个文件" if len(self.unread) > _MOST_NAMED else ""
        return f"压缩包中未读取：{'；'.join(self.unread[:_MOST_NAMED])}{more}" if self.unread else ""


def open_archive(raw: bytes, opened: Opened, *, clock: Callable[[], float] = time.monotonic) -> Iterator[Member]:
    """Yield the files of an archive that can be read, in order; those that cannot are noted in `opened`. Never raises on any bytes."""
    until, taken = clock() + MAX_SECONDS, 0
    try:
        with zipfile.ZipFile(io.BytesIO(raw)) as archive:
            members = [one for one in archive.infolist() if not _is_ornament(one)]
            for number, one in enumerate(members):
                name = _name(one)
                if number >= MAX_MEMBERS or taken + one.file_size > MAX_MEMBER_BYTES or clock() > until:
                    opened.leave(name, "超过一次读取的上限")
                    continue
                member = _taken(archive, one, name)
                taken += one.file_size
                if isinstance(member, GateRefusal):
                    opened.leave(name, member.detail)
                elif member.kind is AttachmentKind.DOC and clock() > until - MAX_SECONDS + _SECONDS_BEFORE_LEGACY:
                    opened.leave(name, "旧版 .doc，没有来得及转换")
                else:
                    yield member
    except (zipfile.BadZipFile, ValueError, OSError, EOFError, NotImplementedError) as error:
        opened.leave("其余文件", f"压缩结构已损坏：{type(error).__name__}")


def _is_ornament(one: zipfile.ZipInfo) -> bool:
    """Return whether an entry is a folder, or what systems lay beside files."""
    name = one.filename.rpartition("/")[2].lower()
    return one.is_dir() or "__MACOSX/" in one.filename or name.startswith("~$") or name in {".ds_store", "thumbs.db"}


def _taken(archive: zipfile.ZipFile, one: zipfile.ZipInfo, name: str) -> Member | GateRefusal:
    if one.flag_bits & _ENCRYPTED:
        return GateRefusal(RefusalReason.BINARY, "加了密码")
    if one.file_size > MAX_BYTES:
        return GateRefusal(RefusalReason.TOO_LARGE, f"有 {one.file_size} 字节，上限 {MAX_BYTES}")
    try:
        with archive.open(one) as file:
            # What a directory says of sizes is a claim.
            raw = file.read(MAX_BYTES + 1)
    except (zipfile.BadZipFile, zlib.error, ValueError, OSError, EOFError, NotImplementedError, RuntimeError):
        return GateRefusal(RefusalReason.BINARY, "已损坏，或压缩方式不认识")
    kind = kind_of(raw)
    if isinstance(kind, GateRefusal):
        return kind
    if kind in {AttachmentKind.ZIP, AttachmentKind.ARCHIVE}:
        return GateRefusal(RefusalReason.BINARY, "压缩包中的压缩包，没有打开")
    return Member(name, raw, kind)


def _name(one: zipfile.ZipInfo) -> str:
    """Return what a file is called, without its folders; older programs write names in GBK and say nothing of it."""
    name = one.filename
    if not one.flag_bits & _NAMED_IN_UTF8:
        try:
            written = name.encode("cp437")
        except UnicodeEncodeError:
            written = name.encode("utf-8", "replace")
        for charset in ("utf-8", "gb18030"):
            try:
                name = written.decode(charset)
                break
            except UnicodeDecodeError:
                continue
    last = name.replace("\\", "/").rstrip("/").rpartition("/")[2]
    return " ".join(repair_text(last).split())[-_LONGEST_NAME:] or "无名文件"
