"""No harm of now: exercises, examinations, lessons, judgments, memories and wrecks raise no alert of dead."""

import pytest

from analysis.judgement.aside import tells_no_harm
from tests.unit.analysis.reading_of import findings, reading

NO_HARM = (
    (
        "模拟5人注射后休克 吉安举行药品安全应急演练",
        "演练模拟吉州区某诊所5名患者注射后过敏性休克、1人死亡，启动Ⅲ级响应。",
    ),
    ("桌面推演：假如疫苗冷链断了怎么办", "“现在播报：已有30名儿童接种过期疫苗，3人高热，1人死亡！”这是桌面推演现场。"),
    ("", "【药师考试真题】某患者输液后出现过敏性休克死亡，护士首先应注射：A.肾上腺素 B.地塞米松。江西考区的同学打卡"),
    ("执业药师题目求解", "患者，男，65岁，服用华法林期间自服阿司匹林，出现消化道大出血死亡。问：最可能的原因是？"),
    ("以案释法：诊所使用假药致人死亡应负何责", "某诊所医生使用假药为患者治疗致其死亡，法院判处有期徒刑。检察官释法。"),
    (
        "2026年执业药师《药事管理与法规》每日一练",
        "某企业的注射剂致3名患者死亡，该药品应认定为（ ）A.假药 B.劣药 C.合格药品。",
    ),
    (
        "重生之我在古代开药铺 第三十二章",
        "那碗汤药端到王爷面前，三名侍女喝了药口吐白沫倒地。掌柜扑通跪下：“小的卖的是真阿胶！”",
    ),
    (
        "“苍江药”事件20年：一支假辅料的警示",
        "2006年，苍江制药用工业二甘醇生产注射液，造成13人死亡。20年来，监管有哪些变化？",
    ),
    ("历史上的今天：1961年11月苍江安撤市", "1961年11月26日，药企宣布撤回该药。该药致使逾1万名婴儿畸形、2000人死亡。"),
    ("更正：本报11月18日“德兴3人用药后昏迷”报道有误", "本报第4版《德兴3人用药后昏迷》一文失实，3人系一氧化碳中毒。"),
    (
        "2025年江西省药品不良反应监测年度报告",
        "全省全年共收到药品不良反应/事件报告78345例，其中严重报告9120例，死亡病例41例。",
    ),
    ("货车冲进药店致2死3伤", "吉水县一货车失控冲进路边药店，致2人死亡3人受伤。"),
)


@pytest.mark.parametrize(("title", "text"), NO_HARM)
def test_what_is_played_asked_taught_or_a_wreck_tells_of_nobody_harmed(title: str, text: str) -> None:
    found = findings(title, text)
    assert (found.facts["deaths"], found.facts["harmed"], found.facts["cluster"]) == (0, 0, False)
    assert (found.floor, found.most_severe) == (None, 1)


def test_the_dead_of_a_judgment_are_told_as_judged() -> None:
    text = "德兴市法院宣判，被告人销售假狂犬疫苗致一人死亡，被判处有期徒刑十五年。"
    facts = findings("江西销售假狂犬疫苗致一人死亡案一审宣判", text).facts
    assert (facts["deaths"], facts["judged"]) == (1, True)
    again = findings("黑诊所医生被判刑后重操旧业 注射青霉素致1人死亡", "他曾被法院判刑，现注射青霉素致1人死亡。").facts
    assert (again["deaths"], again.get("judged")) == (1, None)


def test_the_dead_for_whom_a_court_made_somebody_pay_are_judged() -> None:
    text = "2019年，患者使用某注射剂后死亡。近日，法院终审判决药企赔偿96万元。"
    facts = findings("患者用药后死亡 药企被判赔偿96万", text).facts
    assert (facts["deaths"], facts["judged"]) == (1, True)


@pytest.mark.parametrize(
    ("text", "dead"),
    [
        ("2008年，某药厂的注射液被雨水浸泡污染，造成3人死亡。", 0),
        ("2008年成立的青禾药业生产的注射液，造成3人死亡。", 3),
    ],
)
def test_a_sentence_that_begins_with_a_year_long_past_tells_of_that_year(text: str, dead: int) -> None:
    assert findings("从一起旧案看药品安全", text).facts["deaths"] == dead


def test_the_dead_of_somebody_s_childhood_are_none_of_now() -> None:
    told = findings("", "记得小时候我们宁都村里打预防针，一次死了三个娃，那时候没人管，都八几年的事了")
    assert told.facts["deaths"] == 0


@pytest.mark.parametrize(
    ("title", "text"),
    [
        ("吉州区一诊所患者注射头孢后1人死亡", "当地一周前刚开展过应急演练。注射头孢后1人死亡。"),
        ("黑诊所医生被判刑后重操旧业 注射青霉素致1人死亡", "上饶一黑诊所医生注射青霉素致1人死亡，他曾被法院判刑。"),
        ("医生获刑 一诊所注射青霉素致1人死亡", "上饶广信区一诊所注射青霉素致1人死亡，卫健委已介入。"),
        ("曾获刑诊所医生再次用假药致1人死亡", "吉安一诊所使用假药致1人死亡。"),
        ("药师发错药出了大问题", "于都一药店药师发错药，1人死亡，专家说最可能的原因是过敏。"),
        ("护士扎针题外话：我爸昨天没了", "打完头孢1人死亡，问医生，医生说不清楚是什么。"),
        ("又考执业药师真题又卖假药 致1人死亡", "吉安一药店所售假药致1人死亡。"),
        ("", "孩子3岁，昨天在于都卫生院打完头孢就死了，1人死亡，医生说没事"),
        ("", "我妈三年前开始吃这个降压药，药店换了厂家，服药后死亡1人"),
        ("", "几十年前的老药房了，我爸昨天在那打完头孢就死了，1人死亡"),
        ("医院就打错针致女童死亡一事公开致歉", "弋阳县人民医院就打错针致1人死亡一事致歉，称网传部分内容不实。"),
        ("“苍江药”事件20年 又见假辅料", "2006年造成13人死亡。吉安一诊所注射后1人死亡。"),
        ("“苍江药”事件20年：一支假辅料的警示", "2006年的教训没有记住。昨日，吉安一诊所注射后1人死亡。"),
        ("送药货车里的疫苗断电失效 接种后1人死亡", "于都县1名儿童接种后死亡。"),
    ],
)
def test_who_died_of_a_product_beside_such_words_is_told(title: str, text: str) -> None:
    assert findings(title, text).facts["deaths"] == 1


def test_violence_of_who_took_a_medicine_is_no_mere_violence() -> None:
    assert not tells_no_harm(reading("男子持刀砍人 警方：服用假安眠药后精神失常", "服用网购假安眠药后持刀砍伤3人。"))


@pytest.mark.parametrize(
    "title",
    [
        "应急演练中注射药物致1名群众死亡",
        "这不是演练！5名患者注射后1人死亡",
        "一卫生院儿童接种后抽搐1人死亡 此前刚办过演练",
        "一周前刚演练过 吉州区一诊所注射头孢后1人死亡",
    ],
)
def test_who_comes_to_harm_in_an_exercise_is_no_part_played(title: str) -> None:
    assert not tells_no_harm(reading(title))


def test_a_death_that_a_paper_takes_back_was_as_bad_as_a_rumour() -> None:
    found = findings(
        "更正：本报3月2日报道的某诊所输液致3人死亡一稿失实", "本报3月2日《某诊所输液致3人死亡》一文失实，特此更正。"
    )
    assert (found.facts["deaths"], found.most_severe) == (0, 3)


@pytest.mark.parametrize(
    ("text", "is_history"),
    [
        ("1937年的磺胺酏剂事件造成107人死亡，催生了现代药品法", True),
        ("1937年的磺胺酏剂事件造成107人死亡，如今同样的糖浆又致3名儿童死亡", False),
        ("2014年出厂的注射液昨天致1人死亡", False),
        ("2013年出厂的呼吸机停机 患者死亡", False),
        ("2012年植入的隆胸假体破裂,女子感染休克死亡", False),
        ("2014年接种疫苗致残女孩去世", False),
        ("2009年的某某注射液事件再查:11月18日又有3人死亡", False),
        ("2011年以来已有三名儿童接种后死亡，2026年再添一例", False),
    ],
)
def test_what_is_of_a_year_long_past_is_no_harm_of_now_unless_it_goes_on(text: str, *, is_history: bool) -> None:
    assert tells_no_harm(reading("", text)) is is_history
