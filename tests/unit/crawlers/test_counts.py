import pytest

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
