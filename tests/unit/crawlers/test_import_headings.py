"""Where the headings of an export stand, and what they are called."""

from pathlib import Path

import pytest

from crawlers.imports import ImportRefused, RowRefusal
from tests.unit.crawlers.test_imports import csv_file, documents, read, xlsx_file

TITLES = ("某舆情平台监测结果导出", "导出时间：2026-11-24 18:00")
HEADINGS = ("标题", "正文", "发布时间")
ROW = ("药店卖过期药", "市民反映某药店出售过期虚构片。", "2026-11-24 09:30")


def test_rows_above_the_headings_of_a_csv_file_are_passed_over(tmp_path: Path) -> None:
    lines = [
        f"{TITLES[0]},,",
        "",
        f"{TITLES[1]},,",
        ",".join(HEADINGS),
        ",".join(ROW),
        ",".join((*ROW[:2], "以后再说")),
    ]
    first, second = read(csv_file(tmp_path, lines))
    assert not isinstance(first, RowRefusal)
    assert (first.title, first.text) == ROW[:2]
    assert isinstance(second, RowRefusal)
    assert second.row_number == 6


def test_rows_above_the_headings_of_a_workbook_are_passed_over(tmp_path: Path) -> None:
    path = xlsx_file(tmp_path, [TITLES[:1], TITLES[1:], HEADINGS, ROW])
    assert [(one.title, one.text) for one in documents(path)] == [ROW[:2]]


def test_titles_without_headings_below_are_refused_with_what_the_file_says(tmp_path: Path) -> None:
    with pytest.raises(ImportRefused, match=TITLES[0]):
        read(csv_file(tmp_path, [TITLES[0], *["一行说明"] * 30]))


@pytest.mark.parametrize("text", ["正文内容", "信息内容", "原文内容", "文章正文", "文章摘要"])
@pytest.mark.parametrize("time", ["发表日期", "发文日期", "信息时间"])
def test_text_and_time_are_found_under_the_names_that_vendors_give_them(tmp_path: Path, text: str, time: str) -> None:
    (found,) = documents(csv_file(tmp_path, [f"主题,{text},{time}", ",".join(ROW)]))
    assert found.text == ROW[1]
    assert found.published_at is not None


@pytest.mark.parametrize(
    ("headings", "two"), [(("登记编号", "诉求人信息", "", "收件信息", ""), True), (("登记编号", "甲", "乙"), False)]
)
def test_headings_that_stand_in_two_rows_are_told_as_such(tmp_path: Path, headings: tuple[str, ...], two: bool) -> None:
    path = xlsx_file(tmp_path, [headings, ("", "姓名", "电话", "登记日期", "来件摘记")])
    with pytest.raises(ImportRefused) as refused:
        read(path)
    assert ("表头好像分成了两行" in str(refused.value)) is two
