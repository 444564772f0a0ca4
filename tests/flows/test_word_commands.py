"""`yaowang words`, in this process over a store of its own."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from service.bootstrap import build, prepare
from service.cli import application
from service.domain.people.person import Role
from service.flows.people.acts import add_person
from service.settings import load_settings


@pytest.fixture
def data(tmp_path: Path) -> Path:
    folder = tmp_path / "var"
    settings = load_settings(data=folder)
    prepare(settings)
    app = build(settings)
    for name, role in (("研判员甲", Role.OFFICER), ("只读乙", Role.VIEWER)):
        add_person(app.store, name=name, role=role, by="system", now=app.now())
    app.close()
    return folder


def run(data: Path, *words: str) -> Result:
    return CliRunner().invoke(application, ["words", *words, "--data", str(data)])


def as_officer(data: Path, *words: str) -> Result:
    return run(data, *words, "--by", "研判员甲")


def listed(data: Path, *options: str) -> list[str]:
    return [json.loads(line)["text"] for line in run(data, "list", *options).stdout.splitlines()]


def test_words_of_each_sort_are_added_listed_and_removed(data: Path) -> None:
    assert as_officer(data, "add", "小安瓶", "--kind", "drug", "--canonical", "清安口服液").exit_code == 0
    assert as_officer(data, "add", "安安水", "--alias-of", "清安口服液").exit_code == 0
    assert as_officer(data, "add", "疫苗", "--exclude", "--within", "职场疫苗").exit_code == 0
    assert listed(data) == ["小安瓶", "安安水", "疫苗"]
    assert as_officer(data, "remove", "安安水").exit_code == 0
    assert (listed(data), listed(data, "--removed")) == (["小安瓶", "疫苗"], ["安安水"])


def test_a_consequence_is_told_and_confirmed_by_an_option(data: Path) -> None:
    asked = ("add", "假药", "--exclude", "--note", "片名")
    refused = as_officer(data, *asked)
    assert refused.exit_code == 1
    assert "--sure" in refused.stderr
    assert as_officer(data, *asked, "--sure").exit_code == 0


@pytest.mark.parametrize(
    ("words", "status", "told"),
    [
        (("add", "小安瓶"), 2, "三者之一"),
        (("add", "小安瓶", "--kind", "drug", "--exclude"), 2, "三者之一"),
        (("add", "大家", "--kind", "firm"), 1, "常用词"),
        (("remove", "小安瓶"), 1, "没有在用的自有词"),
        (("apply", "--days", "31"), 1, "1 至 30"),
        (("import", "no-such.csv"), 1, "无法读取"),
    ],
)
def test_what_is_not_done_is_said_with_the_reason(data: Path, words: tuple[str, ...], status: int, told: str) -> None:
    refused = as_officer(data, *words)
    assert refused.exit_code == status
    assert told in refused.stderr


def test_who_may_only_read_or_is_unknown_changes_nothing(data: Path) -> None:
    words = ("add", "小安瓶", "--kind", "drug")
    assert run(data, *words, "--by", "只读乙").exit_code == 1
    assert run(data, *words, "--by", "没有这人").exit_code == 2
    assert listed(data) == []


def test_an_exported_table_is_imported_and_bad_rows_are_told(data: Path, tmp_path: Path) -> None:
    as_officer(data, "add", "小安瓶", "--kind", "drug")
    table = tmp_path / "words.csv"
    assert run(data, "export", "--out", str(table)).exit_code == 0
    with table.open("a", encoding="utf-8") as more:
        more.write("别名,布老芬,,,布洛芬,,\n新词,大家,企业,,,,\n")
    imported = as_officer(data, "import", str(table))
    assert json.loads(imported.stdout) == {"added": 1, "known": 1, "refused": 1}
    assert "第 4 行" in imported.stderr
    assert set(listed(data)) == {"小安瓶", "布老芬"}


def test_doctor_names_a_word_that_cannot_be_used_and_fails_nothing_for_it(data: Path) -> None:
    as_officer(data, "add", "小安瓶", "--kind", "drug")
    app = build(load_settings(data=data))
    with app.store.write() as work:
        [word] = work.words.in_force()
        work.words.save([type(word)(id="broken", sort="alias", text="某某片", canonical="已撤名称", author="x", created_at=word.created_at)])  # fmt: skip
    app.close()
    told = CliRunner().invoke(application, ["doctor", "--data", str(data)])
    [row] = [json.loads(line) for line in told.stdout.splitlines() if '"词库"' in line]
    assert row["ok"]
    assert "已撤名称" in row["sentence"]
