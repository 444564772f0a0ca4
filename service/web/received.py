"""When something was received or done, as a form of the dashboard says it."""

from datetime import datetime

from service.domain.beijing import BEIJING
from service.domain.refusal import Refusal

__all__ = ["received"]


def received(since: str, *, what: str = "收到时间") -> datetime | None:
    """Return the moment of a form's field in Beijing time, `None` where it is left empty; `what` names the field.

    Raises:
        Refusal: It is no date with a time.
    """
    try:
        return datetime.fromisoformat(since).replace(tzinfo=BEIJING) if since else None
    except ValueError:
        raise Refusal(f"{what}应为 2026-11-25 09:30 这样的写法。") from None
