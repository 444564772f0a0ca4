"""What a person does to one clock of a matter: extends it, starts one that waits, leaves time out of it that the text leaves out."""

from dataclasses import replace
from datetime import datetime

from service.domain.beijing import beijing
from service.domain.clocks.clock import ClockRule
from service.domain.clocks.exclusion import EXCLUSION_POLICIES, Exclusion, ExclusionKind
from service.domain.matters.matter import Matter, dated
from service.domain.matters.matter_duty import Duty, due_of_limit, end_exclusion
from service.domain.policies.policy import Verification
from service.domain.refusal import Conflict
from service.domain.rules.register import Register

__all__ = [
    "duty_of",
    "exclude",
    "exclude_duty",
    "exclusions_of",
    "extend",
    "may_exclude",
    "resume",
    "resume_duty",
    "start_unverified",
]

# Art. 30: what is missing is told once, within seven working days of receipt.
_TELL_WITHIN = "7wd"


def extend(matter: Matter, rule_id: str, *, by: str, reason: str, now: datetime, register: Register) -> Matter:
    """Return the matter with one clock extended once, from its due time by what the rule allows.

    Raises:
        Conflict: The rule allows none, it was extended before, is met, overdue or not running, or no name or reason is given.
    """
    duty = duty_of(matter, rule_id)
    rule = register.clocks[rule_id]
    if not by.strip() or not reason.strip():
        raise Conflict("延期须由具名人员写明理由")
    why = _why_not(duty, rule, now)
    if why is not None:
        raise Conflict(why)
    assert rule.extend is not None
    assert duty.due_at is not None
    later, note = due_of_limit(rule.extend, duty.due_at, register.calendar)
    if later is None:
        raise Conflict(note)
    later_due = replace(duty, due_at=later, first_due_at=duty.due_at, warned=0)
    return _with(matter, replace(later_due, extended_by=by, extended_at=now, extended_why=reason.strip()))


def _why_not(duty: Duty, rule: ClockRule, now: datetime) -> str | None:
    if rule.extend is None:
        return f"“{duty.action}”没有可以延长的规定"
    if duty.extended_at is not None:
        return f"“{duty.action}”已由{duty.extended_by}延期一次，不能再延"
    if not duty.over and duty.excluding is None and (duty.due_at is None or not duty.armed):
        return f"“{duty.action}”没有在走的时限，不能延期"
    return _halted(duty, now, "延期")


def _halted(duty: Duty, now: datetime, act: str) -> str | None:
    if duty.met_at is not None:
        return f"“{duty.action}”已登记完成，不能{act}"
    if duty.dropped_at is not None:
        return f"“{duty.action}”已因撤回终止，不能{act}"
    if duty.excluding is not None:
        return f"“{duty.action}”因{duty.excluding.kind.word}暂不计时，恢复计时后才能{act}"
    if duty.due_at is not None and now > duty.due_at:
        return f"“{duty.action}”已经逾期，逾期后不能{act}；请办理并登记，逾期记录保留"
    return None


def start_unverified(matter: Matter, rule_id: str, *, by: str) -> Matter:
    """Return the matter with a clock started that was waiting for a person, in that person's name; its due time stays.

    Raises:
        Conflict: It runs or is met already, or nobody is named.
    """
    duty = duty_of(matter, rule_id)
    if duty.armed or duty.over:
        raise Conflict(f"“{duty.action}”已在计时、已完成或已终止")
    if not by.strip():
        raise Conflict("启动时限须有具名人员")
    return _with(matter, replace(duty, armed=True, armed_by=by))


def may_exclude(matter: Matter, duty: Duty, now: datetime) -> tuple[ExclusionKind, ...]:
    """Return what may be left out of a clock's time from now on."""
    return () if matter.state.over else exclusions_of(duty, now)


def exclusions_of(duty: Duty, now: datetime) -> tuple[ExclusionKind, ...]:
    """Return what may be left out of the time of a clock of something that is not over."""
    kinds = EXCLUSION_POLICIES.get(duty.rule_id, {})
    return tuple(kind for kind in kinds if _why_not_excluded(duty, kind, now) is None)


def exclude(
    matter: Matter, rule_id: str, kind: ExclusionKind, *, by: str, reason: str, now: datetime, register: Register
) -> Matter:
    """Return the matter with one clock's time not counting from now on, until it is resumed.

    Raises:
        Conflict: The text leaves no such time out, the clock does not run, is met or overdue, or no name or reason is given.
    """
    duty = duty_of(matter, rule_id)
    if matter.state.over:
        raise Conflict(_not_running(duty))
    return _with(matter, exclude_duty(duty, kind, by=by, reason=reason, now=now, register=register))


def exclude_duty(duty: Duty, kind: ExclusionKind, *, by: str, reason: str, now: datetime, register: Register) -> Duty:
    """Return a clock of something that is not over with its time not counting from now on; refused as `exclude` is."""
    if not by.strip() or not reason.strip():
        raise Conflict("扣除时间须由具名人员写明理由")
    why = _why_not_excluded(duty, kind, now)
    if why is not None:
        raise Conflict(why)
    facts = [register.policies[name] for name in EXCLUSION_POLICIES[duty.rule_id][kind]]
    begun = Exclusion(
        kind=kind,
        since=now,
        by=by,
        reason=reason.strip() + (_told_late(duty, now, register) if kind is ExclusionKind.SUPPLEMENT else ""),
        basis="；".join(fact.citation for fact in facts),
        verified=all(fact.verification is not Verification.UNVERIFIED for fact in facts),
        due_before=duty.due_at,
    )
    return replace(duty, exclusions=(*duty.exclusions, begun))


def _not_running(duty: Duty) -> str:
    return f"“{duty.action}”没有在走的时限，不能扣除时间"


def _why_not_excluded(duty: Duty, kind: ExclusionKind, now: datetime) -> str | None:
    if kind not in EXCLUSION_POLICIES.get(duty.rule_id, {}):
        return f"“{duty.action}”没有可以扣除“{kind.word}”时间的规定"
    if not duty.armed:
        return _not_running(duty)
    told = next((one for one in duty.exclusions if one.kind is ExclusionKind.SUPPLEMENT), None)
    if kind is ExclusionKind.SUPPLEMENT and told is not None:
        return f"补正须一次性告知，已由{told.by}于{beijing(told.since, now)}登记告知，不能再次告知"
    return _halted(duty, now, "扣除时间")


def _told_late(duty: Duty, now: datetime, register: Register) -> str:
    due, _ = due_of_limit(_TELL_WITHIN, duty.start_at, register.calendar)
    return "（告知补正时已超过收到申请后7个工作日）" if due is not None and now > due else ""


def resume(
    matter: Matter,
    rule_id: str,
    *,
    by: str,
    remark: str,
    now: datetime,
    register: Register,
    received_at: datetime | None = None,
) -> Matter:
    """Return the matter with the clock's time counting again; `received_at` is when what was waited for came, else now.

    Raises:
        Conflict: Its time counts already, nobody is named, or `received_at` lies before it was asked for or in the future.
    """
    duty = duty_of(matter, rule_id)
    return _with(matter, resume_duty(duty, by=by, remark=remark, now=now, register=register, received_at=received_at))


def resume_duty(
    duty: Duty, *, by: str, remark: str, now: datetime, register: Register, received_at: datetime | None = None
) -> Duty:
    """Return a clock with its time counting again; refused as `resume` is."""
    if not by.strip():
        raise Conflict("恢复计时须有具名人员")
    came = received_at or now
    if came > now:
        raise Conflict("收到时间不能晚于现在")
    return end_exclusion(duty, by=by, remark=remark.strip(), received_at=came, calendar=register.calendar)


def duty_of(matter: Matter, rule_id: str) -> Duty:
    """Return the clock of the rule. Raises `Conflict` where the matter has none."""
    found = next((duty for duty in matter.duties if duty.rule_id == rule_id), None)
    if found is None:
        raise Conflict(f"办件“{matter.number}”没有这项时限")
    return found


def _with(matter: Matter, changed: Duty) -> Matter:
    duties = tuple(changed if duty.rule_id == changed.rule_id else duty for duty in matter.duties)
    return dated(replace(matter, duties=duties, revision=matter.revision + 1))
