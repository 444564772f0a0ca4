"""How grave a text can be at most."""

import pytest

from analysis.judgement.severity import MOST_SEVERE
from tests.unit.analysis.reading_of import findings


@pytest.mark.parametrize(
    "title",
    [
        "打完疫苗没啥反应,第三天突然抽搐昏迷",
        "未发生死亡,但多人输液后休克",
        "疫苗抽检不合格,未接到不良反应报告",
        "厂家声明未收到不良反应报告。我们这里三户人家的孩子都查出肾坏了",
        "1998年印度掺毒糖浆致33名儿童死亡。今年同一种溶剂出现在我省一家药厂的糖浆里",
        "医院说一切正常。昨晚又拉走一个,是17床的,跟我爸用的同一批药",
        "他因肝癌去世,家属质疑医院用了假药",
    ],
)
def test_that_harm_is_denied_long_past_or_of_an_illness_bounds_nothing(title: str) -> None:
    assert findings(title).most_severe == MOST_SEVERE
