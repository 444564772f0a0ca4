"""Which request for a bypass a person saw: a second name stands for that one, and for no other that came in its place. Pure."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from service.domain.beijing import beijing
from service.domain.cases.moves import Bar, Barred, Desk

__all__ = ["refuse_second", "same_request"]


def same_request(asked: Mapping[str, Any], request: str | None, desk: Desk) -> None:
    """Pass where `request`, the moment at which the one that was seen was made, is that of the one that waits; `None` asks for no check.

    Raises:
        Barred: It was replaced meanwhile; the sentence says by whom, when and why.
    """
    if request is not None and request != asked["at"]:
        raise Barred(Bar.MOVED_ON, f"{_told(asked, desk)}，不是您看到的那一条申请，没有办理。请看过新的理由再办理")


def refuse_second(asked: Mapping[str, Any], desk: Desk, version: int) -> None:
    """Pass where nobody else's request waits for this version.

    Raises:
        Barred: One does; the sentence says whose and why.
    """
    if asked.get("version") == version and asked["by"] != desk.person.name:
        raise Barred(Bar.KNOWN, f"{_told(asked, desk)}，没有另行申请。请在“越过审核…”中确认，或写明理由不同意")


def _told(asked: Mapping[str, Any], desk: Desk) -> str:
    at = beijing(datetime.fromisoformat(str(asked["at"])), desk.now)
    return f"{asked['by']}已于{at}申请越过第{asked['version']}版的审核（{str(asked['reason']).rstrip('。')}）"
