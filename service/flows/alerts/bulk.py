"""Acts on several alerts at once, and taking them back within ten seconds.

Each alert is done or named with the sentence why not; nobody's earlier act is overwritten. Undoing restores only what
nobody touched since, and the mails of such an act wait until it can no longer be undone.
"""

import secrets
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from service.domain.alerts.alert import Alert, AlertLevel
from service.domain.alerts.alert_states import AlertState
from service.domain.alerts.handling import standing
from service.domain.people.person import Act, Person
from service.domain.refusal import Conflict, Forbidden, NotFound, Refusal
from service.domain.telling.silence import Matcher, MatcherField, Silence
from service.flows.acts import held_alert, note, permit, save_alert
from service.flows.alerts.acts import check_gift, give, handler_of, see
from service.flows.alerts.silences import keep_silence
from service.flows.alerts.unseen import refuse_unseen_owner
from service.flows.office import Office
from service.flows.telling.tell import mail_key
from service.ports.routing import Batch
from service.ports.store import Store, Work

__all__ = ["MOST_AT_ONCE", "UNDO", "BulkDone", "Left", "acknowledge_all", "assign_all", "silence_all", "undo"]

UNDO = timedelta(seconds=10)
"""How long an act on several alerts can be taken back (interface.md §4)."""
MOST_AT_ONCE = 100
_GRACE = timedelta(seconds=2)
_NAMED = 5


@dataclass(frozen=True, slots=True)
class Left:
    """An alert that was left as it was, by its title where there is one, and why."""

    alert_id: str
    title: str
    why: Refusal

    @property
    def name(self) -> str:
        """What a sentence calls the alert."""
        return f"“{self.title}”" if self.title else f"“{self.alert_id[:20]}”"

    @property
    def sentence(self) -> str:
        """Which alert was left and why."""
        return f"{self.name}{self.why.sentence}"


@dataclass(frozen=True, slots=True)
class BulkDone:
    """What became of a bulk act: how many were done, those that were not, and what undoes it."""

    done: int
    refused: tuple[Left, ...]
    batch_id: str | None

    @property
    def refusal(self) -> Refusal:
        """Why nothing was done, naming the alerts by their reasons; forbidden only where each one was."""
        reasons: dict[str, list[str]] = {}
        for left in self.refused:
            reasons.setdefault(left.why.sentence.rstrip("。"), []).append(left.name)
        told = "；".join(f"{_named(names)}{sentence}" for sentence, names in reasons.items())
        kinds = {type(left.why) for left in self.refused}
        kind = kinds.pop() if len(kinds) == 1 else Conflict
        return kind(f"选中的{len(self.refused)}条均未处理：{told}。")


def _named(names: Sequence[str]) -> str:
    rest = f"等{len(names)}条：" if len(names) > _NAMED else "：" if len(names) > 1 else ""
    return "".join(names[:_NAMED]) + rest


def acknowledge_all(store: Store, person: Person, alert_ids: Sequence[str], *, now: datetime) -> BulkDone:
    """Acknowledge each alert that nobody acknowledged yet.

    Raises:
        Refusal: None was picked, or more than 100.
    """

    def act(work: Work, alert: Alert) -> Mapping[str, Any]:
        return _item(alert, see(work, person, alert, now=now))

    return _each(store, person, alert_ids, "acknowledge", act, now)


def assign_all(
    store: Store,
    person: Person,
    alert_ids: Sequence[str],
    owner: str,
    *,
    office: Office,
    now: datetime,
    seen: Mapping[str, str] | None = None,
) -> BulkDone:
    """Give each alert to one person, who is mailed when it can no longer be undone.

    `seen` names by alert the owner whom the person saw, "" for nobody; what somebody gave away meanwhile is left. An
    alert that it does not name, or `None`, asks for no check.

    Raises:
        Refusal: None was picked, or more than 100.
        NotFound, Conflict: The person cannot be given alerts.
    """
    with store.read() as work:
        handler_of(work, owner)
    shown = seen or {}

    def act(work: Work, alert: Alert) -> Mapping[str, Any]:
        chosen = handler_of(work, owner)
        check_gift(alert, chosen)
        refuse_unseen_owner(work, alert, None, seen=shown.get(alert.id), now=now)
        case = work.cases.of_alerts([alert.id]).get(alert.id)
        given = give(work, person, alert, chosen, office=office, now=now, not_before=now + UNDO + _GRACE)
        held = {} if case is None or case.owner == chosen.name else {"case_owner": case.owner}
        return _item(alert, given) | held | {"mail": mail_key(alert.id, f"assigned:{given.revision}", chosen)}

    return _each(store, person, alert_ids, "assign", act, now)


def silence_all(
    store: Store, person: Person, alert_ids: Sequence[str], *, hours: int, reason: str, office: Office, now: datetime
) -> BulkDone:
    """Silence each alert's event for some hours, up to its present level; red needs an approver.

    Raises:
        Refusal: None was picked, or more than 100.
    """

    def act(work: Work, alert: Alert) -> Mapping[str, Any]:
        silence = Silence(
            id=secrets.token_hex(6),
            matchers=(Matcher(MatcherField.EVENT, alert.event_id),),
            up_to=max(alert.level, AlertLevel.BLUE),
            author=person.name,
            reason=reason.strip(),
            begins_at=now,
            ends_at=now + timedelta(hours=hours),
            created_at=now,
        )
        if alert.state is AlertState.CLOSED:
            raise Conflict("预警已关闭，不需要静默")
        keep_silence(work, person, silence, office=office, now=now)
        return {"alert": alert.id, "silence": silence.id}

    return _each(store, person, alert_ids, "silence", act, now)


def _item(before: Alert, after: Alert) -> dict[str, Any]:
    seen = before.acknowledged_at
    return {
        "alert": before.id,
        "owner": before.owner,
        "acknowledged_at": seen.isoformat() if seen else None,
        "acknowledged_by": before.acknowledged_by,
        "left": [after.state.value, after.owner, after.acknowledged_by],
    }


def _each(
    store: Store,
    person: Person,
    alert_ids: Sequence[str],
    kind: str,
    act: Callable[[Work, Alert], Mapping[str, Any]],
    now: datetime,
) -> BulkDone:
    permit(person, Act.HANDLE_ALERT)
    picked = list(dict.fromkeys(alert_ids))
    if not picked:
        raise Refusal("没有选中任何预警，请先勾选。")
    if len(picked) > MOST_AT_ONCE:
        raise Refusal(f"一次最多处理{MOST_AT_ONCE}条，现选中{len(picked)}条")
    items: list[Mapping[str, Any]] = []
    refused: list[Left] = []
    with store.write() as work:
        # In one order for everybody, so that two who act at once cannot wait for each other.
        for alert_id in sorted(picked):
            title = ""
            try:
                alert = held_alert(work, alert_id)
                title = alert.title[:20]
                items.append(act(work, alert))
            except Refusal as refusal:
                refused.append(Left(alert_id, title, refusal))
        if not items:
            return BulkDone(0, tuple(refused), None)
        left = [{"refused": one.sentence} for one in refused]
        batch = Batch(id=secrets.token_hex(8), kind=kind, person_id=person.id, at=now, items=(*items, *left))
        work.batches.save(batch)
    return BulkDone(len(items), tuple(refused), batch.id)


def undo(store: Store, person: Person, batch_id: str, *, now: datetime) -> BulkDone:
    """Take a bulk act of one's own back; what somebody touched since stays and is named.

    Raises:
        NotFound: There is no such act.
        Forbidden: It is another person's.
        Conflict: It is undone already, or more than ten seconds old.
    """
    permit(person, Act.HANDLE_ALERT)
    with store.write() as work:
        work.alone("batches")
        batch = work.batches.get(batch_id)
        if batch is None:
            raise NotFound("没有可以撤销的操作")
        if batch.person_id != person.id:
            raise Forbidden("只能撤销自己的操作")
        if batch.undone_at is not None:
            raise Conflict("操作已撤销")
        # A clock that was set back gives nobody more time.
        if not batch.at - _GRACE <= now <= batch.at + UNDO + _GRACE:
            raise Conflict("已超过10秒，不能撤销，请在事件页改正")
        done_then = [item for item in batch.items if "alert" in item]
        refused = [left for item in done_then if (left := _take_back(work, person, batch.kind, item, now))]
        work.batches.save(replace(batch, undone_at=now))
        done = len(done_then) - len(refused)
        note(work, person, "batch.undone", f"batch:{batch.kind}", {"count": done}, now)
        return BulkDone(done, tuple(refused), None)


def _take_back(work: Work, person: Person, kind: str, item: Mapping[str, Any], now: datetime) -> Left | None:
    """Restore one alert; return why not where somebody was there since."""
    alert = held_alert(work, str(item["alert"]))
    if kind == "silence":
        # As whoever ends it on its own page: the first stays on record.
        work.alone(f"silence.{item['silence']}")
        silence = work.silences.get(str(item["silence"]))
        if silence is not None and silence.ended_at is None:
            work.silences.save(replace(silence, ended_at=now, ended_by=person.name))
            note(work, person, "silence.ended", f"silence:{silence.id}", {"reason": "撤销"}, now)
        return None
    # What the system wrote since, as when a document joined, is nobody's work: undoing takes nothing from anybody.
    if [alert.state.value, alert.owner, alert.acknowledged_by] != item["left"]:
        return Left(alert.id, alert.title[:20], Conflict("之后已有变动，未撤销"))
    seen = item["acknowledged_at"]
    back = replace(
        alert,
        owner=item["owner"],
        acknowledged_at=datetime.fromisoformat(seen) if seen else None,
        acknowledged_by=item["acknowledged_by"],
    )
    back = replace(back, state=standing(back))
    if "mail" in item:
        work.notices.withdraw(work.outbox.withdraw([str(item["mail"])]))
    detail = {"was": alert.state.value, "reason": "撤销批量操作"}
    note(work, person, f"alert.{back.state.value}", f"alert:{alert.id}", detail, now)
    save_alert(work, back, now)
    if "case_owner" in item:
        _give_case_back(work, alert, item["case_owner"], now)
    return None


def _give_case_back(work: Work, alert: Alert, owner: str | None, now: datetime) -> None:
    """Give the case of an alert back to whom it was taken from, unless somebody gave it away again since."""
    case = work.cases.of_alerts([alert.id]).get(alert.id)
    if case is not None and case.owner == alert.owner:
        work.cases.move(replace(case, owner=owner, changed_at=now, revision=case.revision + 1), ())
