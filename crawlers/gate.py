"""The gate: bounds and repairs everything before anything parses it further.

`admit_page` looks at bytes before a parser sees them; `admit_document` looks at a document before a sink gets it.
Both take linear time on any input, and both answer with a `GateRefusal` instead of raising. `admit_document` is
idempotent. Pure.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from types import MappingProxyType
from typing import Any

from crawlers.markup_scan import measure_markup
from crawlers.personal_data import mask_personal_data
from crawlers.records import BEIJING, DatePrecision, Document, DocumentKind

__all__ = [
    "DEFAULT_LIMITS",
    "AdmittedPage",
    "GateRefusal",
    "Limits",
    "RefusalReason",
    "admit_document",
    "admit_page",
    "in_shanghai",
    "repair_text",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What the gate lets through; sizes in bytes (of UTF-8 for text), the title in characters."""

    body_bytes: int = 8 * 2**20
    ratio: int = 100
    ratio_from_bytes: int = 2**20
    depth: int = 256
    nodes: int = 200_000
    links: int = 5_000
    text_bytes: int = 2 * 2**20
    title_characters: int = 512
    url_characters: int = 2048
    clock_tolerance: timedelta = timedelta(minutes=10)
    earliest_year: int = 1985


DEFAULT_LIMITS = Limits()


class RefusalReason(StrEnum):
    """Why something was refused, in the words that the quarantine page shows."""

    EMPTY = "空内容"
    TOO_LARGE = "过大"
    BOMB = "压缩炸弹"
    BINARY = "非文本"
    TOO_DEEP = "嵌套过深"
    TOO_MANY_NODES = "元素过多"
    TOO_MANY_LINKS = "链接过多"
    ENCODING = "编码"
    ADDRESS = "网址"
    IDENTITY = "标识"
    NO_ARTICLE = "无正文"
    GONE = "原文已不在"
    LOGIN = "要求登录"
    AWAY = "网站暂不可用"
    CRASHED = "解析中断"
    NO_ROOM = "附件空间已满"


@dataclass(frozen=True, slots=True)
class GateRefusal:
    """Something that was not let through: a short reason and one Chinese sentence with the measured value."""

    reason: RefusalReason
    detail: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AdmittedPage:
    """A page within all bounds, with what was measured."""

    raw: bytes
    url: str | None
    content_type: str | None
    depth: int
    nodes: int
    links: int


_MAGIC = (
    (b"%PDF-", "PDF"),
    (b"PK\x03\x04", "ZIP 或 Office 文档"),
    (b"\x89PNG", "PNG 图片"),
    (b"\xff\xd8\xff", "JPEG 图片"),
    (b"GIF8", "GIF 图片"),
    (b"\x1f\x8b", "gzip 压缩包"),
    (b"Rar!", "RAR 压缩包"),
    (b"7z\xbc\xaf\x27\x1c", "7z 压缩包"),
    (b"\xd0\xcf\x11\xe0", "旧版 Office 文档"),
    (b"\x7fELF", "程序"),
    (b"MZ\x90", "程序"),
    (b"RIFF", "音视频"),
    (b"ID3", "音频"),
)
_BINARY_TYPES = re.compile(
    r"\s*(?:image|audio|video|font)/|\s*application/(?:pdf|zip|x-rar|x-7z|gzip|vnd\.|msword)", re.IGNORECASE
)
_SAMPLE = 65536
# UTF-16 markup is half zeros in one parity; anything else with zeros is no text.
_JUNK_SHARE = 0.02
_JUNK = bytes(set(range(32)) - {9, 10, 12, 13, 27}) + b"\x7f"


def admit_page(
    raw: bytes,
    *,
    url: str | None = None,
    content_type: str | None = None,
    limits: Limits = DEFAULT_LIMITS,
    compressed_bytes: int | None = None,
) -> AdmittedPage | GateRefusal:
    """Return the page if a parser may have it, else why not.

    Args:
        raw: the body, decompressed.
        url: where it came from.
        content_type: what the transport says it is.
        limits: the bounds.
        compressed_bytes: how long the body was on the wire, where it was compressed.
    """
    refusal = (
        _refuse_address(url, limits) or _refuse_size(raw, compressed_bytes, limits) or _refuse_binary(raw, content_type)
    )
    if refusal is not None:
        return refusal
    extent = measure_markup(raw, depth_limit=limits.depth)
    if extent.depth > limits.depth:
        return GateRefusal(RefusalReason.TOO_DEEP, f"网页元素嵌套超过 {limits.depth} 层")
    if extent.nodes > limits.nodes:
        return GateRefusal(RefusalReason.TOO_MANY_NODES, f"网页有 {extent.nodes} 个元素，上限 {limits.nodes}")
    if extent.links > limits.links:
        return GateRefusal(RefusalReason.TOO_MANY_LINKS, f"网页有 {extent.links} 个链接，上限 {limits.links}")
    return AdmittedPage(
        raw=raw, url=url, content_type=content_type, depth=extent.depth, nodes=extent.nodes, links=extent.links
    )


def admit_document(document: Document, limits: Limits, now: datetime) -> Document | GateRefusal:
    """Return the document repaired and within bounds, or why it cannot be taken; idempotent.

    Lone surrogates become U+FFFD and characters that XML forbids go; the title is one line of at most 512 characters;
    text over the limit is cut and flagged in `extras["truncated"]` with the original length in bytes; phone, citizen's
    and e-mail numbers are masked. A published time after `now` (or before the web) is taken off the record and kept,
    as claimed, in `extras["claimed_at"]`, with the time of doing so in `extras["clamped_at"]`.
    """
    refusal = _refuse_address(document.url, limits) or _refuse_identity(document)
    if refusal is not None:
        return refusal
    personal = document.kind in {DocumentKind.POST, DocumentKind.COMMENT, DocumentKind.COMPLAINT}
    title = mask_personal_data(" ".join(repair_text(document.title).split()), landlines=personal)
    text, lost = _cut(repair_text(document.text), limits.text_bytes)
    text = mask_personal_data(text, landlines=personal)
    if not title.strip() and not text.strip():
        return GateRefusal(RefusalReason.EMPTY, "标题和正文都为空")
    extras = _repaired(dict(document.extras), depth=0) if document.extras else {}
    if lost:
        extras["truncated"] = lost
    published_at, precision = document.published_at, document.precision
    if published_at is not None and not _is_plausible(published_at, limits, now):
        extras |= {"claimed_at": published_at.isoformat(), "clamped_at": now.isoformat()}
        published_at, precision = None, DatePrecision.UNKNOWN
    changed: dict[str, Any] = {
        "title": title[: limits.title_characters].rstrip(),
        "text": text,
        "published_at": published_at,
        "precision": precision,
        "origin": _line(document.origin),
        "author": _line(document.author),
        "region": _line(document.region),
    }
    # Most documents need no repair, and a copy of one costs as much as looking at it.
    if not extras and all(getattr(document, name) == value for name, value in changed.items()):
        return document
    return replace(document, **changed, extras=MappingProxyType(extras))


def in_shanghai(moment: datetime) -> datetime:
    """Return `moment` with its zone; a naive time is Beijing time, never UTC."""
    return moment.replace(tzinfo=BEIJING) if moment.tzinfo is None else moment


_PAIR = re.compile("[\ud800-\udbff][\udc00-\udfff]")
_LONE = re.compile("[\ud800-\udfff]+")
_FORBIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\ufdd0-\ufdef\ufffe\uffff]")


def repair_text(text: str) -> str:
    """Return `text` fit for UTF-8, XML, databases and mail.

    Surrogate pairs become the character that they encode, lone surrogates U+FFFD; characters that XML 1.0 forbids or
    discourages go; line ends become line feeds.
    """
    # All that is repaired is unprintable.
    if text.isprintable():
        return text
    if _LONE.search(text):
        text = _PAIR.sub(lambda pair: pair[0].encode("utf-16-le", "surrogatepass").decode("utf-16-le"), text)
        text = _LONE.sub(lambda run: "\ufffd" * len(run[0]), text)
    text = _FORBIDDEN.sub("", text)
    return text.replace("\r\n", "\n").replace("\r", "\n") if "\r" in text else text


def _refuse_address(url: str | None, limits: Limits) -> GateRefusal | None:
    if url is None:
        return None
    if len(url) > limits.url_characters:
        return GateRefusal(RefusalReason.ADDRESS, f"网址有 {len(url)} 个字符，上限 {limits.url_characters}")
    if url != repair_text(url) or any(character.isspace() for character in url):
        return GateRefusal(RefusalReason.ADDRESS, "网址含有控制字符或空白")
    return None


def _refuse_identity(document: Document) -> GateRefusal | None:
    for name in (document.id, document.source_id, document.native_id):
        if not name or repair_text(name) != name:
            return GateRefusal(RefusalReason.IDENTITY, "稿件标识为空或含有不能保存的字符")
    return None


def _refuse_size(raw: bytes, compressed_bytes: int | None, limits: Limits) -> GateRefusal | None:
    if not raw.strip():
        return GateRefusal(RefusalReason.EMPTY, "内容为空")
    if len(raw) > limits.body_bytes:
        return GateRefusal(RefusalReason.TOO_LARGE, f"内容有 {len(raw)} 字节，上限 {limits.body_bytes}")
    if compressed_bytes and len(raw) > limits.ratio_from_bytes and len(raw) > limits.ratio * compressed_bytes:
        return GateRefusal(RefusalReason.BOMB, f"{compressed_bytes} 字节解压成 {len(raw)} 字节，超过 {limits.ratio} 倍")
    return None


def _refuse_binary(raw: bytes, content_type: str | None) -> GateRefusal | None:
    for magic, name in _MAGIC:
        if raw.startswith(magic):
            return GateRefusal(RefusalReason.BINARY, f"内容是{name}，不是网页")
    if content_type is not None and _BINARY_TYPES.match(content_type):
        return GateRefusal(RefusalReason.BINARY, f"内容类型是 {repair_text(content_type[:60])}，不是网页")
    sample = raw[:_SAMPLE]
    if sample[:2] in {b"\xff\xfe", b"\xfe\xff"} or sample[:4] == b"\x00\x00\xfe\xff":
        return None
    # Text in UTF-16 without a mark: nearly all the zeros stand on one parity.
    even, odd = sample[::2].count(0), sample[1::2].count(0)
    junk = len(sample) - len(sample.translate(None, _JUNK))
    if max(even, odd) > 4 * min(even, odd) + 1:
        junk -= even + odd
    if junk > _JUNK_SHARE * len(sample):
        return GateRefusal(RefusalReason.BINARY, f"前 {len(sample)} 字节中有 {junk} 个控制字节，不是文本")
    return None


def _is_plausible(moment: datetime, limits: Limits, now: datetime) -> bool:
    return moment.year >= limits.earliest_year and moment <= now + limits.clock_tolerance


def _cut(text: str, limit: int) -> tuple[str, int]:
    """Return the text within `limit` bytes of UTF-8, and its original length in bytes where it was cut (else 0)."""
    if len(text) * 4 <= limit:
        return text, 0
    encoded = text.encode()
    if len(encoded) <= limit:
        return text, 0
    return encoded[:limit].decode(errors="ignore"), len(encoded)


def _line(text: str | None) -> str | None:
    return None if text is None else " ".join(repair_text(text).split()) or None


_MAX_EXTRAS_DEPTH = 6


def _repaired(value: Any, *, depth: int) -> Any:
    match value:
        case str():
            return mask_personal_data(repair_text(value))
        case Mapping() if depth < _MAX_EXTRAS_DEPTH:
            return {repair_text(str(key)): _repaired(item, depth=depth + 1) for key, item in value.items()}
        case list() | tuple() if depth < _MAX_EXTRAS_DEPTH:
            return [_repaired(item, depth=depth + 1) for item in value]
        case None | bool() | int() | float():
            return value
        case _:
            return repair_text(str(value))
