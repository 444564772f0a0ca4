"""The list of people, their passwords and duties, each change with its audit row in the same transaction."""

import secrets
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from hashlib import sha256

from service.domain.alerts.alert import AlertLevel
from service.domain.cases.small_office import small_office
from service.domain.cases.workflow import Workflow
from service.domain.people.password import LOCK, ONE_TIME_LIFE, is_locked, password_fault
from service.domain.people.person import Person, Role
from service.domain.refusal import Conflict
from service.flows.people.entry import PEOPLE, EntryOutcome, count_failure, note, open_session
from service.flows.people.passwords import hash_password, matches
from service.ports.store import Store, Work

__all__ = [
    "PasswordFaultError",
    "PersonChange",
    "add_person",
    "change_password",
    "change_person",
    "mark_of",
    "one_time_password",
    "reset_password",
    "set_duties",
    "spread_duties",
]

_LONGEST_NAME = 32


class PasswordFaultError(Exception):
    """A password or a person's data will not do; the sentence says why."""


_OLD_NOT_TAKEN = {
    EntryOutcome.REFUSED: "原密码不正确。",
    EntryOutcome.LOCKED: "连续输错密码，账号已锁定 5 分钟，请稍后再试。",
}


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
        work.alone(PEOPLE)
        # As it stands now: hashing takes its time, and an administrator may have shut the account meanwhile.
        known = work.people.get(person.id)
        if known is None or known.disabled or known.password_hash != person.password_hash:
            raise PasswordFaultError(_OLD_NOT_TAKEN[EntryOutcome.REFUSED])
        changed = replace(known, password_hash=hashed, must_change_password=False, password_until=None)
        changed = replace(changed, failures=0, locked_until=None)
        work.people.save(changed)
        work.people.end_sessions_of(person.id)
        note(work, actor=person.name, action="person.password_changed", subject=f"person:{person.id}", now=now)
        entry = open_session(work, changed, now)
    assert entry.token is not None
    return entry.token


def _try_old(store: Store, person: Person, old: str, now: datetime, lock: timedelta) -> EntryOutcome:
    right = matches(person.password_hash, old)
    with store.write() as work:
        work.alone(PEOPLE)
        # As it stands now: other tries may have been counted since the request began.
        known = work.people.get(person.id)
        if known is None or known.disabled or known.password_hash != person.password_hash:
            return EntryOutcome.REFUSED
        if is_locked(known, now, lock=lock):
            note(work, actor=known.name, action="login.locked", subject=f"person:{known.id}", now=now)
            return EntryOutcome.LOCKED
        if right:
            return EntryOutcome.ENTERED
        return count_failure(work, known, now, lock, refused="person.password_refused").outcome


def add_person(
    store: Store,
    *,
    name: str,
    role: Role,
    by: str,
    now: datetime,
    email: str | None = None,
    notify_from: str | None = None,
    pace: float = 1.0,
) -> str:
    """Create a person and return the one-time password, which is stored only as a hash and lasts 72 hours.

    `pace` is how many times as fast as real time `now` runs.

    Raises `PasswordFaultError` where the name is empty, too long or taken.
    """
    name = name.strip()
    if not name or len(name) > _LONGEST_NAME or not name.isprintable():
        raise PasswordFaultError("用户名须为 1 到 32 个可见字符。")
    password = one_time_password()
    hashed = hash_password(password)
    with store.write() as work:
        work.alone(PEOPLE)
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
            password_until=now + ONE_TIME_LIFE * pace,
            created_at=now,
        )
        work.people.save(person)
        note(work, actor=by, action="person.added", subject=f"person:{person.id}", now=now, name=name, role=role.value)
    return password


def change_person(store: Store, person_id: str, *, by: Person, now: datetime, changes: "PersonChange") -> None:
    """Change role, duties, address, mail threshold or whether a person may log in; their sessions end where role or access changes.

    Raises `PasswordFaultError` where the person is unknown, was changed since the form was opened, or an administrator would
    shut themselves out.
    """
    with store.write() as work:
        work.alone(PEOPLE)
        person = work.people.get(person_id)
        if person is None:
            raise PasswordFaultError("没有这个用户。")
        acting = work.people.get(by.id)
        if acting is None or acting.disabled or acting.role is not by.role:
            raise PasswordFaultError("您的角色刚被调整，这次修改没有保存；请重新登录后再看。")
        if changes.seen and changes.seen != mark_of(person):
            raise PasswordFaultError(_changed_meanwhile(work, person))
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
        _note_change(work, person, changed, by=by.name, now=now)


def _note_change(work: Work, person: Person, changed: Person, *, by: str, now: datetime) -> None:
    """Write down what a person is now, and where their mail goes and from which level, where that was changed."""
    detail: dict[str, str | bool] = {
        "role": changed.role.value,
        "disabled": changed.disabled,
        "duties": "、".join(sorted(changed.duties)),
    }
    if changed.email != person.email:
        detail["email"] = changed.email or "无"
    if changed.notify_from != person.notify_from:
        words = {level.key: level.word for level in AlertLevel}
        detail["notify_from"] = words.get(changed.notify_from or "", "不发")
    note(work, actor=by, action="person.changed", subject=f"person:{person.id}", now=now, **detail)


def mark_of(person: Person) -> str:
    """Return what tells whether the editable part of a person changed: a form gives back the mark that it was opened with."""
    parts = (person.role, person.email or "", person.notify_from or "", str(person.disabled), *sorted(person.duties))
    return sha256("\n".join(parts).encode()).hexdigest()[:16]


def _changed_meanwhile(work: Work, person: Person) -> str:
    rows = work.audit.rows(subject=f"person:{person.id}", action="person.changed", limit=1)
    who = f"由{rows[0].actor}" if rows else "由他人"
    duties = f"，{len(person.duties)}个岗位" if person.duties else "，没有岗位"
    now = f"{person.role.word}，邮箱{person.email or '未填'}{duties}，{'停用' if person.disabled else '允许登录'}"
    return f"打开页面后已{who}改过，现为：{now}。本行是您填写的内容，请对照后再点“保存”，将以您填写的为准。"


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
        work.alone(PEOPLE)
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
        work.alone(PEOPLE)
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
    note(work, actor=by, action="person.changed", subject=f"person:{person.id}", now=now, duties=told)
    return changed


def reset_password(store: Store, person_id: str, *, by: str, now: datetime) -> str:
    """Give a person a new one-time password for the next 72 hours, end their sessions and return it.

    Raises `PasswordFaultError` where there is no such person, and for one's own: that would be a way around the old one.
    """
    password = one_time_password()
    hashed = hash_password(password)
    with store.write() as work:
        work.alone(PEOPLE)
        person = work.people.get(person_id)
        if person is None:
            raise PasswordFaultError("没有这个用户。")
        if person.name == by:
            raise PasswordFaultError(
                "不能重置自己的密码：请点右上角“修改密码”，凭原密码修改；忘记的，由另一位系统管理员重置，或在服务器上运行 yaowang users reset。"
            )
        until = now + ONE_TIME_LIFE
        changed = replace(person, password_hash=hashed, must_change_password=True, password_until=until)
        changed = replace(changed, failures=0, locked_until=None)
        work.people.save(changed)
        work.people.end_sessions_of(person.id)
        note(work, actor=by, action="person.password_reset", subject=f"person:{person.id}", now=now)
    return password


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonChange:
    """The editable part of a person; `seen` is the mark that it had when the form was opened, empty where there was no form."""

    role: Role
    email: str | None
    notify_from: str | None
    disabled: bool
    duties: frozenset[str] = frozenset()
    seen: str = ""


def one_time_password() -> str:
    """Return a random password of about 95 bits that satisfies the password rule."""
    return f"{secrets.token_urlsafe(12)}-Yw7"
