from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from service.domain.cases.secrecy import confidentiality_findings

LEVELS = ("绝密", "机密", "秘密")
STARS = ("★", "☆", "*", "＊", "⭐")
PERIODS = ("", "10年", "5 年", "１０年", "六个月", "长期", "长 期")
GAPS = ("", " ", "　", "\u200b", "  ", "·")
BEFORE = ("", "关于某事项的请示\n", "第3期 ", "（此件）")
AFTER = ("", "\n关于有关情况的报告", " 签发人", "。")


def kinds(text: str) -> list[str]:
    return [finding.kind for finding in confidentiality_findings(text)]


@given(
    st.sampled_from(LEVELS),
    st.sampled_from(STARS),
    st.sampled_from(PERIODS),
    st.lists(st.sampled_from(GAPS), min_size=3, max_size=3),
    st.sampled_from(BEFORE),
    st.sampled_from(AFTER),
)
@settings(max_examples=300)
def test_every_spelling_of_a_starred_mark_is_found_and_blocks(
    level: str, star: str, period: str, gaps: list[str], before: str, after: str
) -> None:
    mark = f"{level[0]}{gaps[0]}{level[1]}{gaps[1]}{star}{gaps[2]}{period}"
    text = before + mark + after
    found = [finding for finding in confidentiality_findings(text) if finding.kind == "classified"]
    assert len(found) == 1
    assert found[0].blocking
    assert text[found[0].start : found[0].end] == found[0].text
    assert level[0] in found[0].text


@pytest.mark.parametrize(
    "text",
    [
        "机密",
        "绝　密\n关于某事项的报告",
        "【机密】某情况",
        "(秘密)第5期",
        "密级：机密",
        "密 级：秘 密",
        "秘密等级:绝密",
        "保密期限：10年",
        "★机密★",
        "標題\n機密★長期",
        "秘密级★1年",
        "机密件★",
        "［绝密］",
        "机密 5年\n正文",
        "秘密第0012号",
    ],
)
def test_marks_without_a_star_in_the_right_place_block_too(text: str) -> None:
    assert any(finding.blocking for finding in confidentiality_findings(text)), kinds(text)


@pytest.mark.parametrize(
    "text",
    [
        "依照《保守国家秘密法》办理。",
        "国家秘密的密级分为绝密、机密、秘密三级。",
        "属于商业秘密的，不予公开。",
        "企业以商业秘密为由拒绝提供。",
        "绝密级国家秘密的保密期限不超过三十年。",
        "他透露了一个秘密。",
        "处方工艺属于企业秘密*，见附注。",
        "机密文件的管理另有规定。",
        "内部管理资料齐全。",
        "不得外传染病毒。",
    ],
)
def test_the_words_in_an_ordinary_sentence_are_no_mark(text: str) -> None:
    assert "classified" not in kinds(text)


@pytest.mark.parametrize(
    "text",
    [
        "内部资料 注意保存",
        "内部资料，请妥善保管",
        "【内部资料】",
        "内 部 参 考\n第7期",
        "仅供内部使用",
        "此件严禁外传。",
        "工作秘密★",
    ],
)
def test_a_mark_of_internal_papers_is_named_and_does_not_block(text: str) -> None:
    found = confidentiality_findings(text)
    assert "internal" in {finding.kind for finding in found}
    assert not any(finding.blocking for finding in found)


def test_the_law_texts_raise_no_false_alarm(shared_data: Path) -> None:
    files = sorted((shared_data / "law").glob("*.md"))
    assert len(files) == 28
    alarms = [(file.name, one.text) for file in files for one in confidentiality_findings(file.read_text("utf-8"))]
    assert alarms == []


@pytest.mark.parametrize(
    ("text", "kind", "words"),
    [
        ("联系电话13800138000。", "mobile", "13800138000"),
        ("电话１３８００１３８０００", "mobile", "１３８００１３８０００"),
        ("身份证号110101199003070011", "id_card", "110101199003070011"),
        ("患者身份证：360102199001011234", "id_card", "360102199001011234"),
        ("卡号6222 0212 3456 7890 128 已退款", "bank_card", "6222 0212 3456 7890 128"),
        ("卡号3782 8224 6310 005", "bank_card", "3782 8224 6310 005"),
        ("邮箱zhang@example.com", "email", "zhang@example.com"),
        ("患者张三丰，男，45岁", "person_name", "张三丰"),
        ("患儿家属李小四称", "person_name", "李小四"),
        ("患者肖建国，男", "person_name", "肖建国"),
        ("患者皇甫明远，男", "person_name", "皇甫明远"),
        ("姓名：欧阳某甲", "person_name", "欧阳某甲"),
        ("来电人：王小明", "person_name", "王小明"),
        ("住院号：20230456", "medical_record", "20230456"),
        ("病历号M1234567", "medical_record", "M1234567"),
        ("住某某路12号3栋2单元501室", "address", "住某某路12号3栋2单元501室"),
        ("家住青山村3组18号", "address", "家住青山村3组18号"),
        ("电话不详，住某市某区学府大道1号。", "address", "某市某区学府大道1号"),
        ("住址：某市某区向阳东路88号", "address", "某市某区向阳东路88号"),
        ("他住在某县某村3组", "address", "某县某村3组"),
        ("微信号：abc_12345", "account", "abc_12345"),
        ("住某某路12号3栋2单元501室13800138000", "mobile", "13800138000"),
        ("住某某路12号3栋2单元501室13800138000", "address", "住某某路12号3栋2单元501室"),
    ],
)
def test_personal_data_is_named_with_span_and_kind(text: str, kind: str, words: str) -> None:
    [finding] = [one for one in confidentiality_findings(text) if one.kind == kind]
    assert text[finding.start : finding.end] == finding.text == words
    assert not finding.blocking
    assert words not in str(finding.as_json())


@pytest.mark.parametrize(
    "text",
    [
        "患者高烧不退，已送医。",
        "患者张某某已出院。",
        "来电人：万先生",
        "患者方便时可到门诊复查，",
        "投诉人王女士称",
        "热线12331、12345、12315。",
        "国药准字H20999871，批号250103。",
        "追溯码81234567890123456789",
        "北京东路1566号省药监局",
        "患者住院部在人民路3号",
        "住所地某市学府大道1号",
        "患者温馨提示：",
        "金额为6222021234567890129元的货款",
        "编号6222021234567890128",
        "回执622202123452",
        "2026年11月25日14时30分",
    ],
)
def test_what_identifies_nobody_is_left_alone(text: str) -> None:
    assert kinds(text) == []


@pytest.mark.parametrize("mark", ["【机密★10年】", "密级：【绝密】", "★机密★", "机密★长期", "机密", "秘密5年"])
def test_one_mark_that_reads_in_several_ways_is_told_once_and_without_the_line_around_it(mark: str) -> None:
    found = confidentiality_findings(f"第3期\n{mark}\n正文")
    assert [(one.kind, one.text.strip("【】★密级：")) for one in found] == [("classified", mark.strip("【】★密级："))]
    assert "\n" not in found[0].text


def test_findings_come_in_the_order_in_which_a_reader_meets_them() -> None:
    assert kinds("联系电话13800138000。\n机密★10年\n患者张三丰，男") == ["mobile", "classified", "person_name"]
    assert kinds("患者张三丰，男，电话13800138000") == ["person_name", "mobile"]
    assert kinds("机密★10年\n正文\n【内部资料】") == ["classified", "internal"]
    assert kinds("【内部资料】\n正文\n机密★10年") == ["internal", "classified"]


@given(st.text(alphabet=st.sampled_from("绝密机秘★☆ \n　【】患者张三号0123456789年室栋路：:,。内部资料"), max_size=80))
@settings(max_examples=200)
def test_spans_are_always_those_of_the_text(text: str) -> None:
    for finding in confidentiality_findings(text):
        assert text[finding.start : finding.end] == finding.text != ""
