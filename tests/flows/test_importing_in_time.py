"""An import that is given less time than its file needs: what was read is in, and what was not is said."""

import shutil
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest

from crawlers.records import Source, SourceClass
from service import site
from service.domain.matters.matter import MatterKind
from service.flows.crawl.importing import ImportReport, import_file
from service.policies.register import load_register
from service.ports.store import Store
from service.storage.sql import open_store
from tests.flows.conftest import NOW

SOURCE = Source(id="drop-vendor", name="服务商导出", kind="file_drop", source_class=SourceClass.SOCIAL)
KEY = b"0123456789abcdef"
ROWS = 1200


@pytest.fixture
def store(migrated: Path, tmp_path: Path) -> Iterator[Store]:
    opened = open_store(f"sqlite:///{shutil.copy(migrated, tmp_path / 'yaowang.db')}")
    yield opened
    opened.close()


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "long.csv"
    rows = "".join(f"某药出事{number},正文{number},2026-11-20 10:00\n" for number in range(ROWS))
    path.write_text(f"标题,内容,发布时间\n{rows}", encoding="utf-8")
    return path


def take(store: Store, file: Path, batches: int) -> ImportReport:
    """Import with time for so many batches."""
    left = iter(range(batches - 1))
    return import_file(
        store,
        file,
        source=SOURCE,
        now=lambda: NOW,
        author_key=KEY,
        has_time=lambda: next(left, None) is not None,
    )


def test_what_there_was_no_time_for_is_said_by_its_row_and_taken_by_the_next_import(store: Store, file: Path) -> None:
    first = take(store, file, 2)
    assert (first.added, first.unread_from) == (1024, 1026)
    assert "第 1026 行以前已经处理，从这一行起没有读" in first.notices[0]
    with store.read() as work:
        (noted,) = [row for row in work.audit.rows(subject=f"source:{SOURCE.id}") if row.action == "import.done"]
    assert (noted.detail["added"], noted.detail["unread_from"]) == (1024, 1026)
    second = take(store, file, 9)
    assert (second.added, second.known, second.unread_from, second.notices) == (ROWS - 1024, 1024, None, ())


def test_a_file_that_ends_with_its_time_was_read_whole(store: Store, file: Path) -> None:
    assert take(store, file, 3).unread_from is None


def test_a_browsers_import_ends_when_its_time_is_over(
    store: Store, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(site, "_IMPORT_SECONDS", 0.0)
    sources = SimpleNamespace(by_id={SOURCE.id: SOURCE})
    app = SimpleNamespace(store=store, catalogue=sources, now=lambda: NOW, author_key=KEY)
    report = site._files_of(cast("Any", app))(file, SOURCE.id, "某人", False)
    assert (report.added, report.unread_from) == (512, 514)


def test_a_browsers_import_of_complaints_ends_when_its_time_is_over_and_the_next_takes_the_rest(
    store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    complaints = tmp_path / "complaints.csv"
    rows = "".join(f"T{number},某药店出售过期药品{number},2026-11-20 10:00\n" for number in range(300))
    complaints.write_text(f"登记编号,投诉内容,登记时间\n{rows}", encoding="utf-8")
    line = Source(id="drop-12345", name="热线导出", kind="file_drop", source_class=SourceClass.COMPLAINT)
    rulebook = SimpleNamespace(register=load_register())
    catalogue = SimpleNamespace(by_id={line.id: line})
    app = SimpleNamespace(store=store, catalogue=catalogue, rulebook=rulebook, now=lambda: NOW, author_key=KEY)
    take_matters = site._matters_of(cast("Any", app))
    with monkeypatch.context() as hurried:
        hurried.setattr(site, "_IMPORT_SECONDS", 0.0)
        first = take_matters(complaints, line.id, MatterKind.COMPLAINT, "某人")
    assert (first.added, first.unread_from) == (256, 258)
    assert "第 258 行以前已经处理，从这一行起没有读" in first.notices[0]
    assert "yaowang matters import" in first.notices[0]
    with store.read() as work:
        (noted,) = [row for row in work.audit.rows(subject=f"source:{line.id}") if row.action == "matter.imported"]
    assert (noted.detail["added"], noted.detail["unread_from"]) == (256, 258)
    second = take_matters(complaints, line.id, MatterKind.COMPLAINT, "某人")
    assert (second.added, second.known, second.unread_from) == (44, 256, None)
