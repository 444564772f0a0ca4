import pytest

from tests.unit.analysis.reading_of import findings, reading


@pytest.mark.parametrize(
    ("title", "rule"),
    [
        ("一女子注射玻尿酸后抢救无效死亡", "product_death"),
        ("挂水后一老人死亡家属讨说法", "product_death"),
        ("3岁女童在卫生院雾化后死亡", "product_death"),
        ("12名患者输注头孢曲松钠后高热住院", "product_cluster"),
        ("玉山县一诊所输液后感染患者从3人增至11人", "product_cluster"),
        ("多名婴儿接种过期疫苗", "vaccine_harm"),
        ("某药企一级召回三批次药品公告", "recall_class_1"),
        ("江西通报5批次药品不合格", "jiangxi_notice"),
        ("轮椅刹车失灵", "device_failure"),
        ("输液泵半夜自己加大流速", "device_failure"),
        ("呼吸机停机没有报警", "device_failure"),
        ("男子做热疗仪被烫死", "product_death"),
    ],
)
def test_floor_rules_raise_what_must_not_be_missed(title: str, rule: str) -> None:
    assert findings(title).floor == rule


@pytest.mark.parametrize(
    "title",
    [
        "男子用安眠药杀害妻子致其死亡",
        "演员死亡当天被注射多次毒品",
        "宠物狗输液后死亡",
        "小说里女主服用毒药身亡",
        "服用红曲保健品后5人死亡",
        "接种新冠疫苗可降低死亡风险",
        "广州4例接种疫苗后仍感染",
        "百万剂疫苗即将过期",
        "江西药店开业",
        "省药监局：网传“清云注射液致3人死亡”不实",
        "女子造谣打新冠疫苗致人死亡被行拘",
        "猫打疫苗后死亡",
        "男子杀害妻子后吃安眠药身亡",
        "2003年该疫苗曾致13人死亡",
        "药品一级召回和二级召回的区别",
        "江西辟谣：“感冒药抽检不合格”系谣言",
        "未造成死亡，药品已封存",
        "空姐注射玻尿酸险丧命",
        "赣州市全南县抽检：蛋白粉菌落总数不合格，为普通食品，未检出药物成分，已责令下架",
    ],
)
def test_crime_fiction_food_and_denial_are_no_floor(title: str) -> None:
    assert findings(title).floor is None


def test_facts_say_who_was_harmed_and_where() -> None:
    facts = findings("进贤县8名儿童服用感冒药后中毒，其中1名儿童死亡").facts
    assert facts["harmed"] == 8
    assert facts["deaths"] == 1
    assert facts["cluster"] is True
    assert facts["vulnerable"] is True
    assert facts["jiangxi"] is True
    assert facts["rumour"] is False


@pytest.mark.parametrize(
    ("title", "text", "home"),
    [
        ("泰国男子服用中国产壮阳药死亡", "", False),
        ("美国一孕妇服中国减肥茶后死亡", "", False),
        ("印度咳嗽糖浆致22名儿童死亡", "国家药监局：我国未批准进口。", True),
        ("泰国毒糖浆致死 中国药监部门回应", "", True),
        ("美国女子服减肥茶后死亡", "该产品在国内也有销售。", True),
        ("中国游客在泰国吃减肥药死亡", "", True),
    ],
)
def test_where_a_product_comes_from_ties_nothing_abroad_to_home(title: str, text: str, *, home: bool) -> None:
    assert findings(title, text).facts["home"] is home


def test_recall_class_rumour_and_rebuttal_are_facts() -> None:
    assert findings("药企启动二级召回").facts["recall_class"] == 2
    assert findings("护理液主动召回", "召回级别二级，涉及3.2万瓶。").facts["recall_class"] == 2
    assert findings("注射泵主动召回", "召回级别为：一级。").facts["recall_class"] == 1
    assert "recall_class" not in findings("企业主动召回", "召回后由二级医院处理。").facts
    facts = findings("网传疫苗致白血病，官方辟谣").facts
    assert facts["rumour"] is True
    assert facts["official_rebuttal"] is True
    assert "recall_class" not in facts


def test_evidence_points_at_the_original_words() -> None:
    title, text = "曝光", "有人卖Ｎ倍假\u200b藥，听 话 水也有"
    evidence = findings(title, text).evidence(reading(title, text), {"title": title, "text": text})
    assert {e.text for e in evidence} >= {"假\u200b藥", "听 话 水"}
    assert all(e.text == {"title": title, "text": text}[e.field][e.start : e.end] for e in evidence)
    assert {e.category for e in evidence} <= {"R02", "R06", None}


@pytest.mark.parametrize(
    "title",
    [
        "如何避免轮椅刹车失灵",
        "轮椅刹车从未失灵",
        "医用口罩销量爆炸性增长",
        "健身房器械断裂砸伤会员",
        "刹车失灵货车追尾",
    ],
)
def test_advice_and_failures_of_other_things_are_no_failure_of_a_device(title: str) -> None:
    assert findings(title).floor is None


@pytest.mark.parametrize(
    "title", ["血透中心查出好多人丙肝阳性", "透析室十几个病友都转成丙肝了", "诊所针头反复用,村里好几个查出丙肝"]
)
def test_an_illness_that_blood_passed_to_several_is_a_cluster(title: str) -> None:
    assert findings(title).floor == "product_cluster"


@pytest.mark.parametrize(
    "title",
    [
        "血透室设丙肝阳性专区,为12名患者提供隔离透析",
        "透析患者感染丙肝风险较高,多人如何预防",
        "为3000名透析患者免费筛查,检出乙肝阳性12名",
        "两名透析患者丙肝治愈",
    ],
)
def test_screening_advice_and_care_for_carriers_are_no_cluster(title: str) -> None:
    assert findings(title).floor is None


def test_a_death_speaks_before_a_cluster() -> None:
    assert findings("注射头孢曲松后12人寒战，其中1人死亡").floor == "product_death"


@pytest.mark.parametrize(
    "title", ["上百人打了这个针都过敏了", "大量患者反映服用某胶囊后肝损伤", "多地均有患者使用该美瞳后角膜溃疡"]
)
def test_many_harmed_without_a_number_are_a_large_cluster(title: str) -> None:
    assert findings(title).facts["large_cluster"] is True


@pytest.mark.parametrize(
    "title",
    [
        "大量患者前来接种流感疫苗",
        "多地均有药店开售布洛芬",
        "辟谣：上百人打针过敏不实",
        "很多人打针后过敏",
        "3名患者打针后过敏",
    ],
)
def test_crowds_without_harm_and_counted_people_are_no_large_cluster(title: str) -> None:
    assert findings(title).facts["large_cluster"] is False


@pytest.mark.parametrize(
    ("title", "abroad"),
    [
        ("日本5人服用降压药后死亡", True),
        ("首尔15名学生接种流感疫苗后昏迷", True),
        ("日本召回的降压药在南昌有售", False),
        ("美国叫停的疫苗我国未进口", False),
        ("南昌5人服用降压药后住院", False),
        ("5人服用降压药后住院", False),
    ],
)
def test_abroad_is_where_only_foreign_places_are_named(title: str, abroad: bool) -> None:
    assert findings(title).facts["abroad"] is abroad


def test_a_death_without_any_product_near_is_no_fact() -> None:
    assert findings("女子抽脂手术后离世", "家属质疑机构抢救不及时").facts["deaths"] == 0


@pytest.mark.parametrize(
    ("title", "text"),
    [
        (
            "情况说明",
            "针对网民反映“靖安县小孩打疫苗死亡”一事，我中心立即核查。经查，我县近期无疑似死亡病例，网传内容不实。",
        ),
        (
            "情况通报",
            "近日，网络平台出现“石城一女童接种疫苗后死亡”的帖文。经县公安局核查，该帖文内容系刘某为吸引流量编造。",
        ),
        ("情况说明", "有群众反映定南县一诊所打针致2人死亡。我局核查，经查，该信息为谣言。"),
    ],
)
def test_the_dead_that_an_office_only_names_to_deny_them_are_none_and_it_rebuts(title: str, text: str) -> None:
    facts = findings(title, text).facts
    assert (facts["deaths"], facts["official_rebuttal"]) == (0, True)


def test_who_was_killed_with_a_medicine_is_no_death_of_the_medicine() -> None:
    text = "检方指控，被告人张某为骗取保险金，多次向妻子注射胰岛素，致其低血糖昏迷死亡。"
    assert findings("杀妻骗保案今日开庭 被告人被控用胰岛素致妻子死亡", text).facts["deaths"] == 0


def test_what_the_public_told_and_an_office_confirms_stays() -> None:
    facts = findings("通报", "网民反映广丰一诊所打针打死人。区卫健委核查，该情况属实，一名患者输液后死亡。").facts
    assert (facts["deaths"], facts["official_rebuttal"]) == (1, False)


@pytest.mark.parametrize(
    ("title", "text", "told"),
    [
        (
            "官方说是谣言？那我女儿躺在医院是假的？",
            "班上五个女生打完HPV针当天就晕倒送到医院，那个辟谣我真是笑了。",
            (5, 0),
        ),
        ("你们辟谣辟得真快", "我妈打完针人就没了，一句“不信谣不传谣”就完了？", (0, 1)),
        ("“系谣言”的通报，家属不认", "通报称“系谣言”，孩子父亲出示病历：打完疫苗当晚抽搐送ICU。", (1, 0)),
    ],
)
def test_who_answers_a_rebuttal_rebuts_nothing_and_those_harmed_count(
    title: str, text: str, told: tuple[int, int]
) -> None:
    facts = findings(title, text).facts
    assert (facts["harmed"], facts["deaths"]) == told
    assert facts["official_rebuttal"] is False


@pytest.mark.parametrize(
    ("text", "vulnerable"),
    [
        ("南昌一名大学生服用减肥胶囊后心慌住院。", False),
        ("这药吃了多少年，昨天服用后心慌住院。", False),
        ("正月初一服用减肥胶囊后心慌住院。", False),
        ("南昌一名小学生服用减肥胶囊后心慌住院。", True),
        ("一名大学生和他奶奶服用减肥胶囊后心慌住院。", True),
    ],
)
def test_students_of_a_university_and_days_of_a_month_are_no_children(text: str, vulnerable: bool) -> None:
    assert findings("", text).facts["vulnerable"] is vulnerable


@pytest.mark.parametrize(
    "text",
    [
        "万年诊所挂水好几个人烧到40度",
        "余干县诊所挂水多人发热寒战",
        "卫生所挂水出事了，好几个小孩打摆子",
        "贵溪有人喝药酒中毒，三人肝损伤",
    ],
)
def test_several_harmed_by_what_was_given_are_a_cluster_without_a_number_or_a_word_of_the_lexicon(text: str) -> None:
    assert findings("", text).floor == "product_cluster"


@pytest.mark.parametrize(
    "text",
    [
        "诊所输液如何防止多人感染",
        "诊所输液后多人感到满意",
        "电影里诊所输液后多人休克",
        "输液后多人发烧请及时就医",
        "多人在药酒展会上晕倒的传闻不实",
    ],
)
def test_several_of_whom_no_harm_is_told_are_no_cluster(text: str) -> None:
    assert findings("", text).floor is None


@pytest.mark.parametrize(
    ("text", "is_rebuttal"),
    [
        ("患者未死亡，卫健委回应网传输液事件", True),
        ("官方回应“孕妇打针后死亡”：母子平安，已出院", True),
        ("卫健委通报：3人输液后住院，无人死亡", False),
        ("卫健委回应：患者未死亡，但家属出示死亡证明", False),
        ("患者未死亡，店家回应输液事件", False),
    ],
)
def test_an_office_that_answers_that_nobody_died_rebuts(text: str, *, is_rebuttal: bool) -> None:
    assert findings("", text).facts["official_rebuttal"] is is_rebuttal
