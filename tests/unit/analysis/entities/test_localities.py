"""Places of a matter, and what only sounds like one or is named in passing."""

import pytest

from analysis.assessment import Entity, EntityType
from analysis.entities.named_things import find_entities
from analysis.lexicon import load_lexicon
from tests.unit.analysis.reading_of import entities, findings, reading


def regions(title: str, text: str = "") -> list[Entity]:
    return [entity for entity in entities(title, text) if entity.type is EntityType.REGION]


def written(title: str, text: str = "") -> list[str]:
    return [entity.text for entity in regions(title, text)]


@pytest.mark.parametrize(
    "title",
    [
        "上海路一家药店卖错药",
        "药店在北京西路",
        "南京东路的大药房",
        "小店被逼进大连锁",
        "医保定点药店被查",
        "他说一口河南话",
    ],
)
def test_streets_and_words_that_hold_a_place_are_none(title: str) -> None:
    assert not written(title)


@pytest.mark.parametrize("title", ["青山湖区上海路某药店", "南昌市青山湖区上海路一家药店"])
def test_a_street_named_after_another_place_leaves_the_district(title: str) -> None:
    assert [e.code for e in regions(title)] == ["360111"]


@pytest.mark.parametrize("title", ["北京同仁堂回应", "通化东宝回应", "标示无锡青禾医疗科技有限公司的产品"])
def test_a_firm_named_after_a_place_is_not_that_place(title: str) -> None:
    assert not written(title)


def test_a_firm_has_the_seat_in_its_name_as_its_code() -> None:
    firm = next(e for e in entities("标示无锡青禾医疗科技有限公司的产品") if e.type is EntityType.FIRM)
    assert (firm.text, firm.code) == ("无锡青禾医疗科技有限公司", "320200")


def test_a_firm_of_this_province_still_tells_of_the_province() -> None:
    assert written("标示江西青禾制药有限公司生产的颗粒不合格") == ["江西"]
    both = "广东省通报：江西青禾制药有限公司生产的颗粒不合格"
    assert written(both) == ["广东省"]
    assert findings(both).facts["jiangxi"] is True


@pytest.mark.parametrize(
    ("title", "place"),
    [("江西九江市民四处找药", "江西九江"), ("赣州市区一药店", "赣州"), ("宜春市场监管局通报", "宜春")],
)
def test_a_city_ends_before_the_words_that_begin_like_its_suffix(title: str, place: str) -> None:
    assert written(title) == [place]


@pytest.mark.parametrize(
    ("name", "code"), [("南昌湾里", "360112"), ("九江县", "360404"), ("上饶县", "361104"), ("星子县", "360483")]
)
def test_a_division_is_found_under_the_name_it_had(name: str, code: str) -> None:
    assert [(e.text, e.code) for e in regions(f"{name}一诊所被查")] == [(name, code)]


@pytest.mark.parametrize(
    "text",
    [
        "合肥一诊所多人发热。有人被连夜送往南京。",
        "合肥一诊所被查，和之前深圳那个不是一回事。",
        "合肥市局带队赴广州、佛山学习。",
        "合肥一诊所被查。北京、广州多名内分泌科医生表示不建议停药。",
        "合肥一诊所被查，北京来的王院长讲课。",
        "合肥一诊所被查。一位家住苏州的网友留言。",
    ],
)
def test_what_is_named_in_passing_is_not_the_place_of_the_matter(text: str) -> None:
    assert [e.code for e in regions("", text)] == ["340100"]


@pytest.mark.parametrize("text", ["全国药品监管会议在杭州召开", "热身赛将在青岛举行", "下周飞乌鲁木齐，胰岛素怎么带"])
def test_where_people_meet_or_travel_is_no_place_of_a_matter(text: str) -> None:
    assert not written("", text)


def test_a_place_that_is_passed_stays_where_no_other_is_named() -> None:
    assert written("", "病人被送往南京抢救") == ["南京"]


def test_a_town_name_does_not_begin_at_there_is() -> None:
    assert written("听说南康有个乡镇卫生院出事") == ["南康"]


def test_this_province_is_kept_even_in_passing() -> None:
    assert written("", "合肥一诊所多人发热，有人被送往南昌") == ["合肥", "南昌"]
    assert written("", "全省药品会议在南昌召开") == ["南昌"]


def test_cities_of_a_list_are_all_named() -> None:
    assert written("", "记者走访南昌、长沙、合肥三地的药店") == ["南昌", "长沙", "合肥"]


def test_later_sentences_add_only_where_something_happened() -> None:
    assert written("", "宿州市通报一起事件。埇桥区局表示将复核。") == ["宿州市"]
    assert written("", "宿州市通报一起事件。两人在埇桥区某村卫生室输液。") == ["宿州市", "埇桥区"]
    assert written("", "合肥一诊所被查。去年武汉也有过。") == ["合肥"]


def test_a_story_of_many_places_keeps_them_all() -> None:
    assert written("退烧药多地断货", "合肥药店无货。武汉药店限购。") == ["合肥", "武汉"]


def test_a_short_name_gives_way_to_the_place_within_it() -> None:
    assert written("赣州一诊所被查", "赣州市章贡区通报情况") == ["赣州市章贡区"]


def test_a_town_counts_as_its_county_where_that_is_named() -> None:
    assert written("", "记者从南昌市进贤县获悉，该县民和镇一家诊所被查") == ["南昌市进贤县"]


@pytest.mark.parametrize(
    ("title", "code"),
    [
        ("昆山一家药店卖假药", "320583"),
        ("新疆克州的病人", "653000"),
        ("呼市一名患者投诉", "150100"),
        ("酉阳县通报一起药酒中毒", "500242"),
        ("上犹有位读者来信", "360724"),
    ],
)
def test_places_are_known_by_the_short_names_that_people_use(title: str, code: str) -> None:
    assert [e.code for e in regions(title)] == [code]


@pytest.mark.parametrize("name", ["瑞金象湖", "都昌多宝", "泰和塘洲", "定南岭北"])
def test_the_short_name_of_a_town_belongs_to_its_county(name: str) -> None:
    assert written("", f"我们这边{name}有家药店。") == [name]
    assert written("", f"坐标{name}") == [name]


def test_a_zone_without_a_name_of_its_own_belongs_to_the_city() -> None:
    assert written("", "公司注册在南昌高新区,一直没有回复") == ["南昌高新区"]


def test_a_name_alone_in_its_clause_is_a_place() -> None:
    assert written("", "护士多打了一针。德兴,这叫什么事") == ["德兴"]
    assert not written("", "这瓶子万年牢,摔不坏")


@pytest.mark.parametrize("text", ["鄱阳湖边有人卖药", "一碗南昌拌粉", "婺源堂医药的货", "开封一个月内用完"])
def test_lakes_dishes_and_shops_called_after_a_place_are_none(text: str) -> None:
    assert not written("", text)


def test_where_somebody_lives_stays_where_the_patient_was_only_brought_elsewhere() -> None:
    assert written("", "服药后全身脱皮,转南昌治疗。家住永丰县沙溪镇。") == ["永丰县沙溪镇"]


@pytest.mark.parametrize(
    ("title", "place"),
    [
        ("湛江市廉江市安铺镇某连锁药房", "湛江市廉江市安铺镇"),
        ("在武汉市江夏区纸坊街办的卡", "武汉市江夏区纸坊街"),
        ("遵义市汇川区步行街一家药店", "遵义市汇川区"),
        ("廉江市某镇一家药房", "廉江市"),
    ],
)
def test_a_town_is_read_with_its_county_and_an_unnamed_one_is_not(title: str, place: str) -> None:
    assert written(title) == [place]


def test_where_somebody_lives_in_the_county_of_the_matter_tells_it_more_closely() -> None:
    assert written("南昌县检察院办结一案", "家住南昌县向塘镇的吴某被判刑。") == ["南昌县向塘镇"]
    assert written("南昌县检察院办结一案", "家住杭州市的吴某被判刑。") == ["南昌县"]


def test_the_province_of_an_office_adds_nothing_to_the_place_named_before_it() -> None:
    assert written("贵州一干部受审", "贵州省遵义市法院开庭。贵州省药监局表示将倒查。") == ["贵州省遵义市"]


@pytest.mark.parametrize(
    ("title", "code"),
    [
        ("赣州市公安局章贡分局捣毁一假药窝点", "360702"),
        ("抚州市市场监督管理局东乡分局查处一药店", "361003"),
        ("乐安法院审结一起倒卖医保药品案", "361025"),
        ("武汉九江路上那家大药房卖过期药", "420100"),
        ("甘肃庆阳井冈山路一药店卖假药", "621000"),
    ],
)
def test_an_authority_s_branch_a_court_and_a_street_tell_where_they_are(title: str, code: str) -> None:
    assert [e.code for e in regions(title)] == [code]


@pytest.mark.parametrize("title", ["去九江路上一家药店买到假药", "井冈山大道一药店卖假药"])
def test_a_place_on_the_way_and_the_only_place_stay(title: str) -> None:
    assert len(regions(title)) == 1


@pytest.mark.parametrize(
    ("text", "home", "codes"),
    [
        ("日峰镇卫生院打针后过敏", "360000", ["361022100"]),
        ("日峰镇卫生院打针后过敏", None, []),
        ("日峰镇卫生院打针后过敏", "330000", []),
        ("浙江的日峰镇卫生院打针后过敏", "360000", ["330000"]),
        ("城关镇卫生院打针后过敏", "360000", []),
    ],
)
def test_a_town_without_its_county_is_known_to_a_source_of_the_province_alone(
    text: str, home: str | None, codes: list[str]
) -> None:
    found = find_entities(reading("", text), {"title": "", "text": text}, load_lexicon(), home=home)
    assert [one.code for one in found if one.type is EntityType.REGION] == codes


def test_a_town_that_two_counties_have_stays_unknown() -> None:
    towns = [region for regions in load_lexicon().regions.values() for region in regions if region.level == "town"]
    twice = next(one.name for one in towns if len({two.code for two in towns if two.name == one.name}) > 1)
    text = f"{twice}卫生院打针后过敏"
    found = find_entities(reading("", text), {"title": "", "text": text}, load_lexicon(), home="360000")
    assert not [one for one in found if one.type is EntityType.REGION]


@pytest.mark.parametrize(
    ("text", "codes"),
    [
        ("我在赣州上海花园小区门口的广东大药房买的药", ["360700"]),
        ("萍乡市武汉大道上的湖南湘雅诊所打了针", ["360300"]),
        ("九江市浔阳区杭州国际小区旁的北京同仁眼镜店", ["360403"]),
        ("南昌市民去上海某诊所打针后过敏", ["360100", "310000"]),
        ("南昌市民去上海虹桥诊所打针后过敏", ["360100", "310000"]),
    ],
)
def test_a_place_in_the_name_of_an_estate_or_shop_of_another_place_is_none(text: str, codes: list[str]) -> None:
    assert [one.code for one in regions(text)] == codes


@pytest.mark.parametrize(
    ("text", "codes"),
    [
        ("一、赣州市于都县12名患者输液后寒战。\n二、九江市修水县一家美容院为顾客注射假药。", ["360731", "360424"]),
        ("1.于都县12名患者输液后寒战。2.修水县一家美容院被查。", ["360731", "360424"]),
        ("宁都县某药店销售的黄芩片不符合规定；安远县某卫生院使用的陈皮水分超标。", ["360730", "360726"]),
        ("都昌县6名学生皮肤灼伤；另据了解，湖口县一家卫生院冰箱断电。", ["360428", "360429"]),
        ("于都县12名患者输液后寒战；患者转往南昌救治。", ["360731"]),
    ],
)
def test_every_matter_of_a_digest_has_its_place(text: str, codes: list[str]) -> None:
    assert [one.code for one in regions("一周药事回顾", text)] == codes


def test_what_is_made_in_a_county_is_no_fish() -> None:
    assert [one.code for one in regions("听说吃了修水产的六味地黄丸会得肝癌")] == ["360424"]


@pytest.mark.parametrize(
    "text",
    [
        "江西籍女子在杭州美容院打水光针后毁容",
        "祖籍江西的王女士在长沙一美容院打瘦脸针后失明",
        "江西人在武汉诊所输液后死亡",
        "我是江西人，在成都一家药店买的药吃了过敏",
        "江西老乡在东莞打瘦脸针脸烂了",
        "江西女子在杭州美容院打针后毁容",
        "江西游客在三亚药店买到假药，吃后住院",
    ],
)
def test_the_home_of_who_came_to_harm_in_another_province_is_no_place_of_the_matter(text: str) -> None:
    assert not findings("", text).facts["jiangxi"]


@pytest.mark.parametrize(
    "text",
    [
        "江西籍男子在上海输液死亡，所用药品为江西某药厂生产",
        "江西籍女子在杭州做水光针毁容，回江西后住院",
        "宜春人在上海打工，回家后在镇卫生院输液死亡",
        "江西籍患者在长沙抢救，在家附近诊所输的液",
        "江西女子打针后毁容，在杭州维权",
        "江西籍女子输液后死亡",
        "在上海打工的分宜人回分宜后，在镇上诊所输液昏迷",
        "江西籍女子在江西一家美容院毁容，后转到上海",
    ],
)
def test_a_home_stays_where_the_harm_the_maker_or_the_way_back_may_be_there(text: str) -> None:
    assert findings("", text).facts["jiangxi"]


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("罗坳一诊所输液死了两个人", "360731108"),
        ("在罗坳卫生院打针后休克", "360731108"),
        ("昨天去罗坳赶集买的药酒,喝完吐了", "360731108"),
    ],
)
def test_a_town_without_its_suffix_is_known_to_a_source_of_jiangxi(text: str, code: str) -> None:
    found = find_entities(reading("", text), {"title": "", "text": text}, load_lexicon(), home="360000")
    assert [entity.code for entity in found if entity.type is EntityType.REGION] == [code]


@pytest.mark.parametrize(
    ("text", "home"),
    [
        ("罗坳一诊所输液死了两个人", None),
        ("幸福一家诊所输液死了两个人", "360000"),
        ("中村那边一诊所输液死了人", "360000"),
        ("在武汉打工,罗坳一诊所输液死了两个人", "360000"),
        ("车上那边有人晕倒", "360000"),
    ],
)
def test_a_word_that_may_be_any_place_is_no_town(text: str, home: str | None) -> None:
    found = find_entities(reading("", text), {"title": "", "text": text}, load_lexicon(), home=home)
    assert not [one for one in found if one.type is EntityType.REGION and (one.code or "").startswith("36")]


def test_a_town_without_its_suffix_lies_in_the_city_that_the_text_names() -> None:
    assert [entity.code for entity in regions("赣州通报,罗坳一诊所输液后死亡1人")][-1] == "360731108"
