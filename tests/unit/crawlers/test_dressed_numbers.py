"""What hides a person's number or address, and what only looks like one. All made up."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawlers.personal_data import find_personal_data, mask_personal_data

DIGITS = "13812345678"
DRESSED = (
    "⒈⒊⒏⒈⒉⒊⒋⒌⒍⒎⒏",
    "❶❸❽❶❷❸❹❺❻❼❽",
    "⑴⑶⑻⑴⑵⑶⑷⑸⑹⑺⑻",
    "➀➂➇➀➁➂➃➄➅➆➇",
    "⓵⓷⓼⓵⓶⓷⓸⓹⓺⓻⓼",
    "¹³⁸¹²³⁴⁵⁶⁷⁸",
    "㈠㈢㈧㈠㈡㈢㈣㈤㈥㈦㈧",
    "one three eight one two three four five six seven eight",
    "One-Three-Eight-One-Two-Three-Four-Five-Six-Seven-Eight",
    "yao san ba yao er san si wu liu qi ba",
    "yaosanbayaoersansiwuliuqiba",
)


@pytest.mark.parametrize("number", DRESSED)
def test_a_mobile_number_is_masked_in_signs_and_words_that_say_its_digits(number: str) -> None:
    masked = mask_personal_data(f"请打{number}，谢谢")
    assert masked.endswith("********，谢谢")
    assert masked.startswith(f"请打{number[:3]}")
    assert mask_personal_data(masked) == masked


@pytest.mark.parametrize("mark", "、，,;；")
def test_a_number_told_as_a_list_of_single_digits_is_masked_where_persons_speak(mark: str) -> None:
    told = f"打我{mark.join(DIGITS)}。"
    assert mask_personal_data(told) == told
    assert mask_personal_data(told, landlines=True) == f"打我{mark.join('138')}********。"


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        ("护照号E12345678，", "护照号E********，"),
        ("护照号码为：EA1234567", "护照号码为：E********"),
        ("持护照（G12345678）入境", "持护照（G********）入境"),
        ("往来港澳通行证C12345678", "往来港澳通行证C********"),
    ],
)
def test_what_is_called_a_passport_number_is_masked(text: str, masked: str) -> None:
    assert mask_personal_data(text) == masked
    assert [one.kind for one in find_personal_data(text)] == ["passport"]


@pytest.mark.parametrize(
    "address",
    [
        "lisi[at]mail[dot]example",
        "lisi(at)mail.example",
        "lisi at mail dot example",
        "lisi＠mail。example",
        "lisi艾特mail点example",
        "lisi @ mail.example",
        "lisi【at】mail【点】example",
    ],
)
def test_a_persons_address_is_masked_whatever_its_signs_are_written_as(address: str) -> None:
    masked = mask_personal_data(f"邮箱{address}，")
    assert masked == f"邮箱***{address.removeprefix('lisi')}，"
    assert mask_personal_data(masked) == masked


def test_an_offices_address_stays_however_it_is_written() -> None:
    assert mask_personal_data("tousu[at]jiangxi[dot]gov[dot]cn") == "tousu[at]jiangxi[dot]gov[dot]cn"


@pytest.mark.parametrize(
    "text",
    [
        "赣ICP备13812345678号-1",
        "赣公网安备13612345678901号",
        "备案编号：赣G妆网备字13812345678",
        "国械注准20173401234，批号13812345678",
        "赣市监罚〔2023〕13812345678号",
        "（01）06901234567892（11）210115（17）230115（10）13812345678",
        "(01)06901234567892(10)13812345678(21)15012345678",
        "UDI码13812345678",
        "金额13812345678元，合计 15012345678 万元",
        "共生产13812345678支，库存 15012345678 万片；13912345678盒药，18612345678人次",
        "联系供应商采购13812345678元。总股本13812345678股",
        "快递单号13812345678，受理号：15012345678",
        "拨打5分钟 1 3 5 1 2 3 4 5 6 7 8",
        "电话5分钟后 1 3 5 1 2 3 4 5 6 7 8",
        "第1、3、5、7、9、1、3、5、7、9、1、3条",
        "one two three four five six seven eight nine zero one",
        "护照办理电话12367，护照E签",
        "look at qq.com，meet at dot",
        "⒈总则⒉职责⒊程序⒋监督⒌附则⒍其他⒎附录⒏说明",
        "①适应症②用法③用量④不良反应⑤禁忌⑥注意⑦贮藏⑧包装⑨有效期",
    ],
)
def test_numbers_of_products_papers_devices_amounts_and_lists_are_no_persons(text: str) -> None:
    assert mask_personal_data(text) == text
    assert mask_personal_data(text, landlines=True) == text


def test_a_number_with_an_amount_or_a_count_before_it_is_a_telephone_still() -> None:
    assert mask_personal_data("退款300元，电话13812345678，元旦联系").count("*") == 8
    assert mask_personal_data("拨打5次13812345678元旦前回").count("*") == 8


@pytest.mark.parametrize(
    "after",
    [
        *(
            "万先生",
            "万分感谢",
            "万一没人接",
            " 万某",
            "万小明",
            "元女士",
            "元旦前回",
            "股长",
            "股东",
            "支付宝同号",
            "支书",
            " 片区负责人",
        ),
        *("台长", "升学", "盒马", "瓶某", "只接短信", "吨吨"),
    ],
)
def test_a_word_that_begins_like_a_unit_does_not_make_an_amount_of_a_telephone(after: str) -> None:
    assert mask_personal_data(f"打13812345678{after}") == f"打138********{after}"


@pytest.mark.parametrize("after", ["支", " 万", "亿，", "盒。", "片"])
def test_what_is_called_a_telephone_is_no_count_whatever_ends_behind_it(after: str) -> None:
    assert mask_personal_data(f"联系电话13812345678{after}") == f"联系电话138********{after}"


PIECES = [
    "护照",
    "E",
    "one",
    "three",
    "san",
    "、",
    "，",
    "at",
    "dot",
    "[at]",
    "@",
    "点",
    "lisi",
    "mail",
    "*",
    "ICP备",
    "（10）",
    "元",
    "（01）06901234567892",
]
PARTS = st.sampled_from([*DRESSED, *DIGITS, *PIECES, " ", "\u200b", " at ", " dot "])


@given(st.lists(PARTS, max_size=25).map("".join))
def test_masking_dressed_numbers_twice_is_masking_once(text: str) -> None:
    once = mask_personal_data(text, landlines=True)
    assert mask_personal_data(once, landlines=True) == once
