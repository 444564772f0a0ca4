"""Deaths that a text tells of no product: of an illness of their own, or of somebody whose medicines are left over.

他因心梗去世 and 爷爷走了,留下一抽屉的降压药 name a medicine beside a death and tell no harm by it. Where anywhere in the text
something was freshly given (打完, 输液, 服用后), the death stays: an illness is also what a hospital says that it was. Pure.
"""

import re

__all__ = ["is_of_no_product"]

_FRESHLY_GIVEN = re.compile(
    "[打输挂吃喝服用种吊做推扎抹涂敷贴戴染换拿](?:了|完|过|错|的)|(?:针|药|液|苗|术|剂|用|射|种|服)[^,。]{0,2}后|注射|接种|输[液血注]|[挂吊]水|点滴|误服|麻[药醉]|手术|过量|"
    "[致害]|导致|引发|因为?[^,。]{0,8}[药针液苗剂]|诊所|卫生[院室]|疑|质疑|投诉|封存|尸检|召回|批号|同批|副作用|不良反应|[假劣毒错]药|过期"
)
_ILLNESS = "(?:病(?!房|床|友|区|历)|[一-鿿]癌|癌症?|瘤|心梗|心肌梗[塞死]|脑梗|脑溢血|脑出血|中风|肺炎|白血病|尿毒症|衰老|年[迈老]|老死|寿终|新冠|流感|艾滋)"
_DIES = "(?:去世|离世|过世|病逝|病故|身亡|死亡|走(?:了|的)|没了|离开|死(?:了|的)|不在)"
_OF_ILLNESS = re.compile(
    f"因(?:为|患|突发|身患)?[^,。;药针液苗剂]{{0,8}}{_ILLNESS}[^,。;]{{0,6}}{_DIES}|死于[^,。;药针液苗剂]{{0,8}}{_ILLNESS}|{_DIES}[^。]{{0,8}}(?:晚期|[一-鿿]癌|心脏病|心梗|脑梗|脑溢血)|"
    f"(?:晚期|心脏病发作?|癌症?)[^,。]{{0,6}}{_DIES}"
)
_LEFT_OVER = re.compile(
    f"{_DIES}[^药。]{{0,20}}(?:留下|剩下?|抽屉|柜子?里|没拆|没吃完|没开封|遗物|整理)[^。]{{0,12}}药|(?:留下|剩下?|没拆|没吃完|没开封)[^。]{{0,10}}药[^。]{{0,12}}(?:捐|处理|扔|送人|退|回收|转让)"
)


def is_of_no_product(text: str) -> bool:
    """Tell whether the deaths of a normalised text are of an illness of their own, or tell only whose medicines were left."""
    told = _OF_ILLNESS.search(text) or _LEFT_OVER.search(text)
    return bool(told) and not _FRESHLY_GIVEN.search(text)
