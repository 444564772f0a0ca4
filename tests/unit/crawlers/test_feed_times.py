"""The zones of feeds: many that say GMT write Beijing time."""

from datetime import UTC, datetime

import pytest

from crawlers.lists.feed import read_feed
from crawlers.lists.listed import Listed

# 10:00 in Shanghai.
NOW = datetime(2026, 11, 25, 2, 0, tzinfo=UTC)


def entries(*times: str) -> list[Listed]:
    items = "".join(
        f"<item><title>消息 {number}</title><link>/a/{number}.html</link><pubDate>{time}</pubDate></item>"
        for number, time in enumerate(times)
    )
    raw = f"<rss version='2.0'><channel>{items}</channel></rss>".encode()
    return list(read_feed(raw, url="http://paper.test/feed.xml", content_type="text/xml", now=NOW).records)


def utc(*times: str) -> list[str]:
    return [
        one.published_at.astimezone(UTC).strftime("%d %H:%M") if one.published_at else "" for one in entries(*times)
    ]


@pytest.mark.parametrize("zone", ["GMT", "UTC", "+0000", "Z"])
def test_beijing_time_that_is_called_gmt_is_beijing_time_in_the_whole_feed(zone: str) -> None:
    times = (f"Wed, 25 Nov 2026 09:30:00 {zone}", f"Tue, 24 Nov 2026 20:00:00 {zone}")
    assert utc(*times) == ["25 01:30", "24 12:00"]


def test_gmt_is_gmt_where_nothing_speaks_against_it() -> None:
    assert utc("Wed, 25 Nov 2026 01:30:00 GMT", "Tue, 24 Nov 2026 20:00:00 GMT") == ["25 01:30", "24 20:00"]


def test_a_zone_that_is_named_beside_it_stays_what_it_is() -> None:
    assert utc("Wed, 25 Nov 2026 09:30:00 GMT", "Wed, 25 Nov 2026 09:40:00 +0800") == ["25 01:30", "25 01:40"]


def test_a_time_of_another_day_moves_no_other() -> None:
    assert utc("Fri, 27 Nov 2026 09:30:00 GMT", "Tue, 24 Nov 2026 20:00:00 GMT") == ["27 09:30", "24 20:00"]
