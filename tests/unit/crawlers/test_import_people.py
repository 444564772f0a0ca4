"""Whom a register names: taken out of every word of the record, and one person however a clerk wrote the cells."""

from pathlib import Path

import pytest

from crawlers.imports.people import person_key, without_names
from tests.unit.crawlers.test_imports import csv_file, documents

HEAD = "工单编号,诉求类型,诉求内容,受理时间,诉求人,联系电话,办理状态,办理结果,承办单位"


@pytest.mark.parametrize("cell", ["演示甲", "演 示甲", "演　示甲　", " 演示 甲", "演\u200b示甲\ufeff"])
def test_a_name_padded_with_blanks_is_taken_out_of_every_word_of_the_record(tmp_path: Path, cell: str) -> None:
    row = f"A1,投诉,来电人演示甲称药已过期，演 示\u200b甲要求退款。,2026-11-17,{cell},13800138000,已办结（演示甲不满意）,已电话联系演示甲,演示甲工作室"
    (found,) = documents(csv_file(tmp_path, [HEAD, row]))
    said = {name: fact for name, fact in found.extras.items() if name != "handler"}
    assert "演示甲" not in found.title + found.text + repr(said)
    assert found.text == "来电人某某称药已过期，某某要求退款。"
    assert said["reply"] == "已电话联系某某"
    assert found.extras["handler"] == "演示甲工作室"


def test_one_person_has_one_key_however_name_and_number_are_written(tmp_path: Path) -> None:
    ways = [
        ("演示甲", "13800138000"),
        ("演 示甲", "138 0013 8000"),
        ("演\u200b示甲", "138\u200b00138000"),
        ("演示甲　", "１３８００１３８０００"),
        ("演示甲", "+86-138-0013-8000"),
    ]
    rows = [f"A{n},投诉,第{n}次来电。,2026-11-17,{name},{number},,," for n, (name, number) in enumerate(ways)]
    other = "B1,投诉,另一人来电。,2026-11-17,演示甲,13900139000,,,"
    *same, another = documents(csv_file(tmp_path, [HEAD, *rows, other]))
    assert len({one.author for one in same}) == 1
    assert another.author != same[0].author


@pytest.mark.parametrize("plain", ["演示甲", "演示甲\n13800138000", "0791-86210000", "86213456", "欧阳演示"])
def test_what_is_written_plainly_keeps_the_key_that_it_had(plain: str) -> None:
    assert person_key(plain) == plain


def test_a_single_character_and_a_number_are_no_name() -> None:
    assert without_names("甲药店13800138000", "甲\n13800138000") == "甲药店13800138000"
