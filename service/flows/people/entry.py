"""Log-in and sessions, each with its audit row in the same transaction."""

import hashlib
import secrets
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from service.domain.people.password import LOCK, MAX_FAILURES, is_live, is_locked, is_run_out
from service.domain.people.person import Person, Role, Session
from service.domain.people.second_factor import CODE_WAIT
from service.flows.people.passwords import NOBODY, matches
from service.ports.store import Store, StoreFullError, Work

__all__ = [
    "PEOPLE",
    "Entry",
    "EntryOutcome",
    "Whence",
    "awaiting_code",
    "count_failure",
    "current",
    "enter",
    "find_awaiting",
    "is_shut",
    "leave",
    "leave_behind",
    "note",
    "open_session",
    "session_id",
    "still_shut",
]

PEOPLE = "people"
"""What to be alone with before a person is changed: one is saved whole, and of two at once the second sees what the first did."""

_SEEN_STEP = timedelta(seconds=60)


class EntryOutcome(StrEnum):
    """How a try to log in ended."""

    ENTERED = "entered"
    CODE_WANTED = "code_wanted"
    REFUSED = "refused"
    LOCKED = "locked"
    RUN_OUT = "run_out"


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """The result of a try to log in; `token` is the cookie's value, known only to the browser.

    Where a code is wanted it stands for the password that was right, and opens nothing else. `known` is false where nobody
    has that name: whoever asks is not to learn it.
    """

    outcome: EntryOutcome
    token: str | None = None
    person: Person | None = None
    known: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Whence:
    """From where somebody tries to log in: the network address, and whether the person has logged in with this browser before."""

    address: str = ""
    known: bool = False


_SOMEWHERE = Whence()


def enter(
    store: Store, *, name: str, password: str, now: datetime, pace: float = 1.0, whence: Whence = _SOMEWHERE
) -> Entry:
    """Check a password and open a session, or wait for the code of who has a second factor.

    An unknown name costs as much time as a known one. The fifth failure in a row shuts the account for 300 s; while it
    is shut the password is checked all the same and the answer does not say whether it was right. A known browser is
    not shut out: who calls bounds its tries. `pace` is how many times as fast as real time `now` runs; the account is
    shut for 300 s of real time. A one-time password that has run out opens nothing, and only who knows it is told.
    """
    with store.read() as work:
        person = work.people.by_name(name)
    right = matches(person.password_hash if person else NOBODY, password)
    with store.write() as work:
        work.alone(PEOPLE)
        person = work.people.by_name(name)
        if person is None or person.disabled:
            # In a hurry the password is typed into this field, and the trail is kept for years.
            actor = f"未知:{name[:1]}…"
            note(work, actor=actor, action="login.refused", subject="login", now=now, address=whence.address)
            return Entry(outcome=EntryOutcome.REFUSED, known=False)
        if is_shut(person, whence, now, LOCK * pace):
            return still_shut(work, person, whence, now)
        if not right:
            return count_failure(work, person, now, LOCK * pace, whence=whence)
        if is_run_out(person, now):
            about = f"person:{person.id}"
            note(work, actor=person.name, action="login.run_out", subject=about, now=now, address=whence.address)
            return Entry(outcome=EntryOutcome.RUN_OUT)
        admit = open_session if person.second_factor is None else _await_code
        return admit(work, person, now, whence=whence)


def is_shut(person: Person, whence: Whence, now: datetime, lock: timedelta) -> bool:
    """Tell whether log-in is shut for this person there; failures of strangers shut out no browser that is known."""
    return not whence.known and is_locked(person, now, lock=lock)


def still_shut(work: Work, person: Person, whence: Whence, now: datetime) -> Entry:
    """Write down that somebody tried while the account was shut."""
    about = f"person:{person.id}"
    note(work, actor=person.name, action="login.locked", subject=about, now=now, address=whence.address)
    return Entry(outcome=EntryOutcome.LOCKED)


def current(
    store: Store, token: str, *, now: datetime, touch: bool, pace: float = 1.0
) -> tuple[Person, Session] | None:
    """Return who holds the session cookie, or `None`; `touch` moves the idle limit on, at most once a minute of real time."""
    key = session_id(token)
    with store.read() as work:
        session = work.people.session(key)
        person = work.people.get(session.person_id) if session else None
    if session is None or person is None or person.disabled or not is_live(session, now, pace=pace):
        return None
    if session.awaits_code:
        return None
    if touch and now - session.seen_at >= _SEEN_STEP * pace:
        session = replace(session, seen_at=now)
        # On a full disk everything can still be read; the idle limit then runs from when it could last be written.
        with suppress(StoreFullError), store.write() as work:
            work.people.touch_session(session.id, seen_at=now)
    return person, session


def awaiting_code(store: Store, token: str, *, now: datetime, pace: float = 1.0) -> tuple[Person, Session] | None:
    """Return who has given the right password within the last five minutes and still owes the code, or `None`."""
    with store.read() as work:
        return find_awaiting(work, token, now=now, pace=pace)


def find_awaiting(work: Work, token: str, *, now: datetime, pace: float = 1.0) -> tuple[Person, Session] | None:
    """Do the same within a transaction."""
    session = work.people.session(session_id(token))
    person = work.people.get(session.person_id) if session else None
    if session is None or person is None or person.disabled or not session.awaits_code:
        return None
    return (person, session) if now - session.created_at <= CODE_WAIT * pace else None


def leave(store: Store, *, person: Person, session: Session, now: datetime) -> None:
    """End one session."""
    with store.write() as work:
        work.people.end_session(session.id)
        note(work, actor=person.name, action="login.left", subject=f"person:{person.id}", now=now)


def leave_behind(store: Store, token: str, *, now: datetime) -> None:
    """End the session that a browser still had when somebody logged in with it: its token is overwritten there."""
    key = session_id(token)
    with store.write() as work:
        session = work.people.session(key)
        person = work.people.get(session.person_id) if session else None
        if session is None or person is None:
            return
        work.people.end_session(session.id)
        if not session.awaits_code:
            note(work, actor=person.name, action="login.left", subject=f"person:{person.id}", now=now)


def session_id(token: str) -> str:
    """Return the id under which a cookie's token is stored: its hash, so that a copied database opens no session."""
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).hexdigest()


def open_session(work: Work, person: Person, now: datetime, *, whence: Whence = _SOMEWHERE) -> Entry:
    """Open a session for somebody who has shown what was asked for; failures are forgotten, an administrator has only this one.

    While strangers are shut out they stay so: whoever guesses wins no tries by the owner's log-in.
    """
    if (person.failures or person.locked_until is not None) and not is_locked(person, now):
        person = replace(person, failures=0, locked_until=None)
        work.people.save(person)
    if person.role is Role.ADMINISTRATOR:
        work.people.end_sessions_of(person.id)
    token = _save_session(work, person, now)
    about = f"person:{person.id}"
    note(work, actor=person.name, action="login.entered", subject=about, now=now, address=whence.address)
    return Entry(outcome=EntryOutcome.ENTERED, token=token, person=person)


def _await_code(work: Work, person: Person, now: datetime, *, whence: Whence) -> Entry:
    # Failures are not forgotten: who knows the password alone must not get five codes with each log-in.
    token = _save_session(work, person, now, awaits_code=True)
    about = f"person:{person.id}"
    note(work, actor=person.name, action="login.code_wanted", subject=about, now=now, address=whence.address)
    return Entry(outcome=EntryOutcome.CODE_WANTED, token=token, person=person)


def _save_session(work: Work, person: Person, now: datetime, *, awaits_code: bool = False) -> str:
    token = secrets.token_urlsafe(32)
    csrf = secrets.token_urlsafe(24)
    session = Session(
        id=session_id(token), person_id=person.id, csrf=csrf, awaits_code=awaits_code, created_at=now, seen_at=now
    )
    work.people.save_session(session)
    return token


def count_failure(
    work: Work,
    person: Person,
    now: datetime,
    lock: timedelta,
    *,
    refused: str = "login.refused",
    whence: Whence = _SOMEWHERE,
) -> Entry:
    """Count a wrong password or code; the fifth in a row shuts the account for `lock`."""
    failures = person.failures + 1
    shut = failures >= MAX_FAILURES
    work.people.save(
        replace(person, failures=0 if shut else failures, locked_until=now + lock if shut else person.locked_until)
    )
    action = "login.locked" if shut else refused
    note(work, actor=person.name, action=action, subject=f"person:{person.id}", now=now, address=whence.address)
    return Entry(outcome=EntryOutcome.LOCKED if shut else EntryOutcome.REFUSED)


def note(work: Work, *, actor: str, action: str, subject: str, now: datetime, **detail: str | bool) -> None:
    """Write an act into the audit trail, in the transaction of the act."""
    told = {name: value for name, value in detail.items() if name != "address" or value}
    work.audit.append(actor=actor, action=action, subject=subject, detail=told, now=now)
