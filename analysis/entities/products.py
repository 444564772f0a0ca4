"""Products that a reading names: by the lexicon with salt, dosage form and modifiers, else by how products are called."""

import re
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import replace
from itertools import islice

from analysis.assessment import EntityType
from analysis.entities.brand_names import branded_drugs
from analysis.entities.built_names import built_drugs, compound_end
from analysis.entities.cosmetics import COSMETICS, SHORTEST_COSMETIC, named_cosmetics
from analysis.entities.devices import DEVICE_MODIFIERS, method_end, named_devices, registered_start
from analysis.entities.drug_names import behind_boast, called_from
from analysis.entities.evasive_drugs import evasive_drugs, with_qualifier
from analysis.entities.names import HAN, STRENGTH_BEFORE, Run, Span, name_start, product_stops, runs
from analysis.entities.registered import registered_products
from analysis.entities.vaccines import KIND_BEFORE, made_on_end, named_vaccines
from analysis.lexicon import Hit, Lexicon
from analysis.reading import Reading

__all__ = ["PRODUCT_TYPES", "found_products"]

_TYPES = {
    "drug": EntityType.DRUG,
    "vaccine": EntityType.VACCINE,
    "device": EntityType.DEVICE,
    "cosmetic": EntityType.COSMETIC,
    "product_class": EntityType.PRODUCT_CLASS,
}
PRODUCT_TYPES = frozenset(_TYPES.values())
_SALT = (
    "吸入用|注射用|(?<!高)浓(?=氯化|硫酸|$)|马(?=破伤风|$)|盐酸|硫酸|磷酸|枸橼酸|马来酸|苯磺酸|氢溴酸|酒石酸|甲磺酸|富马酸|琥珀酸|门冬氨酸|硝酸|醋酸|乳糖酸|复方|重组人?|静注|小儿|"
    "双氯芬|左旋|盐酸左|丙酸|糠酸|戊酸|葡萄糖酸|水杨酸|乳酸|草酸|精氨酸|谷氨酸|苄星|结合|脂质体|聚乙二醇|甲苯磺酸|二甲磺酸|对甲苯磺酸|氢氧化|无水|复合"
)
_FORM = (
    "(?:钠|钾|钙|镁|酯|酸钠|酸钾)?(?:缓释|控释|肠溶|分散|咀嚼|泡腾|干混悬|口服|软|硬|滴|舌下|混悬|吸入|外用|鼻用|粉雾|复合|口崩|双释放|含|阴道|直肠|眼用|透皮|透皮贴|长效|植入|基因(?=注射液))*"
    "(?:片剂?(?!仔)|胶囊|颗粒|溶液|口服液|注射液|滴眼液|滴鼻液|滴耳液|软膏|乳膏|眼膏|凝胶|栓剂?|糖浆|混悬剂|混悬液|干混悬剂|散(?![步发布落开去热场客户装])|丸|滴丸|贴剂|贴片|贴膏|贴(?![到在着上敷合近于身住紧满了])|"
    "喷雾剂|喷雾|气雾剂|雾化(?:吸入)?[溶混]?悬?液|粉雾剂|鼻?喷剂|洗剂|搽剂|涂剂|合剂|滴剂|针剂|胶丸|酊剂?|饮片|粉针剂?|冻干粉针剂?|粉)"
)
# Esters that stand behind the base in one naming and before it in the other: 氯倍他索丙酸酯, 丙酸氯倍他索.
_ESTER_AFTER = re.compile("(?:双?丙酸|戊酸|糠酸|醋酸|丁酸|磷酸|琥珀酸|新戊)(?:酯|钠)")
# Which of a family it is: 干扰素α2b, 白介素-11, 凝血因子Ⅸ (normalised to ix).
_SUBTYPE_AFTER = re.compile(
    "(?<=[αβγ])-?[0-9]{1,2}[ab]?|(?<=干扰素)[αβγ]-?[0-9]{0,2}[ab]?|(?<=介素)-?[0-9]{1,2}|(?<=因子)[ivx]{1,4}a?(?![a-z])"
)
# The part of an antibody that an antitoxin consists of, and the state of a gas.
_FRAGMENT_AFTER = re.compile("f\\(ab['′’]?\\)2?|(?<=氧)\\([液气]态\\)")
_GAS = re.compile(
    f"(?:(?<![{HAN}])|(?<=[和与及产的]))(?:涉及|生产|使用|灌装|充装)?(?P<name>(?:医用)?[氧氮]\\([液气]态\\))"
)
# Gathered in the wild it is a plant, bought by 集采 it is none; behind a radical, the end of another substance's name (苯乙基间苯二酚).
_GATHERED = re.compile("(?<![集带])采(?:来|回|摘|挖|到)?[了的]?$|[甲乙丙丁戊己苯]基$")
_ACT_BEFORE = re.compile("(?:做|做了|做过|做完|行|需要?|紧急|予|给予)$")
# So wide that no word before it makes it a product: 植入式器械.
_WIDE = frozenset(
    ["医疗器械", "器械", "医疗设备", "医用耗材", "高值耗材", "耗材", "植入物", "假体", "试剂盒", "检测试剂", "诊断试剂"]
)
_ACTS = frozenset({"胃镜", "肠镜", "气管插管", "胃肠镜"})
# What keeps the harmed alive is not what harmed them: 2人使用呼吸机, but 2人使用呼吸机后死亡.
_KEPT_ALIVE = frozenset({"呼吸机", "ecmo", "人工肝"})
_KEPT_BEFORE = re.compile("(?:[人名例位]|均|已|正)(?:仍|已|均|正|在)?(?:使用|用上|用|上了?|依赖|靠)$")
_HARMED_AFTER = re.compile("后|时|期间|[^,。]{0,4}(?:死|故障|停机)")
_SALT_BEFORE = re.compile(f"(?:{_SALT})+$")
# How herbs are prepared; 研制, 药酒 and the like only end in the same character.
_BEFORE_HERB = re.compile(
    "(?:清炒|麸炒|土炒|蜜炙|盐炙|酒炙|醋炙|(?<!小)炒|(?<![卫养学医先产民花野人发陌])生(?!$(?<=[学医先]生))|醋|(?<![白红黄啤药喝])酒|盐|蜜|炙|(?<![研自炮配监控限复定仿创特])制|煅|焦|煨|烫)$"
)
_LISTING = frozenset({"、", "和", "与", "及"})
# How herbs are cut is no dosage form: 红花饮片 is 红花.
_SLICES = frozenset({"饮片", "片"})
# Where a text speaks of herbs as medicines, what is food elsewhere is one.
_HERBAL = re.compile(
    "饮片|药材|批号|抽检|炮制|二氧化硫|染色|留样|药典|掺假|配伍|十八反|残留|统货|选货|药农|药商|道地|炮附"
)
_FORM_AFTER = re.compile(
    f"(?:[0-9]{{1,2}})?{_FORM}|(?:钠|钾|钙|镁)(?!离子|通道|拮抗|盐|血症|摄入|水平|含量|代谢|[片剂灯泵泉质])"
)
_LONGEST_SALT = 8
_LONGEST_BEFORE = 16
_QUOTED_DRUG = re.compile(
    f'[“"「『《](?:([{HAN}a-z0-9]{{2,12}}(?:胶囊|颗粒|口服液|注射液|滴眼液|软膏|乳膏|贴膏|合剂|糖浆|滴丸|搽剂|冲剂|滴剂|洗剂|喷剂|喷雾|美片|丸|膏|散|贴))[”"」』》]|(?<=[“「『])([{HAN}]{{3,8}}(?:胶囊|颗粒|膏|丸|贴)),)'
)
_FORMS = re.compile(
    "胶囊|胶丸|颗粒|涂剂|酊剂?|口服液|口服溶液|注射液|含片|眼液|滴剂|透皮贴片|透皮贴剂?|滴眼液|滴鼻液|滴耳液|软膏|乳膏|贴膏|合剂|糖浆(?<!白糖浆)|滴丸|搽剂|冲剂|混悬剂|混悬液|缓释片|控释片|分散片|肠溶片|咀嚼片|泡腾片|喷雾剂|粉雾剂|气雾剂|洗剂"
)
# In this pattern and the like every alternative begins with a character: so the engine skips to the next that begins one.
# Forms that end ordinary words as well: a name only where segmentation leaves the form as a word of its own.
_SHORT_FORM = re.compile(
    "(?:片(?<![照影图唱名卡录短芯刀薯成瓦碎切底贴鱼肉尿麦期战查后港新旧老名好烂散]片)|膏(?<!紫草膏)(?<!祛痘膏)(?<!染发膏)(?<!牙膏)(?<!婴儿膏)(?<!祛斑膏)(?<!美白膏)(?<!润肤膏)(?<!婴肤膏)(?<!剩余膏)(?<!面膏)|丸|喷雾)"
    "(?<![0-9一二三四五六七八九十百千万多余几半少第把瓶盒].)(?!剂|区|仔|面|段|头|单|尾|酬|场|机|器|枪|瓶|泵|嘴|降温)"
)
_SHORT_FORMS = frozenset({"片", "膏", "丸", "喷雾"})
# Kinds of form (舌下片, 糖衣片), of colour and whose it is (药企产注射液) are no names.
_BARE_FORM = re.compile(
    "(?:药企|药厂|厂家|企业|公司|生产|产|嚼碎|研碎|碾碎|整粒|整片|半片|基因治疗|婴幼儿|增高|减肥|瘦身|壮阳|祛疣|降脂|降糖|降压|止痒|糖衣|薄膜衣|舌下|口服|缓释|控释|肠溶|分散|咀嚼|泡腾|外用|鼻用|吸入|定量|常释|普通|中药|西药|中成药|进口|国产|儿童|成人|独家|神奇|神仙|仙女|小|大|[白红蓝黄绿黑]色?|空|药|软|硬|鼻|滴|贴|冷|膏|血|糖|假|毒)*"
    "(?:胶囊|颗粒|口服液|注射液|滴眼液|软膏|乳膏|贴膏|合剂|酊剂?|涂剂|胶丸|糖浆|滴丸|搽剂|冲剂|混悬剂|混悬液|缓释片|控释片|分散片|肠溶片|咀嚼片|泡腾片|喷雾剂|粉雾剂|气雾剂|洗剂|滴剂|片|膏|丸|喷雾)"
)
# A coating, a cap filled with it, a test for it: devices. 肉毒中毒 and 苦参碱 name a disease and another substance.
_NO_DRUG_AFTER = re.compile(
    "(?<=双硫仑)样?反应|(?:药物)?(?:涂层|洗脱|球囊)|(?<=肝素)帽|检?测?试[纸剂]|检测卡|碱(?!性)|(?<=碱)类|(?<=氧)气?(?:有限|公司|厂|站)|(?<=肉毒)(?:中毒|杆?菌|梭菌)"
)
_NO_HERB_AFTER = ("类", "皂苷")
_LONGEST_NAME = 14
_SHORTEST_NAME = 3
_MOST_CURES = 8
_DRUG_SUFFIX = re.compile(
    f"[{HAN}]{{2,5}}(?:汀|素|唑|星|林|胺|酮|酯|定|韦|德|肽|沙坦|普利|地平|洛尔)$|^(?:复方|小儿|人|吸入用|注射用)[{HAN}]*$"
)
_LONGEST_MODIFIER = 14
_MOST_MODIFIER = 8
_ANIMALS = re.compile(
    "宠物(?:店|医院|医生|专用|药)|兽医|兽药|兽用|畜牧|畜禽|生猪|养猪|养鸡|奶牛|口蹄疫|禽流感疫苗|猫瘟|犬瘟|瘦肉精|养羊|羊倌|柑橘|脐橙|果树|果农|细小病毒|农资店?|植保|叶面肥|黄龙病|猫三联|驱虫滴剂|给(?:猫|狗|仓鼠|兔子|鸡|鸭|牛|羊|猪)|喂(?:猫|狗|仓鼠|兔子|鸡|鸭|牛|羊|猪)|毛孩子"
)
_PEOPLE_TOO = re.compile(
    "药监|药品监管|药品监督|人用(?!狂犬)|孩子(?<!毛孩子)|患者|老人|病人|市民|消费者|顾客|被.{0,4}咬|咬伤|抓伤"
)
# Poisons and remedies of plays and games, where two such words stand in a text that names nobody who would look into it.
_FICTION = re.compile(
    "大结局|武侠|编剧|剧组|剧情|剧评|片单|追剧|原著|男[二主]|女[二主]|二刷|网剧|番外|手游|副本|玩家|小说|影评|皇后|太医|侯爷|伏笔|港片|演员"
)
_HEAD = 2000  # what kind of text it is stands in front
_REAL = re.compile("药监|市场监管|抽检|批号|直播间|住院|送医|检出|警方")
_INGREDIENT = re.compile(
    "(?:样反应|萃取|提取(?!物(?:片|胶囊|注射液|滴丸))|成分(?:的)?(?:护肤|洗发|面膜)|味[的儿]?|茶(?!碱|苯)|粥|炖|煲|泡酒|泡水|饼干|糖(?!浆|尿|衣)|鸡汤|排骨)"
)
_FORM_ENDS = frozenset("片丸膏散液颗粒囊贴剂")
# A remedy of a name that no list and no dosage form tells, sold with a promise to heal.
_CURE = re.compile(
    f'[“"「『《]([{HAN}]{{2,7}}(?:[素饮液丹灵宝酒茶肽]|(?<![浴发洁花肤乳])露|肽针|糖|胶|饼|方|咖啡|(?<![鸡鱼骨肉蹄菜蛋面米清浓高])汤|软糖|酵素|果冻|压片糖))[”"」』》,](?!牌|[{HAN}]{{0,4}}(?:仪|试纸|计|器|机|镜))'
)
_SOLD = re.compile(
    f"(?:卖|买|推销|推荐|喝上?|吃上?|贴|服用)(?:的|了|是|的是)*([{HAN}]{{2,6}}(?:贴|丹|饮|药酒|软糖|压片糖|(?<!血)液|(?<![要因元毒激色])素))(?![{HAN}]?(?:吧|钱|子))"
)
_PROMISE = re.compile(
    "根治|治好|治愈|疗程|包治|停药|不反弹|传人|祖传|秘方|神医|药到病除|血脂|血压|血糖|糖尿病|关节|风湿|颈椎|腰椎|结石|癌|肿瘤|排毒|心脑血管|血管堵|检出|非法添加|西布曲明|西地那非|他达拉非|骨龄|长高|增高|排出|软骨|骨刺|白内障|飞蚊症|近视|修复|失眠|腰痛|坐胎|备孕|他达|拉非|告别.{0,6}[炎痛病癣]|前列腺(?!素)|降糖|降压|住院|送医|中毒|转氨酶|肝损|酚酞|比沙可啶|呋塞米|格列本脲|掺了|掺有|掺入|肿块|断根|肾虚|痔疮"
)
_NO_CURE = re.compile(
    "激素|抗生素|维生素|元素|毒素|因素|血液|体液|唾液|营养液|洗衣液|消毒液|洗手液|止痛针|防疫针|强心针|骨龄针|减肥针|退烧针|小针|打针|啤酒|白酒|药酒|红酒|奶茶|凉茶|药方|配方|处方|偏方|秘方|官方|地方|对方|美容针|封闭针|宝宝|红包|支付宝|淘宝"
)
_ONE_OF = re.compile(f"(?:[一这那某该本]|有)(?:款|支|瓶|罐|盒|台|管|批|桶)[{HAN}]{{0,4}}$")
_CLOSING = frozenset('”"」』》')
_OPENED = re.compile(f'[“"「『《]([{HAN}a-z0-9]*)$')
_QUALIFIED = re.compile("假|求购|冒牌|真|毒|黑心|天价|问题|神药|网红|同款|进口|国产|免费|低价|特效|便宜|正品|所谓")
_LEAST_MODIFIER = 2
# An examination or operation by it, and the room for that: 胃镜检查, 透析室.
_EXAMINED = re.compile(
    "(?<=玻璃体)(?:腔|内|切|积|出血|混浊)|检查|手术(?!机器人|刀)|室|中心|下(?:切除|手术|取)|术[后前中]|科(?!技)"
)
# A class in advice, the product itself where people came to harm by it.
_EVERYDAY = frozenset(
    [
        "注射用水",
        "面霜",
        "儿童面霜",
        "面膜",
        "补水面膜",
        "牙膏",
        "洗发水",
        "沐浴露",
        "口红",
        "唇膏",
        "护手霜",
        "香水",
        "血压计",
        "体温计",
        "水银体温计",
        "注射器",
        "输液泵",
        "轮椅",
        "医用敷料",
        "干细胞",
        "减肥胶囊",
        "止咳糖浆",
    ]
)


_BEFORE = {"vaccine": KIND_BEFORE, "device": DEVICE_MODIFIERS}


def found_products(reading: Reading, hits: Sequence[Hit], bounds: AbstractSet[int], lexicon: Lexicon) -> Iterator[Span]:
    """Yield the products of a reading, overlapping ones too; none where a text speaks of medicines for animals.

    Args:
        reading: What text processing made of the document.
        hits: The product terms of the reading, evasive spellings included.
        bounds: Where a region or firm ends: no product name reaches over it.
        lexicon: The words of the field.
    """
    spans = (
        *_joined(list(_listed(reading, hits, lexicon)), reading.joined),
        *_unlisted_drugs(reading, hits, bounds, lexicon),
        *named_cosmetics(reading, bounds, lexicon),
        *named_devices(reading, hits, bounds, lexicon),
        *named_vaccines(reading, bounds, lexicon),
        *registered_products(reading, bounds, lexicon),
        *evasive_drugs(reading.joined),
    )
    joined = reading.joined
    if spans and not (_ANIMALS.search(joined) and not _PEOPLE_TOO.search(joined)) and not _is_fiction(joined):
        for span in spans:
            end = with_qualifier(joined, span.end) if span.type is EntityType.DRUG else span.end
            yield span if end == span.end else replace(span, end=end)


def _is_fiction(text: str) -> bool:
    told = {match.group() for match in islice(_FICTION.finditer(text, 0, _HEAD), _MOST_CURES)}
    return len(told) > 1 and not _REAL.search(text, 0, _HEAD)


def _joined(spans: Sequence[Span], joined: str) -> Iterator[Span]:
    """Yield the spans, and one for every two drugs that stand as one name: 虎骨 and 追风膏."""
    drugs = {span.start: span for span in spans if span.type is EntityType.DRUG}
    for span in spans:
        after = drugs.get(span.end) if span.type is EntityType.DRUG else None
        if after is not None and joined[after.end - 1] in _FORM_ENDS:
            yield Span(EntityType.DRUG, span.start, after.end, canonical=joined[span.start : after.end])
        yield span


def _listed(reading: Reading, hits: Sequence[Hit], lexicon: Lexicon) -> Iterator[Span]:
    joined, classes, herbs = reading.joined, lexicon.names["generic_products"], lexicon.names["herbs"]
    medicines = _herbs_as_medicines(joined, hits, lexicon)
    for hit in hits:
        name, herb = hit.term.canonical, hit.term.canonical in herbs
        everyday = name in _EVERYDAY and (reading.people or _is_one(joined, hit.start))
        generic = name in classes and not everyday and hit.start not in medicines
        kind = EntityType.PRODUCT_CLASS if generic else _TYPES[hit.term.label]
        if _names_nothing(joined, hit, kind, herb=herb, medicine=hit.start in medicines):
            continue
        start, end = _extent(joined, hit, kind, herb=herb)
        if joined[start:end] in classes:
            start, end = hit.start, hit.end
        told_apart = start < hit.start and joined[start:end] not in classes and name not in _WIDE
        if generic and told_apart and hit.term.label == "device":
            kind, name = EntityType.DEVICE, joined[start:end]
        heads = lexicon.names["device_heads"] if hit.term.label == "device" else frozenset[str]()
        if joined[start:end] in heads and (first := _with_modifiers(reading, hit, lexicon)) < start:
            start, kind, name = first, EntityType.DEVICE, joined[first:end]
        if kind is not EntityType.PRODUCT_CLASS and joined[end : end + 1] in _CLOSING:
            start = _from_the_quote(reading, start, end, lexicon)
        yield Span(kind, start, end, canonical=name)


def _names_nothing(joined: str, hit: Hit, kind: EntityType, *, herb: bool, medicine: bool) -> bool:
    """Tell whether a listed name is an ingredient, a class, a quarter of a town or an examination here."""
    if kind is EntityType.DRUG and not medicine and _INGREDIENT.match(joined, hit.end):
        return True
    if kind is EntityType.DRUG and (
        _NO_DRUG_AFTER.match(joined, hit.end) or _GATHERED.search(joined[max(0, hit.start - 4) : hit.start])
    ):
        return True
    if joined[hit.start : hit.end] in _ACTS and _ACT_BEFORE.search(joined[max(0, hit.start - 3) : hit.start]):
        return True
    if joined[hit.start : hit.end] in _KEPT_ALIVE and not _HARMED_AFTER.match(joined, hit.end):
        return bool(_KEPT_BEFORE.search(joined[max(0, hit.start - 6) : hit.start]))
    if (herb and joined.startswith(_NO_HERB_AFTER, hit.end)) or (
        joined[hit.end - 1] == "片" and joined.startswith("区", hit.end)
    ):
        return True
    return hit.term.label == "device" and bool(_EXAMINED.match(joined, hit.end))


def _extent(joined: str, hit: Hit, kind: EntityType, *, herb: bool) -> tuple[int, int]:
    """Return start and end of a listed name with what belongs to it: salt, form, strength, how a herb is prepared."""
    start, end = hit.start, hit.end
    if hit.term.label == "vaccine":
        end = made_on_end(joined, end)
    elif hit.term.label == "device":
        start, end = registered_start(joined, start), method_end(joined, end)
    before = _BEFORE_HERB if herb else _BEFORE.get(hit.term.label)
    if before is not None and (found := before.search(joined[max(0, start - _LONGEST_BEFORE) : start])):
        return start - len(found.group()), end
    if kind is EntityType.DRUG and joined[end - 1] != "药":
        start, end = _with_salt_and_form(joined, start, end)
        end = hit.end if herb and joined[hit.end : end] in _SLICES else end
    return start, end


def _herbs_as_medicines(joined: str, hits: Sequence[Hit], lexicon: Lexicon) -> AbstractSet[int]:
    """Return where herbs stand that are medicines here: all where a text speaks of such, else beside one that is no food."""
    herbs, classes = lexicon.names["herbs"], lexicon.names["generic_products"]
    found = [hit for hit in hits if hit.term.canonical in herbs]
    if not found or _HERBAL.search(joined):
        return {hit.start for hit in found}
    starts = {hit.start for hit in found if hit.term.canonical not in classes}
    ends = {hit.end for hit in found if hit.term.canonical not in classes}
    return {
        hit.start
        for hit in found
        if (joined[hit.start - 1 : hit.start] in _LISTING and hit.start - 1 in ends)
        or (joined[hit.end : hit.end + 1] in _LISTING and hit.end + 1 in starts)
    }


def _from_the_quote(reading: Reading, start: int, end: int, lexicon: Lexicon) -> int:
    """Return where a quoted name begins that ends in a listed one: “植物养黑一洗黑”."""
    opened = _OPENED.search(reading.joined[max(0, start - _LONGEST_NAME) : start])
    if opened is None or not opened.group(1):
        return start
    run = Run(reading.joined, start - len(opened.group(1)), start, end)
    if "牌" in opened.group(1):
        return run.start + opened.group(1).index("牌") + 1
    whole = name_start(run, reading.segmenter, product_stops(lexicon)) == run.start
    other = COSMETICS.search(run.written) and end - run.start >= SHORTEST_COSMETIC
    return run.start if whole and not other and not _QUALIFIED.match(run.written) else start


def _is_one(joined: str, start: int) -> bool:
    """Tell whether a single one of everyday goods is spoken of: 一款进口沐浴露."""
    return bool(_ONE_OF.search(joined[max(0, start - 8) : start]))


def _with_salt_and_form(joined: str, start: int, end: int) -> tuple[int, int]:
    if before := _SALT_BEFORE.search(joined[max(0, start - _LONGEST_SALT) : start]):
        start -= before.end() - before.start()
    if strength := STRENGTH_BEFORE.search(joined[max(0, start - 6) : start]):
        start -= len(strength.group())
    if ester := _ESTER_AFTER.match(joined, end):
        end = ester.end()
    if subtype := _SUBTYPE_AFTER.match(joined, end):
        end = subtype.end()
    end = compound_end(joined, end)
    if fragment := _FRAGMENT_AFTER.match(joined, end):
        end = fragment.end()
    # Only immunoglobulins are called by how they are given: 静注人免疫球蛋白.
    if joined.startswith("静注", start) and "免疫" not in joined[start:end]:
        start += len("静注")
    after = _FORM_AFTER.match(joined, end)
    return start, after.end() if after else end


def _with_modifiers(reading: Reading, hit: Hit, lexicon: Lexicon) -> int:
    """Return where the name of a device begins that ends in a listed kind: 可降解左心耳封堵器."""
    head = re.compile(re.escape(reading.joined[hit.start : hit.end]))
    window = max(0, hit.start - _LONGEST_MODIFIER)
    found = list(runs(head, reading.joined[window : hit.end], _LONGEST_MODIFIER))
    if not found or found[-1].end != hit.end - window:
        return hit.start
    run = found[-1]
    start = name_start(run, reading.segmenter, product_stops(lexicon))
    return window + start if _LEAST_MODIFIER <= run.ending - start <= _MOST_MODIFIER else hit.start


def _unlisted_drugs(
    reading: Reading, hits: Sequence[Hit], bounds: AbstractSet[int], lexicon: Lexicon
) -> Iterator[Span]:
    joined = reading.joined
    for match in _QUOTED_DRUG.finditer(joined):
        start, end = match.span(match.lastindex or 1)
        start = behind_boast(joined, start, end)
        name = joined[start:end]
        if not _BARE_FORM.fullmatch(name) and not COSMETICS.search(name):
            yield Span(EntityType.DRUG, start, end, canonical=name)
    yield from _cures(reading, lexicon)
    for start, end in branded_drugs(joined):
        yield Span(EntityType.DRUG, start, end, canonical=joined[start:end])
    classes = lexicon.names["generic_products"]
    listed = sorted(hit.start for hit in hits if hit.term.label == "drug")
    for first, stem_end in built_drugs(joined, {hit.end for hit in hits}):
        start, end = _with_salt_and_form(joined, first, stem_end)
        yield Span(EntityType.DRUG, start, end, canonical=joined[start:end])
    for gas in _GAS.finditer(joined) if "态)" in joined else ():
        yield Span(EntityType.DRUG, *gas.span("name"), canonical=gas.group("name"))
    for run, last in _called(joined):
        start = called_from(run, reading, lexicon, bounds, last)
        within = listed[bisect_left(listed, start) : bisect_left(listed, run.end)]
        known = not within or within[0] == start or _DRUG_SUFFIX.search(joined[start : within[0]])
        name = joined[start : run.end]
        if len(name) >= _SHORTEST_NAME and known and not _BARE_FORM.fullmatch(name) and name not in classes:
            yield Span(EntityType.DRUG, start, run.end, canonical=name)


def _cures(reading: Reading, lexicon: Lexicon) -> Iterator[Span]:
    """Yield remedies by the name under which they are sold, wherever a text promises what they heal."""
    joined = reading.joined
    if not _PROMISE.search(joined):
        return
    names = {m.group(1): m.span(1) for pattern in (_CURE, _SOLD) for m in pattern.finditer(joined)}
    for name, (start, end) in list(names.items())[:_MOST_CURES]:
        run = Run(joined, start, end - 1, end)
        first = name_start(run, reading.segmenter, product_stops(lexicon))
        cut = reading.segmenter.cut(joined[first:end])
        listed = _NO_CURE.search(name) or len(cut) == 1
        # Three characters are a name only where they make no word: 长颗素, 清石茶.
        short = end - first == _SHORTEST_NAME and len(cut) < _SHORTEST_NAME
        if end - first >= _SHORTEST_NAME and not short and not listed:
            at = joined.find(joined[first:end])
            while at >= 0:
                yield Span(EntityType.DRUG, at, at + end - first, canonical=joined[first:end])
                at = joined.find(joined[first:end], at + end - first)


def _called(joined: str) -> Iterator[tuple[Run, AbstractSet[str]]]:
    for run in runs(_FORMS, joined, _LONGEST_NAME):
        yield run, frozenset()
    for run in runs(_SHORT_FORM, joined, _LONGEST_NAME):
        yield run, _SHORT_FORMS
