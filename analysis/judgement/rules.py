"""Named rules: what raises a document whatever the model says (the floor), the facts, and the spans that show it.

A floor rule reads one sentence at a time and needs the product, the harm and a word that ties them; a sentence about
crime, fiction, animals or pesticides holds none. Guards stand in the lexicon: what they hide is no hit here.
"""

import re
from bisect import bisect_left
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from types import MappingProxyType

from analysis.assessment import Entity, EntityType, Evidence
from analysis.harm.circumstances import (
    SENTENCE,
    is_another_story,
    is_harm_told,
    is_refuted,
    is_scoffed_at,
    is_statistic,
    is_supposed,
    is_unrelated,
    ruled_out_spans,
    tells_of_many,
    without_ruled_out,
)
from analysis.harm.denials import denied_spans, says_nobody_died
from analysis.harm.passed_on import passed_on
from analysis.harm.people import PeopleCount
from analysis.judgement.aside import is_long_ago, judges_the_past, tells_no_harm
from analysis.judgement.bounds import DISPUTED, OFFICE, bound_of_no_harm, most_severe
from analysis.judgement.severity import MOST_SEVERE
from analysis.judgement.signs import Signs, read_signs
from analysis.lexicon import Hit, TermKind
from analysis.lexicon.regions import JIANGXI_CODE
from analysis.reading import Reading

__all__ = ["FLOOR_RULES", "HINT", "Finding", "Findings", "apply_rules"]

FLOOR_RULES: Mapping[str, str] = MappingProxyType(
    {
        "product_death": "R01",
        "product_cluster": "R01",
        "vaccine_harm": "R07",
        "device_failure": "R10",
        "recall_class_1": "R04",
        "jiangxi_notice": "R03",
    }
)
"""Floor rule to the category it speaks for."""

HINT = "hint"
"""How the rule of a finding begins that rests on likeness of sound alone."""

_TIES = re.compile(
    "一针|[吃喝]下去|[吊挂](?:了|过|完)[^,。]{0,4}[水瓶针](?!果)|输错了?血|(?:诊所|卫生[院室所]|输液室|美容院)(?:里|又|已经?|就)?[打挂输吊]死|喝(?:了|完)?[^,。]{0,6}药(?![店房])|打(?:玻尿酸|瘦脸|水光|美容|溶脂|肉毒)|隆鼻|填充|服用|服药|吃药|吃了|吃完|染发|吃(?=减肥药|假药|偏方|土方|[^,。]{0,8}[药丸])|喝了|打疫苗|打y[^,。]{0,3}苗|口服|注射|打针|打完|针打完|打(?=[^,。]{0,4}针)|打了|输液|挂水|吊水|吊瓶|点滴|静滴|滴注|推注|输[注的]|局麻|无痛|输完液|输了液|挂完|扎针|输血|皮试|雾化|透析|血透|灌肠|贴敷|造影|麻药|献浆|接种|使用|用药|用了|外用|涂抹|敷|植入|致|被[烫电]|误服|引发|导致|后出现|后身亡|后死亡|后昏迷|后住院"
)
# What is given there is a medicine though none is named.
_GIVEN = re.compile(
    "药酒|打[^,。]{1,3}针(?![孔线锋对])|[吊挂](?:了|过|完)[^,。]{0,4}[水瓶](?!果)|输错了?血|输液|挂水|吊水|吊瓶|点滴|静滴|滴注|推注|输注|局麻|(?:热|理|电|光|磁|治)疗[仪机]|打针|打了?一针|打完[^,。]{0,3}针|针打完|输完液|输了液|挂完[水盐]|扎针|美白针|瘦脸针|溶脂针|注射|皮试|雾化|输血|灌肠|麻药|透析|血透"
)
_NOT_OURS = frozenset({"crime_means", "fiction", "animal", "agriculture", "celebrity", "sport", "weapon", "vehicle"})
_VACCINE = re.compile("疫苗|接种|加强针")
_VACCINE_HARM = re.compile(
    "接种(?:后|完).{0,12}(?:死亡|身亡|抽搐|昏迷|瘫痪|休克|住院|截瘫|白血病|抢救)|(?:接种|打|注射|种)[了过的]{0,2}.{0,6}(?:过期|失效|变质)疫苗"
    "|(?:问题|假|打错|错打|错种)疫苗|疫苗.{0,4}(?:打错|错打)|过期疫苗.{0,8}(?:接种|打给|注射|给)"
)
# 血透中心查出好多人丙肝阳性: many to whom a machine, a needle or blood passed an illness, and no screening or advice.
_SEVERAL_PEOPLE = re.compile(
    "好多|很多人|好几个|多人|多名|多例|一批|集体|十几|几十|[3-9三四五六七八九十][0-9十]*(?:个|名|位|例)|[1-9][0-9]+(?:个|名|位|例|人)"
)
# A device that failed in use: what failed is the device or a part of it, named right before. What is planned, sold or advised is none.
_FAILED_IN_USE = re.compile(
    "(?:[机仪器车]|设备|系统)?(?:在?[上下]坡|用着|使用[中时])?时?在?(?:的?(?:刹车|车轮|轮子|轮胎|靠背|扶手|踏板|电池|充电器|线路|电源|主机|屏幕|报警器?|探头|导管|管路|气囊|阀门?|按键|泵|针头|玻璃|电机|马达|支架|螺丝|车架))?"
    "(?:(?:都|又|却|竟然?|居然|突然|忽然|半夜|凌晨|夜里|昨[晚天]|今[早天]|当场|途中|中途|用着|使用[中时]|充电时|下坡时?|上坡时?|运行中|手术中|术中|治疗中|输液中|抢救中|多次|频繁|已|还|就)){0,3}"
    "(?P<failed>失灵|失控|刹不住|漏电|短路|起火|自燃|爆炸(?![性式])|爆裂|断裂|断成两|散架|死机|(?<=[然夜晨又中次])停[机转]|停机(?=没有?报警|未报警|[,、][^,。]{0,3}(?:患者|病人|老人)[^,。]{0,3}(?:缺氧|窒息|死|昏迷))|(?:没有?|不|未)报警|自(?:己|行)(?:启动|运转|加大|往下|倾倒))"
    "(?!检修|检查|保养|维护|改造|通知|升级|更新|公告|时间|期间|保护|开关|报警|检测|测试|试验|演练|应急|预案|怎么|如何|原因|维修|风险|隐患|率|险|培训|标准|坪|的?(?:问题|情况)?(?:怎么|如何|处理))"
)
_FAILURE_OF_ANOTHER = re.compile(
    "停机维护|检修|保养|停机坪|健身|杠铃|跑步机|单杠|游乐|演练|模拟|预案|培训|试题|招标|如何|怎么办|应急处置流程|防止|避免|预防|杜绝|价格|视频|财报|股价|心态|销量|玩具|游戏|电影"
)
# Several of whom no number is told: 诊所挂水多人发热寒战.
_UNNUMBERED = re.compile(
    "多人|好多人|好几(?:个)?人|数人|一屋子人|(?:多|数|好几)[名个位](?:人|患者|病人|儿童|孩子|小孩|学生|老人|村民|顾客|消费者)"
)
_OTHER_CAUSE = re.compile(
    "保健品|红曲|小林|安乐死|杀妻|杀夫|杀害|杀死|谋害|谋杀|故意杀人|火灾|强奸|自杀|轻生|自尽|车祸|枪|袭击|误诊|确诊|仍感染|感染病例|病死|死亡率|突破性感染|未发现|保护力|有效率|保护率|下药|喂药|灌药|放射性|毒品|后感染(?<!输液后感染)(?<!注射后感染)(?<!输注后感染)(?<!用药后感染)(?<!使用后感染)(?<!透析后感染)|未接种|未注射|不打疫苗|赔偿标准"
)
# 一级召回, and as notices put it: 召回级别为二级.
_RECALL = re.compile(
    "(?:(?P<class>[一二三])级召回|召回(?:级别|等级|分级)(?:[为是系属:]|确定为|定为|判定为){0,2}(?P<graded>[一二三])级)"
)
_CLASSES = re.compile("分几级|分级|[二三]级|如何|怎么|什么是")
_RECALL_CLASS = {"一": 1, "二": 2, "三": 3}
_NOTICE = re.compile("公告|通告|通报|抽检|检验|不符合规定|不合格|召回|飞行检查")
_FAILED = re.compile("不合格|不符合规定|不符合标准|召回|责令|暂停销售|停产|假药|劣药|超标|处罚|立案")
# The notice of a food authority that found no medicine in it.
_MERE_FOOD = re.compile("均?为普通食品|未检[出测].{0,4}药物")
_RUMOUR = re.compile("网传|谣言|谣传|传言|据传|传闻|听说|流言|造谣|紧急扩散|转给家人")
_CLUSTER = re.compile(
    "群体|聚集性|多人|多名|数名|多例|多起|好几个|十几|几十|上百|数十|多位|一屋子|受害者群|都这样|一模一样|全班"
)
# What ends like a word for them.
_NOT_VULNERABLE = re.compile("[大医药留]学生$|[多不]少年$|(?:大年|正月|农历|腊月|[0-9一二三四五六七八九十]月)初[一三]$")
_LEAST_CLUSTER = 3
_FIRST_WORDS = 60
_OUTSIDE = ("71", "81", "82")
_PLACED = frozenset({EntityType.REGION, EntityType.FIRM})
_INSIDE = re.compile("我国|国内|中国|全国|内地|大陆|国家药监局|本省|我省|本市|我市|本县|我县|省药监局|市监局|公安局")
# Where a product comes from ties nothing that happened abroad to this country.
_ORIGIN = re.compile(
    "中国产|产自中国|中国制造|中国(?=(?:减肥|壮阳|中药|中成药|保健|神药|药[膏酒丸茶物品片水](?!监)|玻尿酸|面霜|面膜))"
)


@dataclass(frozen=True, slots=True)
class Finding:
    """A rule that holds, with its span in the joined text."""

    rule: str
    start: int
    end: int
    category: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Findings:
    """What the rules found in one reading: findings, the floor rule if any, the facts, the signs of the situation, and the highest severity."""

    findings: tuple[Finding, ...]
    floor: str | None
    facts: Mapping[str, int | bool | str]
    signs: Signs
    most_severe: int = MOST_SEVERE

    def evidence(self, reading: Reading, fields: Mapping[str, str], most: int | None = None) -> tuple[Evidence, ...]:
        """Return the findings, the first `most`, as spans of the original fields."""
        spans = []
        for finding in self.findings[:most]:
            name, start, end = reading.locate(finding.start, finding.end)
            spans.append(
                Evidence(
                    text=fields[name][start:end],
                    start=start,
                    end=end,
                    field=name,
                    rule=finding.rule,
                    category=finding.category,
                )
            )
        return tuple(spans)


@dataclass(frozen=True)
class _Sentence:
    text: str
    start: int
    hits: tuple[Hit, ...]
    people: tuple[PeopleCount, ...]

    @cached_property
    def cues(self) -> set[str]:
        return {hit.term.label for hit in self.hits if hit.term.kind is TermKind.CUE}

    @property
    def tells_harm(self) -> bool:
        """Whether a harm is named by a word of the lexicon, or told in everyday words (打摆子, 烧到40度)."""
        return "harm" in self.cues or is_harm_told(self.text, hard=True)

    @property
    def names_vulnerable(self) -> bool:
        """Whether children, the old or the pregnant are named; students of a university and 多少年 are none of them."""
        named = (hit for hit in self.hits if hit.term.label == "vulnerable")
        return any(not _NOT_VULNERABLE.search(self.text, 0, hit.end - self.start) for hit in named)

    @cached_property
    def product(self) -> Hit | None:
        return next((h for h in self.hits if h.term.kind in {TermKind.PRODUCT, TermKind.STRONG}), None)


def apply_rules(reading: Reading, entities: Sequence[Entity]) -> Findings:
    """Apply every rule to a reading whose entities are known."""
    sentences = list(_sentences(reading))
    no_harm = tells_no_harm(reading)
    told_otherwise = no_harm or _tells_other_cause(reading.title.text) or is_refuted(reading.title.text)
    floors = [] if told_otherwise else [finding for sentence in sentences for finding in _floor(sentence)]
    floors.sort(key=lambda finding: finding.rule != "product_death")
    in_jiangxi = any(_is_jiangxi(entity) for entity in entities)
    if in_jiangxi and not is_refuted(reading.title.text) and not _MERE_FOOD.search(reading.joined):
        floors.extend(_jiangxi_notice(sentences))
    cues = [
        Finding(f"term:{hit.term.canonical}", hit.start, hit.end, hit.term.label)
        for sentence in sentences
        for hit in sentence.hits
        if hit.term.kind is TermKind.STRONG or (hit.term.kind is TermKind.RISK and sentence.product)
    ]
    facts = _facts(reading, [] if no_harm else sentences) | _where(reading, entities, in_jiangxi=in_jiangxi)
    return Findings(
        findings=(*_distinct([*floors, *cues]), *_sounding(reading, told=bool(cues))),
        floor=floors[0].rule if floors else None,
        facts=MappingProxyType(facts),
        signs=read_signs(reading),
        most_severe=bound_of_no_harm(reading) if no_harm else most_severe(reading, facts),
    )


def _tells_other_cause(words: str) -> bool:
    """Tell whether words name a cause that is none of ours; what they rule out (排除食物中毒) is no cause."""
    return bool(_OTHER_CAUSE.search(words) and _OTHER_CAUSE.search(without_ruled_out(words)))


def _sentences(reading: Reading) -> Iterator[_Sentence]:
    hits = sorted(reading.written, key=lambda hit: hit.start)
    starts = [hit.start for hit in hits]
    counts = reading.people
    begins = [count.start for count in counts]
    for match in SENTENCE.finditer(reading.joined):
        near = hits[bisect_left(starts, match.start()) : bisect_left(starts, match.end())]
        inside = tuple(hit for hit in near if hit.end <= match.end())
        people = tuple(counts[bisect_left(begins, match.start()) : bisect_left(begins, match.end())])
        if inside or people:
            yield _Sentence(match.group(), match.start(), inside, people)


def _floor(sentence: _Sentence) -> Iterator[Finding]:
    recall = _RECALL.search(sentence.text)
    if (
        recall
        and _class_of(recall) == 1
        and not _CLASSES.search(sentence.text)
        and sentence.product
        and sentence.cues & {"quality", "official"}
    ):
        yield _at(sentence, "recall_class_1", recall)
    yield from _device_failure(sentence)
    named = sentence.product is not None or _GIVEN.search(sentence.text)
    if not named or _is_not_ours(sentence) or _tells_other_cause(sentence.text):
        return
    harm = _VACCINE_HARM.search(sentence.text)
    if harm and _VACCINE.search(sentence.text):
        yield _at(sentence, "vaccine_harm", harm)
    if (passed := passed_on(sentence.text)) and _SEVERAL_PEOPLE.search(sentence.text):
        yield _at(sentence, "product_cluster", passed)
    if _TIES.search(sentence.text):
        yield from _counted_harm(sentence)
        yield from _unnumbered_harm(sentence)


def _device_failure(sentence: _Sentence) -> Iterator[Finding]:
    for device in (hit for hit in sentence.hits if hit.term.label == "device"):
        failed = _FAILED_IN_USE.match(sentence.text, device.end - sentence.start)
        if failed is not None and _is_told_of_now(sentence, failed):
            yield _at(sentence, "device_failure", failed)
            return


def _is_told_of_now(sentence: _Sentence, failed: re.Match[str]) -> bool:
    """Tell whether a failure is no advice, figure of speech or exercise; 失控 and 爆炸 themselves are words of other matters too."""
    span = failed.span("failed")
    around = sentence.text[: span[0]] + sentence.text[span[1] :]
    if is_another_story(around) or _FAILURE_OF_ANOTHER.search(around):
        return False
    return not is_supposed(sentence.text, *span) and not is_statistic(sentence.text, *span)


def _is_not_ours(sentence: _Sentence) -> bool:
    """Tell whether a sentence holds a word of crime, fiction or animals that it does not rule out itself."""
    if not sentence.cues & _NOT_OURS:
        return False
    ruled_out = ruled_out_spans(sentence.text)
    others = [hit for hit in sentence.hits if hit.term.kind is TermKind.CUE and hit.term.label in _NOT_OURS]
    return any(not any(a <= hit.start - sentence.start < b for a, b in ruled_out) for hit in others)


def _counted_harm(sentence: _Sentence) -> Iterator[Finding]:
    for count in sentence.people:
        span = (count.start, count.end)
        if count.type is EntityType.DEATHS:
            yield Finding("product_death", *span, FLOOR_RULES["product_death"])
        elif count.named and count.value >= _LEAST_CLUSTER and sentence.tells_harm:
            yield Finding("product_cluster", *span, FLOOR_RULES["product_cluster"])


def _unnumbered_harm(sentence: _Sentence) -> Iterator[Finding]:
    several = _UNNUMBERED.search(sentence.text)
    if several is None or not is_harm_told(sentence.text, hard=True):
        return
    told = not is_supposed(sentence.text, *several.span()) and not is_unrelated(sentence.text, *several.span())
    if told and not is_another_story(sentence.text):
        yield _at(sentence, "product_cluster", several)


def _class_of(recall: re.Match[str]) -> int:
    return _RECALL_CLASS[recall.group("class") or recall.group("graded")]


def _jiangxi_notice(sentences: Sequence[_Sentence]) -> Iterator[Finding]:
    for sentence in sentences:
        if sentence.product and _NOTICE.search(sentence.text) and (failed := _FAILED.search(sentence.text)):
            yield _at(sentence, "jiangxi_notice", failed)
            return


def _at(sentence: _Sentence, rule: str, match: re.Match[str]) -> Finding:
    return Finding(rule, sentence.start + match.start(), sentence.start + match.end(), FLOOR_RULES[rule])


def _facts(reading: Reading, sentences: Sequence[_Sentence]) -> dict[str, int | bool | str]:
    refuted = is_refuted(reading.title.text)
    people = [count for sentence in sentences for count in sentence.people]
    harmed = max((c.value for c in people if c.type is EntityType.HARMED), default=0)
    harm = [] if refuted else [sentence for sentence in sentences if "harm" in sentence.cues or sentence.people]
    facts: dict[str, int | bool | str] = {
        "harmed": harmed,
        "deaths": max(_deaths(sentences), default=0),
        "cluster": harmed >= _LEAST_CLUSTER or any(_CLUSTER.search(sentence.text) for sentence in harm),
        "large_cluster": any(tells_of_many(sentence.text) for sentence in harm),
        "vulnerable": any(sentence.names_vulnerable for sentence in sentences),
        "rumour": bool(_RUMOUR.search(reading.joined)),
        "official_rebuttal": _is_rebuttal(reading),
    }
    if facts["deaths"] and judges_the_past(reading):
        facts["judged"] = True
    if recall := _RECALL.search(reading.joined):
        facts["recall_class"] = _class_of(recall)
    return facts


def _is_rebuttal(reading: Reading) -> bool:
    """Tell whether a text says in an office's words that something told is false; who answers such words says none."""
    if is_scoffed_at(reading.title.text or reading.text.text[:_FIRST_WORDS]):
        return False
    if (TermKind.CUE, "rebuttal") in reading.terms:
        return True
    if not OFFICE.search(reading.joined):
        return False
    if says_nobody_died(reading.joined) and not DISPUTED.search(reading.joined):
        return True
    return bool(denied_spans([(match.start(), match.group()) for match in SENTENCE.finditer(reading.joined)]))


def _deaths(sentences: Sequence[_Sentence]) -> Iterator[int]:
    """Yield the deaths that a text ties to a product: by the sentence itself, the one before it, or the first one."""
    for number, sentence in enumerate(sentences):
        if is_long_ago(sentence.text):
            continue
        near = (sentence, sentences[max(0, number - 1)], sentences[0])
        if any(other.product or _TIES.search(other.text) for other in near):
            yield from (count.value for count in sentence.people if count.type is EntityType.DEATHS)


def _where(reading: Reading, entities: Sequence[Entity], *, in_jiangxi: bool) -> dict[str, bool]:
    """Return whether Jiangxi is named, whether only places outside the mainland are, and whether a place, firm or office of it is."""
    outside = [TermKind.ABROAD in {hit.term.kind for hit in reading.hits}]
    codes = [entity.code or "" for entity in entities if entity.type is EntityType.REGION]
    outside.extend(code.startswith(_OUTSIDE) for code in codes)
    told = _ORIGIN.sub("", reading.joined) if any(outside) else reading.joined
    inside = any(not code.startswith(_OUTSIDE) for code in codes) or bool(_INSIDE.search(told))
    firm = any(entity.type is EntityType.FIRM and (entity.code or "")[:1].isdigit() for entity in entities)
    return {"jiangxi": in_jiangxi, "abroad": any(outside) and not inside, "home": inside or firm}


def _sounding(reading: Reading, *, told: bool) -> Iterator[Finding]:
    """Yield the risk terms that the text sounds like, the longest at each place; no rule that raises reads them.

    The less clear ones are hints, and only where no written term has `told` anything.
    """
    reached, named = 0, frozenset(reading.named) if reading.sounded else frozenset()
    for hit in sorted(reading.sounded, key=lambda hit: (hit.start, -hit.end)):
        clear = hit in named
        if hit.end > reached and hit.term.kind in {TermKind.STRONG, TermKind.RISK} and (clear or not told):
            reached = hit.end
            yield Finding(f"{'sound' if clear else HINT}:{hit.term.canonical}", hit.start, hit.end, hit.term.label)


def _is_jiangxi(entity: Entity) -> bool:
    """Tell whether an entity is a place of Jiangxi, or a firm that has its seat there by its name."""
    return entity.type in _PLACED and (entity.code or "").startswith(JIANGXI_CODE)


def _distinct(findings: Sequence[Finding]) -> Iterator[Finding]:
    """Yield floor rules and, in order, the terms that lie inside no longer one of their category."""
    reached: dict[str | None, int] = {}
    for finding in sorted(findings, key=lambda f: (f.start, -f.end)):
        is_term = finding.rule.startswith("term:")
        if not is_term or finding.end > reached.get(finding.category, -1):
            yield finding
        if is_term:
            reached[finding.category] = max(finding.end, reached.get(finding.category, -1))
