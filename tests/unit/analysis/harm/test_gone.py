"""Deaths in words that also tell of leaving, and what is counted of one matter."""

import pytest

from analysis.assessment import EntityType
from analysis.harm.counts import people_counts


def dead(text: str) -> int:
    return max((count.value for count in people_counts(text) if count.type is EntityType.DEATHS), default=0)


@pytest.mark.parametrize(
    "text",
    [
        "外婆在诊所挂了三瓶水,说心口闷,天没亮人就没了",
        "输完液就休克,抢救了一夜,奶奶还是走了",
        "雾化用错药,娃8个月,就这么没了",
        "打了网购的减肥针,三天后胰腺炎走了,她才30岁",
        "打一针瘦脸,把命搭进去了",
        "做胃镜推了麻药,我爱人就再没睁过眼",
        "透析机报警没人管,病人当场就没救了",
        "那个治疗仪漏电,一个男的被电死",
        "换了瓶药人就不好了,我没有妈妈了",
        "吃错药,老人没能挺过那一夜",
        "喝了药酒,我爸第三天拉去了殡仪馆",
        "my cousin打了美白针,rip",
    ],
)
def test_who_is_gone_behind_what_was_given_died(text: str) -> None:
    assert dead(text) == 1


@pytest.mark.parametrize(
    "text",
    [
        "我妈打完疫苗第二天就走了,回老家带孙子",
        "护士给老人打完针,半夜就走了",
        "我爸挂完水,下午走了,约好下周再来",
        "我妈的降压药吃了两个月,昨天吃完没了",
        "打完针疹子第二天就没了",
        "孩子打完针说疼没了",
        "他打了胰岛素,差点把命搭上",
        "输液三天,病友们都走了",
        "吃了药,我老婆第二天走了,跟我离婚",
        "心跳停了,打了肾上腺素按压半小时才回来",
        "吃了药疼得没扛住,又去了急诊",
    ],
)
def test_who_leaves_goes_on_or_nearly_died_is_not_dead(text: str) -> None:
    assert dead(text) == 0


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("他打完疫苗第二天因心梗去世", 1),
        ("患者因心梗去世,家属质疑用药过量", 1),
        ("老人输液后因脑梗死亡", 1),
        ("爸爸因肺癌去世。县医院同一批化疗药这周又有五名患者死亡", 5),
        ("冈比亚69名儿童因肾病死亡,与一种止咳糖浆有关", 69),
        ("男子因心脏病去世,起搏器提前没电了", 1),
    ],
)
def test_an_illness_that_is_named_beside_a_death_takes_no_death_away(text: str, number: int) -> None:
    assert dead(text) == number


@pytest.mark.parametrize("text", ["孩子跟着外婆走了", "给狗打完针,狗没救过来", "打完疫苗手机没救回来"])
def test_who_goes_home_with_somebody_and_what_is_no_person_did_not_die(text: str) -> None:
    assert dead(text) == 0


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("截至15日,某糖浆事件累计报告病例15例,其中死亡4例", 4),
        ("世卫发出警报:仿制针剂致患者死亡,遇难者上升到七人", 7),
        ("喝了神仙水,情侣在出租屋双双殒命", 2),
        ("护工把药发混了,两位老人一前一后走了", 2),
        ("截至15日,全市累计报告新冠确诊病例15例,死亡4例", 0),
        ("据世卫统计每年有5人死亡,药物所致", 0),
    ],
)
def test_what_is_counted_of_one_matter_is_no_statistic(text: str, number: int) -> None:
    assert dead(text) == number
