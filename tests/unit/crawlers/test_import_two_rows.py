"""Registers as offices keep them: merged headings in two rows, remarks beside the table, numbers that a spreadsheet shortened."""

from pathlib import Path

import pytest

from crawlers.imports import ImportNotes, RowRefusal, read_numbered
from crawlers.imports.two_rows import joined_headings
from crawlers.records import Document
from tests.unit.crawlers.test_imports import KEY, NOW, SOURCE, csv_file, xlsx_file

UPPER = ("申请编号", "收到日期", "申请人", None, "申请内容", None, "办理情况", None, None)
LOWER = (None, None, "姓名", "联系电话", "信息名称", "所需信息内容描述", "承办处室", "办理状态", "答复日期")
ROW = (
    "演〔2026〕1号",
    "2026.03.05",
    "演示甲",
    "13800138000",
    "抽检名单",
    "申请公开抽检不合格名单，演示甲。",
    "公开办",
    "已答复",
    "2026-03-20",
)


def read(path: Path) -> tuple[list[Document | RowRefusal], ImportNotes]:
    notes = ImportNotes()
    numbered = read_numbered(path, source=SOURCE, column_map=None, now=NOW, author_key=KEY, notes=notes)
    return [one for _, one in numbered], notes


def test_merged_headings_in_two_rows_are_read_as_one_row(tmp_path: Path) -> None:
    (found,), _ = read(xlsx_file(tmp_path, [("2026年依申请公开台账",), UPPER, LOWER, ROW]))
    assert isinstance(found, Document)
    assert (found.native_id, found.title, found.text) == (ROW[0], "抽检名单", "申请公开抽检不合格名单，某某。")
    assert (found.method, found.extras["status"]) == ("import:disclosure_application", "已答复")
    assert found.author is not None


@pytest.mark.parametrize(
    ("upper", "lower"),
    [
        (("登记编号", "投诉内容", "登记时间"), ("甲-1", "已过期。", "2026-03-05")),
        (("登记编号", "投诉内容", "登记时间", None), ("甲-1", "已过期。", "2026-03-05", "备注")),
        (("登记编号", "投诉内容", "登记时间"), ("登记编号", "投诉内容", "登记时间")),
        (("登记编号", "投诉内容", "登记时间", None), (None, None, None, None)),
    ],
)
def test_a_row_of_the_table_is_no_second_row_of_headings(upper: tuple[str, ...], lower: tuple[str, ...]) -> None:
    assert joined_headings(upper, lower) is None


def test_a_remark_beside_the_table_costs_no_row_and_is_told(tmp_path: Path) -> None:
    head = ("登记编号", "投诉内容", "登记时间")
    rows = [("甲-1", "药已过期。", "2026-03-05", "老王跟进"), ("甲-2", "药店不开票。", "2026-03-06")]
    found, notes = read(xlsx_file(tmp_path, [head, *rows]))
    assert [one.native_id for one in found if isinstance(one, Document)] == ["甲-1", "甲-2"]
    assert "老王" not in repr(found)
    assert notes.sentences == (
        "第 2 行在最后一个列名的右边还有内容，没有读；如有需要，请给该列写上列名再导入整个文件。",
    )


def test_a_number_that_a_spreadsheet_shortened_is_refused_or_told(tmp_path: Path) -> None:
    head = ("工单编号", "诉求内容", "受理时间")
    short, good = read(
        csv_file(tmp_path, [",".join(head), "3.60126E+16,药已过期。,2026-03-05", "JX3E5,不开票。,2026-03-06"])
    )[0]
    assert isinstance(short, RowRefusal)
    assert "后几位已丢失" in short.detail
    assert isinstance(good, Document)
    rows = [(36012026000000100, "药已过期。", "2026-03-05"), (36012026, "不开票。", "2026-03-06")]
    found, notes = read(xlsx_file(tmp_path, [head, *rows]))
    assert all(isinstance(one, Document) for one in found)
    (told,) = notes.sentences
    assert told.startswith("第 2 行的编号是超过15位的数，Excel 只保留15位")
