"""`yaowang quarantine` and `yaowang doctor --deep`, in this process over a store of its own."""

import json
import sqlite3
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from crawlers.ports import QuarantineEntry, SourceProgress
from crawlers.remembered import ASKED_ANEW, REFUSED_FILES, TRIES
from service.bootstrap import Application, build, prepare
from service.cli import application
from service.domain.documents.set_aside import ASSESS, sentence_of
from service.domain.people.person import Role
from service.flows.people.acts import add_person
from service.settings import load_settings
from service.storage.crawl import StoreCrawlState
from tests.acceptance.installation import free_port
from tests.builders import build_document

LEASE = timedelta(seconds=60)


@pytest.fixture
def app(tmp_path: Path) -> Iterator[Application]:
    settings = load_settings(data=tmp_path / "var")
    prepare(settings)
    made = build(settings)
    for name, role in (("管理员甲", Role.ADMINISTRATOR), ("研判员乙", Role.OFFICER)):
        add_person(made.store, name=name, role=role, by="system", now=made.now(), email=f"{role}@office.invalid")
    yield made
    made.close()


@pytest.fixture
def aside(app: Application) -> str:
    """A document that was set aside, beside a row of an import; its id."""
    one, now = build_document(), app.now()
    with app.store.write() as work:
        work.documents.put([one], now=now)
        [leased] = work.documents.claim(limit=1, lease=LEASE, now=now)
        assert work.documents.release(leased, error="ValueError: x", now=now, max_attempts=1)
        told = [(ASSESS, sentence_of(one.id, one.title, "ValueError: x")), ("import", "第 3 行：时间无法识别")]
        work.quarantine.add(
            [QuarantineEntry(stage=stage, reason="坏", detail=detail, at=now) for stage, detail in told]
        )
    return one.id


def run(app: Application, *words: str) -> Result:
    return CliRunner().invoke(application, [*words, "--data", str(app.settings.data)])


def replay(app: Application, *words: str, by: str = "管理员甲") -> Result:
    return run(app, "quarantine", "replay", *words, "--by", by)


def lines(done: Result) -> list[dict[str, Any]]:
    return [json.loads(line) for line in done.stdout.splitlines() if line.startswith("{")]


def test_what_was_set_aside_awaits_judgement_and_is_listed_as_replayed(app: Application, aside: str) -> None:
    assert lines(replay(app, "--dry-run")) == [{"again": 1, "left": 0, "dry_run": True}]
    done = replay(app, "--stage", "assess", "--reason", "ValueError")
    assert (done.exit_code, lines(done)) == (0, [{"again": 1, "left": 0, "dry_run": False}])
    [row] = lines(run(app, "quarantine", "list", "--stage", "assess"))
    assert row["replayed"] is not None
    assert aside in row["detail"]
    assert [row["replayed"] for row in lines(run(app, "quarantine", "list", "--stage", "import"))] == [None]
    with app.store.read() as work:
        assert work.documents.pending_count() == 1
    again = replay(app)
    assert (again.exit_code, lines(again)) == (0, [{"again": 0, "left": 0, "dry_run": False}])
    assert "没有已搁置的稿件" in again.stderr


def test_given_up_mail_leaves_again(app: Application) -> None:
    with app.store.write() as work:
        payload = {"to": "officer@office.invalid", "alert_id": "a1"}
        work.outbox.add("mail:a1:raised:p", "mail", payload, now=app.now())
        [row] = work.outbox.claim(kinds=["mail"], limit=1, lease=LEASE, now=app.now())
        work.outbox.retry(row, error="550 拒收", not_before=app.now(), dead=True)
    told = {"again": 1, "left": 0, "unaddressed": 0}
    assert lines(replay(app, "--mail", "--dry-run")) == [told | {"dry_run": True}]
    assert lines(replay(app, "--mail")) == [told | {"dry_run": False}]
    with app.store.read() as work:
        assert work.outbox.waiting() == {"mail": 1}
    assert lines(replay(app, "--search")) == [{"again": 0, "left": 0, "dry_run": False}]


@pytest.mark.parametrize(
    ("words", "by", "status", "told"),
    [
        (("--stage", "import"), "管理员甲", 2, "重新导入整个文件"),
        (("--stage", "push"), "管理员甲", 2, "重新推送"),
        (("--stage", "nosuch"), "管理员甲", 2, "没有 nosuch 这个环节"),
        (("--mail", "--search"), "管理员甲", 2, "只能写一个"),
        ((), "研判员乙", 1, "没有这项权限"),
        ((), "没有此人", 2, "没有用户"),
    ],
)
def test_what_cannot_be_tried_again_here_is_said_with_what_to_do(
    app: Application, aside: str, words: tuple[str, ...], by: str, status: int, told: str
) -> None:
    done = replay(app, *words, by=by)
    assert (done.exit_code, done.stdout) == (status, "")
    assert told in done.stderr
    with app.store.read() as work:
        assert work.documents.set_aside([aside]) == {aside}


def store_row(done: Result) -> dict[str, Any]:
    return next(row for row in lines(done) if row["check"] == "存储")


def doctor(app: Application, *words: str, monkeypatch: pytest.MonkeyPatch) -> Result:
    monkeypatch.setenv("YAOWANG_PORT", str(free_port()))
    return run(app, "doctor", *words)


def test_doctor_looks_through_the_whole_store_where_it_is_asked(
    app: Application, monkeypatch: pytest.MonkeyPatch
) -> None:
    done = doctor(app, "--deep", monkeypatch=monkeypatch)
    assert store_row(done) == {"check": "存储", "ok": True, "sentence": "正常"}
    assert "逐页检查" in done.stderr
    assert "逐页检查" not in doctor(app, monkeypatch=monkeypatch).stderr


def test_doctor_names_a_broken_chain_and_fails(app: Application, monkeypatch: pytest.MonkeyPatch) -> None:
    connection = sqlite3.connect(app.settings.data / "yaowang.db")
    connection.executescript("DROP TRIGGER audit_no_update; UPDATE audit SET actor = 'x' WHERE seq = 2;")
    connection.close()
    done = doctor(app, "--deep", monkeypatch=monkeypatch)
    assert done.exit_code == 1
    assert store_row(done) == {
        "check": "存储",
        "ok": False,
        "sentence": "审计链在第 2 条断裂：此条或其之前的内容被改动过",
    }


def test_doctor_names_a_damaged_file_and_fails(app: Application, monkeypatch: pytest.MonkeyPatch) -> None:
    with app.store.write() as work:
        work.documents.put(
            [build_document(native=str(n), text="药店出售的药品有异味。" * 400) for n in range(40)], now=app.now()
        )
    app.store.close()
    file = app.settings.data / "yaowang.db"
    connection = sqlite3.connect(file)
    connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    root = connection.execute("SELECT rootpage FROM sqlite_master WHERE name = 'documents'").fetchone()[0]
    size = connection.execute("PRAGMA page_size").fetchone()[0]
    connection.close()
    with file.open("r+b") as opened:
        opened.seek((root - 1) * size + 8)
        opened.write(b"\xff" * (size // 2))
    assert store_row(doctor(app, monkeypatch=monkeypatch))["ok"] is True
    done = doctor(app, "--deep", monkeypatch=monkeypatch)
    assert done.exit_code == 1
    assert "已损坏" in store_row(done)["sentence"] or "malformed" in store_row(done)["sentence"]


def give_up(app: Application, source_id: str) -> None:
    """Let the crawl have given up a page and a file of a source, with a row of the quarantine each."""
    file = {"url": "https://a.invalid/1.pdf", "name": "1.pdf", "parent_id": "p", "parent_title": "t", "origin": None}
    file |= {"region": None, "kind": "notice", "published_at": None, "precision": "unknown"}
    with app.store.write() as work:
        work.sources.save_progress(
            SourceProgress(source_id=source_id, memory={TRIES: {"/a": 3, "/b": 2}, REFUSED_FILES: [file]})
        )
        work.quarantine.add(
            [QuarantineEntry(stage="gate", reason="坏", detail="x", source_id=source_id, at=app.now()) for _ in "ab"]
        )


def test_what_the_crawl_gave_up_is_asked_for_once_and_reaches_the_next_visit_of_its_source(app: Application) -> None:
    for one in ("one", "two"):
        give_up(app, one)
    assert lines(replay(app, "--stage", "gate", "--source", "one", "--dry-run")) == [
        {"again": 2, "sources": 1, "left": 0, "dry_run": True}
    ]
    [told] = lines(replay(app, "--stage", "gate", "--source", "one"))
    assert (told["again"], told["sources"]) == (2, 1)
    state = StoreCrawlState(app.store)
    assert ASKED_ANEW in state.progress("one").memory
    assert ASKED_ANEW not in state.progress("two").memory
    with app.store.read() as work:
        rows = {row.entry.source_id: row.replayed_at for row in work.quarantine.listing()}
        assert [row.detail["count"] for row in work.audit.rows(action="page.fetched_again")] == [2]
    assert rows["one"] is not None
    assert rows["two"] is None
    assert lines(replay(app, "--stage", "gate", "--source", "one"))[0]["again"] == 0


def test_only_who_may_try_again_asks_to_fetch_again(app: Application) -> None:
    give_up(app, "one")
    assert replay(app, "--stage", "gate", by="研判员乙").exit_code == 1
    assert ASKED_ANEW not in StoreCrawlState(app.store).progress("one").memory
