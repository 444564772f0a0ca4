"""Devices by how they are called: what they are of, for and in stands before the word for their kind."""

import re
from collections.abc import Iterator, Sequence
from collections.abc import Set as AbstractSet

from analysis.assessment import EntityType
from analysis.entities.names import HAN, Run, Span, behind_verbs, name_start, product_stops, runs
from analysis.lexicon import Hit, Lexicon
from analysis.reading import Reading

__all__ = ["DEVICE_MODIFIERS", "method_end", "named_devices", "own_start", "registered_start"]

# Registered names say in this order: how often used, what it is of or for, where; each belongs to the name.
DEVICE_MODIFIERS = re.compile(
    "(?:[0-9]{1,2}(?:升|l)|一次性使用|一次性|可重复使用|医用|家用|便携式?|手持式|台式|盒式|耳背式|耳内式|植入式|植入型|穿戴式|指夹式|上臂式|腕式|推车式|"
    "全自动|半自动|电动|手动|电子|数字|数显|智能|多功能|多参数|红外线?|激光|射频|超声|高频|中频|低频|微波|磁共振|彩色|荧光|"
    "精密过滤|过滤|高压|麻醉|内窥镜|移动式|固定式|[cg]形臂|数字化|光固化|种植体|口腔|牙科|外科|纱布|无菌|灭菌|避光型?|精密|自粘|透明|透气|弹性|加强型?|预充式|预灌封|可降解|可吸收|吸收性?|不可吸收|生物|重组|胶原蛋白?|透明质酸钠?|水胶体|硅酮|硅胶|乳胶|橡胶|丁腈|聚氨酯|聚乙烯|聚丙烯|聚乳酸|钛合金|不锈钢|镍钛|钴铬|陶瓷|金属|"
    "单腔|双腔|三腔|多腔|单通道|双水平|单水平|无创|有创|药物洗脱|药物涂层|载药|裸金属|覆膜|球囊扩张|自膨式|冠状动脉|冠脉|颅内|外周|静脉|动脉|血管|主动脉|胆道|食道|食管|气管|尿道|输尿管|心脏|心室|胸腔|腹腔|椎体|脊柱|骨内|硬性|软性|角膜|人工)+$"
)
# Kinds that no list holds by themselves, each with a word of medicine in it: 支架 alone holds a telephone. Those that are
# listed take their modifiers alone: free words before them are as often another's (自家耳温枪, 爸妈选助听器).
_KINDS = re.compile(
    "(?:消融导管|引流导管|微导管|引导导管|标测导管|吸引导管|血管支架|食管支架|气管支架|测定试剂盒|检测试剂盒|检测试条|采样拭子|"
    "穿刺包|手术包|换药包|导尿包|护理包|缝合包|麻醉包|器械盒|种植体基台|种植体(?<!人工种植体)(?!基台)|复合树脂|骨水泥|股骨头(?!坏死|颈|置换|缺血|骨折)|股骨柄|髋臼杯|聚乙烯衬垫|膝关节系统|髋关节系统|关节假体|心室辅助系统|活检钳|止血钳|持针钳|"
    "图像处理器|冷光源|穿刺器|外科缝线|可吸收性?缝线|口鼻罩|鼻罩|呼吸面罩|血压计袖带|治疗垫|理疗垫|磁疗床垫|磁疗垫|声音放大器|x射线机|x射线摄影系统|c形臂|细胞检测仪|微循环检测仪|经络检测仪|骨密度检测仪|肺功能检测仪|全身检测仪|亚健康检测仪|"
    "除颤器|主动脉瓣膜?系统|瓣膜输送系统|血管鞘|导丝(?=[断滞残卡])|"
    "穿刺针|活检针|注射针(?!头)|骨针|固定钉|椎弓根钉|接骨螺钉|起搏电极|缝合器|取栓器|静脉滤器|止鼾器|冲洗器|刺激器|"
    "治疗仪|分析仪|测定仪|诊断仪|血流仪|训练仪|康复仪|治疗机|通气机|退热凝胶|疤痕凝胶|护理凝胶|理疗贴|艾灸贴|穴位贴|压力袜|弹力袜|肝素帽|胶原敷料|手术刀片|手术导航系统|手术导航机器人)"
    "(?!有限|股份|公司|厂|集团|科技|行业|企业|门店|店|专柜)"
)
# Listed, and yet the words before it tell what is tested for: 人类EGFR基因突变检测试剂盒.
_OPEN = frozenset(["检测试剂盒", "试剂盒"])
_BARE = frozenset(
    [
        "除颤器",
        "种植体",
        "种植体基台",
        "股骨头",
        "髋臼杯",
        "骨水泥",
        "鼻罩",
        "口鼻罩",
        "穿刺包",
        "治疗垫",
        "活检钳",
        "肝素帽",
        "压力袜",
        "弹力袜",
        "止鼾器",
        "微导管",
        "穿刺针",
        "活检针",
        "起搏电极",
    ]
)
# One character of each kind, so that most texts are not looked through.
_SIGN = re.compile("[管架盒针钉器仪极胶贴袜帽料刀机航条拭包体台脂泥头杯垫统钳源线罩带]")
# What counts or judges a device, left before it where segmentation knows no word: 台 of 一台, 型 of a model.
_BEFORE = re.compile(
    "[a-z0-9-]+型|[一二两三四五六七八九十几好多]{0,3}[台块根套枚把条副](?![式管形带扎])|国产|进口|新型|同款|二手|高端|普通|家里|自家"
)
_FIRST = re.compile("一次性|家用|医用|便携|可降解|可吸收|植入式")
_OPENING, _CLOSING = frozenset('“"「『《'), frozenset('”"」』》')
_BRAND = re.compile(f"[{HAN}]{{2,6}}牌")
# Registered names begin with one of these, and all that stands between them and the kind is the name: 一次性使用血液透析管路.
_REGISTERED = re.compile(
    f"(?:一次性使用|可吸收性?|植入式|便携式|手提式|手持式|推车式|硬性)(?:(?![的了和与及或等将把被在是有])[{HAN}]){{0,8}}$"
)
_METHOD = re.compile(f"(?<=盒)\\([{HAN}a-z-]{{2,14}}法\\)|(?<=注射器)带针")
_WITHIN = frozenset("abcdefghijklmnopqrstuvwxyz0123456789-")
_LONGEST_NAME = 18
_SHORTEST_NAME = 5


def named_devices(reading: Reading, hits: Sequence[Hit], bounds: AbstractSet[int], lexicon: Lexicon) -> Iterator[Span]:
    """Yield devices that end in the word of a kind and have words of their own before it: 药物洗脱冠脉球囊导管.

    Args:
        reading: What text processing made of the document.
        hits: The product terms of the reading: what ends in a listed device is that device.
        bounds: Where a region or firm ends: no name of a device reaches over it.
        lexicon: The words of the field.
    """
    joined = reading.joined
    if not _SIGN.search(joined):
        return
    stops, heads = product_stops(lexicon), lexicon.names["device_heads"]
    listed = {
        hit.end for hit in hits if hit.term.label == "device" and joined[hit.start : hit.end] not in heads | _OPEN
    }
    for run in runs(_KINDS, joined, _LONGEST_NAME, least=0, more=_WITHIN):
        if run.end in listed:
            continue
        start = name_start(run, reading.segmenter, stops, bounds) if run.start < run.ending else run.start
        start = behind_verbs(joined, min(start, run.ending) if start < run.end else start, run.ending)
        start = own_start(joined, start, run.ending)
        start = _quoted_start(joined, run, start)
        name = joined[start : run.end]
        if len(name) >= _SHORTEST_NAME or name in _BARE:
            yield Span(EntityType.DEVICE, start, method_end(joined, run.end), canonical=name)


def _quoted_start(joined: str, run: Run, start: int) -> int:
    """Return where a device in quotation marks of its own begins, behind its brand: “某某牌数字助听器”."""
    if joined[run.start - 1 : run.start] in _OPENING and joined[run.end : run.end + 1] in _CLOSING:
        brand = _BRAND.match(joined, run.start, run.ending)
        return brand.end() if brand else run.start
    return start


def own_start(joined: str, start: int, ending: int) -> int:
    """Return where the words begin that belong to a device: behind what counts it, at the first that registered names begin with."""
    while before := _BEFORE.match(joined, start, ending):
        start = before.end()
    # 可 and 一 end other names: 可吸收 and 一次性 are words here.
    start -= joined.startswith(("可吸收", "可降解", "一次性"), start - 1) if start else 0
    if first := _FIRST.search(joined, start, ending):
        start = first.start()
    if modifiers := DEVICE_MODIFIERS.search(joined[max(0, start - _LONGEST_NAME) : start]):
        start -= len(modifiers.group())
    return start


def method_end(joined: str, end: int) -> int:
    """Return where the name of a test ends with its method, which registered names say in a bracket: (胶体金法)."""
    method = _METHOD.match(joined, end)
    return method.end() if method else end


def registered_start(joined: str, start: int) -> int:
    """Return where a name begins that ends in the listed device at `start`, with what registered names begin with."""
    before = _REGISTERED.search(joined, max(0, start - _LONGEST_NAME), start)
    return before.start() if before else start
