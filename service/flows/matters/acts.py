"""What people do to matters: accept, refuse, handle, answer, close, open again, extend; decide on likenesses and on disclosure."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from types import MappingProxyType

from service.domain.clocks.exclusion import ExclusionKind
from service.domain.matters.crossing import Crossing, CrossingState
from service.domain.matters.disclosure import DisclosureDecision, FrequentSubject, decide, frequent, publish, withdraw
from service.domain.matters.matter import Matter, MatterAct, MatterState, perform
from service.domain.matters.matter_clock import duty_of, exclude, extend, resume, start_unverified
from service.domain.people.person import Act, Person
from service.domain.refusal import NotFound
from service.domain.rules.register import Register
from service.flows.acts import note, permit, reason_of
from service.ports.store import Store, Work

__all__ = [
    "FREQUENT_DAYS",
    "MOST_COMPARED",
    "Frequent",
    "act_on_matter",
    "decide_disclosure",
    "decide_likeness",
    "exclude_time",
    "extend_matter",
    "frequent_subjects",
    "linked_matters",
    "matter_of",
    "register_publication",
    "resume_time",
    "same_applicant",
    "start_duty",
    "withdraw_disclosure",
]

FREQUENT_DAYS = (30, 90, 180, 365)
"""Windows of the list of frequent subjects, in days."""

MOST_COMPARED = 20_000
"""So many matters are compared at most."""

_LINKED = 50


def matter_of(work: Work, matter_id: str, *, hold: bool = False) -> Matter:
    """Return the matter; with `hold` two people cannot act on it at once. Raises `NotFound`."""
    matter = work.matters.get(matter_id, hold=hold)
    if matter is None:
        raise NotFound("没有这个办件，可能链接已失效，请从办件列表进入")
    return matter


def same_applicant(work: Work, matter: Matter) -> int:
    """Return how many other matters of the last year before this one come from the same applicant."""
    if matter.applicant is None:
        return 0
    since = matter.received_at - timedelta(days=365)
    return work.matters.count_of_applicant(matter.applicant, since=since, until=matter.received_at)


def linked_matters(work: Work, event_id: str) -> list[tuple[Crossing, Matter]]:
    """Return the matters that tell, or may tell, of the event, the likeliest first; what a person rejected is left out."""
    links = [one for one in work.matters.links_of_event(event_id) if one.state is not CrossingState.REJECTED]
    known = work.matters.get_all([one.matter_id for one in links[:_LINKED]])
    return [(one, known[one.matter_id]) for one in links[:_LINKED] if one.matter_id in known]


def act_on_matter(
    store: Store,
    person: Person,
    matter_id: str,
    act: MatterAct,
    *,
    register: Register,
    now: datetime,
    remark: str = "",
    handler: str = "",
) -> Matter:
    """Take a matter one step on; clocks that the step fulfils are met now.

    Raises:
        Conflict: The step does not follow from where the matter stands, or a refusal gives no reason.
        NotFound, Forbidden: As everywhere.
    """
    permit(person, Act.HANDLE_MATTER)
    with store.write() as work:
        held = matter_of(work, matter_id, hold=True)
        back = stood_before(work, held) if act.takes_back else None
        matter = perform(held, act, by=person.name, now=now, register=register, remark=remark[:1000], back=back)
        if handler.strip():
            matter = replace(matter, handler=handler.strip()[:64])
        late = [duty.action for duty in matter.duties if duty.met_at == now and duty.late]
        detail = {"to": matter.state.word, "reason": remark.strip(), "handler": handler.strip(), "late": late}
        return _save(work, person, f"matter.{act.value}", matter, detail, now)


def stood_before(work: Work, matter: Matter) -> MatterState:
    """Return where a matter stood before its last act, as the trail tells it; one that came as ended or answered was received.

    What was taken back meanwhile is as if it had not been.
    """
    stood: list[MatterState] = []
    for row in reversed(work.audit.rows(subject=f"matter:{matter.id}", limit=None)):
        to = _STATES.get(str(row.detail.get("to"))) if row.action in _MOVES else None
        if to is None:
            continue
        if row.action in _TAKEN_BACK and stood:
            stood.pop()
        if row.action not in _TAKEN_BACK or stood[-1:] != [to]:
            stood.append(to)
    if stood[-1:] == [matter.state]:
        stood.pop()
    return stood[-1] if stood and not stood[-1].over else MatterState.RECEIVED


_MOVES = frozenset(f"matter.{act.value}" for act in MatterAct)
_TAKEN_BACK = frozenset(f"matter.{act.value}" for act in MatterAct if act.takes_back)
_STATES: Mapping[str, MatterState] = MappingProxyType({state.word: state for state in MatterState})


def extend_matter(
    store: Store, person: Person, matter_id: str, rule_id: str, reason: str, *, register: Register, now: datetime
) -> Matter:
    """Extend one clock of a matter, once, with the reason.

    Raises:
        Conflict: It was extended before, is met or overdue, or the rule allows none.
        Refusal: There is no reason.
        NotFound, Forbidden: As everywhere.
    """
    permit(person, Act.EXTEND_MATTER)
    why = reason_of(reason, act="延期")
    with store.write() as work:
        held = matter_of(work, matter_id, hold=True)
        matter = extend(held, rule_id, by=person.name, reason=why, now=now, register=register)
        duty = duty_of(matter, rule_id)
        due = duty.due_at.isoformat() if duty.due_at else None
        detail = {"clock": duty.action, "reason": why, "due_at": due}
        return _save(work, person, "matter.extended", matter, detail, now)


def exclude_time(
    store: Store,
    person: Person,
    matter_id: str,
    rule_id: str,
    kind: ExclusionKind,
    reason: str,
    *,
    register: Register,
    now: datetime,
) -> Matter:
    """Leave the time from now on out of one clock of a matter, until what is waited for has come.

    Raises:
        Conflict: The text leaves no such time out, or the clock does not run, is met or overdue.
        Refusal: There is no reason.
        NotFound, Forbidden: As everywhere.
    """
    permit(person, Act.EXTEND_MATTER)
    why = reason_of(reason, act="扣除时间")
    with store.write() as work:
        held = matter_of(work, matter_id, hold=True)
        matter = exclude(held, rule_id, kind, by=person.name, reason=why, now=now, register=register)
        duty = duty_of(matter, rule_id)
        begun = duty.exclusions[-1]
        detail = {"clock": duty.action, "to": kind.word, "reason": begun.reason, "basis": begun.basis}
        return _save(work, person, "matter.excluded", matter, detail | {"verified": begun.verified}, now)


def resume_time(
    store: Store,
    person: Person,
    matter_id: str,
    rule_id: str,
    *,
    register: Register,
    now: datetime,
    received_at: datetime | None = None,
    remark: str = "",
) -> Matter:
    """Let a clock's time count again since `received_at`, else from now on.

    Raises:
        Conflict: Its time counts already, or what was waited for came before it was asked for or in the future.
        NotFound, Forbidden: As everywhere.
    """
    permit(person, Act.EXTEND_MATTER)
    with store.write() as work:
        held = matter_of(work, matter_id, hold=True)
        came = received_at or now
        matter = resume(
            held, rule_id, by=person.name, remark=remark[:1000], now=now, register=register, received_at=came
        )
        duty = duty_of(matter, rule_id)
        ended = duty.exclusions[-1]
        detail = {
            "clock": duty.action,
            "to": ended.kind.end_word,
            "reason": ended.remark,
            "received_at": came.isoformat(),
            "due_before": ended.due_before.isoformat() if ended.due_before else None,
            "due_at": duty.due_at.isoformat() if duty.due_at else None,
        }
        return _save(work, person, "matter.resumed", matter, detail, now)


def start_duty(store: Store, person: Person, matter_id: str, rule_id: str, *, now: datetime) -> Matter:
    """Start a clock whose limit is not verified, in the person's name. Raises `Conflict`, `NotFound`, `Forbidden`."""
    permit(person, Act.EXTEND_MATTER)
    with store.write() as work:
        matter = start_unverified(matter_of(work, matter_id, hold=True), rule_id, by=person.name)
        duty = duty_of(matter, rule_id)
        return _save(work, person, "matter.armed", matter, {"clock": duty.action}, now)


def decide_likeness(
    store: Store, person: Person, matter_id: str, event_id: str, *, same: bool, remark: str = "", now: datetime
) -> Crossing:
    """Confirm or reject that a matter tells of an event; a later decision replaces an earlier one, and the audit keeps both.

    Raises:
        NotFound: There is no such likeness.
        Forbidden: As everywhere.
    """
    permit(person, Act.HANDLE_MATTER)
    with store.write() as work:
        links = work.matters.links_of([matter_id])[matter_id]
        link = next((one for one in links if one.event_id == event_id), None)
        if link is None:
            raise NotFound("没有这条关联，可能已被更新，请刷新页面")
        state = CrossingState.CONFIRMED if same else CrossingState.REJECTED
        decided = replace(link, state=state, decided_by=person.name, decided_at=now, remark=remark.strip()[:1000])
        work.matters.save_links([decided])
        detail = {"to": state.word, "event": event_id, "reason": decided.remark}
        note(work, person, "matter.linked", f"matter:{matter_id}", detail, now)
    return decided


@dataclass(frozen=True, slots=True, kw_only=True)
class Frequent:
    """Subjects that came again; `since` is from when on matters were compared where there were too many for all."""

    subjects: tuple[FrequentSubject, ...]
    since: datetime | None = None


def frequent_subjects(work: Work, *, days: int, now: datetime) -> Frequent:
    """Return the subjects that came again within the last `days`, with what was decided of them; of `MOST_COMPARED` matters at most."""
    received = work.matters.received(since=now - timedelta(days=days), until=now, limit=MOST_COMPARED + 1)
    compared = received[:MOST_COMPARED]
    since = compared[-1].received_at if len(received) > MOST_COMPARED else None
    return Frequent(subjects=tuple(frequent(compared, work.matters.disclosures())), since=since)


def decide_disclosure(
    store: Store,
    person: Person,
    subject_id: str,
    *,
    disclose: bool,
    reason: str,
    days: int,
    register: Register,
    now: datetime,
) -> DisclosureDecision:
    """Decide on a frequent subject of the last `days`; to disclose begins the clock of the publication.

    Raises:
        NotFound: The subject is not on the list any more.
        Conflict: Much the same was decided already.
        Refusal: There is no reason.
        Forbidden: As everywhere.
    """
    permit(person, Act.EXTEND_MATTER)
    why = reason_of(reason, act="作出决定")
    with store.write() as work:
        work.alone("disclosures")
        subjects = frequent_subjects(work, days=days, now=now).subjects
        subject = next((one for one in subjects if one.id == subject_id), None)
        if subject is None:
            raise NotFound("这个高频主题已不在列表中，请刷新页面")
        taken = {one.id for one in work.matters.disclosures()}
        decided = decide(
            subject, disclose=disclose, by=person.name, reason=why, now=now, register=register, taken=taken
        )
        work.matters.save_disclosure(decided)
        detail = {"name": decided.subject, "to": decided.state.word, "reason": why, "matters": list(decided.matters)}
        note(work, person, "disclosure.decided", f"disclosure:{decided.id}", detail, now)
    return decided


def register_publication(
    store: Store, person: Person, disclosure_id: str, place: str, *, now: datetime
) -> DisclosureDecision:
    """Record where a decided disclosure was published.

    Raises:
        NotFound: There is no such decision.
        Conflict: Nothing was to be published, it is published already, or no place is named.
        Forbidden: As everywhere.
    """
    permit(person, Act.HANDLE_MATTER)
    with store.write() as work:
        work.alone("disclosures")
        found = _decision_of(work, disclosure_id)
        published = publish(found, by=person.name, place=place[:300], now=now)
        work.matters.save_disclosure(published)
        detail = {"name": published.subject, "place": published.place}
        note(work, person, "disclosure.published", f"disclosure:{disclosure_id}", detail, now)
    return published


def withdraw_disclosure(
    store: Store, person: Person, disclosure_id: str, reason: str, *, now: datetime
) -> DisclosureDecision:
    """Take a decision on a frequent subject back that was made by mistake, with the reason; nobody is reminded of it any more.

    Raises:
        NotFound: There is no such decision.
        Conflict: It was carried out, or taken back already.
        Refusal: There is no reason.
        Forbidden: As everywhere.
    """
    permit(person, Act.EXTEND_MATTER)
    why = reason_of(reason, act="撤销决定")
    with store.write() as work:
        work.alone("disclosures")
        found = _decision_of(work, disclosure_id)
        back = withdraw(found, by=person.name, reason=why, now=now)
        work.matters.save_disclosure(back)
        due = found.due_at.isoformat() if found.due_at else None
        detail = {"name": found.subject, "from": found.state.word, "reason": why, "due_at": due}
        note(work, person, "disclosure.withdrawn", f"disclosure:{disclosure_id}", detail, now)
    return back


def _decision_of(work: Work, disclosure_id: str) -> DisclosureDecision:
    found = next((one for one in work.matters.disclosures() if one.id == disclosure_id), None)
    if found is None:
        raise NotFound("没有这个决定")
    return found


def _save(
    work: Work, person: Person, action: str, matter: Matter, detail: Mapping[str, object], now: datetime
) -> Matter:
    work.matters.save_all([matter])
    note(work, person, action, f"matter:{matter.id}", {"name": matter.number} | dict(detail), now)
    return matter
