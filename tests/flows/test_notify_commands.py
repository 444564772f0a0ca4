"""`yaowang notify test` and the line of `doctor`, over a robot on loopback."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from service.cli import application
from service.notify.mailbox import MailboxNotifier
from tests.contract.modelserver import ModelServer, answering, model_server

KEY = "7f3a9c1e-made-up-key-55d0"


@pytest.fixture
def robot(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[ModelServer]:
    with model_server() as server:
        server.behave = answering({"errcode": 0, "errmsg": "ok"})
        monkeypatch.setenv("YAOWANG_DATA", str(tmp_path / "var"))
        monkeypatch.setenv("YAOWANG_WEBHOOK", "wecom")
        monkeypatch.setenv("YAOWANG_WEBHOOK_URL", f"http://127.0.0.1:{server.port}/send?key={KEY}")
        yield server


def ran(*arguments: str) -> tuple[int, list[dict[str, Any]], str]:
    result = CliRunner().invoke(application, arguments)
    return result.exit_code, [json.loads(line) for line in result.stdout.splitlines()], result.stderr


def test_a_test_says_that_it_is_one_by_both_channels(robot: ModelServer, tmp_path: Path) -> None:
    status, rows, told = ran("notify", "test", "--mail", "keeper@office.invalid")
    assert (status, [row["channel"] for row in rows]) == (0, ["第二通道", "邮件"])
    [heard] = robot.heard
    assert heard.body["text"]["content"].startswith("药望 【测试】这是一条测试消息，不是预警\n")
    [mail] = MailboxNotifier(folder=tmp_path / "var" / "mailbox").messages()
    assert mail.subject == "【测试】这是一条测试消息，不是预警"
    assert KEY not in json.dumps(rows, ensure_ascii=False) + told


def test_a_wrong_key_is_named_without_being_shown_and_fails(robot: ModelServer) -> None:
    robot.behave = answering({"errcode": 93000, "errmsg": f"invalid webhook url {KEY}"})
    status, [row], told = ran("notify", "test")
    assert (status, row["ok"]) == (1, False)
    assert "答复 93000：机器人地址无效" in row["sentence"]
    assert KEY not in row["sentence"] + told


@pytest.mark.usefixtures("robot")
def test_doctor_says_whether_the_second_channel_can_be_reached() -> None:
    _, rows, told = ran("doctor")
    [row] = [row for row in rows if row["check"] == "第二通道"]
    assert row["ok"]
    assert "企业微信群机器人可以连通" in row["sentence"]
    assert KEY not in json.dumps(rows, ensure_ascii=False) + told


@pytest.mark.usefixtures("robot")
def test_doctor_says_who_gets_the_days_report(monkeypatch: pytest.MonkeyPatch) -> None:
    def told() -> str:
        return next(str(row["sentence"]) for row in ran("doctor")[1] if row["check"] == "每日报平安")

    assert told().startswith("没有收件人：请给管理员登记邮箱")
    monkeypatch.setenv("YAOWANG_DAILY_REPORT_TO", "chief@office.invalid,desk@office.invalid")
    assert told() == "每天08:30发给2人"
    monkeypatch.setenv("YAOWANG_DAILY_REPORT", "false")
    assert told().startswith("已关闭")


def test_without_a_second_channel_the_test_says_what_to_set(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("YAOWANG_DATA", str(tmp_path / "var"))
    status, rows, told = ran("notify", "test")
    assert (status, rows) == (2, [])
    assert "YAOWANG_WEBHOOK_URL" in told
