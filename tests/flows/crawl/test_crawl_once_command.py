"""`yaowang crawl --once --out`: crawlers that run alone, against a site on loopback, through the command's own function."""

import fcntl
import json
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import typer

from crawlers.access.egress import Egress
from crawlers.records import Source
from service.cli import once
from service.cli.once import crawl_once
from tests.flows.conftest import NOW, article, list_page
from tests.flows.press import Press

LIST = {"record": "ul.news li", "title": "a", "link": "a@href", "published": "span"}


@pytest.fixture
def app(press: Press, egress: Egress, declare: Callable[..., Source], monkeypatch: pytest.MonkeyPatch) -> Any:
    """An application of one source without a store: whatever asks for it fails."""
    press.pages["/list.html"] = list_page("/a/1.html", "/a/2.html")
    press.otherwise = lambda ask: article(f"消息 {ask.path}")
    daily = declare(kind="listing", url=press.url("/list.html"), list=LIST)
    monkeypatch.setattr(once, "obey_stops", lambda _: None)
    return SimpleNamespace(
        catalogue=SimpleNamespace(by_id={"daily": daily}, sources=(daily,), problems=()),
        describe_sources=lambda: None,
        settings=SimpleNamespace(ocr=False, contact=None, watch_words=(), crawl_limits={}),
        egress=egress,
        now=lambda: NOW,
        author_key=b"0123456789abcdef",
    )


def told(folder: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (folder / "documents.jsonl").read_text(encoding="utf-8").splitlines()]


def test_documents_go_into_the_folder_and_a_second_pass_adds_nothing(
    app: Any, press: Press, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    crawl_once(app, ["daily"], out=tmp_path / "out")
    assert {row["title"] for row in told(tmp_path / "out")} == {"消息 /a/1.html", "消息 /a/2.html"}
    crawl_once(app, ["daily"], out=tmp_path / "out")
    assert len(told(tmp_path / "out")) == 2
    assert press.paths().count("/a/1.html") == 1
    first, second = (json.loads(line) for line in capsys.readouterr().out.splitlines())
    assert (first["added"], second["added"], second["failed"]) == (2, 0, None)


def test_a_folder_that_another_process_writes_to_is_refused_in_a_sentence(
    app: Any, press: Press, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with (tmp_path / ".lock").open("ab") as claim:
        fcntl.flock(claim, fcntl.LOCK_EX | fcntl.LOCK_NB)
        with pytest.raises(typer.Exit):
            crawl_once(app, ["daily"], out=tmp_path)
    assert "正由另一个进程写入" in capsys.readouterr().err
    assert press.paths() == []


@pytest.mark.parametrize(("name", "held"), [("documents.jsonl", "no\n{}\n"), ("state.json", "[")])
def test_a_folder_that_holds_something_else_is_refused_and_left_as_it_is(
    app: Any, tmp_path: Path, capsys: pytest.CaptureFixture[str], name: str, held: str
) -> None:
    (tmp_path / name).write_text(held, encoding="utf-8")
    with pytest.raises(typer.Exit):
        crawl_once(app, ["daily"], out=tmp_path)
    assert str(tmp_path) in capsys.readouterr().err.replace("\n", "")
    assert (tmp_path / name).read_text(encoding="utf-8") == held
