"""Which of the times on a page is that of its article."""

from datetime import datetime

import pytest

from crawlers.gate import GateRefusal
from crawlers.parsing.article import extract
from crawlers.parsing.dates import parse_date
from crawlers.records import BEIJING

NOW = datetime(2026, 11, 27, 17, 40, tzinfo=BEIJING)
TEXT = "<p>省药品监督管理部门接到报告后，已派员到生产企业核查，相关批次产品暂停销售使用，并予以封存。</p>" * 4
TITLE = "关于暂停销售使用某注射液的通告"


def published(above: str, below: str = "", *, url: str = "https://mpa.test/art_7.html") -> str | None:
    markup = f"<head><title>{TITLE}</title></head><body>{above}<h1>{TITLE}</h1>{below}<div>{TEXT}</div></body>"
    article = extract(markup.encode(), url=url, now=NOW)
    assert not isinstance(article, GateRefusal)
    return article.published.isoformat() if article.published else None


@pytest.mark.parametrize("clock", ["2026年11月27日 17:39 星期五", "欢迎访问 2026-11-27 17:39:22", "2026/11/27 17:31"])
class TestClocks:
    def test_a_clock_without_a_label_is_no_time_of_publication(self, clock: str) -> None:
        assert published(f"<div>{clock}</div>") is None

    def test_the_day_below_the_title_counts_and_not_the_clock_above_it(self, clock: str) -> None:
        above = f"<div>{clock}</div>"
        assert published(above, "<div>发布日期：2026-11-20</div>") == "2026-11-20T00:00:00+08:00"

    def test_the_day_in_the_address_counts_and_not_the_clock(self, clock: str) -> None:
        url = "https://mpa.test/art/2026/11/20/art_7.html"
        assert published(f"<div>{clock}</div>", url=url) == "2026-11-20T00:00:00+08:00"


def test_a_time_above_the_title_that_says_what_it_is_counts_though_it_is_of_this_minute() -> None:
    assert published("<div>发布时间：2026-11-27 17:39</div>") == "2026-11-27T17:39:00+08:00"


def test_a_time_above_the_title_that_is_not_of_this_minute_counts() -> None:
    assert published("<div>2026-11-27 09:05 大江网</div>") == "2026-11-27T09:05:00+08:00"


@pytest.mark.parametrize("written", ["11-12 周四", "【11-12】", "· 11-12", "[11-12]", "11/12（周四）"])
def test_a_day_of_a_list_is_read_with_what_stands_around_it(written: str) -> None:
    parsed = parse_date(written, NOW)
    assert parsed is not None
    assert parsed.at.isoformat() == "2026-11-12T00:00:00+08:00"
