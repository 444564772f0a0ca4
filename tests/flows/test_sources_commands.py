"""`yaowang sources test` and `sources add` against a site on loopback, through the command line's own functions."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from crawlers.access.egress import Egress
from crawlers.catalogue import Catalogue, load_catalogue
from service.cli import application
from service.cli import sources as commands
from tests.flows.conftest import NOW, article, list_page
from tests.flows.press import Page, Press


@dataclass
class Desk:
    """The command line over a small catalogue whose sources live on the press server."""

    press: Press
    folder: Path
    stopped: dict[str, str] = field(default_factory=dict)

    def declare(self, **keys: Any) -> None:
        basics = {"id": "daily", "name": "测试日报", "source_class": "media", "weight": 5, "access": "open"}
        keys = basics | {"legal_basis": "测试", "politeness": {"delay": "0s"}} | keys
        (self.folder / "own.yaml").write_text(json.dumps({"sources": [keys]}), encoding="utf-8")

    @property
    def catalogue(self) -> Catalogue:
        return load_catalogue(self.folder, shipped=False)

    def run(self, *arguments: str) -> Result:
        return CliRunner().invoke(application, ["sources", *arguments])


@pytest.fixture
def desk(press: Press, egress: Egress, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Desk:
    made = Desk(press, tmp_path)

    @contextmanager
    def read() -> Iterator[Any]:
        stops = SimpleNamespace(stopped=lambda: made.stopped)
        yield SimpleNamespace(hosts=stops)

    @contextmanager
    def opened(_: Path | None) -> Iterator[Any]:
        settings = SimpleNamespace(contact=None, watch_words=("药品",))
        yield SimpleNamespace(
            catalogue=made.catalogue,
            egress=egress,
            store=SimpleNamespace(read=read),
            now=lambda: NOW,
            author_key=b"0123456789abcdef",
            settings=settings,
        )

    monkeypatch.setattr(commands, "opened", opened)
    monkeypatch.setattr("crawlers.probing.run._DELAY", "0s")
    return made


LIST = {"record": "ul.news li", "title": "a", "link": "a@href", "published": "span"}


def test_a_test_shows_what_would_be_taken_from_one_page_and_three_articles(desk: Desk) -> None:
    paths = [f"/a/{number}.html" for number in range(8)]
    desk.press.pages["/list.html"] = list_page(*paths)
    desk.press.otherwise = lambda ask: article(f"消息 {ask.path}")
    desk.declare(kind="listing", url=desk.press.url("/list.html"), list=LIST)
    done = desk.run("test", "daily")
    assert done.exit_code == 0, done.output
    rows = [json.loads(line) for line in done.stdout.splitlines()]
    # Pages are read side by side: which is ready first is chance.
    assert {row["title"] for row in rows} == {f"消息 {path}" for path in paths[:3]}
    assert {row["published_at"] for row in rows} == {"2026-11-24T09:30:00+08:00"}
    assert desk.press.paths() == ["/list.html", *paths[:3]]
    assert "列出 8 条，会取 3 篇" in done.stderr
    assert "yaowang sources enable daily" in done.stderr


def test_a_test_of_a_source_that_answers_with_a_challenge_fails_and_says_so(desk: Desk) -> None:
    desk.press.pages["/list.html"] = Page(status=412, body=b"no")
    desk.declare(kind="listing", url=desk.press.url("/list.html"), list=LIST)
    done = desk.run("test", "daily")
    assert done.exit_code == 1
    assert "人机验证" in done.stderr
    assert desk.press.paths() == ["/list.html"]


@pytest.mark.parametrize("access", ["login", "anon_cookie", "import_only"])
def test_what_may_not_be_crawled_is_not_tested_either(desk: Desk, access: str) -> None:
    desk.declare(kind="listing", url=desk.press.url("/list.html"), list=LIST, access=access)
    done = desk.run("test", "daily")
    assert (done.exit_code, desk.press.asked) == (1, [])


def test_unknown_source_is_wrong_use(desk: Desk) -> None:
    desk.declare(kind="feed", url=desk.press.url("/f.xml"))
    assert desk.run("test", "nosuch").exit_code == 2


def test_a_proposal_goes_to_standard_output_and_its_reasons_to_standard_error(desk: Desk, tmp_path: Path) -> None:
    desk.declare(kind="feed", url=desk.press.url("/f.xml"))
    items = "".join(f"<item><title>消息{n}</title><link>/a/{n}.html</link></item>" for n in range(6))
    feed = f"<rss version='2.0'><channel><title>晚报</title>{items}</channel></rss>"
    desk.press.pages["/f.xml"] = Page(body=feed.encode(), kind="text/xml")
    desk.press.otherwise = lambda ask: article(f"消息 {ask.path}")
    done = desk.run("add", desk.press.url("/f.xml"))
    assert done.exit_code == 0, done.output
    (tmp_path / "proposed").mkdir()
    (tmp_path / "proposed" / "new.yaml").write_text(done.stdout, encoding="utf-8")
    proposed = load_catalogue(tmp_path / "proposed", shipped=False)
    assert proposed.problems == ()
    assert proposed.sources[0].kind == "feed"
    assert "是 RSS/Atom 订阅源，有 6 条" in done.stderr
    assert "这个网址已经声明为 daily" in done.stderr


def test_site_that_forbids_it_gets_no_proposal(desk: Desk) -> None:
    desk.declare(kind="feed", url=desk.press.url("/f.xml"))
    desk.press.pages["/robots.txt"] = Page(body=b"User-agent: *\nDisallow: /", kind="text/plain")
    done = desk.run("add", desk.press.url("/news/"))
    assert (done.exit_code, done.stdout) == (1, "")
    assert "robots.txt" in done.stderr


@pytest.mark.parametrize("command", [("test", "daily"), ("add", "")])
def test_host_that_a_person_stopped_is_asked_nothing(desk: Desk, command: tuple[str, str]) -> None:
    desk.declare(kind="feed", url=desk.press.url("/f.xml"))
    desk.stopped["127.0.0.1"] = "stopped"
    done = desk.run(command[0], command[1] or desk.press.url("/f.xml"))
    assert (done.exit_code, desk.press.asked) == (1, [])


def test_a_faulty_declaration_is_told_with_its_place(desk: Desk) -> None:
    desk.declare(kind="feed", url="ftp://x.example/")
    done = desk.run("check")
    assert done.exit_code == 1
    assert "own.yaml:1: url:" in done.stderr
