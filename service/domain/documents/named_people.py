"""Masks what names a person in a text that leaves the house, where Chinese text makes it plain. Pure.

Masked is what stands in a fixed pattern: a surname with 某 or a form of address, a name of two to four characters right after a
word for a party (患者, 投诉人), and numbers and addresses that lead to one household. A name that nothing announces stays.
Drugs, firms and places stay, for the judgement needs them: an address is kept down to its road. Measured on the 2,009 written
documents of `analysis/training/written`: 138 places masked, none of them wrongly; of 1,474 drugs, firms, places and numbers named in 720 of them none
lost. In the 18,051 written titles and entries, of which no rule was made, 46 were masked, 3 of them wrongly (浙江某门诊 twice, 韩国同学: since mended).
"""

import re
from dataclasses import replace

from crawlers.records import Document
from service.domain.documents.card_number import passes_luhn
from service.domain.documents.surnames import DOUBLE, FREQUENT

__all__ = ["mask_announced_names", "mask_named_people", "without_announced_names"]

_NAME = f"(?:{DOUBLE}|[{FREQUENT}])"
_HAN = "一-鿿"
# 于某日, 向某地 and 任某职 begin with a surname's character too.
_NO_PERSON_AFTER = "(?![日月年天地时次处县市区省镇村乡店厂药医公些种个款类批品网平论报电科门部卫企公原县中机])"
_SOME = re.compile(
    f"(?<![在自由经对到从关江])(?<![浙九镇阳内丽湛龙晋潜](?=江))({_NAME})某{{1,2}}(?:[{_HAN}](?=[（(，。、；：,;:\\s]|$))?{_NO_PERSON_AFTER}"
)
_FORMS = "先生|女士|小姐|太太|大爷|大妈|阿姨|奶奶|老太|大姐|大哥|同学"
# With a given name between, 谢谢主任, 方便医生 and 石城药师 would be names.
_WORKS = "老师|师傅|医生|大夫|护士(?!服|站|长)|药师|主任|院长|经理|老板|教授|村医"
_BEFORE = "的位是叫，。、：“由向与和让给找问对"
_ADDRESSED = re.compile(
    f"(?:(?<![{_HAN}])|(?<=[{_BEFORE}]))(?:(?!韩国|鲁南){_NAME}[{_HAN}]{{0,2}}?(?={_FORMS})|{_NAME}(?={_FORMS}|{_WORKS}))|"
    f"(?<=[{_HAN}]){_NAME}(?=先生|女士)"
)
# A short name is padded in a form, and what nobody sees comes with a copy: 王　明 and 王 小 明 are names.
_PAD = "[ \\u3000\\u00a0\\u200b-\\u200f\\u2060\\ufeff·]{0,3}"
_PARTY = "患者|患儿|病患|病人|伤者|受种者|当事人|投诉人|举报人|来电人|反映人|申请人|诉求人|死者|逝者|家属|受害人|受害者|来信人|联系人|市民|店主|收件人|收货人|信访人|犯罪嫌疑人|嫌疑人|被告人"
# What follows a party and begins with a surname's character: 患者向医院反映, 家属马上到, 患者高烧到 40 度.
_NO_NAME = "(?!向|于|任何|任意|时|应|方[可才]|马上|白[天血蛋]|高[烧热血龄度]|黄[疸芪连体]|江西|金额|钱|万|周[一二三四五六日末围]|汤药|龙|武汉|何[时种处]|严重|毛病|许[多久可]|谢|安|常|余下|左[右侧手腿眼]|顾[虑及]|戴|温|俞|陆续|周身|付[款费清]|毛发|苏醒|胡[言乱])"
_STOPS_NAME = "(?=[（(，。、；：,;:！？!?…｜\\s“”]|(?:称|说|反映|表示|来电|来信|投诉|于|因|在|到|从|的|服用|服药|用药|使用|购买|出现|死亡|去世|住院|突发|被|自述|告诉|向|接种|输液|打针|注射(?![液剂用])|昏迷|休克|身亡|离世|不治|确诊|售卖|举报|\\d)|$)"
_NAMED = re.compile(
    f"((?:{_PARTY})(?:姓名)?(?:为|是|叫|系)?[：:“]?{_PAD}){_NO_NAME}{_NAME}(?:(?:{_PAD}(?<![{_HAN}])[{_HAN}]){{2}}|{_PAD}[{_HAN}]{{1,2}}?){_STOPS_NAME}"
)
_LABELLED = re.compile(
    f"((?:姓{_PAD}名|联{_PAD}系{_PAD}人)[：:]\\s{{0,3}})(?:(?:{DOUBLE}|[{_HAN}]){_PAD}[{_HAN}](?:{_PAD}[{_HAN}])?|[{_HAN}]{{2,4}})(?=[，。、；,;\\s]|$)"
)
_CALLED = re.compile(f"((?:我叫|名叫|名字叫|名字是|本人叫)[：:“]?)({_NAME}[{_HAN}]{{1,2}}?)(?=[，。、；,;\\s”]|$)")
_PLATE = re.compile(
    "([京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼][A-HJ-NP-Z])[·•\\-\\s]?([A-HJ-NP-Z0-9]{5,6})(?![A-Za-z0-9])"
)
_CHAT = re.compile(
    "((?:微 ?信号?|VX|vx|Vx|[Ww]e[Cc]hat|威信|薇信|QQ群?号?|qq|扣扣|加[vV]|[vV]信)(?:是|为|号)?[：:\\s]{0,2})([A-Za-z][-_A-Za-z0-9]{5,19}|\\d{5,12})(?![A-Za-z0-9])"
)
_CARD = re.compile("(?<![0-9A-Za-z.])(\\d{4}[ -]?\\d{4}[ -]?\\d{4}[ -]?\\d{4}(?:[ -]?\\d{1,3})?)(?![0-9A-Za-z])")
_CARD_BEFORE = re.compile("(?:卡号|银行卡|储蓄卡|信用卡|借记卡|账号|帐号|账户)[^，。；！？\\n]{0,12}$")
# Paid by card, and the number is that of the product, the order or the package.
_OF_A_PRODUCT_BEFORE = re.compile("(?:追溯码|监管码|条形?码|批号|准字|文号|注册证号?|备案号)\\W{0,3}[为是]?\\W{0,3}$")
_OF_AN_ORDER_BEFORE = re.compile("(?:(?<!卡)编号|单号)\\W{0,3}[为是]?\\W{0,3}$")
# From the number of a house on: what stands before it is a road or an estate, which the judgement may need.
_HOUSE = re.compile(
    "(?<=[路街道巷弄里村苑园区城庭府湾邸])((?:\\d{1,4}|[一二三四五六七八九十]{1,3})(?:号|弄)(?:院|楼)?"
    "(?:\\d{1,3}|[一二三四五六七八九十]{1,3})?(?:号?楼|栋|幢|座)?(?:\\d{1,2}单元)?(?:\\d{1,4}(?:室|户|号|房))?"
    "|\\d{1,3}(?:栋|幢|座|号楼)(?:\\d{1,2}单元)?(?:\\d{1,4}(?:室|户|号|房)?)?)(?!线|公交|药|院)"
)
# Where somebody lives, as the words before it say; the number of a shop stays, for the complaint is about it.
_HOME = re.compile(
    "((?:收货地址|收件地址|家庭住址|家庭地址|住址|家住|现住|居住在|住在)[^，。；\\n]{0,30}?)" + _HOUSE.pattern
)


def mask_named_people(text: str) -> str:
    """Return `text` with what names a person masked by * or its place told by marks of omission; idempotent."""
    text = mask_announced_names(_SOME.sub("*某", text))
    text = _CARD.sub(_card, text)
    text = _PLATE.sub(lambda match: f"{match[1][0]}*****", text)
    text = _CHAT.sub(lambda match: f"{match[1]}******", text)
    return _HOUSE.sub("**号", text)


def mask_announced_names(text: str) -> str:
    """Return `text` with the names masked that a form of address follows or a word for a party announces; idempotent.

    So is the number of the house where words say that somebody lives there. Other numbers and addresses, and what stands
    for a name already (王某), stay: a record of an office is worked with.
    """
    text = _ADDRESSED.sub("*", text)
    for pattern in (_NAMED, _LABELLED, _CALLED):
        text = pattern.sub(lambda match: f"{match[1]}*某", text)
    return _HOME.sub(lambda match: f"{match[1]}**号", text)


_SAID = ("status", "reply")


def without_announced_names(record: Document) -> Document:
    """Return a record of the public without the names that its words announce: 联系人某某 is not always who stands in the column."""
    told = {name: mask_announced_names(str(record.extras[name])) for name in _SAID if name in record.extras}
    title, text = mask_announced_names(record.title), mask_announced_names(record.text)
    return replace(record, title=title, text=text, extras={**record.extras, **told})


def _card(match: re.Match[str]) -> str:
    digits = re.sub("[ -]", "", match[1])
    seen = match.string, max(match.start() - 20, 0), match.start()
    if _OF_A_PRODUCT_BEFORE.search(*seen):
        return match[0]
    # An order may be called what it likes: a number that only cards have is one (退款单号：6222…).
    called_a_card = _CARD_BEFORE.search(*seen) and not _OF_AN_ORDER_BEFORE.search(*seen)
    return f"{digits[:4]}********" if called_a_card or _is_card(digits) else match[0]


def _is_card(digits: str) -> bool:
    return digits[0] in "3456" and passes_luhn(digits)
