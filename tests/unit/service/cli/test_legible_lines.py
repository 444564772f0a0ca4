"""What a command prints of names and titles from elsewhere gives the terminal no orders."""

import json

import pytest

from service.cli.speak import legible_line, say, write_line
from service.cli.tables import show_table, waiting

ORDERS = "a\x1b[31mred\x1b]0;title\x07\x9b2J\u202egpj.exe\r"
SHOWN = r"a\x1b[31mred\x1b]0;title\x07\x9b2J\u202egpj.exe\r"


def test_a_sentence_shows_the_orders_in_a_name_instead_of_giving_them(capsys: pytest.CaptureFixture[str]) -> None:
    say(f"未收：{ORDERS}\n请改名\t。")
    assert capsys.readouterr().err == f"未收：{SHOWN}\n请改名\t。\n"


def test_a_line_of_json_gives_no_orders_and_loses_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    write_line({"title": ORDERS})
    line = capsys.readouterr().out
    assert line.rstrip("\n").isprintable()
    assert json.loads(line) == {"title": ORDERS}


def test_an_ordinary_text_stays_as_it_is() -> None:
    text = "药品〔2026〕1号（附件）：“通知”…é 👍🏽\t一行\n二行"
    assert legible_line(text) == text


@pytest.mark.parametrize(
    "title", ["关于[/通知]的说明", "[red]红头文件", "[link=https://evil.example]点此[/link]", ":warning:"]
)
def test_a_title_in_a_table_is_text_and_no_markup(capsys: pytest.CaptureFixture[str], title: str) -> None:
    show_table("信源", ("标题",), [(title,), (ORDERS,)])
    told = capsys.readouterr().err
    assert title in told
    assert "\x1b" not in told


def test_what_is_waited_for_is_text_and_no_markup(capsys: pytest.CaptureFixture[str]) -> None:
    with waiting("访问 县局[/公告]"):
        pass
    assert "访问 县局[/公告]" in capsys.readouterr().err
