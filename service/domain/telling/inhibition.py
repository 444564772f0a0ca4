"""What mutes a mail although somebody would receive it: a silence, a graver or wider alert, an answer just given.

Muted is not lost: the alert stays on the dashboard, the reason is recorded with it, and the mail goes out when the
reason falls away and the alert still waits. Deadlines are never muted.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from service.domain.alerts.alert import Alert, AlertLevel
from service.domain.alerts.alert_states import AlertState
from service.domain.alerts.handling import answered_last
from service.domain.beijing import beijing
from service.domain.telling.routing import Labels, Scope
from service.domain.telling.silence import Silence, silencing

__all__ = ["ANSWER_MUTES", "Mute", "MuteReason", "Neighbour", "mute_of", "wider_alert"]

ANSWER_MUTES = timedelta(hours=48)
"""How long an answer mutes repeats of what it answered (the 48 hours of GOV-02)."""
NEAR = timedelta(hours=72)
_LONGEST_TITLE = 30
"""How far apart two alerts on one product may be raised to be taken for one matter (policies.md §5.2)."""


class MuteReason(StrEnum):
    """Why a mail is held back."""

    SILENCED = "silenced"
    WIDER_ALERT = "wider_alert"
    ANSWERED = "answered"


@dataclass(frozen=True, slots=True)
class Mute:
    """The named reason, a sentence with the facts, and what it rests on (the id of a silence or alert)."""

    reason: MuteReason
    sentence: str
    by: str = ""


@dataclass(frozen=True, slots=True)
class Neighbour:
    """Another unclosed alert, with what can be compared."""

    alert: Alert
    labels: Labels


def mute_of(
    alert: Alert,
    labels: Labels,
    *,
    silences: Sequence[Silence],
    neighbours: Sequence[Neighbour],
    now: datetime,
) -> Mute | None:
    """Return what mutes the alert's mails now, `None` where nothing does.

    A silence is named first: a person chose it. A wider alert mutes city alerts below red; an answer mutes until 48
    hours are over what stands no higher than what it answered.
    """
    silence = silencing(silences, labels, now)
    if silence is not None:
        words = f"{silence.author}已静默至{beijing(silence.ends_at, now)}：{silence.reason}"
        return Mute(MuteReason.SILENCED, words, silence.id)
    wider = wider_alert(alert, labels, neighbours)
    if wider is not None:
        words = f"全省性预警“{_told(wider.alert.title)}”已覆盖，同一产品的地市预警不再单独发送"
        return Mute(MuteReason.WIDER_ALERT, words, wider.alert.id)
    spoken = answered_last(alert)
    if spoken is not None and spoken <= now < spoken + ANSWER_MUTES and labels.level <= _answered_level(alert):
        return Mute(MuteReason.ANSWERED, f"{beijing(spoken, now)}已回应，48小时内不重复提醒")
    return None


def _told(title: str) -> str:
    # The mark of the cut tells the end of a title from the beginning of a name in it.
    return title if len(title) <= _LONGEST_TITLE else f"{title[:_LONGEST_TITLE]}…"


def _answered_level(alert: Alert) -> AlertLevel:
    key = alert.extras.get("answered_level")
    # An answer from before levels were kept with it answers nothing for certain.
    return AlertLevel[key.upper()] if isinstance(key, str) else AlertLevel.NONE


def wider_alert(alert: Alert, labels: Labels, neighbours: Sequence[Neighbour]) -> Neighbour | None:
    """Return the province-wide alert that covers this city alert: one product and category, as grave or graver, near in time.

    Events without a product never cover each other: two unknowns are not one matter. Red is never covered, and an alert
    never covers itself.
    """
    if labels.level is AlertLevel.RED or labels.scope is not Scope.CITY:
        return None
    for other in neighbours:
        if (
            other.alert.id != alert.id
            and other.alert.state is not AlertState.CLOSED
            and other.labels.scope is Scope.PROVINCE
            and other.labels.level >= labels.level
            and set(other.labels.products) & set(labels.products)
            and set(other.labels.categories) & set(labels.categories)
            and abs(other.alert.raised_at - alert.raised_at) <= NEAR
        ):
            return other
    return None
