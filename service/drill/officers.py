"""The scripted officers of a drill: they walk the case of its event through the same flows as people, at the scenario's pace."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime

from service.bootstrap import Application
from service.domain.alerts.alert import Alert
from service.domain.cases.file import CaseFile, Disclosure, LiaisonKind
from service.domain.cases.small_office import small_office
from service.domain.cases.turn import takers, turns
from service.domain.cases.workflow import Step
from service.domain.clocks.clock import BEGUN_STATES, ClockRole
from service.domain.people.person import Person, Role
from service.domain.refusal import Refusal
from service.drill.scenario import Deed, Scenario
from service.flows.alerts.clocks import meet_clock
from service.flows.cases.assessing import begin_assessment, conclude_assessment, decide_to_respond, report_upwards
from service.flows.cases.drafting import save_text, set_disclosure, submit_draft
from service.flows.cases.following import evaluate_response, track_reaction
from service.flows.cases.liaison import ask_party
from service.flows.cases.opening import open_for_alert
from service.flows.cases.publishing import publish_draft
from service.flows.cases.reference import articles_of, reference_of
from service.flows.cases.reviewing import authority_checked, draft_signed, opinion_given
from service.flows.cases.scene import Hand
from service.flows.office import Office
from service.flows.people.acts import add_person
from service.ports.store import Work

__all__ = ["Officers", "enrol_officers", "patient"]

_NAMES = (("起草员（演练）", Role.OFFICER), ("审核员（演练）", Role.OFFICER), ("签批人（演练）", Role.APPROVER))
_MOST_ALERTS = 200
_ALL = 10**9


def enrol_officers(app: Application, now: datetime) -> list[Person]:
    """Add the three officers with the duties of a small office, each with an address of the drill."""
    for number, (name, role) in enumerate(_NAMES, 1):
        email = f"drill-officer-{number}@drill.invalid"
        add_person(app.store, name=name, role=role, by="system", now=now, email=email)
    with app.store.write() as work:
        found = [person for name, _ in _NAMES if (person := work.people.by_name(name)) is not None]
        shared = small_office(found, app.office.register.workflow)
        officers = [replace(person, duties=shared[person.id]) for person in found]
        for person in officers:
            work.people.save(person)
    return officers


def patient(office: Office) -> Office:
    """Return the office for which reaction dies down at once: a drill ends before three quiet days are over."""
    workflow = replace(office.register.workflow, quiet_days=0, quiet_documents=_ALL)
    return replace(office, register=replace(office.register, workflow=workflow))


@dataclass(slots=True)
class Officers:
    """Takes the deeds of a scenario in their order, each its `after` later than the one before; the first after the alert.

    A deed that is refused, because a person took it or because the rules say so, is written down with the sentence and
    the next one follows; `refused` holds those.
    """

    app: Application
    scenario: Scenario
    people: list[Person]
    office: Office
    taken: int = 0
    last_at: datetime | None = None
    refused: list[str] = field(default_factory=list)

    @property
    def left(self) -> tuple[Deed, ...]:
        """The deeds that are still to come."""
        response = self.scenario.response
        return response.deeds[self.taken :] if response is not None else ()

    def act(self, now: datetime) -> None:
        """Take the next deed where it is due."""
        if not self.left or (self.last_at is not None and now < self.last_at + self.left[0].after):
            return
        with self.app.store.read() as work:
            alert = self._alert(work)
        if alert is None:
            return
        deed = self.left[0]
        if now < (self.last_at or alert.raised_at) + deed.after:
            return
        self.taken += 1
        self.last_at = now
        try:
            self._take(deed, alert, now)
        except Refusal as refusal:
            self.refused.append(f"{deed.word}：{refusal.sentence}")

    def _alert(self, work: Work) -> Alert | None:
        response = self.scenario.response
        event = next(one for one in self.scenario.events if response is not None and one.id == response.event)
        wanted = {(one.source, one.title) for one in self.scenario.releases if one.id in event.documents}
        for alert in work.alerts.listing(limit=_MOST_ALERTS):
            documents = work.events.documents(alert.event_id)
            if any((one.source_id, one.title) in wanted for one in documents):
                return alert
        return None

    def _take(self, deed: Deed, alert: Alert, now: datetime) -> None:
        if deed.deed == "open":
            monitor = next(one for one in self.people if "monitor" in one.duties)
            open_for_alert(self.app.store, monitor, alert.id, office=self.office, now=now)
            return
        with self.app.store.read() as work:
            case = work.cases.of_alerts([alert.id]).get(alert.id)
            file = work.cases.file(case.id) if case is not None else None
        if file is None:
            raise Refusal("还没有开立处置")
        _DEEDS[deed.deed](self, deed, file, now)

    def hand(self, file: CaseFile, now: datetime, step: Step | None = None) -> Hand:
        """Return the hand of the officer whose turn a step is; without a step, of the one who writes.

        Raises:
            Refusal: It is the turn of none of them; the sentence says what the case waits for.
        """
        person = self.people[0] if step is None else self._taker(file, step)
        return Hand(store=self.app.store, person=person, case_id=file.case.id, office=self.office, now=now)

    def _taker(self, file: CaseFile, step: Step) -> Person:
        workflow = self.office.register.workflow
        with self.app.store.read() as work:
            event = work.events.get(file.case.event_id)
        waiting = turns(file, workflow, event.grade if event else None)
        turn = next((one for one in waiting if one.step is step), None)
        found = takers(self.people, turn, file, workflow) if turn is not None else ()
        if not found:
            raise Refusal(
                f"处置在等待{'、'.join(one.name for one in waiting) or '结束'}，没有办理“{workflow.steps[step].name}”"
            )
        return found[0]

    def file(self, case_id: str) -> CaseFile:
        """Return the case as it stands now."""
        with self.app.store.read() as work:
            file = work.cases.file(case_id)
        assert file is not None
        return file


def _assess(officers: Officers, _: Deed, file: CaseFile, now: datetime) -> None:
    begin_assessment(officers.hand(file, now, Step.ASSESS))


def _conclude(officers: Officers, deed: Deed, file: CaseFile, now: datetime) -> None:
    conclude_assessment(officers.hand(file, now, Step.CONCLUDE), summary=deed.text, grade=None)
    half = officers.file(file.case.id)
    if half.case.state is file.case.state:
        conclude_assessment(officers.hand(half, now, Step.CONCLUDE), summary="", grade=None)


def _report(officers: Officers, deed: Deed, file: CaseFile, now: datetime) -> None:
    lead = next(one for one in officers.people if "duty_lead" in one.duties)
    report_upwards(replace(officers.hand(file, now), person=lead), to=deed.channel, basis=deed.text)


def _respond(officers: Officers, deed: Deed, file: CaseFile, now: datetime) -> None:
    decide_to_respond(officers.hand(file, now, Step.RESPOND), reason=deed.text)
    half = officers.file(file.case.id)
    if half.case.state is file.case.state:
        decide_to_respond(officers.hand(half, now, Step.RESPOND), reason="")


def _liaise(officers: Officers, deed: Deed, file: CaseFile, now: datetime) -> None:
    ask_party(officers.hand(file, now), kind=LiaisonKind.NATIONAL, party=deed.channel, question=deed.text)


def _draft(officers: Officers, _: Deed, file: CaseFile, now: datetime) -> None:
    with officers.app.store.read() as work:
        alert, event = work.alerts.get(file.case.alert_id), work.events.get(file.case.event_id)
        assert alert is not None
        assert event is not None
        reference = reference_of(work, file, alert, event, articles_of(work, alert), now=now)
    # What the reference leaves open is struck, as an officer would: a text with its marks passes no review.
    known = [line.text for slot in reference.slots for line in slot.lines if not line.open]
    quoted = [one.shown for one in reference.quotations if one.text is not None and one.verified]
    text = "\n".join([f"关于“{event.title}”有关情况的说明", *known, *quoted])
    saved = save_text(officers.hand(file, now), text=text, base=file.case.draft)
    set_disclosure(officers.hand(file, now), Disclosure.ACTIVE, reason="")
    submit_draft(officers.hand(file, now), version=saved.draft)


def _reviewing(step: Step) -> "_Do":
    def review(officers: Officers, deed: Deed, file: CaseFile, now: datetime) -> None:
        version = file.case.submitted or 0
        opinion_given(officers.hand(file, now, step), step, version=version, passed=True, remark=deed.text)

    return review


def _authority(officers: Officers, deed: Deed, file: CaseFile, now: datetime) -> None:
    authority_checked(
        officers.hand(file, now, Step.AUTHORITY),
        version=file.case.submitted or 0,
        outcome=deed.outcome,
        reference=deed.reference,
        remark=deed.text,
    )


def _sign(officers: Officers, deed: Deed, file: CaseFile, now: datetime) -> None:
    version = file.case.submitted or 0
    draft_signed(officers.hand(file, now, Step.SIGN), version=version, reference=deed.reference, remark=deed.text)


def _publish(officers: Officers, deed: Deed, file: CaseFile, now: datetime) -> None:
    version = file.case.submitted or 0
    hand = officers.hand(file, now, Step.PUBLISH)
    publish_draft(hand, version=version, channel=deed.channel, reference=deed.reference)


def _track(officers: Officers, deed: Deed, file: CaseFile, now: datetime) -> None:
    track_reaction(officers.hand(file, now, Step.TRACK), remark=deed.text)


def _duties(officers: Officers, deed: Deed, file: CaseFile, now: datetime) -> None:
    """Meet what else runs: duties of this office that no public statement meets."""
    with officers.app.store.read() as work:
        clocks = work.clocks.of_alerts([file.case.alert_id]).get(file.case.alert_id, [])
    for clock in clocks:
        if clock.role is ClockRole.OWN and clock.state in BEGUN_STATES:
            person, store = officers.people[0], officers.app.store
            meet_clock(store, person, clock.id, office=officers.office, now=now, remark=deed.text)


def _evaluate(officers: Officers, deed: Deed, file: CaseFile, now: datetime) -> None:
    hand = officers.hand(file, now, Step.EVALUATE)
    evaluate_response(hand, reach=deed.text, questions="无", lessons=deed.text)


_Do = Callable[[Officers, Deed, CaseFile, datetime], None]

_DEEDS: Mapping[str, _Do] = {
    "assess": _assess,
    "conclude": _conclude,
    "report": _report,
    "respond": _respond,
    "liaise": _liaise,
    "draft": _draft,
    "first_review": _reviewing(Step.FIRST_REVIEW),
    "legal_review": _reviewing(Step.LEGAL_REVIEW),
    "secrecy_review": _reviewing(Step.SECRECY_REVIEW),
    "authority": _authority,
    "sign": _sign,
    "publish": _publish,
    "track": _track,
    "duties": _duties,
    "evaluate": _evaluate,
}
