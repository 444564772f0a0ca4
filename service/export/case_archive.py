"""The archive package of a case: one folder in a zip file with a manifest of hashes; and the check of such a file.

The same case gives the same bytes on every machine: entries are stored uncompressed in a fixed order with a fixed date.
Personal data is masked unless asked otherwise; a text that was changed by masking says so and keeps the hash of the
original.
"""

import hashlib
import io
import json
import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import fields, is_dataclass
from datetime import UTC, datetime
from enum import Enum
from pathlib import Path
from typing import Any

from crawlers.disk_words import disk_sentence
from crawlers.personal_data import mask_personal_data
from service.archive_faults import UNREADABLE_ARCHIVE
from service.domain.documents.evidence import EvidenceRecord
from service.export.case_reading import reading
from service.flows.cases.packing import Bundle

__all__ = ["MANIFEST", "READING", "pack", "verify"]

MANIFEST = "manifest.json"
READING = "readme.txt"
_FORMAT = 1
# The earliest date that the zip format knows.
_DATE = (1980, 1, 1, 0, 0, 0)
_LARGEST_BYTES = 256 * 1024 * 1024
_ALWAYS = frozenset({"alert.json", "audit.json", "case.json", "event.json", "steps.json"})


def pack(bundle: Bundle) -> bytes:
    """Return the package as a zip file."""
    root = bundle.file.case.id
    contents = dict(_contents(bundle))
    manifest = {
        "format": _FORMAT,
        "case": root,
        "title": _masked(bundle.file.case.title, bundle.masked),
        "state": bundle.file.case.state.value,
        "changed_at": _plain(bundle.file.case.changed_at),
        "masked": bundle.masked,
        "left_out": bundle.left_out,
        # Only where it is one: the package of a real case has the bytes that it always had.
        **({"drill": True} if bundle.drill else {}),
        "pages": "none" if bundle.bodies is None else "as fetched, not masked",
        "files": [
            {"path": path, "bytes": len(data), "sha256": hashlib.sha256(data).hexdigest()}
            for path, data in sorted(contents.items())
        ],
    }
    contents[MANIFEST] = _json(manifest)
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_STORED) as archive:
        for path, data in sorted(contents.items()):
            entry = zipfile.ZipInfo(f"{root}/{path}", date_time=_DATE)
            entry.create_system = 3
            entry.external_attr = 0o644 << 16
            archive.writestr(entry, data)
    return made.getvalue()


def _contents(bundle: Bundle) -> Iterator[tuple[str, bytes]]:
    file, masked = bundle.file, bundle.masked
    yield READING, _masked(reading(bundle), masked).encode("utf-8", "surrogatepass")
    yield "alert.json", _json(_masked(_plain(bundle.alert), masked))
    yield "event.json", _json(_masked(_plain(bundle.event, leave=("sketch", "heat")), masked))
    yield "clocks.json", _json(_masked(_plain(bundle.clocks), masked))
    yield "case.json", _json(_masked(_plain(file.case), masked))
    for name in ("steps", "opinions", "approvals", "liaisons", "evaluations"):
        yield f"{name}.json", _json(_masked(_plain(getattr(file, name)), masked))
    for draft in file.drafts:
        yield f"drafts/{draft.version:03d}.json", _json(_text_of(_plain(draft), masked))
    for first, publication in zip(file.publications, file.published, strict=True):
        # What is public stands word for word, so that its hash can be held to it.
        told = _plain(publication)
        if corrected := [one for one in file.corrections if one.publication == publication.number]:
            registered = {name: value for name, value in _plain(first).items() if name != "text"}
            told |= {"registered": registered, "corrections": _masked(_plain(corrected), masked)}
        yield f"published/{publication.number:02d}.json", _json(told)
        yield f"published/{publication.number:02d}.txt", publication.text.encode()
    for number, document in enumerate(bundle.evidence, start=1):
        told = {
            "id": document.id,
            "title": document.title,
            "source": document.source_id,
            "url": document.url,
            "published_at": _plain(document.published_at),
            "fetched_at": _plain(document.fetched_at),
            "text": document.text,
            "hash": document.content_hash,
            "pages": [_page(page, bundle) for page in bundle.pages if page.document_id == document.id],
        }
        yield f"evidence/{number:04d}.json", _json(_text_of(told, masked))
    yield from _bodies(bundle)
    yield "audit.json", _json([_row(_plain(row), masked) for row in bundle.audit])


def _page(page: EvidenceRecord, bundle: Bundle) -> dict[str, Any]:
    """Return what is known of a page, and where in the package its bytes are or why they are not."""
    told: dict[str, Any] = _plain(page, leave=("seq", "document_id", "state"))
    if bundle.bodies is None:
        return told | {"file": None, "unkept": "not_asked"}
    if page.sha256 in bundle.bodies:
        return told | {"file": _page_path(page), "unkept": None}
    return told | {"file": None, "unkept": bundle.unkept.get(page.seq, page.state.value)}


def _bodies(bundle: Bundle) -> Iterator[tuple[str, bytes]]:
    """Yield pages byte for byte, each once: their SHA-256 in the manifest is the one that the audit trail vouches for."""
    bodies = bundle.bodies or {}
    yield from {_page_path(page): bodies[page.sha256] for page in bundle.pages if page.sha256 in bodies}.items()


def _page_path(page: EvidenceRecord) -> str:
    # A text to whatever opens it, never a page whose scripts run.
    return f"pages/{page.sha256}.txt"


def _text_of(record: dict[str, Any], masked: bool) -> dict[str, Any]:  # noqa: FBT001 - a yes or no of the package
    shown = _masked(record, masked)
    assert isinstance(shown, dict)
    return shown | {"masked": shown != record}


def _row(row: dict[str, Any], masked: bool) -> dict[str, Any]:  # noqa: FBT001 - a yes or no of the package
    detail = _masked(row["detail"], masked)
    return row | {"detail": detail, "masked": detail != row["detail"]}


def _masked(value: Any, masked: bool) -> Any:  # noqa: FBT001 - a yes or no of the package
    if not masked:
        return value
    if isinstance(value, str):
        return mask_personal_data(value, landlines=True)
    if isinstance(value, dict):
        return {name: inner if name in _KEPT else _masked(inner, masked) for name, inner in value.items()}
    if isinstance(value, list):
        return [_masked(inner, masked) for inner in value]
    return value


# Identifiers and hashes: a run of digits in one is no telephone number.
_KEPT = frozenset(
    {
        "id",
        "case_id",
        "alert_id",
        "event_id",
        "document_id",
        "hash",
        "previous_hash",
        "sha256",
        "url",
        "final_url",
        "file",
        "at",
        "out_at",
    }
)


def _plain(value: Any, *, leave: tuple[str, ...] = ()) -> Any:
    if is_dataclass(value) and not isinstance(value, type):
        return {one.name: _plain(getattr(value, one.name)) for one in fields(value) if one.name not in leave}
    if isinstance(value, Mapping):
        return {str(name): _plain(inner) for name, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(inner) for inner in value]
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat(timespec="microseconds")
    return value.value if isinstance(value, Enum) else value


def _json(value: Any) -> bytes:
    return (json.dumps(value, ensure_ascii=False, sort_keys=True, indent=1) + "\n").encode("utf-8", "surrogatepass")


def verify(path: Path) -> list[str]:
    """Return one sentence for everything that is wrong with a package; none where every file is as the manifest says.

    Published texts are also held to the hash that the publication itself carries.
    """
    try:
        if path.stat().st_size > _LARGEST_BYTES:
            return [f"{path} 超过 256 MiB，不像处置归档包"]
        with zipfile.ZipFile(path) as archive:
            return list(_faults(archive))
    except OSError as error:
        return [f"{path} 无法读取：{disk_sentence(error).removesuffix('。')}"]
    except zipfile.BadZipFile:
        return [f"{path} 无法读取，不是完整的 zip 文件"]
    except UNREADABLE_ARCHIVE as error:
        return [f"{path} 无法读取，不是完整的处置归档包（{str(error)[:200] or type(error).__name__}）"]


def _faults(archive: zipfile.ZipFile) -> Iterator[str]:
    names = [entry.filename for entry in archive.infolist()]
    shape = _shape_fault(names, sum(entry.file_size for entry in archive.infolist()))
    if shape:
        yield shape
        return
    root = names[0].split("/", 1)[0]
    manifest = json.loads(archive.read(f"{root}/{MANIFEST}"))
    listed = {f"{root}/{one['path']}": one for one in manifest["files"]}
    yield from _manifest_faults(manifest, root)
    for name in sorted(set(names) - set(listed) - {f"{root}/{MANIFEST}"}):
        yield f"{name} 不在清单中"
    for name, one in listed.items():
        if name not in names:
            yield f"{name} 缺失"
        elif hashlib.sha256(archive.read(name)).hexdigest() != one["sha256"]:
            yield f"{name} 与清单的 SHA-256 不符，内容可能被改动"
    yield from _published_faults(archive, root, names)


def _shape_fault(names: list[str], size: int) -> str | None:
    if len({name.split("/", 1)[0] for name in names}) != 1 or len(set(names)) != len(names) or size > _LARGEST_BYTES:
        return "归档包应只含一个文件夹，且没有重名文件"
    if any("\\" in name or not {"", ".", ".."}.isdisjoint(name.split("/")) for name in names):
        return "归档包中有指向包外的文件名，请勿解压"
    return None


def _manifest_faults(manifest: dict[str, Any], root: str) -> Iterator[str]:
    paths = [one["path"] for one in manifest["files"]]
    if len(set(paths)) != len(paths):
        yield "清单中有文件列了两次"
    if manifest.get("case") != root:
        yield f"清单说的是处置 {str(manifest.get('case'))[:64]}，文件夹是 {root[:64]}"
    for path in sorted(_ALWAYS - set(paths)):
        yield f"清单中没有 {path}"


def _published_faults(archive: zipfile.ZipFile, root: str, names: list[str]) -> Iterator[str]:
    for name in sorted(one for one in names if one.startswith(f"{root}/published/") and one.endswith(".json")):
        told = json.loads(archive.read(name))
        text = archive.read(name.removesuffix(".json") + ".txt")
        if hashlib.sha256(text).hexdigest() != told["hash"] or told["text"].encode() != text:
            yield f"{name} 的发布文本与登记的哈希不符"
