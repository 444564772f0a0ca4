"""The scripted officers of a drill walk a case through the flows that people use, and yield to people."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from service.bootstrap import Application, build, prepare
from service.domain.alerts.alert import Alert
from service.domain.cases.file import CaseFile, case_id
from service.domain.cases.workflow import CaseState
from service.domain.people.person import Person, Role
from service.drill.case_line import case_html, case_line
from service.drill.officers import Officers, enrol_officers, patient
from service.drill.scenario import SHIPPED, ScenarioError, load_scenario
from service.flows.cases.opening import open_for_alert
from service.settings import load_settings
from tests.flows.acts.scene import EVENT, NOW, happens, person

MINUTE = timedelta(minutes=1)


@pytest.fixture
def app(tmp_path: Path) -> Iterator[Application]:
    settings = load_settings(data=tmp_path / "var")
    prepare(settings)
    made = build(settings, now=lambda: NOW, drill=True)
    yield made
    made.close()


def officers_of(app: Application, name: str, monkeypatch: pytest.MonkeyPatch) -> Officers:
    alert = happens(app.store)
    if name == "vaccine-rumour":
        told = {"verdict": "reserved_national", "sentence": "由国家药监局统一公布。", "alternative": "发布工作动态"}
        with app.store.write() as work:
            work.alerts.save(replace(alert, publication=told))

    def known(*_: object) -> Alert:
        with app.store.read() as work:
            found = work.alerts.of_event(EVENT.id)
        assert found is not None
        return found

    monkeypatch.setattr(Officers, "_alert", known)
    people = enrol_officers(app, NOW)
    return Officers(app, load_scenario(SHIPPED / f"{name}.yaml"), people, patient(app.office))


def walk(officers: Officers, minutes: int) -> None:
    for minute in range(minutes):
        officers.act(NOW + minute * MINUTE)


def file_of(app: Application) -> CaseFile:
    with app.store.read() as work:
        alert = work.alerts.of_event(EVENT.id)
        assert alert is not None
        file = work.cases.file(case_id(alert.id))
    assert file is not None
    return file


@pytest.mark.parametrize("name", ["cluster", "vaccine-rumour"])
def test_they_walk_the_case_to_its_evaluation_within_the_budget(
    app: Application, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    officers = officers_of(app, name, monkeypatch)
    walk(officers, 90)
    file = file_of(app)
    assert officers.refused == []
    assert officers.left == ()
    assert file.case.state is CaseState.EVALUATED
    [publication] = file.publications
    assert publication.text == file.drafts[0].text
    by = {one.by for one in file.opinions}
    assert by == {"审核员（演练）"}
    assert file.drafts[0].by == "起草员（演练）"
    line = case_line(file, app.office.register.workflow, known_at=NOW, now=NOW + 90 * MINUTE)
    assert 0 < line.used <= line.target
    assert [one.used <= one.planned for one in line.budget] == [True] * len(line.budget)
    assert "在内部目标内" in case_html(line)


def test_each_deed_waits_for_its_time_after_the_one_before(app: Application, monkeypatch: pytest.MonkeyPatch) -> None:
    officers = officers_of(app, "cluster", monkeypatch)
    walk(officers, 4)
    assert officers.taken == 0
    walk(officers, 5)
    assert officers.taken == 1
    walk(officers, 8)
    assert file_of(app).case.state is CaseState.ASSESSING


def test_what_a_person_has_done_already_is_left_to_them_and_told(
    app: Application, monkeypatch: pytest.MonkeyPatch
) -> None:
    officers = officers_of(app, "cluster", monkeypatch)
    monitor: Person = person("监测甲", Role.OFFICER, duties=frozenset({"monitor"}))
    with app.store.read() as work:
        alert = work.alerts.of_event(EVENT.id)
    assert alert is not None
    open_for_alert(app.store, monitor, alert.id, office=app.office, now=NOW)
    walk(officers, 90)
    assert [one.split("：")[0] for one in officers.refused] == ["开立处置"]
    assert file_of(app).case.state is CaseState.EVALUATED
    told = case_line(
        file_of(app), app.office.register.workflow, known_at=NOW, now=NOW + 90 * MINUTE, refused=officers.refused
    )
    assert "监测甲已于" in case_html(told)


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [("deed: open", "deed: opne", "没有 opne 这个动作"), ("event: cluster", "event: clutter", "不存在的事件 clutter")],
)
def test_a_typo_in_a_deed_is_told(tmp_path: Path, old: str, new: str, told: str) -> None:
    text = (SHIPPED / "cluster.yaml").read_text(encoding="utf-8")
    assert old in text
    broken = tmp_path / "broken.yaml"
    broken.write_text(text.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(ScenarioError, match=told):
        load_scenario(broken)
