"""What `yaowang doctor` says of second opinions."""

import json
from datetime import timedelta
from pathlib import Path

import pytest
from typer.testing import CliRunner

from service.bootstrap import build, prepare
from service.cli import application
from service.domain.learning.opinion import budget_day
from service.settings import load_settings

ON = 'opinion = true\nopinion_url = "http://10.3.0.8:8000/v1"\nopinion_model = "m-1"\nopinion_inside = "10.3.0.0/24"\n'


@pytest.fixture
def data(tmp_path: Path) -> Path:
    folder = tmp_path / "var"
    prepare(load_settings(data=folder))
    return folder


def told(data: Path) -> list[dict[str, object]]:
    lines = CliRunner().invoke(application, ["doctor", "--data", str(data)]).stdout.splitlines()
    return [row for row in map(json.loads, lines) if row["check"] == "第二意见"]


def test_nothing_is_said_where_nothing_is_asked(data: Path) -> None:
    assert told(data) == []


def test_the_days_cost_is_told_and_what_no_waiting_mends_is_a_fault(data: Path) -> None:
    (data / "settings.toml").write_text(ON, encoding="utf-8")
    app = build(load_settings(data=data))
    with app.store.write() as work:
        work.opinions.charge(budget_day(app.now()), calls=12, tokens=3456)
    [row] = told(data)
    assert row["ok"] is True
    assert "今日询问 12/200 次，词元 3456/300000" in str(row["sentence"])
    with app.store.write() as work:
        until = (app.now() + timedelta(minutes=9)).isoformat()
        work.set_value("opinion.pause", {"until": until, "failures": 1, "unfit": "rejected"})
    app.close()
    [row] = told(data)
    assert row["ok"] is False
    assert "10.3.0.8:8000 接口不接受请求" in str(row["sentence"])
