"""Deaths in words that also tell of leaving, ending or a stock that ran out: told of somebody, behind what he was given.

Each needs evidence of its own. 没了 and 走了 have the one who is gone right before them (人就没了), 没了 after a time or in a bad way, 走了
after he lay dying. What tells of a death in plainer words (没救过来, 再没睁眼, 送到殡仪馆) needs somebody before it in the sentence
who is not the writer, and nothing else as its subject. Who gave it goes home: a nurse and a doctor are nobody of these.
All patterns read normalised text. Pure.
"""

import re
from collections.abc import Iterator
from itertools import islice

from analysis.harm.circumstances import clause_around
from analysis.harm.people import KIN, WHO

__all__ = ["gone_after_use", "may_be_gone"]

_SIGN = re.compile(
    "[走没]了|不在了|没(?:有|能)?(?:救|抢|挺|熬|捱|撑|扛|活)|[再远][也都]?没|停了|停止|生命体征|黄泉|长辞|呜呼|撒手|毙命|暴[毙亡]|太平间|殡仪馆|寿衣|骨灰|火化|命|"
    "没有?[^,。]{1,3}了|被[^,。]{1,7}死|died|passed away|rip"
)
_USED = re.compile(
    "注射|接种|输[液血注]|[挂吊]水|点滴|雾化|麻药|局麻|推针|打针|透析|造影|服用|误服|服药|喂药|灌药|用错药|发[错混]|药酒|偏方|三无|溶脂|玻尿酸|肉毒|"
    "[吃喝打输挂吊推扎做用抹涂敷贴戴换种灌喂](?:了|完|过|的是?)|[吃喝打输挂吊推扎抹涂敷贴]一?[针片瓶颗粒剂]|吃错药|"
    "[吃喝打输挂推扎注][^,。]{0,10}[药针液苗剂片丸](?!店|房|监)|(?:呼吸机|除颤|起搏器|透析机|输液泵|监护仪|治疗仪|热疗仪|理疗|支架)"
)
_WHO_DIES = f"(?:{KIN}|(?!(?:同事|同学|朋友|闺蜜|网友|群友|司机|员工|邻居|用户|客人|亲戚|室友|舍友|街坊|同伴|人)){WHO}|[男女]的|老人家|阿[婆公]|老[太头]|[他她](?!们))"
_TIMES = (
    "第[一二两三四五六七八九十0-9]+[天晚日]|[0-9一二两三四五六七八九十半几]+个?多?(?:小时|钟头|分钟|天|周|星期|礼拜|月)后?|当[天晚日夜场]|次日|隔天|"
    "[昨前今][天晚夜早晨日]|上个?月|上周|半夜|凌晨|天[没未]?亮|夜里|没多久|不久"
)
_EVEN = (
    f"(?:就|都|已经?|也|便|还是|竟然?|却|突然|忽然|一下子|永远|这么|这样|最后|最终|后来|终究|终|从此|直接|人|{_TIMES})"
)
_HE = f"(?:{_WHO_DIES}|人(?!们))(?:才[0-9一二三四五六七八九十]+(?:岁|个月))?{_EVEN}{{0,4}}"
_END = '(?=$|[,。;!?、:)”"])'
# 人就没了, 孩子没了; what stands between (我妈的眼镜没了) is what is gone.
_GONE = re.compile(f"{_HE}没了{_END}")
_BABE = re.compile(f"[宝娃](?:才)?[0-9一二三四五六七八九十]+个月,?{_EVEN}{{1,4}}没了{_END}")
_LEFT = re.compile(f"{_HE}(?:走了|不在了){_END}")
_LEFT_YOUNG = re.compile(f"走了{_END},(?:[她他]|人)?(?:才|刚|年仅|还?不到)[0-9一二三四五六七八九十]{{1,3}}[几多]?岁")
# 胰腺炎走了, 癌变,上个月还是走了: what he died of stands before it, somebody before that.
_LEFT_OF = re.compile(
    f"(?:[炎竭梗]|出血|休克|癌变)(?:就|人就?)?走了{_END}|(?:癌变|衰竭|病危)[^。]{{0,12}}还是走了{_END}"
)
_BADLY = re.compile(
    f"{_TIMES}|抢救|昏迷|休克|送医|医院|急诊|icu|重症|病危|衰竭|肝衰|肾衰|抽搐|吐血|心口|胸[闷口痛]|喘|呼吸|发紫|感染|出血|溃烂|过敏"
)
_DYING = re.compile(
    "抢救|昏迷|休克|病危|icu|重症|衰竭|[心肝肾]衰|大出血|败血|胰腺炎|脑死亡|心跳骤?停|呼吸骤停|没有?(?:心跳|呼吸)"
)
_BETTER = re.compile(
    "可以|能|自己|下地|终于|留观|观察|好转|出院|回家|我们|离开|成功|过来|缓|恢复|脱离|平稳|稳定|醒|没事|转危|退烧|找|看|转身|回头|丢|跑|散|排队|劝|让"
)
_GIVES = re.compile("护士|医生|大夫|医师|药师|店员|老板|推销|销售|客服|记者|警察|快递|家属|亲戚|陪")
_GOES_ON = re.compile(
    "[,。](?:他|她|我们?)?(?:约|回|明天|下次|下回|说(?!没)|还说|再来|去(?!世)|让我|叫我|留下?话|临走|下班|收拾|办|换|转院|出院|没(?:说|等|交|付)|跟我?|和我?|另)"
)
_MYSELF = re.compile(f"我(?!们|家|的?(?:{KIN}))")
# What tells of a death where it has nothing else for its subject.
_DEAD = re.compile(
    f"没(?:有|能)?(?:抢?救|抢)(?:得)?(?:过来|回来|活)了?{_END}|没(?:有|能)?(?:(?:挺|熬|捱|撑|扛)过|(?:挺|熬|捱)到)(?:[那这]一?|当|今|昨|第[一二三]|天)(?:夜|晚上?|天|早上?|亮|关){_END}|没能活(?:下来|过来){_END}|"
    f"再也?没(?:有)?(?:能)?(?:睁开?过?眼睛?|醒(?:过来|来|过)){_END}|"
    f"(?:心跳|呼吸)(?:和(?:心跳|呼吸))?{_EVEN}{{0,3}}停(?:止)?了{_END}|停止了?(?:心跳|呼吸){_END}|(?:没有?|无|失去)了?生命体征{_END}|"
    f"命归黄泉|与世长辞|一命呜呼|撒手人寰|毙命|暴毙|暴亡|"
    "(?:推|送|拉|抬)(?:进|到|去|往)了?太平间|(?:拉|送|抬|运)(?:去|到|进|往)了?殡仪馆|换上?了寿衣|(?:抱|捧)(?:着|回)?[^,。]{0,3}骨灰|"
    f"(?:昨|前|今)[天日儿](?:刚)?(?:火化|下葬){_END}|没(?:救|命|气|呼吸)了{_END}"
)
_SUBJECT = re.compile(
    f"(?:(?:[我俺咱][家们]?|[这那][个位]?|一[个名位])?(?:{_WHO_DIES}|人))?(?:{_EVEN}|抢救[^,。]{{0,5}}|(?:在|被|送|到)[^,。]{{0,4}}医院|(?:在|被)|路上|医[生院]|[0-9零一二三四五六七八九十]+[点分]){{0,5}}"
    f"|[^,。]{{0,4}}(?:{_WHO_DIES})[^,。没不]{{0,16}}[药针液水后完]{_EVEN}{{0,3}}"
)
_LIFELESS = re.compile("没(?:救|命|气|呼吸)了")
_AT_ONCE = re.compile("当场|送到|抢救|昏迷|休克|心跳|医院")
_REVIVED = re.compile("回来|恢复|救活|救过来|缓过|复苏|按压")
_LIFE = re.compile(
    f"把(?:一条|小|性|自己的?|老)?命(?:都|也|给)*(?:搭|丢|送|赔)(?:上|进去?|掉|没)*了{_END}|(?:搭|赔|送|丢|断送|葬送)(?:上|进|掉)?(?:去)?了[^,。不没]{{0,4}}(?:性命|[条小]命){_END}"
)
_WARNED = re.compile("别|不要|不能|小心|当心|千万|会|可能|想|为了|值|何必|拿|等于|简直|仿佛|感觉|好像|熬夜|加班")
_ORPHANED = re.compile(
    f"我(?:再也|现在|从此)?(?:就)?没有?(?:妈妈?|爸爸?|爷爷|奶奶|外公|外婆|爹|娘|女儿|儿子|老伴)了{_END}"
)
_KILLED = re.compile(f"(?:{_WHO_DIES}|人)[^,。;!?]{{0,8}}被[^,。;!?]{{0,6}}?(?:烫|电|毒|治|灌|输)死(?:了|亡)?{_END}")
_KIN_WORDS = "(?<![a-z])(?:m[ou]m|mother|dad|father|cousin|uncle|aunt|grandm?p?a|sister|brother|son|daughter|baby|wife|husband|patient)(?![a-z])"
_KIN_IN_ENGLISH = re.compile(_KIN_WORDS)
_ENGLISH = re.compile(f"{_KIN_WORDS}[^。]{{0,30}}?(?<![a-z])(?:died|passed away|rip)(?![a-z])")
_SOMEBODY = re.compile(_WHO_DIES)
# Who jokes, or tells of an animal, a film or an exercise, tells no death.
_NOT_IN_EARNEST = re.compile(
    "哈哈|笑|吓|一觉|睡到|睡得|doge|演练|模拟|电影|小说|游戏|剧情|做梦|梦见|蚂蚁|蟑螂|虫|老鼠|蚊|狗|猫|鱼|鸡|猪|牛|羊|鸟|兔|仓鼠|宠物|手机|电脑|账号"
)
_NEARLY = re.compile(
    "差一?点|险些|几乎|幸亏|幸好|不然|否则|再晚|再迟|再不|要不是|以为|怕|如果|万一|会不会|要是|假如|快要|就要"
)
_NEARLY_WITHIN = 14
_ASKED = re.compile("[^,。]{0,3}(?:吗|么[?])")
_MOST = 12


def may_be_gone(text: str) -> bool:
    """Tell whether a text holds a word that may tell that somebody is gone: most texts hold none."""
    return bool(_SIGN.search(text))


def gone_after_use(words: str) -> Iterator[tuple[int, int]]:
    """Yield the spans of a normalised sentence that say that somebody is gone, behind what he was given."""
    if not may_be_gone(words) or (used := _USED.search(words)) is None or _NOT_IN_EARNEST.search(words):
        return
    for told in _told(words, used.end()):
        nearly = _NEARLY.search(words, max(0, told.start() - _NEARLY_WITHIN), told.end())
        if not nearly and not _ASKED.match(words, told.end()):
            yield told.span()


def _told(words: str, used: int) -> Iterator[re.Match[str]]:
    """Yield what tells of a death behind a use that ends at `used`, each word with the evidence that it needs."""
    for pattern in (_ORPHANED, _KILLED, _ENGLISH):
        yield from islice(pattern.finditer(words), _MOST)
    for pattern, is_told in _NEEDS:
        yield from (told for told in islice(pattern.finditer(words, used), _MOST) if is_told(words, used, told))


def _is_unwarned(words: str, _: int, told: re.Match[str]) -> bool:
    return not _WARNED.search(words, 0, told.start())


def _is_of_somebody(words: str, _: int, told: re.Match[str]) -> bool:
    """Tell whether what tells of a death is said of somebody spoken of, who is not the writer, and of nothing else."""
    start, _ = clause_around(words, told.start())
    if not _SUBJECT.fullmatch(words, start, told.start()) or _REVIVED.search(words, told.end()):
        return False
    if _LIFELESS.match(words, told.start()):
        near = _SOMEBODY.search(words, start, told.start()) or words.startswith("人", start)
        return bool(near and _AT_ONCE.search(words, 0, told.start()))
    return bool(_SOMEBODY.search(words, 0, told.start()))


def _has_gone(words: str, used: int, told: re.Match[str]) -> bool:
    """Tell whether nothing says that who is gone left, was looked for or was better, or that another than he was given it."""
    if _BETTER.search(words, used, told.end()) or _GOES_ON.match(words, told.end()):
        return False
    return not _GIVES.search(words, used, told.end()) and not _MYSELF.search(words, 0, told.end())


def _has_gone_badly(words: str, used: int, told: re.Match[str]) -> bool:
    return _has_gone(words, used, told) and bool(_BADLY.search(words, used, told.end()))


def _lay_dying(words: str, used: int, told: re.Match[str]) -> bool:
    return _has_gone(words, used, told) and bool(_DYING.search(words, used, told.end()))


def _has_somebody_gone(words: str, used: int, told: re.Match[str]) -> bool:
    somebody = _SOMEBODY.search(words, 0, told.start()) or _KIN_IN_ENGLISH.search(words)
    return bool(somebody) and _has_gone(words, used, told)


_NEEDS = (
    (_LIFE, _is_unwarned),
    (_DEAD, _is_of_somebody),
    (_LEFT_OF, _has_somebody_gone),
    (_GONE, _has_gone_badly),
    (_BABE, _has_gone),
    (_LEFT, _lay_dying),
    (_LEFT_YOUNG, _has_gone),
)
