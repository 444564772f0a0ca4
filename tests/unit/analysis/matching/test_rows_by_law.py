"""Rows of the shipped table that were made from the text of the law: each event is told by its duty, not by what looks like it."""

from datetime import date

import pytest

from analysis.assessment import Assessment, Level, Tone
from analysis.matching.grounds import grounds
from analysis.matching.recognition import load_recogniser
from analysis.matching.retrieval import ArticleIndex, Counsel
from analysis.matching.situations import load_situations
from tests.unit.analysis.matching.test_retrieval import document


def judged() -> Assessment:
    return Assessment(
        document_id="d", level=Level.RISK, p_in_remit=1, p_risk=1, severity=3, tone=Tone.NEUTRAL, entities=(),
        categories=(), evidence=(), model="test",
    )  # fmt: skip


COUNSEL = Counsel(index=ArticleIndex([], str.split))


def elsewhere(title: str) -> str:
    row = COUNSEL.consult(document(title), judged(), on=date(2026, 3, 2)).elsewhere
    return row.remit.office if row is not None and row.remit is not None else ""


def offered(title: str) -> list[str]:
    table, model = load_situations(), load_recogniser()
    found = grounds(table, title, "", judged(), model.margins(model.features(title, "")))
    return [table.reference(ground.article) for ground in found.articles]


@pytest.mark.parametrize(
    ("title", "article"),
    [
        ("一药企用虚假材料申请药品生产许可，被撤销许可证", "药品法#123"),
        ("某公司骗取二类医疗器械注册证，被撤销", "械条例#83"),
        ("美白面霜企业提供虚假资料取得化妆品注册证，涉嫌骗取注册证", "妆条例#64"),
        ("医院擅自开展新药临床试验被叫停", "药品法#19"),
        ("五家持有人未提交药品年度报告被警告", "药品法#37"),
        ("核酸检测试剂脱离冷链运送六小时", "械条例#47"),
        ("民营医院没有配置许可证就用上核磁共振", "械条例#48"),
        ("批发市场管理方对假口红放任不管", "妆条例#40"),
        ("三七种植基地使用高毒农药", "中医药法#22"),
        ("卫生院私自炮制何首乌给病人用", "中医药法#28"),
        ("乡村医生上山采草药配给病人", "中医药法#26"),
        ("县药监局给一款口服液监制推荐", "药品法#111"),
    ],
)
def test_an_event_is_offered_the_article_that_names_its_duty_among_the_first_three(title: str, article: str) -> None:
    assert article in offered(title)[:3]


@pytest.mark.parametrize(
    ("title", "article"),
    [
        ("国家药监局发布药品不良反应监测年度报告", "药品法#37"),
        ("药企获批开展临床试验", "药品法#19"),
        ("两名男子骗取医保资金倒卖药品获刑", "药品法#123"),
        ("女子误服高毒农药送医，医院用中药灌肠", "中医药法#22"),
        ("某县医院大型医用设备采购公告：核磁共振招标", "械条例#48"),
    ],
)
def test_an_event_that_only_sounds_like_it_is_not(title: str, article: str) -> None:
    assert article not in offered(title)[:3]


@pytest.mark.parametrize(
    ("title", "article"),
    [
        ("瑞昌一小学食堂用发霉大米，家长围堵校门", "食品法#57"),
        ("婚宴后三十人集体呕吐送医", "食品法#103"),
        ("一款婴幼儿奶粉检出阪崎肠杆菌，厂家召回", "食品法#81"),
        ("母婴店用固体饮料冒充特医奶粉", "食品法#80"),
        ("罐车刚卸煤制油又装食用油", "食品法#33"),
        ("男子摆拍外卖吃出老鼠被拘", "食品法#120"),
        ("药店从非法渠道购进药品被罚", "药品法#55"),
        ("执法人员检查药店遭店主殴打", "药品法#99"),
        ("九江一市民申请公开药品抽检报告被拒", "公开条例#27"),
        ("政务网站公示名单带出完整身份证号", "公开条例#15"),
        ("疫苗三期临床在抚州招募受试者", "疫苗法#16"),
        ("美容院会员卡没用完就关门失联", "消保法#53"),
        ("黑客攻击致医院挂号系统瘫痪", "数据法#27"),
    ],
)
def test_everyday_matters_are_offered_the_law_of_their_own_field_first(title: str, article: str) -> None:
    assert article in offered(title)[:3]


@pytest.mark.parametrize(
    "title",
    [
        "中介介绍卖肾被抓",
        "代孕公司包生男孩",
        "血库告急，血站呼吁献血",
        "医生术中加价被停职",
        "某药企商标被抢注",
        "药厂偷排废水，村民井水发臭",
        "采食野蘑菇中毒，一家五口住院",
    ],
)
def test_what_another_law_governs_is_offered_no_article_at_all(title: str) -> None:
    assert offered(title) == []


@pytest.mark.parametrize(
    ("title", "office"),
    [
        ("医院虚构住院骗取医保基金", "医疗保障部门"),
        ("参保人把医保卡借给邻居看病", "医疗保障部门"),
        ("药店串换药品骗取医保基金", "医疗保障部门"),
        ("奶茶里喝出蟑螂", "市场监督管理部门"),
        ("宠物店卖的驱虫药是假的", "农业农村部门"),
        ("家属质疑医院过度检查", "卫生健康部门"),
        ("药企拖欠员工三个月工资", "人力资源社会保障部门"),
        ("药企污水直排抚河", "生态环境部门"),
        ("学校爆发水痘停课", "卫生健康部门和疾病预防控制部门"),
        ("醉汉在医院急诊砸玻璃", "公安机关"),
        ("海关查获旅客绑藏两百条活体水蛭", "海关"),
        ("小区药店招牌太亮扰民", "城市管理部门"),
        ("非法采集血浆窝点被端", "卫生健康部门"),
        ("民营医院没有配置许可证就用上核磁共振", "卫生健康部门"),
    ],
)
def test_a_matter_of_another_authority_says_whose_it_is(title: str, office: str) -> None:
    assert elsewhere(title) == office


@pytest.mark.parametrize(
    "title",
    [
        "药贩子收购老人医保开出的慢病药再转卖",
        "药店卖假药被查",
        "养殖户把兽用阿莫西林充当人用药卖给村民",
        "女子打完美容针昏迷送医",
        "医生开错药致老人住院",
        "药店挂证药师没交社保被查出挂证",
        "救命药断药，居民医保患者求助",
    ],
)
def test_a_matter_of_medicines_is_given_to_no_other_authority(title: str) -> None:
    assert elsewhere(title) == ""


def test_fraud_on_the_insurance_fund_that_touches_no_medicine_is_offered_no_article_of_the_drug_law() -> None:
    assert offered("医院挂床住院骗取医保基金") == []
    assert offered("药店串换药品骗取医保基金")[:2] == ["药品法#57", "药品法#58"]


@pytest.mark.parametrize(
    ("title", "article"),
    [
        ("代孕黑市用的促排卵针从哪来", "药品法#51"),
        ("上头电子烟含依托咪酯，学生昏迷送医", "药品法#112"),
        ("产妇分娩时输液后死亡", "药品法#81"),
    ],
)
def test_a_medicine_in_the_story_keeps_the_articles_that_govern_it(title: str, article: str) -> None:
    assert article in offered(title)[:3]
