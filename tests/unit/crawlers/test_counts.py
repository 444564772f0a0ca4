import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawlers.parsing.counts import MAX_COUNT, parse_count


@pytest.mark.parametrize(
    ("written", "count"),
    [
        ("0", 0),
        ("12", 12),
        ("1,234", 1234),
        ("1，234", 1234),
        ("12,345,678", 12345678),
        ("1.2万", 12000),
        ("1.15万", 11500),
        ("10万+", 100000),
        ("10w+", 100000),
        ("10W", 100000),
        ("3亿", 300000000),
        ("1.25亿", 125000000),
        ("3.5k", 3500),
        ("２．５万", 25000),
        ("5千", 5000),
        ("约3万", 30000),
        ("100多万", None),
        ("阅读1.2亿", 120000000),
        ("阅读：1.2亿", 120000000),
        ("12次", 12),
        ("33 条评论", 33),
        (" 7 ", 7),
        (7, 7),
        (7.9, 7),
    ],
)
def test_count_is_read_as_platforms_write_it(written: object, count: int | None) -> None:
    assert parse_count(written) == count


@pytest.mark.parametrize(
    "written",
    [
        "",
        "-",
        "--",
        "暂无",
        "未知",
        None,
        True,
        "-5",
        -5,
        "1e9",
        "热",
        "1.2.3",
        float("nan"),
        float("inf"),
        10**30,
        "9" * 80,
    ],
)
def test_unknown_is_not_zero(written: object) -> None:
    assert parse_count(written) is None


def test_largest_count_fits_a_database_column() -> None:
    assert parse_count(str(MAX_COUNT)) == MAX_COUNT
    assert parse_count(str(MAX_COUNT + 1)) is None


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("三万五千", 35_000),
        ("两亿", 200_000_000),
        ("十二万", 120_000),
        ("一百零五", 105),
        ("三千二百多人", 3_200),
        ("一亿两千万次", 120_000_000),
        ("零", 0),
        ("三万零五", 30_005),
        ("十", 10),
        ("一万亿", None),
        ("三万五", None),
        ("五三", None),
        ("万三", None),
        ("十几万", None),
        ("数百", None),
        ("百", None),
        ("千万", None),
    ],
)
def test_numeral_in_words_is_read_where_it_can_mean_one_number_only(text: str, count: int | None) -> None:
    assert parse_count(text) == count


@given(st.text(alphabet="零〇一二两三四五六七八九十百千万亿", max_size=12))
def test_any_row_of_numerals_is_a_count_or_unknown(text: str) -> None:
    count = parse_count(text)
    assert count is None or 0 <= count <= MAX_COUNT
