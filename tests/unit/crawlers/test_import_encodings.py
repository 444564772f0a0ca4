"""Files that were joined from parts of different encodings: what cannot be read is refused row by row, never stored as � signs."""

import json
from pathlib import Path

import pytest

from crawlers.imports import ImportRefused, RowRefusal
from crawlers.records import Document
from tests.unit.crawlers.test_imports import read

HEADINGS = "工单编号,诉求内容,受理时间\n"


def row(number: int) -> str:
    return f"G{number},市民反映某药店出售过期药品{number},2026-11-24 09:30\n"


def told(path: Path) -> list[str]:
    return [one.detail if isinstance(one, RowRefusal) else one.native_id for one in read(path)]


@pytest.mark.parametrize("rows_before", [1, 6000])
def test_rows_of_another_encoding_are_refused_and_their_neighbours_taken(tmp_path: Path, rows_before: int) -> None:
    path = tmp_path / "joined.csv"
    first = HEADINGS + "".join(map(row, range(rows_before)))
    path.write_bytes(first.encode() + row(8888).encode("gb18030") + row(9999).encode())
    *before, refused, last = told(path)
    assert (len(before), last) == (rows_before, "G9999")
    assert f"第 {rows_before + 2} 行：有 " in refused
    assert "个字读不出" in refused


def test_lines_of_another_encoding_are_refused_among_json(tmp_path: Path) -> None:
    path = tmp_path / "joined.jsonl"
    lines = [json.dumps({"工单编号": f"G{n}", "诉求内容": "某药店出售过期药品"}, ensure_ascii=False) for n in (1, 2)]
    path.write_bytes(lines[0].encode() + b"\n" + lines[1].encode("gb18030"))
    taken, refused = told(path)
    assert (taken, "个字读不出" in refused) == ("G1", True)


def test_a_field_that_was_cut_in_a_character_costs_no_row(tmp_path: Path) -> None:
    path = tmp_path / "cut.csv"
    path.write_bytes(HEADINGS.encode() + "G1,某药店出售过期药".encode()[:-1] + b",2026-11-24 09:30\n")
    (taken,) = read(path)
    assert isinstance(taken, Document)
    assert taken.text.startswith("某药店出售过期")


def test_headings_of_megabytes_refuse_the_file_with_a_sentence(tmp_path: Path) -> None:
    path = tmp_path / "line.csv"
    path.write_bytes(b"a" * 3 * 2**20)
    with pytest.raises(ImportRefused, match="读不出列名"):
        read(path)
