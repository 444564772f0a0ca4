"""The store over SQLAlchemy: `migrate` a database to the current schema, `open_store` it, work in transactions."""

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, select, text
from sqlalchemy.exc import DatabaseError, DataError, DBAPIError, OperationalError, SQLAlchemyError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError

from service.domain.refusal import Refusal
from service.ports.attachments import Attachments
from service.ports.opinions import Opinions
from service.ports.own_sources import OwnSources
from service.ports.previews import Previews
from service.ports.store import (
    Alerts,
    Audit,
    Batches,
    Cases,
    Citations,
    Clocks,
    Corrections,
    Documents,
    Events,
    Evidence,
    Explanations,
    Hiding,
    Hosts,
    Labels,
    Looks,
    Matters,
    Models,
    Notices,
    Outbox,
    People,
    Policies,
    Quarantine,
    Regroupings,
    Rejudgements,
    Rollups,
    Roster,
    Silences,
    Sources,
    StoreBusyError,
    StoreFullError,
    StoreUnavailableError,
    Surges,
    Topics,
    Words,
    Work,
)
from service.storage.alerts import Revision, SqlAlerts, SqlClocks
from service.storage.attachments import SqlAttachments
from service.storage.audit import SqlAudit
from service.storage.cases import SqlCases
from service.storage.citations import SqlCitations
from service.storage.corrections import SqlCorrections
from service.storage.dialects import Engines, lock, open_engines, sqlite_file, upsert
from service.storage.documents import SqlDocuments
from service.storage.engine_words import READ_ONLY, engine_words, is_busy, is_full, is_read_only
from service.storage.events import SqlEvents
from service.storage.evidence import SqlEvidence
from service.storage.explanations import SqlExplanations
from service.storage.hidden import AuthorKey
from service.storage.hiding import SqlHiding
from service.storage.hosts import SqlHosts
from service.storage.labels import SqlLabels
from service.storage.looks import SqlLooks
from service.storage.matters import SqlMatters
from service.storage.migrations import (
    await_turn,
    bring_up_to_date,
    current_revision,
    head_revision,
    knows_revision,
)
from service.storage.models import SqlModels
from service.storage.opinions import SqlOpinions
from service.storage.outbox import SqlOutbox
from service.storage.own_sources import SqlOwnSources
from service.storage.people import SqlPeople
from service.storage.policies import SqlPolicies
from service.storage.previews import SqlPreviews
from service.storage.quarantine import SqlQuarantine
from service.storage.regroupings import SqlRegroupings
from service.storage.rollups import SqlRollups
from service.storage.routing import SqlBatches, SqlNotices, SqlRoster, SqlSilences
from service.storage.schema import remembered
from service.storage.sources import SqlSources
from service.storage.surges import SqlSurges
from service.storage.topics import SqlTopics
from service.storage.words import SqlRejudgements, SqlWords

__all__ = ["SqlStore", "SqlWork", "migrate", "open_store"]


def open_store(url: str, *, durable: bool = True, author_key: AuthorKey | None = None) -> "SqlStore":
    """Open the store at `url` (`sqlite:///…/yaowang.db` or `postgresql+psycopg://…`); `migrate` sets it up.

    Nothing is connected or made here; `check` says whether the store can be used. Raises `ValueError` for an address
    that is neither. A store that is not `durable` may lose its last transactions with the machine. `author_key` gives the
    key by which hidden strings are known again: without it none can be hidden, and no new text is taken where one was.
    """
    return SqlStore(url, durable=durable, author_key=author_key)


_BEING_UPGRADED = (
    "数据库结构要升级，而另一个进程正在升级它，或占用着数据库。数据多时升级要几分钟，请等它完成后重新运行；数据没有改动"
)


def migrate(url: str) -> None:
    """Set up or bring up to date the database at `url`, all or nothing; safe to repeat and to run twice at once.

    One that is up to date is only read: every command asks for this, and must not wait for whoever writes meanwhile.
    Raises `StoreUnavailableError` where the database cannot be reached or written, or was made by a later program; as
    `StoreBusyError` where another process is at it for longer than one waits.
    """
    engines = open_engines(url)
    try:
        with _sentences():
            if not _is_current(engines, sqlite_file(url)):
                with engines.writer.begin() as connection:
                    await_turn(connection)
                    _refuse_later(current_revision(connection))
                    bring_up_to_date(connection)
    except StoreBusyError as error:
        raise StoreBusyError(_BEING_UPGRADED) from error
    finally:
        engines.dispose()


def _is_current(engines: Engines, file: Path | None) -> bool:
    # Connecting to a SQLite file that is not there would make it, before whoever writes has said how.
    if file is not None and not file.is_file():
        return False
    with engines.reader.begin() as connection:
        return current_revision(connection) == head_revision()


def _refuse_later(found: str | None) -> None:
    if found is not None and not knows_revision(found):
        raise StoreUnavailableError(
            f"数据库由更新版本的程序建立（结构版本 {found}，本程序只到 {head_revision()}）。"
            "请换用建立它的那个版本的程序，或用本版本的备份恢复；数据没有改动"
        )


class SqlWork:
    """`service.ports.store.Work`: the repositories over one transaction."""

    documents: Documents
    events: Events
    alerts: Alerts
    clocks: Clocks
    outbox: Outbox
    audit: Audit
    people: People
    sources: Sources
    quarantine: Quarantine
    rollups: Rollups
    policies: Policies
    topics: Topics
    matters: Matters
    silences: Silences
    roster: Roster
    attachments: Attachments
    notices: Notices
    batches: Batches
    cases: Cases
    citations: Citations
    previews: Previews
    own_sources: OwnSources
    hosts: Hosts
    looks: Looks
    words: Words
    rejudgements: Rejudgements
    regroupings: Regroupings
    corrections: Corrections
    labels: Labels
    models: Models
    explanations: Explanations
    opinions: Opinions
    surges: Surges
    hiding: Hiding
    evidence: Evidence

    def __init__(self, connection: Connection, author_key: AuthorKey | None = None) -> None:
        """Work inside `connection`'s transaction."""
        self._connection = connection
        self._author_key = author_key
        self._rollups = SqlRollups(connection)
        self._audit = SqlAudit(connection)
        self._revision = Revision(connection)
        self.documents = SqlDocuments(connection, author_key)
        self.events = SqlEvents(connection)
        self.alerts = SqlAlerts(connection, self._revision)
        self.clocks = SqlClocks(connection, self._revision)
        self.outbox = SqlOutbox(connection)
        self.audit = self._audit
        self.people = SqlPeople(connection)
        self.sources = SqlSources(connection)
        self.quarantine = SqlQuarantine(connection)
        self.rollups = self._rollups
        self.policies = SqlPolicies(connection)
        self.topics = SqlTopics(connection)
        self.matters = SqlMatters(connection)
        self.silences = SqlSilences(connection)
        self.roster = SqlRoster(connection)
        self.attachments = SqlAttachments(connection, author_key)
        self.notices = SqlNotices(connection)
        self.batches = SqlBatches(connection)
        self.cases = SqlCases(connection)
        self._open_beside(connection)

    def _open_beside(self, connection: Connection) -> None:
        """Open what stands beside judgements, events and alerts, and decides nothing of them."""
        self.citations = SqlCitations(connection)
        self.previews = SqlPreviews(connection)
        self.own_sources = SqlOwnSources(connection)
        self.hosts = SqlHosts(connection)
        self.looks = SqlLooks(connection)
        self.words = SqlWords(connection)
        self.rejudgements = SqlRejudgements(connection)
        self.regroupings = SqlRegroupings(connection)
        self.corrections = SqlCorrections(connection)
        self.labels = SqlLabels(connection)
        self.models = SqlModels(connection)
        self.explanations = SqlExplanations(connection)
        self.opinions = SqlOpinions(connection)
        self.surges = SqlSurges(connection, self._revision)
        self.hiding = SqlHiding(connection, self._author_key, self._revision)
        self.evidence = SqlEvidence(connection)

    def alone(self, name: str) -> None:
        """Wait until no other transaction that named this is under way."""
        lock(self._connection, f"work.{name}")

    def set_value(self, name: str, value: Any) -> None:
        """Remember one JSON-able value by name."""
        upsert(self._connection, remembered, [{"name": name, "value": [value]}], keys=("name",))

    def value(self, name: str, default: Any = None) -> Any:
        """Return what `set_value` remembered."""
        kept = self._connection.scalar(select(remembered.c.value).where(remembered.c.name == name))
        return default if kept is None else kept[0]

    def flush(self) -> None:
        """Write what is still held back."""
        # Everywhere in this order, so that two transactions cannot wait for each other's rows.
        self._audit.flush()
        self._rollups.flush()
        self._revision.flush()


# A standby, or a server that was set so; the transaction that asks is one that only reads itself.
_TAKES_NO_WRITING = text("SELECT pg_is_in_recovery() OR current_setting('default_transaction_read_only') = 'on'")


class SqlStore:
    """`service.ports.store.Store` on SQLite or PostgreSQL."""

    def __init__(self, url: str, *, durable: bool = True, author_key: AuthorKey | None = None) -> None:
        """Keep the way to the database."""
        self._engines = open_engines(url, durable=durable)
        self._author_key = author_key
        self._file = sqlite_file(url)

    def write(self) -> AbstractContextManager[Work]:
        """Open a transaction that may write."""
        return self._work(self._engines.writer, writes=True)

    def read(self) -> AbstractContextManager[Work]:
        """Open a transaction that only reads; writing in it is refused by the engine."""
        return self._work(self._engines.reader, writes=False)

    @contextmanager
    def _work(self, engine: Engine, *, writes: bool) -> Iterator[Work]:
        self._require_file()
        with _sentences(), engine.begin() as connection:
            work = SqlWork(connection, self._author_key)
            yield work
            if writes:
                work.flush()

    def _require_file(self) -> None:
        # SQLite would make an empty file, and then miss every table.
        if self._file is not None and not self._file.is_file():
            raise StoreUnavailableError(f"数据库文件 {self._file} 不存在。请先运行 ./yaowang up，由它建立数据库")

    def check(self) -> str | None:
        """Return `None` where the engine answers with the current schema, else one sentence that says what is wrong."""
        try:
            self._require_file()
            with _sentences(), self._engines.reader.begin() as connection:
                found, wanted = current_revision(connection), head_revision()
                read_only = self._file is None and connection.scalar(_TAKES_NO_WRITING)
        except StoreUnavailableError as error:
            return str(error)
        if found is not None and not knows_revision(found):
            return f"数据库结构版本为 {found}，由更新版本的程序建立，本程序只到 {wanted}。请换用建立它的那个版本的程序"
        if found != wanted:
            return f"数据库结构版本为 {found or '空'}，程序需要 {wanted}。请重新运行 ./yaowang up，由它升级数据库"
        return READ_ONLY if read_only else None

    def engine_time(self) -> datetime | None:
        """Return the present moment by the clock of the engine's machine; `None` of SQLite, whose machine is this one."""
        if self._file is not None:
            return None
        with _sentences(), self._engines.reader.begin() as connection:
            told: datetime = connection.execute(text("SELECT clock_timestamp()")).scalar_one()
            return told

    def examine(self) -> str | None:
        """Look deeper than `check`, in time that grows with the store: pages and references (SQLite), the audit chain."""
        shallow = self.check()
        if shallow is not None:
            return shallow
        try:
            with _sentences(), self._engines.reader.begin() as connection:
                damaged = self._damage(connection) if connection.dialect.name == "sqlite" else None
                broken = SqlAudit(connection).verify() if damaged is None else None
        except StoreUnavailableError as error:
            return str(error)
        return damaged if broken is None else f"审计链在第 {broken} 条断裂：此条或其之前的内容被改动过"

    def _damage(self, connection: Connection) -> str | None:
        found = " ".join(str(connection.execute(text("PRAGMA quick_check(1)")).scalar_one()).split())
        if found != "ok":
            return f"数据库文件 {self._file} 已损坏：{found}。请用备份恢复"
        if connection.execute(text("PRAGMA foreign_key_check")).first() is not None:
            return f"数据库文件 {self._file} 内部引用不一致。请用备份恢复"
        return None

    def close(self) -> None:
        """Give back every connection."""
        self._engines.dispose()


@contextmanager
def _sentences() -> Iterator[None]:
    """Say in one sentence that the engine is away, busy or full; faults of the program pass unchanged."""
    try:
        yield
    except PoolTimeoutError as error:
        raise StoreUnavailableError("数据库连接用尽，等待超时。请稍后重试") from error
    except OperationalError as error:
        if is_full(error.orig):
            raise StoreFullError(f"数据库暂不可写：{_first_line(error)}") from error
        kind = StoreBusyError if is_busy(error.orig) else StoreUnavailableError
        raise kind(f"数据库暂不可用：{_first_line(error)}") from error
    except DataError as error:
        # PostgreSQL takes no NUL in a text and no number beyond its column: what was given is at fault, not the store.
        raise Refusal("内容中有不能保存的字符，或数字超出范围，请改正后再提交") from error
    except DBAPIError as error:
        if is_read_only(error.orig):
            raise StoreUnavailableError(READ_ONLY) from error
        # Drivers report a damaged file, and nothing else, by the general class itself.
        if error.connection_invalidated or type(error) is DatabaseError:
            raise StoreUnavailableError(f"数据库不可用：{_first_line(error)}") from error
        raise


def _first_line(error: SQLAlchemyError) -> str:
    return engine_words(getattr(error, "orig", None) or error)
