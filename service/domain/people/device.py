"""A browser in which somebody has logged in before: strangers who guess at an account do not shut it out."""

import hmac
import secrets
from datetime import UTC, datetime, timedelta
from hashlib import sha256

__all__ = ["DEVICE_LIFE", "device_in", "device_mark"]

DEVICE_LIFE = timedelta(days=180)
"""How long a browser is known after the last log-in there."""

_LONGEST = 160


def device_mark(key: bytes, name: str, now: datetime) -> str:
    """Return what a browser keeps to be known as one of the account `name`; it opens nothing and holds no secret of its own."""
    told = f"{secrets.token_urlsafe(12)}.{int(now.timestamp())}"
    return f"{told}.{_signature(key, name, told)}"


def device_in(mark: str, *, key: bytes, name: str, now: datetime) -> str | None:
    """Return the id of the browser that a mark made by `device_mark` for this account stands for; `None` for any other mark.

    So is one older than `DEVICE_LIFE`, or from more than that ahead: the clock was set back.
    """
    told, _, signature = mark[:_LONGEST].rpartition(".")
    device, _, since = told.rpartition(".")
    if not hmac.compare_digest(signature.encode("utf-8", "surrogatepass"), _signature(key, name, told).encode()):
        return None
    age = now - datetime.fromtimestamp(int(since), UTC)
    return device if abs(age) <= DEVICE_LIFE else None


def _signature(key: bytes, name: str, told: str) -> str:
    return hmac.new(key, f"yaowang device\n{told}\n{name}".encode("utf-8", "surrogatepass"), sha256).hexdigest()
