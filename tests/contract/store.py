"""What every store promises, whatever the engine. Subclasses hand in an empty, migrated one as the fixture `store`."""

from tests.contract.store_alerts import AlertsContract
from tests.contract.store_alone import AloneContract
from tests.contract.store_attachments import AttachmentsContract
from tests.contract.store_audit import AuditContract
from tests.contract.store_cases import CasesContract
from tests.contract.store_citations import CitationsContract
from tests.contract.store_clock import ClockContract
from tests.contract.store_corrections import CorrectionsContract
from tests.contract.store_documents import AssessmentsContract, DocumentsContract
from tests.contract.store_events import EventsContract
from tests.contract.store_events_at_once import EventsAtOnceContract
from tests.contract.store_evidence import EvidenceContract
from tests.contract.store_explanations import ExplanationsContract
from tests.contract.store_fetching import HostsContract, LooksContract
from tests.contract.store_following import MattersContract, TopicsContract
from tests.contract.store_hiding import HidingContract
from tests.contract.store_hiding_elsewhere import HidingElsewhereContract
from tests.contract.store_in_turn import InTurnContract
from tests.contract.store_learning import LabelsContract, ModelsContract
from tests.contract.store_library import LibraryContract
from tests.contract.store_operation import KeptContract, OutboxContract, PeopleContract, SourcesContract
from tests.contract.store_opinions import OpinionsContract
from tests.contract.store_own_sources import OwnSourcesContract
from tests.contract.store_previews import PreviewsContract
from tests.contract.store_regroupings import RegroupingsContract
from tests.contract.store_renewing import RenewingContract
from tests.contract.store_routing import NoticesContract, RosterContract, SilencesContract
from tests.contract.store_second_try import SecondTryContract
from tests.contract.store_surges import SurgesContract
from tests.contract.store_transactions import TransactionsContract, WorkersContract
from tests.contract.store_words import RejudgementsContract, WordsContract

__all__ = ["StoreContract"]


class StoreContract(
    DocumentsContract,
    AssessmentsContract,
    EventsContract,
    AlertsContract,
    CasesContract,
    CitationsContract,
    OwnSourcesContract,
    PreviewsContract,
    TopicsContract,
    MattersContract,
    OutboxContract,
    InTurnContract,
    SecondTryContract,
    AuditContract,
    PeopleContract,
    SourcesContract,
    KeptContract,
    LibraryContract,
    HostsContract,
    LooksContract,
    OpinionsContract,
    LabelsContract,
    ModelsContract,
    ExplanationsContract,
    HidingContract,
    HidingElsewhereContract,
    EvidenceContract,
    EventsAtOnceContract,
    SurgesContract,
    SilencesContract,
    RosterContract,
    NoticesContract,
    AttachmentsContract,
    TransactionsContract,
    WorkersContract,
    WordsContract,
    RejudgementsContract,
    CorrectionsContract,
    RegroupingsContract,
    AloneContract,
    ClockContract,
    RenewingContract,
):
    """Everything that is promised of a store."""
