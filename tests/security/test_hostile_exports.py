"""Files that leave: no cell is live, no control character costs an issue, and a package or export is not to be fooled."""

import csv
import hashlib
import io
import json
import zipfile
from dataclasses import replace
from pathlib import Path

import docx
import pytest

from service.export.audit_log import manifest_path, verify_export
from service.export.case_archive import MANIFEST, verify
from service.export.docx import write_docx
from service.export.layout import lay_out
from service.export.ledger import ledger_csv
from tests.unit.service.export.issue import issue


@pytest.mark.parametrize(
    "cell",
    [
        "=1+1",
        "\n=1+1",
        "  =1+1",
        "\u00a0=cmd",
        "\u3000@SUM(A1)",
        "＝1+1",
        "＋1",
        "－1",
        "＠a",
        "药店\n=HYPERLINK(1)",
        "药店\r+1",
        "\t-1",
        "|calc",
    ],
)
def test_no_cell_of_the_ledger_is_live(cell: str) -> None:
    [_, row] = csv.reader(io.StringIO(ledger_csv([(cell,)]).decode("utf-8-sig"), newline=""))
    lines = [line.strip() for line in row[0].replace("\r", "\n").split("\n") if line.strip()]
    assert not any(line[0] in "=+-@＝＋－＠|" for line in lines)


def test_plain_cell_of_the_ledger_stays_as_it_is() -> None:
    [_, row] = csv.reader(io.StringIO(ledger_csv([("国药监〔2026〕1号", "a=b", "2020-01-01", "")]).decode("utf-8-sig")))
    assert row == ["国药监〔2026〕1号", "a=b", "2020-01-01", ""]


def test_control_characters_in_a_text_do_not_cost_the_issue(tmp_path: Path) -> None:
    made = issue()
    hostile = replace(made, judgement="药店\x00\x0b售假\ud83d\ufffe", notes=("说明\x1f",))
    file = tmp_path / "briefing.docx"
    write_docx(lay_out(hostile), file)
    assert "药店售假\ufffd" in "\n".join(paragraph.text for paragraph in docx.Document(str(file)).paragraphs)


@pytest.mark.parametrize(
    "manifest",
    [
        b"[" * 60_000,
        b"[]",
        b'{"files": 1}',
        b'{"files": [1]}',
        b'{"files": [{"path": [], "sha256": ""}]}',
        b'{"files": [{"path": "a"}]}',
        b"\xff\xfe",
        b"1" * 5_000,
        b'{"files": []}',
    ],
)
def test_package_with_an_odd_manifest_is_told_and_never_raises(tmp_path: Path, manifest: bytes) -> None:
    file = tmp_path / "case.zip"
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr(f"c/{MANIFEST}", manifest)
    assert verify(file)


@pytest.mark.parametrize(
    "told", [b'{"text": "a", "hash": "x"}', b'{"text": "\\ud83d", "hash": "x"}', b"[" * 60_000, b"[]"]
)
def test_package_with_an_odd_publication_is_told_and_never_raises(tmp_path: Path, told: bytes) -> None:
    file = tmp_path / "case.zip"
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr(f"c/{MANIFEST}", b'{"files": []}')
        archive.writestr("c/published/01.json", told)
        archive.writestr("c/published/01.txt", b"a")
    assert verify(file)


def _packed(file: Path, names: dict[str, bytes], **manifest: object) -> Path:
    listed = [
        {"path": name.removeprefix("c/"), "bytes": len(data), "sha256": hashlib.sha256(data).hexdigest()}
        for name, data in names.items()
    ]
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(f"c/{MANIFEST}", json.dumps({"case": "c", "files": listed} | manifest))
        for name, data in names.items():
            archive.writestr(name, data)
    return file


WHOLE = {f"c/{name}.json": b"x" * 90 for name in ("alert", "audit", "case", "event", "steps")}


def test_damaged_package_never_raises_and_damage_to_what_it_holds_is_told(tmp_path: Path) -> None:
    file = _packed(tmp_path / "case.zip", WHOLE)
    assert verify(file) == []
    whole = file.read_bytes()
    with zipfile.ZipFile(file) as archive:
        entry = archive.getinfo("c/case.json")
    data = range(entry.header_offset + 30 + len(entry.filename), entry.header_offset + 30 + len(entry.filename) + 3)
    for at in range(len(whole)):
        file.write_bytes(whole[:at] + bytes([whole[at] ^ 0xFF]) + whole[at + 1 :])
        assert verify(file) or at not in data


@pytest.mark.parametrize("name", ["c/../../x.json", "c/a\\..\\x.json", "c//x.json", "c/./x.json"])
def test_name_that_leads_out_of_the_package_is_told(tmp_path: Path, name: str) -> None:
    assert any("包外" in fault for fault in verify(_packed(tmp_path / "case.zip", WHOLE | {name: b"x"})))


def test_package_of_another_case_or_without_its_files_is_told(tmp_path: Path) -> None:
    file = tmp_path / "case.zip"
    assert verify(_packed(file, WHOLE, case="d"))
    assert verify(_packed(file, {name: data for name, data in WHOLE.items() if name != "c/audit.json"}))
    twice = [{"path": name[2:], "sha256": hashlib.sha256(data).hexdigest()} for name, data in WHOLE.items()]
    assert verify(_packed(file, WHOLE, files=[*twice, twice[0]]))


@pytest.mark.parametrize("line", ["[" * 60_000, '{"seq": ' + "1" * 5_000 + "}", "\ud83d"])
def test_audit_export_with_an_odd_row_is_told_and_never_raises(tmp_path: Path, line: str) -> None:
    file = tmp_path / "audit.jsonl"
    file.write_bytes(line.encode("utf-8", "surrogatepass"))
    _manifest(file)
    assert verify_export(file).faults


def test_audit_row_before_the_first_day_is_told_and_never_raises(tmp_path: Path) -> None:
    file = tmp_path / "audit.jsonl"
    row = dict.fromkeys(("actor", "action", "subject", "previous_hash", "hash"), "0" * 64)
    file.write_text(json.dumps(row | {"seq": 1, "at": "0001-01-01T00:00:00+14:00", "detail": {}}))
    _manifest(file)
    assert verify_export(file).faults


@pytest.mark.parametrize("manifest", ["[" * 60_000, "[]", "{}", "1" * 5_000])
def test_audit_export_with_an_odd_manifest_is_told_and_never_raises(tmp_path: Path, manifest: str) -> None:
    file = tmp_path / "audit.jsonl"
    file.write_text("")
    manifest_path(file).write_text(manifest)
    assert verify_export(file).faults


def _manifest(file: Path) -> None:
    told = dict.fromkeys(("made_at", "by", "sha256", "public_key", "signature"), "")
    places = dict.fromkeys(("after", "end", "head"), f"0:{'0' * 64}")
    manifest_path(file).write_text(json.dumps({"format": "yaowang-audit-1", "rows": 1} | told | places))
