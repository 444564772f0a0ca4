"""Dates of a register that a workbook keeps as numbers."""

from datetime import datetime
from pathlib import Path

import openpyxl
import pytest

from service.domain.beijing import BEIJING
from service.domain.rules.register import Register
from service.ports.store import Store
from tests.flows.following.test_matters import GOOD, REPORT, one_of
from tests.following import HEADINGS, import_records, records_file


def received_at(store: Store, number: str) -> datetime:
    return one_of(store, number).received_at


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_dates_that_a_workbook_keeps_as_serial_numbers_are_read_and_told(
    store: Store, tmp_path: Path, register: Register, kind: str
) -> None:
    # 46350 is 24 November 2026 in the date system of 1900; a half is noon.
    rows = [(*GOOD[:3], "46350", *GOOD[4:]), REPORT, ("TS-3", *GOOD[1:3], "46350.5", *GOOD[4:])]
    path = records_file(tmp_path / "a.csv", rows)
    if kind == "xlsx":
        book = openpyxl.Workbook()
        for cells in (HEADINGS, *rows):
            numbers = (float(cell) if cell.startswith("46350") else cell for cell in cells)
            book.active.append(list(numbers))  # type: ignore[union-attr]  # a new workbook has a sheet
        path = tmp_path / "a.xlsx"
        book.save(path)
    report = import_records(store, path, register)
    assert (report.added, report.refused) == (3, ())
    assert report.notices == (
        "第 2 行起，共 2 行的日期是 Excel 的日期序列号，已按 1900 日期系统换算，请抽查是否与原表一致。",
    )
    received = {number: received_at(store, number).astimezone(BEIJING) for number in ("TS-1", "TS-3")}
    assert received["TS-1"] == datetime(2026, 11, 24, tzinfo=BEIJING)
    assert received["TS-3"] == datetime(2026, 11, 24, 12, tzinfo=BEIJING)


@pytest.mark.parametrize("written", ["1234", "99999", "463500", "46350号"])
def test_a_number_that_can_be_no_date_is_refused_and_nothing_is_guessed(
    store: Store, tmp_path: Path, register: Register, written: str
) -> None:
    path = records_file(tmp_path / "a.csv", [(*GOOD[:3], written, *GOOD[4:]), REPORT])
    report = import_records(store, path, register)
    assert (report.added, report.refused_count, report.notices) == (1, 1, ())
    assert f"读不懂发布时间“{written}”" in report.refused[0]
