"""What every crawl state promises; a subclass per adapter says how one is opened."""

from abc import ABC, abstractmethod
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from crawlers.ports import CrawlState, DocumentSink, SourceProgress
from tests.contract.document_sink import sample_document

__all__ = ["CrawlStateContract"]

NOW = datetime(2026, 11, 25, 4, 0, tzinfo=UTC)

Opened = tuple[CrawlState, DocumentSink]


class CrawlStateContract(ABC):
    """The suite. `make_state` opens the state of a folder with the sink whose documents it knows of."""

    @abstractmethod
    def make_state(self, folder: Path) -> Opened:
        """Open state and sink of `folder`."""

    @abstractmethod
    def reopen_state(self, opened: Opened, folder: Path) -> Opened:
        """Close both and open them again, as after a restart."""

    @pytest.fixture
    def opened(self, tmp_path: Path) -> Opened:
        return self.make_state(tmp_path)

    def test_source_never_crawled_has_an_empty_progress(self, opened: Opened) -> None:
        assert opened[0].progress("s") == SourceProgress(source_id="s")

    def test_progress_is_remembered_whole_and_across_a_restart(self, opened: Opened, tmp_path: Path) -> None:
        progress = SourceProgress(
            source_id="s",
            etag='"abc"',
            last_modified="Wed, 25 Nov 2026 04:00:00 GMT",
            list_hash="f" * 64,
            watermark=NOW,
            next_due_at=NOW + timedelta(minutes=15),
            last_run_at=NOW,
            last_success_at=NOW,
            last_new_at=NOW,
            failures=2,
            last_error="连接超时。",
            interval_seconds=900.0,
            taken=7,
            memory={"pages": [1, 2], "cursor": "x"},
        )
        opened[0].save_progress(progress)
        assert opened[0].progress("s") == progress
        assert self.reopen_state(opened, tmp_path)[0].progress("s") == progress

    def test_saving_replaces_what_was_remembered_of_that_source_only(self, opened: Opened) -> None:
        first = SourceProgress(source_id="s", failures=3, last_error="连接超时。", etag="a")
        opened[0].save_progress(first)
        opened[0].save_progress(SourceProgress(source_id="t", failures=1))
        opened[0].save_progress(replace(first, failures=0, last_error=None, etag=None))
        assert opened[0].progress("s") == SourceProgress(source_id="s")
        assert opened[0].progress("t").failures == 1

    def test_unseen_is_exactly_what_is_not_stored(self, opened: Opened, tmp_path: Path) -> None:
        state, sink = opened
        assert state.unseen("s", ["1", "2"]) == {"1", "2"}
        sink.put([sample_document("1")])
        assert state.unseen("s", ["1", "2"]) == {"2"}
        assert self.reopen_state(opened, tmp_path)[0].unseen("s", ["1", "2"]) == {"2"}

    def test_same_native_id_of_another_source_is_unseen(self, opened: Opened) -> None:
        state, sink = opened
        sink.put([sample_document("1")])
        assert state.unseen("t", ["1"]) == {"1"}

    def test_nothing_asked_is_nothing_unseen(self, opened: Opened) -> None:
        assert opened[0].unseen("s", []) == set()

    def test_a_thousand_ids_can_be_asked_at_once(self, opened: Opened) -> None:
        state, sink = opened
        sink.put([sample_document(str(number)) for number in range(0, 1000, 2)])
        assert state.unseen("s", [str(number) for number in range(1000)]) == {str(n) for n in range(1, 1000, 2)}
