import json
from typing import Any

import pytest
from hypothesis import given

from crawlers.ports import QuarantineEntry, SourceProgress
from crawlers.records import Document
from crawlers.serialise import (
    document_from_json,
    document_to_json,
    progress_from_json,
    progress_to_json,
    quarantine_entry_from_json,
    quarantine_entry_to_json,
)
from tests.unit.crawlers.strategies import documents, progress_records, quarantine_entries

SMALLEST: dict[str, Any] = {
    "id": "1",
    "source_id": "s",
    "native_id": "n",
    "kind": "article",
    "title": "题",
    "text": "",
    "fetched_at": "2026-11-25T12:00:00+08:00",
}


@given(documents)
def test_document_comes_back_equal_through_json_text(document: Document) -> None:
    text = json.dumps(document_to_json(document), ensure_ascii=False)
    assert document_from_json(json.loads(text)) == document


@given(progress_records)
def test_progress_comes_back_equal_through_json_text(progress: SourceProgress) -> None:
    assert progress_from_json(json.loads(json.dumps(progress_to_json(progress)))) == progress


@given(quarantine_entries)
def test_quarantine_entry_comes_back_equal_through_json_text(entry: QuarantineEntry) -> None:
    assert quarantine_entry_from_json(json.loads(json.dumps(quarantine_entry_to_json(entry)))) == entry


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"kind": "novel"}, "novel"),
        ({"kind": None}, "None"),
        ({"fetched_at": "yesterday"}, "yesterday"),
        ({"fetched_at": "2026-11-25T12:00:00"}, "time zone"),
        ({"colour": "red"}, "colour"),
        ({"title": ""}, "neither title nor text"),
        ({"engagement": {"likes": 3}}, "document"),
        ({"engagement": {"seen_at": "2026-11-25T12:00:00+08:00", "likes": -3}}, "negative"),
        ({"extras": 3}, "document"),
    ],
)
def test_what_is_no_document_is_refused_with_the_reason(changes: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        document_from_json({**SMALLEST, **changes})


def test_missing_field_is_named() -> None:
    with pytest.raises(ValueError, match="native_id"):
        document_from_json({name: value for name, value in SMALLEST.items() if name != "native_id"})
