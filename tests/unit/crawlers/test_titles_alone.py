"""Records that have neither number nor address: what tells two of one title apart, and what must not."""

from datetime import UTC, datetime, timedelta

import pytest

from crawlers.catalogue.declaration import ListRule
from crawlers.lists.feed import read_feed
from crawlers.lists.listed import Reading, numbered, read_html_list, read_json_list

NOW = datetime(2026, 11, 25, 2, 0, tzinfo=UTC)
BASE = "https://news.example/list"
KEY = b"0123456789abcdef"
TITLE = "药品抽检通告"


def entry(claimed: str = "", text: str = "", title: str = TITLE) -> str:
    told = f"<pubDate>{claimed}</pubDate>" if claimed else ""
    return f"<item><title>{title}</title>{told}<description>{text}</description></item>"


def feed(*entries: str, now: datetime = NOW) -> Reading:
    body = f"<rss version='2.0'><channel>{''.join(entries)}</channel></rss>"
    return read_feed(body.encode(), url=BASE, content_type="text/xml", now=now)


def numbers(reading: Reading, key: bytes = KEY) -> list[str]:
    return [one.native_id for one in numbered(reading.records, source_id="daily", author_key=key)]


@pytest.mark.parametrize(
    "others",
    [
        ("Tue, 24 Nov 2026 09:00:00 +0800", "甲药不合格", "Mon, 23 Nov 2026 09:00:00 +0800", "乙药不合格"),
        ("Tue, 24 Nov 2026 09:00:00 +0800", "", "Mon, 23 Nov 2026 09:00:00 +0800", ""),
        ("", "甲药不合格", "", "乙药不合格"),
    ],
)
def test_two_issues_of_one_title_in_a_feed_are_two_records(others: tuple[str, str, str, str]) -> None:
    reading = feed(entry(*others[:2]), entry(*others[2:]), entry(*others[:2]))
    assert ([one.summary for one in reading.records], reading.faults) == ([others[1], others[3]], ())
    assert len(set(numbers(reading))) == 2


def test_an_issue_keeps_its_number_from_visit_to_visit() -> None:
    one = entry("Tue, 24 Nov 2026 17:00:00 GMT", "甲药不合格")
    # At the second visit another entry tells that this feed calls Beijing time GMT.
    later = feed(entry("Thu, 26 Nov 2026 18:00:00 GMT", "丙药", "别的"), one, now=NOW + timedelta(days=1, hours=9))
    assert numbers(later)[1] == numbers(feed(one))[0]


def test_entries_of_which_only_the_title_is_told_stay_one() -> None:
    reading = feed(entry(), entry())
    assert (numbers(reading), reading.faults) == ([TITLE], ())


def test_the_number_tells_nothing_without_the_key() -> None:
    reading = feed(entry("", "张某电话 13800138000"))
    (made,) = numbers(reading)
    assert made.startswith("hmac:")
    assert numbers(reading, key=b"another key of 16") != [made]


def test_entries_with_an_id_of_their_own_keep_it() -> None:
    named = entry("", "甲药不合格").replace("<title>", "<guid isPermaLink='false'>n-1</guid><title>")
    assert numbers(feed(named)) == ["n-1"]


def rows(*times: str, now: datetime = NOW) -> Reading:
    markup = "".join(f"<li><b>{TITLE}</b><i>{time}</i></li>" for time in times)
    return read_html_list(markup, ListRule(record="li", title="b", published="i"), base_url=BASE, now=now)


def test_two_issues_of_one_title_in_a_list_without_addresses_are_two_records() -> None:
    reading = rows("2026-11-24", "2026-11-23", "2026-11-24")
    assert ([one.published_at.day for one in reading.records if one.published_at], reading.faults) == ([24, 23], ())
    assert len(set(numbers(reading))) == 2


def test_records_of_one_title_are_told_apart_by_the_text_that_a_list_holds_of_them() -> None:
    rule = ListRule(format="json", record="[*]", title="t", body="b", summary="s")
    text = '[{"t":"通告","b":"甲药不合格","s":"阅读1"},{"t":"通告","b":"乙药不合格"},{"t":"通告","b":"甲药不合格","s":"阅读2"}]'
    assert [one.summary for one in read_json_list(text, rule, base_url=BASE, now=NOW).records] == [
        "甲药不合格",
        "乙药不合格",
    ]


@pytest.mark.parametrize("time", ["3天前", "2周前", "1个月前", "3 days ago"])
def test_a_day_that_is_counted_back_from_each_visit_makes_no_new_record(time: str) -> None:
    assert numbers(rows(time)) == numbers(rows(time, now=NOW + timedelta(days=1))) == [TITLE]


@pytest.mark.parametrize("time", ["昨天 18:30", "3小时前"])
def test_a_day_said_in_words_is_the_day_that_is_written_later(time: str) -> None:
    written = {"昨天 18:30": "2026-11-24", "3小时前": "2026-11-25"}[time]
    assert numbers(rows(time)) == numbers(rows(written, now=NOW + timedelta(days=3)))


def test_an_addressed_record_keeps_its_address_for_a_number() -> None:
    rule = ListRule(record="li", title="b", link="a@href", published="i")
    markup = "".join(
        f"<li><a href='/n/1'>x</a><b>{TITLE}</b><i>{time}</i></li>" for time in ("2026-11-24", "2026-11-23")
    )
    assert len(read_html_list(markup, rule, base_url=BASE, now=NOW).records) == 1
