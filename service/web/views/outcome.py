"""Sentences that a page shows after an act, by the code that the redirect carries; unknown codes show nothing."""

from collections.abc import Mapping
from types import MappingProxyType

__all__ = ["outcome_of"]

_SENTENCES: Mapping[str, str] = MappingProxyType(
    {
        "acknowledged": "已确认收到。",
        "assigned": "已指派。",
        "closed": "预警已关闭。",
        "reopened": "预警已重新打开。",
        "graded": "事件等级已登记。",
        "need": "是否公开回应的决定已登记。",
        "levelled": "预警级别已调整。",
        "paused": "时限已暂停，到期时间不变。",
        "duty": "值班已登记。",
        "armed": "时限已启动。",
        "cancelled": "时限已取消。",
        "met": "已登记完成。",
        "answered": "已登记回应。",
        "switched": "信源开关已更新，下一轮采集生效。",
        "password": "密码已更新，其他登录已全部退出。",
        "person": "用户信息已更新。",
        "briefed": "简报已生成。",
        "drill": "演练已启动。",
    }
)


def outcome_of(code: str | None) -> str | None:
    """Return the sentence for a code, or `None`."""
    return _SENTENCES.get(code) if code else None
