"""Tells administrators of limits that run without a due time because the days off of a year are not known."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from service.domain.alerts.alert_states import AlertState
from service.domain.beijing import beijing
from service.domain.clocks.calendar import WorkingCalendar
from service.domain.clocks.clock import BEGUN_STATES, Clock, earliest_due
from service.domain.matters.disclosure import DISCLOSE, DisclosureDecision, DisclosureState
from service.domain.matters.matter import OPEN_STATES
from service.domain.people.person import Role
from service.domain.people.roster import problem_of, standing_in
from service.domain.rules.register import Register
from service.domain.telling.letter import Letter
from service.domain.telling.notification import DRILL
from service.flows.office import Office
from service.flows.telling.merging import MAIL
from service.ports.store import Store, Work

__all__ = ["tell_undated", "undated_disclosures"]

_TOLD = "calendar.undated_told"
_MOST = 5_000
# The notice of a year came at the latest three weeks before it; whoever reads of it two weeks ahead can still act.
_NEAR = timedelta(days=14)


def undated_disclosures(some: Sequence[DisclosureDecision], register: Register) -> dict[str, datetime]:
    """Return, by the id of each decided disclosure whose due time cannot be told, before when it is not due."""
    limit = register.clocks[DISCLOSE].limit_for(None) or "prompt"
    waiting = [one for one in some if one.state is DisclosureState.ACCEPTED and one.due_at is None]
    found = ((one.id, earliest_due(limit, one.decided_at, register.calendar)) for one in waiting)
    return {name: due for name, due in found if due is not None}


def tell_undated(store: Store, *, office: Office, now: datetime) -> int:
    """Mail once that limits run without a due time, and once more when the first may be due soon; return how many mails are new.

    The first mail goes to administrators, who can enter the notice; the second also to those who lead.
    """
    with store.read() as work:
        dues = _undated(work, office.register)
        stage = _stage(dues, now)
        if stage is None or stage in work.value(_TOLD, []):
            return 0
    with store.write() as work:
        work.alone(_TOLD)
        told = work.value(_TOLD, [])
        if stage in told:
            return 0
        work.set_value(_TOLD, [*told, stage][-10:])
        people = [one for one in work.people.listing() if one.role is Role.ADMINISTRATOR and problem_of(one) is None]
        if stage.endswith("near") or not people:
            people = list({one.id: one for one in [*people, *standing_in(work.people.listing())]}.values())
        letter = _letter(dues, office, now)
        detail = {"reason": letter.summary, "recipient": [one.name for one in people]}
        work.audit.append(actor="system", action="clocks.undated", subject="duty", detail=detail, now=now)
        rows = [{"to": one.email, "alert_id": "undated", "letter": letter.to_json()} for one in people]
        keys = [f"mail:undated:{stage}:{one.id}" for one in people]
        return sum(work.outbox.add(key, MAIL, row, now=now) for key, row in zip(keys, rows, strict=True))


def _undated(work: Work, register: Register) -> list[tuple[datetime, str]]:
    """Return the limits that bind and have no due time, each as before when it is not due and what it is of, soonest first."""
    found = [
        (
            earliest_due(duty.limit, duty.start_at, register.calendar),
            f"{matter.kind.word} {matter.number}：{duty.action}",
        )
        for matter in work.matters.listing(states=OPEN_STATES, limit=_MOST)
        for duty in matter.duties
        if duty.undated
    ]
    decided = work.matters.disclosures()
    found += [(due, "主动公开决定：公开并登记") for due in undated_disclosures(decided, register).values()]
    found += [_of_alert(work, clock, register.calendar) for clock in work.clocks.running() if _begun(clock)]
    return sorted((due, name) for due, name in found if due is not None)


def _begun(clock: Clock) -> bool:
    return clock.state in BEGUN_STATES and clock.due_at is None and clock.limit.endswith("wd")


def _of_alert(work: Work, clock: Clock, calendar: WorkingCalendar) -> tuple[datetime | None, str]:
    alert = work.alerts.get(clock.alert_id)
    if alert is None or alert.state is AlertState.CLOSED:
        return None, ""
    return earliest_due(clock.limit, clock.start_at, calendar), f"预警《{alert.title[:40]}》：{clock.action}"


def _stage(dues: Sequence[tuple[datetime, str]], now: datetime) -> str | None:
    """Return the name of what is told now: of which year, and whether the first may be due soon; `None` where nothing waits."""
    if not dues:
        return None
    return f"{dues[0][0].year}:{'near' if dues[0][0] - now <= _NEAR else 'found'}"


_LISTED = 20


def _letter(dues: Sequence[tuple[datetime, str]], office: Office, now: datetime) -> Letter:
    first = beijing(dues[0][0], now)
    listed = [f"● {name}，暂定不早于 {beijing(due, now)} 到期" for due, name in dues[:_LISTED]]
    more = [f"另有 {len(dues) - _LISTED} 项"] if len(dues) > _LISTED else []
    return Letter(
        subject=f"{DRILL if office.drill else ''}[节假日] {len(dues)} 项时限算不出到期日，最早 {first}",
        summary=f"次年节假日安排尚未收录，{len(dues)} 项工作日时限算不出到期日，也不会提醒到期。"
        f"按星期一至星期五推算，最早的一项不早于 {first} 到期（暂定），请在此之前办理。",
        reasons=(),
        deadlines=(),
        publication="",
        step="国务院办公厅通知公布后，在“政策库 → 节假日”粘贴录入，几秒内补算；通知公布前请按暂定日期安排",
        link=f"{office.address}/policies/calendar",
        documents=(),
        drill=office.drill,
        listed=(*listed, *more),
        receives="您是系统管理员，或在管理员之外负责代收",
    )
