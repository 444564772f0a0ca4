"""Counts of people that are told by kin, by parts, by the writer's own harm, and those that only look like one."""

import pytest

from analysis.assessment import EntityType
from analysis.harm.counts import people_counts
from tests.unit.analysis.reading_of import entities


def claimed(text: str) -> list[tuple[str, int]]:
    return [(count.type.value, count.value) for count in people_counts(text)]


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("一家四口喝了药酒中毒住院", 4),
        ("姐弟俩误服药片昏迷送医", 2),
        ("夫妻双双输液后休克", 2),
        ("逾百名学生接种后住院", 100),
        ("近30名患者输液后寒战", 30),
        ("20余人注射后感染", 20),
        ("数十名患者用药后失明", 20),
        ("王某等5人输液后休克", 5),
    ],
)
def test_people_are_counted_by_kin_and_by_vague_numbers(text: str, value: int) -> None:
    assert ("harmed", value) in claimed(text)


@pytest.mark.parametrize("text", ["夫妻俩开药店被罚", "姐妹俩一起当药师", "一家三口去打疫苗"])
def test_kin_without_harm_is_not_counted(text: str) -> None:
    assert not claimed(text)


def test_a_part_of_a_number_told_before_is_not_counted_again() -> None:
    assert claimed("12名患者输液后发热。其中3人住院。") == [("harmed", 12)]


def test_one_of_many_counts_only_with_a_harm_of_its_own() -> None:
    assert claimed("旁边一个小女孩也一样,前后5个人都打摆子") == [("harmed", 5)]
    assert claimed("三个孩子甲状腺功能异常,一个女孩跛行") == [("harmed", 3), ("harmed", 1)]


@pytest.mark.parametrize("text", ["5名患者家属说输液后发热没人管", "一名业内人士说患者中毒要赔"])
def test_relatives_and_people_of_the_trade_are_no_victims(text: str) -> None:
    assert not [count for count in people_counts(text) if count.named]


def test_a_death_told_again_in_other_words_is_one_death() -> None:
    assert claimed("一名婴儿接种后次日死亡。专家称婴儿猝死需尸检。") == [("deaths", 1)]


@pytest.mark.parametrize(
    "text", ["带1岁半女儿打麻腮风疫苗,本子上贴的是百白破条码,护士打错了疫苗", "娃打了过期疫苗,今天才发现"]
)
def test_a_child_that_was_given_the_wrong_or_an_expired_vaccine_is_one(text: str) -> None:
    assert claimed(f"投诉\n{text}") == [("harmed", 1)]


@pytest.mark.parametrize(
    "text", ["科普:打错疫苗了怎么办", "如果孩子打了过期疫苗应当立即报告", "网传孩子打了过期疫苗不属实"]
)
def test_a_wrong_vaccine_that_is_supposed_or_refuted_harms_nobody(text: str) -> None:
    assert not claimed(text)


def test_a_complaint_without_its_own_subject_counts_its_writer() -> None:
    assert claimed("反映膏药\n按说明贴了一天,揭下来起大泡,医生说化学性烧伤,请抽检。") == [("harmed", 1)]


@pytest.mark.parametrize("text", ["化学性烧伤的急救方法", "药膏可能导致皮炎,请慎用", "没有人要求手术"])
def test_a_harm_in_advice_counts_nobody(text: str) -> None:
    assert not claimed(text)


def test_an_operation_for_beauty_is_another_story() -> None:
    assert not claimed("女子抽脂手术后离世")


def test_the_title_leaves_a_number_to_the_text_that_tells_it() -> None:
    title, text = "染发后7例严重过敏", "医院接诊7名使用后面部肿胀的患者"
    found = [(e.field, e.text) for e in entities(title, text) if e.type is EntityType.HARMED]
    assert found == [("text", "7名")]


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("仨孩子打完针都高烧", 3),
        ("我们仨注射后眼睑下垂", 3),
        ("我妈和我爸吃了药酒都呕吐住院", 2),
        ("卫生院挂水后救护车拉走七个,都在发抖", 7),
        ("用的六个人五个不正常,要查尿汞", 5),
        ("三十来个老人输液后寒战", 30),
        ("收治四名佩戴角膜塑形镜的小学生,角膜都有浸润", 4),
        ("四位吃这散剂的中老年人手脚坏死", 4),
        ("七位透析患者上机后低血压、腹痛", 7),
    ],
)
def test_people_are_counted_however_the_number_is_written(text: str, value: int) -> None:
    assert claimed(text) == [("harmed", value)]


@pytest.mark.parametrize(
    "text",
    [
        "输液后没有救回来",
        "打完针,孩子没了呼吸",
        "吃了假药,人没留住",
        "打了针,昨晚走的",
        "注射后没下来台",
    ],
)
def test_a_death_is_told_in_plain_words(text: str) -> None:
    assert claimed(text) == [("deaths", 1)]


def test_those_whom_a_rumour_has_poisoned_are_counted() -> None:
    assert ("deaths", 8) in claimed("视频里说止咳糖浆毒死8个娃")


def test_one_who_died_is_not_harmed_as_well() -> None:
    assert claimed("一名71岁居民接种后胸痛,经抢救无效死亡") == [("deaths", 1)]


def test_who_was_given_a_faulty_vaccine_is_harmed_without_a_symptom() -> None:
    assert claimed("疫苗冰箱断电一夜。第二天四十六个娃挨个打。") == [("harmed", 46)]
    assert not claimed("疫苗到货充足。第二天四十六个娃挨个打。")


@pytest.mark.parametrize(
    "text",
    [
        "江西一个儿童白血病家长群里,半小时内七个人举手",
        "误食野生菌,11人住院",
        "医院用它做过四千多例,最严重的是皮疹",
        "召回演练:疑似不良反应七例",
        "诺如病毒来袭,52名幼儿呕吐腹泻",
    ],
)
def test_other_numbers_beside_a_harm_count_nobody(text: str) -> None:
    assert not claimed(text)


@pytest.mark.parametrize(
    "text",
    [
        "82岁的刁婆婆把降糖药停了,结果血糖升到30,住院十天",
        "一名大学生连续服用后出现呼吸抑制",
        "我弟弟17岁,从去年喝到现在,不喝就流鼻涕打哈欠",
        "室友买的咖啡糖,两颗下去脸红心跳,凌晨打120",
        "同桌吃了一把药,昨天上课口齿不清走路撞墙",
        "孩子停药19天,手又开始抖,写不了字",
        "奶奶给喂药多喂了十倍!半小时后手脚抖、心跳200,连夜洗胃。厂家改改量杯,求你们了",
        "打完瘦脸针第三天眼皮抬不起来。医生说要打血清",
        "敷完面膜脸发热,起一片小红疙瘩。避雷避雷",
    ],
)
def test_one_person_is_told_by_age_or_kin_and_what_befell_them(text: str) -> None:
    assert claimed(text) == [("harmed", 1)]


def test_the_sum_of_the_others_and_ones_own_is_counted() -> None:
    assert ("harmed", 7) in claimed("用了这膏,娃脸圆了一圈。加上我家,七个孩子。")


@pytest.mark.parametrize(
    "text",
    [
        "他拎着药下车,这一趟有一百多人,奶奶气得手一直在抖",
        "室友说吃药前要看说明书",
        "村民给稻田喷施除草剂时恶心头晕送医",
        "出现不适请立即打120",
    ],
)
def test_a_trembling_hand_a_field_and_advice_tell_no_harm(text: str) -> None:
    assert not claimed(text)


def test_a_death_is_told_by_when_somebody_left_and_not_by_records_of_deaths() -> None:
    assert claimed("他吃了四个月假药。老郭没等到开庭,上个月走了") == [("deaths", 1)]
    assert not claimed("店员上个月走了,新来的不懂药")
    assert not claimed("医院没有核对用药者死亡信息")


@pytest.mark.parametrize(
    "text",
    [
        "我妈吃这胶囊补血,上周突然腿肿,查出是深静脉血栓,医生让停药转院",
        "吃了亲戚给的降酸药,嘴里烂得喝不了水,全身脱皮,医院说是剥脱性皮炎",
        "涂了四个月没长一根,反倒眼皮总是肿,眼科问我是不是用了前列腺素",
        "表妹戴一晚美瞳,角膜掉皮,疼得拿头撞墙",
        "断泵这七周我一天打四针,低血糖昏过一次",
        "照说明书给孩子吃咀嚼片,连着十来天半夜尖叫哭闹,医生让停",
        "外公停了滴眼液改吃护眼胶囊,眼压从18升到34",
    ],
)
def test_one_person_is_told_though_time_doctor_or_name_is_left_out(text: str) -> None:
    assert claimed(text) == [("harmed", 1)]


def test_two_who_took_it_together_are_two() -> None:
    assert claimed("我和我弟都是吃了村里发的药,全身起疹子") == [("harmed", 2)]
    assert ("harmed", 2) in claimed("我婆婆和我妈都吃了这药酒,双双中毒住院")
    assert not [value for _, value in claimed("我和我弟都吃过这药,没事") if value > 1]


def test_commentators_who_tell_their_own_harm_are_counted_and_commentators_are_not() -> None:
    assert claimed("喝了减肥咖啡,评论区至少有二十多人说过失眠、手抖") == [("harmed", 20)]
    assert not claimed("失眠药的视频点赞评论二十多人")


@pytest.mark.parametrize(
    "text",
    [
        "打完疫苗第二天胳膊抬不起来,社区护士说正常,医生也说两天就好",
        "孩子喝了两袋,没大碍,就是蔫,医生看过了",
        "喷了三天鼻子流血,客服让我撤评,医院没去",
        "吃了半个月,腿还是疼得走不了路,医生让再拍片",
    ],
)
def test_what_passes_is_everyday_or_was_there_before_is_no_harm(text: str) -> None:
    assert not claimed(text)
