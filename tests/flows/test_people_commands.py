"""`yaowang users`, in this process over a store of its own: duties."""

import json
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from service.bootstrap import build, prepare
from service.cli import application
from service.domain.people.person import Role
from service.flows.people.acts import add_person
from service.flows.people.entry import EntryOutcome, enter
from service.settings import load_settings


@pytest.fixture
def data(tmp_path: Path) -> Path:
    folder = tmp_path / "var"
    settings = load_settings(data=folder)
    prepare(settings)
    app = build(settings)
    for name in ("值班员甲", "值班员乙"):
        add_person(app.store, name=name, role=Role.OFFICER, by="system", now=app.now())
    app.close()
    return folder


def run(data: Path, *words: str) -> Result:
    return CliRunner().invoke(application, ["users", *words, "--data", str(data)])


def duties_of(data: Path) -> dict[str, list[str]]:
    lines = [json.loads(line) for line in run(data, "list").stdout.splitlines() if line.startswith("{")]
    return {row["name"]: row["duties"] for row in lines}


def test_an_administrator_whose_one_time_password_ran_out_gets_a_new_one_on_the_server(data: Path) -> None:
    settings = load_settings(data=data)
    app = build(settings)
    later = app.now() + timedelta(hours=73)
    old = add_person(app.store, name="admin", role=Role.ADMINISTRATOR, by="system", now=app.now())
    assert enter(app.store, name="admin", password=old, now=later).outcome is EntryOutcome.RUN_OUT
    told = run(data, "reset", "admin").stderr
    assert "72 小时内有效" in told
    new = told.strip().rpartition("：")[2]
    assert enter(app.store, name="admin", password=new, now=app.now()).outcome is EntryOutcome.ENTERED
    app.close()


def test_duties_are_set_replaced_and_cleared(data: Path) -> None:
    done = run(data, "duties", "值班员甲", "--duty", "monitor", "--duty", "analyst")
    assert done.exit_code == 0
    assert "研判员" in done.stderr
    assert duties_of(data)["值班员甲"] == ["analyst", "monitor"]
    run(data, "duties", "值班员甲", "--duty", "archivist")
    assert duties_of(data)["值班员甲"] == ["archivist"]
    assert "的岗位：无" in run(data, "duties", "值班员甲").stderr
    assert duties_of(data)["值班员甲"] == []


@pytest.mark.parametrize(
    ("words", "told"),
    [(("没有这人", "--duty", "monitor"), "没有名为"), (("值班员甲", "--duty", "king"), "monitor（监测员）")],
)
def test_an_unknown_person_or_duty_is_named(data: Path, words: tuple[str, ...], told: str) -> None:
    refused = run(data, "duties", *words)
    assert refused.exit_code == 1
    assert told in refused.stderr


def test_a_small_office_needs_three_and_replaces_only_when_told_to(data: Path) -> None:
    assert "请先新增1名用户" in run(data, "small-office").stderr
    assert run(data, "add", "值班员丙", "--role", "approver").exit_code == 0
    done = run(data, "small-office")
    assert done.exit_code == 0
    assert "值班员丙：" in done.stderr
    held = duties_of(data)
    assert {"deputy_head", "duty_lead", "head"} == set(held["值班员丙"])
    assert run(data, "small-office").exit_code == 1
    assert run(data, "small-office", "--replace").exit_code == 0
    assert duties_of(data) == held


def test_a_lost_device_is_taken_away_on_the_machine(data: Path) -> None:
    app = build(load_settings(data=data))
    with app.store.write() as work:
        person = work.people.by_name("值班员甲")
        assert person is not None
        work.people.save(replace(person, second_factor="sealed", second_factor_step=9))
    done = run(data, "reset-code", "值班员甲")
    assert (done.exit_code, "已解除绑定" in done.stderr) == (0, True)
    with app.store.read() as work:
        assert work.people.get(person.id) == person
    app.close()


@pytest.mark.parametrize(("name", "told"), [("没有这人", "没有名为"), ("值班员甲", "没有绑定动态口令")])
def test_where_there_is_no_device_to_take_away_it_says_so(data: Path, name: str, told: str) -> None:
    refused = run(data, "reset-code", name)
    assert refused.exit_code == 1
    assert told in refused.stderr


@pytest.mark.parametrize(
    "typed", ["zhang@office。invalid", "zhang＠office.invalid", "a@b.cn;c@d.cn", "zhang", "a b@c.cn"]
)
def test_nobody_is_added_with_an_address_that_no_mail_reaches(data: Path, typed: str) -> None:
    refused = run(data, "add", "值班员丙", "--email", typed)
    assert refused.exit_code == 2
    assert f"“{typed}”不是可用的邮箱地址" in refused.stderr
    assert "值班员丙" not in duties_of(data)
