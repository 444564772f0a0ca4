"""The dashboard of one application: everything the web pages are given, filled from what the composition root chose."""

import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from crawlers.imports import ImportRefused
from service.api.context import AppContext, DrillInfo, DrillRun, DrillScenario
from service.bootstrap import Application
from service.disk_room import check_room, room_of
from service.domain.matters.matter import MatterKind
from service.domain.week import parse_week
from service.export.pdf import lack_of_pdf
from service.flows.crawl.importing import ImportReport, import_file
from service.flows.crawl.push import PushDesk
from service.flows.matters.matter_import import MatterReport, import_matters
from service.flows.pulse import silent_since
from service.flows.reports.brief import compile_week
from service.flows.telling.deliver import search_behind
from service.notify.mailbox import MailboxNotifier
from service.ports.search import SearchUnavailableError
from service.ports.store import StoreUnavailableError
from service.search.refill import rebuilding
from service.version import product_version

__all__ = ["DrillDesk", "site_context"]

# A file of 64 MB can hold a million rows; whoever waits in a browser is told of a part within two minutes.
_IMPORT_SECONDS = 120.0


@dataclass(frozen=True, slots=True, kw_only=True)
class DrillDesk:
    """What a real dashboard can do with drills: which there are, which ran, and how one is started."""

    scenarios: Sequence[DrillScenario]
    runs: Callable[[], Sequence[DrillRun]]
    start: Callable[[str, float, str], None]


def site_context(app: Application, *, drill: DrillInfo | None = None, desk: DrillDesk | None = None) -> AppContext:
    """Return the context of `app`'s dashboard."""
    briefings = app.settings.data / "briefings"
    desk_of_issues = _IssueDesk(app, briefings)
    return AppContext(
        store=app.store,
        search=app.search,
        catalogue_sources=app.catalogue.sources,
        source_book=None if app.drill else app.source_book,
        office=app.office,
        rulebook=app.rulebook,
        situations=app.situations,
        cut=app.cut,
        now=app.now,
        version=product_version(),
        secure_cookies=app.settings.secure_cookies,
        drill=drill,
        mailbox=app.notifier if isinstance(app.notifier, MailboxNotifier) else None,
        scenarios=desk.scenarios if desk else (),
        drill_runs=desk.runs if desk else None,
        start_drill=desk.start if desk else None,
        import_file=_files_of(app),
        import_refusals=(ImportRefused,),
        import_matters=_matters_of(app),
        make_briefing=desk_of_issues.make,
        briefings=briefings,
        briefing_lack=desk_of_issues.lack,
        push=_push_desk(app),
        opinions=app.opinion_setup,
        admit_from=app.settings.admitted_networks,
        second_factor=app.second_factor_rules,
        attachment_bytes=app.settings.attachment_bytes,
        evidence=app.preserver.files,
        checks=_checks_of(app, 1.0 if drill is None else drill.speed),
        room=partial(room_of, app.settings.data),
    )


def _checks_of(app: Application, pace: float) -> dict[str, Callable[[], str | None]]:
    checks: dict[str, Callable[[], str | None]] = {
        "存储": app.store.check,
        "检索": partial(_check_search, app, pace),
        "邮件": app.notifier.check,
        "磁盘": partial(check_room, app.settings.data),
        "研判": partial(_check_judgement, app, pace),
    }
    if app.shared_clock is not None:
        checks["时钟"] = app.shared_clock.check
    return checks


def _check_judgement(app: Application, pace: float) -> str | None:
    # A store that does not answer is told by its own check.
    with suppress(StoreUnavailableError), app.store.read() as work:
        since = silent_since(work, now=app.now(), pace=pace)
        return None if since is None else f"研判自 {since:%Y-%m-%d %H:%M}（UTC）起没有运行。"
    return None


def _check_search(app: Application, pace: float) -> str | None:
    problem = app.search.check()
    if problem is not None:
        return problem
    with suppress(StoreUnavailableError, SearchUnavailableError):
        problem = rebuilding(app.store, app.search)
        if problem is None:
            with app.store.read() as work:
                problem = search_behind(work, now=app.now(), pace=pace)
    return problem


class _IssueDesk:
    """Writes the issue of a week into the folder, and knows what the last one lacks."""

    def __init__(self, app: Application, folder: Path) -> None:
        self._app = app
        self._folder = folder
        self._told = lack_of_pdf()

    def make(self, week: str) -> Sequence[Path]:
        # Two seconds of imports that no page needs.
        from service.export.briefing import write_briefing

        app = self._app
        issue = compile_week(
            app.store,
            parse_week(week),
            register=app.register,
            office=app.settings.office,
            address=app.settings.address,
            drill=app.drill,
            now=app.now(),
        )
        told: list[str] = []
        paths = write_briefing(issue, self._folder, lacking=told.append)
        self._told = "".join(told)
        return paths

    def lack(self) -> str:
        return self._told


def _files_of(app: Application) -> Callable[[Path, str, str, bool], ImportReport]:
    """Return the import of documents."""

    def take(path: Path, source_id: str, actor: str, office_confirmed: bool) -> ImportReport:  # noqa: FBT001 - a plain callable of the context
        return import_file(
            app.store,
            path,
            source=app.catalogue.by_id[source_id],
            now=app.now,
            author_key=app.author_key,
            actor=actor,
            office_confirmed=office_confirmed,
            has_time=_time_for_an_import(),
        )

    return take


def _time_for_an_import() -> Callable[[], bool]:
    until = time.monotonic() + _IMPORT_SECONDS
    return lambda: time.monotonic() < until


def _matters_of(app: Application) -> Callable[[Path, str, MatterKind | None, str], MatterReport]:
    """Return the import of records that become matters."""

    def take(path: Path, source_id: str, kind: MatterKind | None, actor: str) -> MatterReport:
        return import_matters(
            app.store,
            path,
            source=app.catalogue.by_id[source_id],
            kind=kind,
            register=app.rulebook.register,
            now=app.now,
            author_key=app.author_key,
            actor=actor,
            has_time=_time_for_an_import(),
        )

    return take


def _push_desk(app: Application) -> PushDesk | None:
    """Return the desk for signed pushes; none where no partner has a secret, and never in a drill."""
    if app.drill or not app.settings.push_secrets:
        return None
    return PushDesk(
        store=app.store,
        sources=app.catalogue.by_id,
        secrets={name: secret.get_secret_value().encode() for name, secret in app.settings.push_secrets.items()},
        now=app.now,
        author_key=app.author_key,
        preserver=app.preserver,
    )
