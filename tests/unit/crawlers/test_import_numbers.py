from pathlib import Path

from crawlers.imports import RowRefusal
from crawlers.records import Document
from tests.unit.crawlers.test_imports import HOTLINE, ROW, csv_file, read


def test_second_row_of_a_number_is_refused_where_its_words_differ_and_names_the_first(tmp_path: Path) -> None:
    other = (*ROW[:2], "另一件事：药店没有药师。", *ROW[3:])
    neighbour = ("G2", *ROW[1:])
    first, same, second, kept = read(
        csv_file(tmp_path, [",".join(line) for line in (HOTLINE, ROW, ROW, other, neighbour)])
    )
    assert isinstance(first, Document)
    assert same == first
    assert isinstance(second, RowRefusal)
    assert (second.reason, second.row_number) == ("编号重复", 4)
    assert "第 2 行" in second.detail
    assert isinstance(kept, Document)
