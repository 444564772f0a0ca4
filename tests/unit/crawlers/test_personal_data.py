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


@pytest.mark.parametrize(
    "number",
    [
        "l38l2345678",
        "1381234567O",
        "138（1234）5678",
        "【138】12345678",
        "(138)1234-5678",
        "138*1234*5678",
        "138\u22121234\u22125678",
    ],
)
def test_mobile_number_that_letters_or_brackets_hide_is_masked_where_persons_speak(number: str) -> None:
    masked = mask_personal_data(f"请打{number}，谢谢", landlines=True)
    assert masked.endswith("38********，谢谢")
    assert mask_personal_data(masked, landlines=True) == masked


@pytest.mark.parametrize(
    "number",
    [
        *(
            "138,1234,5678",
            "138，1234，5678",
            "138、1234、5678",
            "138：1234：5678",
            "138\n1234\n5678",
            "138\r\n12345678",
        ),
        *(
            "13812\n345678",
            "138 12 34 56 78",
            "138-1234-56 78",
            "1，3，8，1，2，3，4，5，6，7，8",
            "幺三八，幺二三四，五六七八",
        ),
        *(
            "138   1234   5678",
            "138 - 1234 - 5678",
            "a13812345678",
            "13812345678ext12",
            "13812345678转801",
            "l38（l234）567O",
        ),
    ],
)
@pytest.mark.parametrize("word", ["电话", "联系：", "加我微信 ", "Tel: ", "手机号码是", "+86 "])
def test_what_is_called_a_telephone_is_masked_whatever_stands_between_its_digits(word: str, number: str) -> None:
    masked = mask_personal_data(f"{word}{number}，谢谢")
    assert "********" in masked
    assert not any(last in masked for last in ("5678", "56 78", "345678", "567O", "6，7，8", "五六七八"))
    assert mask_personal_data(masked) == masked


@pytest.mark.parametrize(
    "dressed",
    [
        "{0}（{1}）{2}",
        "{0}.{1}.{2}",
        "{0}\n{1}\n{2}",
        "{0}，{1}，{2}",
        "身份证号码 {0} {1} {2}",
        "身份证：{0}l99OO1O1{2}",
    ],
)
def test_citizens_number_is_masked_whatever_its_digits_wear(dressed: str) -> None:
    number = checked("36010219900101123")
    for told in (number, number.replace("0", "O")):
        masked = mask_personal_data(f"号{dressed.format(told[:6], told[6:14], told[14:])}，")
        assert masked.count("*") >= 12
        assert told[14:] not in masked


def test_number_of_fifteen_digits_is_a_citizens_where_it_is_called_so() -> None:
    assert mask_personal_data("身份证号：360102900101123，") == "身份证号：360102*********，"
    assert mask_personal_data("单号：360102900101123，") == "单号：360102900101123，"


@pytest.mark.parametrize(
    "number", ["0791 - 88123456", "0791\n88123456", "O791-88123456", "+86-791-88123456", "座机88123456"]
)
def test_fixed_line_is_masked_whatever_its_digits_wear(number: str) -> None:
    assert mask_personal_data(f"请打{number}，", landlines=True).endswith("********，")


@pytest.mark.parametrize(
    "text",
    [
        *("联系客服退款138元，1234盒5678片", "拨打12315、12345、12331投诉", "致电400-820-8820", "电话：4008208820"),
        *(
            "电话说是2024年1月15日 13:58:12 投诉",
            "投诉电话 2024-01-15 13:30:45，15 1234",
            "座机20240115",
            "电话预约20240115",
        ),
        *(
            "国药准字H2013l234",
            "国药准字Z36020138，批号 180123O1",
            "联系厂家问批号：13812345O78",
            "电话 13 14 15 16 17 18",
        ),
        *(
            "证件号：91360100158312345X",
            "证件号码 赣食药监械经营备20151234号",
            "抽检 150（20260115）不合格",
            "号码牌 1399，1288，135",
        ),
        *(
            "检出 13.8，12.34，56.78 mg/kg",
            "规格 150（75）1234（5678）",
            "价格135、1288、1399元",
            "追溯码 81234 5678901 2345678",
        ),
    ],
)
def test_dates_prices_hotlines_batches_and_codes_of_firms_are_no_dressed_numbers(text: str) -> None:
    assert mask_personal_data(text) == text
    assert mask_personal_data(text, landlines=True) == text


def test_address_that_only_ends_like_an_offices_is_a_persons() -> None:
    assert mask_personal_data("lisi@evilgov.cn lisi@sub.gov.cn") == "***@evilgov.cn lisi@sub.gov.cn"


def test_fixed_lines_are_masked_only_where_persons_speak() -> None:
    text = "联系0791-88123456"
    assert mask_personal_data(text) == text
    assert mask_personal_data(text, landlines=True) == "联系0791-********"


@given(st.text(alphabet="0123456789Xx@.-+ abc电话：１３８一三①\u200blOo（）,\n*身份证", max_size=80))
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
