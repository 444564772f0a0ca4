"""Tells people of an alert: decides who and why, queues their mails by deterministic keys, records what was held back."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from functools import cached_property
from types import MappingProxyType
from typing import Any

from service.domain.alerts.alert import Alert, AlertLevel
from service.domain.alerts.alert_states import AlertState
from service.domain.clocks.clock import Clock
from service.domain.events.event import Event
from service.domain.people.person import Person
from service.domain.rules.register import Register
from service.domain.telling.escalation import noted, notes_on
from service.domain.telling.inhibition import NEAR, Mute, Neighbour, mute_of
from service.domain.telling.letter import Letter, write_letter
from service.domain.telling.notification import subject
from service.domain.telling.receivers import Ask, HoldReason, Occasion, Plan, Staff, plan
from service.domain.telling.routing import Labels, Routing, Scope, Target
from service.domain.telling.second_channel import said_at_once
from service.domain.telling.silence import Silence
from service.flows.office import Office
from service.flows.telling.merging import MAIL
from service.flows.telling.second_channel import say
from service.ports.routing import Notice
from service.ports.store import Work

__all__ = [
    "Teller",
    "hold_back",
    "labels_of",
    "mail_key",
    "queue_letter",
    "staff_of",
    "tell",
    "tell_person",
    "told_before",
    "told_marks",
]

_HANDOVER = timedelta(hours=24)
_NEIGHBOURS = 500
_TOGETHER = timedelta(minutes=1)
_OF_AN_ACT: Mapping[str, str] = MappingProxyType(
    {
        "assigned": "指派给您承办",
        "reopened": "您承办的预警已重新打开",
        "unanswered": "您承办的预警已撤销回应登记",
        "unmet": "您承办的预警有一项时限已撤销完成登记",
    }
)
_RECORDED = frozenset({HoldReason.SILENCED, HoldReason.WIDER_ALERT, HoldReason.ANSWERED, HoldReason.NO_ADDRESS})


def labels_of(alert: Alert, event: Event, register: Register) -> Labels:
    """Return what rules and silences look at."""
    rules = [register.categories[code] for code in event.categories if code in register.categories]
    units = dict.fromkeys(unit.id for rule in rules for unit in (*rule.lead, *rule.joining))
    return Labels(
        event_id=event.id,
        level=alert.level,
        categories=event.categories,
        regions=event.regions,
        products=event.products,
        firms=event.firms,
        departments=tuple(units),
    )


def staff_of(work: Work, now: datetime) -> Staff:
    """Return who there is now."""
    return Staff(
        people=work.people.listing(),
        shifts=work.roster.between(now - _HANDOVER, now + _HANDOVER),
        roster_kept=work.roster.kept(),
        members=work.roster.members(),
    )


class Teller:
    """Tells within one transaction at one moment; what does not depend on the alert is read once, however many are told."""

    def __init__(self, work: Work, office: Office, now: datetime) -> None:
        """Read nothing yet."""
        self._work = work
        self._office = office
        self._now = now
        self._said: set[str] = set()

    @cached_property
    def _staff(self) -> Staff:
        return staff_of(self._work, self._now)

    @cached_property
    def _routing(self) -> Routing:
        return self._office.routing()

    @cached_property
    def _silences(self) -> Sequence[Silence]:
        return self._work.silences.active(self._now)

    @cached_property
    def _wide(self) -> Sequence[Neighbour]:
        """Return the unclosed alerts on the whole province: the only ones that cover others."""
        raised = self._work.alerts.listing(since=self._now - 2 * NEAR, limit=_NEIGHBOURS)
        alerts = [alert for alert in raised if alert.state is not AlertState.CLOSED]
        events = self._work.events.get_all([alert.event_id for alert in alerts])
        pairs = [(alert, events[alert.event_id]) for alert in alerts if alert.event_id in events]
        found = [Neighbour(alert, labels_of(alert, event, self._office.register)) for alert, event in pairs]
        return [one for one in found if one.labels.scope is Scope.PROVINCE]

    def mute(self, alert: Alert, labels: Labels) -> Mute | None:
        """Return what mutes the alert now; others are looked at only where they could cover it."""
        covered = labels.scope is Scope.CITY and bool(labels.products) and labels.level < AlertLevel.RED
        neighbours = self._wide if covered else ()
        return mute_of(alert, labels, silences=self._silences, neighbours=neighbours, now=self._now)

    def would_tell(
        self,
        alert: Alert,
        event: Event,
        *,
        occasion: str,
        targets: Sequence[Target] | None = None,
        besides: Collection[str] = (),
    ) -> Plan:
        """Say who would be told now; nothing is written. The same that `tell` does, for previews."""
        labels, kind = labels_of(alert, event, self._office.register), Occasion.of(occasion)
        ask = Ask(
            occasion=kind,
            mute=self.mute(alert, labels) if kind.mutable else None,
            told=told_before(self._work, alert.id, occasion) | set(besides),
            owner=alert.owner,
            targets=targets,
        )
        return plan(labels, ask, routing=self._routing, staff=self._staff, now=self._now)

    def tell(
        self,
        alert: Alert,
        event: Event,
        clocks: Sequence[Clock],
        *,
        occasion: str,
        targets: Sequence[Target] | None = None,
        besides: Collection[str] = (),
    ) -> Plan:
        """Queue one mail to everybody who is to know of this, once for each occasion, and return who and who not.

        `besides` are the ids of those who were told the same a moment ago on another occasion, and are not told again.
        What is muted is recorded with its reason and stays owed: `told_marks` keeps a mark on the alert for that.
        """
        work, now = self._work, self._now
        found = self.would_tell(alert, event, occasion=occasion, targets=targets, besides=besides)
        if found.told or found.nobody:
            letter = _letter(work, alert, event, clocks, self._office, now, occasion)
            for one in found.told:
                queue_letter(work, one.person, alert, letter, occasion=occasion, why=one.words, now=now)
            self._say(alert, letter, occasion)
        for held in found.held:
            if held.reason in _RECORDED:
                _record(work, held.person, alert, occasion, held.words, now, told=False)
        if found.nobody:
            detail = {"occasion": occasion, "reason": "没有任何人可以收到，请检查用户邮箱、订阅与值班表"}
            about = f"alert:{alert.id}"
            work.audit.append(actor="system", action="alert.told_nobody", subject=about, detail=detail, now=now)
        return found

    def tell_again(self, alert: Alert, event: Event, clocks: Sequence[Clock], *, occasion: str, why: str) -> None:
        """Queue one mail to everybody who was told of this alert on another occasion, and not at this moment."""
        notices = [one for one in self._work.notices.of_alert(alert.id) if one.told]
        now = {one.person_id for one in notices if one.at == self._now or one.occasion == occasion}
        known = {one.person_id for one in notices} - now
        letter = _letter(self._work, alert, event, clocks, self._office, self._now, occasion)
        for person in self._staff.people:
            if person.id in known and not person.disabled and person.email is not None:
                queue_letter(self._work, person, alert, letter, occasion=occasion, why=why, now=self._now)

    def _say(self, alert: Alert, letter: Letter, occasion: str) -> None:
        """Tell the group too, of one alert once at a moment, as a person is."""
        channel = self._office.channel
        if channel is None or not said_at_once(channel, alert.level) or alert.id in self._said:
            return
        why = "红色、橙色同时发到群里"
        if say(self._work, alert, letter, occasion=occasion, channel=channel, why=why, now=self._now):
            self._said.add(alert.id)


def told_before(work: Work, alert_id: str, occasion: str) -> frozenset[str]:
    """Return the ids of those who were told on this occasion."""
    notices = work.notices.of_alert(alert_id)
    return frozenset(one.person_id for one in notices if one.told and one.occasion == occasion)


def tell(
    work: Work,
    alert: Alert,
    event: Event,
    clocks: Sequence[Clock],
    *,
    occasion: str,
    office: Office,
    now: datetime,
    targets: Sequence[Target] | None = None,
) -> Plan:
    """Tell of one alert; see `Teller.tell`."""
    return Teller(work, office, now).tell(alert, event, clocks, occasion=occasion, targets=targets)


def told_marks(alert: Alert, found: Plan) -> Alert:
    """Return the alert with what telling left open: that it is muted, and for which shift it was told."""
    return noted(alert, muted=True if found.mute is not None else None, shift=list(found.shifts) or None)


def mail_key(alert_id: str, occasion: str, person: Person) -> str:
    """Return the key of the one mail to this person on this occasion, the same on every machine and after every restart."""
    return f"mail:{alert_id}:{occasion}:{person.id}"


def tell_person(
    work: Work,
    person: Person,
    alert: Alert,
    event: Event,
    *,
    occasion: str,
    office: Office,
    now: datetime,
    not_before: datetime | None = None,
) -> bool:
    """Queue one mail to this person whatever their threshold; false where they have no address or it is queued already.

    `occasion` begins with what it is for, one of `_OF_AN_ACT`; `not_before` leaves time to take an act back.
    """
    if person.email is None:
        return False
    clocks = work.clocks.of_alerts([alert.id]).get(alert.id, [])
    letter = _letter_on(work, alert, event, clocks, office, now)
    why = _OF_AN_ACT[occasion.partition(":")[0]]
    return queue_letter(work, person, alert, letter, occasion=occasion, why=why, now=now, not_before=not_before)


def queue_letter(
    work: Work,
    person: Person,
    alert: Alert,
    letter: Letter,
    *,
    occasion: str,
    why: str,
    now: datetime,
    not_before: datetime | None = None,
) -> bool:
    """Queue the letter to one person with the reason for it; false where the same mail was queued before.

    What was held back before leaves at the next full minute, with all else that is told when the reason ends; red at once.
    """
    payload: dict[str, Any] = {"to": person.email, "alert_id": alert.id, "letter": letter.to_json() | {"receives": why}}
    key = mail_key(alert.id, occasion, person)
    held = any(one.key == key and not one.told for one in work.notices.of_alert(alert.id))
    if held and alert.level < AlertLevel.RED:
        payload["held"] = True
        not_before = max(not_before or now, now.replace(second=0, microsecond=0) + _TOGETHER)
    if not work.outbox.add(key, MAIL, payload, now=now, not_before=not_before):
        return False
    _record(work, person, alert, occasion, why, now, told=True)
    return True


def hold_back(work: Work, person: Person, alert: Alert, *, occasion: str, why: str, now: datetime) -> None:
    """Record that this person is not told on this occasion, and why; once."""
    _record(work, person, alert, occasion, why, now, told=False)


def _record(work: Work, person: Person, alert: Alert, occasion: str, why: str, now: datetime, *, told: bool) -> None:
    work.notices.save(
        Notice(
            key=mail_key(alert.id, occasion, person),
            alert_id=alert.id,
            occasion=occasion,
            person_id=person.id,
            person_name=person.name,
            told=told,
            why=why,
            level=alert.level,
            at=now,
        )
    )


def _letter(
    work: Work,
    alert: Alert,
    event: Event,
    clocks: Sequence[Clock],
    office: Office,
    now: datetime,
    occasion: str,
) -> Letter:
    letter = _letter_on(work, alert, event, clocks, office, now, mark=Occasion.of(occasion).mark)
    return replace(letter, notes=(*notes_on(occasion, alert, clocks, now), *letter.notes))


def _letter_on(
    work: Work, alert: Alert, event: Event, clocks: Sequence[Clock], office: Office, now: datetime, *, mark: str = ""
) -> Letter:
    return write_letter(
        subject=subject(alert, clocks, event=event, drill=office.drill, now=now, mark=mark),
        alert=alert,
        event=event,
        clocks=clocks,
        documents=work.events.documents(event.id, limit=20),
        link=f"{office.address}/events/{event.id}",
        drill=office.drill,
        now=now,
    )
