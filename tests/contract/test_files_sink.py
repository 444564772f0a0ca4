import json
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from crawlers.ports import CrawlState, DocumentSink, PutResult, QuarantineEntry, SourceProgress
from crawlers.records import Document
from crawlers.sinks.jsonl import JsonlSink, SinkBusy
from crawlers.sinks.state_file import StateFile
from tests.contract.crawl_state import CrawlStateContract, Opened
from tests.contract.document_sink import DocumentSinkContract, sample_document


class TestJsonlSink(DocumentSinkContract):
    @pytest.fixture
    def sink(self, tmp_path: Path) -> Iterator[DocumentSink]:
        self._open: list[JsonlSink] = []
        yield self.make_sink(tmp_path)
        for sink in self._open:
            sink.close()

    def make_sink(self, folder: Path) -> DocumentSink:
        sink = JsonlSink(folder)
        self._open.append(sink)
        return sink

    def reopen(self, sink: DocumentSink, folder: Path) -> DocumentSink:
        _files(sink).close()
        return self.make_sink(folder)

    def stored(self, sink: DocumentSink) -> Mapping[str, Document]:
        return {document.id: document for document in _files(sink).documents()}

    def quarantined(self, sink: DocumentSink) -> list[QuarantineEntry]:
        return list(_files(sink).quarantined())

    def kept(self, sink: DocumentSink, folder: Path, digest: str) -> bytes:  # noqa: ARG002 - the folder says it
        return (folder / "attachments" / digest).read_bytes()


class TestStateFile(CrawlStateContract):
    @pytest.fixture
    def opened(self, tmp_path: Path) -> Iterator[Opened]:
        self._open: list[JsonlSink] = []
        yield self.make_state(tmp_path)
        for sink in self._open:
            sink.close()

    def make_state(self, folder: Path) -> Opened:
        sink = JsonlSink(folder)
        self._open.append(sink)
        state: CrawlState = StateFile(folder / "state.json", sink)
        return state, sink

    def reopen_state(self, opened: Opened, folder: Path) -> Opened:
        _files(opened[1]).close()
        return self.make_state(folder)


class TestDamage:
    def test_line_half_written_by_a_crash_is_cut_off(self, tmp_path: Path) -> None:
        with JsonlSink(tmp_path) as sink:
            sink.put([sample_document("1"), sample_document("2")])
        path = tmp_path / "documents.jsonl"
        path.write_bytes(path.read_bytes()[:-20])
        with JsonlSink(tmp_path) as sink:
            assert [document.native_id for document in sink.documents()] == ["1"]
            assert sink.put([sample_document("2")]) == PutResult(added=1)

    def test_broken_line_in_the_middle_is_named(self, tmp_path: Path) -> None:
        with JsonlSink(tmp_path) as sink:
            sink.put([sample_document("1"), sample_document("2")])
        path = tmp_path / "documents.jsonl"
        first, second = path.read_text(encoding="utf-8").splitlines()
        path.write_text(f"{first[:-9]}\n{second}\n", encoding="utf-8")
        with pytest.raises(ValueError, match="line 1"):
            JsonlSink(tmp_path)

    def test_second_writer_is_told_that_the_folder_is_in_use(self, tmp_path: Path) -> None:
        with JsonlSink(tmp_path), pytest.raises(SinkBusy, match="in use"):
            JsonlSink(tmp_path)
        JsonlSink(tmp_path).close()

    @pytest.mark.parametrize("content", ["", "[]", "{", '{"s": {"colour": 1}}', '{"s": 3}'])
    def test_damaged_state_file_says_what_to_do(self, tmp_path: Path, content: str) -> None:
        path = tmp_path / "state.json"
        path.write_text(content, encoding="utf-8")
        with JsonlSink(tmp_path) as sink, pytest.raises(ValueError, match="move it away"):
            StateFile(path, sink)

    def test_state_file_is_readable_by_people(self, tmp_path: Path) -> None:
        with JsonlSink(tmp_path) as sink:
            StateFile(tmp_path / "state.json", sink).save_progress(
                SourceProgress(source_id="s", last_error="连接超时。")
            )
        text = (tmp_path / "state.json").read_text(encoding="utf-8")
        assert "连接超时。" in text
        assert list(json.loads(text)) == ["s"]


def _files(sink: DocumentSink) -> JsonlSink:
    assert isinstance(sink, JsonlSink)
    return sink
