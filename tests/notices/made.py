"""Invented notices: what they say (`Notice`), in layouts as regulators use them."""

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

__all__ = ["LAYOUTS", "Notice", "make"]

_PRODUCTS = [
    "阿莫西林胶囊",
    "布洛芬缓释胶囊",
    "复方丹参片",
    "板蓝根颗粒",
    "小儿氨酚黄那敏颗粒",
    "硝苯地平控释片",
    "头孢克肟分散片",
    "黄芪",
    "当归",
    "炒酸枣仁",
    "维生素C注射液",
    "盐酸二甲双胍片",
    "六味地黄丸（浓缩丸）",
    "蒙脱石散",
    "氯雷他定片",
    "感冒灵颗粒",
]
_SPECIFICATIONS = ("0.25g×24粒/盒", "每片重0.3g", "10g×9袋", "2ml:0.5g", "每瓶装100片", "统货", "12片×2板", "5mg")
_MAKERS = tuple(
    f"示例{mark}{kind}"
    for mark in "甲乙丙丁戊己庚辛"
    for kind in ("制药有限公司", "药业股份有限公司", "中药饮片有限责任公司")
)
_SELLERS = tuple(f"示例县{mark}大药房连锁有限公司第{number}分店" for mark in "东南西北" for number in (1, 2, 3, 12))
_FAILED = (
    "含量测定",
    "溶出度",
    "装量差异",
    "水分、总灰分",
    "性状、鉴别（2）",
    "可见异物",
    "有关物质",
    "微生物限度",
    "二氧化硫残留量",
    "崩解时限、重量差异",
)
_LABS = ("示例省药品检验研究院", "示例市食品药品检验所", "示例省医疗器械检测中心")


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """One notice: its columns as (field, heading), and its records as field → value.

    `merged` names fields whose equal neighbours are one cell; `upper` gives columns a common heading above; `banner` and `notes` are rows
    over the whole width; `heads_repeat` tells whether a page begins with the heading; `upright` puts headings into the first column;
    `inner` are fields of a table that lies in a cell of an upright one.
    """

    name: str
    columns: tuple[tuple[str, str], ...]
    records: tuple[dict[str, str], ...]
    merged: tuple[str, ...] = ()
    upper: dict[str, str] = field(default_factory=dict)
    banner: str = ""
    notes: tuple[str, ...] = ()
    heads_repeat: bool = True
    upright: bool = False
    inner: tuple[tuple[str, str], ...] = ()


def make(seed: int, layout: str) -> Notice:
    """Return the same notice for the same seed and layout."""
    return LAYOUTS[layout](random.Random(f"{layout}{seed}"))


def _records(rng: random.Random, count: int, columns: Sequence[tuple[str, str]]) -> tuple[dict[str, str], ...]:
    found = []
    for number in range(1, count + 1):
        everything = {
            "serial": str(number),
            "product": rng.choice(_PRODUCTS),
            "specification": rng.choice(_SPECIFICATIONS),
            "maker": rng.choice(_MAKERS),
            "batch": rng.choice(
                (f"2{rng.randint(20101, 51231)}", f"A{rng.randint(1000, 9999)}B", f"0{rng.randint(10000, 99999)}")
            ),
            "sampled_from": rng.choice(_SELLERS),
            "sampled_at": f"2025-{rng.randint(1, 12):02d}-{rng.randint(1, 28):02d}",
            "failed_items": rng.choice(_FAILED),
            "result": rng.choice(("不符合规定", "不合格", "0.6%（标准规定：不得过0.5%）")),
            "standard": rng.choice(("《中国药典》2020年版二部", "《中国药典》2020年版一部", "YBZ00012020")),
            "inspected_by": rng.choice(_LABS),
            "approval": f"国药准字H{rng.randint(20000000, 20259999)}",
            "remark": rng.choice(("", "", "复检维持", "企业否认生产")),
            "region": rng.choice(("江西", "示例省", "示例市")),
            "produced_at": f"2024-{rng.randint(1, 12):02d}-{rng.randint(1, 28):02d}",
            "expires_at": f"2026-{rng.randint(1, 12):02d}",
        }
        found.append({name: everything[name] for name, _ in columns})
    return tuple(found)


def _columns(words: str) -> tuple[tuple[str, str], ...]:
    return tuple((name, heading) for name, _, heading in (part.partition("=") for part in words.split()))


_DRUG = _columns(
    "serial=序号 product=药品品名 maker=标示生产企业 batch=生产批号 specification=药品规格 sampled_from=检品来源 standard=检验依据 "
    "result=检验结果 failed_items=不合格项目 inspected_by=检验机构"
)
_COSMETIC = _columns(
    "serial=序号 product=标示产品名称 maker=标示注册人/备案人/受托生产企业 batch=标示批号 specification=包装规格 sampled_from=被采样单位名称 "
    "failed_items=不符合规定项 result=检验结论 remark=备注"
)
_DEVICE = _columns(
    "serial=序号 product=产品名称 sampled_from=被抽样单位 maker=标示注册人/备案人名称 specification=规格型号 batch=生产日期/批号/出厂编号 "
    "inspected_by=检验单位 failed_items=抽检项目不符合标准规定项 remark=备注"
)


def _plain(columns: tuple[tuple[str, str], ...]) -> Callable[[random.Random], Notice]:
    return lambda rng: Notice(name="plain", columns=columns, records=_records(rng, rng.randint(4, 9), columns))


def _merged(rng: random.Random) -> Notice:
    records: list[dict[str, str]] = []
    for group in _records(rng, 4, _DRUG):
        records.extend(
            group | {"batch": f"{group['batch']}{number}", "failed_items": rng.choice(_FAILED)}
            for number in range(rng.randint(1, 4))
        )
    return Notice(
        name="merged", columns=_DRUG, records=tuple(records), merged=("serial", "product", "maker", "specification")
    )


def _two_lines(rng: random.Random) -> Notice:
    columns = _columns(
        "serial=序号 product=样品名称 maker=名称 address=地址 sampled_from=名称 region=所在地 batch=批号 specification=规格 failed_items=不合格项"
    )
    records = tuple(
        record | {"address": f"示例县示例路{rng.randint(1, 99)}号"}
        for record in _records(rng, 6, [c for c in columns if c[0] != "address"])
    )
    upper = {"maker": "标示生产企业", "address": "标示生产企业", "sampled_from": "被抽样单位", "region": "被抽样单位"}
    return Notice(name="two_lines", columns=columns, records=records, upper=upper)


def _framed(rng: random.Random) -> Notice:
    return Notice(
        name="framed",
        columns=_DRUG,
        records=_records(rng, 7, _DRUG),
        banner="附件1 不符合规定药品名单",
        notes=("注：1.排名不分先后；2.检验结果以检验报告书为准。",),
    )


def _long(*, heads_repeat: bool, merged: tuple[str, ...] = ()) -> Callable[[random.Random], Notice]:
    def made(rng: random.Random) -> Notice:
        records = list(_records(rng, 70, _DRUG))
        if merged:
            records = [
                records[number // 5] | {"batch": f"B{number:04d}", "serial": str(number + 1)} for number in range(70)
            ]
        return Notice(name="long", columns=_DRUG, records=tuple(records), heads_repeat=heads_repeat, merged=merged)

    return made


def _wide(rng: random.Random) -> Notice:
    columns = _columns(
        "serial=序号 product=产品名称 approval=批准文号 specification=规格 maker=药品上市许可持有人 batch=批号 produced_at=生产日期 expires_at=有效期至 "
        "sampled_from=被抽样单位 region=所在地 sampled_at=抽样日期 standard=检验依据 failed_items=不合格项目 result=检验结果 inspected_by=检验机构 remark=备注"
    )
    return Notice(name="wide", columns=columns, records=_records(rng, 12, columns))


def _recall(rng: random.Random) -> Notice:
    columns = _columns(
        "product=产品名称 approval=注册证编号 maker=生产企业 specification=涉及产品型号、规格 batch=涉及批次"
    )
    (record,) = _records(rng, 1, columns)
    more = {
        "reason": "个别产品密封不严，可能影响无菌状态",
        "recall_class": "二级召回",
        "disposal": "通知客户停止使用并退回",
        "quantity": "1200支",
    }
    columns += _columns("reason=召回原因 recall_class=召回级别 quantity=召回数量 disposal=处理措施")
    return Notice(
        name="recall", columns=columns, records=(record | more,), upright=True, banner="医疗器械召回事件报告表"
    )


def _nested(rng: random.Random) -> Notice:
    columns = _columns("product=产品名称 approval=注册证编号 maker=生产企业 reason=召回原因")
    inner = _columns("batch=批号 specification=规格型号 quantity=数量")
    (outer,) = _records(rng, 1, columns[:3])
    outer |= {"reason": "标签上的有效期印刷错误"}
    rows = tuple(
        {
            "batch": f"C{rng.randint(1000, 9999)}",
            "specification": rng.choice(("1ml", "2ml", "5ml")),
            "quantity": str(rng.randint(1, 900)),
        }
        for _ in range(5)
    )
    return Notice(name="nested", columns=columns, records=(outer, *rows), upright=True, inner=inner)


LAYOUTS: dict[str, Callable[[random.Random], Notice]] = {
    "drugs": _plain(_DRUG),
    "cosmetics": _plain(_COSMETIC),
    "devices": _plain(_DEVICE),
    "merged": _merged,
    "two lines": _two_lines,
    "framed": _framed,
    "long": _long(heads_repeat=True),
    "long without heads": _long(heads_repeat=False),
    "long merged": _long(heads_repeat=True, merged=("product", "maker", "specification")),
    "wide": _wide,
    "recall": _recall,
    "nested": _nested,
}
