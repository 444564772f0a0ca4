"""A share of people, and what a year's report counts."""

import pytest

from analysis.assessment import EntityType
from analysis.harm.counts import people_counts
from analysis.text import normalise


@pytest.mark.parametrize(
    ("text", "harmed"),
    [
        ("于都县人民医院给200名患者输注舒肝注射液，约一成患者出现皮疹、头晕。", 20),
        ("瑞金一所小学300名学生接种流感疫苗后，半数出现发热、头痛。", 150),
        ("泰和县养老院60名老人服用降压片后三分之一出现低血压晕倒。", 20),
        ("80名患者用药后，有15%出现恶心呕吐。", 12),
        ("200名患者输注后寒战，其中一成住院。", 200),
        ("12名患者注射后出现寒战，一半已出院。", 12),
        ("修水县9名患者用药后皮疹，药店打了八成折扣促销。", 9),
    ],
)
def test_a_share_of_those_who_took_it_counts_the_share_and_of_those_harmed_the_whole(text: str, harmed: int) -> None:
    counts = people_counts(normalise(text).text)
    assert [count.value for count in counts if count.type is EntityType.HARMED] == [harmed]


@pytest.mark.parametrize(
    "text",
    [
        "2025年，全省全年共收到药品不良反应/事件报告78345例，其中严重报告9120例，占11.6%，死亡病例41例。",
        "2025年全国疑似预防接种异常反应(AEFI)病例报告12034例，死亡37例。",
        "省中心收到化妆品不良反应报告3,412份，其中严重12例。",
    ],
)
def test_what_a_year_or_a_province_reports_of_all_products_counts_nobody(text: str) -> None:
    assert people_counts(normalise(text).text) == []


@pytest.mark.parametrize(
    "text",
    [
        "今年全市收到舒肝注射液不良反应报告35例，其中死亡2例。",
        "全市去年收到该注射液药品不良反应报告35例，其中死亡2例。",
    ],
)
def test_what_is_reported_of_one_product_in_a_year_is_counted(text: str) -> None:
    assert {(count.type, count.value) for count in people_counts(normalise(text).text)} == {
        (EntityType.HARMED, 35),
        (EntityType.DEATHS, 2),
    }
