import io
from dataclasses import replace
from datetime import date

import openpyxl
from openpyxl.utils import get_column_letter

from service.domain.policies.policy import Policy, PolicyLevel
from service.export.ledger import COLUMNS, ledger_csv, ledger_rows, ledger_xlsx

ON = date(2026, 11, 25)
LAW = Policy(
    stem="演示法(2020-01-01)",
    title="演示法",
    level=PolicyLevel.LAW,
    issued=date(2020, 1, 1),
    valid_from=date(2020, 3, 1),
)
FORMULA = Policy(stem="x", title='=HYPERLINK("http://a.invalid")', body="+1", valid_from=None)


def test_a_line_says_what_the_document_is_and_whether_it_binds_on_the_day() -> None:
    [row] = ledger_rows([LAW], {LAW.stem: 12}, on=ON)
    told = dict(zip(COLUMNS, row, strict=True))
    assert (told["标题"], told["层级"], told["地区"], told["条数"]) == ("演示法", "法律", "全国", "12")
    assert (told["公布日期"], told["施行日期"], told["失效日期"], told["效力"]) == (
        "2020-01-01",
        "2020-03-01",
        "",
        "现行有效",
    )
    regions = dict.fromkeys(("360000", "360700", "440000"), "")
    for code in regions:
        [local] = ledger_rows([replace(LAW, region=code)], {}, on=ON)
        regions[code] = local[COLUMNS.index("地区")]
    assert regions == {"360000": "江西省", "360700": "赣州", "440000": "440000"}
    [before] = ledger_rows([LAW], {}, on=date(2020, 2, 1))
    assert dict(zip(COLUMNS, before, strict=True))["效力"] == "尚未施行"


def test_a_crawled_title_is_text_and_never_a_formula() -> None:
    rows = ledger_rows([FORMULA], {}, on=ON)
    sheet = openpyxl.load_workbook(io.BytesIO(ledger_xlsx(rows, on=ON))).active
    assert sheet is not None
    assert sheet["B2"].value == FORMULA.title
    assert sheet["B2"].data_type == "s"
    text = ledger_csv(rows).decode("utf-8-sig")
    assert "\"'=HYPERLINK" in text
    assert ",'+1," in text


def test_an_empty_library_has_a_ledger_with_its_head() -> None:
    assert ledger_csv([]).decode("utf-8-sig").strip() == ",".join(COLUMNS)
    sheet = openpyxl.load_workbook(io.BytesIO(ledger_xlsx([], on=ON))).active
    assert sheet is not None
    assert [cell.value for cell in sheet[1]] == list(COLUMNS)


def test_what_took_its_place_stands_by_title() -> None:
    [row] = ledger_rows([replace(LAW, superseded_by="law-2030")], {}, on=ON, titles={"law-2030": "示例法（2030年）"})
    assert "示例法（2030年）" in row
    assert "law-2030" not in row


def test_a_row_is_as_high_as_its_longest_title_and_a_hash_does_not_count() -> None:
    long = replace(
        LAW, stem="y", title="关于办理利用信息网络实施诽谤等刑事案件适用法律若干问题的解释" * 2, text_hash="a" * 64
    )
    short = replace(LAW, text_hash="a" * 64)
    sheet = openpyxl.load_workbook(io.BytesIO(ledger_xlsx(ledger_rows([long, short], {}, on=ON), on=ON))).active
    assert sheet is not None
    assert sheet.row_dimensions[2].height == 60
    assert sheet.row_dimensions[3].height in {None, 15}


def test_every_printed_page_of_the_ledger_says_of_which_day_it_is_and_of_a_drill_that_it_is_of_one() -> None:
    day = f"政策台账（效力截至{ON.year}年{ON.month}月{ON.day}日）"
    for drill, told in ((True, [f"【演练】　{day}"]), (False, [day])):
        book = openpyxl.load_workbook(io.BytesIO(ledger_xlsx(ledger_rows([LAW], {}, on=ON), on=ON, drill=drill)))
        assert [sheet.oddHeader.center.text for sheet in book.worksheets if sheet.oddHeader] == told


def test_on_paper_twenty_columns_stand_on_two_sheets_each_with_the_titles() -> None:
    book = openpyxl.load_workbook(io.BytesIO(ledger_xlsx(ledger_rows([LAW], {}, on=ON), on=ON)))
    [sheet] = book.worksheets
    assert (sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight) == (2, 0)
    assert sheet.print_title_cols == "$B:$B"
    widths = [sheet.column_dimensions[get_column_letter(at)].width for at in range(1, len(COLUMNS) + 1)]
    printed = sum(widths) + widths[1]
    # A unit of width is about 1.9 mm at full size; A3 has 384 mm between its margins.
    assert 384 / (printed / 2 * 1.9) > 0.9
