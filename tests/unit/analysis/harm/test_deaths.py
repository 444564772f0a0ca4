"""Deaths as the net writes them, and what only looks like one."""

import pytest

from analysis.assessment import EntityType
from analysis.harm.counts import people_counts
from tests.unit.analysis.reading_of import findings


def dead(text: str) -> int:
    return max((count.value for count in people_counts(text) if count.type is EntityType.DEATHS), default=0)


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("吃了那家诊所的假药4亡", 4),
        ("县医院血透室今天死了两个,还有一个在抢救", 2),
        ("打造影剂人直接没心跳了,我姐夫42岁", 1),
        ("我姐夫打完造影剂,抢救了一个小时还是走了", 1),
        ("老中医给人开砒霜治癌,我叔吃了七窍流血死了", 1),
        ("我爷爷喝了那个风湿药酒,口吐白沫没了", 1),
        ("那个娃打疫苗没了的,孩子爸爸发了视频", 1),
        ("打yi苗,娃娃无了", 1),
        ("镇卫生院吊瓶吊死人了,家属摆花圈了", 1),
        ("双胞胎接种麻腮风后双双夭折", 2),
        ("患者输液后1人死亡,此前刚办过演练", 1),
        ("听说打美白针死了仨", 3),
        ("喝了药酒死了俩人", 2),
        ("死3人伤5人,都是喝了同一种药酒", 3),
        ("服药后死忙三人,求关注", 3),
        ("打完针si亡,医院不给说法", 1),
        ("产妇打麻药后一尸两命", 2),
        ("服用该药后死者达7人", 7),
        ("用药后丧命的已有6人", 6),
        ("隔壁老王吃减肥药嘎了", 1),
        ("我奶奶吃完那个保健药丸第二天就没了", 1),
        ("小姨吃减肥药吃死了", 1),
        ("美容院打针打死人了", 1),
        ("注射后不幸离开了人世", 1),
        ("婆婆吃了三天药,永远离开了我们", 1),
        ("输液后人直接无了", 1),
        ("打完针当场去了", 1),
        ("3名老人喝药酒后相继走了", 3),
        ("大学生网购米非司酮,大出血死在宿舍", 1),
        ("吃了四天减肥胶囊,人死在出租屋", 1),
        ("侄子打头孢的,遗体还停在卫生院门口", 1),
        ("老刘吃了集市买的止痛粉,第二天办白喜事", 1),
        ("孩子打了针,第二天就下葬了", 1),
        ("打了五针狂犬疫苗,还是狂犬病发作死了", 1),
        ("8岁男孩拔牙打麻药后脑死亡", 1),
        ("吊了头孢的水,一晚上送走两个,都是老人,第二天就办丧事了", 2),
        ("给双胞胎打维生素k1,两个都夭折了", 2),
        ("这诊所药吃死一个", 1),
        ("我妈昨天在诊所打针死了", 1),
        ("邻居家孩子打疫苗死了", 1),
        ("隔壁婶子吃减肥药死了", 1),
        ("吃了他的药,人死了,诊所关门了", 1),
        ("患者打麻药后死于手术中", 1),
        ("喝自制药酒,已经s了2个", 2),
    ],
)
def test_deaths_are_counted_in_the_words_of_the_net(text: str, number: int) -> None:
    assert dead(text) == number


@pytest.mark.parametrize(
    "text",
    [
        "药价涨死了,一盒200块",
        "一款减肥药死在临床三期",
        "孩子打针哭死了",
        "我妈吃药难受死了",
        "老公吃了药还打鼾烦死了",
        "我妈死了三年了,吃药抑郁",
        "人死了以后药怎么处理",
        "她死了老公,一直吃抗抑郁药",
        "我妈打针差点死了",
        "吃了药虫子死了",
        "药店送手机15s人手一台",
        "吃完药躺着看综艺,笑死在床上",
        "他生前签了遗体捐献,眼角膜移植用药正常",
        "卫生院打针免费,村里统一火化",
        "办白喜事吃酒席,吃了止泻药就好了",
        "输完液送走两个病人回家,护士很开心",
        "麻醉后如何判定脑死亡",
        "脑死亡患者捐献器官,移植用药可报销",
        "孩子打的九价疫苗没了名额",
        "今年的流感疫苗没了,娃还没打",
        "那部剧死了两个主角以后就不好看了",
        "这么晚才到,孩子都等得没耐心走了",
        "这药好吃死了",
        "打完针疼死我了",
        "如果打错针会死人的",
        "别吃死人了",
        "周年回顾:反应停事件致上千人死亡",
        "孩子吃完药咳嗽第二天就没了",
        "宝宝吃药后疹子第二天就没了",
        "降压药没了,哪里有卖",
        "药店老板跑了,人已经没了踪影",
        "药店老板跑了,人没了踪影",
        "吃了这药,病灶死亡",
        "药杀死癌细胞,肿瘤组织死亡",
        "医生开完药就去了后面",
        "割了腰子嘎了腰的段子",
        "忙死忙活卖了一天药",
        "用药后无人死亡",
        "网传打针死了三人,警方:系谣言",
    ],
)
def test_what_only_looks_like_a_death_is_none(text: str) -> None:
    assert dead(text) == 0


@pytest.mark.parametrize(
    "title",
    [
        "5人在诊所输液后死亡 已排除食物中毒",
        "3名患者注射头孢后死亡,排除食物中毒、刑事案件",
        "五名老人输完液死亡,不排除食物中毒",
        "4人打完针死亡 并非自杀",
        "两名透析患者死亡 透析浓缩液已封存",
        "爷爷输完液当晚去世",
        "孩子打完针没了呼吸",
    ],
)
def test_a_death_is_raised_though_other_causes_are_ruled_out(title: str) -> None:
    assert findings(title).floor == "product_death"


@pytest.mark.parametrize("title", ["5人食用野生菌后食物中毒死亡,与所用药品无关", "男子服药自杀身亡"])
def test_a_death_of_another_cause_is_not_raised(title: str) -> None:
    assert findings(title).floor is None


@pytest.mark.parametrize(
    ("title", "text", "most"),
    [
        ("关于网传退烧药毒死人的辟谣", "网传某退烧药吃死5人,经市药监局核实,该消息为不实信息。", 3),
        ("县药监局辟谣:“疫苗打死三个孩子”系谣言", "网传接种疫苗死了3个孩子。经核查,该信息为谣言。", 4),
        ("警方通报:“药店抢购退烧药死人”系谣言", "网传信息为谣言,市民勿囤药。", 4),
        ("5人输液后死亡", "县卫健局通报,5人输液后死亡。", 5),
        ("网传退烧药毒死人系谣言", "网传退烧药毒死5人,该消息为谣言。市药监局随后承认有患者死亡。", 5),
        ("网传退烧药有毒是谣言吗", "群里都在传。", 5),
    ],
)
def test_what_an_office_calls_false_is_as_severe_as_a_rumour_at_most(title: str, text: str, most: int) -> None:
    assert findings(title, text).most_severe == most


@pytest.mark.parametrize(
    "text",
    [
        "8名患者输液后寒战,0死亡",
        "死亡:0",
        "死亡病例为0,重症0例",
        "重症0例、死亡0例",
        "死亡数为零",
        "零死亡、零重症",
        "8名患者输液后寒战,差点死了一个",
        "受试者死亡率低于对照组",
    ],
)
def test_a_zero_and_who_only_nearly_died_are_no_death(text: str) -> None:
    assert not dead(text)


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("死亡:3人", 3),
        ("10死亡", 1),
        ("一名受试者用药3天后死亡", 1),
        ("临床试验受试者死亡", 1),
        ("试验中一名志愿者接种后去世", 1),
    ],
)
def test_a_number_behind_a_colon_and_the_dead_of_a_trial_count(text: str, number: int) -> None:
    assert dead(text) == number
