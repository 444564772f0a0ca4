"""How grave a text can be at most."""

import pytest

from analysis.judgement.severity import MOST_SEVERE
from tests.unit.analysis.reading_of import findings


@pytest.mark.parametrize(
    "title",
    [
        "全市接种流感疫苗3万人,未发生严重不良反应",
        "全家打完疫苗,四个人都没啥反应",
        "本院从未发生过输液反应致死事件,请勿轻信",
        "他因肝癌去世,最后全靠吗啡止痛",
        "1998年印度掺毒糖浆致33名儿童死亡,教科书上的案例",
        "统计公报:2023年死于糖尿病的1.2万人,降糖药使用率低",
    ],
)
def test_what_is_denied_long_past_or_of_no_product_is_not_grave(title: str) -> None:
    assert findings(title).most_severe == 2


@pytest.mark.parametrize(
    "title",
    [
        "打完疫苗没啥反应,第三天突然抽搐昏迷",
        "未发生死亡,但多人输液后休克",
        "特大假药案告破,尚未发现有人死亡",
        "疫苗抽检不合格,未接到不良反应报告",
        "他因肝癌去世,家属质疑医院用了假药",
        "诊所称没有异常,孩子却昏迷不醒",
    ],
)
def test_harm_told_or_another_matter_keeps_every_step(title: str) -> None:
    assert findings(title).most_severe == MOST_SEVERE
