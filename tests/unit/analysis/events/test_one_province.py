"""A day of one province: much is told at once, all of it names the province, and little of it belongs together."""

from dataclasses import replace

from analysis.assessment import Assessment, Entity, EntityType
from crawlers.records import Document
from tests.unit.analysis.events.test_grouping import group, report

PROVINCE, COUNTY = "360000", "360728"
COUNTY_NAMED = Entity(type=EntityType.REGION, text="莲花县", start=0, end=3, field="text", code="360321")


def with_dead(told: tuple[Document, Assessment], dead: int) -> tuple[Document, Assessment]:
    """The report with so many dead."""
    document, assessment = told
    return document, replace(assessment, facts={"deaths": dead})


def apart(*told: tuple[Document, Assessment]) -> bool:
    """Whether each report is an event of its own."""
    return len(set(group(*told))) == len(told)


def test_the_recalls_of_two_firms_of_the_province_are_two_events() -> None:
    """Together they told a first-class recall of the second one's product."""
    assert apart(
        report(
            "p", "关于对江西云岭药业厄贝沙坦片实施一级召回的通知", "因杂质超限，决定对厄贝沙坦片实施一级召回。",
            products=["厄贝沙坦"], places=[PROVINCE], categories=["R04"],
        ),
        report(
            "q", "江西石滩药业主动召回板蓝根颗粒", "因标签印刷错误，主动对1批次板蓝根颗粒实施三级召回。", hours=1,
            products=["板蓝根"], places=[PROVINCE], categories=["R04"],
        ),
    )  # fmt: skip


def test_the_dead_of_a_county_and_of_a_medicine_from_the_province_elsewhere_are_two_events() -> None:
    assert apart(
        with_dead(
            report(
                "p", "定南一患者输液后死亡", "定南县人民医院一名患者输注左氧氟沙星后死亡，涉事药品已封存。",
                products=["左氧氟沙星"], places=[COUNTY],
            ), 1,
        ),
        with_dead(
            report(
                "q", "两人注射江西药企产注射液后死亡", "两名患者注射江西云岭药业生产的参麦注射液后死亡。", hours=3,
                products=["参麦"], places=[PROVINCE],
            ), 2,
        ),
    )  # fmt: skip


def test_what_only_names_the_province_is_not_of_every_county_of_it() -> None:
    """A county without rabies vaccine was told under a factory whose records are said to be made up."""
    assert apart(
        report(
            "p", "", "我是江西某疫苗厂的员工，狂苗批检数据全是编的，过期原液混进去，不敢实名",
            products=["狂犬病疫苗"], places=[PROVINCE], categories=["R07"],
        ),
        report(
            "q", "", "被狗咬了，进贤县城跑了四个接种点没有狂犬疫苗，说断货半个月了", hours=3,
            products=["狂犬病疫苗"], places=["360124"], categories=["R07"],
        ),
    )  # fmt: skip


def test_two_matters_of_one_county_and_of_two_categories_are_two_events() -> None:
    assert apart(
        *(
            (document, replace(assessment, entities=(*assessment.entities, COUNTY_NAMED)))
            for document, assessment in (
                report(
                    "p", "", "布洛芬混悬液喝出玻璃渣，孩子嘴里都是血，莲花县买的", products=["布洛芬"],
                    places=["360321"], categories=["R02"],
                ),
                report(
                    "q", "投诉艾灸贴烫伤", "在莲花县药店购买的艾灸贴致其母亲腰部三度烫伤，药店拒不赔偿。", hours=0.5,
                    places=["360321"], categories=["R10"],
                ),
            )
        )
    )  # fmt: skip


def test_the_doubt_about_a_matter_is_of_the_matter_although_it_is_called_a_rumour() -> None:
    events = group(
        report(
            "p", "", "宜黄县防疫站把生理盐水当疫苗打，三年了！内部人员爆料", places=["361026"], categories=["R07"],
        ),
        report(
            "q", "", "宜黄疫苗是盐水？？真的假的，我家娃都在那里打的", hours=0.25, places=["361026"], categories=["R13"],
        ),
    )  # fmt: skip
    assert len(set(events)) == 1


def test_a_number_of_dead_that_grows_in_one_county_stays_one_event() -> None:
    first = report(
        "p", "定南一患者输液后死亡", "定南县一名患者输注左氧氟沙星后死亡。", products=["左氧氟沙星"], places=[COUNTY],
    )  # fmt: skip
    later = report(
        "q", "江西输液死亡病例增至3例", "省卫健委通报，输注同批次左氧氟沙星死亡病例增至3例。", hours=2,
        products=["左氧氟沙星"], places=[PROVINCE],
    )  # fmt: skip
    assert len(set(group(with_dead(first, 1), with_dead(later, 3)))) == 1


def test_other_dead_without_product_or_place_are_not_told_of_a_happening_with_dead() -> None:
    assert apart(
        with_dead(
            report(
                "p", "定南一患者输液后死亡", "定南县人民医院一名患者输注盐酸左氧氟沙星后死亡。", places=[COUNTY],
                products=["左氧氟沙星"],
            ), 1,
        ),
        with_dead(
            report("q", "新药临床失败 一患者死亡", "试验组报告一名患者死亡后，公司停止试验。", hours=1), 2
        ),
    )  # fmt: skip
