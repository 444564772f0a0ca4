"""Times that a text mentions and the day they say."""

from datetime import UTC, datetime

import pytest

from analysis.assessment import EntityType
from analysis.entities.named_things import find_entities
from analysis.entities.times import found_times
from analysis.lexicon import load_lexicon
from tests.unit.analysis.reading_of import reading

# 00:30 of 17 June in Beijing, a Tuesday.
PUBLISHED = datetime(2025, 6, 16, 16, 30, tzinfo=UTC)


def told(text: str, published: datetime | None = PUBLISHED) -> list[tuple[str, str | None]]:
    return [(text[span.start : span.end], span.canonical) for span in found_times(text, published)]


@pytest.mark.parametrize(
    ("text", "span", "iso"),
    [
        ("昨天有人送医", "昨天", "2025-06-16"),
        ("今早出现发热", "今早", "2025-06-17"),
        ("前日接种", "前日", "2025-06-15"),
        ("2025年6月16日下午3时许接到报告", "2025年6月16日下午3时许", "2025-06-16"),
        ("生产日期2024-10-11的药", "2024-10-11", "2024-10-11"),
        ("6月11日输液", "6月11日", "2025-06-11"),
        ("8月3日公布", "8月3日", "2025-08-03"),
        ("12月7日缺货", "12月7日", "2024-12-07"),
        ("15日晚突击检查", "15日晚", "2025-06-15"),
        ("28日封存", "28日", "2025-05-28"),
        ("10月下旬走访", "10月下旬", "2024-10"),
        ("上周三发帖", "上周三", "2025-06-11"),
        ("本周抽检", "本周", "2025-W25"),
        ("上个月买的", "上个月", "2025-05"),
        ("去年12月开始", "去年12月", "2024-12"),
        ("2022年底抢购", "2022年", "2022"),
    ],
)
def test_a_time_is_resolved_from_the_day_of_publication(text: str, span: str, iso: str) -> None:
    assert told(text) == [(span, iso)]


@pytest.mark.parametrize(
    "text",
    [
        "三日游",
        "15日内完成",
        "7日后复查",
        "3月龄婴儿",
        "今天头条",
        "批号20240301",
        "连续3天",
        "24小时",
        "明白",
        "大前门",
        "v2.0.1",
        "10月大的娃",
    ],
)
def test_spans_of_time_ages_numbers_and_names_are_no_dates(text: str) -> None:
    assert not told(text)


def test_a_day_that_no_month_has_stays_unresolved() -> None:
    assert told("2月30日") == [("2月30日", None)]


def test_without_a_day_of_publication_only_full_dates_are_resolved() -> None:
    assert told("昨天，即2025年6月16日", None) == [("昨天", None), ("2025年6月16日", "2025-06-16")]


def test_times_are_entities_with_their_iso_day() -> None:
    fields = {"title": "昨天5人输液后发热", "text": ""}
    found = find_entities(reading(**fields), fields, load_lexicon(), published=PUBLISHED)
    times = [(e.text, e.canonical, e.code) for e in found if e.type is EntityType.TIME]
    assert times == [("昨天", "2025-06-16", None)]
