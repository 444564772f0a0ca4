"""What of an archive package is read without any program: the course of a case in Chinese, and what its files and marks mean."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from types import MappingProxyType

from service.domain.beijing import BEIJING
from service.domain.cases.file import Approval, CaseFile, CaseStep, Liaison, PublicationCorrection
from service.domain.cases.workflow import CaseState, Step
from service.domain.clocks.clock import SYSTEM, Clock, ClockState, limit_words
from service.domain.events.number import event_number
from service.domain.events.toll import people_told
from service.flows.cases.packing import Bundle

__all__ = ["reading"]

# Part of the format of the package and not of the office's rules: the same case gives the same words on every machine.
_STATES: Mapping[CaseState, str] = MappingProxyType(
    {
        CaseState.DETECTED: "已发现",
        CaseState.TRIAGED: "已初筛",
        CaseState.ASSESSING: "研判中",
        CaseState.ASSESSED: "已研判",
        CaseState.REPORTED: "已上报",
        CaseState.DRAFTING: "起草中",
        CaseState.SUBMITTED: "送审中",
        CaseState.REVIEWED_1: "已过一审",
        CaseState.REVIEWED_2: "已过二审",
        CaseState.REVIEWED_3: "三审通过",
        CaseState.APPROVING: "待签批",
        CaseState.APPROVED: "已签批",
        CaseState.PUBLISHED: "已发布",
        CaseState.TRACKING: "跟踪中",
        CaseState.EVALUATED: "已评估",
        CaseState.ARCHIVED: "已归档",
        CaseState.CLOSED_FP: "误报关闭",
        CaseState.CLOSED: "已关闭",
    }
)
_STEPS: Mapping[Step, str] = MappingProxyType(
    {
        Step.DETECT: "发现",
        Step.DISMISS: "初筛为误报",
        Step.TRIAGE: "初筛",
        Step.ASSESS: "启动研判",
        Step.ASK_FACTS: "请求核实事实",
        Step.CONCLUDE: "研判结论",
        Step.REPORT: "上报",
        Step.RESPOND: "决定回应",
        Step.FIRST_REVIEW: "初审",
        Step.LEGAL_REVIEW: "合法性审核",
        Step.SECRECY_REVIEW: "保密审查",
        Step.AUTHORITY: "发布权限检查",
        Step.SIGN: "领导签批",
        Step.PUBLISH: "发布",
        Step.TRACK: "监测反应",
        Step.FOLLOW_UP: "续报",
        Step.EVALUATE: "评估",
        Step.ARCHIVE: "复盘归档",
        Step.CLOSE: "关闭",
        Step.SUBMIT: "送审",
        Step.RETURN: "退回修改",
        Step.BYPASS: "越过审核程序",
        Step.REOPEN: "重新打开",
        Step.SAVE: "存稿",
    }
)
_CODES: Mapping[str, str] = MappingProxyType({step.value: name for step, name in _STEPS.items()})
_OUTCOMES: Mapping[str, str] = MappingProxyType(
    {
        "allowed": "可以发布",
        "authorised": "经授权发布",
        "work_update": "只发工作动态",
        "signed": "同意",
        "returned": "退回",
        "lapsed": "失效",
    }
)
_CLOCKS: Mapping[ClockState, str] = MappingProxyType(
    {
        ClockState.PROPOSED: "仅建议，未启动",
        ClockState.ARMED: "计时中",
        ClockState.PAUSED: "已暂停",
        ClockState.MET: "按时完成",
        ClockState.MET_LATE: "逾期完成",
        ClockState.CANCELLED: "已取消",
        ClockState.EXPIRED: "建议失效",
    }
)
_FILES = (
    ("case.json", "处置：状态、承办人、公开属性"),
    ("alert.json、event.json", "引发处置的预警和网上事件"),
    ("clocks.json", "时限：起算、到期、完成"),
    ("steps.json", "全部办理步骤"),
    ("drafts/", "文稿各版本，text 为正文"),
    ("opinions.json、approvals.json", "三项审核意见；权限检查、签批和越过程序"),
    ("liaisons.json", "与其他部门的联系"),
    ("published/", "发布文本，txt 为逐字原文；更正过的另附原登记（registered）和更正（corrections）"),
    ("evaluations.json", "评估与复盘"),
    ("evidence/", "事件稿件留存；pages 为所读网页的网址、取得时间、SHA-256"),
    ("pages/", "网页原件，按 SHA-256 命名；只在要求附上时有，其中个人信息没有隐去"),
    ("audit.json", "审计记录，逐行带前一行的哈希"),
    ("manifest.json", "文件清单，各文件的字节数和 SHA-256"),
)


def reading(bundle: Bundle) -> str:
    """Return the page that stands first in a package; personal data in it is not masked yet."""
    return (
        "\n".join([*_head(bundle), *_course(bundle.file), *_texts(bundle.file), *_around(bundle), *_key(bundle)]) + "\n"
    )


def _head(bundle: Bundle) -> Iterator[str]:
    case, event = bundle.file.case, bundle.event
    if bundle.drill:
        yield "【演练】数据与人员均为虚构，没有向社会发布。"
    yield f"处置归档包：{case.title}"
    yield f"处置编号 {case.id}，预警编号 {case.alert_id}，事件编号 {event_number(case.event_id)}"
    yield f"状态：{_STATES[case.state]}；立案 {_at(case.opened_at)}，{case.opened_by}；最近变动 {_at(case.changed_at)}"
    yield f"事件：{event.title}；首发 {_at(event.first_at)}，获知 {_at(event.known_at)}，最高为{bundle.alert.peak_level.word}预警"
    if people := people_told(event):
        yield f"伤亡：{people}"
    if case.disclosure is not None:
        yield f"公开属性：{case.disclosure.word}{_because(case.disclosure_reason)}"
    yield "本页时间为北京时间，json 文件中的时间为世界协调时（北京时间减八小时）。"


def _course(file: CaseFile) -> Iterator[str]:
    yield from ("", "一、办理经过")
    for one in file.steps:
        told = "；".join(" ".join(str(one.detail[name]).split()) for name in _TOLD if one.detail.get(name))
        said = f"：{told}" if told and one.step not in _REVIEWS else ""
        # What a bypass brought about nobody passed or signed.
        reached = "" if one.step is Step.BYPASS else f"（{_STATES[one.state]}）"
        yield f"{one.number}. {_at(one.at)}　{_signed(one)}　{_STEPS[one.step]}{reached}{said}"


# What a step is about, in words of who took it; what stands in records of their own is told there.
_TOLD = ("party", "question", "to", "summary", "reason", "remark")
_REVIEWS = frozenset({Step.FIRST_REVIEW, Step.LEGAL_REVIEW, Step.SECRECY_REVIEW})


def _signed(step: CaseStep) -> str:
    """Return who took the step; where two stand for it, both."""
    names = step.detail.get("by")
    return "、".join(dict.fromkeys(map(str, names.values()))) if isinstance(names, Mapping) else _who(step.by)


def _texts(file: CaseFile) -> Iterator[str]:
    yield from ("", "二、文稿、审核与发布")
    if not (file.drafts or file.opinions or file.approvals or file.publications):
        yield "还没有文稿、审核和发布"
    for draft in file.drafts:
        yield f"第{draft.version}版　{_at(draft.at)}　{draft.by}　drafts/{draft.version:03d}.json"
    for opinion in file.opinions:
        verdict = "通过" if opinion.passed else "不通过"
        told = f"{_STEPS[opinion.step]}{verdict}{_because(opinion.remark)}"
        yield f"第{opinion.version}版　{_at(opinion.at)}　{opinion.by}　{told}"
    for approval in file.approvals:
        yield f"第{approval.version}版　{_at(approval.at)}　{_approved(approval)}"
    for one in file.published:
        yield f"发布 {one.number}　{_at(one.at)}　{one.by}　{one.channel}{_because(one.reference)}　published/{one.number:02d}.txt"
        yield from (_as_corrected(each, file) for each in file.corrections if each.publication == one.number)


def _as_corrected(one: PublicationCorrection, file: CaseFile) -> str:
    """Return one correction with what was registered first; what stood between the two is told by the corrections before it."""
    [first] = (each for each in file.publications if each.number == one.publication)
    return (
        f"更正 {one.publication}　{_at(one.at)}　{one.by}　改为 {one.channel}（{one.reference}），{_at(one.out_at)} 发布"
        f"：{one.reason}；原登记 {first.channel}（{first.reference}），{_at(first.at)}"
    )


def _approved(one: Approval) -> str:
    names = "、".join(name for name in (one.by, one.second) if name)
    outcome = _OUTCOMES.get(one.outcome) or "、".join(_CODES.get(part, part) for part in one.outcome.split(","))
    return f"{names}　{_STEPS[one.step]}：{outcome}{_because('，'.join(part for part in (one.reference, one.remark) if part))}"


def _around(bundle: Bundle) -> Iterator[str]:
    yield from ("", "三、时限、联系与评估")
    for clock in bundle.clocks:
        yield _limit(clock)
    for one in bundle.file.liaisons:
        yield _asked(one)
    for done in bundle.file.evaluations:
        yield f"评估　{_at(done.at)}　{done.by}　传播：{done.reach}；遗留问题：{done.questions}；经验教训：{done.lessons}"


def _limit(clock: Clock) -> str:
    due = f"，{_at(clock.due_at)} 到期" if clock.due_at else ""
    met = f"，{_at(clock.met_at)} 完成" if clock.met_at else ""
    return f"时限　{clock.action}（{limit_words(clock.limit)}）：{_at(clock.start_at)} 起算{due}{met}，{_CLOCKS[clock.state]}；依据 {clock.basis}"


def _asked(one: Liaison) -> str:
    answer = f"；{_at(one.answered_at)} 答：{one.answer}" if one.answer and one.answered_at else "；未答复"
    return f"联系　{_at(one.at)}　{one.by} 向{one.party}（{one.kind.word}）：{one.question}{answer}"


def _key(bundle: Bundle) -> Iterator[str]:
    yield from ("", "四、文件与代码")
    yield from (f"{name}　{meaning}" for name, meaning in _FILES)
    yield "步骤代码：" + "，".join(f"{step.value} {name}" for step, name in _STEPS.items())
    yield "状态代码：" + "，".join(f"{state.value} {name}" for state, name in _STATES.items())
    yield "核对：用任何计算 SHA-256 的工具算出文件的值，与 manifest.json 相比，相同即与清单一致。"
    yield "清单会不会连同文件一起改过：算出整个 zip 的 SHA-256，与药望审计记录“下载归档包”一行所记的相比。"
    if bundle.masked:
        yield "电话、证件号等个人信息已遮盖（masked 为 true 的文件有遮盖，其 hash 为原文的哈希）；发布文本是原文。"
    if bundle.left_out:
        yield f"另有{bundle.left_out}篇稿件因篇幅未收入 evidence。"


def _who(name: str) -> str:
    return "系统" if name == SYSTEM else name


def _because(text: str | None) -> str:
    return f"（{text}）" if text else ""


def _at(moment: datetime) -> str:
    return f"{moment.astimezone(BEIJING):%Y-%m-%d %H:%M}"
