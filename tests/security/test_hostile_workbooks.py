"""Workbooks and arrays that are made to fill, to hold or to break the process that imports them."""

import os
import signal
import time
import zipfile
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path

import pytest

from crawlers.child import Child, ChildLimits
from crawlers.imports import ImportRefused, RowRefusal, read_import, spooled, workbook
from crawlers.imports.spooled import read_workbook
from crawlers.imports.workbook import spool_workbook
from crawlers.records import Document, Source, SourceClass
from service.domain.people.person import Role
from tests.api.conftest import Site
from tests.unit.crawlers.workbook_files import HEADINGS, raw_row, raw_workbook

ROWS = HEADINGS + "".join(raw_row(n, f"题{n}", f"示例，第{n}行。", "2026-11-24") for n in range(2, 5))
# The library gives every row that is missing before this one, for some days.
ENDLESS = ROWS + raw_row(10**12, "末", "末", "2026-11-24")
SOURCE = Source(id="drop", name="导出", kind="file_drop", source_class=SourceClass.COMPLAINT)
SHORT = ChildLimits(memory_bytes=2**30, cpu_seconds=1, answer_seconds=30.0)


def read(path: Path) -> list[Document | RowRefusal]:
    now = datetime(2026, 11, 25, tzinfo=UTC)
    return list(read_import(path, source=SOURCE, now=now, author_key=b"0123456789abcdef"))


def titles(rows: list[Document | RowRefusal]) -> list[str]:
    return [row.title for row in rows if isinstance(row, Document)]


@pytest.mark.parametrize(
    ("limits", "ending"),
    [
        (SHORT, "处理器时间用尽"),
        (ChildLimits(memory_bytes=2**30, cpu_seconds=60, answer_seconds=3.0), "超时"),
    ],
)
def test_a_workbook_that_never_ends_is_refused_with_the_row_and_what_to_do(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, limits: ChildLimits, ending: str
) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "temporary"))
    (tmp_path / "temporary").mkdir()
    with pytest.raises(ImportRefused) as refused:
        read_workbook(raw_workbook(tmp_path / "热线.xlsx", ENDLESS), limits)
    assert str(refused.value) == (
        f"热线.xlsx 在第 4 行之后读不下去：读取工作簿的子进程中断（{ending}），一行也没有导入。"
        "请在 Excel 中把要导入的行复制到新工作簿，或另存为 .csv，太大的拆分后再导入。"
    )
    assert not list((tmp_path / "temporary").iterdir())


def test_a_child_that_is_killed_is_a_refusal_and_leaves_no_process(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = raw_workbook(tmp_path / "热线.xlsx", ENDLESS)
    started: list[int] = []
    start = Child._start

    def noted(child: Child) -> None:
        start(child)
        assert child.pid is not None
        started.append(child.pid)

    monkeypatch.setattr(Child, "_start", noted)
    with ThreadPoolExecutor(1) as pool:
        reading = pool.submit(read_workbook, path)
        while not started and not reading.done():
            time.sleep(0.01)
        os.kill(started[0], signal.SIGTERM)
        with pytest.raises(ImportRefused, match=r"热线\.xlsx 在开头读不下去：.*退出码 -15.*请在 Excel 中"):
            reading.result()
    assert not Path(f"/proc/{started[0]}").exists()


def test_more_shared_text_than_the_memory_holds_is_a_refusal(tmp_path: Path) -> None:
    strings = "".join(f"<si><t>药店{number}</t></si>" for number in range(200_000))
    path = raw_workbook(tmp_path / "热线.xlsx", ROWS, strings=strings)
    small = ChildLimits(memory_bytes=80 * 2**20, cpu_seconds=30, answer_seconds=60.0)
    with pytest.raises(ImportRefused, match="内存用尽"):
        read_workbook(path, small)
    assert len(list(read_workbook(path).rows)) == 3


def test_a_million_empty_rows_cost_seconds_and_hide_no_row(tmp_path: Path) -> None:
    path = raw_workbook(tmp_path / "热线.xlsx", ROWS + raw_row(1_048_576, "末", "末行。", "2026-11-24"))
    begun = time.perf_counter()
    assert titles(read(path)) == ["题2", "题3", "题4", "末"]
    assert time.perf_counter() - begun < 30


def test_a_million_rows_that_stand_there_empty_are_passed_over(tmp_path: Path) -> None:
    empty = "".join(f'<row r="{n}" ht="{n * 7919 % 99_991}"/>' for n in range(5, 200_000))
    assert titles(read(raw_workbook(tmp_path / "a.xlsx", ROWS + empty + raw_row(200_000, "末", "末行。")))) == [
        *("题2", "题3", "题4", "末"),
    ]


def test_a_sheet_that_breaks_off_gives_its_rows_and_says_where_it_broke(tmp_path: Path) -> None:
    rows = read(raw_workbook(tmp_path / "a.xlsx", ROWS + '<row r="5"><c t="s"><v>'))
    assert titles(rows) == ["题2", "题3", "题4"]
    (broken,) = [row for row in rows if isinstance(row, RowRefusal)]
    assert broken.detail == "第 0 行：工作簿在此处损坏，其后的行没有读到：ParseError。"


def test_a_cell_that_points_at_no_text_breaks_its_sheet_and_not_the_child(tmp_path: Path) -> None:
    rows = read(raw_workbook(tmp_path / "a.xlsx", ROWS + '<row r="5"><c t="s"><v>9</v></c></row>'))
    assert titles(rows) == ["题2", "题3", "题4"]
    assert rows[-1].detail.endswith("其后的行没有读到：IndexError。")  # type: ignore[union-attr]  # the last is refused


@pytest.mark.parametrize("sheet", [b"", b"<worksheet", b"<a>&b;</a>", b"\x00\xff" * 50])
def test_a_sheet_that_is_broken_from_the_first_row_on_is_a_refusal(tmp_path: Path, sheet: bytes) -> None:
    path = raw_workbook(tmp_path / "a.xlsx", "", more={"xl/worksheets/sheet1.xml": sheet})
    with pytest.raises(ImportRefused, match="已损坏"):
        read(path)


def test_a_bomb_that_lies_about_its_size_is_taken_at_its_word_and_so_is_damaged(tmp_path: Path) -> None:
    path = raw_workbook(tmp_path / "a.xlsx", ROWS + f"<!--{'0' * 40 * 2**20}-->")
    with zipfile.ZipFile(path) as archive:
        told = archive.getinfo("xl/worksheets/sheet1.xml").file_size
    path.write_bytes(path.read_bytes().replace(told.to_bytes(4, "little"), (2_000).to_bytes(4, "little")))
    with pytest.raises(ImportRefused, match="已损坏"):
        read(path)


def test_a_text_that_is_cited_over_and_over_is_one_row_too_long(tmp_path: Path) -> None:
    cited = '<row r="5">' + '<c t="s"><v>0</v></c>' * 3 + "</row>"
    path = raw_workbook(tmp_path / "a.xlsx", ROWS + cited + raw_row(6, "末", "末行。"), strings=_long(3 * 2**20))
    rows = read(path)
    assert titles(rows) == ["题2", "题3", "题4", "末"]
    (long,) = [row for row in rows if isinstance(row, RowRefusal)]
    assert long.detail == f"第 5 行：这一行有 {9 * 2**20} 个字，上限 {8 * 2**20}，请把它拆开。"


def _long(characters: int) -> str:
    # Text that repeats itself more would be taken for a bomb.
    digits = "".join(str(number * number) for number in range(characters // 8))
    return f"<si><t>{digits[:characters].ljust(characters, '7')}</t></si>"


def test_more_text_than_a_file_may_hold_is_not_written_down(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workbook, "MAX_FILE_BYTES", 100)
    with pytest.raises(ImportRefused, match="请拆分后导入"):
        spool_workbook(raw_workbook(tmp_path / "a.xlsx", ROWS), tmp_path / "rows.jsonl")
    assert (tmp_path / "rows.jsonl").stat().st_size <= 100


def test_while_a_workbook_hangs_pages_answer_and_then_nothing_of_it_is_stored(
    site: Site, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(spooled, "_LIMITS", ChildLimits(cpu_seconds=60, answer_seconds=5.0))
    content = raw_workbook(tmp_path / "热线.xlsx", ENDLESS).read_bytes()
    importer, reader = site.browser(Role.OFFICER), site.browser(Role.OFFICER)
    with site.context.store.read() as work:
        before = work.documents.count()
    with ThreadPoolExecutor(1) as pool:
        upload = pool.submit(
            importer.client.post,
            "/import",
            data={"csrf": importer.csrf, "source": "seed-line"},
            files={"file": ("热线.xlsx", content, "application/octet-stream")},
        )
        assert reader.client.get("/sources").status_code == 200
        assert not upload.done()
        answer = upload.result()
    assert answer.status_code == 422
    assert (
        "文件没有导入：热线.xlsx 在第 4 行之后读不下去：读取工作簿的子进程中断（超时），一行也没有导入。" in answer.text
    )
    with site.context.store.read() as work:
        assert work.documents.count() == before


def test_an_array_made_to_fill_memory_fills_that_of_the_child_only(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "导出.json"
    path.write_text('[{"id": "1", "text": "示例。"}' + ",[]" * 2**20 + "]", encoding="utf-8")
    monkeypatch.setattr(spooled, "_LIMITS", ChildLimits(memory_bytes=80 * 2**20))
    with pytest.raises(ImportRefused) as refused:
        read(path)
    assert str(refused.value) == (
        "导出.json 读不下去：读取 JSON 数组的子进程中断（内存用尽），一行也没有导入。"
        "请转成每行一个对象的 .jsonl，太大的拆分后再导入。"
    )


def test_an_element_that_is_longer_than_a_line_may_be_costs_itself(tmp_path: Path) -> None:
    path = tmp_path / "导出.json"
    path.write_text(
        '[{"id": "1", "text": "一。"}, "' + "x" * 9 * 2**20 + '", {"id": "3", "text": "三。"}]', encoding="utf-8"
    )
    rows = read(path)
    assert titles(rows) == ["一。", "三。"]
    assert [row.row_number for row in rows if isinstance(row, RowRefusal)] == [2]


def test_a_full_disk_is_said_and_nothing_is_taken(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    full = Path("/dev/full")
    monkeypatch.setattr(workbook, "open_spool", lambda _: full.open("w", buffering=1, encoding="utf-8"))
    question = {"path": str(raw_workbook(tmp_path / "a.xlsx", ROWS)), "spool": str(tmp_path / "rows.jsonl")}
    assert workbook._answer(question, b"") == {"ending": "写不下临时文件，磁盘已满"}
