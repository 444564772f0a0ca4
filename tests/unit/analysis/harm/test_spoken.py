"""People harmed and dead as the net tells them, without a measure or in half a sentence; and what only sounds like it."""

import pytest

from analysis.assessment import EntityType
from analysis.concern import may_concern
from analysis.harm.counts import people_counts
from tests.unit.analysis.reading_of import reading


def told(text: str, kind: EntityType) -> int:
    return max((count.value for count in people_counts(text) if count.type is kind), default=0)


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("村里诊所输液死了个人", 1),
        ("听说那家卫生室挂水死了人", 1),
        ("诊所打针打死个老人", 1),
        ("那个诊所打死两个了", 2),
        ("女儿吃药吃没了命", 1),
        ("儿子挂水挂没了", 1),
        ("好端端一个人打一针就没了", 1),
        ("打完点滴,一个人说没就没了", 1),
        ("两口子吃偏方,男的死了,女的还在重症", 1),
        ("隔壁床老头挂完水就走了", 1),
        ("在药店买的蛇药,吃下去没两小时人就没气了", 1),
        ("女子染发后全身过敏,第三天不治", 1),
        ("打疫苗后昏迷的阿姨今天早上还是走了", 1),
        ("打完头孢抢救了一晚上还是走了 求扩散", 1),
        ("打完头孢抢救了一晚上还是走了才29岁", 1),
        ("诊所输液抢救4小时还是走了(附病历)", 1),
        ("我爸在诊所挂水,昨天凌晨走了好心痛", 1),
        ("外公走了好难受,就是打完那个针", 1),
        ("打完疫苗孩子走了好久了", 1),
        ("我爸就是打那个针药死的", 1),
        ("男子输液后死亡,死者是两个孩子的父亲", 1),
        ("2014年起该诊所输液已致5人死亡", 5),
        ("2012年3月以来,该诊所3人输液后死亡", 3),
        ("2009年投产的药厂注射液致3人死亡", 3),
        ("2013年买的制氧机漏电,老人触电身亡", 1),
        ("已经是第四个了,都是打这个针死的", 4),
        ("糖浆中毒死亡儿童增至16人", 16),
        ("更正:死亡人数应为1人,均为用药后", 1),
        ("死者不是三名而是两名,均为服用该胶囊后肝衰竭", 2),
    ],
)
def test_the_dead_are_counted_in_spoken_words(text: str, number: int) -> None:
    assert told(text, EntityType.DEATHS) == number


@pytest.mark.parametrize(
    "text",
    [
        "我妈的药吃没了",
        "电话打没人接",
        "工资说没就没了",
        "挂水怕死人",
        "小白鼠打针后死了两只",
        "动物实验中10只大鼠死亡4只",
        "隔壁床的大爷挂完水就走了,约我明天一起来",
        "护士打完针就走了",
        "爷爷走了三年了,抽屉里还有他的降压药",
        "排队打针等死个人,前面还有五十个",
        "我是第三个打这个针的",
        "打针的时候他死的心都有",
        "我妈走了好几家药店都没买到",
        "抢救费用还是走了一趟医保",
        "很多老人打完针就走了。",
        "老人输完液就走了。护士没让留观",
        "孩子感冒打针,咳嗽第五天不治,转肺炎",
        "你见过谁是打疫苗死的",
        "我家狗打疫苗针死的",
        "2009年3月,某地儿童接种乙肝疫苗后2人死亡",
    ],
)
def test_a_stock_a_figure_of_speech_and_an_animal_are_no_dead(text: str) -> None:
    assert told(text, EntityType.DEATHS) == 0


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("两个娃吃了那药上吐下泻,一个还在icu", 2),
        ("三位顾客打完玻尿酸,一人左眼失明,两人嘴唇坏死", 3),
        ("吃那个药死了一个,瘫了两个", 2),
        ("诊所挂水后两个在icu", 2),
        ("一家三口喝了药酒全进医院了", 3),
        ("夫妻两个吃了降糖药一起低血糖昏倒", 2),
        ("母女打了同一批疫苗,都高烧住院", 2),
        ("我姐妹仨一起打的瘦脸针,全歪嘴了", 3),
        ("光我认识的就有四个用了那款面霜烂脸", 4),
        ("一个宿舍八个,五个用了那洗面奶烂脸", 5),
        ("一对双胞胎吃了那个退烧药都休克了", 2),
        ("一家四口除了我都进了医院,吃的凉茶铺的药", 3),
        ("一家四口除了我,都吃那个药进了医院", 3),
        ("一家五口就我没中招,吃完那个药都拉肚子", 4),
        ("两口子吃偏方,男的死了,女的还在重症", 1),
        ("夫妻同时做肉毒素注射,妻子死亡,丈夫呼吸困难住院", 1),
        ("护士拿错药,给3个新生儿打了成人疫苗", 3),
        ("目前12人在县医院治疗,其中1人死亡", 12),
        ("输液后20人仍在县医院救治,无人死亡", 20),
        ("打完那批针的,发烧的都8个了", 8),
    ],
)
def test_the_harmed_are_counted_in_spoken_words(text: str, number: int) -> None:
    assert told(text, EntityType.HARMED) == number


@pytest.mark.parametrize(
    "text",
    [
        "母女都去打了疫苗",
        "我认识的有三个药店",
        "两个在医院门口卖药",
        "12人在县医院治疗室参加培训",
        "3名医生在县医院抢救患者",
        "4人在医院观察学习",
        "五个用了三年的血压计",
        "新药都进医院了",
        "剧情里护士给三个病人打错疫苗",
        "卫生服务中心给50名老人接种流感疫苗等成人疫苗",
        "给3名孩子打疫苗,家长拿错了接种证",
        "我妈打针后休克,我妈昨天死了",
        "我爸爸打针休克,爸爸第二天死亡",
    ],
)
def test_numbers_without_harm_count_nobody(text: str) -> None:
    assert told(text, EntityType.HARMED) == 0


@pytest.mark.parametrize("text", ["我爸挂完水人就没了", "宝宝打完苗高烧抽搐", "爷爷吃了偏方昏迷"])
def test_an_infusion_a_shot_or_a_folk_cure_in_spoken_words_is_worth_reading(text: str) -> None:
    assert may_concern(reading("", text))


@pytest.mark.parametrize(
    "text",
    [
        "去年全省共报告药品不良反应78345例,其中死亡12例",
        "上半年全市收到药品不良反应3200例,死亡3例",
    ],
)
def test_what_a_province_counts_in_a_stretch_of_time_is_no_matter(text: str) -> None:
    assert not people_counts(text)


def test_what_is_reported_after_one_infusion_is_a_matter() -> None:
    assert told("去年全县报告输液后不良反应156例", EntityType.HARMED) == 156
