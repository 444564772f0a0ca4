"""Log-in, sessions, passwords and the list of people, each with its audit row in the same transaction."""

import hashlib
import secrets
import threading
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from service.domain.password import LOCK, MAX_FAILURES, is_live, is_locked, password_fault
from service.domain.people import Person, Role, Session
from service.domain.refusal import Conflict
from service.domain.small_office import small_office
from service.domain.workflow import Workflow
from service.ports.store import Store, StoreFullError, Work

__all__ = [
    "Entry",
    "EntryOutcome",
    "PasswordBusyError",
    "PasswordFaultError",
    "add_person",
    "change_password",
    "change_person",
    "current",
    "enter",
    "hash_password",
    "leave",
    "reset_password",
    "session_id",
    "set_duties",
    "spread_duties",
]

# 19 MiB, t = 2, p = 1 is OWASP's minimum for Argon2id and takes about 60 ms; two at once, so that a flood of log-ins
# leaves the machine to the crawl.
_HASHER = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)
_SLOTS = threading.BoundedSemaphore(2)
_SLOT_WAIT_SECONDS = 10.0
_LONGEST_NAME = 32
_SEEN_STEP = timedelta(seconds=60)
# A person is saved whole: of two who change one at once, the second sees what the first did.
_PEOPLE = "people"
# The hash of a discarded random string: an unknown name is checked against it and costs as much time.
_NOBODY = "$argon2id$v=19$m=19456,t=2,p=1$MjoNCJOZD1QbCXLVwDOGRg$WzPnJu+6Pxu6cc7OLtBZk5BJQwN+db9iarKY205hhcE"


class PasswordBusyError(Exception):
    """Too many passwords are being checked at once."""


class PasswordFaultError(Exception):
    """A password or a person's data will not do; the sentence says why."""


class EntryOutcome(StrEnum):
    """How a try to log in ended."""

    ENTERED = "entered"
    REFUSED = "refused"
    LOCKED = "locked"


_OLD_NOT_TAKEN = {
    EntryOutcome.REFUSED: "原密码不正确。",
    EntryOutcome.LOCKED: "连续输错密码，账号已锁定 5 分钟，请稍后再试。",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """The result of a try to log in; `token` is the cookie's value, known only to the browser."""

    outcome: EntryOutcome
    token: str | None = None
    person: Person | None = None


def hash_password(password: str) -> str:
    """Return the Argon2id hash. Raises `PasswordBusyError` where no slot is free within ten seconds."""
    with _Slot():
        return _HASHER.hash(password)


def enter(store: Store, *, name: str, password: str, now: datetime, pace: float = 1.0) -> Entry:
    """Check a password and open a session.

    An unknown name costs as much time as a known one. The fifth failure in a row shuts the account for 300 s; while it
    is shut the password is checked all the same and the answer does not say whether it was right. `pace` is how many
    times as fast as real time `now` runs; the account is shut for 300 s of real time.
    """
    with store.read() as work:
        person = work.people.by_name(name)
    right = _matches(person.password_hash if person else _NOBODY, password)
    with store.write() as work:
        work.alone(_PEOPLE)
        person = work.people.by_name(name)
        if person is None or person.disabled:
            _note(work, actor=f"未知:{name[:32]}", action="login.refused", subject="login", now=now)
            return Entry(outcome=EntryOutcome.REFUSED)
        if is_locked(person, now, lock=LOCK * pace):
            _note(work, actor=person.name, action="login.locked", subject=f"person:{person.id}", now=now)
            return Entry(outcome=EntryOutcome.LOCKED)
        if not right:
            return _count_failure(work, person, now, LOCK * pace)
        return _open(work, person, now)


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
    if touch and now - session.seen_at >= _SEEN_STEP * pace:
        session = replace(session, seen_at=now)
        # On a full disk everything can still be read; the idle limit then runs from when it could last be written.
        with suppress(StoreFullError), store.write() as work:
            work.people.touch_session(session.id, seen_at=now)
    return person, session


def leave(store: Store, *, person: Person, session: Session, now: datetime) -> None:
    """End one session."""
    with store.write() as work:
        work.people.end_session(session.id)
        _note(work, actor=person.name, action="login.left", subject=f"person:{person.id}", now=now)


def change_password(store: Store, *, person: Person, old: str, new: str, now: datetime, pace: float = 1.0) -> str:
    """Replace a person's own password and return the token of a new session; every earlier session ends.

    A wrong old password counts as a failure at log-in does, and while the account is shut no old password is taken: an
    open session left alone is no place to guess. `pace` is that of `enter`. Raises `PasswordFaultError` where the old
    password is not taken or the new one will not do.
    """
    outcome = _try_old(store, person, old, now, LOCK * pace)
    if outcome is not EntryOutcome.ENTERED:
        raise PasswordFaultError(_OLD_NOT_TAKEN[outcome])
    fault = password_fault(new, name=person.name, old=old)
    if fault is not None:
        raise PasswordFaultError(fault)
    hashed = hash_password(new)
    with store.write() as work:
        work.alone(_PEOPLE)
        # As it stands now: hashing takes its time, and an administrator may have shut the account meanwhile.
        known = work.people.get(person.id)
        if known is None or known.disabled or known.password_hash != person.password_hash:
            raise PasswordFaultError(_OLD_NOT_TAKEN[EntryOutcome.REFUSED])
        changed = replace(known, password_hash=hashed, must_change_password=False, failures=0, locked_until=None)
        work.people.save(changed)
        work.people.end_sessions_of(person.id)
        _note(work, actor=person.name, action="person.password_changed", subject=f"person:{person.id}", now=now)
        entry = _open(work, changed, now)
    assert entry.token is not None
    return entry.token


def _try_old(store: Store, person: Person, old: str, now: datetime, lock: timedelta) -> EntryOutcome:
    right = _matches(person.password_hash, old)
    with store.write() as work:
        work.alone(_PEOPLE)
        # As it stands now: other tries may have been counted since the request began.
        known = work.people.get(person.id)
        if known is None or known.disabled or known.password_hash != person.password_hash:
            return EntryOutcome.REFUSED
        if is_locked(known, now, lock=lock):
            _note(work, actor=known.name, action="login.locked", subject=f"person:{known.id}", now=now)
            return EntryOutcome.LOCKED
        if right:
            return EntryOutcome.ENTERED
        return _count_failure(work, known, now, lock, refused="person.password_refused").outcome


def add_person(
    store: Store,
    *,
    name: str,
    role: Role,
    by: str,
    now: datetime,
    email: str | None = None,
    notify_from: str | None = None,
) -> str:
    """Create a person and return the one-time password, which is stored only as a hash.

    Raises `PasswordFaultError` where the name is empty, too long or taken.
    """
    name = name.strip()
    if not name or len(name) > _LONGEST_NAME or not name.isprintable():
        raise PasswordFaultError("用户名须为 1 到 32 个可见字符。")
    password = one_time_password()
    hashed = hash_password(password)
    with store.write() as work:
        work.alone(_PEOPLE)
        if work.people.by_name(name) is not None:
            raise PasswordFaultError(f"用户名“{name}”已存在，请换一个。")
        person = Person(
            id=secrets.token_hex(8),
            name=name,
            role=role,
            password_hash=hashed,
            email=email,
            notify_from=notify_from,
            must_change_password=True,
            created_at=now,
        )
        work.people.save(person)
        _note(work, actor=by, action="person.added", subject=f"person:{person.id}", now=now, name=name, role=role.value)
    return password


def change_person(store: Store, person_id: str, *, by: Person, now: datetime, changes: "PersonChange") -> None:
    """Change role, duties, address, mail threshold or whether a person may log in; their sessions end where role or access changes.

    Raises `PasswordFaultError` where the person is unknown or an administrator would shut themselves out.
    """
    with store.write() as work:
        work.alone(_PEOPLE)
        person = work.people.get(person_id)
        if person is None:
            raise PasswordFaultError("没有这个用户。")
        acting = work.people.get(by.id)
        if acting is None or acting.disabled or acting.role is not by.role:
            raise PasswordFaultError("您的角色刚被调整，这次修改没有保存；请重新登录后再看。")
        if person.id == by.id and (changes.disabled or changes.role is not person.role):
            raise PasswordFaultError("不能停用自己或更改自己的角色，请由另一位系统管理员操作。")
        changed = replace(
            person,
            role=changes.role,
            email=changes.email,
            duties=changes.duties,
            notify_from=changes.notify_from,
            disabled=changes.disabled,
        )
        work.people.save(changed)
        if changed.role is not person.role or changed.disabled:
            work.people.end_sessions_of(person.id)
        _note(
            work,
            actor=by.name,
            action="person.changed",
            subject=f"person:{person.id}",
            now=now,
            role=changed.role.value,
            disabled=changed.disabled,
            duties="、".join(sorted(changed.duties)),
        )


def set_duties(store: Store, name: str, duties: Iterable[str], *, workflow: Workflow, by: str, now: datetime) -> Person:
    """Give a person exactly these duties.

    Raises `PasswordFaultError` where nobody has the name or the work flow has no such duty; the sentence lists those it has.
    """
    wanted = frozenset(duties)
    unknown = sorted(wanted - set(workflow.duties))
    if unknown:
        known = "、".join(f"{one.id}（{one.name}）" for one in workflow.duties.values())
        raise PasswordFaultError(f"没有岗位 {'、'.join(unknown)}。可用的岗位：{known}。")
    with store.write() as work:
        work.alone(_PEOPLE)
        person = work.people.by_name(name)
        if person is None:
            raise PasswordFaultError(f"没有名为 {name} 的用户。")
        return _give_duties(work, person, wanted, by=by, now=now)


def spread_duties(store: Store, *, workflow: Workflow, by: str, now: datetime, replaces: bool = False) -> list[Person]:
    """Spread the duties over everybody who can hold any, as a small office does; return those who hold some now.

    Raises:
        Conflict: There are fewer than three people, or somebody holds duties already and `replaces` is not said.
    """
    with store.write() as work:
        work.alone(_PEOPLE)
        people = work.people.listing()
        held = [one.name for one in people if one.duties and not one.disabled]
        shared = small_office(people, workflow)
        if held and not replaces:
            raise Conflict(f"{'、'.join(held[:5])}等{len(held)}人已有岗位，请逐人调整，或确认以“小型处室”重新分配")
        return [
            _give_duties(work, one, shared.get(one.id, frozenset()), by=by, now=now)
            for one in people
            if one.id in shared or one.duties
        ]


def _give_duties(work: Work, person: Person, duties: frozenset[str], *, by: str, now: datetime) -> Person:
    changed = replace(person, duties=duties)
    work.people.save(changed)
    told = "、".join(sorted(duties))
    _note(work, actor=by, action="person.changed", subject=f"person:{person.id}", now=now, duties=told)
    return changed


def reset_password(store: Store, person_id: str, *, by: str, now: datetime) -> str:
    """Give a person a new one-time password, end their sessions and return it. Raises `PasswordFaultError`."""
    password = one_time_password()
    hashed = hash_password(password)
    with store.write() as work:
        work.alone(_PEOPLE)
        person = work.people.get(person_id)
        if person is None:
            raise PasswordFaultError("没有这个用户。")
        changed = replace(person, password_hash=hashed, must_change_password=True, failures=0, locked_until=None)
        work.people.save(changed)
        work.people.end_sessions_of(person.id)
        _note(work, actor=by, action="person.password_reset", subject=f"person:{person.id}", now=now)
    return password


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonChange:
    """The editable part of a person."""

    role: Role
    email: str | None
    notify_from: str | None
    disabled: bool
    duties: frozenset[str] = frozenset()


def one_time_password() -> str:
    """Return a random password of about 95 bits that satisfies the password rule."""
    return f"{secrets.token_urlsafe(12)}-Yw7"


class _Slot:
    """One of the two places where a password is hashed."""

    def __enter__(self) -> None:
        if not _SLOTS.acquire(timeout=_SLOT_WAIT_SECONDS):
            raise PasswordBusyError

    def __exit__(self, *_: object) -> None:
        _SLOTS.release()


def _matches(hashed: str, password: str) -> bool:
    with _Slot():
        try:
            return _HASHER.verify(hashed, password[:256])
        except (VerificationError, InvalidHashError):
            return False


def session_id(token: str) -> str:
    """Return the id under which a cookie's token is stored: its hash, so that a copied database opens no session."""
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).hexdigest()


def _open(work: Work, person: Person, now: datetime) -> Entry:
    if person.failures or person.locked_until is not None:
        person = replace(person, failures=0, locked_until=None)
        work.people.save(person)
    if person.role is Role.ADMINISTRATOR:
        work.people.end_sessions_of(person.id)
    token = secrets.token_urlsafe(32)
    work.people.save_session(
        Session(id=session_id(token), person_id=person.id, csrf=secrets.token_urlsafe(24), created_at=now, seen_at=now)
    )
    _note(work, actor=person.name, action="login.entered", subject=f"person:{person.id}", now=now)
    return Entry(outcome=EntryOutcome.ENTERED, token=token, person=person)


def _count_failure(
    work: Work, person: Person, now: datetime, lock: timedelta, *, refused: str = "login.refused"
) -> Entry:
    failures = person.failures + 1
    shut = failures >= MAX_FAILURES
    work.people.save(
        replace(person, failures=0 if shut else failures, locked_until=now + lock if shut else person.locked_until)
    )
    action = "login.locked" if shut else refused
    _note(work, actor=person.name, action=action, subject=f"person:{person.id}", now=now)
    return Entry(outcome=EntryOutcome.LOCKED if shut else EntryOutcome.REFUSED)


def _note(work: Work, *, actor: str, action: str, subject: str, now: datetime, **detail: str | bool) -> None:
    work.audit.append(actor=actor, action=action, subject=subject, detail=detail, now=now)
