from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any

import pytest

from analysis.spread import SpreadDocument, TimelineKind, spread_of
from crawlers.records import SourceClass

START = datetime(2026, 3, 2, 1, 15, tzinfo=UTC)


def said(native: str, hours: float, source: str, source_class: SourceClass, **more: Any) -> SpreadDocument:
    """A document of the event, `hours` after its start."""
    return SpreadDocument(
        document_id=native, happened_at=START + timedelta(hours=hours), source_id=source, source_name=f"{source}网",
        source_class=source_class, title=native, **more,
    )  # fmt: skip


EVENT = (
    said("a", 0, "forum", SourceClass.SOCIAL, author="u1", province="36"),
    said("b", 1, "forum", SourceClass.SOCIAL, author="u2", province="36"),
    said("c", 3, "daily", SourceClass.MEDIA),
    said("d", 4, "portal", SourceClass.MEDIA, duplicate_of="c"),
    said("e", 5, "portal2", SourceClass.MEDIA, duplicate_of="c"),
    said("f", 9, "bureau", SourceClass.OFFICIAL, province="36"),
    said("g", 10, "forum", SourceClass.SOCIAL, author="u3", province="43"),
)


def kinds(documents: Sequence[SpreadDocument]) -> list[tuple[str, TimelineKind]]:
    return [(row.document_id, row.kind) for row in spread_of(documents).timeline]


def test_reprints_are_folded_into_the_voice_that_they_repeat() -> None:
    spread = spread_of(EVENT)
    assert spread.documents == 7
    assert spread.independent_sources == 5
    assert spread.reprints == 2


def test_one_named_origin_on_two_sites_is_one_voice() -> None:
    two = [
        said("x", 0, "s1", SourceClass.MEDIA, origin="演示社"),
        said("y", 1, "s2", SourceClass.MEDIA, origin="演示社"),
    ]
    assert spread_of(two).independent_sources == 1


def test_two_copies_of_a_text_outside_the_event_are_one_voice() -> None:
    two = [
        said("x", 0, "s1", SourceClass.MEDIA, duplicate_of="q"),
        said("y", 1, "s2", SourceClass.MEDIA, duplicate_of="q"),
    ]
    assert spread_of(two).independent_sources == 1


def test_first_and_authority_moments_are_told() -> None:
    spread = spread_of(EVENT)
    assert spread.first_seen_at == START
    assert spread.authority_at == START + timedelta(hours=9)
    assert spread.provinces == ("36", "43")
    assert spread.accounts == 7


def test_the_time_line_marks_first_new_class_authority_and_new_province() -> None:
    assert kinds(EVENT) == [
        ("a", TimelineKind.FIRST),
        ("c", TimelineKind.FIRST_OF_CLASS),
        ("f", TimelineKind.AUTHORITY),
        ("g", TimelineKind.NEW_PROVINCE),
    ]


def test_the_busiest_hour_is_marked_once_it_has_three_documents() -> None:
    burst = [*EVENT, *(said(f"p{n}", 6 + n / 10, f"s{n}", SourceClass.SOCIAL) for n in range(4))]
    assert ("p0", TimelineKind.PEAK) in kinds(burst)


def test_quiet_hours_between_the_first_and_the_last_are_zero() -> None:
    hours = spread_of(EVENT).hours
    assert len(hours) == 11
    assert sum(count for _, count in hours) == 7
    assert hours[2][1] == 0
    assert all(hour.minute == 0 for hour, _ in hours)


def test_doubling_needs_four_documents() -> None:
    assert spread_of(EVENT[:3]).doubling is None
    assert spread_of(EVENT).doubling == timedelta(hours=6)


def test_the_order_of_documents_does_not_matter() -> None:
    shuffled = list(EVENT)
    Random(3).shuffle(shuffled)
    assert spread_of(shuffled) == spread_of(EVENT)


def test_an_event_without_documents_and_a_naive_time_are_refused() -> None:
    with pytest.raises(ValueError, match="no spread"):
        spread_of([])
    with pytest.raises(ValueError, match="time zone"):
        SpreadDocument(
            document_id="a", happened_at=datetime(2026, 1, 1), source_id="s", source_name="s",  # noqa: DTZ001
            source_class=SourceClass.MEDIA, title="t",
        )  # fmt: skip
