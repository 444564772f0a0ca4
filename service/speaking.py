"""What the deliver role says beside the mails of alerts: by the second channel, and once a day that all runs."""

import http
import http.client
from collections.abc import Callable
from datetime import timedelta

import structlog

from service.bootstrap import Application
from service.disk_room import room_of
from service.domain.telling.daily_report import parse_hour
from service.flows.pulse import WATCHED, leave_mark, silent_roles
from service.flows.reports.daily_report import DailyReport, report_day
from service.flows.telling.deliver_short import deliver_short
from service.flows.telling.second_channel import tell_of_waiting_mail
from service.ports.notify import NotifyError
from service.rhythm import Rhythm

__all__ = ["answering", "daily_report_of", "pulsing", "reporting", "speaking"]

_LOOK_AT_MAIL_EVERY = timedelta(seconds=15)
_GIB = 1024**3
_HEALTH_SECONDS = 5.0

log = structlog.get_logger("yaowang")


def speaking(app: Application) -> Callable[[], bool] | None:
    """Return the step that sends what waits for the second channel; `None` where none is set up."""
    channel, notifier = app.channel, app.second_notifier
    if channel is None or notifier is None:
        return None
    log.info("webhook.ready", to=channel.name)
    looking = Rhythm(_LOOK_AT_MAIL_EVERY)

    def step() -> bool:
        looks = channel.when_mail_waits and looking.due(app.now())
        new = tell_of_waiting_mail(app.store, channel, address=app.settings.address, now=app.now()) if looks else 0
        if new:
            log.warning("mail.away", messages=new)
        report = deliver_short(app.store, notifier, now=app.now)
        if report.busy:
            log.info("deliver.done", kind="webhook", **report.counts())
        return bool(report.delivered)

    return step


def reporting(app: Application) -> Callable[[], bool] | None:
    """Return the step that queues the day's report where it is due; `None` where it is switched off, and in a drill."""
    if app.drill or not app.settings.daily_report:
        return None

    def step() -> bool:
        if readers := report_day(app.store, daily_report_of(app), now=app.now()):
            log.info("daily_report.queued", readers=readers)
        return False

    return step


def daily_report_of(app: Application) -> DailyReport:
    """Return what the settings and this machine have to say for the day's report."""
    chosen, room = app.settings, room_of(app.settings.data)
    left = "无法得知余量" if room is None else f"剩余{room.free / _GIB:.1f}GB，共{room.total / _GIB:.1f}GB"
    scarce = room.sentence if room else None
    return DailyReport(
        at=parse_hour(chosen.daily_report_at),
        to=chosen.daily_report_to,
        sources=app.catalogue.sources,
        address=chosen.address,
        channel=app.channel.name if app.channel else None,
        disk=(scarce or left, room is None or scarce is not None),
    )


def pulsing(app: Application) -> Callable[[], bool] | None:
    """Return the step that calls the outside monitor while every role shows signs of life; `None` where none is set up."""
    monitor = app.monitor
    if monitor is None:
        return None
    calling = Rhythm(timedelta(minutes=app.settings.pulse_minutes))

    def step() -> bool:
        if not calling.due(app.now()):
            return False
        with app.store.read() as work:
            silent = silent_roles(work, WATCHED, now=app.now())
        if silent:
            log.warning("pulse.withheld", silent=silent)
            return False
        try:
            monitor.call()
        except NotifyError as error:
            log.warning("pulse.failed", error=error)
        return False

    return step


def answering(app: Application) -> Callable[[], bool] | None:
    """Return the step that leaves the web role's mark while its own address answers; `None` where no monitor asks for it."""
    if app.monitor is None:
        return None

    def step() -> bool:
        connection = http.client.HTTPConnection(app.settings.host, app.settings.port, timeout=_HEALTH_SECONDS)
        try:
            connection.request("GET", "/healthz")
            alive = connection.getresponse().status == http.HTTPStatus.OK
        except http.client.HTTPException:
            alive = False
        finally:
            connection.close()
        if alive:
            leave_mark(app.store, now=app.now(), role="web")
        return False

    return step
