"""涉赣 is one thing: what counts for the province in a surge is what a search for the province finds."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from analysis.assessment import Entity, EntityType
from service.domain.places import PROVINCE
from service.flows.alerts.consider import Office
from service.flows.judging.assess import assess_pending
from service.ports.search import SearchQuery
from service.ports.store import Store
from service.search.fts import FtsSearch
from tests.flows.pipeline.conftest import MovingClock
from tests.flows.pipeline.judge import ScriptedJudge, document

PLACES: dict[str, tuple[tuple[str, ...], str | None]] = {
    "清云注射液 本省": (("360731",), None),
    "清云注射液 先外省后本省": (("110000", "360100"), None),
    "清云注射液 只外省": (("110000",), "360700"),
    "清云注射液 没有地名的工单": ((), "360100"),
    "清云注射液 没有地名": ((), None),
}


class _Placed(ScriptedJudge):
    def assess(self, documents):  # type: ignore[no-untyped-def] # as the judge it stands for
        said = super().assess(documents)
        return [
            replace(one, entities=tuple(_place(code) for code in PLACES[asked.title][0]))
            for asked, one in zip(documents, said, strict=True)
        ]


def _place(code: str) -> Entity:
    return Entity(type=EntityType.REGION, text="地", start=0, end=1, field="title", canonical="地", code=code)


@pytest.mark.parametrize(("region", "count"), [(PROVINCE, 3), ("3607", 1), ("11", 2)])
def test_counts_and_search_agree_on_the_province(
    store: Store, clock: MovingClock, office: Office, tmp_path: Path, region: str, count: int
) -> None:
    with store.write() as work:
        taken = [
            replace(document(str(number), title, at=clock()), region=own)
            for number, (title, (_, own)) in enumerate(PLACES.items())
        ]
        work.documents.put(taken, now=clock())
    assess_pending(store, _Placed(), office=office, now=clock)
    search = FtsSearch(tmp_path / "search.db")
    since, until = clock() - timedelta(hours=1), clock() + timedelta(hours=1)
    with store.read() as work:
        search.index(work.documents.search_documents_of([one.id for one in taken]))
        counted = sum(work.rollups.hourly(since=since, until=until, region=region).values())
    assert search.find(SearchQuery(region=region, since=since, until=until)).total == count
    # Each document counts once: where it names a place of the province too, it counts there.
    assert counted == (1 if region == "11" else count)
    search.close()
