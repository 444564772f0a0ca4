"""`yaowang hide`, in this process over a store of its own. The person is invented."""

import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from service.bootstrap import build, prepare
from service.cli import application
from service.settings import load_settings
from tests.builders import NOW, build_document, enrol_everyone

NAME = "欧阳甲乙"


@pytest.fixture
def data(tmp_path: Path) -> Path:
    folder = tmp_path / "var"
    settings = load_settings(data=folder)
    prepare(settings)
    app = build(settings)
    enrol_everyone(app.store)
    with app.store.write() as work:
        work.documents.put([build_document(native="1", title="反映异味", text=f"市民{NAME}反映药品有异味。")], now=NOW)
    app.close()
    return folder


def approver(data: Path) -> str:
    app = build(load_settings(data=data))
    with app.store.read() as work:
        [name] = [one.name for one in work.people.listing() if one.id == "p-approver"]
    app.close()
    return name


def run(data: Path, *words: str, said: str = NAME) -> Result:
    name = build_document(native="1", title="反映异味", text="。").id
    return CliRunner().invoke(application, ["hide", name, *words, "--data", str(data)], input=f"{said}\n")


def answer(result: Result) -> dict[str, Any]:
    told: dict[str, Any] = json.loads(next(line for line in result.stdout.splitlines() if line.startswith("{")))
    return told


def test_a_name_from_standard_input_is_hidden_and_proven_gone(data: Path) -> None:
    before = run(data, "--check")
    assert before.exit_code == 1
    assert answer(before)["places"] == {"稿件": 1}
    done = run(data, "--by", approver(data), "--reason", "本人申请删除")
    assert done.exit_code == 0, done.output
    assert answer(done)["gone"] is True
    after = run(data, "--check")
    assert (after.exit_code, answer(after)["places"]) == (0, {})
    assert all(NAME not in one.output for one in (before, done, after))


def test_a_briefing_that_holds_it_ends_the_check_with_status_1(data: Path) -> None:
    (data / "briefings").mkdir()
    (data / "briefings" / "2026-W47.html").write_text(f"<p>{NAME}</p>", encoding="utf-8")
    done = run(data, "--by", approver(data), "--reason", "本人申请删除")
    assert done.exit_code == 1
    assert answer(done)["briefings"] == ["2026-W47.html"]
    assert answer(done)["places"] == {}


def test_without_a_name_of_who_does_it_nothing_is_done(data: Path) -> None:
    assert run(data).exit_code == 2
    assert run(data, "--by", "没有此人", "--reason", "x").exit_code == 2
    assert run(data, "--check").exit_code == 1


def test_what_does_not_stand_there_is_said_with_status_1(data: Path) -> None:
    result = run(data, "--by", approver(data), "--reason", "本人申请", said="不在其中")
    assert result.exit_code == 1
    assert "没有找到要隐去的内容" in result.output
