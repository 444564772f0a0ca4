"""Audit rows in words. Pure."""

from collections.abc import Mapping
from datetime import datetime
from types import MappingProxyType
from typing import Any

from service.domain.alert import AlertLevel, AlertReason
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
        "event.graded": "登记事件等级",
        "event.need_decided": "决定是否公开回应",
        "clock.armed": "启动时限",
        "clock.paused": "暂停时限",
        "clock.cancelled": "取消时限",
        "clock.met": "登记完成",
        "clock.expired": "时限建议失效",
        "clock.warned": "时限提醒",
        "mail.accepted": "邮件送达",
        "mail.refused": "邮件被拒",
        "login.entered": "登录",
        "login.left": "退出登录",
        "login.refused": "登录失败",
        "login.locked": "登录被锁定",
        "person.added": "新增用户",
        "person.changed": "修改用户",
        "person.password_changed": "修改密码",
        "person.password_reset": "重置密码",
        "source.switched": "信源开关",
        "briefing.made": "生成简报",
        "briefing.fetched": "下载简报",
        "import.done": "导入文件",
        "drill.started": "启动演练",
        "duty.set": "登记值班",
    }
)

_DETAIL_WORDS: Mapping[str, str] = MappingProxyType(
    {
        "reason": "理由",
        "reasons": "理由",
        "owner": "承办人",
        "level": "等级",
        "grade": "事件等级",
        "needed": "需要回应",
        "name": "名称",
        "role": "角色",
        "disabled": "停用",
        "enabled": "启用",
        "week": "期次",
        "file": "文件",
        "source": "信源",
        "added": "新增",
        "clock": "时限",
        "rule": "规则",
        "from": "原为",
        "to": "改为",
        "state": "状态",
        "due_at": "到期",
        "known": "已有",
        "edited": "更新",
        "refused": "未收",
        "death_refuted": "死亡已排除",
        "recipient": "收件人",
        "scenario": "脚本",
        "speed": "倍速",
        "duty": "值班",
        "rows": "行数",
        "error": "原因",
        "message_id": "邮件标识",
        "documents": "稿件",
        "was": "原状态",
        "score": "得分",
        "triggers": "触发",
    }
)


def act_word(action: str) -> str:
    """Return an action in words; one that is not in the table stays as it is, so that nothing is hidden."""
    return ACT_WORDS.get(action, action)


def detail_words(detail: Mapping[str, Any]) -> str:
    """Return a row's detail as `名称：值` in its own order; internal keys and empty values are left out."""
    shown = (
        (name, value) for name, value in detail.items() if name not in _INTERNAL and value not in ("", None, [], ())
    )
    return "；".join(f"{_DETAIL_WORDS.get(name, name)}：{_value(name, value)}" for name, value in shown)


def subject_words(subject: str) -> str:
    """Return what a row is about: `alert:…` is `预警 …`."""
    kind, mark, key = subject.partition(":")
    name = _SUBJECTS.get(kind)
    return f"{name} {key}" if name and mark else (name or subject)


_INTERNAL = frozenset({"rule", "alert", "event", "message_id", "key", "proposal"})
_SUBJECTS: Mapping[str, str] = MappingProxyType(
    {
        "alert": "预警",
        "event": "事件",
        "clock": "时限",
        "person": "用户",
        "source": "信源",
        "briefing": "简报",
        "drill": "演练",
        "login": "登录",
        "duty": "值班",
        "mail": "邮件",
    }
)
_TABLES = {"grade": "grade", "role": "person_role", "state": "clock", "was": "alert"}


def _value(name: str, value: object) -> str:
    if name == "due_at":
        at = local(datetime.fromisoformat(str(value)))
        return f"{at.month}月{at.day}日 {at:%H:%M}"
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, list | tuple):
        return "、".join(_value(name, item) for item in value)
    if name == "level" or (name == "from" and value in _LEVELS):
        return _LEVELS.get(str(value), str(value))
    table = _TABLES.get(name)
    return word(table, value) if table else str(value)


_LEVELS: Mapping[str, str] = MappingProxyType({level.key: level.word for level in AlertLevel})
