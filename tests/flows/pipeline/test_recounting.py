"""Counts that older rules made are named, and counted anew as they would be counted now."""

from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor, wait
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from typer.testing import CliRunner

from analysis.assessment import Entity, EntityType
from service.bootstrap import Application, build, prepare
from service.cli import application
from service.domain.figures import counting
from service.flows.alerts.consider import Office
from service.flows.judging import recounting
from service.flows.judging.assess import AssessReport, assess_pending
from service.flows.judging.recounting import counts_are_older, recount, recount_where_quick
from service.ports.store import Store
from service.search.refill import refill
from service.settings import load_settings
from service.storage.sql import migrate, open_store
from tests.flows.pipeline.conftest import MovingClock
from tests.flows.pipeline.judge import ScriptedJudge, document

PLACED = Entity(type=EntityType.REGION, text="地", start=0, end=1, field="title", canonical="地", code="360731")
FOREIGN = replace(PLACED, code="110000")


class _Placed(ScriptedJudge):
    def assess(self, documents):  # type: ignore[no-untyped-def] # as the judge it stands for
        return [replace(one, entities=(FOREIGN, PLACED)) for one in super().assess(documents)]


def judge(store: Store, clock: MovingClock, office: Office, count: int = 3) -> None:
    with store.write() as work:
        made = [document(str(number), f"清云注射液 {number}", at=clock()) for number in range(count)]
        work.documents.put(made, now=clock())
    assess_pending(store, _Placed(), office=office, now=clock)


def counts(store: Store, clock: MovingClock) -> dict[str, object]:
    since, until = clock() - timedelta(days=2), clock() + timedelta(days=1)
    with store.read() as work:
        return {
            "by_category": work.rollups.hourly_by_category(since=since, until=until),
            **{
                by: work.rollups.totals(by=by, since=since, until=until)
                for by in ("region", "source_class", "level", "tone")
            },
        }


def older(store: Store) -> bool:
    with store.read() as work:
        return counts_are_older(work)


def test_a_recount_finds_what_judging_counted(store: Store, clock: MovingClock, office: Office) -> None:
    judge(store, clock, office)
    before = counts(store, clock)
    assert before["region"] == {"3607": 3}
    assert recount(store) == 3
    assert counts(store, clock) == before


def test_what_the_first_place_counted_is_counted_for_the_province_after_an_upgrade(
    store: Store, clock: MovingClock, office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    recount_where_quick(store)
    with monkeypatch.context() as before:
        before.setattr(counting, "counted_place", lambda places: places[0][:4] if places else "")
        recount_where_quick(store)
        judge(store, clock, office)
        assert not older(store)
        assert counts(store, clock)["region"] == {"1100": 3}
    assert older(store)
    assert recount_where_quick(store) == 3
    assert counts(store, clock)["region"] == {"3607": 3}
    assert not older(store)
    assert recount_where_quick(store) is None


def test_a_store_that_begins_is_counted_by_the_rules_in_force(store: Store, clock: MovingClock, office: Office) -> None:
    assert recount_where_quick(store) is None
    judge(store, clock, office)
    assert not older(store)


def test_many_documents_are_not_counted_anew_at_a_start_and_stay_named(
    store: Store, clock: MovingClock, office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    judge(store, clock, office)
    monkeypatch.setattr(recounting, "QUICK", 2)
    assert recount_where_quick(store) is None
    assert older(store)


@pytest.mark.parametrize("rule", ["counted_place", "places_of", "PROVINCE"])
def test_another_rule_of_places_is_another_digest(rule: str, monkeypatch: pytest.MonkeyPatch) -> None:
    others: dict[str, Callable[..., object] | str] = {
        "counted_place": lambda places: places[-1][:4] if places else "",
        "places_of": lambda named, own: tuple(named) + ((own,) if own else ()),
        "PROVINCE": "43",
    }
    now = counting.counted_by()
    monkeypatch.setattr(counting, rule, others[rule])
    assert counting.counted_by() != now


@pytest.fixture
def app(tmp_path: Path) -> Iterator[Application]:
    settings = load_settings(data=tmp_path / "var")
    prepare(settings)
    made = build(settings)
    yield made
    made.close()


def test_doctor_and_verify_name_older_rules_until_the_command_renews_both(
    app: Application, clock: MovingClock, office: Office
) -> None:
    def run(*words: str) -> tuple[int, str]:
        done = CliRunner().invoke(application, [*words, "--data", str(app.settings.data)])
        return done.exit_code, done.output

    judge(app.store, clock, office)
    refill(app.store, app.search)
    app.search.note_made_by("rules of before")
    assert "计数和检索索引是按旧规则" in run("doctor")[1]
    code, said = run("index", "verify")
    assert code == 1
    assert "yaowang index renew" in said
    code, said = run("index", "renew")
    assert code == 0
    assert '"counted": 3, "indexed": 3' in said
    assert "按旧规则" not in run("doctor")[1]
    assert run("index", "verify")[0] == 0


def test_what_is_judged_on_postgresql_while_everything_is_counted_anew_counts_once(
    new_postgres_database: Callable[[], str], clock: MovingClock, office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    url = new_postgres_database()
    migrate(url)
    shared = open_store(url)
    monkeypatch.setattr(recounting, "_RANGE", 1)
    judge(shared, clock, office)
    with shared.write() as work:
        # Of an hour of its own: rows that are there already would hold the two apart without the lock.
        work.documents.put([document("9", "清云注射液 9", at=clock() - timedelta(hours=5))], now=clock())
    with ThreadPoolExecutor(1) as thread:
        judging: list[Future[AssessReport]] = []

        def meanwhile(_: int) -> None:
            if not judging:
                judging.append(thread.submit(assess_pending, shared, _Placed(), office=office, now=clock))
                wait(judging, timeout=1)

        assert recount(shared, progress=meanwhile) == 3
        assert judging[0].result(30).claimed == 1
    before = counts(shared, clock)
    assert before["region"] == {"3607": 4}
    assert recount(shared) == 4
    assert counts(shared, clock) == before
    shared.close()
