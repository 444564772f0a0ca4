"""What the columns of notices are called. The names were collected from sampling, recall and penalty notices of regulators."""

import re

__all__ = ["FIELDS", "FIELD_WORDS", "NOTE", "field_of"]

_NAMES = {
    "serial": "序号 编号 序 NO",
    "product": "产品名称 样品名称 药品名称 药品品名 品名 名称 产品 药品 品种 品种名称 标示产品名称 标示药品名称 检品名称 通用名称 药品通用名称 "
    "化妆品名称 医疗器械名称 器械名称 饮片名称 标示名称 抽检产品名称 不合格产品名称 召回产品名称 涉及产品 产品中文名称 商品名称",
    "specification": "规格 规格型号 型号规格 型号 包装规格 药品规格 产品规格 规格包装 制剂规格 涉及产品型号规格 产品型号",
    "maker": "生产企业 标示生产企业 标示生产企业名称 生产企业名称 生产厂家 生产厂商 生产单位 标示生产单位 标示生产者 制造商 生产商 注册人 备案人 "
    "注册人备案人 注册人名称 上市许可持有人 药品上市许可持有人 持有人 标示持有人 委托企业 委托方 受托生产企业 标示生产企业或产地 标示生产企业产地 "
    "标示药品上市许可持有人 注册人备案人境内责任人 标示注册人备案人 标示化妆品注册人备案人 标示注册人备案人受托生产企业 企业名称 召回企业 产地",
    "batch": "批号 产品批号 生产批号 药品批号 批次 生产批次 标示批号 生产日期批号 生产批号日期 批号编号 生产日期或批号 产品批号编号 样品批号 "
    "召回批号 批号序列号 产品编号批号 出厂编号批号 生产日期及批号 涉及批号 涉及批次 召回批次 序列号",
    "sampled_from": "被抽样单位 被抽样单位名称 被采样单位 抽样单位 受检单位 被抽检单位 检品来源 样品来源 来源 抽样来源 采样单位 供样单位 经营单位 使用单位 "
    "被抽样生产经营者 标示被抽样单位 抽样地点",
    "sampled_at": "抽样日期 抽检日期 采样日期 抽样时间 抽检时间 采样时间 抽取日期",
    "failed_items": "不合格项目 不符合规定项目 不合格项 检验不合格项目 不符合规定检验项目 不符合标准规定项目 不符合项 不符合项目 不合格指标 不符合规定项 "
    "主要不合格项目 抽检项目不符合标准规定项 检出物质 检出成分",
    "result": "检验结果 检验结论 检验结果判定 结果 结论 检测结果 判定 判定结果 检验值 实测值",
    "standard": "检验依据 标准 执行标准 检验标准 标准规定 判定依据 标准值",
    "inspected_by": "检验机构 检验单位 承检机构 检验机构名称 承检单位 检测机构",
    "approval": "批准文号 注册证号 注册证编号 备案编号 备案号 注册证备案编号 批准文号备案编号 药品批准文号 医疗器械注册证编号 特殊化妆品注册证编号 "
    "注册证或备案凭证编号 产品注册证编号 批准文号注册证号 备案凭证编号",
    "reason": "召回原因 原因 事件原因 召回理由 产品存在的缺陷 处罚事由 违法事实",
    "recall_class": "召回级别 召回等级 召回分级",
    "disposal": "处理措施 处置措施 采取措施 控制措施 处理情况 处罚结果 处罚决定 处理结果 纠正行动简述",
    "produced_at": "生产日期 制造日期",
    "expires_at": "有效期至 有效期 限期使用日期 保质期 失效日期",
    "quantity": "数量 召回数量 涉及数量 抽样数量",
    "region": "地区 省份 涉及地区 所在地 涉及地区和国家 召回范围",
    "address": "地址 生产企业地址 标示生产企业地址 企业地址 被抽样单位地址 住所",
    "remark": "备注 说明 其他",
}

FIELDS = tuple(_NAMES)
"""The fields that a column can hold, in the order they are told."""
FIELD_WORDS = dict(
    zip(
        FIELDS,
        [
            "序号",
            "产品名称",
            "规格",
            "生产企业",
            "批号",
            "被抽样单位",
            "抽样日期",
            "不合格项目",
            "检验结果",
            "检验依据",
            "检验机构",
            "批准文号",
            "原因",
            "召回级别",
            "处理措施",
            "生产日期",
            "有效期",
            "数量",
            "地区",
            "地址",
            "备注",
        ],
        strict=True,
    )
)
"""What each field is called in text and on pages."""
NOTE = re.compile(r"^\s*(?:注|备注|说明|注释|填表说明)\s*[：:\d]|^\s*注\s*$|^(?:总计|合计|小计)[：:]?\s*\d*$")

_DROPPED = re.compile(r"[\s（）()【】\[\]/／、，,．.·:：;；*＊“”\"'’‘和与及_-]+|（[^）]*）")
_BRACKETED = re.compile(r"[（(【\[][^）)】\]]{0,200}[）)】\]]")
_FIELD_OF = {re.sub(r"[和与及]", "", name): field for field, names in _NAMES.items() for name in names.split()}
_LONGEST = 30
# What may stand before or after a known name without changing what it names.
_AROUND = re.compile(r"^(?:标示的?|样品|本次|涉及的?|该|主要|检品|标称的?)|(?:名称|信息|情况|明细)$")


def field_of(heading: str) -> str | None:
    """Return the field that a heading names, `None` where it names none: `标示生产企业/产地` is a maker."""
    if not heading or len(heading) > _LONGEST:
        return None
    whole = _DROPPED.sub("", heading)
    bare = _DROPPED.sub("", _BRACKETED.sub("", heading))
    for name in (whole, bare, _AROUND.sub("", whole), _AROUND.sub("", bare)):
        if found := _FIELD_OF.get(name):
            return found
    return _joined(heading)


def _joined(heading: str) -> str | None:
    """Return what one of several names joined by a stroke says: a batch wherever it is named, else the first that is known."""
    parts = re.split(r"[/／、（(]|或", heading)
    found = [field for part in parts if (field := _FIELD_OF.get(_DROPPED.sub("", part)))]
    return "batch" if "batch" in found else next(iter(found), None)
