import os
from datetime import time, timedelta
from pathlib import Path

import pytest

from service.domain.alerts.alert import AlertLevel
from service.domain.telling.routing import Labels, ReceiverKind, Routing, Scope, Target, matched
from service.policies.register import load_register
from service.policies.routing import RoutingFiles, load_routing

REGISTER = load_register()
DUTY = Target(ReceiverKind.DUTY)


def rules(folder: Path, text: str) -> Routing:
    (folder / "routing.yaml").write_text(text, encoding="utf-8")
    return load_routing(REGISTER, folder)


def labels(level: AlertLevel = AlertLevel.ORANGE) -> Labels:
    return Labels(event_id="E1", level=level, categories=("R01",), regions=("360700",), departments=("legal",))


class TestShipped:
    def test_every_level_has_a_rule_and_what_is_told_goes_up_after_15_30_and_60_minutes(self) -> None:
        shipped = load_routing(REGISTER)
        assert shipped.faults == ()
        for level in (AlertLevel.RED, AlertLevel.ORANGE, AlertLevel.YELLOW, AlertLevel.BLUE):
            assert matched(shipped, labels(level))[0].path == (level.key,)
        for level in (AlertLevel.RED, AlertLevel.ORANGE, AlertLevel.YELLOW):
            assert [tier.after for tier in shipped.tiers[level]] == [timedelta(minutes=n) for n in (15, 30, 60)]
        assert AlertLevel.BLUE not in shipped.tiers

    def test_what_is_built_in_says_the_same_times_as_the_file(self) -> None:
        shipped, built_in = load_routing(REGISTER), Routing()
        assert shipped.idle == built_in.idle
        assert (shipped.digest_at, shipped.quiet, shipped.roster_ahead) == (
            built_in.digest_at,
            built_in.quiet,
            built_in.roster_ahead,
        )
        assert {level: [one.after for one in tiers] for level, tiers in shipped.tiers.items()} == {
            level: [one.after for one in tiers] for level, tiers in built_in.tiers.items()
        }


class TestOwn:
    def test_a_rule_of_the_office_comes_first_and_one_of_the_same_id_changes_the_shipped_one(
        self, tmp_path: Path
    ) -> None:
        own = rules(
            tmp_path,
            """
version: "2026-12-01"
routes:
  - id: ganzhou
    name: 赣州
    when: {from: yellow, regions: ["3607"], categories: [R01], departments: [legal], scope: city}
    receivers: ["department:legal", "person:值班员甲"]
    continue: true
  - {id: orange, receivers: [owner]}
escalation:
  - {id: reminder, after_minutes: 5}
blue: {at_once: true, digest_at: "07:30", quiet_from: "21:00", quiet_to: "06:00"}
roster: {ahead_hours: 24}
""",
        )
        assert own.faults == ()
        first, second = matched(own, labels())
        assert first.receivers == (Target(ReceiverKind.DEPARTMENT, "legal"), Target(ReceiverKind.PERSON, "值班员甲"))
        assert second.receivers == (Target(ReceiverKind.OWNER),)
        assert own.routes[0].scope is Scope.CITY
        assert own.tiers[AlertLevel.RED][0].after == timedelta(minutes=5)
        assert (own.blue_at_once, own.digest_at, own.quiet.begins) == (True, time(7, 30), time(21))
        assert own.roster_ahead == timedelta(hours=24)
        assert "本地：2026-12-01" in own.version

    def test_a_rule_switched_off_is_gone(self, tmp_path: Path) -> None:
        own = rules(tmp_path, "routes:\n  - {id: orange, disabled: true}\n")
        assert own.faults == ()
        assert matched(own, labels())[0].path == ()

    @pytest.mark.parametrize(
        ("rule", "place"),
        [
            ("{id: x, name: x, when: {categories: [R99]}, receivers: [duty]}", "键 categories：没有编号为 R99 的类别"),
            (
                "{id: x, name: x, when: {departments: [gone]}, receivers: [duty]}",
                "键 departments：没有编号为 gone 的处室",
            ),
            ("{id: x, name: x, receivers: ['department:gone']}", "键 receivers：没有编号为 gone 的处室"),
            ("{id: x, name: x, receivers: ['role:king']}", "键 receivers：没有编号为 king 的角色"),
            ("{id: x, name: x, receivers: ['post:king']}", "键 receivers：没有编号为 king 的岗位"),
            ("{id: x, name: x, receivers: ['duty:x']}", "键 receivers：不认识的接收人"),
            ("{id: x, name: x, receivers: [role]}", "键 receivers：不认识的接收人"),
            ("{id: x, name: x, when: {levels: [purple]}, receivers: [duty]}", "键 levels：不认识的级别"),
            ("{id: x, name: x, when: {scope: moon}, receivers: [duty]}", "键 scope：无法识别"),
            ("{id: x, name: x, whne: {}, receivers: [duty]}", "键 whne：不认识的键"),
            ("{id: x, receivers: [duty]}", "键 name：缺少此项"),
        ],
    )
    def test_a_wrong_rule_is_named_by_file_line_and_key_and_the_others_work_on(
        self, tmp_path: Path, rule: str, place: str
    ) -> None:
        text = f"routes:\n  - {{id: good, name: 好, when: {{categories: [R01]}}, receivers: [owner]}}\n  - {rule}\n"
        found = rules(tmp_path, text)
        [fault] = found.faults
        assert fault.startswith(f"{tmp_path}/routing.yaml 第 3 行，")
        assert place in fault
        told = [target for match in matched(found, labels()) for target in match.receivers]
        assert told == [Target(ReceiverKind.OWNER), DUTY, Target(ReceiverKind.THRESHOLD)]

    @pytest.mark.parametrize(
        "text",
        [
            "routes: [",
            "",
            "routes: 3\n",
            "blue: {digest_at: noon}\n",
            "escalation:\n  - {id: x, name: x, levels: [red], after_minutes: 0, receivers: [duty]}\n",
            "idle:\n  - {id: purple, minutes: 3}\n",
            "surprise: 1\n",
            "routes:\n  - {id: orange}\n  - {id: orange}\n",
        ],
    )
    def test_a_wrong_file_or_section_never_stops_the_service_nor_the_shipped_rules(
        self, tmp_path: Path, text: str
    ) -> None:
        found = rules(tmp_path, text)
        assert found.faults
        assert matched(found, labels())[0].path == ("orange",)
        assert found.tiers[AlertLevel.RED][0].after == timedelta(minutes=15)

    @pytest.mark.parametrize(
        ("text", "sentence"),
        [
            ("again:\n  - {id: red, minutes: .inf}\n", "第 2 行，键 minutes：应为不小于0的数字，最大为1000000"),
            (
                "escalation:\n  - {id: lead, after_minutes: 13800000000}\n",
                "第 2 行，键 after_minutes：应为不小于0的数字",
            ),
            ("roster: {ahead_hours: 1.0e+30}\n", "第 1 行，键 ahead_hours：应为不小于0的数字"),
            ("routes: &a\n  - *a\n", "第 1 行：展开后超过"),
        ],
    )
    def test_a_number_or_a_nesting_without_bounds_is_a_wrong_rule_and_ends_nothing(
        self, text: str, sentence: str, tmp_path: Path
    ) -> None:
        own = rules(tmp_path, text)
        assert sentence in own.faults[0]
        assert own.again == load_routing(REGISTER).again or "again" in text
        assert matched(own, labels())[0].path == ("orange",)

    @pytest.mark.parametrize("region", ["江西", "赣州市", "36-07", "３６０７"])
    def test_a_region_that_is_no_code_is_told_because_its_rule_would_never_hold(
        self, region: str, tmp_path: Path
    ) -> None:
        route = f'routes:\n  - {{id: own, name: 本省, when: {{regions: ["{region}"]}}, receivers: [duty]}}\n'
        [fault] = rules(tmp_path, route).faults
        assert f"第 2 行，键 regions：“{region}”应为行政区划代码或其开头几位" in fault

    def test_a_routing_file_beside_other_policy_files_is_no_concern_of_theirs(self, tmp_path: Path) -> None:
        rules(tmp_path, "routes: [")
        assert load_register(tmp_path).categories.keys() == REGISTER.categories.keys()


class TestReload:
    def test_a_changed_file_counts_without_a_restart_and_an_unchanged_one_is_not_read_again(
        self, tmp_path: Path
    ) -> None:
        files = RoutingFiles(lambda: REGISTER, lambda: tmp_path)
        first = files()
        assert files() is first
        path = tmp_path / "routing.yaml"
        path.write_text("routes:\n  - {id: orange, receivers: [owner]}\n", encoding="utf-8")
        assert matched(files(), labels())[0].receivers == (Target(ReceiverKind.OWNER),)
        path.write_text("routes:\n  - {id: orange, receivers: [duty]}\n", encoding="utf-8")
        os.utime(path, ns=(1, 1))
        assert matched(files(), labels())[0].receivers == (DUTY,)
        path.unlink()
        assert matched(files(), labels()) == matched(first, labels())
