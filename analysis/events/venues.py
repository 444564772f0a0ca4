"""The shop or practice that a complaint is about (康仁诊所), as people write it: only to tell two complaints apart.

What is found here is no named thing of the assessment: 平安诊所 may be anybody's. Two reports that each name one and
no common one are about two happenings. Hospitals are left out, since who was harmed in many places is brought to one.
"""

import re
from collections.abc import Set as AbstractSet

from analysis.entities.names import HAN

__all__ = ["differ", "named_venues"]

_VENUE = re.compile(
    f"(?P<stem>[{HAN}]{{1,6}}?)[”」]?(?P<kind>村?卫生[室所]|诊所|大?药房|药店|药铺|门诊部|美容院|美容馆|美容店|美容工作室|养生馆|养发馆|理疗馆|推拿馆|艾灸馆|眼镜店|化妆品店|母婴店|接种点|接种门诊|中医馆|国医馆)"
    "(?!器|健康|科普|用药|行业|监管|们)"
)
# What ends before a name begins: a place, a verb or a word that points.
_BEFORE_NAME = re.compile(
    "^.*(?:街道|路口|辖区|[镇乡村县市区省路街巷号园城湾门的在到去从由与跟是有家个间所座某该这那此其被给让把对向于称叫了过里内旁边上下]|反映|举报|投诉|催办)"
)
# A stem that says which kind it is, or whose, names nobody: 西医诊所, 楼下药店; nor do words that ask or count.
_KIND_ONLY = re.compile(
    "西医|中西|个体|私人|社区|街边|楼下|小区|附近|隔壁|门口|连锁|零售|定点|口腔|牙科|社会|民营|涉事|相关|当地|正规|无证|非法|基层|平价|通道|学校|单体|实体|生活|儿科|妇科|专科|综合|内科|外科|服务|大型|知名|许可|宠物"
)
_NO_NAME = frozenset(
    "一二三四五六七八九十两几各多位名请查要求处理将为不没很少能可送新开设网智模麻合并联台务讲师院医药我你他她它们吗呢吧"
)
_SHORTEST, _LONGEST = 2, 4


def named_venues(text: str) -> frozenset[str]:
    """Return the own names of shops and practices in a text, without the place before them: 民和镇康仁诊所 is 康仁诊所."""
    return frozenset(
        f"{stem}{match.group('kind').removeprefix('大')}"
        for match in _VENUE.finditer(text)
        if _SHORTEST <= len(stem := _BEFORE_NAME.sub("", match.group("stem"))) <= _LONGEST
        and _NO_NAME.isdisjoint(stem)
        and not _KIND_ONLY.search(stem)
    )


def differ(a: AbstractSet[str], b: AbstractSet[str]) -> bool:
    """Tell whether both sides name a venue, and none that could be the other's: 康仁诊所 is also 民和康仁诊所."""
    return bool(a and b) and not any(x.endswith(y) or y.endswith(x) for x in a for y in b)
