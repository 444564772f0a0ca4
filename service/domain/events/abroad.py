"""Whether a report tells of something that happened abroad, and whether anything ties it to this country.

A foreign country before a product is where the product comes from, not where somebody came to harm: 日本止痛药吃出肝衰竭
is told by who took it here. That a product has a name ties nothing to this country either; that it is sold, imported or
taken here does.
"""

import re

from analysis.assessment import Assessment, EntityType
from analysis.events.places import NATIONS, mentioned_nations
from crawlers.records import Document

__all__ = ["is_tied_to_home", "tells_of_abroad"]

_NATION = "|".join(sorted(map(re.escape, NATIONS), key=len, reverse=True))
_PRODUCT = "药|糖浆|胶囊|滴剂|口服液|针剂?|疫苗|膏|霜|面膜|止痛|止咳|退烧|减肥|抗癌|壮阳|瘦身|咖啡|保健品|酵素|肉毒|玻尿酸|美瞳|仿制|代购|牌子|品牌"
_ORIGIN = re.compile(
    f"(?:{_NATION})(?:的|产的?|版的?|那[个款种]|这[个款种]|某?一?款|进口的?|网红|神|[A-Za-z0-9]{{1,12}}){{0,2}}(?:{_PRODUCT})"
)
# Who writes tells of somebody near, or of goods that come here.
_NEAR = re.compile(
    "[我俺咱](?:们)?(?:也|都|刚|就|家|这|妈|爸|爹|娘|爷|奶|姐|妹|哥|弟|姨|姑|舅|叔|婶|伯|老[公婆]|媳妇|儿子|女儿|孩子|娃|闺蜜|同事|朋友|邻居|同学|室友|群|单位|自己|[吃喝用买打])"
)
_SEATED = frozenset({EntityType.REGION, EntityType.FIRM})
_GOODS = re.compile("代购|海淘|跨境|带回来|寄回来|人肉背|微商|国药准字|网店|淘宝|拼多多|直播间")


# Only what an office says of a product from abroad that never came.
_NEVER_CAME = re.compile(
    "(?:我国|国内|中国|内地|国家药监局[^,，。]{0,6}?)(?:从未|尚未|没有|并?未)(?:曾)?(?:批准[^,，。]{0,20}进口|进口|批准[^,，。]{0,20}上市|有?上市|注册)"
)


def tells_of_abroad(document: Document, assessment: Assessment) -> bool:
    """Tell whether a report places what happened abroad alone, whatever country the product comes from."""
    if is_tied_to_home(document, assessment):
        return False
    abroad, words = bool(assessment.facts.get("abroad")), f"{document.title}\n{document.text}"
    places = _ORIGIN.sub("", words)
    if mentioned_nations(places):
        return abroad or bool(mentioned_nations(places.partition("\n")[0]))
    return abroad and places == words


def is_tied_to_home(document: Document, assessment: Assessment) -> bool:
    """Tell whether a report names a place, a firm or an office of this country, goods that come here, or somebody near who took them.

    That a product from abroad was never let into this country ties nothing to it.
    """
    words = f"{document.title}\n{document.text}"
    if assessment.facts.get("jiangxi") or _NEAR.search(words) or _GOODS.search(words):
        return True
    named = any(one.type in _SEATED and (one.code or "")[:1].isdigit() for one in assessment.entities)
    return bool(assessment.facts.get("home")) and (named or not _NEVER_CAME.search(words))
