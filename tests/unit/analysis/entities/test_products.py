"""Products by list, by how they are called, and what only looks like one."""

import pytest

from analysis.assessment import Entity, EntityType
from tests.unit.analysis.reading_of import entities

DRUG, DEVICE, COSMETIC, VACCINE = EntityType.DRUG, EntityType.DEVICE, EntityType.COSMETIC, EntityType.VACCINE


def named(kind: EntityType, title: str, text: str = "") -> list[Entity]:
    return [entity for entity in entities(title, text) if entity.type is kind]


def words(kind: EntityType, title: str, text: str = "") -> list[str]:
    return [entity.text for entity in named(kind, title, text)]


@pytest.mark.parametrize(
    ("written", "canonical"),
    [
        ("立普妥", "阿托伐他汀"),
        ("可威", "奥司他韦"),
        ("丙球", "静注人免疫球蛋白"),
        ("施慧达", "左氨氯地平"),
        ("钙尔奇", "碳酸钙D3"),
        ("瘦脸针", "肉毒素"),
        ("优卡丹", "小儿复方氨酚烷胺"),
    ],
)
def test_brand_and_everyday_names_resolve_to_the_generic_name(written: str, canonical: str) -> None:
    assert [(e.text, e.canonical) for e in named(DRUG, f"网上买的{written}真假难辨")] == [(written, canonical)]


@pytest.mark.parametrize(
    ("written", "canonical"),
    [("水痘减毒活疫苗", "水痘疫苗"), ("双价人乳头瘤病毒疫苗", "二价hpv疫苗"), ("冻干人用狂犬病疫苗", "狂犬病疫苗")],
)
def test_the_registered_name_of_a_vaccine_is_its_everyday_one(written: str, canonical: str) -> None:
    assert [(e.text, e.canonical) for e in named(VACCINE, f"昨天打了{written}")] == [(written, canonical)]


def test_two_names_in_a_row_are_two_drugs() -> None:
    assert words(DRUG, "同时开了清云颗粒和青禾糖浆") == ["清云颗粒", "青禾糖浆"]


def test_a_medicine_made_of_people_keeps_that_word() -> None:
    assert words(DRUG, "自主研发的人脐带间充质干细胞注射液获批") == ["人脐带间充质干细胞注射液"]


def test_a_family_by_its_class_word_is_no_drug() -> None:
    assert not words(DRUG, "他汀类和喹诺酮类有什么区别")


def test_parts_that_stand_as_one_name_with_a_form_are_one_drug() -> None:
    assert words(DRUG, "他卖的是虎骨追风膏") == ["虎骨追风膏"]


def test_a_pronoun_before_a_stem_belongs_to_the_name() -> None:
    assert words(DRUG, "复方降糖药度那格列汀二甲双胍片暂停销售")[-1] == "度那格列汀二甲双胍片"


def test_a_stop_word_that_segmentation_cuts_in_two_still_ends_a_name() -> None:
    assert words(DRUG, "多家电商平台下架青橙泡腾片") == ["青橙泡腾片"]


@pytest.mark.parametrize(
    "title", ["可以换成喷雾剂", "一粒糖衣片", "被骗吃了“小药丸”", "白色软胶囊", "两人注射江西药企产注射液后死亡"]
)
def test_a_form_without_a_name_is_no_drug(title: str) -> None:
    assert not words(DRUG, title)


def test_a_remedy_in_quotes_is_a_drug_where_a_cure_is_promised() -> None:
    assert words(DRUG, "讲师称“益脉清素”能降血压，一个疗程停药") == ["益脉清素"]
    assert words(DRUG, "老人买了通络虎力贴，说三个疗程膝盖就好") == ["通络虎力贴"]


@pytest.mark.parametrize("title", ["用了“修护洗衣液”", "“青春元素”能治好无聊", "医生开了“止痛药”，一个疗程"])
def test_other_quoted_words_are_no_remedy(title: str) -> None:
    assert not [name for name in words(DRUG, title) if name != "止痛药"]


@pytest.mark.parametrize(
    "title", ["宠物店老板给猫打了干扰素", "给30头牛买的止痢散，畜牧站不管", "宠物医生说别给狗灌双氧水，喂狗要当心"]
)
def test_medicines_for_animals_are_not_named(title: str) -> None:
    assert not words(DRUG, title)


def test_a_bite_by_a_pet_is_a_matter_of_people() -> None:
    assert words(VACCINE, "在宠物店被猫抓伤，打了狂犬病疫苗") == ["狂犬病疫苗"]


@pytest.mark.parametrize("title", ["含何首乌萃取精华的染发膏", "三七炖鸡汤", "金银花味凉茶"])
def test_an_ingredient_of_food_or_cosmetics_is_no_drug(title: str) -> None:
    assert not words(DRUG, title)


def test_the_title_leaves_a_product_to_the_closer_name_in_the_text() -> None:
    found = [(e.field, e.text) for e in named(DRUG, "胰岛素送来是热的", "下单的门冬胰岛素30注射液没有冰袋")]
    assert found == [("text", "门冬胰岛素30注射液")]


def test_the_title_keeps_a_product_that_the_text_names_in_the_same_words() -> None:
    found = {(e.field, e.text) for e in named(DRUG, "布洛芬缺货", "跑了三家药店没有布洛芬，只有布洛芬缓释胶囊")}
    assert ("title", "布洛芬") in found


def test_a_family_name_means_the_only_member_that_the_text_names() -> None:
    found = {e.text: e.canonical for e in named(DRUG, "", "挂头孢的人发烧，听说那箱头孢曲松有问题")}
    assert found == {"头孢": "头孢曲松", "头孢曲松": "头孢曲松"}
    two = {e.text: e.canonical for e in named(DRUG, "", "头孢里头孢曲松和头孢他啶都缺")}
    assert two["头孢"] == "头孢"


def test_a_device_takes_the_words_that_tell_its_kind() -> None:
    assert words(DEVICE, "某公司的可降解左心耳封堵器获批") == ["可降解左心耳封堵器"]
    assert words(DEVICE, "同意手术导航内窥镜优先审查") == ["手术导航内窥镜"]


def test_a_device_is_named_once_by_its_longest_form() -> None:
    assert words(DEVICE, "", "口腔正畸托槽集采，正畸托槽降价") == ["口腔正畸托槽"]


def test_a_branded_herbal_cream_is_a_cosmetic() -> None:
    assert words(COSMETIC, "“萌芽宝宝紫草膏”一夜退红") == ["萌芽宝宝紫草膏"]


def test_a_single_one_of_everyday_goods_is_a_product() -> None:
    assert words(COSMETIC, "我有一款进口沐浴露") == ["沐浴露"]
    assert not words(COSMETIC, "沐浴露怎么选")


@pytest.mark.parametrize("title", ["做了胃镜检查", "透析中心关门", "腹腔镜手术后感染", "12名患者玻璃体腔注射后眼内炎"])
def test_an_examination_is_no_device(title: str) -> None:
    assert not words(DEVICE, title)


def test_what_keeps_the_harmed_alive_is_not_the_product_that_harmed_them() -> None:
    assert not words(DEVICE, "均已注射抗毒素，2人使用呼吸机。")
    assert words(DEVICE, "2人使用呼吸机后死亡") == ["呼吸机"]


def test_a_longer_class_hides_a_device_within_it() -> None:
    assert not words(DEVICE, "企业生产医用敷料")


def test_a_quoted_name_that_ends_in_a_listed_one_is_taken_whole() -> None:
    assert words(COSMETIC, "理发店用的“植萃养黑一洗黑”") == ["植萃养黑一洗黑"]
    assert words(DRUG, "网上求“便宜布洛芬”") == ["布洛芬"]


@pytest.mark.parametrize("title", ["新品发布又在挤牙膏", "电视剧里的防晒梗"])
def test_figures_of_speech_are_no_cosmetics(title: str) -> None:
    assert not words(COSMETIC, title)


@pytest.mark.parametrize("written", ["醋香附", "炒酸枣仁", "酒大黄", "制何首乌", "蜜黄芪"])
def test_a_herb_is_named_with_how_it_was_prepared(written: str) -> None:
    assert words(DRUG, f"抽检的{written}含量不足") == [written]


def test_a_herb_cut_into_slices_is_the_herb() -> None:
    assert words(DRUG, "", "该批红花饮片检出染色剂") == ["红花"]


def test_a_herb_that_is_food_is_a_medicine_beside_another_herb() -> None:
    assert words(DRUG, "药房抓的独活寄生、当归、川芎") != []
    assert "当归" in words(DRUG, "泡脚用的川芎、当归各一把")
    assert not words(DRUG, "枸杞、人参炖鸡汤")


def test_a_class_of_herbs_is_no_herb() -> None:
    assert not words(DRUG, "都是丹参类常规输液")


@pytest.mark.parametrize(
    "written", ["10%氯化钾注射液", "0.9%氯化钠注射液", "氯倍他索丙酸酯", "东莨菪碱透皮贴片", "养血生发胶囊", "三黄洗剂"]
)
def test_strength_ester_and_form_belong_to_the_name(written: str) -> None:
    assert words(DRUG, f"只用了八天{written}就停了") == [written]


def test_what_looks_like_a_dosage_form_is_none() -> None:
    assert not words(DRUG, "复查片和术后片都交给医生")
    assert not words(DRUG, "本期片单里有两部枪战片")


def test_poisons_of_a_play_are_no_drugs() -> None:
    assert not words(DRUG, "大结局里女主喝下七日散", "编剧说那瓶砒霜是道具")


def test_a_quarter_of_a_town_is_no_tablet() -> None:
    assert not words(DRUG, "小蓝片区一家工厂开工")


def test_a_brand_in_another_sold_food_with_a_drug_in_it_is_named() -> None:
    assert "青禾玛卡咖啡" in words(DRUG, "", "警方送检的“青禾玛卡咖啡”检出西地那非")


@pytest.mark.parametrize("written", ["四价流感病毒裂解疫苗", "鼻喷流感疫苗", "灭活流感疫苗", "九价HPV", "流感针"])
def test_what_a_vaccine_is_made_of_belongs_to_its_name(written: str) -> None:
    assert words(VACCINE, f"社区今天可以打{written}") == [written]


def test_a_disease_stands_for_its_vaccine_where_one_is_given_it() -> None:
    assert words(VACCINE, "", "那天打了流脑、乙脑,还有一针五联疫苗") == ["流脑", "乙脑", "五联疫苗"]
    assert not words(VACCINE, "", "医院收治一名流脑患者,接种门诊照常")


def test_volume_belongs_to_a_device_and_strength_to_a_cosmetic() -> None:
    assert words(DEVICE, "捐了一台5升医用制氧机") == ["5升医用制氧机"]
    assert words(COSMETIC, "在家用30%果酸焕肤液灼伤") == ["30%果酸焕肤液"]


def test_a_salve_for_babies_is_a_cosmetic() -> None:
    assert words(COSMETIC, "", "母婴店的青禾婴儿润肤膏擦出胖脸") == ["青禾婴儿润肤膏"]


@pytest.mark.parametrize(
    "written",
    [
        "一次性使用无菌棉签",
        "避光型输液器",
        "可降解吸收缝合线",
        "双腔心脏起搏器",
        "红外额温枪",
        "药物洗脱冠脉球囊导管",
        "可吸收骨内固定钉",
        "人类EGFR基因突变检测试剂盒",
        "医用退热凝胶",
        "一次性消融导管",
        "肝素帽",
    ],
)
def test_a_device_is_named_with_what_it_is_of_and_for(written: str) -> None:
    assert words(DEVICE, f"抽检的一台{written}不合格") == [written]


@pytest.mark.parametrize(
    ("title", "name"),
    [
        ("自家耳温枪不准", "耳温枪"),
        ("科室重复使用一次性穿刺针", "一次性穿刺针"),
        ("租赁家用黄疸治疗仪", "家用黄疸治疗仪"),
    ],
)
def test_words_before_a_device_that_are_not_its_own_are_left(title: str, name: str) -> None:
    assert words(DEVICE, title) == [name]


def test_a_class_with_a_modifier_stays_a_class_and_a_firm_of_devices_is_none() -> None:
    assert not words(DEVICE, "区里签约医用敷料项目")
    assert not words(DEVICE, "赣州青澄理疗贴有限公司")


def test_a_cream_is_named_with_what_it_promises() -> None:
    assert words(COSMETIC, "停了那罐“青澄奶皮霜”") == ["青澄奶皮霜"]


def test_a_vaccine_by_its_disease_and_make_alone_is_a_vaccine() -> None:
    assert words(VACCINE, "", "约的流感亚单位,打完等半小时") == ["流感亚单位"]
