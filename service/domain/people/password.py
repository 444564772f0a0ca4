"""What a password must be, and how long a log-in stays shut after failures."""

from datetime import datetime, timedelta

from service.domain.people.person import Person, Session

__all__ = [
    "LOCK",
    "MAX_FAILURES",
    "ONE_TIME_HOURS",
    "ONE_TIME_LIFE",
    "SESSION_IDLE",
    "SESSION_LIFE",
    "is_live",
    "is_locked",
    "is_run_out",
    "password_fault",
]

# Five tries and 300 s, eight characters of three classes: what assessors of classified protection (等保) commonly set.
MAX_FAILURES = 5
LOCK = timedelta(seconds=300)
# A long weekend: a slip of paper with a password that nobody used opens the account of whoever finds it.
ONE_TIME_HOURS = 72
ONE_TIME_LIFE = timedelta(hours=ONE_TIME_HOURS)
_LEAST_CHARACTERS = 8
_LEAST_CLASSES = 3
_MOST_CHARACTERS = 128

SESSION_IDLE = timedelta(minutes=15)
SESSION_LIFE = timedelta(hours=8)


def password_fault(password: str, *, name: str, old: str | None = None) -> str | None:
    """Return one sentence that says why `password` will not do, or `None`."""
    if len(password) < _LEAST_CHARACTERS:
        return f"密码至少 {_LEAST_CHARACTERS} 个字符。"
    if len(password) > _MOST_CHARACTERS:
        return f"密码最多 {_MOST_CHARACTERS} 个字符。"
    if name and name.casefold() in password.casefold():
        return "密码不能包含用户名。"
    if old is not None and password == old:
        return "新密码不能与原密码相同。"
    if _classes(password) < _LEAST_CLASSES:
        return "密码须包含大写字母、小写字母、数字、符号四类中的至少三类。"
    return None


def _classes(password: str) -> int:
    tests = (str.isupper, str.islower, str.isdigit)
    kinds = sum(any(test(character) for character in password) for test in tests)
    return kinds + any(not character.isalnum() for character in password)


def is_run_out(person: Person, now: datetime) -> bool:
    """Tell whether this person's password is a one-time password whose time is over."""
    return person.must_change_password and person.password_until is not None and now >= person.password_until


def is_locked(person: Person, now: datetime, *, lock: timedelta = LOCK) -> bool:
    """Tell whether log-in is shut for this person now.

    An end further ahead than the `lock` itself was set before the clock was set back: nobody is shut out until then.
    """
    return person.locked_until is not None and now < person.locked_until <= now + lock


def is_live(session: Session, now: datetime, *, pace: float = 1.0) -> bool:
    """Tell whether the session is neither idle for too long nor too old.

    `pace` is how many times as fast as real time the clock of `now` runs: the limits are those of the person at the
    desk. One that was last seen further ahead than it may be idle is over: the clock was set back, and how long it was
    idle cannot be told.
    """
    return abs(now - session.seen_at) <= SESSION_IDLE * pace and now - session.created_at <= SESSION_LIFE * pace
