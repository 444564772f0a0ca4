"""Tells people of cases: whose turn it is, that nobody can take a step, that one is overdue; once each, in the caller's transaction."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from service.domain.alerts.alert import Alert
from service.domain.cases.bypass import state_told
from service.domain.cases.call import Call, CallKind, Reader, budget_sentence, calls, readers, waited_sentence
from service.domain.cases.file import CaseFile
from service.domain.cases.turn import budget_used
from service.domain.cases.workflow import Step, Workflow
from service.domain.clocks.clock import Clock
from service.domain.clocks.urgency import asking
from service.domain.events.event import Event
from service.domain.events.number import event_number
from service.domain.people.person import Person
from service.domain.telling.letter import Letter, deadlines, level_line
from service.domain.telling.notification import DRILL, fitted, harmless
from service.flows.office import Office
from service.flows.telling.tell import hold_back, mail_key, queue_letter
from service.ports.store import Store, Work

__all__ = ["call_people", "coming_calls", "tend_cases"]

_NO_ADDRESS = "没有邮箱"
_INSTANT = timedelta(microseconds=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class _RunningCase:
    """A case that is not over, with what its mails tell of."""

    file: CaseFile
    alert: Alert
    event: Event
    clocks: Sequence[Clock]
    office: Office
    now: datetime

    def due(self, people: Sequence[Person]) -> list[tuple[Call, Reader]]:
        """Return everybody who is to know of anything now."""
        workflow = self.office.register.workflow
        return [
            (call, reader)
            for call in calls(self.file, workflow, self.event.grade)
            for reader in readers(call, people, self.file, workflow, now=self.now)
        ]


def call_people(work: Work, case_id: str, *, office: Office, now: datetime) -> int:
    """Tell everybody who is to know where the case stands and was not told yet; return how many mails are new."""
    running = _running(work, case_id, office, now)
    if running is None:
        return 0
    return sum(_tell(work, running, call, reader) for call, reader in _owed(work, running, work.people.listing()))


def tend_cases(store: Store, *, office: Office, now: datetime) -> int:
    """Look at every running case: who came to hold a duty since is told, and what is overdue is reminded of, once."""
    with store.read() as work:
        people = work.people.listing()
        owing = []
        for case in work.cases.listing(limit=None):
            running = _running(work, case.id, office, now)
            if running is not None and _owed(work, running, people):
                owing.append(case.id)
    queued = 0
    for case_id in owing:
        with store.write() as work:
            queued += call_people(work, case_id, office=office, now=now)
    return queued


def coming_calls(
    work: Work, case_id: str, *, office: Office, now: datetime
) -> list[tuple[datetime, Call, tuple[Reader, ...]]]:
    """Return the reminders of steps that will be overdue: when, of which step, and to whom; nothing is written."""
    running = _running(work, case_id, office, now)
    if running is None:
        return []
    people, workflow = work.people.listing(), office.register.workflow
    found = []
    for call in calls(running.file, workflow, running.event.grade):
        if call.allowed is not None and not call.late(now):
            at = call.since + call.allowed
            some = readers(call, people, running.file, workflow, now=at + _INSTANT)
            found.append((at, call, tuple(one for one in some if one.kind is CallKind.LATE)))
    return found


def _running(work: Work, case_id: str, office: Office, now: datetime) -> _RunningCase | None:
    file = work.cases.file(case_id)
    alert = work.alerts.get(file.case.alert_id) if file else None
    event = work.events.get(file.case.event_id) if file else None
    if file is None or alert is None or event is None or file.case.state in office.register.workflow.final:
        return None
    clocks = work.clocks.of_alerts([alert.id]).get(alert.id, [])
    asked = asking(alert, clocks, office.register.clocks)
    return _RunningCase(file=file, alert=alert, event=event, clocks=asked, office=office, now=now)


def _owed(work: Work, running: _RunningCase, people: Sequence[Person]) -> list[tuple[Call, Reader]]:
    """Return what is not told yet; who had no address is told once they have one."""
    known = {one.key: one.told for one in work.notices.of_alert(running.alert.id)}
    found = []
    for call, reader in running.due(people):
        told = known.get(mail_key(running.alert.id, reader.occasion, reader.person))
        if told is None or (not told and reader.person.email):
            found.append((call, reader))
    return found


def _tell(work: Work, running: _RunningCase, call: Call, reader: Reader) -> bool:
    alert, now = running.alert, running.now
    if not reader.person.email:
        hold_back(work, reader.person, alert, occasion=reader.occasion, why=f"{reader.why}；{_NO_ADDRESS}", now=now)
        return False
    letter = _letter(running, call, reader.kind)
    new = queue_letter(work, reader.person, alert, letter, occasion=reader.occasion, why=reader.why, now=now)
    if new and reader.kind is not CallKind.REACHED:
        detail = {"step": call.turn.name, "reason": reader.why, "recipient": [reader.person.name]}
        action = _ACTIONS[reader.kind]
        work.audit.append(actor="system", action=action, subject=f"case:{running.file.case.id}", detail=detail, now=now)
    return new


_ACTIONS: Mapping[CallKind, str] = {CallKind.UNHELD: "case.unheld", CallKind.LATE: "case.overdue"}


def _letter(running: _RunningCase, call: Call, kind: CallKind) -> Letter:
    office, case, now = running.office, running.file.case, running.now
    workflow = office.register.workflow
    used = budget_used(running.file, workflow, known_at=running.event.known_at, now=now)
    budget = budget_sentence(used, workflow)
    holders = workflow.duty_words(call.turn.waiting) or "有处置岗位的人员"
    told = (
        f"{harmless(running.alert.title)}。处置现为“{state_told(running.file, workflow)}”，等待办理“{call.turn.name}”（{holders}）。",
        f"{waited_sentence(call, now)}。",
        _led_here(running.file, call, workflow),
        f"内部时间预算：{budget}。" if budget else "",
        f"事件编号 {event_number(running.event.id)}。",
    )
    return Letter(
        subject=_subject(running, call, kind),
        summary="".join(told),
        reasons=running.alert.triggers,
        deadlines=deadlines(running.clocks, now),
        publication="".join(str(running.alert.publication.get(name) or "") for name in ("sentence", "alternative")),
        step=_step(call, kind, workflow.duty_words(call.turn.waiting)),
        link=f"{office.address}/cases/{case.id}",
        documents=(),
        drill=office.drill,
        level=level_line(running.alert),
        opens="打开处置",
    )


def _led_here(file: CaseFile, call: Call, workflow: Workflow) -> str:
    """Say what led to the call: who took the last step, or who asks to go past which steps, and why."""
    if call.turn.step is Step.BYPASS:
        asked = file.case.asked
        missing = workflow.step_words(Step(step) for step in asked.get("steps", ()))
        return (
            f"{call.by}申请越过第{asked['version']}版尚缺的{missing}，理由：{str(asked['reason']).rstrip('。')}。"
            "须由另一人确认后生效，两人姓名列入周报；发布权限检查不能越过，确认前照常审核。"
        )
    said = file.steps[-1]
    note = str(said.detail.get("reason") or "")
    return f"上一步：{said.by}办理了“{workflow.steps[said.step].name}”{f'，{note}' if note else ''}。"


def _step(call: Call, kind: CallKind, duties: str) -> str:
    if kind is CallKind.UNHELD:
        return f"在“系统→用户”中为有邮箱的人员设置岗位：{duties}（起草人不能审核自己的稿件）"
    if call.turn.step is Step.BYPASS:
        return "核对稿件和理由，在“越过审核…”中确认，或写明理由不同意；确认前照常审核"
    return f"办理“{call.turn.name}”"


def _subject(running: _RunningCase, call: Call, kind: CallKind) -> str:
    word = {CallKind.REACHED: "待办", CallKind.UNHELD: "无人可办", CallKind.LATE: "超时"}[kind]
    mark = DRILL if running.office.drill else ""
    head = f"{mark}[{running.alert.level.word}·处置{word}] {call.turn.name}："
    return fitted(harmless(running.alert.title), head=head)
