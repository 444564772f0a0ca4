"""Passwords as hashes: at most two are worked on at once."""

import threading

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

__all__ = ["NOBODY", "PasswordBusyError", "hash_password", "matches"]

# 19 MiB, t = 2, p = 1 is OWASP's minimum for Argon2id and takes about 60 ms; two at once, so that a flood of log-ins
# leaves the machine to the crawl.
_HASHER = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)
_SLOTS = threading.BoundedSemaphore(2)
_SLOT_WAIT_SECONDS = 10.0
# The hash of a discarded random string: an unknown name is checked against it and costs as much time.
NOBODY = "$argon2id$v=19$m=19456,t=2,p=1$MjoNCJOZD1QbCXLVwDOGRg$WzPnJu+6Pxu6cc7OLtBZk5BJQwN+db9iarKY205hhcE"


class PasswordBusyError(Exception):
    """Too many passwords are being checked at once."""


def hash_password(password: str) -> str:
    """Return the Argon2id hash. Raises `PasswordBusyError` where no slot is free within ten seconds."""
    with _Slot():
        return _HASHER.hash(password)


class _Slot:
    """One of the two places where a password is hashed."""

    def __enter__(self) -> None:
        if not _SLOTS.acquire(timeout=_SLOT_WAIT_SECONDS):
            raise PasswordBusyError

    def __exit__(self, *_: object) -> None:
        _SLOTS.release()


def matches(hashed: str, password: str) -> bool:
    """Tell whether the password is the one of this hash. Raises `PasswordBusyError` where no slot is free within ten seconds."""
    with _Slot():
        try:
            return _HASHER.verify(hashed, password[:256])
        except (VerificationError, InvalidHashError):
            return False
