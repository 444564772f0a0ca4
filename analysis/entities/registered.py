"""Products by the number of their approval: what stands before its bracket is the registered name."""

import re
from collections.abc import Iterator
from collections.abc import Set as AbstractSet

from analysis.assessment import EntityType
from analysis.entities.devices import own_start
from analysis.entities.names import HAN, Run, Span, name_start, product_stops
from analysis.lexicon import Lexicon
from analysis.reading import Reading

__all__ = ["registered_products"]

_NUMBER = re.compile("\\([^()]{0,40}?(?:(?P<device>械[注备])|(?P<cosmetic>妆(?:特字|特进字|网备|备)))")
_SIGN = re.compile("械[注备]|妆[特网备]")
_NAME = re.compile(f"[{HAN}a-z0-9%-]{{3,26}}(?:\\([{HAN}a-z-]{{2,12}}法\\))?$")
_LONGEST = 42
_SHORTEST = 3
_TYPES = {"device": EntityType.DEVICE, "cosmetic": EntityType.COSMETIC}
# Such a bracket stands behind what is told of the product too: 该产品(国械注准…), 批号….
_NO_PRODUCT = re.compile("产品$|注册证|备案|编号|批号|公司$|[一二三四五六七八九十0-9]批次?$|器械$|化妆品$|试剂$")


def registered_products(reading: Reading, bounds: AbstractSet[int], lexicon: Lexicon) -> Iterator[Span]:
    """Yield devices and cosmetics by the bracket with their number: 电子内窥镜图像处理器(津械注准…).

    Args:
        reading: What text processing made of the document.
        bounds: Where a region or firm ends: no name of a product reaches over it.
        lexicon: The words of the field.
    """
    joined = reading.joined
    if not _SIGN.search(joined):
        return
    for number in _NUMBER.finditer(joined):
        written = _NAME.search(joined[max(0, number.start() - _LONGEST) : number.start()])
        if written is None:
            continue
        first = number.start() - len(written.group())
        run = Run(joined, first, number.start(), number.start())
        start = name_start(run, reading.segmenter, product_stops(lexicon), bounds)
        if number.lastgroup == "device":
            start = max(first, own_start(joined, start, number.start()))
        start += joined.startswith("牌", start)
        name = joined[start : number.start()]
        if len(name.partition("(")[0]) >= _SHORTEST and not _NO_PRODUCT.search(name):
            yield Span(_TYPES[number.lastgroup or ""], start, number.start(), canonical=name)
