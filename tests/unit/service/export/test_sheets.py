import io

import openpyxl

from service.export.sheets import A4, height_of, open_workbook


def test_a_row_is_as_high_as_the_lines_of_its_longest_cell() -> None:
    assert height_of(["一", 2], (20, 8)) == 15
    assert height_of(["一" * 30, 2], (20, 8)) == 15 * 4
    assert height_of(["第一篇\n第二篇\n第三篇", 2], (20, 8)) == 15 * 3


def test_no_row_is_higher_than_a_workbook_takes() -> None:
    assert height_of(["一" * 5000], (20,)) == 409


def test_a_sheet_is_printed_on_the_paper_of_this_country() -> None:
    file = io.BytesIO()
    with open_workbook(file, title="例") as sheets:
        sheets.table("例", ("项目",), [["一" * 30]], (20,))
    sheet = openpyxl.load_workbook(file)["例"]
    assert int(sheet.page_setup.paperSize or 0) == A4
    assert sheet.row_dimensions[2].height == 60
