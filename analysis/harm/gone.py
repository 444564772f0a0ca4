"""Deaths in words that also tell of leaving, ending or a stock that ran out: told of somebody, behind what he was given.

走了, 没了 and 去了 tell a death where a use stands before them, somebody is spoken of, and between the use and the word time went by
or it went badly with him; 把命搭上, 没救了, 再没睁眼 need the use and somebody alone. Who gave it goes home: a nurse and a
doctor are nobody of these. All patterns read normalised text. Pure.
"""

import re
from collections.abc import Iterator
from itertools import chain, islice

from analysis.harm.circumstances import clause_around
from analysis.harm.people import KIN, WHO

__all__ = ["gone_after_use", "may_be_gone"]

_SIGN = re.compile(
    "[走没去行]了|不在了|(?:没|未|不)(?:有|能|再)?[扛撑挺熬捱活救抢拉]|[西去仙]逝?了?(?=$|[,。])|归西|毙命|暴[毙亡]|闭上?了?眼|阎王|黄泉|与世长辞|长眠|生命体征|停跳|归零|直线|白布|太平间|寿衣|灵堂|头七|遗照|呜呼|一命|died|passed away|rip|命(?![名运令])|没[救气呼]|(?:再|永远)[也都]?[没未]|停[止在]|没有?[^,。]{1,4}了|殡仪馆|骨灰|火化|下葬|入土|出殡|被[^,。]{1,7}死"
)
_USED = re.compile(
    "注射|接种|输[液血注]|[挂吊]水|点滴|雾化|麻药|局麻|推针|打针|透析|造影|服用|误服|服药|喂药|灌药|用错药|发[错混]|药酒|偏方|三无|溶脂|玻尿酸|肉毒|"
    "[吃喝打输挂吊推扎做用抹涂敷贴戴换种灌喂](?:了|完|过|的是?)|[吃喝打输挂吊推扎抹涂敷贴]一?[针片瓶颗粒剂]|"
    "[吃喝打输挂推扎注][^,。]{0,10}[药针液苗剂片丸](?!店|房|监)|(?:呼吸机|除颤|起搏器|透析机|输液泵|监护仪|治疗仪|理疗|支架)"
)
# What was given, where nobody says that it was: for words that tell of a death without it too.
_GIVEN = re.compile(
    "[一-鿿][药针苗丸膏霜酒](?![店房监厂品]|对|线)|糖浆|胶囊|注射|蛋白|[药针水]剂|血浆|血清|[疗泵][仪机器]?|支架|试剂|疗程|处方|药房|诊所|卫生[院室]|美容|医美|整形|疫苗|批号|同批|这批|那批|该批"
)
_SOMEBODY = re.compile(
    f"(?:{KIN}|{WHO}|人(?=就|都|已|便|当|直接|还|也|[,。])|[他她](?!们)|老[人头爷太](?!家的)|婆|公公|邻居|[大二三四]?(?:婶|嫂|伯|舅|姨|姑|叔)|老[一-鿿](?![板师家]))"
)
_GIVES = re.compile("护士|医生|大夫|医师|药师|店员|老板|推销|销售|客服|记者|警察|救护车|快递|家属|亲戚")
_TIME = (
    "第[一二两三四五六七八九十0-9]+[天晚日]|[0-9一二两三四五六七八九十半几]+个?多?(?:小时|钟头|分钟|天|周|星期|礼拜|月)|当[天晚日夜场]|次日|隔天|"
    "[昨前今][天晚夜早晨日]|前儿|半夜|凌晨|天[没未]?亮|夜里|上个?[月周]|上星期|没多久|不久|刚到|路上|送到|回来"
)
_BADLY = (
    "抢救|昏迷|休克|送医|医院|急诊|icu|重症|病危|衰竭|肝衰|肾衰|抽搐|吐|心口|胸|呼吸|喘|发紫|高烧|发烧|感染|出血|溃烂|过敏|癌变|梗|炎|晕|"
    "疼|痛|错|过量|休克|报警|失灵|倒下|不行"
)
_MEANWHILE = re.compile(f"{_TIME}|{_BADLY}")
_END = '(?=$|[,。;!?、:)”"]|的(?=[,。]|$))'
_LEFT = re.compile(f"(?:[走没]了|去了(?!趟)|不在了){_END}")
# What goes away beside people: 疹子没了, 药没了, 钱没了.
_THINGS = re.compile(
    "[吃用喝打]完|们[都全]?$|[药针苗货票钱号疹泡包肿烧痘斑渣味影]|效果|名额|消息|下文|信号|脸面|网|电|力气|胃口|心情|疼|痛|症状|知觉|希望"
)
_GOES_ON = re.compile(
    "[,。](?:他|她|我们?)?(?:约|回|明天|下次|下回|说(?!没)|还说|再来|去(?!世)|让我|叫我|留下?话|临走|下班|收拾|办|换|转院|出院|没(?:说|等|交|付)|跟我?|和我?|另)"
)
_AGED = re.compile(",(?:[她他]|人)?(?:才|刚|年仅|今年|还?不到)[0-9一二三四五六七八九十]{1,3}[几多]?岁")
_LIFE = re.compile(
    "把(?:一条|小|性|自己的?|老)?命(?:都|也|给)*(?:搭|丢|送|赔|交代|弄没|打没|吃没)|(?:搭|赔|送|丢|断送|葬送|没)(?:上|进|掉|出)?(?:去)?了[^,。不没]{0,6}(?:性命|[条小]命|命(?![令运名题中]))(?!就?差)|"
    f"(?<![还有])(?:没救|没命|没气|没呼吸)了?(?<=了){_END}|"
    f"(?:再|永远)(?:也|都)?(?:没(?:有)?|未)(?:能)?(?:睁(?:开)?(?:过)?眼?|醒|起来|站起来|开(?:过)?口|喘|动过)[^,。]{{0,4}}{_END}|"
    f"(?:心跳|呼吸)[^,。没未不]{{0,3}}停(?:止|在)(?![^。]{{0,24}}(?:回来|恢复|救活|救过来|复苏成功|缓过))|停止了?(?:心跳|呼吸)(?!(?:的)?(?:患者|病人|[^。]{{0,24}}(?:回来|恢复|救活|救过来|缓过)))|"
    # Who could not be kept alive: 没撑住, 没能救活, 没熬过那一夜.
    f"(?:没(?:有|能)?|未能?|也?不)(?:再)?(?:扛|撑|挺|熬|捱|活|救|抢|拉)(?:得)?(?:住|过去|过来|过[^,。药味瘾]{{0,4}}|到[^,。]{{0,5}}|活|下来|下去|回来|出来){_END}(?![,。][^。]{{0,4}}(?:去|打|挂|叫|送|吐|又))|"
    f"(?:当场|人|就)(?:就|已经|都)?不行了{_END}|归西|西去了?{_END}|毙命|暴毙|暴亡|闭上?了?眼睛?{_END}|见了?阎王|命归黄泉|与世长辞|长眠|(?:没有?|无|失去)了?生命体征|(?:心跳|心电图?)[^,。]{{0,6}}(?:归零|直线)|"
    "盖上?了?白布|(?:推|送|拉|抬|躺)[^,。]{0,3}太平间|(?:换|穿)上?了?寿衣|(?:搭|设|摆)了?灵堂|(?:过|做)?头七|一命呜呼|(?<![a-z])(?:died|passed away|rip)(?![a-z])|"
    f"我(?:再也|现在|从此)?(?:就)?没有?(?:{KIN})了{_END}|"
    "(?:拉|送|抬|运)(?:去|到|进|往)了?殡仪馆|(?:抱|捧)[^,。]{0,4}骨灰|(?:昨|前|今)[天日儿](?:刚)?(?:火化|下葬|入土|出殡)(?!场)"
)
# 被烫死, 被电死: what killed stands between, and nobody is only said to die of it.
_KILLED = re.compile(
    "被[^,。;!?]{0,6}?(?:烫|电|毒|噎|卡|烧|压|扎|打|治|灌|输|麻)死(?![亡了]?(?:心|算|率)|我了|人不偿命|[^,。]{0,3}(?:的(?:虫|鱼|猪|鸡|狗|猫|鼠|蚊)))"
)
_NEARLY = re.compile("差一?点|险些|几乎|幸亏|幸好|不然|否则|再晚|再迟|要不是|以为|怕|如果|万一|会不会|要是|假如|[吗?]$")
_NEARLY_WITHIN = 14
_WITHIN = 10
_MOST = 12


def may_be_gone(text: str) -> bool:
    """Tell whether a text holds a word that may tell that somebody is gone: four texts of five hold none."""
    return bool(_SIGN.search(text))


def gone_after_use(words: str) -> Iterator[tuple[int, int]]:
    """Yield the spans of a normalised sentence that say that somebody is gone, behind what he was given."""
    if not may_be_gone(words) or not (_USED.search(words) or _GIVEN.search(words)):
        return
    used = _USED.search(words)
    for told in islice(chain(_LIFE.finditer(words), _KILLED.finditer(words)), _MOST):
        if not _nearly(words, told.start()):
            yield told.span()
    begin = used.end() if used else len(words)
    for told in islice(_LEFT.finditer(words, begin), _MOST):
        if not _nearly(words, told.start()) and _is_a_death(words, begin, told):
            yield told.span()


def _is_a_death(words: str, used: int, told: re.Match[str]) -> bool:
    """Tell whether who left behind a use died: somebody spoken of, after a time or in a bad way, who does not go on."""
    start, _ = clause_around(words, told.start())
    if _THINGS.search(words, max(start, told.start() - _WITHIN), told.start()) or _GOES_ON.match(words, told.end()):
        return False
    givers = [giver.end() for giver in _GIVES.finditer(words, 0, told.end())]
    # Who gave it is spoken of until somebody else is.
    since = max(used, givers[-1]) if givers else 0
    if not _SOMEBODY.search(words, since, told.end()) and not _AGED.match(words, told.end()):
        return False
    return bool(_MEANWHILE.search(words, used, told.end()))


def _nearly(words: str, start: int) -> bool:
    return bool(_NEARLY.search(words, max(0, start - _NEARLY_WITHIN), start))
