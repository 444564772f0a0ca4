"""What every document sink promises; a subclass per adapter says how one is opened and read."""

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from types import MappingProxyType

import pytest

from crawlers.ports import DocumentSink, KeptFile, PutResult, QuarantineEntry
from crawlers.records import Document, DocumentKind, Engagement, document_id

__all__ = ["DocumentSinkContract", "sample_document"]

NOW = datetime(2026, 11, 25, 4, 0, tzinfo=UTC)


def sample_document(native_id: str, text: str = "正文。", title: str = "标题") -> Document:
    """Return a small document of the source `s`."""
    return Document(
        id=document_id("s", native_id),
        source_id="s",
        native_id=native_id,
        kind=DocumentKind.ARTICLE,
        title=title,
        text=text,
        fetched_at=NOW,
        extras=MappingProxyType({"place": "某市"}),
    )


class DocumentSinkContract(ABC):
    """The suite. `make_sink` opens the sink of a folder; opened again, it holds what it held."""

    @abstractmethod
    def make_sink(self, folder: Path) -> DocumentSink:
        """Open the sink that belongs to `folder`."""

    @abstractmethod
    def reopen(self, sink: DocumentSink, folder: Path) -> DocumentSink:
        """Close the sink and open it again, as after a restart."""

    @abstractmethod
    def stored(self, sink: DocumentSink) -> Mapping[str, Document]:
        """Return the latest version of every stored document by id."""

    @abstractmethod
    def quarantined(self, sink: DocumentSink) -> list[QuarantineEntry]:
        """Return every quarantine entry, oldest first."""

    @abstractmethod
    def kept(self, sink: DocumentSink, folder: Path, digest: str) -> bytes:
        """Return the bytes kept under a hash."""

    @pytest.fixture
    def sink(self, tmp_path: Path) -> DocumentSink:
        return self.make_sink(tmp_path)

    def test_a_file_is_kept_once(self, sink: DocumentSink, tmp_path: Path) -> None:
        file = KeptFile(hash="ab" * 32, name="1.pdf", media_type="application/pdf", content=b"%PDF", fetched_at=NOW)
        sink.keep(file)
        sink.keep(replace(file, name="2.pdf"))
        assert self.kept(sink, tmp_path, file.hash) == file.content

    def test_new_documents_are_stored_and_counted(self, sink: DocumentSink) -> None:
        batch = [sample_document("1"), sample_document("2")]
        assert sink.put(batch) == PutResult(added=2)
        assert self.stored(sink) == {document.id: document for document in batch}

    def test_same_document_again_is_known_and_stored_once(self, sink: DocumentSink) -> None:
        sink.put([sample_document("1")])
        assert sink.put([sample_document("1")]) == PutResult(known=1)
        assert len(self.stored(sink)) == 1

    def test_other_text_under_the_same_id_is_an_edit(self, sink: DocumentSink) -> None:
        sink.put([sample_document("1")])
        edited = sample_document("1", text="改过的正文。")
        assert sink.put([edited]) == PutResult(edited=1)
        assert self.stored(sink)[edited.id].text == "改过的正文。"

    def test_repeats_within_one_batch_are_counted_like_later_ones(self, sink: DocumentSink) -> None:
        batch = [sample_document("1"), sample_document("1"), sample_document("1", text="改过。")]
        assert sink.put(batch) == PutResult(added=1, known=1, edited=1)
        assert self.stored(sink)[document_id("s", "1")].text == "改过。"

    def test_same_native_id_of_two_sources_is_two_documents(self, sink: DocumentSink) -> None:
        other = replace(sample_document("1"), id=document_id("t", "1"), source_id="t")
        assert sink.put([sample_document("1"), other]) == PutResult(added=2)

    def test_every_field_comes_back(self, sink: DocumentSink) -> None:
        full = replace(
            sample_document("1", text="一行\n又一行\u2028又一行 😷"),
            url="https://example.cn/1",
            published_at=NOW,
            origin="某报",
            author="0" * 20,
            region="360000",
            engagement=Engagement(seen_at=NOW, likes=0, comments=12, heat=2**40),
            raw_hash="f" * 64,
            method="density",
            extras=MappingProxyType({"parent": "7", "list": [1, None, {"a": True}]}),
        )
        sink.put([full])
        assert self.stored(sink)[full.id] == full

    def test_empty_batch_changes_nothing(self, sink: DocumentSink) -> None:
        assert sink.put([]) == PutResult()
        sink.quarantine([])
        assert not self.stored(sink)

    def test_what_was_acknowledged_survives_a_restart(self, sink: DocumentSink, tmp_path: Path) -> None:
        sink.put([sample_document(str(number)) for number in range(50)])
        again = self.reopen(sink, tmp_path)
        assert len(self.stored(again)) == 50
        assert again.put([sample_document("1"), sample_document("new")]) == PutResult(known=1, added=1)

    def test_quarantine_keeps_reason_and_bytes(self, sink: DocumentSink, tmp_path: Path) -> None:
        entry = QuarantineEntry(
            stage="import",
            reason="时间",
            detail="第 3 行：读不懂发布时间。",
            source_id="s",
            sample=b"\x00\xff<p>",
            at=NOW,
        )
        sink.quarantine([entry])
        assert self.quarantined(sink) == [entry]
        assert self.quarantined(self.reopen(sink, tmp_path)) == [entry]
