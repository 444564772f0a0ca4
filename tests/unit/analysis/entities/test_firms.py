"""Names of firms and shops: where they begin, what is only a kind, and which short forms are theirs."""

import pytest

from analysis.assessment import EntityType
from tests.unit.analysis.reading_of import entities


def firms(title: str, text: str = "") -> list[str]:
    return [entity.text for entity in entities(title, text) if entity.type is EntityType.FIRM]


@pytest.mark.parametrize(
    ("title", "name"),
    [
        ("生产厂家江西枫澄诊断试剂有限公司停产", "江西枫澄诊断试剂有限公司"),
        ("湖南省药品监督管理局收到湖南湘澄制药有限公司报告", "湖南湘澄制药有限公司"),
        ("现依法注销上栗县桐澄中药饮片厂许可", "上栗县桐澄中药饮片厂"),
        ("供货方青澄制药有限公司停产", "青澄制药有限公司"),
        ("我们厂(江西岚澄口制药)停产", "江西岚澄口制药"),
    ],
)
def test_a_firm_is_named_without_the_words_before_it(title: str, name: str) -> None:
    assert firms(title) == [name]


@pytest.mark.parametrize(
    "name",
    ["四平松澄健康管理有限公司", "九江匡澄药业有限公司", "天津津澄岭生物材料有限公司", "亳州市谯和堂中药饮片有限公司"],
)
def test_a_seat_is_no_amount_and_no_word_behind_it_ends_the_name(name: str) -> None:
    assert firms(f"标示为{name}的产品") == [name]


@pytest.mark.parametrize("name", ["鹤澄制药(赣州)有限公司", "益澄大药房连锁(江西)有限公司", "国药控股江西有限公司"])
def test_a_seat_within_the_name_does_not_part_it(name: str) -> None:
    assert name in firms(f"{name}被罚")


def test_a_chain_of_pharmacies_keeps_the_words_of_its_trade() -> None:
    assert firms("在江西青澄大药房连锁有限公司买药") == ["江西青澄大药房连锁有限公司"]


@pytest.mark.parametrize(
    "title",
    [
        "江西省药品检验检测研究院发布结果",
        "江西省中医药研究院",
        "一家短剧公司被罚",
        "某疫苗公司上市",
        "杭州一医美公司偷税",
        "赣州药品批发公司招聘",
        "配送公司没货",
        "起诉多家美妆公司",
        "两家药品批发公司被查",
        "药监局飞检通报十家饮片厂",
        "网传“药厂用死人头发制药”不实",
    ],
)
def test_public_bodies_and_kinds_of_firms_are_not_told_as_firms(title: str) -> None:
    assert not firms(title)


def test_a_listed_firm_at_the_end_of_other_words_is_the_name() -> None:
    assert firms("有人说证监会应严查以岭药业") == ["以岭药业"]


def test_the_short_form_of_a_firm_named_in_full_is_that_firm() -> None:
    text = "河北冀澄生物制品有限公司召回产品,冀澄生物致歉"
    found = {e.text: e.canonical for e in entities("", text) if e.type is EntityType.FIRM}
    assert found == dict.fromkeys(["河北冀澄生物制品有限公司", "冀澄生物"], "河北冀澄生物制品有限公司")
    assert firms("", "赣明澄制药有限公司被查,赣明澄公司回应") == ["赣明澄制药有限公司"]


def test_of_several_names_in_full_a_shorter_one_stands_for_the_first() -> None:
    # Of as many texts, so that no chance order of the names is right in all of them.
    for stem in ("枫澄", "湘澄", "岚澄", "桐澄", "匡澄", "谯澄", "津澄", "鹤澄"):
        whole = [f"江西{stem}制药{kind}公司" for kind in ("有限", "股份有限", "集团有限", "连锁有限")]
        found = entities("企业名单", f"涉及{'、'.join(whole)}。江西{stem}制药回应,将整改。")
        assert {e.canonical for e in found if e.text == f"江西{stem}制药"} == {whole[0]}


@pytest.mark.parametrize("name", ["益嘉澄药房", "洎澄国医馆", "睛澄童视光中心", "糖澄家旗舰店", "龙虎山济澄堂"])
def test_shops_and_practices_in_quotation_marks_are_named(name: str) -> None:
    assert firms(f"市民举报“{name}”卖过期药") == [name]


def test_what_a_shop_is_said_to_be_called_is_its_name_unless_it_is_goods() -> None:
    assert firms("商家叫“皙澄所”,避雷") == ["皙澄所"]
    assert not firms("商家叫“皙澄霜”,避雷")


@pytest.mark.parametrize(
    "quoted", ["双通道药店", "24小时药房", "网红诊所", "健康大讲堂", "合成生物", "冷链断在药店", "百元仿制药"]
)
def test_quoted_kinds_and_sayings_are_no_shops(quoted: str) -> None:
    assert not firms(f"如何看待“{quoted}”")


def test_a_notice_lists_shops_behind_their_county() -> None:
    assert firms("", "注销永修县柘澄康民药店等11家许可") == []
    assert firms("", "有关单位:永修县柘澄康民药店等11家") == ["永修县柘澄康民药店"]
    assert firms("", "被抽样单位:武宁县新宁镇杏澄堂药店,不合格") == ["杏澄堂药店"]
    assert not firms("", "被抽样单位:武宁县某药店,铜鼓县某乡镇卫生院药房")
