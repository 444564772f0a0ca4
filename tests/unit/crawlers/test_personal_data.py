import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawlers.personal_data import author_hash, mask_personal_data

KEY = b"0123456789abcdef"


def checked(first_seventeen: str) -> str:
    weights = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
    total = sum(int(digit) * weight for digit, weight in zip(first_seventeen, weights, strict=True))
    return first_seventeen + "10X98765432"[total % 11]


def test_citizens_number_keeps_its_region_only() -> None:
    number = checked("36010219900101000")
    assert mask_personal_data(f"身份证{number}，") == "身份证360102************，"


@pytest.mark.parametrize(
    "number", ["138-1234-5678", "138 1234 5678", "13812345678", "１３８１２３４５６７８", "+86 13812345678"]
)
def test_mobile_number_is_found_however_its_digits_are_grouped(number: str) -> None:
    assert mask_personal_data(f"电话{number}。").endswith("********。")


def test_number_with_a_wrong_check_digit_is_no_citizens_number() -> None:
    number = checked("36010219900101000")
    wrong = number[:-1] + ("1" if number[-1] != "1" else "2")
    assert mask_personal_data(wrong) == wrong


def test_number_with_an_impossible_birthday_is_no_citizens_number() -> None:
    number = checked("36010219900231000")
    assert mask_personal_data(number) == number


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        ("电话13812345678。", "电话138********。"),
        ("电话138-1234-5678", "电话138********"),
        ("电话138 1234 5678", "电话138********"),
        ("+8613812345678", "+86138********"),
        ("家属要求查明批号。电话13812345678", "家属要求查明批号。电话138********"),
        ("说了批号、手机13812345678", "说了批号、手机138********"),
        ("电话１３８１２３４５６７８", "电话１３８********"),
        ("李某 lisi@example.com 反映", "李某 ***@example.com 反映"),
    ],
)
def test_numbers_and_addresses_of_persons_are_masked(text: str, masked: str) -> None:
    assert mask_personal_data(text) == masked


@pytest.mark.parametrize(
    "text",
    [
        "国药准字H20190001",
        "批号：15012345678",
        "追溯码81234567890123456789",
        "条码 6901234567892",
        "拨打12331投诉",
        "jxfda@jiangxi.gov.cn",
        "价格13812345678.5元",
        "型号A13812345678",
    ],
)
def test_numbers_of_products_and_offices_stay(text: str) -> None:
    assert mask_personal_data(text) == text


def test_fixed_lines_are_masked_only_where_persons_speak() -> None:
    text = "联系0791-88123456"
    assert mask_personal_data(text) == text
    assert mask_personal_data(text, landlines=True) == "联系0791-********"


@given(st.text(alphabet="0123456789Xx@.-+ abc电话：１３８", max_size=80))
def test_masking_twice_is_masking_once(text: str) -> None:
    once = mask_personal_data(text, landlines=True)
    assert mask_personal_data(once, landlines=True) == once


def test_author_hash_depends_on_key_source_and_name() -> None:
    first = author_hash(KEY, "weibo", "100001")
    assert first == author_hash(KEY, "weibo", "100001")
    others = {
        author_hash(KEY, "zhihu", "100001"),
        author_hash(KEY, "weibo", "100002"),
        author_hash(KEY[::-1], "weibo", "100001"),
    }
    assert first not in others
    assert len(first) == 20


def test_author_key_too_short_to_protect_is_refused() -> None:
    with pytest.raises(ValueError, match="16 bytes"):
        author_hash(b"short", "weibo", "1")
