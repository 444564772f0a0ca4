"""Brands of drugs that no list holds, by what a text says of them: the generic name in brackets, 商品名, the dosage form behind the quotes."""

import re
from collections.abc import Iterator

from analysis.entities.names import HAN

__all__ = ["branded_drugs"]

_FORMS_BEHIND = "片(?![区面段子头刻])|胶囊|颗粒|口服液|止咳糖浆|糖浆|注射液|注射剂|粉针|冻干粉|滴眼液|软膏|乳膏|贴膏|栓(?!塞)|丸|滴剂|混悬液"
_BRANDED = re.compile(
    f'商品名称?(?:[为是叫:][“"「『]?|[“"「『])(?P<told>[{HAN}]{{2,6}})(?=[”"」』),。;]|$)'
    f'|[“"「『](?P<quoted>[{HAN}]{{2,6}})(?:[”"」』]\\(|\\()(?=(?:通用名|化学名|主要成[分份]))'
    f'|[“"「『](?P<formed>[{HAN}]{{2,5}})[”"」』](?=牌?(?:止咳|化痰|清热|感冒|退热|消炎|止痛)?(?:{_FORMS_BEHIND}))'
)
# Few texts hold a sign of it, and those are told by single words.
_SIGN = re.compile('商品名|\\(通用名|\\(化学名|\\(主要成|[”"」』][牌止化清感退消片胶颗口糖注粉冻滴软乳贴栓丸混]')
# What is said of a medicine, not how it is called: “三无”胶囊, “祖传”丸.
_SAID_OF_IT = re.compile(
    "假|真|毒|黑|神|三无|祖传|秘[制方]|特[效供]|进口|国产|正品|正宗|网红|同款|爆款|问题|过期|所谓|减肥|瘦身|增高|壮阳|排毒|降[糖压脂]|止[痛咳疼]|消炎|退烧|救命|处方|中[药成]|西药|一类|天价|免费|赠送|量|小|大|[红蓝白黄绿黑粉紫]色?"
)


def branded_drugs(joined: str) -> Iterator[tuple[int, int]]:
    """Yield start and end of brand names that a normalised text itself says to be such; words of praise or blame are none."""
    if not _SIGN.search(joined):
        return
    for match in _BRANDED.finditer(joined):
        start, end = match.span(match.lastgroup or 0)
        if not _SAID_OF_IT.match(joined, start, end):
            yield start, end
