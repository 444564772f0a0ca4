"""Numbers that a product bears: of its approval, record or advertisement, and of its batch or the single piece.

Licences of firms (药品生产许可证, 许可证编号, SC) are none: they tell of no product. All patterns read normalised text.
"""

import re
from collections.abc import Iterator

from analysis.assessment import EntityType
from analysis.entities.names import Span

__all__ = ["found_numbers"]

_PROVINCES = "国京津沪渝冀晋辽吉黑苏浙皖闽赣鲁豫鄂湘粤琼川贵云陕甘青蒙桂宁新藏黔滇陇"
# Of the year, as numbers before 2014 write it: (1996)第, [2012]第, 2012第.
_YEAR = r"[(\[〔]?(?:19|20)[0-9]{2}[)\]〕]?"
# The city of the office stands between the province and the kind: 赣吉械备, 粤穗药监械(准)字.
_CITY = r"[^\W\d_]{0,2}"
# Each number of a kind begins with the province, the state or 卫 and 食, so the engine skips to these.
_APPROVAL = re.compile(
    rf"[{_PROVINCES}卫食](?:"
    # 国药准字H20239107, HJ for imports, 国药试字 and 国药证字 of trials and new drugs, 国药包字 of packing.
    r"药[准证试包]字号?\s?[a-z]{0,2}\s?[0-9]{8}号?(?![0-9])"
    # What hospitals make: 赣药制字Z20130999, on record only 赣药制备字Z20249012000 (year, four digits, three of the change).
    r"|药制备?字号?\s?[a-z]\s?[0-9]{8}(?:[0-9]{3})?号?"
    # Before 2002: 京卫药准字(1996)第012345号; a health drug (药健字) still stands on fakes.
    rf"|卫?药[准健试制]字号?\s?{_YEAR}\s?第?[a-z]?-?[0-9]{{1,8}}(?:-[0-9]{{1,6}})?号?"
    # Advertisements by text, picture or sound: 赣药广审(文)第230817-00419号.
    r"|(?:药|械|食健?|健|特食)广审\(?[文视声]\)?第?\s?[0-9]{6,12}(?:-[0-9]{1,6})?号?"
    rf"|{_CITY}械(?:注准|注进|注许|备)字?\s?[0-9]{{4,}}[0-9-]*号?"
    rf"|{_CITY}食?药[监管]械\([准进许试更]\)字?\s?{_YEAR}第?\s?[0-9]{{3,}}号?"
    r"|g?妆(?:特进字|特制字|特字|特|网备进?字|备进制?字|备字|原[备注]字)\s?(?:\([^\W\d_]\))?\s?g?j?\s?[0-9]{4,}号?"
    r"|卫?妆(?:准|特|备进|特进)字[0-9a-z()第-]{4,24}号?"
    # 卫 and 国 name health food, of special medical purpose (ty) and for infants (yp) with it.
    r"|食健[注字备]?[gj]?[0-9]{8,}|健备[gj]?[0-9]{8,}|食注字(?:ty|yp)[0-9]{8}"
    rf"|卫?食健进?字{_YEAR}第?[0-9]{{3,6}}号?"
    # Disinfectants sold as remedies bear their maker's number in the place of an approval: 赣卫消证字(2019)第0012号.
    rf"|(?:卫?消(?:证|进|新准|备)?字){_YEAR}第?[0-9-]{{3,9}}号?"
    r")"
)
# Of a drug from abroad: the word for it stands before the number alone.
_REGISTERED = re.compile(r"(?:注册证(?:书)?(?:编?号)?|批准文号)(?:为|是|:|\s){0,2}(?P<no>[hzsb][cj]?[0-9]{8})(?![0-9])")
# One character of each kind of approval, before what always follows it.
_APPROVAL_SIGN = re.compile("[械妆健消准制试证包注广](?:[字注备(网特进原证准新广审册文]|[gj]?[0-9])")
_ITEM = r"[a-z0-9][a-z0-9\-/]{3,19}"
# A piece of a device has a number of its own; packages print LOT.
_BATCH = re.compile(
    r"(?:批(?:号|次)(?:号)?|喷码|序列号|lot(?:号|\s?no\.?)?(?=[:\s]))(?:我?[一-鿿]{0,7}(?=:))?(?:均?为|喷码|印的|写的|打的|集中在|从|是|:|\s|标示为?|分别为|[(\[]){0,3}"
    rf"(?P<all>{_ITEM}(?:[、,和至~到]{_ITEM})*)"
)
# Where words stand between 批号 and the number itself.
_BATCH_FAR = re.compile(
    r"批[号次][^。;]{1,30}?(?<![0-9a-z.\-])(?P<one>(?:[a-z]{1,3}[0-9]{5,10}|[0-9]{6,10})(?:-[0-9]{1,2})?)(?![0-9a-z.%年月日元粒支片盒瓶])"
)
# The numbers stand before the word: ZK250101至ZK250109“部分批次”. Looked for from the word backwards, so that time is bounded.
_BATCH_WORD = re.compile('[0-9a-z等这分个的两三四五六七八九十”"]批(?![准发评])')
_BATCH_BEFORE = re.compile(
    r"(?<![0-9a-z.字])(?P<all>[a-z]{1,4}[0-9]{4,10}[a-z]?(?:[至~到、和][a-z]{1,4}[0-9]{4,10}[a-z]?){0,5})"
    r"[“”\"]{0,2}(?:等|这|部分|[两三四五六七八九十]|[0-9]{1,2}|个|的){0,3}$"
)
_BEFORE_WITHIN = 80
_DIGIT = re.compile("[0-9]")
_NO_BATCH = re.compile(r"(?:准字|字|注准|注进|备|电话|编号|手机)\s?[:a-z]?$")
_BATCH_ITEM = re.compile(r"[a-z0-9][a-z0-9\-/]*")
# From one batch to another of the same length; 20250307-2 is one batch.
_RANGE = re.compile(r"([a-z]{0,4}[0-9]{5,10})-([a-z]{0,4}[0-9]{5,10})")
# A date or an amount behind the comma is no further batch.
_NO_ITEM_AFTER = frozenset("年月元盒瓶支片粒袋万")


def found_numbers(joined: str) -> Iterator[Span]:
    """Yield the numbers of approvals and batches of a normalised text; overlapping ones too."""
    if _APPROVAL_SIGN.search(joined):
        yield from (_approval(joined, *match.span()) for match in _APPROVAL.finditer(joined))
        yield from (_approval(joined, *match.span("no")) for match in _REGISTERED.finditer(joined))
    yield from _batches(joined)


def _approval(joined: str, start: int, end: int) -> Span:
    if joined[start] == "卫" and joined[start - 3 : start - 2] == "(" and joined[start - 1] == ")":
        start -= 3 * (joined[start - 2] in _PROVINCES)  # (赣)卫消证字
    return Span(EntityType.APPROVAL_NO, start, end, canonical=re.sub(r"\s|号$", "", joined[start:end]).upper())


def _batches(joined: str) -> Iterator[Span]:
    for match in _BATCH.finditer(joined):
        for start, end in _items(joined, *match.span("all")):
            yield _batch(joined, start, end)
    for word in _BATCH_WORD.finditer(joined):
        found = _BATCH_BEFORE.search(joined, max(0, word.start() - _BEFORE_WITHIN), word.start() + 1)
        for start, end in _items(joined, *found.span("all")) if found else ():
            yield _batch(joined, start, end)
    for match in _BATCH_FAR.finditer(joined):
        if not _NO_BATCH.search(joined[max(0, match.start("one") - 5) : match.start("one")]):
            yield _batch(joined, *match.span("one"))


def _items(joined: str, begin: int, end: int) -> Iterator[tuple[int, int]]:
    for item in _BATCH_ITEM.finditer(joined, begin, end):
        ends = _RANGE.fullmatch(item.group())
        if ends and len(ends.group(1)) == len(ends.group(2)):
            yield item.start(), item.start() + ends.end(1)
            yield item.start() + ends.start(2), item.end()
        elif joined[item.end() : item.end() + 1] not in _NO_ITEM_AFTER and _DIGIT.search(item.group()):
            yield item.span()


def _batch(joined: str, start: int, end: int) -> Span:
    return Span(EntityType.BATCH_NO, start, end, canonical=joined[start:end].upper())
