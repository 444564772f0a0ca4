"""Registers that an office keeps by hand: a title above the headings, and headings of plain words."""

from datetime import datetime
from pathlib import Path

import pytest

from crawlers.imports import ImportRefused, RowRefusal
from crawlers.imports.tables import open_table
from crawlers.records import BEIJING, Document
from tests.unit.crawlers.test_imports import HOTLINE, ROW, csv_file, documents, read, xlsx_file


class TestTitleAbove:
    ABOVE = (("药品投诉举报台账",), ("制表日期：2026年11月24日",))

    def test_headings_of_a_workbook_stand_below_its_title(self, tmp_path: Path) -> None:
        rows = [*self.ABOVE, HOTLINE, ROW, (*ROW[:1], "", "", *ROW[3:])]
        good, bad = read(xlsx_file(tmp_path, rows))
        assert isinstance(good, Document)
        assert (good.native_id, good.title, good.text) == ROW[:3]
        assert isinstance(bad, RowRefusal)
        assert bad.row_number == 5

    def test_headings_of_a_text_file_stand_below_its_title(self, tmp_path: Path) -> None:
        lines = [f"{self.ABOVE[0][0]},,,", "", self.ABOVE[1][0], ",".join(HOTLINE), ",".join(ROW), ROW[0]]
        good, bad = read(csv_file(tmp_path, lines, charset="gb18030"))
        assert isinstance(good, Document)
        assert good.text == ROW[2]
        assert isinstance(bad, RowRefusal)
        assert bad.row_number == 6

    def test_a_file_of_one_column_has_its_heading_in_its_first_row(self, tmp_path: Path) -> None:
        lines = ["text", "", *(f"演示内容{number}" for number in range(8))]
        for path, numbers in (
            (csv_file(tmp_path, lines), [3, 4, 5, 6, 7, 8, 9, 10]),
            (xlsx_file(tmp_path, [(line,) for line in lines]), [3, 4, 5, 6, 7, 8, 9, 10]),
        ):
            table = open_table(path)
            assert table.headings == ("text",)
            rows = list(table.rows)
            assert [row.values["text"] for row in rows] == lines[2:]
            assert [row.number for row in rows] == numbers


def test_a_ledger_with_plain_headings_is_known(tmp_path: Path) -> None:
    head = "编号,类别,标题,内容,收到日期,诉求人,联系电话,地区,承办单位"
    (found,) = documents(
        csv_file(tmp_path, [head, "A1,投诉,药店,药已过期。,2026.11.17,演示甲,13800138000,南昌市,某科"])
    )
    assert (found.native_id, found.title, found.text) == ("A1", "药店", "药已过期。")
    assert found.published_at == datetime(2026, 11, 17, tzinfo=BEIJING)
    assert (found.extras["matter"], found.extras["handler"]) == ("投诉", "某科")
    assert "13800138000" not in repr(found)


def test_who_brings_records_of_the_public_is_told_of_their_headings_alone(tmp_path: Path) -> None:
    with pytest.raises(ImportRefused, match="办件台账") as refused:
        read(csv_file(tmp_path, ["甲,乙", "1,2"]))
    assert "MediaCrawler" not in str(refused.value)
