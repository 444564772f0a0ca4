"""Audit rows in words. Pure."""

from collections.abc import Mapping
from datetime import datetime
from types import MappingProxyType
from typing import Any

from service.domain.alerts.alert import AlertLevel, AlertReason
from service.web.views.labelling import label_words
from service.web.views.told import occasion_word
from service.web.views.wording import local, word

__all__ = ["ACT_WORDS", "act_word", "detail_words", "subject_words"]

ACT_WORDS: Mapping[str, str] = MappingProxyType(
    {f"alert.{reason.value}": f"系统预警：{reason.word}" for reason in AlertReason}
    | {
        "alert.level_set": "人工调级",
        "alert.acknowledged": "确认收到",
        "alert.assigned": "指派",
        "alert.answering": "开始回应",
        "alert.answered": "登记回应",
        "alert.closed": "关闭预警",
        "alert.reopened": "重新打开",
        "alert.unacknowledged": "未确认，逐级提醒",
        "alert.idle": "久无进展，重新提醒",
        "alert.told_nobody": "无人可以收到",
        "alert.open": "撤回确认",
        "mail.tried_again": "重新发送被拒的邮件",
        "search.tried_again": "重新写入已放弃的索引",
        "page.fetched_again": "再取已放弃的网页和附件",
        "document.tried_again": "重新研判已搁置的稿件",
        "mail.replaced": "迟发邮件由后一封代替",
        "mail.merged": "等候的邮件合并发送",
        "silence.made": "设置静默",
        "silence.ended": "结束静默",
        "shifts.made": "排班",
        "shift.removed": "删除班次",
        "shift.ended": "提前结束班次",
        "members.set": "设置处室人员",
        "roster.gap": "值班空档提醒",
        "batch.undone": "撤销批量操作",
        "event.graded": "登记事件等级",
        "event.need_decided": "决定是否公开回应",
        "clock.armed": "启动时限",
        "clock.paused": "暂停时限",
        "clock.cancelled": "取消时限",
        "clock.extended": "延长时限",
        "clock.excluded": "扣除时间（暂不计时）",
        "clock.resumed": "恢复计时",
        "clock.settled": "补算到期时间",
        "policy.imported": "政策入库",
        "policy.superseded": "政策被替代",
        "policy.linked": "关联政策",
        "policy.checked": "核实政策条目",
        "policy.days_off": "录入节假日",
        "situations.refused": "不采用情形表建议",
        "situations.accepted": "采纳情形表建议",
        "situations.withdrawn": "撤回已采纳的情形表建议",
        "clock.met": "登记完成",
        "label.given": "标注稿件",
        "label.withdrawn": "撤销标注",
        "training.wished": "提出训练",
        "training.ended": "训练结果",
        "model.placed": "换用模型",
        "clock.expired": "时限建议失效",
        "clock.warned": "时限提醒",
        "mail.accepted": "邮件送达",
        "mail.refused": "邮件被拒",
        "webhook.accepted": "群消息送达",
        "webhook.refused": "群消息被拒",
        "webhook.replaced": "迟发群消息由后一条代替",
        "webhook.tried_again": "重新发送被拒的群消息",
        "login.entered": "登录",
        "login.left": "退出登录",
        "login.code_wanted": "密码通过，待动态口令",
        "login.code_refused": "动态口令不正确",
        "second_factor.offered": "开始绑定动态口令",
        "second_factor.bound": "绑定动态口令",
        "second_factor.removed": "解除动态口令",
        "second_factor.reset": "重置动态口令",
        "login.refused": "登录失败",
        "login.locked": "登录被锁定",
        "person.added": "新增用户",
        "person.changed": "修改用户",
        "person.password_changed": "修改密码",
        "person.password_refused": "修改密码时原密码不正确",
        "person.password_reset": "重置密码",
        "source.switched": "信源开关",
        "source.check_asked": "安排上线检查",
        "source.checked": "上线检查结果",
        "host.stopped": "停止采集网站",
        "host.resumed": "恢复采集网站",
        "document.gone": "原文已不可访问",
        "document.restored": "原文恢复访问",
        "document.hidden": "隐去内容",
        "personal.read": "查看个人信息",
        "audit.exported": "导出审计记录",
        "evidence.digested": "证据登记入审计链",
        "evidence.expired": "到期清理网页原件",
        "backup.made": "备份",
        "backup.restored": "从备份恢复",
        "opinion.asked": "征询第二意见",
        "opinion.failed": "第二意见未得，再问一次",
        "opinion.answered": "收到第二意见",
        "opinion.refused": "没有第二意见",
        "opinion.seen": "看过第二意见",
        "briefing.made": "生成简报",
        "briefing.fetched": "下载简报",
        "import.done": "导入文件",
        "drill.started": "启动演练",
        "case.unheld": "处置无人可办",
        "case.overdue": "处置步骤超时",
        "case.opened": "开立处置",
        "case.dismissed": "初筛为误报",
        "case.assessing": "启动研判",
        "case.facts_asked": "请求核实事实",
        "case.half": "共同办理的一方已办理",
        "case.assessed": "研判结论",
        "case.reported": "上报",
        "case.drafting": "决定回应",
        "case.saved": "存稿",
        "case.submitted": "送审",
        "case.reviewed": "审核通过",
        "case.returned": "退回修改",
        "case.authority": "发布权限检查",
        "case.disclosure": "确定公开属性",
        "case.signed": "签批",
        "case.bypass_asked": "申请越过审核",
        "case.bypass_dropped": "撤回或不同意越过审核",
        "case.bypassed": "越过审核程序",
        "case.published": "发布",
        "case.liaised": "登记联络",
        "case.liaison_answered": "登记答复",
        "case.assigned": "指派处置",
        "case.tracked": "监测反应",
        "case.followed_up": "开始续报",
        "case.evaluated": "评估",
        "case.archived": "归档",
        "case.closed": "关闭处置",
        "case.reopened": "重新打开处置",
        "case.exported": "下载归档包",
        "duty.set": "登记值班",
        "word.added": "添加自有词",
        "word.removed": "移除自有词",
        "word.restored": "恢复自有词",
        "word.imported": "导入自有词",
        "word.applied": "按自有词重新研判",
        "topic.opened": "开始跟踪政策",
        "topic.changed": "修改跟踪条件",
        "topic.closed": "结束跟踪",
        "labels.exported": "导出标注",
        "topic.exported": "导出解读要点",
        "sheet.exported": "导出风险评估表",
        "sheet.saved": "保存评估表",
        "sheet.signed": "签署评估表",
        "matter.imported": "导入办件",
        "matter.accept": "受理",
        "matter.refuse": "不予受理",
        "matter.handle": "转办",
        "matter.answer": "登记答复",
        "matter.close": "办结",
        "matter.withdraw": "登记撤回",
        "matter.extended": "延期",
        "matter.excluded": "扣除时间（暂不计时）",
        "matter.resumed": "恢复计时",
        "matter.warned": "办件时限提醒",
        "matter.armed": "启动办件时限",
        "matter.linked": "核对网上事件",
        "matter.likened": "发现相近事件",
        "disclosure.decided": "决定是否主动公开",
        "disclosure.published": "登记已公开",
    }
)

_DETAIL_WORDS: Mapping[str, str] = MappingProxyType(
    {
        "reason": "理由",
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
        "known": "已有",
        "edited": "更新",
        "refused": "未收",
        "office_confirmed": "确认为该单位自己发布",
        "death_refuted": "死亡已排除",
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
    kind, mark, key = subject.partition(":")
    name = _SUBJECTS.get(kind)
    return f"{name} {key}" if name and mark else (name or subject)


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
_MOMENTS = {"due_at", "due_before", "received_at", "fetched_before", "ends_at"}
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
