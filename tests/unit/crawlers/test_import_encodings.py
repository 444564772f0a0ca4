"""Files that were joined from parts of different encodings: what cannot be read is refused row by row, never stored as � signs."""

import json
from pathlib import Path

import pytest

from crawlers.imports import ImportNotes, ImportRefused, RowRefusal, read_numbered
from crawlers.records import Document
from tests.unit.crawlers.test_imports import KEY, NOW, SOURCE, read

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


WORDS = "孩子输液后死了\ufffd\ufffd\ufffd\ufffd快来人啊"


def _written(folder: Path, kind: str, charset: str) -> Path:
    """Write a file in which an exporter left � for four emoji of its second row."""
    path = folder / f"export.{kind}"
    words = ["某药店出售过期药品", WORDS]
    if kind == "csv":
        told = HEADINGS + "".join(f"G{n},{text},2026-11-24 09:30\n" for n, text in enumerate(words, start=1))
    else:
        rows = [{"工单编号": f"G{n}", "诉求内容": text} for n, text in enumerate(words, start=1)]
        lines = (json.dumps(one, ensure_ascii=False) for one in rows)
        told = json.dumps(rows, ensure_ascii=False) if kind == "json" else "\n".join(lines)
    path.write_bytes(told.encode(charset))
    return path


@pytest.mark.parametrize("kind", ["csv", "jsonl", "json"])
@pytest.mark.parametrize("charset", ["utf-8", "utf-8-sig", "utf-16"])
def test_rows_in_which_an_exporter_left_signs_for_emoji_are_taken_and_named(
    tmp_path: Path, kind: str, charset: str
) -> None:
    notes = ImportNotes()
    path = _written(tmp_path, kind, charset)
    rows = list(read_numbered(path, source=SOURCE, now=NOW, author_key=KEY, notes=notes))
    assert [row.text for _, row in rows if isinstance(row, Document)] == ["某药店出售过期药品", WORDS]
    (told,) = notes.sentences
    assert told.startswith(f"第 {3 if kind == 'csv' else 2} 行里有“\ufffd”")


def test_elements_of_an_array_that_cannot_be_decoded_are_refused_and_their_neighbours_taken(tmp_path: Path) -> None:
    path = tmp_path / "joined.json"
    lines = [json.dumps({"工单编号": f"G{n}", "诉求内容": "某药店出售过期药品"}, ensure_ascii=False) for n in (1, 2)]
    path.write_bytes(b"[" + lines[0].encode() + b",\n" + lines[1].encode("gb18030") + b"]")
    taken, refused = told(path)
    assert (taken, "个字读不出" in refused) == ("G1", True)


def test_what_could_not_be_decoded_is_shown_by_the_usual_sign(tmp_path: Path) -> None:
    path = tmp_path / "cut.jsonl"
    line = json.dumps({"工单编号": "G1", "诉求内容": "某药店出售过期药"}, ensure_ascii=False).encode()
    cut = line.replace("药".encode() + b'"', "药".encode()[:-1] + b'"').replace(b"G1", b"G2")
    path.write_bytes(line + b"\n" + cut)
    assert [row.text for row in read(path) if isinstance(row, Document)] == ["某药店出售过期药", "某药店出售过期\ufffd"]


def test_headings_of_megabytes_refuse_the_file_with_a_sentence(tmp_path: Path) -> None:
    path = tmp_path / "line.csv"
    path.write_bytes(b"a" * 3 * 2**20)
    with pytest.raises(ImportRefused, match="读不出列名"):
        read(path)
