import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis.assessment import EntityType
from analysis.harm.counts import people_counts
from analysis.numerals import chinese_number

DIGITS = "零一二三四五六七八九"


def written_below_ten_thousand(number: int) -> str:
    """The usual way to write a number, e.g. 一千零五."""
    parts, zero = "", False
    for unit, name in ((1000, "千"), (100, "百"), (10, "十"), (1, "")):
        digit = number // unit % 10
        if digit:
            parts += ("零" if zero and parts else "") + DIGITS[digit] + name
            zero = False
        else:
            zero = bool(parts)
    return parts


@given(st.integers(min_value=1, max_value=9999))
def test_chinese_numerals_say_what_was_written(number: int) -> None:
    assert chinese_number(written_below_ten_thousand(number)) == number
    assert chinese_number(str(number)) == number


@pytest.mark.parametrize(
    ("written", "value"),
    [
        ("十二", 12),
        ("两", 2),
        ("俩", 2),
        ("1.2万", 12_000),
        ("三万五千", 35_000),
        ("十几", 10),
        ("上百", 100),
        ("二〇", 20),
        ("七八", 7),
        ("十七八", 17),
        ("三四十", 30),
    ],
)
def test_vague_and_mixed_numbers_give_their_least_value(written: str, value: int) -> None:
    assert chinese_number(written) == value


@pytest.mark.parametrize("written", ["", "药", "十药"])
def test_what_is_no_number_gives_none(written: str) -> None:
    assert chinese_number(written) is None


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("前后5个人都打摆子", [("harmed", "5个人", 5)]),
        ("一百多个孩子中毒", [("harmed", "一百多个孩子", 100)]),
        ("12名患者输液后高热", [("harmed", "12名患者", 12)]),
        ("两死三伤,均因输液中毒", [("deaths", "两死", 2), ("harmed", "三伤", 3)]),
        ("输液后送医抢救无效死亡", [("deaths", "送医抢救无效死亡", 1)]),
        ("造成3人死亡", [("deaths", "造成3人死亡", 3)]),
        ("9名6至8岁女童性早熟", [("harmed", "9名6至8岁女童", 9)]),
        ("我妈用面霜脸烂了住院", [("harmed", "我妈", 1)]),
    ],
)
def test_people_are_counted_where_a_sentence_speaks_of_harm(text: str, expected: list[tuple[str, str, int]]) -> None:
    assert [(c.type.value, text[c.start : c.end], c.value) for c in people_counts(text)] == expected


def claimed(text: str) -> list[tuple[str, int]]:
    return [(count.type.value, count.value) for count in people_counts(text)]


@pytest.mark.parametrize("text", ["5名医生开会", "三名专家解读新规", "吃药可致死亡", "降低死亡率", "没有人死亡"])
def test_people_without_harm_and_denied_deaths_are_not_counted(text: str) -> None:
    assert not people_counts(text)


@pytest.mark.parametrize(
    "text",
    [
        "没有死亡病例报告",
        "注射后无人员伤亡",
        "该批药品未造成死亡",
        "尚未接到死亡报告,药品已封存",
        "3名儿童接种疫苗后无死亡病例",
        "5名患者用某药业的注射液后无人死亡",
        "12名学生服药后均未出现死亡",
        "一家四口误服药物后没有人死亡",
    ],
)
def test_a_death_that_is_denied_is_no_death(text: str) -> None:
    assert not [count for count in people_counts(text) if count.type is EntityType.DEATHS]


@pytest.mark.parametrize(
    ("text", "dead"),
    [
        ("两名儿童注射某药业的头孢曲松后高热死亡", 2),
        ("江西赣县两名儿童使用同一批注射液后高热死亡", 2),
        ("一家三口服药后身亡", 3),
        ("夫妻俩吃了网购的减肥药后身亡", 2),
        ("两名护士打错针致患者死亡", 1),
        ("两名医生使用三代头孢后一名患者死亡", 1),
        ("两名儿童在无证诊所输液后死亡", 2),
    ],
)
def test_those_who_died_are_the_people_of_whom_it_is_said(text: str, dead: int) -> None:
    assert sum(count.value for count in people_counts(text) if count.type is EntityType.DEATHS) == dead


@pytest.mark.parametrize(
    "text",
    [
        "如果用药后出现死亡应当立即报告",
        "3人以上出现呕吐要及时报告",
        "一旦5名患者出现寒战须停药",
        "服用过量可能致人死亡",
        "谨防中毒死亡",
    ],
)
def test_what_is_supposed_or_warned_of_is_not_counted(text: str) -> None:
    assert not people_counts(text)


@pytest.mark.parametrize(
    "text",
    [
        "全球每年约有20万人因用药错误死亡",
        "据统计,我国有3000名患者因此肝损伤",
        "临床试验中12例受试者出现皮疹",
        "研究显示,240名患者中37人出现不良反应",
        "2003年该疫苗曾致13人死亡",
        "新增确诊病例120例,死亡2人",
        "2025年全省共收到药品不良反应报告7.8万份,其中严重报告1.1万份,死亡病例47例",
        "江西去年收到药品不良反应报告7.8万份 死亡47例",
        "全市上报药品不良反应报告4213份,死亡3例",
    ],
)
def test_statistics_trials_and_history_are_no_claims_of_now(text: str) -> None:
    assert not people_counts(text)


def test_the_reports_of_one_batch_are_no_statistic_of_a_year() -> None:
    [count] = people_counts("截至目前共收到该批次注射液不良反应报告12份,其中死亡2例")
    assert count.value == 2


@pytest.mark.parametrize(
    "text",
    [
        "制售假药致人中毒案告破,抓获犯罪嫌疑人12人",
        "患者中毒后,5名医护人员停职",
        "输液中毒事件中三人被刑拘",
        "诊所中毒案,警方控制8名涉案人员",
        "中毒患者家属说窗口换了三个人",
    ],
)
def test_suspects_and_helpers_are_no_victims(text: str) -> None:
    assert not [count for count in people_counts(text) if count.named]


@pytest.mark.parametrize(
    "text",
    [
        "猫打疫苗后死亡",
        "禽流感疫苗免疫后鸡群死亡",
        "男子杀害妻子致其死亡",
        "小说里女主服毒身亡",
        "父亲癌症去世后剩下吗啡片",
        "急死人了,药买不到",
    ],
)
def test_animals_crime_fiction_and_old_sorrow_are_no_deaths_by_a_product(text: str) -> None:
    assert not people_counts(text)


@pytest.mark.parametrize(
    "title",
    [
        "这不是造谣:5名老人服药后死亡",
        "绝非谣言,5名老人服药后死亡",
        "我没传谣,5名老人服药后死亡",
        "被指造谣的家属:5名老人服药后死亡",
        "医院先辟谣后承认:5名老人服药后死亡",
        "5名老人服药后无任何征兆死亡",
        "纯属无证经营的诊所输液,5名老人死亡",
        "捏造检验报告的药厂,5名老人服药后死亡",
        "通报5名老人服药后死亡,请勿传谣",
    ],
)
def test_a_title_that_only_speaks_of_rumours_or_proof_hides_no_death(title: str) -> None:
    assert (EntityType.DEATHS, 5) in {(one.type, one.value) for one in people_counts(f"{title}\n家属已报警。")}


@pytest.mark.parametrize(
    "title",
    [
        "谣言!5名老人服药后死亡",
        "5名老人服药后死亡纯属谣言",
        "捏造5名老人服药后死亡者被查",
        "官方辟谣:5名老人服药后死亡,无任何依据",
        "别再传谣了,5名老人服药后死亡系谣言",
    ],
)
def test_a_title_that_refutes_a_death_claims_none(title: str) -> None:
    assert not people_counts(f"{title}\n5名老人服药后死亡的说法流传已久。")


@pytest.mark.parametrize(
    "text",
    [
        "于都3名孩子打疫苗后死亡,气死我了",
        "像电影一样,于都3名老人服用布洛芬胶囊后死亡",
        "于都3名老人服用布洛芬胶囊后死亡,小说都不敢这么写",
    ],
)
def test_what_is_exclaimed_of_a_death_does_not_hide_it(text: str) -> None:
    assert claimed(text) == [("deaths", 3)]


@pytest.mark.parametrize("text", ["小说里3人服药后死亡", "电影中3名老人服用布洛芬胶囊后死亡", "打针疼死我了,要死了"])
def test_fiction_and_figures_of_speech_stay_no_deaths(text: str) -> None:
    assert not people_counts(text)


@pytest.mark.parametrize(
    "text",
    [
        "警方通报\n近日有网民称九江有5人服用头孢后死亡。经核查,该信息为谣言,并无人员死亡。",
        "情况说明\n网传一儿童接种流感疫苗后死亡。经核实,该信息不实,接种点未发生任何死亡病例。",
        "通报\n网上流传5人服用头孢后死亡,上述消息系谣言。",
        "通报\n网传5人服用头孢后死亡。引发关注。经调查,网传内容与事实不符,请勿信谣传谣。",
        '警情通报\n近日,网传"县医院打针致5人死亡"。经查,该信息系某人为博取流量编造。县医院未发生此类事件。',
    ],
)
def test_what_is_reported_and_then_said_to_be_false_is_no_claim(text: str) -> None:
    assert claimed(text) == []


@pytest.mark.parametrize(
    "text",
    [
        "5名老人服用头孢后死亡\n官方称该信息为谣言,但家属出示了死亡证明。",
        "求助\n网传5名老人服用头孢后死亡。官方称该信息为谣言。家属出示了死亡证明。",
        "通报\n5名老人服用头孢后死亡。网传有人遇害,经核查,该信息为谣言。",
        "通报\n网传5名老人服用头孢后死亡。有关部门正在核实,请勿信谣传谣。",
        "通报\n5名老人服用头孢后死亡。网传原因为假药,该说法不实,原因仍在调查。",
    ],
)
def test_a_denial_of_something_else_or_one_that_is_disputed_hides_no_death(text: str) -> None:
    assert ("deaths", 5) in claimed(text)


@pytest.mark.parametrize(
    "text",
    [
        "更正:女童未死亡 仍在抢救\n本报此前报道铜鼓县女童输液后死亡有误,女童仍在icu抢救,特此致歉",
        "更正一下\n之前发的诊所打针死人了是误会,人救回来了,没死,抱歉",
        "致歉声明\n本号昨日所发3名儿童接种疫苗后死亡一文失实,特此致歉",
    ],
)
def test_what_its_own_author_takes_back_is_no_claim(text: str) -> None:
    assert not [count for count in people_counts(text) if count.type is EntityType.DEATHS]


@pytest.mark.parametrize(
    ("text", "dead"),
    [
        ("更正:死者为一人\n此前报道输液致3人死亡有误,实为1人死亡", 1),
        ("昨天我跟他说打针死了一个,他说我搞错了", 1),
        ("昨天发的打针死人了不是误会", 1),
        ("医院致歉,患者输液后死亡", 1),
    ],
)
def test_what_is_put_in_its_place_and_what_others_call_an_error_counts(text: str, dead: int) -> None:
    assert max(count.value for count in people_counts(text) if count.type is EntityType.DEATHS) == dead


def test_a_title_that_refutes_claims_nothing() -> None:
    assert not claimed("辟谣:“疫苗致上百儿童住院”不实\n经查,8名儿童均在家,无一人住院")


def test_what_is_quoted_only_to_be_doubted_is_no_claim() -> None:
    assert claimed("一张检查单\n转发文案写着“已有上百人换肾”。我没法核实。同事吃了药肝衰住院了") == [("harmed", 1)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("12人注射后寒战,其中1人死亡", [("harmed", 12), ("deaths", 1)]),
        ("因27例急性胰腺炎及2例死亡报告暂停销售", [("harmed", 27), ("deaths", 2)]),
        ("死亡人数升至5人,均注射了该药", [("deaths", 5)]),
        ("挪威 23 名老人接种后死亡", [("deaths", 23)]),
        ("同村四人贴膏药后住院一人不治", [("harmed", 4), ("deaths", 1)]),
        ("误为8名儿童接种过期疫苗", [("harmed", 8)]),
        ("抢救四小时无效去世", [("deaths", 1)]),
        ("我们群里6个都烂脸了", [("harmed", 6)]),
        ("吃了7个月药后孩子惊厥", [("harmed", 1)]),
        ("小区有七八个人用了面霜起红疹", [("harmed", 7)]),
        ("同病房四个老人打针后也过敏", [("harmed", 4)]),
        ("输液死了两个人", [("deaths", 2)]),
        ("给12名村民输注过期葡萄糖", [("harmed", 12)]),
        ("我吃了药肝损伤,同事4个人吃了都没事", [("harmed", 1)]),
        ("一共打了40多个孩子,只有我家娃打完高烧惊厥", [("harmed", 1)]),
    ],
)
def test_parts_updates_blanks_and_lists_say_the_value_they_mean(text: str, expected: list[tuple[str, int]]) -> None:
    assert claimed(text) == expected


@given(st.text(alphabet="死亡伤中毒住院3两十名个人例患者孩子,。造成", max_size=40))
def test_counts_lie_in_the_text_in_order_without_overlap(text: str) -> None:
    counts = people_counts(text)
    assert all(c.value > 0 and c.type in {EntityType.HARMED, EntityType.DEATHS} for c in counts)
    ends = [0, *(c.end for c in counts)]
    assert all(end <= c.start < c.end <= len(text) for end, c in zip(ends, counts, strict=False))


@pytest.mark.parametrize(
    "text",
    [
        "3名患者服用示例胶囊后死亡",
        "某县3名患者注射示例注射液后死亡，家属质疑药品质量",
        "某县三名患者在注射同一批次示例注射液后死亡。",
    ],
)
def test_a_long_name_of_what_was_given_hides_no_number_of_the_dead(text: str) -> None:
    assert [(count.type, count.value) for count in people_counts(text)] == [(EntityType.DEATHS, 3)]


@pytest.mark.parametrize(
    "text",
    [
        "袋子上写的是别人的名字,我妈差点吃错药,幸好没吃",
        "我买的药丸里有一只虫子,恶心死了",
        "我父亲听了讲座买通脉神液,称能溶血栓,已停用医院开的降压药",
        "其儿子患癫痫,需长期服用苯巴比妥片,医院断药一个月",
    ],
)
def test_a_near_miss_disgust_a_promise_and_what_a_drug_is_taken_for_harm_nobody(text: str) -> None:
    assert not people_counts(text)


@pytest.mark.parametrize("text", ["我妈吃错药住院了", "我吃完药恶心呕吐住院三天", "我儿子打完疫苗后患癫痫,需长期服药"])
def test_the_same_words_of_what_befell_somebody_count_him(text: str) -> None:
    assert claimed(text) == [("harmed", 1)]


@pytest.mark.parametrize(
    "text",
    [
        "女婴接种后截瘫",
        "29岁女子做热玛吉被烫伤",
        "患者罗某注射林可霉素后休克",
        "万安县人罗某因牙痛到诊所注射林可霉素后休克,送医抢救后脱险",
    ],
)
def test_one_told_by_a_family_name_or_harmed_by_a_machine_counts(text: str) -> None:
    assert claimed(text) == [("harmed", 1)]


@pytest.mark.parametrize("text", ["居民王某称药店卖假药", "男子刘某服用安眠药后将人打伤住院", "居民王某、李某举报药店"])
def test_one_named_who_only_reports_or_strikes_is_not_harmed(text: str) -> None:
    assert not people_counts(text)
