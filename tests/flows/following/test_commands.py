"""`yaowang topics` and `yaowang matters`, in this process over an installation of their own."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from typer.testing import CliRunner, Result

from service.bootstrap import build, prepare
from service.cli import application
from service.domain.people.person import Role
from service.domain.topics.topic import TopicState
from service.flows.people.acts import add_person
from service.settings import load_settings
from tests.following import records_file


@pytest.fixture
def data(tmp_path: Path) -> Path:
    folder = tmp_path / "var"
    settings = load_settings(data=folder)
    prepare(settings)
    app = build(settings)
    add_person(app.store, name="研判员甲", role=Role.OFFICER, by="system", now=app.now())
    app.close()
    return folder


def run(data: Path, *words: str) -> Result:
    return CliRunner().invoke(application, [*words, "--data", str(data)])


def lines(result: Result) -> list[dict[str, Any]]:
    return [json.loads(line) for line in result.stdout.splitlines() if line.startswith("{")]


def test_records_are_imported_listed_and_bad_ones_said(data: Path) -> None:
    rows = [
        ("TS-1", "投诉", "买到过期药。", "2026-01-05 09:10", "王小明", "13800138000", "", ""),
        ("TS-2", "咨询", "问一问。", "2026-01-05", "", "", "", ""),
    ]
    file = records_file(data.parent / "a.csv", rows)
    done = run(data, "matters", "import", str(file))
    assert done.exit_code == 0, done.output
    assert lines(done) == [{"added": 1, "known": 0, "refused": 1, "by_kind": {"投诉": 1}}]
    assert "未收：第 3 行（编号 TS-2）：类别“咨询”" in done.output
    [row] = lines(run(data, "matters", "list", "--overdue"))
    assert (row["number"], row["state"], row["clocks"]) == (
        "TS-1",
        "received",
        [{"rule": "C-TS7", "standing": "overdue"}],
    )
    assert lines(run(data, "matters", "list", "--kind", "report")) == []


@pytest.mark.parametrize(
    ("words", "status", "told"),
    [
        (("matters", "import", "nothing.csv", "--kind", "complaint"), 1, "没有导入"),
        (("matters", "import", "nothing.csv", "--kind", "wish"), 2, "没有“wish”这个类别"),
        (("matters", "import", "nothing.csv", "--kind", "report", "--source", "no"), 2, "没有信源 no"),
        (("topics", "report", "nothing"), 2, "没有这个政策跟踪专题"),
        (("topics", "open", "某办法", "--by", "研判员甲", "--phase", "begun=1"), 2, "写法不对"),
        (("topics", "open", "某办法", "--by", "谁", "--phase", "published=2026-01-01"), 2, "没有用户 谁"),
        (("topics", "open", "某办法", "--by", "研判员甲", "--phase", "published=2026-01-01"), 1, "什么稿件都找不到"),
    ],
)
def test_wrong_use_is_said_in_a_sentence(data: Path, words: tuple[str, ...], status: int, told: str) -> None:
    done = run(data, *words)
    assert done.exit_code == status
    assert told in done.output


def test_a_topic_is_opened_listed_and_reported(data: Path) -> None:
    opened = run(
        data,
        *("topics", "open", "某省药品零售追溯管理办法（征求意见稿）", "--by", "研判员甲"),
        *("--phase", "consulting=2026-01-01/2026-01-31", "--phase", "published=2026-02-10", "--word", "追溯码"),
    )
    assert opened.exit_code == 0, opened.output
    [topic] = lines(opened)
    assert "已入库的稿件中没有命中的" in opened.output
    [listed] = lines(run(data, "topics", "list"))
    assert (listed["id"], listed["documents"], listed["sheet"]) == (topic["id"], 0, None)
    book = data.parent / "解读要点.xlsx"
    [told] = lines(run(data, "topics", "report", topic["id"], "--days", "14", "--out", str(book)))
    assert [phase["phase"] for phase in told["phases"]][:2] == ["consulting", "published"]
    assert told["effect"]["trend"] in {"too_few", "too_early"}
    assert openpyxl.load_workbook(book).sheetnames[0] == "问题"


def test_topics_of_all_years_are_listed_however_many_they_are(data: Path) -> None:
    opened = run(
        data,
        *("topics", "open", "某办法（征求意见稿）", "--by", "研判员甲"),
        "--phase",
        "published=2026-01-01",
        "--word",
        "某办法",
    )
    assert opened.exit_code == 0, opened.output
    app = build(load_settings(data=data))
    with app.store.write() as work:
        [first] = work.topics.listing()
        for number in range(250):
            work.topics.save(replace(first, id=f"t{number}", state=TopicState.CLOSED))
    app.close()
    assert len(lines(run(data, "topics", "list"))) == 251
