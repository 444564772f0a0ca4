"""A store in which titles are told and judged, and persons who correct what is told of the event."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from analysis.assessment import Assessment, EntityType
from crawlers.records import Document, document_id
from service.domain.alerts.alert import Alert
from service.domain.clocks.clock import ClockState, cancel
from service.domain.events.corrections import FactKind, Place, standing
from service.domain.events.event import Event
from service.domain.people.person import Person, Role
from service.flows.alerts.acts import close
from service.flows.alerts.consider import Office
from service.flows.judging.assess import assess_pending
from service.flows.judging.correcting import Wanted, correct_fact
from service.flows.people.acts import add_person
from service.ports.store import Store
from tests.flows.pipeline.conftest import START, MovingClock
from tests.flows.pipeline.judge import ScriptedJudge, document

MANY = "于都三十人输注清云注射液后寒战"
AGAIN = "于都清云注射液致三十人寒战，网友再传"
FIVE = "于都清云注射液寒战者五人"
TWELVE = "于都清云注射液寒战者十二人"
FORTY = "于都清云注射液寒战者增至四十人"
THREE_DEAD = "于都输注清云注射液后死亡三人"
TWO_DEAD = "于都清云注射液又传死亡两人"
CALM = "于都清云注射液断货三周"
AWAY = "汝城清云注射液寒战"
THERE = "德兴清云注射液寒战"

FACTS: dict[str, dict[str, Any]] = {
    MANY: {"harmed": 30, "cluster": True, "jiangxi": True},
    AGAIN: {"harmed": 30, "cluster": True, "jiangxi": True},
    FIVE: {"harmed": 5, "jiangxi": True},
    TWELVE: {"harmed": 12, "jiangxi": True},
    FORTY: {"harmed": 40, "jiangxi": True},
    THREE_DEAD: {"harmed": 6, "deaths": 3, "jiangxi": True},
    TWO_DEAD: {"deaths": 2, "jiangxi": True},
    CALM: {"jiangxi": True},
}
PLACES = {"德兴": ("德兴市", "361181"), "汝城": ("汝城县", "431026")}
_NOTHING: Mapping[str, str] = {}
DEXING = Place("361181", "江西省上饶市德兴市")
HUNAN = Place("430000", "湖南省")


class Judge(ScriptedJudge):
    """Reads the numbers that the test wrote down, and the place that begins the title."""

    def assess(self, documents: Sequence[Document]) -> list[Assessment]:
        self.facts = dict(FACTS)
        found = super().assess(documents)
        return [
            replace(said, entities=tuple(_placed(entity, asked.title) for entity in said.entities))
            for asked, said in zip(documents, found, strict=True)
        ]


def _placed(entity, title: str):  # type: ignore[no-untyped-def] # one of the judge's entities
    name, code = PLACES.get(title[:2], ("", ""))
    return (
        replace(entity, text=title[:2], canonical=name, code=code)
        if name and entity.type is EntityType.REGION
        else entity
    )


class Scene:
    """A store in which titles are told and judged, and two who correct."""

    def __init__(self, store: Store, office: Office, clock: MovingClock) -> None:
        self.store, self.office, self.clock, self.judge = store, office, clock, Judge()
        add_person(store, name="组长", role=Role.APPROVER, by="system", now=START, email="lead@office.invalid")
        add_person(store, name="只读", role=Role.VIEWER, by="system", now=START)
        self.approver, self.officer, self.viewer = map(self.named, ("组长", "值班", "只读"))

    def named(self, name: str) -> Person:
        with self.store.read() as work:
            found = work.people.by_name(name)
        assert found is not None
        return found

    def tell(self, title: str, *, source: str = "forum", name: str = "", at: datetime | None = None) -> None:
        with self.store.write() as work:
            told = document(name or title, title, at=at or self.clock(), source=source)
            work.documents.put([replace(told, text=f"{title}。")], now=self.clock())
        assess_pending(self.store, self.judge, office=self.office, now=self.clock)
        self.clock.pass_by(minutes=20)

    def event(self, title: str = MANY, source: str = "forum") -> Event:
        own = document_id(source, title)
        with self.store.read() as work:
            found = work.events.get(work.events.of_documents([own])[own])
        assert found is not None
        return found

    def alert(self, title: str = MANY) -> Alert:
        with self.store.read() as work:
            found = work.alerts.of_event(self.event(title).id)
        assert found is not None
        return found

    def correct(
        self,
        kind: FactKind,
        value: Any,
        *,
        title: str = MANY,
        who: Person | None = None,
        given: Mapping[str, str] = _NOTHING,
    ) -> str:
        event = self.event(title)
        held = standing(event).get(kind)
        wanted = Wanted(
            kind=kind,
            value=value,
            **{"reason": "院方核对了病历", "source": "县人民医院", "seen": held.id if held else "", **given},
        )
        now = self.clock()
        done = correct_fact(self.store, who or self.approver, event.id, wanted, office=self.office, now=now)
        self.clock.pass_by(minutes=1)
        return done.id

    def clocks(self, title: str = MANY) -> dict[str, tuple[ClockState, Any]]:
        with self.store.read() as work:
            held = work.clocks.of_alerts([self.alert(title).id])
            return {one.rule_id: (one.state, one.due_at) for some in held.values() for one in some}

    def close(self, title: str = MANY) -> None:
        alert = self.alert(title)
        with self.store.write() as work:
            for clock in work.clocks.of_alerts([alert.id]).get(alert.id, []):
                work.clocks.save(cancel(clock, by="组长", reason="不再适用", now=self.clock()))
        close(self.store, self.approver, self.alert(title).id, reason="已核实", office=self.office, now=self.clock())
        self.clock.pass_by(minutes=1)

    def told(self, occasion: str, title: str = MANY) -> set[str]:
        with self.store.read() as work:
            notices = work.notices.of_alert(self.alert(title).id)
        return {one.person_name for one in notices if one.told and one.occasion.startswith(occasion)}
