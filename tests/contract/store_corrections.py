"""What the store promises of what persons corrected of events."""

from dataclasses import replace
from datetime import timedelta

from service.domain.events.corrections import Correction, FactKind
from service.ports.store import Store
from tests.contract.stored import NOW, event

ACT = Correction(
    id="f1",
    event_id="e1",
    kind=FactKind.HARMED,
    value="3人",
    reported="30人",
    source="县医院",
    reason="院方核对了病历",
    actor="乙",
    at=NOW,
)


class CorrectionsContract:
    """Acts of correction."""

    def test_acts_read_back_equal_by_their_event_the_latest_first(self, store: Store) -> None:
        later = replace(ACT, id="f2", value=None, source="", at=NOW + timedelta(hours=1))
        other = replace(ACT, id="f3", event_id="e2", kind=FactKind.PLACES, value="江西省上饶市德兴市")
        with store.write() as work:
            work.events.save_all([(event("e1"), []), (event("e2"), [])])
            for one in (ACT, later, other):
                work.corrections.add(one)
        with store.read() as work:
            assert work.corrections.of_event("e1") == [later, ACT]
            assert work.corrections.of_event("e1", limit=1) == [later]
            assert work.corrections.of_event("e2") == [other]
            assert work.corrections.of_event("e3") == []
