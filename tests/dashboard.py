"""A whole dashboard over a seeded store, for the tests of its pages: real adapters, a fixed clock, no other process."""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from email.message import EmailMessage
from email.utils import format_datetime
from pathlib import Path

from analysis.segmentation import RjiebaSegmenter
from crawlers.catalogue import Catalogue
from crawlers.imports import ImportRefused
from crawlers.records import Source
from service.api.context import AppContext, DrillInfo, DrillRun, DrillScenario
from service.domain.matters.matter import MatterKind
from service.domain.people.second_factor import Demand
from service.flows.alerts.consider import Office
from service.flows.crawl.importing import ImportReport, import_file
from service.flows.crawl.source_book import SourceBook
from service.flows.matters.matter_import import MatterReport, import_matters
from service.flows.people.second_factor import SecondFactorRules
from service.notify.mailbox import MailboxNotifier
from service.policies.register import load_register
from service.policies.routing import RoutingFiles
from service.ports.store import Store
from service.search.fts import FtsSearch
from service.search.verify import note_rules
from service.storage.evidence_files import EvidenceFolder
from service.storage.sql import migrate, open_store
from tests.builders import NOW, enrol_everyone
from tests.contract.stored import AUTHOR_KEY, searched
from tests.seeding import SOURCES, seed, seed_many

__all__ = ["SCENARIOS", "SECOND_FACTOR", "make_context", "with_sources"]

SECOND_FACTOR = SecondFactorRules(demand=Demand.VOLUNTARY, issuer="药望", key=lambda: b"test-second-factor-key")
SCENARIOS = (
    DrillScenario(
        id="cluster",
        title="注射液聚集性不良反应",
        summary="某县多名患者用药后出现相似反应，由论坛扩散到媒体。",
        goals=("首报即警，五小时内发布权威信息", "核对发布权限后再对外表态", "按伤害事实登记事件等级"),
        duration_minutes=360,
    ),
    DrillScenario(
        id="vaccine-rumour",
        title="疫苗谣言与辟谣",
        summary="网传某批次疫苗失效，经核实为谣言。",
        goals=("会同卫生健康部门核实", "疫苗风险信息不自行发布"),
        duration_minutes=240,
    ),
)


@dataclass(frozen=True, slots=True)
class _Paper:
    """Writes placeholders where the real service writes documents, so that a page test needs no drawing library."""

    folder: Path

    def make(self, week: str) -> list[Path]:
        self.folder.mkdir(exist_ok=True)
        paths = [self.folder / f"briefing-{week}.{suffix}" for suffix in ("docx", "xlsx", "html", "pdf")]
        for path in paths:
            path.write_bytes(b"PK" + b"0" * 24_000)
        return paths


def make_context(
    folder: Path, *, drill: bool = False, empty: bool = False, many: int = 0, prepared: bool = False
) -> AppContext:
    """Return a context over a fresh store in `folder`, seeded unless `empty`; `many` adds so many open alerts.

    With `prepared` the folder is a copy of one that this function made before.
    """
    url = f"sqlite:///{folder / 'yaowang.db'}"
    if not prepared:
        _prepare(folder, url, empty=empty, many=many)
    store, search = open_store(url, author_key=lambda: AUTHOR_KEY), FtsSearch(folder / "search.db")

    return AppContext(
        store=store,
        search=search,
        catalogue_sources=SOURCES,
        source_book=None if drill else SourceBook(store, _catalogue(SOURCES)),
        office=_office(drill=drill),
        cut=RjiebaSegmenter().cut_for_search,
        now=lambda: NOW,
        version="0.1.0",
        drill=_drill() if drill else None,
        mailbox=_mailbox(folder / "mailbox"),
        scenarios=() if drill else SCENARIOS,
        drill_runs=None if drill or empty else lambda: _runs(folder),
        start_drill=None if drill else _start_nothing,
        import_file=_files_of(store),
        import_refusals=(ImportRefused,),
        import_matters=_matters_of(store),
        make_briefing=_Paper(folder / "briefings").make,
        briefings=folder / "briefings",
        second_factor=None if drill else SECOND_FACTOR,
        evidence=EvidenceFolder(folder / "evidence"),
    )


def _files_of(store: Store) -> Callable[[Path, str, str, bool], ImportReport]:
    def take(path: Path, source_id: str, actor: str, office_confirmed: bool) -> ImportReport:
        return import_file(
            store,
            path,
            source=next(source for source in SOURCES if source.id == source_id),
            now=lambda: NOW,
            author_key=AUTHOR_KEY,
            actor=actor,
            office_confirmed=office_confirmed,
        )

    return take


def with_sources(context: AppContext, sources: Sequence[Source]) -> AppContext:
    """Return the context over other declared sources."""
    book = SourceBook(context.store, _catalogue(sources))
    return replace(context, catalogue_sources=book.catalogue.sources, source_book=book)


def _catalogue(sources: Sequence[Source]) -> Catalogue:
    return Catalogue(sources=tuple(sources), by_id={source.id: source for source in sources})


def _matters_of(store: Store) -> Callable[[Path, str, MatterKind | None, str], MatterReport]:
    def take(path: Path, source_id: str, kind: MatterKind | None, actor: str) -> MatterReport:
        source = next(source for source in SOURCES if source.id == source_id)
        return import_matters(
            store,
            path,
            source=source,
            kind=kind,
            register=load_register(None),
            now=lambda: NOW,
            author_key=b"test-author-key-0",
            actor=actor,
        )

    return take


def _office(*, drill: bool) -> Office:
    register = load_register(None)
    return Office(register=register, address="http://127.0.0.1", drill=drill, routing=RoutingFiles(lambda: register))


def _prepare(folder: Path, url: str, *, empty: bool, many: int) -> None:
    migrate(url)
    store, search = open_store(url, author_key=lambda: AUTHOR_KEY), FtsSearch(folder / "search.db")
    if empty:
        enrol_everyone(store)
    else:
        seed(store)
        _Paper(folder / "briefings").make("2026-W47")
        _Paper(folder / "briefings").make("2026-W46")
    seed_many(store, alerts=many)
    with store.read() as work:
        search.index(searched(work, limit=1000))
    note_rules(store, search)
    search.close()
    store.close()


def _start_nothing(_scenario: str, _speed: float, _person: str) -> None:
    return


def _drill() -> DrillInfo:
    return DrillInfo(scenario_id="cluster", title=SCENARIOS[0].title, started_at=NOW - timedelta(hours=2), speed=10.0)


def _mailbox(folder: Path) -> MailboxNotifier:
    mailbox = MailboxNotifier(folder=folder)
    for number, subject in enumerate(
        ("【演练】[红色·待确认] 赣州 注射液群体不良反应｜5小时时限 17:13 到期", "【演练】[橙色·待确认] 退烧贴疑含激素")
    ):
        message = EmailMessage()
        message["Subject"] = subject
        message["From"] = "yaowang@drill.invalid"
        message["To"] = "drill-duty@drill.invalid"
        message["Date"] = format_datetime(NOW - timedelta(minutes=40 - number))
        message["Message-ID"] = f"<seed{number}@alerts.yaowang>"
        message.set_content(
            f"{subject}\n\n5 篇稿件，4 个信源。\n为何收到：达到红色预警条件。\n下一步：打开事件页并确认收到。\n"
        )
        mailbox.send(message)
    return mailbox


def _runs(folder: Path) -> list[DrillRun]:
    report = folder / "report.json"
    if not report.exists():
        report.write_text(json.dumps(_report(), ensure_ascii=False), encoding="utf-8")
    return [
        DrillRun(
            id="20261120-090000-cluster-ab12",
            scenario_id="cluster",
            title=SCENARIOS[0].title,
            state="finished",
            started_at=NOW - timedelta(days=5),
            speed=30.0,
            report=report,
        ),
        DrillRun(
            id="20261118-090000-vaccine-cd34",
            scenario_id="vaccine-rumour",
            title=SCENARIOS[1].title,
            state="failed",
            started_at=NOW - timedelta(days=7),
            speed=60.0,
            note="演练未能完成，原因见该演练目录下的日志。",
        ),
    ]


def _report() -> dict[str, object]:
    start = NOW - timedelta(days=5)

    def at(minutes: int) -> str:
        return (start + timedelta(minutes=minutes)).isoformat()

    clock = {
        "action": "发布权威信息",
        "basis": "国办发〔2016〕80号",
        "state": "met",
        "due_at": at(312),
        "met_at": at(205),
    }
    event = {
        "title": "注射液聚集性不良反应",
        "first_at": at(5),
        "seen_at": at(8),
        "alerted_at": at(9),
        "mailed_at": at(9),
        "acknowledged_at": at(16),
        "answered_at": at(205),
        "closed_at": None,
        "level": "red",
        "expected_level": "red",
        "together": 17,
        "expected": 18,
        "clocks": [clock],
    }
    return {"goals": list(SCENARIOS[0].goals), "documents": 42, "events": [event], "other_alerts": []}
