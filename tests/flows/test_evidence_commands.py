"""`yaowang evidence verify`, `doctor`, `backup` and `restore` over pages that are kept, and an archive package with them."""

import gzip
import io
import json
import tarfile
import zipfile
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from crawlers.snapshots import snapshot_of
from service.backup.manifest import BackupError
from service.backup.shelves import expand_shelves
from service.cli import application
from service.cli.opening import opened
from service.collecting import care_for_evidence
from service.domain.documents.evidence import EvidenceRecord
from service.flows.keeping.sealing import seal_days
from service.storage.crawl import StoreSink
from tests.contract.store_cases import case
from tests.contract.stored import NOW, alert, document, event, judge_all

PAGE = "<html><script>alert(1)</script><p>家属电话 13812345678</p></html>".encode("gb18030")


def run(*words: str) -> Result:
    return CliRunner().invoke(application, list(words))


def answer(result: Result) -> dict[str, Any]:
    told: dict[str, Any] = json.loads([line for line in result.stdout.splitlines() if line.startswith("{")][-1])
    return told


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """An installation with a case whose two documents have a page each."""
    folder = tmp_path / "var"
    with opened(folder) as app:
        documents = [
            replace(
                document(number),
                snapshots=(
                    snapshot_of(
                        PAGE + number.encode(),
                        url=f"https://news.invalid/{number}",
                        headers={"Content-Type": "text/html"},
                        fetched_at=NOW,
                    ),
                ),
            )
            for number in "12"
        ]
        StoreSink(app.store, lambda: NOW, preserver=app.preserver).put(documents)
        with app.store.write() as work:
            judge_all(work, event_id="e1")
            work.events.save(event(), ["e1"])
            work.alerts.save(alert())
            assert work.cases.add(case(), [])
    return folder


def records(data: Path) -> list[EvidenceRecord]:
    with opened(data) as app, app.store.read() as work:
        return list(work.evidence.stretch())


def file_of(data: Path, record: EvidenceRecord) -> Path:
    return data / "evidence" / record.sha256[:2] / f"{record.sha256[2:]}.gz"


def test_kept_pages_that_are_whole_are_said_to_be(data: Path) -> None:
    checked = run("evidence", "verify", "--data", str(data))
    assert checked.exit_code == 0, checked.output
    assert "2 份网页原件与登记一致" in checked.output
    assert answer(checked) | {"sealed": 0} == {
        "pages": 2,
        "faults": 0,
        "broken": 0,
        "orphans": 0,
        "removed": 0,
        "sealed": 0,
        "unsealed": 2,
    }


def flip(file: Path) -> None:
    raw = bytearray(file.read_bytes())
    raw[len(raw) // 2] ^= 1
    file.write_bytes(raw)


@pytest.mark.parametrize(("harm", "kind", "word"), [(flip, "altered", "被改动"), (Path.unlink, "missing", "缺失")])
def test_an_altered_and_a_missing_file_fail_the_check_and_are_named(
    data: Path, harm: Callable[[Path], None], kind: str, word: str
) -> None:
    first = records(data)[0]
    harm(file_of(data, first))
    checked = run("evidence", "verify", "--data", str(data))
    assert checked.exit_code == 1
    told = json.loads(checked.stdout.splitlines()[0])
    assert (told["fault"], told["sha256"], told["document_id"]) == (kind, first.sha256, first.document_id)
    assert f"1 份网页原件{word}" in checked.output


def test_a_file_that_nobody_needs_fails_nothing_and_goes_when_asked(data: Path) -> None:
    with opened(data) as app:
        app.preserver.files.put({"ab" * 32: gzip.compress(b"of a crash")})
    checked = run("evidence", "verify", "--data", str(data))
    assert (checked.exit_code, answer(checked)["orphans"], answer(checked)["removed"]) == (0, 1, 0)
    tidied = run("evidence", "verify", "--tidy", "--data", str(data))
    assert (tidied.exit_code, answer(tidied)["removed"]) == (0, 1)
    assert answer(run("evidence", "verify", "--data", str(data)))["orphans"] == 0
    assert len(records(data)) == 2


def test_the_crawl_role_ties_past_days_to_the_trail_and_gives_up_what_is_old_and_of_no_alert(data: Path) -> None:
    loose = replace(
        document("3"), snapshots=(snapshot_of(b"of nobody", url="https://a.invalid", headers={}, fetched_at=NOW),)
    )
    with opened(data) as app:
        StoreSink(app.store, lambda: NOW, preserver=app.preserver).put([loose])
        for days, acts in ((1, ["evidence.digested"]), (401, ["evidence.expired", "evidence.digested"])):
            moment = NOW + timedelta(days=days)
            care_for_evidence(replace(app, now=partial(datetime.fromtimestamp, moment.timestamp(), UTC)))
            with app.store.read() as work:
                assert [row.action for row in work.audit.rows(subject="evidence:")] == acts
    states = {one.document_id: one.state.value for one in records(data)}
    assert [states.pop(loose.id), *states.values()] == ["expired", "kept", "kept"]


def test_the_doctor_says_how_much_is_kept(data: Path) -> None:
    checked = run("doctor", "--data", str(data))
    (row,) = (one for one in map(json.loads, checked.stdout.splitlines()) if one["check"] == "证据")
    assert row["ok"] is True
    assert "留存网页原件 2 份（2 个文件" in row["sentence"]


def test_a_restored_installation_has_every_page_and_the_digests_that_vouch_for_them(data: Path, tmp_path: Path) -> None:
    with opened(data) as app:
        assert seal_days(app.store, now=NOW + timedelta(days=1)) == 2
    (data / "evidence" / "ab").mkdir(exist_ok=True)
    (data / "evidence" / "ab" / ".draft").write_bytes(b"half")
    made = run("backup", str(tmp_path / "b.zip"), "--data", str(data))
    assert made.exit_code == 0, made.output
    assert "不认识" not in made.output
    assert run("backup", str(tmp_path / "b.zip"), "--check").exit_code == 0
    restored = run("restore", str(tmp_path / "b.zip"), "--data", str(tmp_path / "new"))
    assert restored.exit_code == 0, restored.output
    checked = run("evidence", "verify", "--data", str(tmp_path / "new"))
    assert checked.exit_code == 0, checked.output
    assert (answer(checked)["pages"], answer(checked)["sealed"], answer(checked)["orphans"]) == (2, 2, 0)
    kept = sorted(path.name for path in (tmp_path / "new" / "evidence").rglob("*") if path.is_file())
    assert kept == sorted(file_of(data, one).name for one in records(data))


@pytest.mark.parametrize(
    ("name", "kind"),
    [("../../x.gz", tarfile.REGTYPE), ("/etc/x", tarfile.REGTYPE), (f"{'a' * 62}.gz", tarfile.SYMTYPE)],
)
def test_a_shelf_with_anything_else_than_files_of_evidence_is_not_restored(
    tmp_path: Path, name: str, kind: bytes
) -> None:
    (tmp_path / "evidence").mkdir()
    with tarfile.open(tmp_path / "evidence" / "ab.tar", "w") as made:
        entry = tarfile.TarInfo(name)
        entry.type, entry.linkname = kind, "/etc/passwd"
        made.addfile(entry, io.BytesIO())
    with pytest.raises(BackupError, match="不该有的成员"):
        expand_shelves(tmp_path)
    assert [path for path in tmp_path.rglob("*") if path.name.endswith(".gz") or path.is_symlink()] == []


def package(data: Path, to: Path, *more: str) -> dict[str, bytes]:
    made = run("cases", "archive", case().id, "--out", str(to), "--data", str(data), *more)
    assert made.exit_code == 0, made.output
    assert run("cases", "verify", str(to)).exit_code == 0
    with zipfile.ZipFile(to) as archive:
        return {name.split("/", 1)[1]: archive.read(name) for name in archive.namelist()}


def test_an_archive_package_tells_the_hash_of_every_page_and_holds_no_unmasked_byte(data: Path, tmp_path: Path) -> None:
    files = package(data, tmp_path / "c.zip")
    told = [json.loads(files[f"evidence/000{number}.json"])["pages"] for number in (1, 2)]
    assert {page["sha256"] for (page,) in told} == {one.sha256 for one in records(data)}
    assert {(page["file"], page["unkept"]) for (page,) in told} == {(None, "not_asked")}
    assert not any(b"13812345678" in content or name.startswith("pages/") for name, content in files.items())


def test_an_archive_package_with_pages_holds_them_byte_for_byte_under_their_hash_and_the_reading_is_an_act(
    data: Path, tmp_path: Path
) -> None:
    kept = records(data)
    file_of(data, kept[1]).unlink()
    files = package(data, tmp_path / "c.zip", "--pages")
    listed = {one["path"]: one["sha256"] for one in json.loads(files["manifest.json"])["files"]}
    path = f"pages/{kept[0].sha256}.txt"
    assert files[path] == PAGE + b"1"
    assert listed[path] == kept[0].sha256
    pages = {page["sha256"]: page for page in _pages(files)}
    assert pages[kept[0].sha256]["file"] == path
    assert (pages[kept[1].sha256]["file"], pages[kept[1].sha256]["unkept"]) == (None, "damaged")
    with opened(data) as app, app.store.read() as work:
        (row,) = work.audit.rows(action="personal.read")
    assert (row.detail["what"], len(row.detail["documents"])) == ("evidence", 2)


def _pages(files: dict[str, bytes]) -> list[dict[str, Any]]:
    return [page for number in (1, 2) for page in json.loads(files[f"evidence/000{number}.json"])["pages"]]
