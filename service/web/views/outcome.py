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
        "silenced": "已静默，到期自动恢复；时限提醒照常发送。",
        "unsilenced": "静默已结束，仍待确认的预警将照常发送。",
        "undone": "已撤销。",
        "shift": "班次已登记。",
        "unshift": "班次已删除。",
        "members": "处室人员已更新。",
        "graded": "事件等级已登记。",
        "need": "是否公开回应的决定已登记。",
        "levelled": "预警级别已调整。",
        "paused": "时限已暂停，到期时间不变。",
        "duty": "值班已登记。",
        "armed": "时限已启动。",
        "cancelled": "时限已取消。",
        "met": "已登记完成。",
        "extended": "时限已延长，原到期时间留在记录里。",
        "checked": "核实结论已登记。",
        "linked": "已关联。",
        "answered": "已登记回应。",
        "duties": "岗位已分配，请在下表核对。",
        "switched": "信源开关已更新，下一轮采集生效。",
        "check_asked": "已安排上线检查，通过后自动启用；结果写在该信源一行。",
        "checks_asked": "已安排全部上线检查，通过的随即启用，没有通过的写明原因。",
        "stopped": "已停止采集该网站，数秒内生效。",
        "resumed": "已恢复采集该网站。",
        "password": "密码已更新，其他登录已全部退出。",
        "person": "用户信息已更新。",
        "case_opened": "已开立处置。",
        "case_assess": "已启动研判。",
        "case_assign": "已指派，预警一并转交。",
        "case_conclude": "研判结论已登记。",
        "case_report": "上报已登记。",
        "case_respond": "回应决定已登记。",
        "case_save": "已存为新版本。",
        "case_submit": "已送审，三项审核可同时办理。",
        "case_disclose": "公开属性已确定。",
        "case_review": "审核意见已登记。",
        "case_return": "已退回修改。",
        "case_authority": "发布权限结论已登记。",
        "case_sign": "已签批。",
        "case_bypass": "已申请，须由另一人确认后生效。",
        "case_bypass-confirm": "已确认越过，将列入周报。",
        "case_publish": "发布已登记，预警记为已回应。",
        "case_liaise": "联络已登记。",
        "case_liaison-answer": "答复已登记。",
        "case_track": "反应已登记。",
        "case_follow-up": "已开始续报，请起草。",
        "case_evaluate": "评估已登记。",
        "case_archive": "处置已归档。",
        "case_close": "处置已关闭。",
        "case_reopen": "处置已重新打开。",
        "briefed": "简报已生成。",
        "drill": "演练已启动。",
        "topic_opened": "已开始跟踪，已入库的相关稿件已归入。",
        "topic_changed": "已保存，稿件已按新条件重新归入。",
        "topic_closed": "已结束跟踪。",
        "sheet_saved": "评估表已存为新的一版。",
        "sheet_signed": "评估表已签署。",
        "matter_moved": "办理情况已登记。",
        "matter_extended": "时限已延期。",
        "matter_linked": "核对结果已登记。",
        "disclosure_decided": "决定已登记。",
        "disclosure_published": "已登记公开。",
    }
)


def outcome_of(code: str | None) -> str | None:
    """Return the sentence for a code, or `None`."""
    return _SENTENCES.get(code) if code else None
