"""The composition root: the one place that names adapters, and the only one with a wall clock."""

from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from crawlers.catalogue import Catalogue, load_catalogue
from service.domain.learning.opinion import OpinionRules
from service.domain.policies.citation import RowChange
from service.domain.rules.register import Register
from service.domain.telling.second_channel import SecondChannel
from service.flows.alerts.consider import Office
from service.flows.crawl.source_book import SourceBook
from service.flows.crawl.sources import description_of
from service.flows.keeping.preserving import Preserver
from service.flows.learning.opinion_desk import OpinionSetup
from service.flows.people.second_factor import SecondFactorRules
from service.flows.rules.citing import accepted_changes
from service.flows.rules.in_force import Rulebook
from service.kept_secrets import DATA_MODE, kept_secret
from service.notify.mailbox import MailboxNotifier
from service.notify.robots import HookKind
from service.notify.smtp import SmtpNotifier
from service.policies.kept_rules import KEPT_RULES, keep_rules, kept_register
from service.policies.overlay import stamp_of
from service.policies.register import load_register
from service.policies.routing import RoutingFiles
from service.policies.situations import SituationFiles
from service.ports.copies import StoreFacts
from service.ports.notify import Notifier
from service.ports.opinions import Adviser
from service.ports.search import Search
from service.ports.store import Store
from service.search.fts import FtsSearch
from service.settings import Settings
from service.shared_clock import SharedClock
from service.storage.copying import copy_database, examine_copy, is_open
from service.storage.dialects import sqlite_file
from service.storage.evidence_files import EvidenceFolder
from service.storage.migrations import knows_revision
from service.storage.sql import migrate, open_store

if TYPE_CHECKING:
    from analysis.segmentation import RjiebaSegmenter
    from crawlers.access.egress import Egress
    from service.notify.monitor import Monitor

__all__ = [
    "Application",
    "build",
    "copier_of",
    "examine_copy",
    "is_open",
    "knows_revision",
    "prepare",
    "wall_clock",
]


def wall_clock() -> datetime:
    """Return the present moment, in UTC."""
    return datetime.now(UTC)


@dataclass(frozen=True)
class Application:
    """Everything one process needs, chosen by the settings."""

    settings: Settings
    store: Store
    search: Search
    notifier: Notifier
    now: Callable[[], datetime]
    drill: bool = False
    own_catalogue_only: bool = False
    given_egress: "Egress | None" = None
    durable: bool = True
    lasting: bool = False
    shared_clock: SharedClock | None = None

    @cached_property
    def egress(self) -> "Egress":
        """The one way out: the public one, unless a drill gave that of its own world."""
        if self.given_egress is not None:
            return self.given_egress
        # Half a second of imports that only the crawl role needs.
        from crawlers.access.egress import Egress

        return Egress.public()

    @property
    def opinion_rules(self) -> OpinionRules | None:
        """What another model is asked about; `None` where none is set up, and in a drill."""
        chosen = self.settings
        if self.drill or not chosen.opinion:
            return None
        return OpinionRules(
            band=chosen.opinion_band,
            severity_from=chosen.opinion_severity,
            levels=frozenset(chosen.opinion_levels),
            categories=frozenset(chosen.opinion_categories),
            characters=chosen.opinion_characters,
            daily_calls=chosen.opinion_daily_calls,
            daily_tokens=chosen.opinion_daily_tokens,
        )

    @property
    def opinion_setup(self) -> OpinionSetup | None:
        """What is asked, for those who only tell of it; `None` where nothing is."""
        rules, url, model = self.opinion_rules, self.settings.opinion_url, self.settings.opinion_model
        if rules is None or url is None or model is None:
            return None
        return OpinionSetup(model=model, place=urlsplit(url).netloc, rules=rules)

    @cached_property
    def adviser(self) -> Adviser | None:
        """The other model; `None` where none is set up, and in a drill."""
        return None if self.opinion_rules is None else _adviser(self.settings)

    @cached_property
    def rulebook(self) -> Rulebook:
        """The rules in force, read again when files or checks change."""
        return Rulebook(
            self.store,
            load=self._load_rules,
            spare=(lambda: kept_register(self.settings.data / KEPT_RULES)) if self.lasting else None,
            stamp=lambda: (self._own_policies(), stamp_of(self._own_policies())),
        )

    @property
    def register(self) -> Register:
        """The shipped policy facts with the office's own and its checks over them, as of now."""
        self.rulebook.refresh(self.now())
        return self.rulebook.register

    @property
    def office(self) -> Office:
        """Whose service this is, as the flows need to know it, with the rules as of now."""
        return Office(
            register=self.register,
            address=self.settings.address,
            province=self.settings.province[:2],
            drill=self.drill,
            routing=self._routing,
            channel=self.channel,
        )

    @property
    def channel(self) -> SecondChannel | None:
        """When the second channel speaks; `None` where none is set up, and in a drill."""
        chosen = self.settings
        if self.drill or chosen.webhook == "none":
            return None
        return SecondChannel(
            name=HookKind(chosen.webhook).word,
            at_once=chosen.webhook_at_once,
            when_mail_waits=chosen.webhook_when_mail_waits,
        )

    @cached_property
    def monitor(self) -> "Monitor | None":
        """The outside monitor; `None` where none is set up, and in a drill."""
        if self.drill or self.settings.pulse_url is None:
            return None
        # Half a second of imports that only who calls needs.
        from service.notify.monitor import Monitor
        from service.way_out import way_to

        url = self.settings.pulse_url.get_secret_value()
        return Monitor(url=url, egress=way_to(url))

    @cached_property
    def second_notifier(self) -> Notifier | None:
        """What carries the second channel; `None` where none is set up, and in a drill."""
        return None if self.channel is None else _second_notifier(self.settings, self.now)

    @cached_property
    def _routing(self) -> RoutingFiles:
        return RoutingFiles(lambda: self.register, self._own_policies)

    @cached_property
    def situations(self) -> SituationFiles:
        """The table of situations with the office's own file and the accepted changes over it."""
        return SituationFiles(self._own_policies, self._accepted_changes)

    def _accepted_changes(self) -> Sequence[RowChange]:
        with self.store.read() as work:
            return accepted_changes(work)

    def _load_rules(self) -> Register:
        own = self._own_policies()
        register = load_register(own)
        if self.lasting:
            # A disk that takes no file is told elsewhere and stops no rule.
            with suppress(OSError, UnicodeDecodeError):
                keep_rules(own, self.settings.data / KEPT_RULES)
        return register

    def _own_policies(self) -> Path | None:
        """The office's own policy data: the folder that is set, else `policies` in the data folder where there is one."""
        if self.settings.policies is not None:
            return self.settings.policies
        folder = self.settings.data / "policies"
        return folder if folder.is_dir() else None

    @property
    def catalogue(self) -> Catalogue:
        """The sources in force. A drill knows only those of its own world."""
        return self.source_book.refresh(self.now())

    @cached_property
    def source_book(self) -> SourceBook:
        """The declared sources, and those that administrators added."""
        return SourceBook(self.store, load_catalogue(self.settings.catalogue, shipped=not self.own_catalogue_only))

    @cached_property
    def preserver(self) -> Preserver:
        """What keeps the pages of collected documents, and the folder that holds them."""
        files = EvidenceFolder(self.settings.data / "evidence", durable=self.durable)
        return Preserver(files=files, rules=self.settings.evidence_rules)

    @cached_property
    def author_key(self) -> bytes:
        """The key of author hashes: from the settings, else made once in the data folder."""
        return _author_key(self.settings)

    @cached_property
    def audit_key(self) -> bytes:
        """The key that signs exports of the audit trail: from the settings, else made once in the data folder."""
        if self.settings.audit_key is not None:
            return self.settings.audit_key.get_secret_value().encode()
        return kept_secret(self.settings.data / "secrets" / "audit_key")

    @cached_property
    def second_factor_key(self) -> bytes:
        """The key that seals second factors: from the settings, else made once in the data folder."""
        if self.settings.second_factor_key is not None:
            return self.settings.second_factor_key.get_secret_value().encode()
        return kept_secret(self.settings.data / "secrets" / "second_factor_key")

    @property
    def second_factor_rules(self) -> SecondFactorRules | None:
        """Who must log in with a second factor; `None` in a drill, whose clock is not that of anybody's device."""
        if self.drill:
            return None
        return SecondFactorRules(demand=self.settings.second_factor, issuer="药望", key=lambda: self.second_factor_key)

    def cut(self, query: str) -> Sequence[str]:
        """Cut a search query into words as documents were cut when they were indexed: in simplified characters, say."""
        from analysis.text import normalise

        return self._segmenter.cut_for_search(normalise(query).text)

    @cached_property
    def _segmenter(self) -> "RjiebaSegmenter":
        # Loaded by the first query: half a second that no start need wait for.
        from analysis.segmentation import RjiebaSegmenter

        return RjiebaSegmenter()

    def describe_sources(self) -> None:
        """Let the store know who speaks: names and classes that levels, mails and tables tell."""
        rows = [description_of(source) for source in self.catalogue.sources]
        with self.store.read() as work:
            known = work.sources.described()
        changed = [row for row in rows if dict(known.get(str(row["id"]), {})) != row]
        if changed:
            with self.store.write() as work:
                work.sources.describe(changed)

    def close(self) -> None:
        """Give back every connection."""
        self.search.close()
        self.store.close()


def prepare(settings: Settings) -> None:
    """Bring the store's schema up to date; safe to repeat."""
    settings.data.mkdir(parents=True, exist_ok=True, mode=DATA_MODE)
    migrate(settings.effective_store_url)


def copier_of(settings: Settings) -> Callable[[Path], StoreFacts] | None:
    """Return what writes a checked copy of the store to a path; `None` where the store is an engine of its own."""
    file = sqlite_file(settings.effective_store_url)
    if file is None:
        return None

    def copy(to: Path) -> StoreFacts:
        copy_database(file, to)
        return examine_copy(to)

    return copy


def build(
    settings: Settings,
    *,
    now: Callable[[], datetime] = wall_clock,
    egress: "Egress | None" = None,
    drill: bool = False,
    durable: bool = True,
    lasting: bool = False,
) -> Application:
    """Choose and open the adapters that the settings name. On PostgreSQL the clock is that of its machine, once it was measured.

    A store that is not `durable` is for what is thrown away afterwards. A `lasting` process is one that nobody watches: a
    mistake in the office's rules that it is started beside does not end it, it goes on by those that were in force. A drill keeps its mail in the local mailbox and
    its sources to its own world, whatever the settings say.
    """
    store = open_store(settings.effective_store_url, durable=durable, author_key=lambda: _author_key(settings))
    shares = now is wall_clock and sqlite_file(settings.effective_store_url) is None
    shared_clock = SharedClock(store.engine_time, own=now) if shares else None
    return Application(
        settings=settings,
        store=store,
        search=_search(settings),
        notifier=_notifier(settings, drill=drill),
        now=shared_clock or now,
        shared_clock=shared_clock,
        drill=drill,
        own_catalogue_only=drill,
        given_egress=egress,
        durable=durable,
        lasting=lasting,
    )


def _author_key(settings: Settings) -> bytes:
    if settings.author_key is not None:
        return settings.author_key.get_secret_value().encode()
    return kept_secret(settings.data / "secrets" / "author_key")


def _search(settings: Settings) -> Search:
    if settings.search_url is None:
        return FtsSearch(settings.data / "search.db")
    from service.search.elasticsearch import ElasticsearchSearch

    key = settings.search_api_key.get_secret_value() if settings.search_api_key else None
    return ElasticsearchSearch(settings.search_url, name=settings.search_name, api_key=key)


def _notifier(settings: Settings, *, drill: bool) -> Notifier:
    if drill or settings.smtp_host is None:
        return MailboxNotifier(folder=settings.data / "mailbox")
    return SmtpNotifier(
        host=settings.smtp_host,
        port=settings.smtp_port,
        user=settings.smtp_user,
        password=settings.smtp_password.get_secret_value() if settings.smtp_password else None,
        security=settings.smtp_security,
    )


def _second_notifier(settings: Settings, now: Callable[[], datetime]) -> Notifier | None:
    if settings.webhook_url is None:
        return None
    # Half a second of imports that only who posts needs.
    from service.notify.webhook import WebhookNotifier
    from service.way_out import way_to

    url = settings.webhook_url.get_secret_value()
    return WebhookNotifier(
        kind=HookKind(settings.webhook),
        url=url,
        egress=way_to(url, settings.webhook_inside),
        secret=settings.webhook_secret.get_secret_value() if settings.webhook_secret else None,
        now=now,
    )


def _adviser(settings: Settings) -> Adviser | None:
    if settings.opinion_url is None or settings.opinion_model is None:
        return None
    # Half a second of imports that only who asks needs.
    from crawlers.access.endpoint import EndpointEgress, inside_network
    from service.advice.chat import ChatAdviser

    inside = [inside_network(written) for written in settings.opinion_inside]
    return ChatAdviser(
        url=settings.opinion_url,
        model=settings.opinion_model,
        egress=EndpointEgress.to(settings.opinion_url, inside=inside),
        key=settings.opinion_key.get_secret_value() if settings.opinion_key else None,
        most_seconds=settings.opinion_timeout,
    )
