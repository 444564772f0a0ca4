"""Audit rows in words. Pure."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

__all__ = ["ACT_WORDS", "act_word", "detail_words"]

ACT_WORDS: Mapping[str, str] = MappingProxyType(
    {
        "alert.raised": "系统预警",
        "alert.raise": "系统预警",
        "alert.escalated": "预警升级",
        "alert.lowered": "预警降级",
        "alert.changed": "预警更新",
        "alert.acknowledged": "确认收到",
        "alert.acknowledge": "确认收到",
        "alert.assigned": "指派",
        "alert.assign": "指派",
        "alert.closed": "关闭预警",
        "alert.close": "关闭预警",
        "alert.reopened": "重新打开",
        "alert.reopen": "重新打开",
        "alert.answered": "登记回应",
        "event.graded": "登记事件等级",
        "clock.armed": "启动时限",
        "clock.cancelled": "取消时限",
        "clock.met": "登记完成",
        "clock.expired": "时限失效",
        "clock.warned": "时限提醒",
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
        "owner": "承办人",
        "level": "等级",
        "grade": "事件等级",
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
    }
)


def act_word(action: str) -> str:
    """Return an action in words; one that is not in the table stays as it is, so that nothing is hidden."""
    return ACT_WORDS.get(action, action)


def detail_words(detail: Mapping[str, Any]) -> str:
    """Return a row's detail as `名称：值` in its own order."""
    return "；".join(
        f"{_DETAIL_WORDS.get(name, name)}：{_value(value)}" for name, value in detail.items() if value != ""
    )


def _value(value: object) -> str:
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, list | tuple):
        return "、".join(_value(item) for item in value)
    return "—" if value is None else str(value)
