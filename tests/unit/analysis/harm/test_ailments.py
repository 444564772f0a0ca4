"""What befell somebody after a use in words that no list of illnesses holds, and the like of it that tells no harm."""

import pytest

from analysis.harm.ailments import ailment_after_use
from analysis.harm.counts import people_counts


def claimed(text: str) -> list[tuple[str, int]]:
    return [(count.type.value, count.value) for count in people_counts(text)]


@pytest.mark.parametrize(
    "text",
    [
        "我女儿5岁,上周在诊所打的针,回来就说腿疼,现在走路一瘸一拐",
        "吃了三个星期,大腿酸得下不了楼,门诊医生说先停",
        "外甥抹了两天,耳朵后面发黑",
        "孩子吃了四片,现在手心全是汗",
        "一名大二男生连服一个月后出现幻听",
        "老公换了药一周,夜里咳得躺不下",
    ],
)
def test_one_person_is_counted_by_what_befell_after_a_use(text: str) -> None:
    assert claimed(text) == [("harmed", 1)]


@pytest.mark.parametrize(
    "text",
    [
        "妈妈膝盖疼,想买点药",
        "吃了三天,腿不疼了,现在能下楼",
        "抹完第二天,孩子脸不红了",
        "外用后如果皮肤发红请停用",
        "一位患者吃药后会觉得嘴干",
        "你吃了两天手抖吗",
    ],
)
def test_why_a_medicine_is_taken_that_it_helped_and_what_may_come_tell_no_harm(text: str) -> None:
    assert not claimed(text)


def test_an_ailment_before_the_use_is_none_of_it() -> None:
    assert ailment_after_use("腿疼得走不了路,医生开了膏药") is None
    assert ailment_after_use("贴了膏药第二天腿疼得走不了路") is not None


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("我跟我妈跟小姨娘仨用完这霜全过敏了", 3),
        ("三姐妹打针后脸上化脓", 3),
        ("爷俩喝完药酒中毒住院", 2),
        ("医院检查出14个孩子存在不同程度的腹痛", 14),
        ("护士用同一支注射器为2名儿童先后接种疫苗", 2),
    ],
)
def test_kin_by_their_number_and_those_given_a_used_needle_are_counted(text: str, value: int) -> None:
    assert claimed(text) == [("harmed", value)]


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("一诊所共用针头,19个人查出丙肝", 19),
        ("一次性针头反复用,村里12人检出乙肝", 12),
        ("透析的六个人丙肝都转阳了", 6),
        ("血透室9名患者丙肝阳性", 9),
        ("某院12名透析患者中9名丙肝抗体阳性", 9),
        ("诊所打针倒了五个", 5),
        ("打疫苗已经晕了8个了", 8),
        ("打完疫苗吐了五个", 5),
    ],
)
def test_those_to_whom_an_illness_passed_by_a_needle_or_a_machine_are_counted(text: str, value: int) -> None:
    assert claimed(text) == [("harmed", value)]


@pytest.mark.parametrize(
    "text",
    ["免费筛查查出乙肝病毒携带者19人,已规范用药", "全县普查检出丙肝12人,已抗病毒治疗", "献浆站筛查3名献浆者乙肝阳性"],
)
def test_carriers_whom_a_screening_found_are_nobody_harmed(text: str) -> None:
    assert not claimed(text)


def test_of_those_who_took_part_only_the_ones_who_fell_ill_count() -> None:
    assert claimed("十四个人去体检,七个血压骤降") == [("harmed", 7)]
    assert ("harmed", 12) in claimed("12名患者输液后发热,3个休克")
    assert ("harmed", 12) in claimed("12名患者玻璃体腔注射后眼内炎,4人单眼失明")


@pytest.mark.parametrize(
    "text",
    [
        "大巴侧翻致2死17伤,医院紧急调配血浆",
        "实验课酒精被点燃,6名学生不同程度烧伤",
        "追剧,大结局男主中毒吐血三升,我笑得要打针",
        "三岁娃过敏性鼻炎,昨天医生开了药",
    ],
)
def test_accidents_fiction_and_standing_illness_are_no_harm_by_a_product(text: str) -> None:
    assert not claimed(text)


def test_those_who_report_to_the_police_are_not_those_who_fell_ill() -> None:
    assert claimed("二十六名家长报案,医院查出14个孩子腹痛") == [("harmed", 14)]
