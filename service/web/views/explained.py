"""Why a document was judged as it was, in the words of the press office. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

from analysis.assessment import Explanation, Level, Neighbour, SpokenTerm
from service.domain.learning.label import SAID_BY_PERSON
from service.web.views.event_page import DocumentView
from service.web.views.wording import category_word, word

__all__ = ["ExplainedView", "SpokenView", "explained_view", "explained_views", "telling_view"]

_STRONG, _CLEAR = 1.0, 0.3
_FLOOR = "floor:"
_DECIDED: Mapping[str, str] = MappingProxyType(
    {
        "linear": "统计模型（词语与搭配）",
        "encoder": "语义模型（读全文大意），统计模型一并计入",
        "unread": "未提及药品、器械、化妆品等词语，未作判断",
    }
)
_RULES: Mapping[str, str] = MappingProxyType(
    {
        "product_death": "死亡与产品相连",
        "product_cluster": "使用后三人以上受害",
        "vaccine_harm": "接种受害或问题疫苗",
        "device_failure": "器械使用中失灵",
        "recall_class_1": "一级召回",
        "jiangxi_notice": "质量公告涉及本省",
        "one_harmed_whole": "〔读整篇〕一人受影响：原文未写明人数，由语义模型读全文得出，请核对原文",
    }
)
_GUARDS: Mapping[str, str] = MappingProxyType(
    {
        "fiction_name": "作品人物或地名",
        "antiviral": "抗病毒一类的说法",
        "explosive": "火药、炸药",
        "pesticide": "农药、灭鼠灭虫药",
        "veterinary": "兽药、宠物用药",
        "figure_of_speech": "俗语比喻",
        "vehicle_recall": "汽车、电子产品召回",
        "person_recall": "召回人员",
        "food_recall": "食品召回下架",
        "discount": "打折",
        "colour_talk": "彩妆活动",
        "game": "游戏、小说",
        "vaccine_metaphor": "比喻用的疫苗",
        "side_effect_metaphor": "比喻用的副作用",
        "code_word": "字面巧合",
        "wax": "日用品",
        "grass": "草莓、草原",
        "bitten_face": "脸部外伤",
        "insurance_fraud": "其他骗保案件",
        "mask_face": "明星口罩",
        "place_in_name": "名称中的地名",
    }
)
_SOURCES: Mapping[str, str] = MappingProxyType(
    {
        "weibo_hot_daily": "微博热榜",
        "weibo_hot_hourly": "微博热榜",
        "zhihu_hot": "知乎热榜",
        "stream": "热榜",
        "labelled": "标注稿件",
    }
)


@dataclass(frozen=True, slots=True)
class SpokenView:
    """A term with how much it weighed, in a word; `told` says it with its number."""

    text: str
    strength: str
    told: str


@dataclass(frozen=True, slots=True)
class ExplainedView:
    """One explanation in sentences; `number` is the document's on the page."""

    number: int
    decided: str
    enough: str
    terms_for: tuple[SpokenView, ...]
    terms_against: tuple[SpokenView, ...]
    rules: tuple[str, ...]
    guards: tuple[str, ...]
    neighbours: tuple[str, ...]


def explained_views(views: Sequence[DocumentView], explanations: Mapping[str, Explanation]) -> dict[str, ExplainedView]:
    """Return by document the explanations of those that were judged a risk."""
    return {
        view.document.document_id: explained_view(explanations[view.document.document_id], view.number)
        for view in views
        if view.document.level == Level.RISK and view.document.document_id in explanations
    }


def telling_view(views: Sequence[DocumentView], explained: Mapping[str, ExplainedView]) -> ExplainedView | None:
    """Return the explanation of the gravest explained document, the earliest of equals; `None` without any."""
    known = [view.document for view in views if view.document.document_id in explained]
    gravest = max(known, key=lambda document: document.severity, default=None)
    return None if gravest is None else explained[gravest.document_id]


def explained_view(explanation: Explanation, number: int) -> ExplainedView:
    """Return one explanation in words."""
    return ExplainedView(
        number=number,
        decided=_decided(explanation.decided_by),
        enough=_enough(explanation),
        terms_for=tuple(map(_spoken, explanation.terms_for)),
        terms_against=tuple(map(_spoken, explanation.terms_against)),
        rules=tuple(_RULES.get(rule, rule) for rule in explanation.rules),
        guards=tuple(f"“{phrase}”按{_GUARDS.get(name, '无关词语')}处理" for name, phrase in explanation.guards),
        neighbours=tuple(map(_neighbour, explanation.neighbours)),
    )


def _decided(tier: str) -> str:
    if tier == f"{_FLOOR}{SAID_BY_PERSON}":
        return "本单位人员认定为漏判的风险（模型未判为风险）"
    if tier.startswith(_FLOOR):
        rule = tier.removeprefix(_FLOOR)
        return f"底线规则：{_RULES.get(rule, rule)}（模型未判为风险，规则上报）"
    return _DECIDED.get(tier, tier)


def _enough(explanation: Explanation) -> str:
    if explanation.enough is None:
        return "去掉这些词仍判为风险：全文多处支持" if explanation.terms_for else ""
    if explanation.enough == 0:
        return ""
    first = "、".join(f"“{term.text}”" for term in explanation.terms_for[: explanation.enough])
    return f"去掉{first}即不再判为风险"


def _spoken(term: SpokenTerm) -> SpokenView:
    weight = abs(term.weight)
    strength = "强" if weight >= _STRONG else "中" if weight >= _CLEAR else "弱"
    places = f"，出现 {len(term.places)} 处" if len(term.places) > 1 else ""
    return SpokenView(term.text, strength, f"对数几率 {term.weight:+.2f}{places}")


def _neighbour(one: Neighbour) -> str:
    source = _SOURCES.get(one.source, one.source)
    where = f"{one.date[:7]} {source}" if one.date else f"{source}（撰写）"
    categories = "、".join(category_word(code) for code in one.categories[:2])
    judged = word("judged", str(one.level)) + (f"·{categories}" if categories else "")
    severity = f"·严重度 {one.severity}" if one.severity else ""
    return f"{where}：{judged}{severity}，相似度 {one.likeness:.0%}"
