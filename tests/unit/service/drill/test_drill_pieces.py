import sys
import threading
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from service.drill import play
from service.drill.clock import DrillClock
from service.drill.folder import Beginning, DrillState
from service.drill.scenario import SHIPPED, Scenario, ScenarioError, load_scenario, scenarios
from service.drill.world import render
from service.supervise import NoAnswerError, RoleProcess, Supervisor

START = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)
ADDRESS = "http://127.0.0.1:9"


@pytest.fixture(scope="module")
def cluster() -> Scenario:
    return load_scenario(SHIPPED / "cluster.yaml")


def see(scenario: Scenario, path: str, minutes: float) -> str | None:
    page = render(scenario, path, started_at=START, now=START + timedelta(minutes=minutes), address=ADDRESS)
    return None if page is None else page.body


class TestScenarios:
    def test_at_least_a_cluster_and_a_rebutted_rumour_are_shipped(self) -> None:
        assert {"cluster", "vaccine-rumour"} <= {scenario.id for scenario in scenarios()}

    @pytest.mark.parametrize(
        ("old", "new", "told"),
        [
            ("duration: 150m", "durration: 150m", "durration：没有这个键"),
            ("duration: 150m", "duration: lang", "duration：时间写作"),
            ("source: drill-portal", "source: drill-porta", "信源 drill-porta 没有声明"),
            ("documents: [f-1,", "documents: [f-9,", "不存在的稿件 f-9"),
            ("rank: 31, heat", "heat", "缺少 rank"),
        ],
    )
    def test_a_typo_is_told_with_file_line_and_key(self, tmp_path: Path, old: str, new: str, told: str) -> None:
        text = (SHIPPED / "cluster.yaml").read_text(encoding="utf-8")
        assert old in text
        broken = tmp_path / "broken.yaml"
        broken.write_text(text.replace(old, new, 1), encoding="utf-8")
        with pytest.raises(ScenarioError, match=r"broken\.yaml 第 \d+ 行") as caught:
            load_scenario(broken)
        assert told in str(caught.value)

    def test_a_file_that_is_not_yaml_is_told_with_its_line(self, tmp_path: Path) -> None:
        broken = tmp_path / "broken.yaml"
        broken.write_text("id: [\n", encoding="utf-8")
        with pytest.raises(ScenarioError, match=r"第 \d+ 行"):
            load_scenario(broken)


class TestWorld:
    def test_nothing_can_be_seen_before_its_time(self, cluster: Scenario) -> None:
        assert "挂水后" not in (see(cluster, "/drill-forum/index.html", 3.9) or "")
        assert see(cluster, "/drill-forum/f-1.html", 3.9) is None

    def test_an_article_is_listed_and_readable_from_its_time_on(self, cluster: Scenario) -> None:
        assert "f-1.html" in (see(cluster, "/drill-forum/index.html", 4) or "")
        assert "牙齿咯咯响" in (see(cluster, "/drill-forum/f-1.html", 4) or "")

    def test_an_article_carries_its_time_and_origin(self, cluster: Scenario) -> None:
        page = see(cluster, "/drill-portal/p-1.html", 44) or ""
        assert 'name="PubDate" content="2026-03-02 09:44:00"' in page
        assert "来源：章江晚报（演练）" in page

    def test_a_hot_list_shows_each_entry_at_its_latest_place(self, cluster: Scenario) -> None:
        assert '"rank": 31' in (see(cluster, "/drill-hot/hot.json", 30) or "")
        assert '"rank": 9' in (see(cluster, "/drill-hot/hot.json", 41) or "")

    def test_other_paths_do_not_exist(self, cluster: Scenario) -> None:
        assert see(cluster, "/", 10) is None
        assert see(cluster, "/drill-forum/../etc/passwd", 10) is None


class TestClock:
    def test_it_runs_at_its_speed_from_the_start_on(self) -> None:
        wall = START + timedelta(seconds=30)
        clock = DrillClock(started_at=START, speed=60, wall=lambda: wall)
        assert clock.now() == START + timedelta(minutes=30)

    def test_before_the_start_it_shows_real_time(self) -> None:
        wall = START - timedelta(seconds=5)
        assert DrillClock(started_at=START, speed=60, wall=lambda: wall).now() == wall

    def test_it_stands_until_the_processes_are_up_however_long_they_take(self, tmp_path: Path) -> None:
        wall = START + timedelta(minutes=4)
        clock = DrillClock(started_at=START, speed=60, wall=lambda: wall, begun=Beginning(tmp_path).at)
        assert clock.now() == START
        Beginning(tmp_path).write(wall)
        assert clock.now() == START
        wall += timedelta(seconds=30)
        assert clock.now() == START + timedelta(minutes=30)

    @pytest.mark.parametrize("speed", [0.5, 61])
    def test_speeds_outside_one_to_sixty_are_refused(self, speed: float) -> None:
        with pytest.raises(ValueError, match="1 to 60"):
            DrillClock(started_at=START, speed=speed, wall=lambda: START)


class TestStart:
    def test_a_drill_says_what_it_waits_for_and_waits_as_a_start_does(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        said: list[str] = []
        state = DrillState(
            id="d",
            scenario_id="cluster",
            title="演练",
            state="running",
            started_at=START,
            speed=60,
            world_port=1,
            web_port=2,
            address="http://127.0.0.1:2",
            pid=0,
        )
        lives = RoleProcess(name="web", command=[sys.executable, "-c", "import time; time.sleep(60)"])
        supervisor = Supervisor([lives], log_folder=tmp_path, say=said.append, drain_seconds=1)
        asked: list[str] = []

        def awaited(_: Supervisor, name: str, *_given: object, **_named: object) -> None:
            asked.append(name)
            raise NoAnswerError("网页进程还在，但 300 秒内没有应答，不再等待；请待机器空闲后再启动")

        monkeypatch.setattr(play, "await_answer", awaited)
        with pytest.raises(play.DrillError, match="演练没有开始：网页进程还在，但 300 秒内没有应答"):
            play._await_dashboard(state, supervisor, threading.Event(), said.append)
        assert asked == ["web"]
        assert said == ["正在启动演练的四个进程，等待演练网页 http://127.0.0.1:2 应答……"]
