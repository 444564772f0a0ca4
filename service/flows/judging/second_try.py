"""What was set aside is tried again in an administrator's name: documents are judged, mails sent, batches indexed.

What made them fail is mended first, by a new program, a new model, a mail server put right; nothing here mends it. A document
that fails again is set aside again, with a row of its own in the quarantine.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from service.domain.documents.set_aside import ASSESS, document_of
from service.domain.people.person import Act, Person
from service.domain.refusal import Conflict
from service.domain.telling.plain_letter import PLAIN
from service.flows.acts import note, permit
from service.flows.telling.deliver import REFUSED
from service.flows.telling.merging import MAIL
from service.ports.store import OutboxRow, Store, Work

__all__ = ["MOST_AT_ONCE", "GivenUp", "SetAside", "deliver_again", "given_up", "judge_set_aside", "set_aside"]

MOST_AT_ONCE = 500
"""Documents, mails or batches that one request covers, the oldest first: what is new waits some seconds for them."""

# Rows looked through for documents: those whose text was edited meanwhile were judged, and their rows stay.
_MOST_ROWS = 20 * MOST_AT_ONCE


@dataclass(frozen=True, slots=True, kw_only=True)
class SetAside:
    """Documents that were set aside: the ids of the next request, how many more there are, and rows of the quarantine about them.

    `rows` also holds those of documents that need no second try, as their text was edited and judged since.
    """

    documents: tuple[str, ...]
    left: int
    rows: tuple[int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class GivenUp:
    """Deliveries of one kind that were given up: those of the next request, how many more there are, how many cannot be sent.

    Nothing is sent to somebody who has left, or has no address; whose address was put right gets it there.
    """

    kind: str
    rows: tuple[OutboxRow, ...]
    left: int = 0
    unaddressed: int = 0


def set_aside(work: Work, *, reason: str = "") -> SetAside:
    """Return which documents were set aside and not judged since, those whose sentence has `reason` in it."""
    told = [row for row in work.quarantine.open_details(ASSESS, limit=_MOST_ROWS) if reason in row[1]]
    named = [(row_id, name) for row_id, detail in told if (name := document_of(detail)) is not None]
    dead = work.documents.set_aside([name for _, name in named])
    waiting = list(dict.fromkeys(name for _, name in named if name in dead))
    chosen = waiting[:MOST_AT_ONCE]
    later = frozenset(waiting[MOST_AT_ONCE:])
    rows = tuple(row_id for row_id, name in named if name not in later)
    return SetAside(documents=tuple(chosen), left=len(later), rows=rows)


def judge_set_aside(
    store: Store, person: Person, *, now: datetime, reason: str = "", dry_run: bool = False
) -> SetAside:
    """Let documents that were set aside await judgement as new ones in the person's name; return which.

    What is a risk is alerted as any other, once: a document that had been judged in its present text before stays in its event
    and is counted there once. A dry run changes nothing.

    Raises:
        Forbidden: The person's role is not granted it.
        Conflict: There is none.
    """
    permit(person, Act.TRY_AGAIN)
    if dry_run:
        with store.read() as work:
            return set_aside(work, reason=reason)
    with store.write() as work:
        # Of two who ask at once, the second finds what the first left.
        work.alone("second_try")
        found = set_aside(work, reason=reason)
        if not found.documents:
            raise Conflict("没有已搁置的稿件可重新研判，可能刚由他人安排，请刷新后再看。")
        work.documents.await_again(found.documents, now=now)
        work.rejudgements.resume(found.documents, now=now)
        work.quarantine.mark_replayed(found.rows, now=now)
        note(work, person, "document.tried_again", "document:", {"count": len(found.documents), "error": reason}, now)
    return found


def given_up(work: Work, kind: str) -> GivenUp:
    """Return what was given up of a kind, mail or search, each mail with the present address of its receiver."""
    dead = work.outbox.given_up(kind, limit=_MOST_ROWS)
    if kind != MAIL:
        return GivenUp(kind=kind, rows=tuple(dead[:MOST_AT_ONCE]), left=len(dead[MOST_AT_ONCE:]))
    people = [one for one in work.people.listing() if not one.disabled and one.email]
    sent = [ready for row in dead if (ready := _addressed(work, row, people)) is not None]
    return GivenUp(
        kind=kind,
        rows=tuple(sent[:MOST_AT_ONCE]),
        left=len(sent[MOST_AT_ONCE:]),
        unaddressed=len(dead) - len(sent),
    )


def deliver_again(store: Store, person: Person, kind: str, *, now: datetime, dry_run: bool = False) -> GivenUp:
    """Let what was given up of a kind leave again in the person's name; return what.

    A mail keeps its Message-ID and says that it was refused and how its alert stands now, closed ones too. One in whose place
    a later mail on its alert leaves, or many that go to one person, are treated as any that waited. A dry run changes nothing.

    Raises:
        Forbidden: The person's role is not granted it.
        Conflict: There is nothing that can be sent.
    """
    permit(person, Act.TRY_AGAIN)
    if dry_run:
        with store.read() as work:
            return given_up(work, kind)
    with store.write() as work:
        work.alone("second_try")
        found = given_up(work, kind)
        if not found.rows:
            raise Conflict(_nothing(found))
        work.outbox.leave_again({row.key: row.payload for row in found.rows}, now=now)
        for row in found.rows if kind == MAIL else ():
            detail = {"recipient": row.payload["to"], "key": row.key}
            for alert_id in _alerts_of(row):
                note(work, person, "mail.tried_again", alert_id, detail, now)
        if kind != MAIL:
            note(work, person, f"{kind}.tried_again", f"{kind}:", {"count": len(found.rows)}, now)
    return found


def _nothing(found: GivenUp) -> str:
    if found.unaddressed:
        return f"{found.unaddressed} 封已放弃的邮件，收件人已停用或没有邮箱，不能重新发送。"
    return "没有已放弃的内容可重新发送，可能刚由他人安排，请刷新后再看。"


def _alerts_of(row: OutboxRow) -> list[str]:
    parts = row.payload.get("merges") or [{"alert_id": row.payload["alert_id"]}]
    return list(dict.fromkeys(str(part["alert_id"]) for part in parts))


def _addressed(work: Work, row: OutboxRow, people: Sequence[Person]) -> OutboxRow | None:
    """Return the mail to its receiver's present address, `None` where there is nobody to send it to."""
    addresses = {one.email for one in people}
    to = row.payload["to"] if row.payload["to"] in addresses else _new_address(work, row, people)
    # The server was mended meanwhile: all of it is tried again.
    whole = {name: value for name, value in row.payload.items() if name != PLAIN}
    return None if to is None else replace(row, payload={**whole, "to": to, REFUSED: True})


def _new_address(work: Work, row: OutboxRow, people: Sequence[Person]) -> str | None:
    """Return the present address of the person to whom a mail on an alert goes; nobody knows whose a mail on something else is."""
    first = next(iter(row.payload.get("merges") or [{"alert_id": row.payload["alert_id"], "key": row.key}]))
    notices = work.notices.of_alert(str(first["alert_id"]))
    receivers = {one.person_id for one in notices if one.key == first["key"]}
    return next((one.email for one in people if one.id in receivers), None)
