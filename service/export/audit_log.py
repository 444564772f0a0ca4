"""The audit trail as a file that others can check: JSON Lines, and beside it a manifest with the chain's ends and a signature.

The signature (Ed25519, RFC 8032) proves that whoever holds this installation's key wrote the file and that nothing in it
has changed since. It does not prove that the rows are true, nor that the holder of the key did not write another past:
for that a chain end must have been noted elsewhere before, as the weekly briefing does.
"""

import hashlib
import json
import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from crawlers.disk_words import disk_sentence
from service.domain.audit import AuditRow, ChainEnd, follow_chain, parse_row, row_line

__all__ = ["ExportReport", "manifest_path", "public_key", "verify_export", "write_export"]

_FORMAT = "yaowang-audit-1"
_KEYS = frozenset(
    {"format", "made_at", "by", "rows", "after", "end", "head", "sha256", "public_key", "signature", "drill"}
)
_LONGEST_MANIFEST = 64 * 1024
_LONGEST_LINE = 16 * 1024 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class ExportReport:
    """What the check of an export found: `faults` in Chinese, empty where it holds; the span of rows; who signed; whether it is of a drill."""

    faults: tuple[str, ...]
    rows: int = 0
    end: ChainEnd | None = None
    public_key: str = ""
    drill: bool = False


def manifest_path(file: Path) -> Path:
    """Return where the manifest of an export lies: beside it."""
    return file.with_name(f"{file.name}.manifest.json")


def public_key(secret: bytes) -> str:
    """Return the public half of the signing key, 64 hex digits: what a verifier keeps apart from the exports."""
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    return Ed25519PrivateKey.from_private_bytes(_seed(secret)).public_key().public_bytes_raw().hex()


def write_export(
    rows: Iterable[AuditRow],
    file: Path,
    *,
    after: ChainEnd,
    head: ChainEnd,
    secret: bytes,
    by: str,
    now: datetime,
    drill: bool = False,
) -> dict[str, Any]:
    """Write the rows that follow `after`, then the signed manifest beside them; return the manifest.

    `head` is the recorded end of the whole chain. Of a `drill` the manifest says so. Each file appears whole or not at all.

    Raises:
        ValueError: The rows are no unbroken piece of the chain; the sentence names the first that does not follow.
        OSError: A file cannot be written.
    """
    digest, end, count = _write_rows(rows, file, after)
    manifest = {
        "format": _FORMAT,
        "made_at": now.astimezone(UTC).isoformat(timespec="seconds"),
        "by": by,
        "rows": count,
        "after": after.anchor,
        "end": end.anchor,
        "head": head.anchor,
        "sha256": digest,
        "public_key": public_key(secret),
        # Only where it is one: what was exported by earlier versions is of no drill that says so.
        **({"drill": True} if drill else {}),
    }
    signed = manifest | {"signature": _sign(manifest, secret)}
    _put(manifest_path(file), [json.dumps(signed, ensure_ascii=False, indent=1).encode() + b"\n"])
    return signed


def _write_rows(rows: Iterable[AuditRow], file: Path, after: ChainEnd) -> tuple[str, ChainEnd, int]:
    digest, kept = hashlib.sha256(), _Kept(end=after)

    def lines() -> Iterator[bytes]:
        for row in rows:
            broken, kept.end = follow_chain([row], after=kept.end)
            if broken is not None:
                raise ValueError(f"审计链在第 {broken} 条断裂，未导出。请先保全数据库并报告")
            kept.rows += 1
            line = f"{row_line(row)}\n".encode()
            digest.update(line)
            yield line

    _put(file, lines())
    return digest.hexdigest(), kept.end, kept.rows


@dataclass(slots=True)
class _Kept:
    end: ChainEnd
    rows: int = 0


def _put(file: Path, chunks: Iterable[bytes]) -> None:
    part = file.with_name(f"{file.name}.part")
    try:
        with part.open("wb") as out:
            for chunk in chunks:
                out.write(chunk)
            out.flush()
            os.fsync(out.fileno())
        part.replace(file)
    finally:
        part.unlink(missing_ok=True)


def verify_export(file: Path, *, key: str | None = None) -> ExportReport:
    """Check an export by itself: signature, hash of the file, every link of the chain, and its ends.

    `key` is the public key that the verifier trusts; without it the one in the manifest is believed, and said so by the
    caller. What cannot be read is a fault with a sentence.
    """
    try:
        manifest = _manifest(manifest_path(file))
        signer = manifest["public_key"]
        faults = [] if key is None or key.lower() == signer else ["签名所用的公钥与给出的公钥不同。"]
        faults += [] if _is_signed(manifest) else ["清单的签名不符：清单被改动过，或不是由这把密钥签的。"]
        found, end, count = _check_rows(file, manifest)
    except (OSError, ValueError, OverflowError, RecursionError) as error:
        return ExportReport(faults=(f"无法核验 {file}：{_sentence(error)}。",))
    return ExportReport(
        faults=(*faults, *found), rows=count, end=end, public_key=signer, drill=manifest.get("drill", False)
    )


def _check_rows(file: Path, manifest: dict[str, Any]) -> tuple[list[str], ChainEnd, int]:
    digest, count = hashlib.sha256(), 0

    def rows() -> Iterator[AuditRow]:
        nonlocal count
        with file.open("rb") as lines:
            while line := lines.readline(_LONGEST_LINE):
                digest.update(line)
                count += 1
                yield parse_row(line.decode())

    broken, end = follow_chain(rows(), after=_place(manifest["after"]))
    if broken is not None:
        return [f"审计链在第 {broken} 条断裂：此条或其之前的内容被改动过。"], end, count
    faults = [] if digest.hexdigest() == manifest["sha256"] else ["文件的哈希与清单不符。"]
    if count != manifest["rows"] or end.anchor != manifest["end"]:
        faults.append(
            f"清单说有 {manifest['rows']} 条、止于第 {_place(manifest['end']).seq} 条，文件有 {count} 条、止于第 {end.seq} 条。"
        )
    if end.anchor != manifest["head"]:
        faults.append("清单记录的链尾与最后一条不同：导出时之后的记录没有一并导出。")
    return faults, end, count


def _manifest(path: Path) -> dict[str, Any]:
    if path.stat().st_size > _LONGEST_MANIFEST:
        raise ValueError("清单过长")
    told = json.loads(path.read_text(encoding="utf-8"))
    texts = ("made_at", "by", "after", "end", "head", "sha256", "public_key", "signature")
    if not isinstance(told, dict) or told.get("format") != _FORMAT or not set(told) <= _KEYS:
        raise ValueError("清单不是本程序的审计导出清单")
    known = isinstance(told.get("rows"), int) and isinstance(told.get("drill", False), bool)
    if not known or not all(isinstance(told.get(name), str) for name in texts):
        raise ValueError("清单缺少内容")
    return told


def _place(anchor: str) -> ChainEnd:
    seq, mark, digest = anchor.partition(":")
    if not mark or not seq.isdecimal():
        raise ValueError(f"{anchor[:80]!r} 不是“序号:哈希”")
    return ChainEnd(seq=int(seq), hash=digest)


def _seed(secret: bytes) -> bytes:
    return hashlib.sha256(b"yaowang audit signature\x1f" + secret).digest()


def _message(manifest: dict[str, Any]) -> bytes:
    told = {name: value for name, value in manifest.items() if name != "signature"}
    return json.dumps(told, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


def _sign(manifest: dict[str, Any], secret: bytes) -> str:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    return Ed25519PrivateKey.from_private_bytes(_seed(secret)).sign(_message(manifest)).hex()


def _is_signed(manifest: dict[str, Any]) -> bool:
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

    try:
        signer = Ed25519PublicKey.from_public_bytes(bytes.fromhex(manifest["public_key"]))
        signer.verify(bytes.fromhex(manifest["signature"]), _message(manifest))
    except (InvalidSignature, ValueError):
        return False
    return True


def _sentence(error: Exception) -> str:
    if isinstance(error, OSError):
        return f"{error.filename} 无法读取：{disk_sentence(error)}".removesuffix("。")
    return str(error).strip().removesuffix("。")
