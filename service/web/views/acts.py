"""Audit rows in words. Pure."""

from collections.abc import Mapping
from datetime import datetime
from types import MappingProxyType
from typing import Any

from service.domain.alerts.alert import AlertLevel
from service.web.views.act_words import ACT_WORDS
from service.web.views.labelling import label_words
from service.web.views.told import occasion_word
from service.web.views.wording import local, word

__all__ = ["act_word", "detail_words", "subject_words"]

_DETAIL_WORDS: Mapping[str, str] = MappingProxyType(
    {
        "reason": "理由",
        "other": "另一事件",
        "merged": "并入邮件",
        "reasons": "理由",
        "owner": "承办人",
        "level": "等级",
        "grade": "事件等级",
        "needed": "需要回应",
        "what": "内容",
        "since": "起自",
        "name": "名称",
        "role": "角色",
        "disabled": "停用",
        "enabled": "启用",
        "week": "期次",
        "file": "文件",
        "source": "信源",
        "host": "网站",
        "document": "稿件",
        "added": "新增",
        "clock": "时限",
        "from": "原为",
        "to": "改为",
        "state": "状态",
        "due_at": "到期",
        "due_before": "原到期",
        "basis": "依据",
        "verified": "依据已核实",
        "received_at": "收到",
        "out_at": "实际发布",
        "met_at": "完成",
        "known": "已有",
        "unread_from": "从哪一行起没有读",
        "edited": "更新",
        "refused": "未收",
        "office_confirmed": "确认为该单位自己发布",
        "death_refuted": "死亡已排除",
        "fact": "事实",
        "reported": "系统汇总",
        "told_by": "来源",
        "recipient": "收件人",
        "scenario": "脚本",
        "speed": "倍速",
        "duty": "值班",
        "rows": "行数",
        "error": "原因",
        "documents": "稿件",
        "was": "原状态",
        "matchers": "条件",
        "ends_at": "结束",
        "people": "人员",
        "occasion": "事由",
        "count": "数量",
        "days": "天数",
        "score": "得分",
        "triggers": "触发",
        "words": "搜索词",
        "without": "排除词",
        "phases": "阶段",
        "handler": "承办",
        "late": "逾期完成",
        "place": "公开位置",
        "matters": "办件",
        "version": "版本",
        "label": "标注",
        "judged": "模型判断",
        "promoted": "启用",
        "labels": "标注篇数",
        "risks": "风险篇数",
        "voided": "作废送审版",
        "summary": "结论",
        "remark": "意见",
        "reference": "编号",
        "channel": "渠道",
        "outcome": "结论",
        "disclosure": "公开属性",
        "party": "对象",
        "question": "事项",
        "answer": "答复",
        "asked_by": "申请人",
        "again": "继续办理",
        "steps": "越过",
        "lessons": "经验教训",
        "round": "轮次",
        "duties": "岗位",
        "before": "发布前",
        "after": "发布后",
        "severity": "严重度",
        "verdict": "权限判断",
        "via": "经由",
        "entry": "条目",
        "stage": "提醒",
        "email": "邮箱",
        "notify_from": "邮件提醒",
        "title": "标题",
        "kind": "类别",
        "masked": "已掩去个人信息",
        "by": "具名",
        "step": "步骤",
        "case": "处置",
        "asked": "问题指纹",
        "model": "模型",
        "why": "缘由",
        "tries": "第几次",
        "tokens": "词元",
        "plain": "改发简要内容",
        "scope": "范围",
        "places": "处数",
        "left": "未改动的",
        "authorless": "去掉作者代号",
        "pages": "网页原件",
        "files": "文件",
        "bytes": "字节",
        "after_seq": "登记在第几条之后",
        "until_seq": "至第几条",
        "fetched_before": "取得早于",
        "address": "来自",
    }
)


def act_word(action: str) -> str:
    """Return an action in words; one that is not in the table stays as it is, so that nothing is hidden."""
    return ACT_WORDS.get(action, action)


def detail_words(detail: Mapping[str, Any], action: str = "") -> str:
    """Return a row's detail as `名称：值` in its own order; internal keys and empty values are left out."""
    kind = action.partition(".")[0]
    shown = (row for row in detail.items() if row[0] not in _INTERNAL and row[1] not in ("", None, [], ()))
    return "；".join(
        f"{_OF_KIND.get((kind, name)) or _DETAIL_WORDS.get(name, name)}：{_value(name, value)}" for name, value in shown
    )


def subject_words(subject: str) -> str:
    """Return what a row is about: `alert:…` is `预警 …`."""
    if subject == "matters:frequent":
        return "高频主题的办件清单"
    kind, _, key = subject.partition(":")
    name = _SUBJECTS.get(kind)
    return f"{name} {key}".rstrip() if name else subject


_OF_KIND = {("mail", "to"): "收件地址", ("case", "to"): "报送", ("policy", "verdict"): "核实结论"}
_CODES = {
    "stage": {"FIRST": "首次提醒", "SECOND": "二次提醒", "OVERDUE": "超时"},
    "verdict": {"confirmed": "与公布的文本一致", "doubted": "存疑"},
}
_INTERNAL = frozenset(
    {
        "newer",
        "mail",
        "rule",
        "alert",
        "event",
        "regrouping",
        "correction",
        "message_id",
        "key",
        "proposal",
        "sha256",
        "fingerprint",
        "text_hash",
        "counts",
    }
)
_SUBJECTS: Mapping[str, str] = MappingProxyType(
    {
        "backup": "备份",
        "alert": "预警",
        "event": "事件",
        "clock": "时限",
        "document": "稿件",
        "person": "用户",
        "source": "信源",
        "briefing": "简报",
        "drill": "演练",
        "silence": "静默",
        "unit": "处室",
        "batch": "批量操作",
        "login": "登录",
        "duty": "值班",
        "mail": "邮件",
        "topic": "专题",
        "labels": "标注",
        "matter": "办件",
        "matters": "办件清单",
        "disclosure": "主动公开",
        "case": "处置",
        "audit": "审计记录",
        "evidence": "证据",
        "search": "检索",
        "webhook": "群消息",
        "daily": "每日报平安",
        "word": "词库",
        "training": "训练",
        "model": "模型",
    }
)
_WHAT = {
    "complaints": "投诉举报原文",
    "evidence": "网页原件（未隐去个人信息）",
    "archive": "未隐去个人信息的归档包",
    "matters": "办件记录",
}
_MOMENTS = {"due_at", "due_before", "received_at", "fetched_before", "ends_at", "out_at", "met_at"}
_TABLES = {"grade": "grade", "role": "person_role", "was": "alert"}


def _value(name: str, value: object) -> str:
    if name in _MOMENTS:
        at = local(datetime.fromisoformat(str(value)))
        return f"{at.month}月{at.day}日 {at:%H:%M}"
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, Mapping) and "categories" in value:
        return label_words(value)
    if isinstance(value, list | tuple):
        return f"{len(value)} 篇" if name == "documents" else "、".join(_value(name, item) for item in value)
    if name == "level" or (name == "from" and value in _LEVELS):
        return _LEVELS.get(str(value), str(value))
    return _worded(name, value)


def _worded(name: str, value: object) -> str:
    if name == "state":
        return word("case", word("clock", value))
    if name == "occasion":
        return occasion_word(str(value))
    if name in _TABLES:
        return word(_TABLES[name], value)
    return _WHAT.get(str(value), str(value)) if name == "what" else _CODES.get(name, {}).get(str(value), str(value))


_LEVELS: Mapping[str, str] = MappingProxyType({level.key: level.word for level in AlertLevel})
