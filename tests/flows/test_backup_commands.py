"""`yaowang backup` and `yaowang restore`, in this process over an installation of its own."""

import json
import os
import random
import resource
import signal
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any, Self

import pytest
from typer.testing import CliRunner, Result

from service import bootstrap
from service.bootstrap import Application, build, prepare
from service.cli import application
from service.cli.lock import hold
from service.domain.audit import AuditRow
from service.domain.telling.letter import Letter, message_id
from service.flows.telling.deliver import deliver_mail
from service.flows.telling.merging import MAIL
from service.policies.kept_rules import KEPT_RULES
from service.search.refill import refill
from service.settings import load_settings
from tests.contract.store_cases import case
from tests.contract.stored import NOW, alert, document, event, judge_all

LETTER = Letter(
    subject="橙色预警",
    summary="甲县",
    reasons=(),
    deadlines=(),
    publication="",
    step="确认",
    link="http://127.0.0.1:8300/",
    documents=(),
)


@contextmanager
def opened(data: Path) -> Iterator[Application]:
    settings = load_settings(data=data)
    prepare(settings)
    app = build(settings)
    try:
        yield app
    finally:
        app.close()


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """An installation with documents, an alert, a case, a waiting mail, keys and files."""
    folder = tmp_path / "var"
    with opened(folder) as app:
        assert app.author_key
        with app.store.write() as work:
            work.documents.put([document(str(number)) for number in range(5)], now=NOW)
            judge_all(work)
            work.events.save(event(), ["e1"])
            work.alerts.save(alert())
            assert work.cases.add(case(), [])
            work.outbox.add(
                "mail:a1:p1", MAIL, {"alert_id": "a1", "to": "a@x.invalid", "letter": LETTER.to_json()}, now=NOW
            )
            for number in range(3):
                work.audit.append(actor="值班员甲", action="do", subject="s", detail={"n": number}, now=NOW)
    for path, text in {
        "briefings/第47周简报.docx": "简报",
        "models/officers-1/manifest.json": "{}",
        "models/.training-x/half": "半成品",
        "policies/clocks.yaml": "[]",
        "settings.toml": 'office = "试点处"\n',
        "log/web.log": "x",
        "mailbox/new/1": "x",
        "search.db": "x",
        "drills/d1/yaowang.db": "x",
    }.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(text, encoding="utf-8")
    return folder


@pytest.fixture
def archive(data: Path, tmp_path: Path) -> Path:
    file = tmp_path / "b.zip"
    made = run("backup", str(file), "--data", str(data))
    assert made.exit_code == 0, made.output
    return file


def run(*words: str) -> Result:
    return CliRunner().invoke(application, list(words))


def answer(result: Result) -> dict[str, Any]:
    told: dict[str, Any] = json.loads([line for line in result.stdout.splitlines() if line.startswith("{")][-1])
    return told


def chain(app: Application) -> list[AuditRow]:
    with app.store.read() as work:
        return list(work.audit.chain())


def names_in(folder: Path) -> list[str]:
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*"))


def test_a_restored_installation_has_the_same_alerts_cases_audit_chain_key_and_files(
    data: Path, archive: Path, tmp_path: Path
) -> None:
    new = tmp_path / "new"
    restored = run("restore", str(archive), "--data", str(new))
    assert restored.exit_code == 0, restored.output
    told = answer(restored)
    assert (told["documents"], told["alerts"], told["cases"], told["audit_rows"]) == (5, 1, 1, 3)
    with opened(data) as before, opened(new) as after:
        assert after.author_key == before.author_key
        assert after.settings.office == "试点处"
        with before.store.read() as old, after.store.read() as work:
            assert work.alerts.get("a1") == old.alerts.get("a1")
            assert work.cases.listing() == old.cases.listing() != []
            assert work.audit.verify() is None
        kept, found = chain(before), chain(after)
        assert told["audit_head"] == f"3:{kept[2].hash}"
        assert found[:3] == kept[:3]
        # What follows is the restore itself, which names the file by its hash; so does the act of making it.
        assert [row.action for row in found[3:]] == ["backup.restored"]
        assert [row.action for row in kept[3:]] == ["backup.made"]
        assert found[3].detail["sha256"] == kept[3].detail["sha256"] == told["sha256"]
        assert after.store.check() is None
    for path in (
        "briefings/第47周简报.docx",
        "models/officers-1/manifest.json",
        "policies/clocks.yaml",
        "settings.toml",
    ):
        assert (new / path).read_bytes() == (data / path).read_bytes()
    assert not {"log", "mailbox", "search.db", "drills", "up.lock"} & {path.name for path in new.iterdir()}
    assert [path.name for path in (new / "models").iterdir()] == ["officers-1"]
    assert (new / "secrets").stat().st_mode & 0o777 == 0o700
    assert (new / "secrets" / "author_key").stat().st_mode & 0o777 == 0o600


def test_a_backup_is_its_owners_alone_says_what_it_holds_and_leaves_nothing_beside(
    data: Path, archive: Path, tmp_path: Path
) -> None:
    assert archive.stat().st_mode & 0o777 == 0o600
    assert sorted(path.name for path in tmp_path.iterdir()) == ["b.zip", "var"]
    (data / "notizen").mkdir()
    (data / KEPT_RULES).write_text("{}", encoding="utf-8")
    made = run("backup", str(tmp_path), "--data", str(data))
    assert made.exit_code == 0, made.output
    assert Path(answer(made)["path"]).name.startswith("yaowang-20")
    assert "稿件 5 篇、预警 1 条、处置 1 个、审计 4 条" in made.output
    assert "不认识的 notizen" in made.output
    assert KEPT_RULES not in made.output


def test_waiting_mail_is_sent_again_with_its_message_id_and_search_is_filled_at_the_next_start(
    archive: Path, tmp_path: Path
) -> None:
    new = tmp_path / "new"
    restored = run("restore", str(archive), "--data", str(new))
    assert "Message-ID" in restored.output
    assert "检索库在下次启动时自动重建" in restored.output
    with opened(new) as app:
        assert app.search.versions(after_seq=0, limit=10) == []
        report = refill(app.store, app.search)
        assert report is not None
        assert len(app.search.versions(after_seq=0, limit=10)) == 5
        assert refill(app.store, app.search) is None
        deliver_mail(app.store, app.notifier, sender="y@x.invalid", now=lambda: NOW + timedelta(minutes=1))
        messages = list((new / "mailbox" / "new").iterdir())
        assert len(messages) == 1
        assert message_id("mail:a1:p1") in messages[0].read_text(encoding="utf-8", errors="replace")


class Writer:
    """Writes in a thread, each time as many documents, alerts and acts in one transaction: a copy holds all or none of it."""

    def __init__(self, data: Path) -> None:
        self.rounds = 0
        self.begun = threading.Event()
        self._data = data
        self._stop = threading.Event()
        self._failure: BaseException | None = None
        self._thread = threading.Thread(target=self._run)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join()
        assert self._failure is None

    def _run(self) -> None:
        try:
            with opened(self._data) as app:
                while not self._stop.is_set():
                    self._write(app, f"w{self.rounds}")
                    self.rounds += 1
                    self.begun.set()
        except BaseException as error:  # noqa: BLE001 - told at the end
            self._failure = error

    def _write(self, app: Application, name: str) -> None:
        with app.store.write() as work:
            work.documents.put([document(name, text=f"第{name}批" * 2000)], now=NOW)
            work.events.save(event(name), [name])
            work.alerts.save(alert(name, event_id=name))
            work.audit.append(actor="a", action="w", subject="s", detail={}, now=NOW)


def test_a_backup_taken_while_others_write_is_consistent_and_does_not_hold_them_up(data: Path, tmp_path: Path) -> None:
    with Writer(data) as writer:
        assert writer.begun.wait(30)
        for number in range(4):
            before = writer.rounds
            made = run("backup", str(tmp_path / f"{number}.zip"), "--data", str(data))
            assert made.exit_code == 0, made.output
            assert writer.rounds > before
            told = answer(made)
            # Three acts before; and one of each backup before this one.
            assert told["documents"] - 5 == told["alerts"] - 1 == told["audit_rows"] - 3 - number > 0
            assert run("backup", "--check", str(tmp_path / f"{number}.zip")).exit_code == 0


def test_a_second_backup_does_not_overwrite_the_first(data: Path, archive: Path) -> None:
    first = archive.read_bytes()
    again = run("backup", str(archive), "--data", str(data))
    assert again.exit_code == 2
    assert "没有覆盖" in again.output
    assert archive.read_bytes() == first


@pytest.mark.parametrize("limit_bytes", [200_000, 3_000_000])
def test_a_full_disk_leaves_nothing_behind(data: Path, tmp_path: Path, limit_bytes: int) -> None:
    # The smaller limit cuts the copy of the database, the larger one the archive with what does not shrink.
    (data / "models" / "officers-1" / "w.npz").write_bytes(random.Random(7).randbytes(4_000_000))
    out = tmp_path / "out"
    out.mkdir()
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (limit_bytes, hard))
    try:
        made = run("backup", str(out / "b.zip"), "--data", str(data))
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert made.exit_code == 1, made.output
    assert "没有备份" in made.output
    assert "磁盘空间" in made.output
    assert list(out.iterdir()) == []


def test_a_backup_that_is_ended_by_a_signal_leaves_nothing_behind(
    data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def ended(_: Path, to: Path) -> None:
        to.write_bytes(b"half")
        os.kill(os.getpid(), signal.SIGTERM)

    monkeypatch.setattr(bootstrap, "copy_database", ended)
    former = signal.getsignal(signal.SIGTERM)
    assert run("backup", str(tmp_path / "b.zip"), "--data", str(data)).exit_code == 143
    assert signal.getsignal(signal.SIGTERM) is former
    assert [path.name for path in tmp_path.iterdir()] == ["var"]


def test_a_folder_that_cannot_be_written_is_said(data: Path, tmp_path: Path) -> None:
    made = run("backup", str(tmp_path / "nirgends" / "b.zip"), "--data", str(data))
    assert made.exit_code == 1
    assert f"没有备份：{tmp_path / 'nirgends'} 无法读写" in made.output
    assert not (tmp_path / "nirgends").exists()


def test_a_store_whose_audit_chain_is_broken_is_not_backed_up(data: Path, tmp_path: Path) -> None:
    connection = sqlite3.connect(data / "yaowang.db")
    triggers = [row[0] for row in connection.execute("SELECT name FROM sqlite_master WHERE type='trigger'")]
    for name in triggers:
        connection.execute(f"DROP TRIGGER {name}")
    connection.execute("UPDATE audit SET actor='x' WHERE seq=2")
    connection.commit()
    connection.close()
    made = run("backup", str(tmp_path / "b.zip"), "--data", str(data))
    assert made.exit_code == 1
    assert "审计链在第 2 条断裂" in made.output
    assert not (tmp_path / "b.zip").exists()


def test_a_link_among_the_records_is_refused_by_name(data: Path, tmp_path: Path) -> None:
    (data / "briefings" / "passwd").symlink_to("/etc/passwd")
    made = run("backup", str(tmp_path / "b.zip"), "--data", str(data))
    assert made.exit_code == 1
    assert "briefings/passwd 是链接" in made.output
    assert not (tmp_path / "b.zip").exists()


def test_a_folder_with_anything_in_it_is_not_restored_into_unless_it_is_moved_aside(data: Path, archive: Path) -> None:
    before = names_in(data)
    refused = run("restore", str(archive), "--data", str(data))
    assert refused.exit_code == 2
    assert "--move-aside" in refused.output
    assert names_in(data) == before
    restored = run("restore", str(archive), "--data", str(data), "--move-aside")
    assert restored.exit_code == 0, restored.output
    aside = Path(answer(restored)["aside"])
    assert aside.name.startswith("var.before-restore-")
    assert (aside / "log" / "web.log").is_file()
    assert not (data / "log").exists()
    assert run("audit", "verify", "--data", str(data)).exit_code == 0


def test_nothing_is_restored_while_a_process_of_the_installation_runs(data: Path, archive: Path) -> None:
    words = ("restore", str(archive), "--data", str(data), "--move-aside")
    lock = hold(data)
    lock.describe("http://127.0.0.1:8300")
    try:
        refused = run(*words)
        assert refused.exit_code == 2
        assert "http://127.0.0.1:8300" in refused.output
    finally:
        lock.close()
    # A role of its own holds no lock, but has the store open.
    with opened(data) as app:
        chain(app)
        refused = run(*words)
    assert refused.exit_code == 2
    assert "正被别的进程打开" in refused.output
    assert run(*words).exit_code == 0


def test_own_sources_outside_the_data_folder_and_keys_in_settings_are_told(
    data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    own = tmp_path / "sources"
    own.mkdir()
    (own / "mine.yaml").write_text("sources: []\n", encoding="utf-8")
    monkeypatch.setenv("YAOWANG_CATALOGUE", str(own))
    monkeypatch.setenv("YAOWANG_AUTHOR_KEY", "0123456789abcdef")
    made = run("backup", str(tmp_path / "b.zip"), "--data", str(data))
    assert "author_key 由设置给出，不在备份里" in made.output
    restored = run("restore", str(tmp_path / "b.zip"), "--data", str(tmp_path / "new"))
    assert restored.exit_code == 0, restored.output
    assert f"原指向 {own}" in restored.output
    assert (tmp_path / "new" / "elsewhere" / "catalogue" / "mine.yaml").read_text(encoding="utf-8") == "sources: []\n"


def test_on_postgresql_only_the_files_are_saved_and_only_when_asked_for(
    data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("YAOWANG_STORE_URL", "postgresql+psycopg://y:geheim99@127.0.0.1:1/y")
    refused = run("backup", str(tmp_path / "b.zip"), "--data", str(data))
    assert refused.exit_code == 2
    assert "pg_dump" in refused.output
    assert "deploy/backup.md" in refused.output
    assert not (tmp_path / "b.zip").exists()
    made = run("backup", str(tmp_path / "b.zip"), "--files", "--data", str(data))
    assert made.exit_code == 0, made.output
    assert "数据库不在其中" in made.output
    assert "没能记入审计" in made.output
    assert answer(made)["database"] is False
    restored = run("restore", str(tmp_path / "b.zip"), "--data", str(tmp_path / "new"))
    assert restored.exit_code == 0, restored.output
    assert "不含数据库" in restored.output
    assert sorted(path.name for path in (tmp_path / "new").iterdir()) == sorted(
        ["briefings", "models", "policies", "secrets", "settings.toml"]
    )
    monkeypatch.delenv("YAOWANG_STORE_URL")
    assert run("backup", str(tmp_path / "c.zip"), "--files", "--data", str(data)).exit_code == 2
