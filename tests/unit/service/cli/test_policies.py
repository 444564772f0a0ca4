"""The commands of the policy library, in this process: what they print, and how they end."""

import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from service.cli import application
from service.domain.people.person import Role
from service.flows.people.acts import add_person
from service.storage.sql import migrate, open_store
from tests.builders import NOW

LAW = "演示药品法(2024-01-10)"
TEXT = "第一条 为了演示。\n\n第二条 禁止甲。\n\n下列情形为乙：\n\n（一）情形一；\n\n（二）情形二：\n\n1．甲类；\n\n2．乙类。\n"
READING = "---\n标题: 《演示药品法》解读\n公布日期: 2024-01-10\n---\n一、背景。\n"


@pytest.fixture
def data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name in ("YAOWANG_POLICIES", "YAOWANG_STORE_URL"):
        monkeypatch.delenv(name, raising=False)
    folder = tmp_path / "var"
    folder.mkdir()
    url = f"sqlite:///{folder / 'yaowang.db'}"
    migrate(url)
    store = open_store(url)
    for name, role in (("管理", Role.ADMINISTRATOR), ("研判", Role.OFFICER)):
        add_person(store, name=name, role=role, by="system", now=NOW)
    store.close()
    texts = tmp_path / "texts"
    texts.mkdir()
    (texts / f"{LAW}.md").write_text(TEXT, encoding="utf-8")
    (texts / "解读.md").write_text(READING, encoding="utf-8")
    return folder


def run(data: Path, *arguments: str) -> Result:
    return CliRunner().invoke(application, ["policies", *arguments, "--data", str(data)])


def answers(result: Result) -> list[dict[str, Any]]:
    assert result.exit_code == 0, result.output
    return [json.loads(line) for line in result.stdout.splitlines()]


def take(data: Path) -> dict[str, Any]:
    [counts] = answers(run(data, "import", str(data.parent / "texts")))
    return counts


class TestCommands:
    def test_a_folder_is_taken_once(self, data: Path) -> None:
        assert take(data) == {"policies": 2, "articles": 2, "refused": 0}
        assert "新入库 0 份，更新 0 份，未变 2 份。" in run(data, "import", str(data.parent / "texts")).stderr

    def test_a_wrong_file_is_named_and_the_good_ones_are_taken(self, data: Path) -> None:
        (data.parent / "texts" / "坏(2024-01-01).md").write_text("第一条 甲。\n第一条 乙。\n", encoding="utf-8")
        result = run(data, "import", str(data.parent / "texts"))
        assert result.exit_code == 0
        assert "未收：坏(2024-01-01).md 第 2 行：第一条写了两次（前一次在第 1 行）" in result.stderr
        assert json.loads(result.stdout)["refused"] == 1
        alone = run(data, "import", str(data.parent / "texts" / "坏(2024-01-01).md"))
        assert alone.exit_code == 1
        assert run(data, "import", str(data.parent / "none")).exit_code == 1

    def test_what_was_said_of_a_file_is_taken_again_until_it_is_said_anew(self, data: Path) -> None:
        page = data.parent / "问答.html"
        page.write_text(
            "<html><head><title>演示问答</title></head><body><p>一、背景。演示问答的正文。</p></body></html>"
        )
        said = ("--set", "kind=解读", "--set", "公布日期=2024-01-10")
        assert run(data, "import", str(page), *said).exit_code == 0
        again = run(data, "import", str(page))
        assert "提示：问答.html：沿用上次导入时 --set 所写的 公布日期=2024-01-10、类别=解读；要改请重写" in again.stderr
        assert "新入库 0 份，更新 0 份，未变 1 份。" in again.stderr
        anew = run(data, "import", str(page), "--set", "公布日期=2024-02-01")
        assert "沿用上次导入时 --set 所写的 类别=解读；" in anew.stderr
        [row] = answers(run(data, "list", "--query", "演示问答"))
        assert (row["kind"], row["issued"]) == ("interpretation", "2024-02-01")

    def test_what_was_said_of_a_file_is_forgotten_with_an_empty_value(self, data: Path) -> None:
        file = data.parent / "texts" / f"{LAW}.md"
        assert run(data, "import", str(file), "--set", "文号=演〔2024〕1号").exit_code == 0
        assert "沿用" not in run(data, "import", str(file), "--set", "文号=").stderr
        assert "沿用" not in run(data, "import", str(file)).stderr
        [row] = answers(run(data, "list", "--query", "演示药品法"))
        assert row["issue_number"] is None

    def test_the_list_finds_by_words_and_tells_the_standing_on_a_day(self, data: Path) -> None:
        take(data)
        assert [row["stem"] for row in answers(run(data, "list"))] == [LAW, "解读"]
        [row] = answers(run(data, "list", "--query", "情形一", "--on", "2023-01-01"))
        assert (row["stem"], row["level"], row["standing"], row["articles"]) == (LAW, "law", "not_yet", 2)
        assert run(data, "list", "--on", "heute").exit_code == 2

    def test_before_an_import_the_list_is_the_register(self, data: Path) -> None:
        rows = answers(run(data, "list"))
        assert {"gbf-2016-61", "drug-law-2019"} <= {row["id"] for row in rows}
        assert not any(row["text_imported"] for row in rows)

    @pytest.mark.parametrize(
        ("address", "text"),
        [
            ("第1条", "为了演示。"),
            ("第二条第2款", "下列情形为乙：\n（一）情形一；\n（二）情形二：\n1．甲类；\n2．乙类。"),
            ("第2条第2款第2项", "（二）情形二：\n1．甲类；\n2．乙类。"),
            ("第2条第2款第2项第2目", "2．乙类。"),
        ],
    )
    def test_an_address_shows_the_text_as_stored(self, data: Path, address: str, text: str) -> None:
        take(data)
        for name in (LAW, "演示药品法"):
            [row] = answers(run(data, "show", f"{name}#{address}"))
            assert row["text"] == text
            assert text in TEXT.replace("\n\n", "\n")

    @pytest.mark.parametrize(
        ("name", "status", "sentence"),
        [
            (f"{LAW}#第九条", 1, f"“{LAW}”没有第九条，全文共 2 条。"),
            (f"{LAW}#第二条第三款", 1, f"“{LAW}”第二条没有第三款。"),
            (f"{LAW}#第二条第二款第二项第3目", 1, f"“{LAW}”第二条没有第二款第二项第3目。"),
            (f"{LAW}#九", 2, "不是条款的写法"),
            ("无此法", 1, "政策库里没有“无此法”"),
        ],
    )
    def test_what_is_not_there_is_said(self, data: Path, name: str, status: int, sentence: str) -> None:
        take(data)
        result = run(data, "show", name)
        assert result.exit_code == status
        assert sentence in result.stderr

    def test_an_administrator_verifies_by_name_with_a_note(self, data: Path) -> None:
        result = run(data, "verify", "clock:W-RC", "--by", "管理", "--note", "对照公告第十六条")
        assert result.exit_code == 0
        assert "clock:W-RC：本单位已核实（管理）。" in result.stderr
        for arguments, status in (
            (("clock:W-RC", "--by", "研判", "--note", "x"), 1),
            (("clock:NONE", "--by", "管理", "--note", "x"), 1),
            (("clock:W-RC", "--by", "管理", "--note", " "), 1),
            (("clock:W-RC", "--by", "无人", "--note", "x"), 2),
            (("clock:W-RC", "--by", "管理"), 2),
        ):
            assert run(data, "verify", *arguments).exit_code == status, arguments

    def test_a_link_tells_what_was_made_together(self, data: Path) -> None:
        take(data)
        result = run(data, "link", "解读", LAW, "--by", "研判", "--drafted", "--not-approved")
        assert result.exit_code == 0
        assert "三同步：同日公布，同步起草，未同步审批" in result.stderr
        assert run(data, "link", "解读", "无", "--by", "研判").exit_code == 1

    def test_the_ledger_is_written_as_workbook_and_csv(self, data: Path) -> None:
        take(data)
        paths = [Path(row["path"]) for row in answers(run(data, "ledger"))]
        assert [path.suffix for path in paths] == [".xlsx", ".csv"]
        assert all(path.parent == data / "ledgers" for path in paths)
        assert LAW in paths[1].read_text(encoding="utf-8-sig")
