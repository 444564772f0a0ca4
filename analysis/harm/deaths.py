"""Deaths in the words of notices and of the net: how many died, that one died, and how the word is spelled around filters.

What is told of cells, of a stock that ran out or of a visitor who left (没了, 走了) is no death; who only nearly died lives.
All patterns read normalised text. Pure.
"""

import re
from collections.abc import Iterator

from analysis.assessment import EntityType
from analysis.beginnings import beginning
from analysis.harm.people import KIN, KIN_BEGIN, MEASURE, NUMBER, WHO

__all__ = ["dead_by", "died_in_a_trial", "may_tell_death", "plainly_spelled", "single_deaths", "totals"]

# 死亡 as filters are got around: si亡, 死wang, 死忙. 4亡 is 死亡 only behind those who did: 3人4亡.
_SPELLED = re.compile("(?:si|死|四|4|s|尸) ?wang|(?:si|s|尸) ?亡|(?<=[人例名者后])[4四]亡|(?<![忙累])死忙(?!活)")
# 已经s了2个, 喝药酒s人.
_HALF_SPELLED = re.compile(
    "(?<![a-z0-9])si?(?P<rest>了(?=[0-9一二两三四五六七八九十几好仨俩]|[个人,。!]|$))|(?<=[酒药针水液苗])s(?P<people>人)"
)
_SPELLING_SIGN = re.compile("[亡忙]|wang|亖|s[i了人]")
_DEAD_AND_HURT = re.compile(f"(?P<dead>{NUMBER})(?:人)?死(?:亡)?[,、]?(?P<hurt>{NUMBER})(?:人)?(?:重)?伤")
# What they were given may have a long name, 例 and 名 in it: 两名儿童注射某药业的头孢曲松后高热死亡. Behind a numeral these count others.
_DEAD_AFTER = re.compile(
    "^(?:在?(?:注射|输注?|静滴|滴注|接种|口服|服用?|使用|用|吃|喝|打)(?:[^,;0-9例名]|(?<![0-9一二两三四五六七八九十百千万几多余数])[例名]){1,24}?[后时])?"
    "(?:(?!至少)[^,0-9一二两三四五六七八九十几数及和与、例名]{0,12}?)(?P<dead>死亡|病故|病亡|亡故|过世|殒命|毙命|暴毙|撒手人寰|不在人世|停止了?呼吸|没(?:有|能)?(?:抢)?救(?:过来|回)|身亡|丧生|遇难|离世|去世|丧命|不治|猝死|死于|夭折|没了|(?:先后|相继|接连|陆续|一前一后|一个接一个)(?:就|都)?走了)(?!率|风险|原因|证明|时间)"
)
# 接种后无死亡病例, 用药后无人死亡; 两名护士打错针致患者死亡 tells of other people.
_NOBODY_DEAD = re.compile("(?:无|未|没有?|零)一?[人例]?(?:人员)?(?:发生|出现|造成|报告|有|见)?$")
_OTHERS_DEAD = re.compile(f"[致使害][^,]{{0,4}}?{WHO}")
_DEAD_WITHIN = 44
_DEAD_COUNT = re.compile(
    f"(?:造成|导致|致|已致|已有|致使|夺走)(?:至少|约|了)? ?(?P<n>{NUMBER}) ?(?:多|余)? ?{MEASURE}?(?:的)?{WHO}?(?:死亡|身亡|丧生|丧命|死|(?:的)?生命)"
    f"|死亡(?:人数|病例|报告|(?:的)?(?:儿童|患者|学生|婴幼儿|老人)(?:人?数)?(?=[已增上升达]))?(?:已|又|共|总计|累计)?(?:为|达到?|至|共|升至|增至|上升[到至]|增加[到至]|:)? ?(?P<m>{NUMBER}) ?(?:多|余)? ?(?:人|例|名)"
    f"|(?<![吓气急累害烦笑])(?:死了(?P<k>{NUMBER}) ?(?:多|余)? ?[个名位]?人|没了(?P<g>{NUMBER})个(?![月多小进住送]|还?在))"
    f"|(?:毒|喝|吃|打|治|戴|害|输)死(?:过|了)?(?P<h>{NUMBER})[个名](?:人|娃|{WHO})|死了(?P<i>{NUMBER})[个名位]{WHO}"
    # 血透室今天死了两个,还有一个在抢救: a bare number of dead ends its clause.
    f"|(?<![吓气急累害烦笑])死了(?P<w>{NUMBER})[个位](?:了)?(?=$|[,。;!?、])"
    "|(?P<y>双)双(?:不幸|先后)?(?:死亡|身亡|丧生|丧命|殒命|毙命|病亡|病故|夭折|离世|去世|过世|遇难|不治|走了|没了)"
    "|(?<![吓气急累害烦笑])死了?(?P<q>[仨俩])(?:个?人)?"
    f"|(?<![0-9.])(?P<r>{NUMBER})[人个]?亡(?![羊国灵命故者])"
    f"|(?:死者|死亡人员|丧命的?|遇难者?|身亡者?)(?:人数)?(?:不是[^,。]{{1,4}},?而)?(?:已|共|目前|应)?(?:达到?|有|为|是|至|[增升]至|(?:上升|增加|攀升|增|升|扩大)[到至为])(?P<t>{NUMBER})(?:多|余)?[人名个](?!小?(?:孩|娃|儿子|女儿|儿女)|[^,。]{{0,4}}的(?:父|母|爸|妈|爷|奶))"
    f"|死(?P<u>{NUMBER})人[,、]?伤"
    f"|(?<![好难会能别要怕])(?:毒|喝|吃|打|治|害|输|扎|挂)死(?:过|了)?(?P<x>{NUMBER})[个位]了?(?=$|[,。;!?、])"
    # 一晚上送走两个,第二天就办丧事: only a funeral tells it from a patient who goes home.
    f"|送走了?(?P<z>{NUMBER})[个位](?=[,、][^。]*(?:丧事|白喜?事|后事|下葬|火化|出殡|入土))"
    "|一尸(?P<v>两)命"
    # 已经是第四个了,都是打这个针死的.
    f"|第(?P<b>{NUMBER})[个位例]了?(?:死者(?!家属)|死亡(?:病例|患者)?(?=$|[,。])|,[^,。]{{0,8}}死的(?=$|[,。]))"
    # 死亡人数由3人更正为1人.
    f"|死亡(?:人数|病例)?(?:已|现)?(?:由[^,。]{{1,6}})?(?:更正|修正|订正|核定|核实|调整|实|应)为(?P<a>{NUMBER}) ?(?:人|例|名)"
)
# 吃死了 and 打死人 are said of what was taken; 好吃死了 and 会吃死人 are not. What somebody was ill with goes away too: 疹子第二天就没了.
_BY_THEIR_WORDS = (
    "(?<![好难会能别要怕])(?:吃|喝|治|扎|输)死(?:了(?![算吧])|过?人)|(?:针|疫苗|苗|输液|[挂吊打]水|吊瓶|点滴|药)[^,。]{0,4}(?<![会能要怕致等急累烦气吓笑饿热挤])死了?(?:过|个)?(?:人|老人|小孩|孩子|学生|娃|病人|患者)(?!的)|人(?:直接|就|都|已经?)?(?:无|[噶嘎])了|[噶嘎]了(?![腰肾韭])|"
    f"(?:{KIN})[^,。不疹咳痛疼烧痒痘包肿症斑泡钱货效票名额]{{0,16}}(?:第[一二三四五六七八九十0-9]+天|当[晚天夜场]|隔天|次日|半夜|没多久)(?:人)?就?没了|"
    "离开了?人世|永远(?:地)?离开|离我们而去|撒手人寰|撒手而去|咽了?气(?!不)|断了气|(?:人|就)没气了|命丧|丢了(?:性)?命|送了命|要了[^,。]{0,4}(?:他|她|老人|孩子|人|爸|妈|爷爷|奶奶)的?命|天人永隔|阴阳两隔|"
    # What a body did before it died: 口吐白沫没了, 七窍流血死了, 抢救了一个小时还是走了.
    "(?:口吐白沫|七窍流血|抽搐|休克|昏迷|吐血)[^,。]{0,4}(?:死|没|走)了(?![一-鿿])|(?:抢救|昏迷|重症|icu|病危)[^。]{0,14}还是[走没]了(?![一两几]?[趟遍圈]|[^,。]{0,3}(?:程序|流程|司法|法律|保险))|没(?:有)?心跳了|"
    f"(?:{KIN}|娃娃?|孩子|宝宝|老人)[^,。不]{{0,10}}(?:打|接种|输|挂|吃|喝)[^,。不疹咳痛疼烧痒痘包肿症斑泡钱货效票名额第]{{1,8}}没了(?=的|$|[,。!])|(?:娃娃?|孩子|宝宝|老人)(?:就|都|已经?)?无了|(?:吊瓶|吊针|输液|打针|接种|疫苗|点滴)[^,。会能]{{0,2}}[吊打输挂种]死(?:过|了)?个?(?:人|老人|老头|老太|小孩|孩子|娃|学生|病人|患者)(?![的吗])|(?:吃|喝|打|治|输|挂|扎)没了(?:命|人)|"
    # 好好一个人说没就没了, 孩子挂水挂没了; 我妈的药吃没了 tells of a stock.
    f"(?:人|{KIN}|老人)(?:就|这么|突然)?说没就没了?|(?:{KIN}|老丈人|老人)就(?:这么|这样)(?:人)?[走没]了(?=$|[,。!])|大人没(?:有|能)?保住|(?:{KIN}|老人)[^,。药粮钱]{{0,8}}[打挂输吃喝治扎]没了(?=$|[,。!])|好(?:好|端端)的?(?:一个)?(?:大?活)?人[^,。钱药]{{0,10}}没了(?![一-鿿])|"
    "回天乏术|回天无力|无力回天|[去上]了天堂|再也(?:没有?|未)(?:能)?(?:睁开|回来|起来)|(?<!差点)当场[就人]?去了(?=$|[,。])|(?<![一-鿿])亖了?"
)
# 隔壁床老头挂完水就走了 ends what is told of him; who goes home is told of further: 走了,约我明天一起来.
_LEFT_FOR_GOOD = "(?:(?:隔壁|邻|临|对面)床|同病房|(?<![多些有])病友)[^,。不]{0,6}?[挂打输吊吃喝](?:完|了)[^,。]{0,4}?[水针液瓶药](?:人)?就走了(?=$|[。!\n])"
# Where somebody died, and what is done with the dead: 死在宿舍, 遗体还停在卫生院, 打了针第二天就办丧事. A funeral alone is
# anybody's: it stands behind what was taken.
_DIED_AT = (
    "(?<![笑累困饿热烦气急吓羞美爽疼痛渴冻])死在(?:了)?[^,。是]{0,6}?(?:家[里中]|床上|宿舍|出租[屋房]|屋里|房间|医院|病房|病床|卫生[院室所]|诊所|手术[台室]|美容院|救护车|[半]?路上|店里|厕所|浴室|学校|单位|急诊|icu|抢救室|输液室)"
    "|(?:遗体|尸体|尸首)(?:现在|目前|到现在)?(?:还|一直|仍|至今|就)?(?:停|放|摆|躺|冻)(?:放|着)?在|停尸(?!房的工作)(?=[在于]|[0-9一二三两几]+天|至今)"
    "|[吃打输喝挂用吊服扎](?!酒席|席|饭)[^。]{1,30}?(?:第[二三四]天|次日|隔天|当[天晚]|没几天|前天|昨天|今天)[^,。不]{0,4}(?:下葬|火化|出殡|入土|办了?[^,。]{0,3}(?:丧事|白喜?事|后事))"
    "|(?:发病|(?<!病毒)发作|大出血|过敏|休克|中毒|感染|衰竭|窒息)(?:而|就|后)?死了?(?=$|[,。!])"
    "|(?:当[天晚日夜]|第[二三四五六七2-7]天|次日|昨[天晚夜]|凌晨|送医|医治|抢救)不治(?=$|[,。!])(?!,[转又])|(?:后|已经?|诊断为|致|陷入)脑死亡(?![患判标的是器者])"
)
# 我妈打针死了, 人死了: somebody, and between them and the word at most what was taken and when. 打针疼死了 and 药苦死了 hold
# neither; who died years ago, and what was done after, is another matter.
_SOMEBODY = f"(?:{KIN}|婶子?|叔|伯|姨|舅|嫂子?|邻居|同事|朋友|闺蜜|老人家?|老太太?|老头|大爷|大妈|小孩|孩子|学生|患者|病人|女子|男子|女孩|男孩|女童|男童|婴儿|幼儿|宝宝|产妇|孕妇|村民|[男女]的|(?<![吓烦气急累笑丢骂害毒整坑])人|他|她)"
_NOT_OF_NOW = "(?!(?:了)?(?:心|算|吧|的话|都|也不|(?:以|之)?[后前]|那[天年时]|的时候|[好多0-9一二两三四五六七八九十几]{1,3}个?(?:多|来)?年|老[公婆]|[爸妈爹娘]|儿子|女儿|孩子))"
_PLAINLY_DEAD = (
    f"{_SOMEBODY}(?:(?:就|都|已经?|也|直接|突然)?|[^,。!?;不没会怕要能]{{0,14}}?(?:药|针|液|苗|水|剂|丸|片|粉|酒|汤|霜|后|就|当[天晚场]|[天晚夜]|直接|突然|已经?|还是|竟然?|居然|[时中上]))死(?:了|掉了?){_NOT_OF_NOW}"
    f"|(?:{_SOMEBODY}|后|尸检[^。]{{0,20}})死于(?!非命|安乐|[0-9]{{4}})"
    f"|{_SOMEBODY}[^,。!?;谁哪]{{0,8}}[吃喝打用输挂][^,。不没谁哪]{{0,5}}[药针液苗剂片丸]死的(?=$|[,。!])"
)
_ONE_DEATH = beginning(
    KIN_BEGIN
    + "七上下不丢丧中亖亡产人今他休停再凌前医半去发口吃吊同后吐周呼命咽喝嘎噶回夜天夭她好始婴孕学宣就尸屋已年幼当患感扎打抢抽拔挂接撒撤断无昏昨朋服未村次"
    "死殒永没治点猝用疫病离窒终经致苗药衰被要诊走路身输过送遗邻都针阴陷i临对第重隔",
    "(?:病故|过世|亡故)(?!的|前|后|多年|[0-9一二三四五六七八九十几]+年)|殒命|病亡|(?:已|都)不在人世|宣告(?:不治|死亡)|宣布(?:临床)?死亡|停止了?呼吸|人(?:已经|已)没了(?![踪影音消联下])|(?:送医|经)?抢救无效(?:后)?(?:死亡|身亡|离世|去世)?|不治身亡|不幸(?:身亡|离世|去世)|猝死|身亡|(?<!险)(?<!险些)(?<!差点)丧命|(?:次日凌晨)?(?:被发现)?呼吸心跳停止|(?:没有?能?|没|未能)(?:再)?(?:救|抢救|醒|挺|缓)(?:得)?(?:回来|过来|过去|来)|没再醒|没下来台|下不来手术台|(?:周[一二三四五六日天]|昨晚|昨天|昨夜|凌晨|当晚|他|她|人)走的(?!时候|路|是)|(?:妻子|丈夫|孩子|娃|爸|妈|人|弟|妹|哥|姐|儿子|女儿|老婆|老公|老伴)(?:就|也|都)?没了(?![一二两三四五六七八九十踪影音兴感]|心思|办法|消息|下文|精神|食欲|胃口|力气|意识|耐心|想法|动静|笑容|气色|工作|主意)|没了呼吸|(?:已经?|就|都)没有?了?(?:呼吸|心跳)|(?:终未|始终没|再也没|没能|未能|没有再)醒来|没了心跳|没了气|人(?:已经|就|都|早)?凉了|没能?留住|走在(?:去年|今年|[0-9]+月)|(?:天亮|夜里|半夜|后半夜)(?:人)?没了|(?:妻子|丈夫|父亲|母亲|爸爸?|妈妈?|爷爷|奶奶|外公|外婆|老伴|弟弟?|哥哥?|姐姐?|妹妹?|儿子|女儿|孩子|娃|人|周[一二三四五六日天]|昨天|昨晚|当晚|凌晨)(?:就|已经?)?走了(?![一二两三四五六七八九十几之个很大过进出回约半多]|[0-9]|好(?:几(?:家|趟|个(?:医院|地方|科))|多(?:家|趟|医院|地方|弯|路)|远))|(?:上个?月|上周|上星期|前[天晚]|今[早晨]|去年|年初|年底)走了(?=$|,(?:留下|才|不到|年仅))|(?:屋里|医院|家里|路上)没的|抢救.{0,12}没有?成功|(?:撤|拔)(?:了|掉|下)呼吸机|呼吸机撤了|"
    "(?<!可)(?<!能)(?<!会)(?<!易)(?<!无)(?<!因)(?<!脑)(?<!即将)(?<!甚至)(?<!或)(?<!和)(?<!、)(?<![灶胞织菌髓虫株])(?<!(?<![0-9])0)(?<!零)死亡(?!率|(?:例数?|数)?[:为是]?(?:0|零)(?![0-9.])|风险|人数|报告|病例|证明|赔偿|原因|威胁|时间|通知|笔记|谷|信息|登记|注销)|(?<![可能足会虐导])致死(?!亡)(?![率量剂性])|夭折|人没了(?![踪影音消联下])|去世了?|离世|人就走了"
    "|" + _BY_THEIR_WORDS + "|" + _DIED_AT + "|" + _LEFT_FOR_GOOD + "|" + _PLAINLY_DEAD,
)
# Who nearly died lives: 差一点人就没了, 再晚十分钟就没救过来了.
_NEARLY = re.compile("差一?点|险些|几乎|幸亏|幸好|不然|否则|再晚|再迟|要不是|以为")
_NEARLY_WITHIN = 12
# 跟着外婆走了 tells who went home with whom, 狗没救过来 and 手机没救回来 of no person.
_OF_NOBODY = re.compile(
    f"(?:跟着|陪着|带着)(?:[我他她]的?)?(?:{KIN})走了$|(?:狗|猫|宠物|手机|电脑|硬盘|数据)[也还最终]{{0,2}}没(?:有?能?)(?:抢?救|抢救)?[过回]来$"
)
# The death of one in a trial is no figure of the trial.
_IN_A_TRIAL = re.compile(
    "(?:[一1][名位例个][^,。;0-9]{0,6}|试验)(?:受试者|志愿者)[^,。;]{0,14}?(?P<dead>死亡|身亡|去世|离世)(?!率|风险|病例|比例|事件|人数)"
)
_JUST_NOT = re.compile("(?:差一?点|险些)[^,。]{0,3}$")
_ANY_DEATH = re.compile(
    "死|病故|病亡|亡故|过世|殒命|人世|宣告不治|停止了?呼吸|身亡|丧生|遇难|离世|去世|丧命|不治|夭折|没了|抢救无效|呼吸心跳停止|心跳了|生命|人就走了|救回来|醒|救过来|挺过|缓过|没有?成功|呼吸机|凉了|没留住|走了|走的|下来台|手术台|没的|留住|走在|亡|嘎|噶|无了|去了|两命|离开了?我们|离我们|咽了?气|断了?气|没气了|命丧|丢了|送了命|要了|撒手|回天|阴阳两隔|天人永隔|无力回天|天堂|再也没|亖|遗体|尸[体首]|停尸|下葬|火化|出殡|入土|丧事|白喜?事|后事"
)


def may_tell_death(text: str, start: int = 0, end: int | None = None) -> bool:
    """Tell whether a stretch of a text holds a word that deaths are told with: half of the texts hold none."""
    return bool(_ANY_DEATH.search(text, start, len(text) if end is None else end))


def plainly_spelled(words: str) -> str:
    """Return a sentence of the same length in which death is spelled as in a dictionary."""
    if not _SPELLING_SIGN.search(words):
        return words
    words = _HALF_SPELLED.sub(_whole, words)
    return _SPELLED.sub(lambda spelled: "死亡".ljust(len(spelled.group())), words)


def _whole(spelled: re.Match[str]) -> str:
    return f"死{'了' if spelled.group('rest') else '人'}".rjust(len(spelled.group()))


def totals(words: str) -> Iterator[tuple[EntityType, int, int, str]]:
    """Yield kind, start, end and number of the dead, and of the hurt told with them, where the word for death counts them."""
    for match in _DEAD_AND_HURT.finditer(words):
        yield EntityType.DEATHS, match.start("dead"), match.end("dead") + 1, match.group("dead")
        yield EntityType.HARMED, match.start("hurt"), match.end("hurt") + 1, match.group("hurt")
    for match in _DEAD_COUNT.finditer(words):
        if not _JUST_NOT.search(words[max(0, match.start() - _NEARLY_WITHIN) : match.start()]):
            yield EntityType.DEATHS, match.start(), match.end(), match.group(match.lastgroup or "n")


def dead_by(words: str, begin: int) -> int | None:
    """Return where the words end that say of people counted before `begin` that they died; `None` where none say so."""
    after = _DEAD_AFTER.match(words[begin : begin + _DEAD_WITHIN])
    if after is None:
        return None
    between = after.group()[: after.start("dead")]
    return None if _NOBODY_DEAD.search(between) or _OTHERS_DEAD.search(between) else begin + after.end()


def died_in_a_trial(words: str) -> tuple[int, int] | None:
    """Return the span that says that one who took part in a trial died; `None` where none does."""
    match = _IN_A_TRIAL.search(words)
    return match.span("dead") if match else None


def single_deaths(words: str) -> Iterator[tuple[int, int]]:
    """Yield the spans that say that one died, without those who nearly did."""
    for match in _ONE_DEATH.finditer(words):
        before = max(0, match.start() - _NEARLY_WITHIN), match.start()
        if not _NEARLY.search(words, *before) and not _OF_NOBODY.search(words[before[0] : match.end()]):
            yield match.span()
