import subprocess
import sys
from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from pathlib import Path

import pytest
from openpyxl import Workbook

from crawlers.imports import ImportNotes, read_numbered, spooled
from crawlers.imports.headings import ImportRefused
from crawlers.imports.records import row_of
from crawlers.imports.spooled import open_spool, read_workbook, spooled_line
from tests.architecture.sources import ROOT
from tests.unit.crawlers.test_imports import KEY, NOW, SOURCE, xlsx_file
from tests.unit.crawlers.workbook_files import HEADINGS, raw_row, raw_workbook

CELLS = (
    "两\n行\u2028与\ud83d和\x1f",
    7,
    2.5,
    True,
    None,
    datetime(2026, 11, 24, 9, 30, 15, 250),  # noqa: DTZ001 - cells have no zone
    date(2026, 11, 24),
    time(9, 30),
    timedelta(days=1, microseconds=5),
)


def test_every_kind_of_cell_comes_back_as_it_was_written_down(tmp_path: Path) -> None:
    names = tuple("甲乙丙丁戊己庚辛壬")
    with open_spool(tmp_path / "rows.jsonl") as file:
        file.write(spooled_line(3, CELLS))
        file.write(spooled_line(5, (), "坏了"))
    with (tmp_path / "rows.jsonl").open(encoding="utf-8", errors="surrogatepass") as file:
        good, bad = spooled._rows(file, names)
    assert good.number == 3
    assert tuple(good.values.values()) == CELLS
    assert [type(cell) for cell in good.values.values()] == [type(cell) for cell in CELLS]
    assert (bad.number, bad.fault) == (5, "坏了")


def test_the_sample_of_a_row_is_that_of_all_its_cells_empty_ones_too(tmp_path: Path) -> None:
    (row,) = read_workbook(xlsx_file(tmp_path, [("标题", "正文"), ("题", "文")])).rows
    assert row == replace(row_of(2, ("标题", "正文"), ["题", "文", *[None] * 511]), spreadsheet=True)


def test_rows_keep_the_numbers_that_the_sheet_shows(tmp_path: Path) -> None:
    path = raw_workbook(tmp_path / "a.xlsx", HEADINGS + raw_row(4, "题") + raw_row(9, " ") + raw_row(12, "末"))
    assert [(row.number, row.values["标题"]) for row in read_workbook(path).rows] == [(4, "题"), (12, "末")]


def test_the_process_that_imports_loads_no_reader_of_workbooks(tmp_path: Path) -> None:
    path = xlsx_file(tmp_path, [("标题", "正文"), ("题", "文")])
    program = (
        "import sys; from pathlib import Path; from crawlers.imports.tables import open_table; "
        "print(len(list(open_table(Path(sys.argv[1])).rows)), 'openpyxl' in sys.modules)"
    )
    ran = subprocess.run(
        [sys.executable, "-c", program, str(path)], capture_output=True, text=True, check=True, timeout=60, cwd=ROOT
    )
    assert ran.stdout.split() == ["1", "False"]


def test_nothing_lies_in_the_temporary_folder_while_rows_are_taken(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "temporary"))
    (tmp_path / "temporary").mkdir()
    table = read_workbook(xlsx_file(tmp_path, [("标题", "正文"), ("题", "文")]))
    assert not list((tmp_path / "temporary").iterdir())
    assert len(list(table.rows)) == 1


def test_a_workbook_whose_turn_does_not_come_is_refused_and_may_come_later(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = xlsx_file(tmp_path, [("标题", "正文"), ("题", "文")])
    monkeypatch.setattr(spooled, "_TURN_SECONDS", 0.05)
    with spooled._TURNS, spooled._TURNS, pytest.raises(ImportRefused, match="请过几分钟再导入"):
        read_workbook(path)
    assert len(list(read_workbook(path).rows)) == 1


def workbook_of(path: Path, **sheets: Sequence[Sequence[object]]) -> Path:
    """Write a workbook of several sheets; those whose name begins with 隐 are hidden."""
    book = Workbook()
    book.remove(book.worksheets[0])
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        sheet.sheet_state = "hidden" if name.startswith("隐") else "visible"
        for row in rows:
            sheet.append(row)
    book.save(path)
    return path


def test_sheets_that_are_not_read_are_named_and_those_without_rows_are_not(tmp_path: Path) -> None:
    table = [("登记编号", "投诉内容"), ("甲1", "甲")]
    path = workbook_of(
        tmp_path / "a.xlsx",
        投诉=table,
        举报=table,
        空=[],
        只有表头=table[:1],
        备注=[("备注",), ("一月一表",)],
        隐选项=table,
    )
    read = read_workbook(path)
    assert (len(list(read.rows)), read.others) == (1, ("举报",))
    notes = ImportNotes(sheets=read.others)
    assert notes.sentences == (
        "一次只读一张工作表，“举报”里还有内容，没有读：请把它移到最前面或另存为单独的文件，再导入一次。",
    )


def test_a_sheet_of_remarks_in_front_does_not_hide_the_table(tmp_path: Path) -> None:
    path = workbook_of(
        tmp_path / "a.xlsx",
        说明=[("填表说明：一月一表",), ("各县区填报",)],
        投诉=[("登记编号", "投诉内容"), ("甲1", "甲")],
    )
    read = read_workbook(path)
    assert (read.headings, len(list(read.rows)), read.others) == (("登记编号", "投诉内容"), 1, ())


def test_the_report_of_an_import_names_the_sheet_that_was_not_read(tmp_path: Path) -> None:
    table = [("登记编号", "投诉内容", "登记时间"), ("甲1", "头晕要求说明", "2026-11-20")]
    path = workbook_of(tmp_path / "a.xlsx", 投诉=table, 举报=table)
    notes = ImportNotes()
    rows = read_numbered(path, source=SOURCE, now=NOW, author_key=KEY, notes=notes)
    assert len(list(rows)) == 1
    assert "“举报”" in "".join(notes.sentences)
