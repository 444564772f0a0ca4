"""The composition root hands out the rules as of now, from the office's folder wherever it is; what doctor says of days off and attachments."""

import json
import os
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from typer.testing import CliRunner

from crawlers.ports import KeptFile
from service.bootstrap import build, prepare
from service.cli import application
from service.settings import load_settings
from service.storage.crawl import StoreSink
from tests.builders import NOW


@pytest.fixture
def data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name in ("YAOWANG_POLICIES", "YAOWANG_STORE_URL", "YAOWANG_SEARCH_URL"):
        monkeypatch.delenv(name, raising=False)
    prepare(load_settings(data=tmp_path))
    return tmp_path


def lay(folder: Path, limit: str) -> None:
    folder.mkdir(exist_ok=True)
    file = folder / "clocks.yaml"
    file.write_text(f"clocks:\n  - {{id: C-48H, limit: {limit}}}\n", encoding="utf-8")
    # Two writes within the clock's grain of the file system would look like one.
    os.utime(file, ns=(0, file.stat().st_mtime_ns + len(limit) * 1_000_000 + int(limit[:-1])))


class TestFolder:
    def test_files_laid_into_the_data_folder_speak_while_the_process_runs(self, data: Path) -> None:
        moments = [NOW + timedelta(seconds=3 * step) for step in range(20)]
        app = build(load_settings(data=data), now=lambda: moments.pop(0))
        try:
            assert app.register.clocks["C-48H"].limit == "48h"
            lay(data / "policies", "24h")
            assert app.office.register.clocks["C-48H"].limit == "24h"
            lay(data / "policies", "36h")
            assert app.register.clocks["C-48H"].limit == "36h"
        finally:
            app.close()

    def test_the_folder_that_is_set_is_the_only_one(self, data: Path, tmp_path: Path) -> None:
        lay(data / "policies", "24h")
        lay(tmp_path / "own", "12h")
        app = build(load_settings(data=data, policies=tmp_path / "own"), now=lambda: NOW)
        try:
            assert app.register.clocks["C-48H"].limit == "12h"
            assert replace(app.office, drill=True).register is app.register
        finally:
            app.close()


def test_doctor_says_how_much_of_attachments_is_kept_and_fails_where_new_ones_are_not(
    data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("YAOWANG_ATTACHMENT_MEGABYTES", "1")

    def said() -> dict[str, object]:
        told = CliRunner().invoke(application, ["doctor", "--data", str(data)]).stdout
        [row] = [row for line in told.splitlines() if (row := json.loads(line))["check"] == "附件"]
        return dict(row)

    assert said() == {"check": "附件", "ok": True, "sentence": "已存 0 个，0.0 MB，上限 1.0 MB"}
    app = build(load_settings(data=data), now=lambda: NOW)
    sink = StoreSink(app.store, app.now, attachment_bytes=app.settings.attachment_bytes)
    large = KeptFile(
        hash="ab" * 32, name="名单.pdf", media_type="application/pdf", content=bytes(2**21), fetched_at=NOW
    )
    assert sink.keep(large) is not None
    app.close()
    row = said()
    assert (row["ok"], "名单.pdf" in str(row["sentence"])) == (False, True)
    monkeypatch.setenv("YAOWANG_ATTACHMENT_MEGABYTES", "4")
    assert said()["ok"]


def test_doctor_says_whether_a_year_of_days_off_is_missing_and_fails_nothing_for_it(
    data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    sentence = "2027年的节假日安排尚未收录"
    monkeypatch.setattr("service.domain.clocks.calendar.WorkingCalendar.notice", lambda *_: sentence)
    told = CliRunner().invoke(application, ["doctor", "--data", str(data)]).stdout
    rows = [json.loads(line) for line in told.splitlines()]
    assert {"check": "节假日", "ok": True, "sentence": sentence} in rows
