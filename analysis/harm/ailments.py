"""What befell a body after a use, in the everyday words that no list of illnesses holds.

A part of the body and what is wrong with it, what somebody can no longer do, a value that rose or fell to the bad, what a
doctor found. The same words tell why a medicine is taken (腿疼, 医生开了膏药) and that it helped (腿不疼了): so they are read
only behind a use and what followed it, in one sentence, and never where they are denied, supposed or said to be over.
"""

import re
from itertools import chain

from analysis.beginnings import beginning
from analysis.harm.circumstances import is_statistic, is_supposed

__all__ = ["ailment_after_use", "first_ailment", "is_general", "names_ailment", "tells_ailment"]

_PARTS = (
    "脸|眼睛?|嘴里|胳膊|手臂|肩膀?|脚踝|骨头|眼皮|眼圈|眼白|嘴|嘴唇|嘴角|舌头?|喉咙|嗓子|牙龈?|牙齿|鼻子?|鼻尖|耳朵?|头皮|(?<![低抬摇点回老])头(?![发痛疼])|头[疼痛]得|脖子|胸口?|背|腰|肚子|胃|屁股|手|手指头?|手背|手心|"
    "脚|腿|大腿|小腿|膝盖|关节|皮肤|指甲|浑身|全身|身上|心口|伤口|下巴|额头|颧骨|眼下|下体|乳房|小便|尿"
)
_WRONG = (
    "疼|痛|痒|肿|红|烂|麻|木|抖|黑|紫|黄|裂|出血|(?<!鼻子)流血|流脓|渗血|起(?:了)?[一-鿿]{0,2}[泡包疹皮疙]|发(?:[黑紫青黄硬麻抖烫凉白软酸])|睁不开|看不清|动不了|抬不起|"
    "张不开|歪|斜|僵|硬|凹|塌|溃|脱|破|酸得|胀|烧|烫|灼|爆发|冰凉|没劲|无力|没知觉|糊|鼓包|长毛|全是汗|冒汗|出汗"
)
_BODY = f"(?:{_PARTS})[^,。不没无消治退缓还仍、0-9]{{0,4}}?(?:{_WRONG})(?![^,。]{{0,6}}(?:好了|退了|消了|没了|缓解|减轻|止住))"
_UNABLE = (
    "[疼痛酸痒晕吐拉肿抖困喘咳呛]得[^,。]{1,10}|[下走站睡喝看听喘睁躺坐咽]不(?:了[路床楼地身]|着觉?|下(?:去|床|楼)|起(?:来|身)|上(?:来|气)|清(?!楚)|稳|过气)|一瘸一拐|走路[^,。]{0,3}[撞晃飘瘸]|蔫|犯困|"
    "幻[听视觉]|(?:天天|老是|半夜|整夜|整宿)[^,。]{0,4}(?:哭醒|哭闹|吐|睡不着|做噩梦)|眼前[^,。]{0,3}[黑花]|上吐下泻|大发作|发作(?:了)?[两三四五六七八九十]次"
)
_VALUES = "(?:转氨酶|肌酐|眼压|血象|尿酸|胆红素|肌酸激酶|心率|心跳|度数)(?:从[0-9.]{1,4})?[^,。降低回]{0,8}(?:飙|升|涨|冲|高到|爆|翻)|(?:血象|血小板|白细胞|血红蛋白|血氧|中性粒)[^,。]{0,6}(?:只剩|只有|跌|骤降|掉到)"
_FOUND = "(?:诊断|确诊|查出|检查出|说是|考虑是?|提示|判定)[^,。]{0,12}(?:损伤|损害|衰竭|障碍|穿孔|坏死|中毒|综合征|撕裂|梗塞?|溃疡|破裂|水肿|出血|骨折|感染|积液|皮炎|[肝肾肺]炎|角膜炎|炎症|[一-鿿]伤了?(?![心风]))"
# What grows where it should not, and what a part of the body can no longer do: 嘴唇长了一圈黑毛, 胳膊举不过肩膀.
_GROWN = f"(?:{_PARTS})[^,。不没无]{{0,3}}(?:长|冒)(?:了|出|满)(?:了)?[^,。]{{0,5}}(?:毛|斑|瘤|疹|脓|水?泡|胡[子须]|疙瘩|结节|肉芽|包块)"
_LAME = "(?:胳膊|手臂|肩膀|膝盖|手指头?|大?腿|小腿|脖子|腰|脚踝)[^,。;没]{0,8}(?:举|抬|弯|伸|蹲|迈|握|转|直|使|撑)不(?:过|起|动|开|下|了|直|上|拢|住|出)"
_ANY = f"{_GROWN}|{_LAME}|{_BODY}|{_UNABLE}|{_VALUES}|{_FOUND}"
_AILMENT = re.compile(_ANY)
_TIME = "[0-9一二三四五六七八九十两俩半几]{1,3}[多来]?个?(?:小时|分钟|天|周|星期|月|次|晚|年)"
_THEN = (
    "(?<![前然最])后(?!面|来居)|结果|突然|忽然|上个?[周月]|上星期|当[晚天夜场]|第[一二两三四五六七八九十0-9]{1,3}[天次晚周针]|次日|隔天|回来|回家|反而|反倒|马上|立马|立刻|现在|如今|昨[天晚]|今[天早]|半夜|凌晨|夜里|早上|"
    f"就(?!诊|医|是|能|可|会|要)|{_TIME}"
)
# One class of characters: the engine skips to the next of them, which halves what a sentence costs here.
_USED = "[吃服喝打射输挂滴点抹擦涂敷贴戴用含植装照做种染停泡推扎喷灌灸熏吸换](?<!倒输)"
# Without a time, what a body suffered stands right behind the use: 吃了亲戚给的别嘌醇,嘴里烂得喝不了水.
_USED_THEN = re.compile(f"{_USED}(?:[^。]{{0,30}}?(?:{_THEN})|了[^,。]{{1,16}},(?!还是|仍|依然|也|都))")
_GENERAL = re.compile(
    "的人|患者(?:会|应|可)|会(?:让|使|出现|有)|你|您|谁|试验|新药|怎么治|原因有|专治|主治|用于|适用|缓解|调理|改善|根治|治好|见效|排毒期?[^正]|不再|说是?正常|属是?正常|都是?正常|算是?正常|正常反应|没(?:什么)?大碍|无(?:什么)?大碍|不碍事"
)

# What was there before the use and stayed: 吃了半个月,腿还是疼得走不了路.
_STILL = re.compile("(?:还是|仍|依然|依旧|照样)[^,。]{0,2}$")
_STILL_WITHIN = 5

# What befell those who are counted: nobody counts people with these words to say why a medicine is taken.
_MORE_PARTS = "牙床|膀子|腮帮子|膝头|虎口|甲床|指甲缝|趾甲|耳道|鼓膜|食道|角膜|脑壳|手腕|皮(?![肤试])|嗓|气管|指尖|体毛|毛发|月经|听力|视力"
_MORE_WRONG = (
    "脓|疱|[破烂穿]了?[个一]|洞|断|掉|坏|失|瞎|聋|看不|疙瘩|水泡|包|痂|坑|疤|刺|花了|下降|增多|感染|重影|异常|紊乱|没来|"
    "损|受伤|伤了|抽|翻|绞|打滚|受不了|[^,。]{0,2}(?:不出|不开|不清|不住|不动)"
)
_BEFALLEN = beginning(
    "一上下不中乳伤体便全关划判刮刺动半卡压发口叫吃吐听吸呕呛咳咽喉喘喝喷嗓嗜嘴困圆坐大天头小尿屁屏幻度弄心怕戳手扎打抖抽拉指提搞整断早昏晕月查检植毛气水没"
    "洗流浑溶满烧烫热爆牙犯甲疼症痒痛白皮看眼睁睡硬确窜站红结老考耳肉肌肚肝肤肩肺肾肿胃胆背胳胸脑脖脚脱脸腐腮腰腹腿膀膜膝舌色蔫虎血视角诊说走起趾身躺转输迷都酸醒针隔面额颧食香骨黄鼓鼻",
    f"(?:{_PARTS}|{_MORE_PARTS})[^,。不没无消治退缓还仍、0-9]{{0,6}}?(?:{_WRONG}|{_MORE_WRONG})|{_ANY}|"
    "头重脚轻|头[昏晕胀]|昏昏沉沉|昏沉|迷糊|鼻血|心[慌悸]|手抖|窜稀|腹泻|拉血|拉稀|呕吐|吐了(?!槽|口|舌)|[吐拉]了[一两三四五六七几0-9]+天|吐得|吐的|[都全](?:趴下?了|倒下?了|中招)|全灭|[吃喝打输弄搞]倒|醒不来|[睡叫]不醒|动弹不得|打滚|"
    "抽筋|(?<!无)(?<!没有)症状|起(?:大|小|水|血)?[包泡疹]|香肠嘴|植物人|骨裂|喘不|咳血|便秘|流口水|没有?知觉|断片|烫[熟焦]|卡住|脱(?:了)?一?层皮|戳[了出破]|[吐口嘴][^,。]{0,2}沫|早闭|腐蚀|脑病|色素(?:脱失|沉着)|屏障[^,。]{0,3}(?:没|坏|受损)|血红蛋白只|[搞弄]瞎|视力(?:只剩|0)|隔了?一层雾|不会(?:走路|说话|笑)|硬块|针头[^,。]{0,2}扎|刺破|划破|刮花|压疮|血铅|大出血|呛|扎到|起?红斑|水肿|昏[过迷倒]|黄疸|爆痘|溶血|热原|刺痛|发炎|喷射|洗胃|打葡萄糖|吸氧|上着呼吸机|"
    "心[跳率][^,。]{0,4}(?:1[3-9][0-9]|2[0-9]{2}|一百[三四五六七八九]|两百)|发育异常|圆脸|满月脸|怕光|[眼肺肝肾脑膜肤][内部]?炎|(?:一起|全都?|都在)抽(?=$|[,。!])|(?:吐|拉|烧|晕|抽)(?:了)?(?=$|[,。!])|走路[^,。]{0,3}(?:飘|晃|打|踩)|嗜睡|肉芽|面瘫|结节",
)
# What passes by blood, told of an act that passes it on; a screening that finds carriers tells no harm. 打针倒了五个.
_BLOOD_BORNE = "(?:丙肝|乙肝|艾滋|梅毒|hiv|hcv|hbv)"
_PASSED_ON = re.compile(
    f"(?:共用|重复(?:使?用|打|注射)|反复用|复用|循环用|一针多|没消毒|未消毒|不消毒|不换针|交叉感染)[^。]{{0,40}}?(?:查出|检出|验出|感染|染上|得了|确诊)了?{_BLOOD_BORNE}|"
    f"(?:透析|血透|输血|血浆|白蛋白|血制品)[^。]{{0,30}}?(?:感染了?{_BLOOD_BORNE}|{_BLOOD_BORNE}(?:抗体|病毒)?[都全]?(?:转阳|由阴转阳))|[打输吊挂吃喝扎](?:针|液|水|药)?倒了(?=[两二三四五六七八九十0-9])"
)
# Who trembles with anger is not ill: 气得手一直在抖.
_FELT = re.compile("(?:气|吓|急|激动|冻|笑|感动)得?[^,。]{0,5}$")


def ailment_after_use(sentence: str) -> tuple[int, int] | None:
    """Return the span of the first ailment that a sentence tells behind a use and its time; `None` where it tells none."""
    used = _USED_THEN.search(sentence)
    if used is None or _GENERAL.search(sentence):
        return None
    for ailment in _AILMENT.finditer(sentence, used.end()):
        before = sentence[max(0, ailment.start() - _STILL_WITHIN) : ailment.start()]
        if _STILL.search(before):
            continue
        if not is_supposed(sentence, *ailment.span()) and not is_statistic(sentence, *ailment.span()):
            return ailment.span()
    return None


def names_ailment(words: str) -> bool:
    """Tell whether some words name what befalls a body, in everyday words; also what a medicine may be taken for."""
    return bool(_BEFALLEN.search(words))


def tells_ailment(sentence: str) -> bool:
    """Tell whether a sentence, which counts people, says that an ailment befell somebody: neither denied nor supposed."""
    return not _GENERAL.search(sentence) and any(
        not is_supposed(sentence, *ailment.span()) and not is_statistic(sentence, *ailment.span())
        for ailment in chain(_BEFALLEN.finditer(sentence), _PASSED_ON.finditer(sentence))
        if not _FELT.search(sentence, 0, ailment.start() + 2)
    )


def first_ailment(words: str) -> tuple[int, int] | None:
    """Return the span of the first ailment that some words name; `None` where they name none."""
    ailment = _BEFALLEN.search(words)
    return ailment.span() if ailment else None


def is_general(words: str) -> bool:
    """Tell whether some words are said of people in general, of what a product is for, or of what passes."""
    return bool(_GENERAL.search(words))
