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


@pytest.mark.parametrize(
    "number",
    [
        "138.1234.5678",
        "138—1234—5678",
        "138－1234－5678",
        "138\u00a01234\u00a05678",
        "138\u30001234\u30005678",
        "138 1234  5678",
        "138\u200b12345678",
        "1\u200b3\u200b8\u200b1\u200b2\u200b3\u200b4\u200b5\u200b6\u200b7\u200b8",
        "tel13812345678",
        "vx13812345678",
        "008613812345678",
        "一三八一二三四五六七八",
        "幺三八幺二三四五六七八",
        "壹叁捌壹贰叁肆伍陆柒捌",
        "①③⑧①②③④⑤⑥⑦⑧",
        "138一二三四5678",
        "𝟏𝟑𝟖𝟏𝟐𝟑𝟒𝟓𝟔𝟕𝟖",
    ],
)
def test_mobile_number_is_masked_whatever_hides_it(number: str) -> None:
    masked = mask_personal_data(f"电话{number}，谢谢")
    assert "****" in masked
    assert "5678" not in masked
    assert not any(last in masked for last in ("六七八", "陆柒捌", "⑥⑦⑧", "𝟔𝟕𝟖"))
    assert masked.endswith("，谢谢")
    assert mask_personal_data(masked) == masked


@pytest.mark.parametrize("number", ["138 12345678", "138-12345678", "1381234 5678", "1 3 8 1 2 3 4 5 6 7 8"])
def test_number_in_two_groups_or_digit_by_digit_is_masked_where_persons_speak(number: str) -> None:
    text = f"打我{number}"
    assert mask_personal_data(text) == text
    assert mask_personal_data(text, landlines=True).endswith("********")


@pytest.mark.parametrize(
    "grouped", ["{0} {1} {2}", "{0}-{1}-{2}", "{0}\u200b{1}\u200b{2}", "{0}　{1}　{2}", "sfz{0}{1}{2}"]
)
def test_citizens_number_is_masked_however_its_digits_are_grouped(grouped: str) -> None:
    number = checked("36010219900101000")
    masked = mask_personal_data(f"身份证：{grouped.format(number[:6], number[6:14], number[14:])}，")
    assert "****" in masked
    assert "1990" not in masked
    assert number[14:] not in masked


def test_citizens_number_told_digit_by_digit_is_masked() -> None:
    number = checked("36010219900101000")
    spelled = number.translate(str.maketrans("0123456789", "〇一二三四五六七八九"))
    for told in (" ".join(number), spelled, number.replace("X", "ｘ"), "\u200b".join(number)):
        assert mask_personal_data(f"号码{told}。").count("*") >= 12


def test_what_is_called_a_citizens_number_is_masked_though_a_digit_is_wrong() -> None:
    assert mask_personal_data("身份证号：360102199001010009，") == "身份证号：360102************，"


@pytest.mark.parametrize(
    "text",
    [
        "抽检 150 20260115 不合格",
        "pH 1.3 1.2 1.5 1.4 1.2 1.7",
        "共 191.77828505 吨",
        "一九九八、二〇〇一和二〇二六年",
        "1850 320 1200 150 2",
        "360102 1990 0101 00 9",
    ],
)
def test_figures_of_a_table_stay_even_where_persons_speak(text: str) -> None:
    assert mask_personal_data(text, landlines=True) == text


@pytest.mark.parametrize("number", ["0791－88123456", "0791-8812 3456", "079188123456", "0791.88123456"])
def test_fixed_line_is_found_however_its_digits_are_grouped(number: str) -> None:
    assert mask_personal_data(f"请打{number}，", landlines=True).endswith("********，")


def test_address_that_only_ends_like_an_offices_is_a_persons() -> None:
    assert mask_personal_data("lisi@evilgov.cn lisi@sub.gov.cn") == "***@evilgov.cn lisi@sub.gov.cn"


def test_fixed_lines_are_masked_only_where_persons_speak() -> None:
    text = "联系0791-88123456"
    assert mask_personal_data(text) == text
    assert mask_personal_data(text, landlines=True) == "联系0791-********"


@given(st.text(alphabet="0123456789Xx@.-+ abc电话：１３８一三①\u200b", max_size=80))
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
