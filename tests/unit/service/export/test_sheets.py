import io
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import openpyxl

from service.export.layout import lay_out
from service.export.sheets import A4, height_of, open_workbook
from service.export.xlsx import write_xlsx
from tests.unit.service.export.issue import WEEK, issue

MADE_AT = datetime(2026, 3, 9, 1, 0, tzinfo=UTC)


def test_a_row_is_as_high_as_the_lines_of_its_longest_cell() -> None:
    assert height_of(["一", 2], (20, 8)) == 15
    assert height_of(["一" * 30, 2], (20, 8)) == 15 * 4
    assert height_of(["第一篇\n第二篇\n第三篇", 2], (20, 8)) == 15 * 3


def test_a_time_and_a_figure_stand_on_one_line_however_narrow_their_column() -> None:
    day = datetime(2026, 3, 9, 1, 5, tzinfo=UTC)
    assert height_of([day, day.date(), 12_345_678.5], (16, 6, 4)) == 15
    assert height_of([day, "2026-03-09 09:05 前后"], (16, 16)) == 30


def test_no_row_is_higher_than_a_workbook_takes() -> None:
    assert height_of(["一" * 5000], (20,)) == 409


def test_a_sheet_is_printed_on_the_paper_of_this_country() -> None:
    file = io.BytesIO()
    with open_workbook(file, made_at=MADE_AT, title="例") as sheets:
        sheets.table("例", ("项目",), [["一" * 30]], (20,))
    sheet = openpyxl.load_workbook(file)["例"]
    assert int(sheet.page_setup.paperSize or 0) == A4
    assert sheet.row_dimensions[2].height == 60


def test_times_are_times_of_beijing_that_a_spreadsheet_sorts_and_a_day_alone_says_no_midnight() -> None:
    file = io.BytesIO()
    midnight = datetime(2026, 3, 1, 16, 0, tzinfo=UTC)
    rows = [
        [moment] for moment in (midnight, midnight + timedelta(hours=9), date(2026, 3, 3), "", midnight.replace(year=1))
    ]
    with open_workbook(file, made_at=MADE_AT, title="例") as sheets:
        sheets.table("例", ("时间",), rows, (16,))
    book = openpyxl.load_workbook(file)
    cells = [(cell.value, cell.number_format) for (cell,) in book["例"].iter_rows(min_row=2)]
    assert cells[:3] == [
        (datetime(2026, 3, 2), "yyyy-mm-dd"),  # noqa: DTZ001 - a cell has no zone
        (datetime(2026, 3, 2, 9), "yyyy-mm-dd hh:mm"),  # noqa: DTZ001 - as above
        (datetime(2026, 3, 3), "yyyy-mm-dd"),  # noqa: DTZ001 - as above
    ]
    assert isinstance(cells[4][0], str)
    assert book.properties.created == MADE_AT.replace(tzinfo=None)


def test_a_long_table_is_filtered_and_a_drill_stands_at_the_head_of_every_printed_page() -> None:
    file = io.BytesIO()
    with open_workbook(file, made_at=MADE_AT, title="周报", running="【演练】") as sheets:
        sheets.table("长", ("项目", "篇数"), [["一", 1]] * 20, (20, 8))
        sheets.table("短", ("项目",), [["一"]], (20,))
    book = openpyxl.load_workbook(file)
    assert [sheet.auto_filter.ref for sheet in book.worksheets] == ["A1:B21", None]
    assert [sheet.oddHeader.center.text for sheet in book.worksheets if sheet.oddHeader] == ["【演练】　周报"] * 2


def test_a_printed_page_says_of_what_it_is_when_it_was_made_and_the_how_manieth_it_is() -> None:
    file = io.BytesIO()
    with open_workbook(file, made_at=MADE_AT, title="甲&乙办法 " + "长" * 300) as sheets:
        sheets.table("例", ("项目",), [["一"]], (20,))
    [sheet] = openpyxl.load_workbook(file).worksheets
    assert sheet.oddHeader is not None
    assert sheet.oddFooter is not None
    assert str(sheet.oddHeader.center.text).startswith("甲&&乙办法 长")
    assert len(str(sheet.oddHeader.center.text)) <= 101
    assert sheet.oddFooter.left.text == "2026年3月9日 09:00生成"
    assert sheet.oddFooter.right.text == "&A　第&P页，共&N页"


def test_what_a_source_only_dates_says_no_midnight(tmp_path: Path) -> None:
    briefing = issue(events=1)
    whole = replace(
        briefing,
        events=tuple(replace(one, first_at=WEEK.since) for one in briefing.events),
        documents=tuple(replace(one, published_at=WEEK.since) for one in briefing.documents),
        notes=(),
    )
    write_xlsx(whole, tmp_path / "brief.xlsx")
    book = openpyxl.load_workbook(tmp_path / "brief.xlsx")
    shown = {
        cell.number_format
        for sheet in book
        for row in sheet.iter_rows()
        for cell in row
        if cell.value == datetime(2026, 3, 2)  # noqa: DTZ001 - a cell has no zone
    }
    assert shown == {"yyyy-mm-dd"}
    assert "3月2日 00:00" not in str(lay_out(whole))
