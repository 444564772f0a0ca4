import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis.assessment import Entity, EntityType
from tests.unit.analysis.reading_of import entities


def of(kind: EntityType, title: str) -> list[Entity]:
    return [entity for entity in entities(title) if entity.type is kind]


@pytest.mark.parametrize(
    ("title", "text", "canonical"),
    [
        ("患者滴注注射用头孢曲松钠后寒战", "注射用头孢曲松钠", "头孢曲松"),
        ("硝酸甘油片断货", "硝酸甘油片", "硝酸甘油"),
        ("网上买的司镁格鲁太", "司镁格鲁太", "司美格鲁肽"),
        ("含西布qu明的胶囊", "西布qu明", "西布曲明"),
    ],
)
def test_drugs_take_salt_and_form_and_resolve_to_their_name(title: str, text: str, canonical: str) -> None:
    assert (text, canonical) in [(e.text, e.canonical) for e in of(EntityType.DRUG, title)] or (
        canonical in {e.canonical for e in of(EntityType.DRUG, title)}
        and any(text in e.text for e in of(EntityType.DRUG, title))
    )


@pytest.mark.parametrize(
    ("title", "text", "code"),
    [
        ("赣州市于都县贡江镇一诊所被查", "赣州市于都县贡江镇", "360731100"),
        ("进贤一诊所5人输液后寒战", "进贤", "360124"),
        ("江西通报三批次药品", "江西", "360000"),
        ("安徽省宿州市两名患者", "安徽省宿州市", "341300"),
        ("在万年县买到假药", "万年县", "361129"),
        ("南昌多名患者用药后发热", "南昌", "360100"),
        ("南昌县多名患者用药后发热", "南昌县", "360121"),
        ("赣州一诊所被查", "赣州", "360700"),
        ("在深圳龙华打了水光针", "深圳龙华", "440309"),
        ("重庆万州警方通报", "重庆万州", "500101"),
        ("听说南康有个卫生院出事", "南康", "360703"),
        ("宜春市场监管局通报", "宜春", "360900"),
        ("赣州于都坳镇卫生院出事", "赣州于都坳镇", "360731"),
        ("昨天在云南楚雄", "云南楚雄", "532300"),
        ("长春新碱断货，南昌家长着急", "南昌", "360100"),
    ],
)
def test_regions_are_read_with_their_code_nested_names_as_one(title: str, text: str, code: str) -> None:
    assert [(e.text, e.code) for e in of(EntityType.REGION, title)] == [(text, code)]


@pytest.mark.parametrize(
    "title",
    [
        "药品已开封三个月",
        "祝大家健康安康",
        "这是千万年的传统",
        "买了一朵莲花",
        "张朝阳谈降压药",
        "莲花清瘟胶囊",
        "孙中山故居附近药店",
    ],
)
def test_everyday_words_are_no_places(title: str) -> None:
    assert not of(EntityType.REGION, title)


@pytest.mark.parametrize(
    "number",
    ["国药准字H20999502", "国械注进20203149905", "苏械注准20202089931", "赣G妆网备字2026999083", "国妆特字G20209906"],
)
def test_approval_numbers_are_found_whole(number: str) -> None:
    assert [(e.text, e.canonical) for e in of(EntityType.APPROVAL_NO, f"标示{number}的产品")] == [(number, number)]


def test_batches_in_a_list_are_found_one_by_one() -> None:
    assert [e.text for e in of(EntityType.BATCH_NO, "批号2410Z06、240511的药品")] == ["2410Z06", "240511"]


def test_an_antigen_that_blood_is_tested_for_is_no_device() -> None:
    assert not of(EntityType.DEVICE, "输完白蛋白复查乙肝表面抗原阳性")
    assert of(EntityType.DEVICE, "药店买的甲流抗原试剂盒是假的")


def test_a_date_like_word_without_digits_is_no_batch() -> None:
    assert not of(EntityType.BATCH_NO, "该批次abcd药品")


def test_firms_that_no_list_knows_are_found_without_the_words_before_them() -> None:
    found = of(EntityType.FIRM, "药品由赣川明制药有限公司生产")
    assert [e.text for e in found] == ["赣川明制药有限公司"]


@pytest.mark.parametrize(
    "title",
    [
        "要求查验清云注射液",
        "坳镇卫生院输注清云注射液后5人寒战",
        "打了一支清云注射液",
        "在赣州买的清云注射液",
        "患者用清云注射液后发热",
    ],
)
def test_a_product_that_no_list_knows_ends_at_verbs_measures_and_places(title: str) -> None:
    assert [e.text for e in of(EntityType.DRUG, title)] == ["清云注射液"]


@pytest.mark.parametrize("title", ["每次吃二十多片", "看这张照片", "不要重新封盖贴", "没药可用"])
def test_amounts_and_everyday_words_are_no_products(title: str) -> None:
    assert not of(EntityType.DRUG, title)


@pytest.mark.parametrize("title", ["他在保险公司上班", "全公司都在加班", "一家医药公司回应"])
def test_kinds_of_firms_are_no_firms(title: str) -> None:
    assert not of(EntityType.FIRM, title)


def test_a_region_is_named_once_by_its_longest_form() -> None:
    assert [e.text for e in of(EntityType.REGION, "赣州通报：赣州市三家药店被查")] == ["赣州市"]


def test_generic_names_are_classes_and_vaccines_are_named() -> None:
    found = {e.text: e.type for e in entities("接种过期的水痘疫苗后买中成药")}
    assert found["水痘疫苗"] is EntityType.VACCINE
    assert found["中成药"] is EntityType.PRODUCT_CLASS


WORDS = st.sampled_from(
    ["头孢曲松钠", "布洛芬", "江西", "深圳", "龙华", "楚雄", "云南", "面霜", "活血膏", "公司", "赣州市", "于都县", "，", "。", " ", "5名患者", "死亡", "\u200b", "🐛", "批号AB123", "国药准字H20999502", "某某制药有限公司", "Ａ", "藥"]
)  # fmt: skip


@given(st.lists(WORDS, max_size=12), st.lists(WORDS, max_size=12))
def test_offsets_point_at_the_text_of_the_named_field(title: list[str], text: list[str]) -> None:
    fields = {"title": "".join(title) or "无", "text": "".join(text)}
    for entity in entities(fields["title"], fields["text"]):
        assert fields[entity.field][entity.start : entity.end] == entity.text != ""


def test_everyday_goods_are_products_where_people_came_to_harm() -> None:
    assert [e.text for e in of(EntityType.COSMETIC, "用了面霜后一名婴儿中毒")] == ["面霜"]
    assert not of(EntityType.COSMETIC, "面霜怎么选")


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        ("召回批号S2401至S2409的产品", ["S2401", "S2409"]),
        ("批号我抄下来了:C2406113,请查", ["C2406113"]),
        ("袋上的批号一字不差(230914-2)", ["230914-2"]),
        ("批号从MS2408到MS2411", ["MS2408", "MS2411"]),
        ("批号看不清,国药准字H20999502", []),
    ],
)
def test_a_batch_number_is_found_behind_the_words_that_tell_of_it(text: str, numbers: list[str]) -> None:
    assert [e.text for e in of(EntityType.BATCH_NO, text)] == numbers
