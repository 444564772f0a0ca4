from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawlers.parsing.dates import parse_date, read_claim
from crawlers.records import BEIJING, DatePrecision

# A Thursday.
NOW = datetime(2019, 6, 20, 15, 0, tzinfo=BEIJING)

# What is written, the time in Beijing, the precision (d/h/m/s/M).
WRITTEN = """
2019年6月17日 | 2019-06-17 | d
2019年06月17日 | 2019-06-17 | d
2019年6月17号 | 2019-06-17 | d
2019 年 6 月 17 日 | 2019-06-17 | d
2019年06月17日 08:30 | 2019-06-17 08:30 | m
2019年06月17日08:30 | 2019-06-17 08:30 | m
2019年06月17日 08:30:15 | 2019-06-17 08:30:15 | s
2019年6月17日8时30分 | 2019-06-17 08:30 | m
2019年6月17日8时30分15秒 | 2019-06-17 08:30:15 | s
2019年6月17日 8时 | 2019-06-17 08:00 | h
2019年6月17日8点半 | 2019-06-17 08:30 | m
2019年6月17日 下午3:20 | 2019-06-17 15:20 | m
2019年6月17日上午8:30 | 2019-06-17 08:30 | m
2019年6月17日晚上9点半 | 2019-06-17 21:30 | m
2019年6月17日 晚8点 | 2019-06-17 20:00 | h
6月17日早8点 | 2019-06-17 08:00 | h
2019年6月17日凌晨12:05 | 2019-06-17 00:05 | m
2019年6月17日中午12:30 | 2019-06-17 12:30 | m
2019年6月17日中午1:30 | 2019-06-17 13:30 | m
2019年6月17日星期一 08:30 | 2019-06-17 08:30 | m
2019年6月17日（星期一）08:30 | 2019-06-17 08:30 | m
2019年6月17日，08:30 | 2019-06-17 08:30 | m
2019年6月17日 北京时间 08:30 | 2019-06-17 08:30 | m
二〇一九年六月十七日 | 2019-06-17 | d
二○一九年六月十七日 | 2019-06-17 | d
二零一九年六月十七日 | 2019-06-17 | d
二O一九年六月七日 | 2019-06-07 | d
二〇一八年十二月三十一日 | 2018-12-31 | d
二〇一九年六月廿日 | 2019-06-20 | d
二〇一九年六月十七日上午八时三十分 | 2019-06-17 08:30 | m
2019-06-17 | 2019-06-17 | d
2019-6-7 | 2019-06-07 | d
2019-06-17 08:30 | 2019-06-17 08:30 | m
2019-06-17 8:05 | 2019-06-17 08:05 | m
2019-06-17 08:30:15 | 2019-06-17 08:30:15 | s
2019-06-17 08:30:15.0 | 2019-06-17 08:30:15 | s
2019-06-1708:30 | 2019-06-17 08:30 | m
2019-06-17 24:00 | 2019-06-18 00:00 | m
2019-06-17（周一）08:30 | 2019-06-17 08:30 | m
[2019-06-17 08:30] | 2019-06-17 08:30 | m
2019/06/17 | 2019-06-17 | d
2019/6/17 8:05 | 2019-06-17 08:05 | m
2019.06.17 | 2019-06-17 | d
2019.6.17 08:30 | 2019-06-17 08:30 | m
2019—06—17 | 2019-06-17 | d
2019 06/17 08:30 | 2019-06-17 08:30 | m
２０１９－０６－１７　０８：３０ | 2019-06-17 08:30 | m
20190617 | 2019-06-17 | d
201906170830 | 2019-06-17 08:30 | m
20190617083015 | 2019-06-17 08:30:15 | s
20190617T083015Z | 2019-06-17 16:30:15 | s
2019-06-17T08:30 | 2019-06-17 08:30 | m
2019-06-17T08:30:15 | 2019-06-17 08:30:15 | s
2019-06-17T08:30:15+08:00 | 2019-06-17 08:30:15 | s
2019-06-17T08:30:15.123+0800 | 2019-06-17 08:30:15 | s
2019-06-17T00:30:15Z | 2019-06-17 08:30:15 | s
2019-06-17T00:30:15.123Z | 2019-06-17 08:30:15 | s
2019-06-16T19:30:15-05:00 | 2019-06-17 08:30:15 | s
2019-06-17 00:30:15 UTC | 2019-06-17 08:30:15 | s
Mon, 17 Jun 2019 00:30:15 GMT | 2019-06-17 08:30:15 | s
Mon, 17 Jun 2019 08:30:15 +0800 | 2019-06-17 08:30:15 | s
17 Jun 2019 08:30:15 CST | 2019-06-17 08:30:15 | s
Mon Jun 17 08:30:15 +0800 2019 | 2019-06-17 08:30:15 | s
17 June 2019 | 2019-06-17 | d
June 17, 2019 | 2019-06-17 | d
Jun 17, 2019 8:30 PM | 2019-06-17 20:30 | m
Jun. 17th, 2019 | 2019-06-17 | d
06/17/2019 | 2019-06-17 | d
17/06/2019 08:30 | 2019-06-17 08:30 | m
1560731415 | 2019-06-17 08:30:15 | s
1560731415000 | 2019-06-17 08:30:15 | s
1560731415.25 | 2019-06-17 08:30:15 | s
18-03-08 | 2018-03-08 | d
18-03-08 08:30 | 2018-03-08 08:30 | m
19年6月17日 | 2019-06-17 | d
18/03/08 | 2018-03-08 | d
18.03.08 | 2018-03-08 | d
06-17 08:30 | 2019-06-17 08:30 | m
12-17 08:30 | 2018-12-17 08:30 | m
06/17 08:30 | 2019-06-17 08:30 | m
06-17 | 2019-06-17 | d
12-17 | 2018-12-17 | d
(06-17) | 2019-06-17 | d
6月17日 | 2019-06-17 | d
12月17日 | 2018-12-17 | d
06月17日 08:30 | 2019-06-17 08:30 | m
六月十七日 | 2019-06-17 | d
十二月三十一日 | 2018-12-31 | d
去年6月17日 | 2018-06-17 | d
今年6月17日 08:30 | 2019-06-17 08:30 | m
2月29日 | 2016-02-29 | d
2019年6月 | 2019-06-01 | M
2019-06 | 2019-06-01 | M
刚刚 | 2019-06-20 15:00 | m
刚才 | 2019-06-20 15:00 | m
5秒前 | 2019-06-20 14:59:55 | s
30秒钟前 | 2019-06-20 14:59:30 | s
3分钟前 | 2019-06-20 14:57 | m
十分钟前 | 2019-06-20 14:50 | m
半小时前 | 2019-06-20 14:30 | m
半个小时前 | 2019-06-20 14:30 | m
2小时前 | 2019-06-20 13:00 | h
2个小时以前 | 2019-06-20 13:00 | h
两小时之前 | 2019-06-20 13:00 | h
1小时38分钟前 | 2019-06-20 13:22 | m
1个半小时前 | 2019-06-20 13:30 | m
3天前 | 2019-06-17 | d
两天前 | 2019-06-18 | d
1周前 | 2019-06-13 | d
一个星期前 | 2019-06-13 | d
2个月前 | 2019-04-01 | M
1年前 | 2018-06-01 | M
2 hours ago | 2019-06-20 13:00 | h
an hour ago | 2019-06-20 14:00 | h
3 days ago | 2019-06-17 | d
今天 | 2019-06-20 | d
今天 08:30 | 2019-06-20 08:30 | m
今日08:30 | 2019-06-20 08:30 | m
今早7点 | 2019-06-20 07:00 | h
昨天 | 2019-06-19 | d
昨天 23:15 | 2019-06-19 23:15 | m
昨日8时 | 2019-06-19 08:00 | h
昨晚 | 2019-06-19 | d
昨晚8点 | 2019-06-19 20:00 | h
昨晚10:30 | 2019-06-19 22:30 | m
前天 12:01 | 2019-06-18 12:01 | m
大前天 | 2019-06-17 | d
yesterday | 2019-06-19 | d
上周五 | 2019-06-14 | d
上上周五 | 2019-06-07 | d
本周一 | 2019-06-17 | d
周三 08:30 | 2019-06-19 08:30 | m
星期五 | 2019-06-14 | d
14:30 | 2019-06-20 14:30 | m
18:30 | 2019-06-19 18:30 | m
发布时间：2019-06-17 08:30　来源：某报　作者：某人 | 2019-06-17 08:30 | m
来源：某报 2019年06月17日08:30 字号：大 中 小 | 2019-06-17 08:30 | m
更新时间：2019-06-18 10:00 发布时间：2019-06-17 08:30 | 2019-06-17 08:30 | m
发布日期：2019-06-17 浏览次数：20181001 | 2019-06-17 | d
发表于2014-08-24 21:30| 1164次阅读 | 2014-08-24 21:30 | m
时间：2019年6月17日 23:00  浏览： 33 | 2019-06-17 23:00 | m
自2018年1月1日起施行 发布日期：2017年12月1日 | 2017-12-01 | d
"""
PRECISIONS = {
    "d": DatePrecision.DAY,
    "h": DatePrecision.HOUR,
    "m": DatePrecision.MINUTE,
    "s": DatePrecision.SECOND,
    "M": DatePrecision.MONTH,
}
CASES = [tuple(part.strip() for part in line.rsplit(" | ", 2)) for line in WRITTEN.strip().splitlines()]


def test_table_holds_at_least_a_hundred_ways_to_write_a_date() -> None:
    assert len({written for written, _, _ in CASES}) >= 100


@pytest.mark.parametrize(("written", "expected", "precision"), CASES)
def test_date_is_read_as_it_is_meant(written: str, expected: str, precision: str) -> None:
    parsed = parse_date(written, NOW)
    assert parsed is not None
    assert (parsed.at, parsed.precision) == (
        datetime.fromisoformat(expected).replace(tzinfo=BEIJING),
        PRECISIONS[precision],
    )
    assert parsed.rule


@pytest.mark.parametrize(
    "written",
    [
        "",
        "某省药品监督管理局",
        "2099-01-01",
        "2019-06-21",
        "2019-06-20 15:11",
        "1970-01-01 08:00:00",
        "0000-00-00 00:00:00",
        "1900-01-01",
        "2019-02-30",
        "2019年13月1日",
        "2019年",
        "今晚8点",
        "1.2.3",
        "192.168.1.1",
        "13800000000",
        "国药准字H20190617",
        "3.14",
        "25:61",
    ],
)
def test_what_is_no_published_time_is_not_read_as_one(written: str) -> None:
    assert parse_date(written, NOW) is None


def test_ten_minutes_of_clock_difference_are_allowed() -> None:
    parsed = parse_date("2019-06-20 15:09", NOW)
    assert parsed is not None
    assert parsed.at > NOW


def test_beijing_time_of_a_government_page_is_not_taken_for_utc() -> None:
    """A public crawler stamps such times as UTC: eight hours wrong."""
    parsed = parse_date("2019-06-17 08:30", NOW)
    assert parsed is not None
    assert parsed.at.utcoffset() == timedelta(hours=8)


def test_now_without_a_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="time zone"):
        parse_date("刚刚", datetime(2019, 6, 20))  # noqa: DTZ001 - the fault under test


@pytest.mark.parametrize("written", ["2099-01-01", "1970-01-01 08:00:00"])
def test_claim_of_a_record_is_readable_even_if_implausible(written: str) -> None:
    claim = read_claim(written, NOW)
    assert claim is not None
    assert claim.at.strftime("%Y-%m-%d") == written[:10]


@pytest.mark.parametrize(
    ("read_at", "written"),
    [
        ("2026-11-27 12:00", "11-28"),
        ("2026-11-27 12:00", "11-29"),
        ("2026-11-27 22:00", "11-28 08:30"),
        ("2026-11-27 22:00", "11月28日"),
        ("2026-12-31 23:40", "01-01"),
        ("2026-12-30 09:00", "1月1日"),
        ("2026-12-31 23:40", "27-01-01"),
        ("2028-02-27 09:00", "02-29"),
        ("2028-02-28 09:00", "2月29日 08:00"),
    ],
)
def test_a_day_without_its_year_that_is_ahead_is_unknown_and_never_last_years(read_at: str, written: str) -> None:
    now = datetime.fromisoformat(read_at).replace(tzinfo=BEIJING)
    assert parse_date(written, now) is None
    claim = read_claim(written, now)
    assert claim is not None
    assert timedelta() < claim.at - now <= timedelta(days=2)


@pytest.mark.parametrize(
    ("read_at", "written", "expected"),
    [
        ("2026-11-27 12:00", "11-30", "2025-11-30"),
        ("2026-11-27 12:00", "11-27", "2026-11-27"),
        ("2026-11-27 23:55", "11-28", "2026-11-28"),
        ("2027-01-01 00:05", "12-31", "2026-12-31"),
        ("2027-01-01 00:05", "01-01", "2027-01-01"),
        ("2026-12-29 12:00", "01-01", "2026-01-01"),
        ("2027-02-28 12:00", "02-29", "2024-02-29"),
        ("2028-02-26 12:00", "02-29", "2024-02-29"),
        ("2028-02-29 12:00", "02-29", "2028-02-29"),
        ("2028-03-01 12:00", "02-29", "2028-02-29"),
    ],
)
def test_a_day_without_its_year_is_the_latest_that_is_past(read_at: str, written: str, expected: str) -> None:
    parsed = parse_date(written, datetime.fromisoformat(read_at).replace(tzinfo=BEIJING))
    assert parsed is not None
    assert parsed.at.strftime("%Y-%m-%d") == expected


@given(st.datetimes(min_value=datetime(1990, 1, 1), max_value=datetime(2019, 6, 20)))  # noqa: DTZ001 - made aware in the test
def test_every_minute_is_read_back_from_the_usual_chinese_forms(moment: datetime) -> None:
    moment = moment.replace(second=0, microsecond=0, tzinfo=BEIJING)
    for form in ("%Y年%m月%d日 %H:%M", "%Y-%m-%d %H:%M", "%Y/%m/%d %H:%M", "发布时间：%Y年%m月%d日%H时%M分"):
        parsed = parse_date(moment.strftime(form), NOW)
        assert parsed is not None
        assert parsed.at == moment


@given(st.text(max_size=200))
def test_no_text_makes_the_grammar_raise_or_give_the_future(text: str) -> None:
    parsed = parse_date(text, NOW)
    assert parsed is None or parsed.at <= NOW + timedelta(minutes=10)
