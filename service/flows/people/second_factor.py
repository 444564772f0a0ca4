"""A person's second factor: offered, bound by its first code, asked for at each log-in, taken away.

The secret is stored sealed: a copied database alone makes no codes.
"""

import base64
import os
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime

import pyotp
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from service.domain.beijing import BEIJING
from service.domain.people.password import LOCK, is_locked
from service.domain.people.person import Person, Role
from service.domain.people.second_factor import Demand, fitting_step, is_demanded
from service.domain.refusal import Conflict, NotFound, Refusal
from service.flows.people.entry import (
    PEOPLE,
    Entry,
    Whence,
    count_failure,
    find_awaiting,
    is_shut,
    note,
    open_session,
    still_shut,
)
from service.ports.store import Store, Work

__all__ = [
    "SecondFactorRules",
    "bind",
    "give_code",
    "must_bind",
    "offer",
    "offered_secret",
    "remove",
    "reset",
    "wrong_code",
]

_NONCE_BYTES = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class SecondFactorRules:
    """Who must have one, by whose name the device lists it, and the key that seals the secrets."""

    demand: Demand
    issuer: str
    key: Callable[[], bytes]

    def demanded_of(self, role: Role) -> bool:
        """Tell whether somebody of this role must have one."""
        return is_demanded(self.demand, role)


def must_bind(person: Person, rules: SecondFactorRules | None) -> bool:
    """Tell whether the person has to bind a second factor before anything else."""
    return rules is not None and person.second_factor is None and rules.demanded_of(person.role)


def offer(store: Store, *, person_id: str, rules: SecondFactorRules, now: datetime) -> None:
    """Make a new secret, which counts for nothing until its first code is given; the one offered before is forgotten.

    Raises `Conflict` where a second factor is bound.
    """
    with store.write() as work:
        work.alone(PEOPLE)
        person = _known(work, person_id)
        if person.second_factor is not None:
            raise Conflict("已经绑定动态口令。要换手机，请先解除绑定。")
        sealed = _seal(pyotp.random_base32(), person, rules.key())
        work.people.save(replace(person, second_factor_offered=sealed))
        note(work, actor=person.name, action="second_factor.offered", subject=f"person:{person.id}", now=now)


def offered_secret(person: Person, rules: SecondFactorRules) -> str | None:
    """Return the secret that waits for its first code, in base 32; `None` where there is none that can be read."""
    return None if person.second_factor_offered is None else _open(person.second_factor_offered, person, rules.key())


def bind(store: Store, *, person_id: str, code: str, rules: SecondFactorRules, now: datetime) -> str:
    """Bind what was offered and return the token of a new session; every earlier session of the person ends.

    Raises `Refusal` where the code is not that of the secret that was offered.
    """
    with store.write() as work:
        work.alone(PEOPLE)
        person = _known(work, person_id)
        secret = offered_secret(person, rules)
        if secret is None:
            raise Refusal("还没有可以绑定的密钥，请先点“开始绑定”。")
        step = fitting_step(secret, code, now, after=0)
        if step is None:
            raise Refusal(wrong_code(now))
        bound = replace(
            person, second_factor=person.second_factor_offered, second_factor_offered=None, second_factor_step=step
        )
        work.people.save(bound)
        work.people.end_sessions_of(person.id)
        note(work, actor=person.name, action="second_factor.bound", subject=f"person:{person.id}", now=now)
        entry = open_session(work, bound, now)
    assert entry.token is not None
    return entry.token


def give_code(
    store: Store,
    token: str,
    *,
    code: str,
    rules: SecondFactorRules | None,
    now: datetime,
    pace: float = 1.0,
    whence: Whence,
) -> Entry | None:
    """Open a session for who has given the right password and now the code; `None` where no password was given in time.

    A wrong code counts as a failure as a wrong password does. A secret that cannot be read any more opens nothing.
    """
    with store.write() as work:
        work.alone(PEOPLE)
        found = find_awaiting(work, token, now=now, pace=pace)
        if found is None:
            return None
        person, session = found
        if is_shut(person, whence, now, LOCK * pace):
            return still_shut(work, person, whence, now)
        step = _taken_step(person, code, rules, now)
        if step is None:
            return count_failure(work, person, now, LOCK * pace, refused="login.code_refused", whence=whence)
        work.people.end_session(session.id)
        passed = replace(person, second_factor_step=step)
        work.people.save(passed)
        return open_session(work, passed, now, whence=whence)


def remove(
    store: Store, *, person_id: str, code: str, rules: SecondFactorRules, now: datetime, pace: float = 1.0
) -> None:
    """Take a person's own second factor away. Raises `Refusal` where the code is wrong or the role must have one.

    A wrong code counts as a failure at log-in does: an open session left alone is no place to guess.
    """
    with store.write() as work:
        work.alone(PEOPLE)
        person = _known(work, person_id)
        if rules.demanded_of(person.role):
            raise Refusal(f"{person.role.word}须使用动态口令，不能自行解除。换手机请联系系统管理员重置。")
        if is_locked(person, now, lock=LOCK * pace):
            raise Refusal("连续输错，账号已锁定 5 分钟，请稍后再试。")
        step = _taken_step(person, code, rules, now)
        if step is not None:
            work.people.save(_without(person))
            note(work, actor=person.name, action="second_factor.removed", subject=f"person:{person.id}", now=now)
        else:
            count_failure(work, person, now, LOCK * pace, refused="login.code_refused")
    if step is None:
        raise Refusal(wrong_code(now))


def reset(store: Store, person_id: str, *, by: str, now: datetime) -> None:
    """Take the second factor of somebody who lost the device away and end their sessions.

    Raises `Refusal` where there is none, and for one's own: that would be a way around it.
    """
    with store.write() as work:
        work.alone(PEOPLE)
        person = _known(work, person_id)
        if person.name == by:
            raise Refusal(
                "不能重置自己的动态口令，请由另一位系统管理员操作，或在服务器上运行 yaowang users reset-code。"
            )
        if person.second_factor is None and person.second_factor_offered is None:
            raise Refusal(f"{person.name}没有绑定动态口令，无需重置。")
        work.people.save(_without(person))
        work.people.end_sessions_of(person.id)
        note(work, actor=by, action="second_factor.reset", subject=f"person:{person.id}", now=now)


def _taken_step(person: Person, code: str, rules: SecondFactorRules | None, now: datetime) -> int | None:
    if rules is None or person.second_factor is None:
        return None
    secret = _open(person.second_factor, person, rules.key())
    return None if secret is None else fitting_step(secret, code, now, after=person.second_factor_step)


def _without(person: Person) -> Person:
    return replace(person, second_factor=None, second_factor_offered=None, second_factor_step=0)


def _known(work: Work, person_id: str) -> Person:
    person = work.people.get(person_id)
    if person is None:
        raise NotFound("没有这个用户。")
    return person


def wrong_code(now: datetime) -> str:
    """Return the sentence for a code that is not taken."""
    return f"动态口令不正确或已用过，请等手机换出下一个再输。一直不对时请核对手机时间：服务器现在是北京时间 {now.astimezone(BEIJING):%H:%M:%S}。"


def _cipher(key: bytes) -> AESGCM:
    return AESGCM(HKDF(algorithm=SHA256(), length=32, salt=None, info=b"yaowang second factor").derive(key))


def _seal(secret: str, person: Person, key: bytes) -> str:
    nonce = os.urandom(_NONCE_BYTES)
    # Sealed together with whose it is, so that one person's secret opens nothing in another's row.
    return base64.b64encode(nonce + _cipher(key).encrypt(nonce, secret.encode(), person.id.encode())).decode()


def _open(sealed: str, person: Person, key: bytes) -> str | None:
    try:
        raw = base64.b64decode(sealed, validate=True)
        return _cipher(key).decrypt(raw[:_NONCE_BYTES], raw[_NONCE_BYTES:], person.id.encode()).decode()
    except (ValueError, InvalidTag):
        return None
