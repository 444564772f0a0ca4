"""The turns that an event took, as its page lists them."""

from datetime import datetime, timedelta

from service.domain.events.event import EventDocument
from service.web.views.spread import turns_of
from tests.builders import NOW

HOUR = timedelta(hours=1)
# 14:00 in Beijing.
START = NOW.replace(minute=0)


def said(hours: float, source_class: str, *, published: bool = True) -> EventDocument:
    at = START + hours * HOUR
    return EventDocument(
        document_id=f"d{hours}",
        title="某注射液引起寒战",
        text="",
        url=None,
        source_id=source_class,
        source_name=f"{source_class} 源",
        source_class=source_class,
        kind="article",
        published_at=at if published else None,
        stored_at=at,
        level=2,
        severity=3,
        tone="neg",
        categories=("R01",),
        duplicate_of=None,
    )


def told(*documents: EventDocument) -> list[tuple[datetime, str, int]]:
    return [(turn.at, turn.words, turn.number) for turn in turns_of(documents)]


def test_who_spoke_first_and_the_first_of_every_further_class_are_told_with_their_documents() -> None:
    documents = (
        said(0, "social"),
        said(1, "social"),
        said(2, "media"),
        said(3, "provincial_media"),
        said(4, "official"),
    )
    assert [(words, number) for _, words, number in told(*documents)] == [
        ("首发", 1),
        ("市场化媒体首次出现", 3),
        ("权威信源首次出现（省级媒体）", 4),
        ("政府与官方首次出现", 5),
    ]


def test_an_office_that_spoke_first_is_the_first_and_no_later_authority_is_told_as_one() -> None:
    documents = (said(0, "official"), said(1, "central_media"))
    assert [words for _, words, _ in told(*documents)] == ["首发", "中央媒体首次出现"]


def test_the_fullest_hour_is_told_once_it_has_three_documents_and_joins_what_its_first_one_is() -> None:
    rush = [said(5 + tenth / 10, "media") for tenth in range(3)]
    assert told(said(0, "social"), *rush)[1] == (START + 5 * HOUR, "市场化媒体首次出现，19 时最多，共 3 篇", 2)
    assert all("最多" not in words for _, words, _ in told(said(0, "social"), *rush[:2]))


def test_of_two_hours_as_full_the_earlier_counts() -> None:
    both = [said(hour + tenth / 10, "social") for hour in (1, 4) for tenth in range(3)]
    assert [words for _, words, _ in told(*both) if "最多" in words] == ["首发，15 时最多，共 3 篇"]


def test_the_latest_is_told_where_it_is_nothing_else() -> None:
    assert [words for _, words, _ in told(said(0, "social"), said(9, "social"))] == ["首发", "最近一篇"]
    assert [words for _, words, _ in told(said(0, "social"))] == ["首发"]
    assert told() == []


def test_the_last_of_those_that_are_not_all_is_not_told_as_the_latest() -> None:
    documents = (said(0, "social"), said(9, "social"))
    assert [turn.words for turn in turns_of(documents, whole=False)] == ["首发"]


def test_without_a_day_of_publishing_the_time_of_storing_counts() -> None:
    assert told(said(2, "social", published=False)) == [(START + 2 * HOUR, "首发", 1)]
