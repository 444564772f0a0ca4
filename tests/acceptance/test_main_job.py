"""The main job from outside: pages and a feed go in, an alert, a mail and a briefing come out."""

import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path

import docx
import pytest
from playwright.sync_api import Page, expect, sync_playwright

from service.domain.week import week_of
from tests.acceptance.installation import Installation, await_until
from tests.acceptance.press import CLUSTER_TITLE, PressServer, SavedPage, saved_pages

pytestmark = pytest.mark.acceptance

CHROMIUM = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
NEW_PASSWORD = "Yaowang-2026-药"


@pytest.fixture
def pages(shared_data: Path) -> list[SavedPage]:
    return saved_pages(shared_data, limit=6)


@pytest.fixture
def embedded() -> dict[str, str]:
    return {}


@pytest.fixture
def shared_engines(new_postgres_database: Callable[[], str], elasticsearch_url: str) -> dict[str, str]:
    return {
        "store_url": new_postgres_database(),
        "search_url": elasticsearch_url,
        "search_name": "acceptance",
    }


@pytest.fixture(params=["embedded", "shared_engines"])
def installation(request: pytest.FixtureRequest, tmp_path: Path, pages: list[SavedPage]) -> Iterator[Installation]:
    settings: dict[str, str] = request.getfixturevalue(request.param)
    from service.bootstrap import wall_clock

    press = PressServer(pages, now=wall_clock())
    running = Installation(tmp_path / "var", world_port=press.port, settings=settings)
    try:
        running.start()
        yield running
    finally:
        running.close()
        press.close()


def test_real_pages_become_documents_an_alert_a_mail_and_a_briefing(
    installation: Installation, pages: list[SavedPage], chromium_path: str
) -> None:
    _documents_are_stored(installation, pages)
    _one_mail_arrives(installation)
    _the_alert_is_on_the_dashboard(installation, chromium_path)
    _the_document_is_found_by_search(installation)
    _the_broken_source_is_told(installation)
    _the_briefing_reads_back(installation)
    assert installation.app.store.check() is None
    assert installation.run("audit", "verify").returncode == 0
    assert not [sentence for sentence in installation.said if "意外结束" in sentence]


def _documents_are_stored(installation: Installation, pages: list[SavedPage]) -> None:
    def stored() -> set[str] | None:
        with installation.app.store.read() as work:
            rows = work.documents.listing(limit=200)
        titles = {row.title for _, row in rows}
        return titles if len(titles) > len(pages) else None

    titles = await_until(stored, seconds=120, what="all pages are stored and judged")
    assert {CLUSTER_TITLE, *(page.title for page in pages)} <= titles


def _one_mail_arrives(installation: Installation) -> None:
    await_until(lambda: installation.inbox.messages, seconds=60, what="a mail arrives")
    about = [message for message in installation.inbox.messages if "清云注射液" in str(message["Subject"])]
    assert len(about) == 1
    plain = about[0].get_body(("plain",))
    assert plain is not None
    assert "受影响12人" in plain.get_content()
    assert "【下一步】" in plain.get_content()


def _the_alert_is_on_the_dashboard(installation: Installation, chromium_path: str) -> None:
    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=chromium_path, args=CHROMIUM)
        page = browser.new_page(viewport={"width": 1366, "height": 768}, locale="zh-CN")
        page.set_default_timeout(30_000)
        _log_in(page, installation)
        expect(page.get_by_text(CLUSTER_TITLE).first).to_be_visible()
        page.get_by_text(CLUSTER_TITLE).first.click()
        expect(page.locator("h1").first).to_contain_text("清云注射液")
        expect(page.get_by_text("国办发〔2016〕61号").first).to_be_visible()
        browser.close()


def _log_in(page: Page, installation: Installation) -> None:
    page.goto(f"{installation.address}/login")
    page.fill("#name", "admin")
    page.fill("#password", installation.password)
    page.click("button[type=submit]")
    page.fill("#old", installation.password)
    page.fill("#new", NEW_PASSWORD)
    page.fill("#again", NEW_PASSWORD)
    page.click("button[type=submit]")
    page.goto(f"{installation.address}/")


def _the_document_is_found_by_search(installation: Installation) -> None:
    from service.search.query import parse_query

    query = parse_query("清云注射液", installation.app.cut)
    found = await_until(
        lambda: installation.app.search.find(query).hits, seconds=60, what="the projection holds the document"
    )
    assert CLUSTER_TITLE in {hit.document.title for hit in found}
    assert json.loads(installation.run("index", "verify").stdout)["equal"]


def _the_broken_source_is_told(installation: Installation) -> None:
    with installation.app.store.read() as work:
        progress = work.sources.progress("press-broken")
    assert progress.failures > 0
    assert re.search("feed|订阅|RSS", progress.last_error or "")


def _the_briefing_reads_back(installation: Installation) -> None:
    week = str(week_of(installation.app.now()))
    ran = installation.run("brief", "--week", week)
    assert ran.returncode == 0, ran.stderr
    paths = [Path(json.loads(line)["path"]) for line in ran.stdout.splitlines()]
    word = next(path for path in paths if path.suffix == ".docx")
    text = "\n".join(paragraph.text for paragraph in docx.Document(str(word)).paragraphs)
    assert "清云注射液" in text
    assert "二、重点舆情" in text
