"""The second factor of a log-in: a code of six digits that the person's own device makes anew every 30 seconds (RFC 6238)."""

import hmac
import re
import unicodedata
from datetime import datetime, timedelta
from enum import StrEnum

import pyotp

from service.domain.people.person import Role

__all__ = ["CODE_WAIT", "Demand", "fitting_step", "is_demanded", "otpauth_address"]

CODE_WAIT = timedelta(minutes=5)
"""How long after the right password the code is waited for."""

_STEP_SECONDS = 30
_CODE = re.compile("[0-9]{6}")
# RFC 6238, section 5.2: one step for the way and for clocks that differ; more only helps who guesses.
_STEPS_AROUND = 1


class Demand(StrEnum):
    """Who must have a second factor; everybody may."""

    VOLUNTARY = "voluntary"
    ADMINISTRATORS = "administrators"
    ALL = "all"


_KEEPERS = frozenset({Role.ADMINISTRATOR, Role.AUDITOR})


def is_demanded(demand: Demand, role: Role) -> bool:
    """Tell whether somebody of `role` must have a second factor; auditors count as administrators."""
    return demand is Demand.ALL or (demand is Demand.ADMINISTRATORS and role in _KEEPERS)


def fitting_step(secret: str, code: str, now: datetime, *, after: int) -> int | None:
    """Return the 30-second step since 1970 whose code this is, `None` where it is none of now or was used.

    A step counts one earlier or later than `now`, and only beyond `after`, the last one that was taken: a code that
    somebody read along opens nothing (RFC 6238, section 5.2). `secret` is in base 32; blanks and full-width digits in `code` do not
    matter.
    """
    typed = "".join(unicodedata.normalize("NFKC", code).split())
    if not _CODE.fullmatch(typed):
        return None
    maker = pyotp.TOTP(secret, interval=_STEP_SECONDS)
    here = int(now.timestamp()) // _STEP_SECONDS
    for step in range(max(here - _STEPS_AROUND, after + 1), here + _STEPS_AROUND + 1):
        if hmac.compare_digest(typed, maker.generate_otp(step)):
            return step
    return None


def otpauth_address(secret: str, *, name: str, issuer: str) -> str:
    """Return what an authenticator app scans."""
    return pyotp.TOTP(secret, interval=_STEP_SECONDS).provisioning_uri(name=name, issuer_name=issuer)
