"""A drill from first page to report, by the command that people use, at the highest speed."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from service.drill.scenario import SHIPPED, load_scenario
from tests.acceptance.terminal import Canary, processes_of, run

pytestmark = pytest.mark.acceptance


@pytest.fixture(scope="module")
def canaries() -> Iterator[dict[str, Canary]]:
    """What the settings name as the real store, search engine and mail server while the drill runs."""
    listening = {name: Canary() for name in ("store", "search", "smtp")}
    yield listening
    for canary in listening.values():
        canary.close()


@pytest.fixture(scope="module")
def finished(tmp_path_factory: pytest.TempPathFactory, canaries: dict[str, Canary]) -> tuple[Path, dict[str, object]]:
    data = tmp_path_factory.mktemp("drill") / "var"
    outside = {
        "YAOWANG_STORE_URL": f"postgresql+psycopg://office:word@127.0.0.1:{canaries['store'].port}/yaowang",
        "YAOWANG_SEARCH_URL": f"http://127.0.0.1:{canaries['search'].port}",
        "YAOWANG_SMTP_HOST": "127.0.0.1",
        "YAOWANG_SMTP_PORT": str(canaries["smtp"].port),
    }
    ran = run("drill", "cluster", "--speed", "60", "--data", str(data), settings=outside, timeout=280)
    assert ran.returncode == 0, ran.stderr.decode()
    report: dict[str, object] = json.loads(ran.stdout.splitlines()[-1])
    [folder] = (data / "drills").iterdir()
    return folder, report


def test_the_event_is_seen_alerted_and_mailed_and_stands_against_its_clocks(
    finished: tuple[Path, dict[str, object]],
) -> None:
    _, report = finished
    events = report["events"]
    assert isinstance(events, list)
    [event] = events
    assert event["seen_at"] < event["alerted_at"] <= event["mailed_at"]
    assert event["level_reached"]
    assert event["clocks"]


def test_the_scripted_officers_walk_the_case_and_the_report_holds_it_against_the_budget(
    finished: tuple[Path, dict[str, object]],
) -> None:
    folder, report = finished
    events = report["events"]
    assert isinstance(events, list)
    [event] = events
    assert event["answered_in_time"]
    case = event["case"]
    assert case["refused"] == []
    assert case["state"] == "已评估"
    assert [step["name"] for step in case["steps"]][-3:] == ["发布", "监测反应", "评估"]
    assert case["used"] <= case["target"]
    assert "从知悉到发布" in (folder / "report.html").read_text(encoding="utf-8")


def test_complaints_posts_hot_list_and_reports_become_one_event(finished: tuple[Path, dict[str, object]]) -> None:
    _, report = finished
    events = report["events"]
    assert isinstance(events, list)
    assert events[0]["together"] >= events[0]["expected"] - 1


def test_every_mail_and_document_of_the_drill_says_so(finished: tuple[Path, dict[str, object]]) -> None:
    from service.notify.mailbox import MailboxNotifier

    folder, _ = finished
    messages = MailboxNotifier(folder=folder / "mailbox").messages()
    assert messages
    assert all(message.subject.startswith("【演练】") for message in messages)
    assert all(message.recipients.endswith("@drill.invalid") for message in messages)
    assert "【演练】" in (folder / "report.html").read_text(encoding="utf-8")


def test_only_the_scenarios_own_sources_were_crawled(finished: tuple[Path, dict[str, object]]) -> None:
    from service.storage.sql import open_store

    folder, _ = finished
    store = open_store(f"sqlite:///{folder / 'yaowang.db'}")
    with store.read() as work:
        sources = {row.source_id for _, row in work.documents.listing(limit=500)}
        progress = set(work.sources.all_progress())
    store.close()
    declared = {source.id for source in load_scenario(SHIPPED / "cluster.yaml").sources}
    assert sources <= declared
    assert progress <= declared


def test_the_real_store_search_and_mail_server_saw_nothing_of_it(
    finished: tuple[Path, dict[str, object]], canaries: dict[str, Canary]
) -> None:
    folder, report = finished
    assert report["ended_early"] is False
    assert {name: canary.visits for name, canary in canaries.items()} == {"store": 0, "search": 0, "smtp": 0}
    assert not processes_of(folder)
