"""Text that is made to keep an expression busy: the time of reading it may grow with its length, not with its square."""

import time
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime

import pytest

from analysis.matching.articles import split_articles
from crawlers.access.politeness import challenge_in
from crawlers.attachments.grid import clean
from crawlers.attachments.headings import field_of
from crawlers.catalogue.declaration import ListRule, Paging
from crawlers.lists.listed import NotJson, read_html_list, read_json_list
from crawlers.lists.paging import _page_count
from crawlers.missing_page import _MARKUP
from crawlers.parsing.engagement import read_engagement
from crawlers.presets.hanweb import next_proxy_page, records_of
from service.domain.cases.secrecy import confidentiality_findings
from service.flows.policies.policy_sources import PolicySource, _with_header

NOW = datetime(2026, 11, 26, tzinfo=UTC)
LONG = 200_000
SECONDS = 1.0
"""Each takes below a tenth of this; with the square of the length it was minutes."""


def took(work: Callable[[], object]) -> float:
    began = time.process_time()
    work()
    return time.process_time() - began


@pytest.mark.parametrize(
    "piece", ["<script ", "<script", "<style>", "<", "<script type=application/ld+json>", "</script"]
)
def test_page_of_scripts_that_never_end_is_read_in_time(piece: str) -> None:
    page = piece * (LONG // len(piece))
    assert took(lambda: read_engagement(page, seen_at=NOW)) < SECONDS
    assert took(lambda: _MARKUP.sub("", page)) < SECONDS
    assert took(lambda: challenge_in(b"captcha" + page.encode())) < SECONDS


def test_counts_are_still_read_beside_scripts() -> None:
    page = (
        '<script type="application/ld+json">{"interactionStatistic":{"interactionType":"https://schema.org/LikeAction",'
    )
    page += '"userInteractionCount":7}}</script><script>阅读 99</script><p>阅读：1234 次</p><script>评论 5'
    found = read_engagement(page, seen_at=NOW)
    assert found is not None
    assert (found.likes, found.views, found.comments) == (7, 1234, None)


@pytest.mark.parametrize("cell", [" " * LONG, "x" + " " * LONG + "x", "a\n" * (LONG // 2), "\n " * (LONG // 2)])
def test_cell_of_blanks_and_breaks_is_cleaned_in_time(cell: str) -> None:
    assert took(lambda: clean(cell)) < SECONDS


def test_break_in_a_cell_parts_latin_words_only() -> None:
    assert clean("江西某某 \n 药业") == "江西某某药业"
    assert clean("good \n\n practice") == "good practice"
    assert clean("批号\nA1\n\n") == "批号A1"


@pytest.mark.parametrize("blank", [" ", "\u3000"])
def test_line_of_blanks_in_a_policy_is_split_in_time(blank: str) -> None:
    text = f"第一章 总{blank * LONG}则  \n第一条 甲\n第二条{blank * LONG}乙\n"
    assert took(lambda: split_articles(text, "x")) < SECONDS
    assert [one.chapter for one in split_articles("第一章 总则  \n第一条 甲", "x")] == ["第一章 总则"]
    header = f"---\n标题: 甲{blank * LONG}乙\n---\n第一条 丙"
    assert took(lambda: _with_header(PolicySource(text="", suffix=".md", sha256=""), header)) < SECONDS


def test_heading_of_brackets_is_no_field() -> None:
    assert field_of("（" * LONG) is None


def test_draft_of_stars_is_checked_in_time_and_a_mark_behind_them_is_found() -> None:
    assert took(lambda: confidentiality_findings("★" * 20_000)) < SECONDS
    assert confidentiality_findings("★" * 30 + "机密")


@pytest.mark.parametrize("depth", [*range(900, 1000, 3), 100_000])
def test_json_list_that_is_nested_deep_is_read_or_refused(depth: int) -> None:
    rule = ListRule(format="json", record="a", title="t", link="u", id="i")
    for shape in ('{"a":[{"t":"x","u":"/1","i":"1","z":%s}]}', '{"a":[{"t":%s,"u":"/1"}]}'):
        with suppress(NotJson):
            read_json_list(shape % ("[" * depth + "]" * depth), rule, base_url="https://a.example/", now=NOW)


def test_proxy_page_of_records_that_never_end_is_read_in_time() -> None:
    piece = "<record><![CDATA["
    assert took(lambda: records_of(piece * (LONG // len(piece)))) < SECONDS
    assert records_of(f"{piece}<a>x</a>]]></record>") == "<record><a>x</a></record>"
    assert next_proxy_page("totalRecord=" + "9" * 5000, url="https://a.example/", params={}, seen_records=1) is None


def test_number_of_thousands_of_digits_is_no_count_of_pages() -> None:
    paging = Paging(style="static", max_pages=5, count_pattern=r"count=(\d+)")
    assert _page_count(paging, f"count={'9' * 5000}") == 1
    assert _page_count(paging, "count=12") == 12
    lists = ListRule(record="li", title="a", link="a@href", date_in_link=r"/(\d+)/(\d+)/(\d+)/")
    [one] = read_html_list(
        f"<li><a href='/{'9' * 30}/1/1/'>x</a></li>", lists, base_url="https://a.example/", now=NOW
    ).records
    assert one.published_at is None


def test_half_a_character_in_a_json_list_costs_no_visit() -> None:
    rule = ListRule(format="json", record="a", title="t", link="u", id="i")
    text = r'{"a":[{"t":"药\ud83d店","u":"https://a.example/1","i":"n\ud83d"},{"t":"x\u0000y","u":"/2","i":"q\u0000"}]}'
    found = read_json_list(text, rule, base_url="https://a.example/", now=NOW).records
    assert [(one.native_id, one.title) for one in found] == [("n\ufffd", "药\ufffd店"), ("q", "xy")]
    assert "".join(f"{one.native_id}{one.title}{one.url}" for one in found).encode()
