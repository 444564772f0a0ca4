"""The four roles as long-lived processes: web, crawl, assess, deliver.

Each role loops until `stop` is set, does one bounded step at a time, and says in its log what it did. A failing step is
logged and tried again after a pause; only a stop ends a role.
"""

import asyncio
import sys
import threading
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

import structlog

from service.bootstrap import Application
from service.disk_room import room_of
from service.flows.alerts.consider import Office
from service.flows.alerts.surges import EVERY as SURGES_EVERY
from service.flows.alerts.surges import find_surges
from service.flows.learning.model_versions import training_waits
from service.flows.learning.opinions import ask_waiting, opinion_queue
from service.flows.matters.crossing import EVERY as CROSS_EVERY
from service.flows.matters.crossing import cross_check
from service.flows.matters.matter_watch import tend_matters
from service.flows.pulse import leave_mark
from service.flows.telling.deliver import DeliveryReport, deliver_mail, deliver_search
from service.flows.watch import EVERY, watch
from service.loaded import keep_what_is_loaded
from service.log_lines import write_logs
from service.ports.search import SearchUnavailableError
from service.rhythm import Rhythm
from service.search.refill import refill
from service.setbacks import PAUSE_SECONDS, SETBACKS
from service.speaking import answering, pulsing, reporting, speaking
from service.stopping import stop_on_signals
from service.training import TrainingBeside

if TYPE_CHECKING:
    from fastapi import FastAPI

    from analysis.assess import Analyser
    from service.flows.judging.judge import WordedJudge
    from service.flows.learning.model_keeper import ModelKeeper
    from service.flows.policies.library import PolicyLibrary

__all__ = ["ROLES", "run_assess", "run_crawl", "run_deliver", "run_web", "write_logs"]

ROLES = ("web", "crawl", "assess", "deliver")

_IDLE_SECONDS = 0.25
_IDLE_OPINION_SECONDS = 3.0
_LOOK_AT_SEARCH_SECONDS = 60.0
_INDEXING_SECONDS = 3.0
_READ_AHEAD_AFTER_SECONDS = 15.0
_Step = Callable[[], bool]

log = structlog.get_logger("yaowang")


def run_assess(app: Application, stop: threading.Event) -> None:
    """Judge what was collected, and look again at running events and clocks."""
    from service.flows.judging.assess import assess_pending
    from service.flows.judging.explain import Explaining
    from service.flows.judging.judge import WordedJudge
    from service.flows.judging.rejudging import queue_again
    from service.flows.policies.library import PolicyLibrary

    _describe_and_count(app)
    keeper, training = _model_keeper(app), _training_beside(app)
    judge = WordedJudge(app.store, keeper.model)
    library = PolicyLibrary(
        app.store,
        app.cut,
        lambda: app.rulebook.register,
        app.situations,
        lambda title, text: keeper.model.pooled(title, text),  # noqa: PLW0108 - by the model then in use
    )
    office = replace(app.office, library=library)
    rules = app.opinion_rules
    renew = _renewing(app, keeper, judge)
    look, count, obey, explaining = _looking(app), _counting(app), _obeying(app), Explaining(app.store, judge, app.now)
    keep_what_is_loaded()

    def step() -> bool:
        nonlocal office
        office = obey(office)
        training.tend()
        renew()
        _look_up(library)
        opinions = opinion_queue(rules, cut=keeper.model.cuts[0]) if rules else None
        report = assess_pending(app.store, judge, office=office, now=app.now, opinions=opinions)
        if report.claimed:
            log.info("assess.done", **report.counts())
        busy = report.claimed or queue_again(app.store, now=app.now())
        look(office)
        count()
        return explaining.after(busy) > 0 or busy > 0

    with training:
        _loop("assess", _while_room(app, step, lambda: look(office)), stop_on_signals(stop))


def _look_up(library: "PolicyLibrary") -> None:
    """Load the library where an import changed it, and say so."""
    if library.refresh():
        log.info("library.loaded", articles=len(library))
        if library.refused:
            log.error("library.model_refused", sentence=library.refused)


def _model_keeper(app: Application) -> "ModelKeeper[Analyser]":
    """Return what holds the model that judges here, with the one in force taken up where it is not refused."""
    from analysis.assess import Analyser
    from service.flows.learning.model_keeper import ModelKeeper

    models = app.settings.data / "models"
    models.mkdir(parents=True, exist_ok=True)
    keeper = ModelKeeper(app.store, models, Analyser.load)
    keeper.refresh(app.now())
    log.info("assess.ready", model=keeper.model.version, refused=keeper.refused)
    return keeper


def _describe_and_count(app: Application) -> None:
    """Tell the store of the sources, and count anew what older rules counted, where that is quick."""
    from service.flows.judging.recounting import recount_where_quick

    app.describe_sources()
    counted = recount_where_quick(app.store)
    if counted is not None:
        log.info("rollups.recounted", documents=counted)


def _renewing(app: Application, keeper: "ModelKeeper[Analyser]", judge: "WordedJudge") -> Callable[[], None]:
    """Return the step that takes up another model or other words between two batches."""

    def renew() -> None:
        loaded = keeper.refresh(app.now())
        if loaded:
            judge.load(keeper.model)
            log.info("model.loaded", model=judge.version)
        worded = judge.refresh()
        if worded:
            log.info("words.loaded", model=judge.version, unusable=judge.faults)
        if loaded or worded:
            keep_what_is_loaded()

    return renew


def _training_beside(app: Application) -> TrainingBeside:
    """Return what starts the trainings that people wish for; in a drill nobody does."""

    def wanted() -> bool:
        if app.drill:
            return False
        with app.store.read() as work:
            return training_waits(work, app.now())

    data = app.settings.data
    command = [sys.executable, "-m", "service.cli", "train", "--officers", "--wished", "--data", str(data)]
    return TrainingBeside(command, wanted=wanted, log_file=data / "log" / "training.log")


def _obeying(app: Application) -> Callable[[Office], Office]:
    """Return the step that reads the rules again where they changed, and says once what is wrong with them."""
    told: str | None = None

    def obey(office: Office) -> Office:
        nonlocal told
        if app.rulebook.refresh(app.now()):
            log.info("rules.loaded", version=app.rulebook.register.version)
        if app.rulebook.problem != told:
            told = app.rulebook.problem
            log.warning("rules.refused", problem=told)
        return app.rulebook.office(office)

    return obey


def _while_room(app: Application, step: Callable[[], bool], otherwise: Callable[[], None]) -> Callable[[], bool]:
    """Return `step`, in whose place `otherwise` is done while the disk is too full to judge; a database elsewhere has its own."""
    paused = False

    def careful() -> bool:
        nonlocal paused
        room = room_of(app.settings.data) if app.settings.store_url is None else None
        if (room is not None and not room.judges) != paused:
            paused = not paused
            log.warning("assess.paused", sentence=room.sentence) if paused and room else log.info("assess.goes_on")
        if not paused:
            return step()
        otherwise()
        return False

    return careful


def _looking(app: Application) -> Callable[[Office], None]:
    """Return the step that looks again at running events and clocks, and every few minutes at matters."""
    watching, crossing = Rhythm(EVERY), Rhythm(CROSS_EVERY)

    def look(office: Office) -> None:
        if watching.due(app.now()):
            looked = watch(app.store, office=office, now=app.now)
            if looked.changed:
                log.info("watch.done", **looked.counts())
            leave_mark(app.store, now=app.now())
        if crossing.due(app.now()):
            crossed = cross_check(app.store, now=app.now)
            if crossed.proposed:
                log.info("crossing.done", **crossed.counts())
            if mails := tend_matters(app.store, office=office, now=app.now()):
                log.info("matters.warned", mails=mails)

    return look


def _counting(app: Application) -> Callable[[], None]:
    """Return the step that judges the counts of the last hour shortly after it, once."""
    counting = Rhythm(SURGES_EVERY)

    def count() -> None:
        if not counting.due(app.now()):
            return
        said = find_surges(app.store, now=app.now())
        if said.decisions:
            log.info("surges.judged", **said.counts())

    return count


def run_deliver(app: Application, stop: threading.Event) -> None:
    """Bring mail to people and documents to the search projection; beside that, ask another model where one is set up.

    The projection is fed, and filled where it is missing or was restored around, beside it too: neither waits for the other.
    """
    stop_on_signals(stop)
    _ask_beside(app, stop)
    _speak_beside(app, stop)
    threading.Thread(target=partial(_refill, app, stop), name="refill", daemon=True).start()
    search = partial(deliver_search, app.store, app.search, now=app.now)
    mail = partial(deliver_mail, app.store, app.notifier, sender=app.settings.mail_from, now=app.now)
    # A mail server that takes minutes for each mail must not keep new documents out of the search.
    indexing = _run_beside("search", _delivering("search", search), stop, _IDLE_SECONDS)
    _loop("deliver", _delivering("mail", mail), stop)
    indexing.join(_INDEXING_SECONDS)


def _delivering(kind: str, deliver: Callable[[], DeliveryReport]) -> Callable[[], bool]:
    """Return the step that delivers what waits, and says so."""

    def step() -> bool:
        report = deliver()
        if report.busy:
            log.info("deliver.done", kind=kind, **report.counts())
        return bool(report.delivered)

    return step


def _refill(app: Application, stop: threading.Event) -> None:
    """Fill the projection where it is missing, at the start and whenever its index was deleted under the running service.

    Whatever fails is tried again; it is logged once, and again when another error takes its place.
    """
    told = ""
    while not stop.is_set():
        try:
            report = refill(app.store, app.search)
        except Exception as error:  # Of a thread that ended nobody would know
            if repr(error) != told:
                foreseen = isinstance(error, (*SETBACKS, SearchUnavailableError))
                log.warning("search.refill_failed", error=error, exc_info=not foreseen)
            told = repr(error)
            stop.wait(PAUSE_SECONDS)
            continue
        told = ""
        if report is not None:
            log.info("search.refilled", repaired=report.repaired, refused=len(report.refused))
        stop.wait(_LOOK_AT_SEARCH_SECONDS)


def _speak_beside(app: Application, stop: threading.Event) -> None:
    """Say what is said beside mail in threads of their own: none waits for another, nor the end of the process."""
    beside = {"webhook": (speaking(app), 1.0), "daily_report": (reporting(app), 20.0), "pulse": (pulsing(app), 5.0)}
    for name, (step, idle_seconds) in beside.items():
        if step is not None:
            _run_beside(name, step, stop, idle_seconds)


def _run_beside(name: str, step: Callable[[], bool], stop: threading.Event, idle_seconds: float) -> threading.Thread:
    # A process that ends is started again; of a thread that ended nobody would know.
    run = partial(_loop, name, step, stop, idle_seconds=idle_seconds, beside=True)
    thread = threading.Thread(target=run, name=name, daemon=True)
    thread.start()
    return thread


def _ask_beside(app: Application, stop: threading.Event) -> None:
    """Ask for second opinions in a thread of its own, which neither a mail nor the end of the process waits for."""
    adviser, rules = app.adviser, app.opinion_rules
    if adviser is None or rules is None:
        return
    log.info("opinions.ready", model=adviser.model, host=adviser.place)

    def step() -> bool:
        report = ask_waiting(app.store, adviser, rules, now=app.now)
        if report.busy:
            log.info("opinions.done", **report.counts())
        return report.busy

    _run_beside("opinions", step, stop, _IDLE_OPINION_SECONDS)


def run_web(app: Application, site: "FastAPI", stop: threading.Event) -> None:
    """Serve the dashboard until `stop` is set; running requests get four seconds."""
    import uvicorn

    from service.web.connections import PromptConnection

    config = uvicorn.Config(
        site,
        http=PromptConnection,
        host=app.settings.host,
        port=app.settings.port,
        # Its faults come to the root logger, which tells nothing of what they were about.
        log_config=None,
        log_level="warning",
        access_log=False,
        timeout_keep_alive=15,
        timeout_graceful_shutdown=4,
        limit_concurrency=512,
        server_header=False,
    )
    server = uvicorn.Server(config)
    stop_on_signals(stop)

    def end_with_stop() -> None:
        stop.wait()
        # Open event streams end first, so that the server has nothing to wait for.
        site.state.feed.stop()
        server.should_exit = True

    threading.Thread(target=end_with_stop, name="web-stop", daemon=True).start()
    threading.Thread(target=partial(_read_ahead, app, stop), name="web-tables", daemon=True).start()
    if (mark := answering(app)) is not None:
        _run_beside("web-mark", mark, stop, 30.0)
    server.run()


def _read_ahead(app: Application, stop: threading.Event) -> None:
    """Read the tables that pages show, 2 s and 1 s of parsing that the first who opens such a page would wait for.

    Not at once: on a busy host the parsing would hold up the first answer, which a start waits for.
    """
    if not stop.wait(_READ_AHEAD_AFTER_SECONDS):
        from service.flows.words.acts import shipped_vocabulary

        app.situations()
        shipped_vocabulary()


def run_crawl(app: Application, stop: threading.Event) -> None:
    """Collect from every source that is due, again and again."""
    app.describe_sources()
    from service.collecting import collect_until

    stop_on_signals(stop)
    asyncio.run(collect_until(app, stop))


def _loop(
    role: str, step: _Step, stop: threading.Event, *, idle_seconds: float = _IDLE_SECONDS, beside: bool = False
) -> None:
    outlived = (Exception,) if beside else SETBACKS
    while not stop.is_set():
        try:
            busy = step()
        except outlived as error:
            log.warning("role.failed", role=role, error=error, exc_info=not isinstance(error, SETBACKS))
            stop.wait(PAUSE_SECONDS)
            continue
        if not busy:
            stop.wait(idle_seconds)
