"""Two provinces tell of one product in two events: the office's own becomes red, and names the other."""

from dataclasses import replace

from analysis.assessment import EntityType
from service.domain.alerts.alert import AlertLevel
from service.flows.alerts.consider import Office
from service.flows.judging.assess import assess_pending
from service.flows.watch import watch
from service.ports.store import Store
from tests.flows.pipeline.conftest import MovingClock
from tests.flows.pipeline.judge import ScriptedJudge, document

HERE = "于都多人输注清云注射液后寒战"
THERE = "汝城两人使用清云注射液后休克"


class _Placed(ScriptedJudge):
    def assess(self, documents):  # type: ignore[no-untyped-def] # as the judge it stands for
        return [
            said if asked.title == HERE else replace(said, entities=tuple(map(_to_hunan, said.entities)))
            for asked, said in zip(documents, super().assess(documents), strict=True)
        ]


def _to_hunan(entity):  # type: ignore[no-untyped-def] # one of the judge's entities
    if entity.type is not EntityType.REGION:
        return entity
    return replace(entity, text="汝城", canonical="汝城县", code="431026")


def test_a_cluster_of_another_province_makes_the_own_event_of_that_product_red_at_the_next_look(
    store: Store, office: Office, clock: MovingClock
) -> None:
    judge = _Placed()
    judge.facts = {HERE: {"harmed": 6, "cluster": True, "jiangxi": True}, THERE: {"harmed": 2, "cluster": True}}
    levels = []
    for number, title in enumerate((HERE, THERE)):
        with store.write() as work:
            work.documents.put([document(str(number), title, at=clock())], now=clock())
        assess_pending(store, judge, office=office, now=clock)
        clock.pass_by(minutes=1)
        watch(store, office=office, now=clock)
        with store.read() as work:
            levels.append({alert.title: alert for alert in work.alerts.open()})
    assert levels[0][HERE].level < AlertLevel.RED
    assert levels[1][HERE].level is AlertLevel.RED
    assert f"2个省份报告同一产品“清云注射液”的情况（另见“{THERE}”）" in levels[1][HERE].triggers
    assert levels[1][HERE].publication["verdict"] == "reserved_national"
    assert THERE not in levels[1] or levels[1][THERE].level < AlertLevel.RED
