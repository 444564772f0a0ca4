"""The office's own table of situations over the shipped one: what it changes, and what a mistake in it costs."""

from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from analysis.matching.situations import SITUATIONS_FILE, Situation, load_situations
from service.domain.policies.citation import RowChange
from service.domain.policies.policy import Policy
from service.policies.register import load_register
from service.policies.situations import SituationFiles

RECALL = "recall"


def row(files: SituationFiles, name: str) -> Situation | None:
    return next((one for one in files().rows if one.id == name), None)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path


def write(folder: Path, text: str) -> SituationFiles:
    (folder / SITUATIONS_FILE).write_text(text, encoding="utf-8")
    return SituationFiles(lambda: folder)


def test_without_an_own_file_the_shipped_table_stands(folder: Path) -> None:
    files = SituationFiles(lambda: folder)
    assert files() is load_situations()
    assert files.faults == ()


def test_a_shipped_row_keeps_what_the_own_row_does_not_name(folder: Path) -> None:
    files = write(folder, f"version: 甲\nsituations:\n  - {{id: {RECALL}, governs: [药品法#82, 药品法#99]}}\n")
    shipped, own = next(one for one in load_situations().rows if one.id == RECALL), row(files, RECALL)
    assert own is not None
    assert [key.partition("#")[2] for key in own.governs] == ["第八十二条", "第九十九条"]
    assert (own.cues.cues, own.why, own.related) == (shipped.cues.cues, shipped.why, shipped.related)
    assert files.faults == ()


def test_a_new_row_is_added_and_one_is_taken_out(folder: Path) -> None:
    new = "{id: own, cues: [小药箱], governs: [药品法#13], why: 本局自订}"
    files = write(folder, f"situations:\n  - {new}\n  - {{id: {RECALL}, off: true}}\n")
    assert row(files, "own") is not None
    assert row(files, RECALL) is None
    assert len(files().rows) == len(load_situations().rows)


def test_the_version_names_the_content_of_both_files(folder: Path) -> None:
    first = write(folder, "version: 甲\n")().version
    second = write(folder, "version: 甲\n# 另一稿\n")().version
    assert first.startswith(load_situations().version.partition("·")[0])
    assert "本地 甲" in first
    assert first != second


def test_a_change_counts_at_once_and_an_unchanged_file_is_not_read_again(folder: Path) -> None:
    files = write(folder, f"situations:\n  - {{id: {RECALL}, why: 第一稿}}\n")
    before = files()
    assert files() is before
    (folder / SITUATIONS_FILE).write_text(f"situations:\n  - {{id: {RECALL}, why: 第二稿改过}}\n", encoding="utf-8")
    changed = row(files, RECALL)
    assert changed is not None
    assert changed.why == "第二稿改过"
    (folder / SITUATIONS_FILE).unlink()
    assert files() is load_situations()


@pytest.mark.parametrize(
    ("own", "sentence"),
    [
        ("{id: recall, categories: [R99]}", "第 3 行 情形 recall：categories 中没有编号为 R99 的类别，可能已删除"),
        ("{id: recall, governs: [药品法第82条]}", "第 3 行 情形 recall：药品法第82条 应写成“laws 中的简称#条数”"),
        ("{id: recall, governs: [无名法#1]}", "第 3 行 情形 recall：无名法#1 应写成"),
        ("{id: recall, cue: [召回]}", "第 3 行 情形 recall：不认识的项 cue"),
        ("{id: recall, cues: 召回}", "第 3 行 情形 recall：cues 应写成清单"),
        ("{id: recall, related: 82}", "第 3 行 情形 recall：related 应写成清单"),
        ("{id: recall, unless: [[停产]]}", "第 3 行 情形 recall：unless 中有一项是空的，或不是一个词"),
        ("{id: recall, cues: [召回, ]  , also: [~]}", "第 3 行 情形 recall：also 中有一项是空的，或不是一个词"),
        ("{id: recall, why: [召回]}", "第 3 行 情形 recall：why 应为文字"),
        ("{id: recall, weight: 高}", "第 3 行 情形 recall：weight 应为大于 0"),
        ("{id: recall, products: [玩具]}", "第 3 行 情形 recall：products 中 玩具 不是产品大类"),
    ],
)
def test_a_wrong_row_is_named_by_file_line_and_key_and_the_shipped_one_stays(
    own: str, sentence: str, folder: Path
) -> None:
    files = write(folder, f"# 本地\nsituations:\n  - {own}\n")
    kept, shipped = row(files, RECALL), next(one for one in load_situations().rows if one.id == RECALL)
    assert kept is not None
    assert (kept.governs, kept.categories, kept.cues.cues) == (shipped.governs, shipped.categories, shipped.cues.cues)
    [fault] = files.faults
    assert sentence in fault
    assert fault.startswith(str(folder / SITUATIONS_FILE))


@pytest.mark.parametrize("part", ["related", "cues", "also", "unless", "categories", "products"])
def test_a_part_of_a_row_that_is_left_blank_is_read_as_nothing(part: str, folder: Path) -> None:
    files = write(folder, f"situations:\n  - id: {RECALL}\n    {part}:\n")
    blank = row(files, RECALL)
    assert blank is not None
    assert not getattr(blank, part)
    assert files.faults == ()


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        (b"situations:\n  - {id: a\n", "行：不是有效的 YAML"),
        (b"[1, 2]\n", "应写成 laws、words、situations 等几段"),
        (
            b"situation:\n  - {id: a}\n",
            "不认识的段 situation，可用的是 version、laws、words、products、remits、situations、modifiers",
        ),
        (b"situations:\n  - {why: x}\n", "第 2 行：situations 下的这一条没有 id"),
        (b"situations:\n  - {id: [x]}\n", "第 2 行：id 应为文字"),
        (b"situations:\n  - {id: a}\n  - {id: a}\n", "第 3 行：情形 a 写了两次"),
        (b"situations:\n  - {id: 12}\n  - {id: 12}\n", "第 3 行：情形 12 写了两次"),
        (b"situations: 5\n", "situations 应写成清单"),
        (b"words: {death: }\nproducts: {drug: 5}\n", "products：drug 应写成清单"),
        (b"version: [1]\n", "version 应为文字"),
        (b"version: 2026-02-30\n", "situations.yaml：有一个值无法识别"),
        (b"version: x\n# \x00\n", "第 2 行：不是有效的 YAML（有看不见的控制字符，请删去）"),
        (b"situations:\n\t- {id: a}\n", "第 2 行：不是有效的 YAML（缩进用了制表符，请改为空格）"),
        (b"laws: [x]\n", "laws 应写成"),
        (
            b"situations:\n  - {id: a}\nlaws: {}\nsituations:\n  - {id: b}\n",
            "第 4 行：不是有效的 YAML（situations 写了两次",
        ),
        (b"situations:\n  - id: a\n    why: x\n    why: y\n", "第 4 行：不是有效的 YAML（why 写了两次"),
        (b"\xff\xfe\x00", "不是 UTF-8 编码"),
        (b"#" * (2 * 1024 * 1024 + 1), "超过 2 MiB"),
    ],
)
def test_a_file_that_cannot_be_read_leaves_the_shipped_table_and_says_so(
    text: bytes, sentence: str, folder: Path
) -> None:
    (folder / SITUATIONS_FILE).write_bytes(text)
    files = SituationFiles(lambda: folder)
    assert files() is load_situations()
    [fault] = files.faults
    assert sentence in fault


def test_an_article_that_its_law_does_not_have_is_told(folder: Path) -> None:
    files = write(folder, "situations:\n  - {id: own, cues: [小药箱], governs: [药品法#182], why: 本局自订}\n")
    law = load_situations().laws["药品法"]
    held = {key for one in load_situations().rows for key in (*one.governs, *one.related) if key.startswith(law)}
    assert files.absent(held) == [
        f"情形 own：政策库的{law}没有第一百八十二条，这一条不会被引用，请在 {SITUATIONS_FILE} 中改正"
    ]
    assert files.absent(set()) == []


def change(situation: str, *, add: tuple[str, ...] = (), drop: tuple[str, ...] = ()) -> RowChange:
    return RowChange(situation=situation, add=add, drop=drop, by="管理丁", at=datetime(2026, 11, 27, tzinfo=UTC))


def test_an_accepted_change_lies_over_the_file_and_one_that_fits_no_row_is_told(tmp_path: Path) -> None:
    table = load_situations()
    row = next(one for one in table.rows if one.id == "recall")
    extra = f"{table.laws['药品法']}#第一百条"
    (tmp_path / SITUATIONS_FILE).write_text("situations:\n  - id: recall\n    related: [药品法#2]\n", encoding="utf-8")
    whole = (*row.governs, f"{table.laws['药品法']}#第二条")
    changes = [change("recall", add=(extra,)), change("gone", add=(extra,))]
    files = SituationFiles(lambda: tmp_path, lambda: changes)
    found = next(one for one in files().rows if one.id == "recall")
    assert found.related == (f"{table.laws['药品法']}#第二条", extra)
    assert files.faults == ("情形 gone：已采纳的修改没有对应的情形，不起作用，请撤回",)
    changes[:] = [change("recall", drop=whole)]
    assert next(one for one in files().rows if one.id == "recall").governs == row.governs
    assert files.faults == ("情形 recall：已采纳的修改会去掉全部主要条文，没有采用，请撤回",)


def test_a_law_that_the_office_ended_is_told_with_the_rows_that_govern_by_it(folder: Path) -> None:
    files = SituationFiles(lambda: folder)
    register = load_register()
    ended = Policy(
        stem="药品管理法(2019-08-26)",
        title="药品管理法",
        valid_to=date(2026, 12, 31),
        superseded_by="药品管理法(2026-10-30)",
    )
    shipped = Policy(stem="食品安全法(2021-04-29)", title="食品安全法", valid_to=date(2025, 11, 30))
    told = [files.ended([ended, shipped], register, day) for day in (date(2026, 12, 31), date(2027, 1, 1))]
    rows = sum(any(key.startswith(ended.stem) for key in one.governs) for one in load_situations().rows)
    assert told[0] == []
    [sentence] = told[1]
    assert f"有 {rows} 种情形以它为主要条文" in sentence
    assert "改引“药品管理法(2026-10-30)”" in sentence
