"""What the deliver role says beside the mails of alerts: by the second channel, and once a day that all runs."""

from collections.abc import Callable
from datetime import timedelta

import structlog

from service.bootstrap import Application
from service.flows.deliver_short import deliver_short
from service.flows.second_channel import tell_of_waiting_mail

__all__ = ["speaking"]

_LOOK_AT_MAIL_EVERY = timedelta(seconds=15)

log = structlog.get_logger("yaowang")


def speaking(app: Application) -> Callable[[], bool] | None:
    """Return the step that sends what waits for the second channel; `None` where none is set up."""
    channel, notifier = app.channel, app.second_notifier
    if channel is None or notifier is None:
        return None
    log.info("webhook.ready", to=channel.name)
    due = app.now()

    def step() -> bool:
        nonlocal due
        if channel.when_mail_waits and app.now() >= due:
            due = app.now() + _LOOK_AT_MAIL_EVERY
            if new := tell_of_waiting_mail(app.store, channel, address=app.settings.address, now=app.now()):
                log.warning("mail.away", messages=new)
        report = deliver_short(app.store, notifier, now=app.now)
        if report.busy:
            log.info("deliver.done", kind="webhook", **report.counts())
        return bool(report.delivered)

    return step
