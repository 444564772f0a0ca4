from datetime import date
from pathlib import Path

import pytest

from service.domain.alerts.alert import AlertLevel
from service.domain.clocks.clock import ClockRole, limit_words
from service.domain.events.facts import Condition
from service.domain.policies.policy import Verification
from service.domain.rules.register import Register
from service.policies.register import load_register
from service.policies.tables import RegisterError


@pytest.fixture(scope="module")
def shipped() -> Register:
    return load_register()


class TestShipped:
    def test_the_limits_that_bind_this_office_are_those_of_the_texts(self, shipped: Register) -> None:
        own = {rule.id: rule.limit for rule in shipped.clocks.values() if rule.role is ClockRole.OWN}
        # 国办发〔2016〕80号, 国办发〔2016〕61号, 政府信息公开条例第二十六、三十三条, 投诉举报暂行办法第十四、二十三条, 信访工作条例第二十三、三十四条
        assert own["C-5H"] == "5h"
        assert own["C-24H"] == "24h"
        assert own["C-48H"] == "48h"
        assert (own["C-PUB"], own["C-APP"]) == ("20wd", "20wd")
        assert (own["C-TS7"], own["C-JB15"]) == ("7wd", "15wd")
        # Mediation: 投诉举报暂行办法第二十一条.
        assert own["C-TJ45"] == "45wd"
        assert (own["C-XF15"], own["C-XF60"]) == ("15d", "60d")

    def test_what_is_not_verified_is_shown_so_and_its_clock_is_disarmed(self, shipped: Register) -> None:
        assert not shipped.policies["RC-01"].verified
        assert not shipped.clocks["W-RC"].verified
        assert not shipped.clocks["C-UP2H"].enabled
        assert shipped.policies["INF-01"].verification is Verification.READ
        for rule in shipped.clocks.values():
            if any(not shipped.policies[policy].verified for policy in rule.policies):
                assert not rule.verified, rule.id

    def test_five_and_twenty_four_hours_start_only_by_grade(self, shipped: Register) -> None:
        assert {rule.id for rule in shipped.clocks.values() if rule.by_grade} == {"C-5H", "C-24H"}

    def test_a_statement_answers_what_asks_for_one(self, shipped: Register) -> None:
        assert {rule.id for rule in shipped.clocks.values() if rule.answers} == {"C-5H", "C-48H", "C-VAX", "C-CLAR"}

    def test_every_category_of_the_taxonomy_is_there(self, shipped: Register) -> None:
        assert list(shipped.categories) == [f"R{number:02}" for number in range(1, 15)]
        assert [rule.severity for rule in shipped.categories.values()] == [3, 4, 2, 3, 2, 3, 4, 2, 2, 3, 2, 3, 3, 1]

    def test_levels_stand_gravest_first_with_their_scores(self, shipped: Register) -> None:
        assert [(rule.level, rule.score) for rule in shipped.levels] == [
            (AlertLevel.RED, 80),
            (AlertLevel.ORANGE, 60),
            (AlertLevel.YELLOW, 40),
            (AlertLevel.BLUE, 20),
        ]
        red = shipped.level(AlertLevel.RED)
        assert red is not None
        assert red.first_minutes == 15
        assert shipped.level(AlertLevel.NONE) is None

    def test_grades_say_which_figures_were_read(self, shipped: Register) -> None:
        assert [(rule.persons, rule.verified) for rule in shipped.grades] == [
            (50, ("persons",)),
            (30, ()),
            (20, ()),
            (10, ()),
        ]

    def test_what_decisions_cite_whatever_the_category_is_there(self, shipped: Register) -> None:
        assert {"INF-01", "AEFI-06", "DEV-04", "COS-04", "GOV-08"} <= set(shipped.policies)
        assert "general_planning" in shipped.units

    def test_units_without_a_name_are_placeholders(self, shipped: Register) -> None:
        assert shipped.units["legal"].label == "法规处"
        assert shipped.units["biz.drug_prod"].label == "待指定（药品生产监管）"

    def test_every_sentence_is_chinese_and_every_source_is_explained(self, shipped: Register) -> None:
        for fact in shipped.policies.values():
            assert fact.gist.endswith("。"), fact.id
            assert set(fact.sources) <= set(shipped.sources), fact.id
            assert fact.verification.word
            assert "《" in fact.citation

    def test_a_policy_is_named_by_title_and_not_by_a_number_that_two_share(self, shipped: Register) -> None:
        twins = {name: d.title for name, d in shipped.documents.items() if "局令第29号" in (d.issue_number or "")}
        assert len(twins) == len(set(twins.values())) == 2

    def test_every_article_stands_in_its_law(self, shipped: Register, shared_data: Path) -> None:
        for fact in shipped.policies.values():
            if fact.document.stem is None:
                assert fact.keys == ()
                continue
            text = (shared_data / "law" / f"{fact.document.stem}.md").read_text(encoding="utf-8")
            for article, key in zip(fact.articles, fact.keys, strict=True):
                assert f"\n{article} " in text, key
                assert key == f"{fact.document.stem}#{article}"

    def test_clocks_and_texts_can_be_written_out(self, shipped: Register) -> None:
        for rule in shipped.clocks.values():
            limits = [rule.limit] if isinstance(rule.limit, str) else list(rule.limit.values())
            assert all(limit_words(limit) for limit in limits)

    def test_a_law_that_was_replaced_names_its_successor(self, shipped: Register) -> None:
        for document in shipped.documents.values():
            if document.superseded_by is not None:
                successor = shipped.documents[document.superseded_by]
                assert document.valid_to is not None
                assert successor.valid_from is not None
                assert (successor.valid_from - document.valid_to).days == 1, document.id


class TestOwnFiles:
    def lay(self, folder: Path, name: str, text: str) -> Register:
        (folder / name).write_text(text, encoding="utf-8")
        return load_register(folder)

    def test_an_entry_is_changed_key_by_key(self, tmp_path: Path, shipped: Register) -> None:
        known = self.lay(
            tmp_path, "departments.yaml", 'version: "2027-01"\nunits:\n  - {id: biz.device, name: 器械监管处}\n'
        )
        assert known.units["biz.device"].label == "器械监管处"
        assert known.units["legal"] == shipped.units["legal"]
        assert known.version == f"{shipped.version}（本地：departments.yaml@2027-01）"

    def test_an_entry_is_added(self, tmp_path: Path) -> None:
        known = self.lay(
            tmp_path,
            "register.yaml",
            "documents:\n"
            "  - {id: own-plan, title: 本省新预案, valid_from: 2027-01-01}\n"
            "policies:\n"
            "  - {id: OWN-01, document: own-plan, gist: 两小时内上报。, code: V, source: [seed]}\n"
            "sources: {own: 本局收文}\n",
        )
        assert known.policies["OWN-01"].document.title == "本省新预案"
        assert known.sources["own"] == "本局收文"
        assert "本地：register.yaml@未注明" in known.version

    def test_a_confirmed_plan_enables_its_clock(self, tmp_path: Path) -> None:
        known = self.lay(tmp_path, "clocks.yaml", "clocks:\n  - {id: C-UP2H, verified: true, enabled: true}\n")
        rule = known.clocks["C-UP2H"]
        assert (rule.verified, rule.enabled, rule.limit, rule.when) == (True, True, "2h", (Condition.GRAVE_GRADE,))

    def test_numbers_of_the_scale_are_calibrated(self, tmp_path: Path) -> None:
        known = self.lay(
            tmp_path,
            "levels.yaml",
            "levels:\n  - {id: red, score: 85.5}\nde_escalation: {windows: 3}\n",
        )
        assert known.levels[0].score == 85.5
        assert known.windows_below == 3
        assert known.window.total_seconds() == 7200

    def test_defaults_of_clocks_are_changed(self, tmp_path: Path) -> None:
        known = self.lay(tmp_path, "clocks.yaml", "suggestion_expires: 1d\nwarn_at: [50, 90]\n")
        rule = known.clocks["C-5H"]
        assert rule.expires_after is not None
        assert (rule.expires_after.days, rule.warn_at) == (1, (50, 90))

    def test_a_year_is_entered_by_hand(self, tmp_path: Path) -> None:
        known = self.lay(tmp_path, "calendar.yaml", "years: [2027]\nholidays: [2027-01-01]\nworking: [2027-01-02]\n")
        days = [date(2027, 1, day) for day in (1, 2, 3, 4)]
        assert [known.calendar.is_working(day) for day in days] == [False, True, False, True]

    @pytest.mark.parametrize(
        ("name", "text", "place", "sentence"),
        [
            ("clocks.yml.yaml", "x: 1\n", "clocks.yml.yaml", "不认识的文件名"),
            ("clocks.yaml", "", "clocks.yaml", "文件是空的"),
            ("clocks.yaml", "- a\n", "第 1 行", "映射"),
            ("clocks.yaml", "clocks: [\n", "第 2 行", "不是有效的 YAML"),
            ("clocks.yaml", "clocks: \x01\n", "clocks.yaml", "不是有效的 YAML"),
            ("clocks.yaml", "clocks:\n  - {id: C-5H}\n  - {id: C-5H}\n", "第 3 行，键 id", "写了两次"),
            ("clocks.yaml", "clocks:\n  - {id: C-5H, id: C-5H}\n", "第 2 行，键 id", "写了两次"),
            ("clocks.yaml", "? [a]\n: 1\n", "第 1 行", "键应为文字"),
            ("clocks.yaml", "clocks:\n  - {id: C-5H, limt: 5h}\n", "第 2 行，键 limt", "不认识的键"),
            ("clocks.yaml", "clokcs: []\n", "第 1 行，键 clokcs", "不认识的键"),
            ("clocks.yaml", "clocks:\n  - {id: C-5H, limit: 5w}\n", "第 2 行，键 limit", "无法识别时限"),
            ("clocks.yaml", "clocks:\n  - {id: C-5H, limit: {4: 5h}}\n", "第 2 行，键 limit", "只能是 1、2、3"),
            ("clocks.yaml", "clocks:\n  - {id: C-5H, limit: {1: soon}}\n", "第 2 行，键 limit", "无法识别时限"),
            ("clocks.yaml", "clocks:\n  - {id: C-5H, role: ours}\n", "第 2 行，键 role", "无法识别"),
            (
                "clocks.yaml",
                "clocks:\n  - {id: C-5H, policies: [GOV-99]}\n",
                "第 2 行，键 policies",
                "没有编号为 GOV-99",
            ),
            ("clocks.yaml", "clocks:\n  - {id: C-5H, when: [sometimes]}\n", "第 2 行，键 when", "不认识的条件"),
            ("clocks.yaml", "clocks:\n  - {id: C-5H, levels: {pink: arm}}\n", "第 2 行，键 levels", "无法识别 pink"),
            ("clocks.yaml", "clocks:\n  - {id: C-5H, levels: {red: maybe}}\n", "第 2 行，键 levels", "无法识别 red"),
            ("clocks.yaml", "clocks:\n  - {id: C-5H, levels: [red]}\n", "第 2 行，键 levels", "映射"),
            ("clocks.yaml", "clocks:\n  - {id: C-5H, verified: perhaps}\n", "第 2 行，键 verified", "true 或 false"),
            ("clocks.yaml", "clocks:\n  - {id: C-5H, action: ''}\n", "第 2 行，键 action", "应为文字"),
            ("clocks.yaml", "clocks:\n  - {id: C-5H, action: null}\n", "第 2 行，键 action", "应为文字"),
            ("clocks.yaml", "clocks:\n  - {id: C-NEW, role: own}\n", "第 2 行，键 action", "缺少此项"),
            ("register.yaml", "sources: [a]\n", "第 1 行，键 sources", "映射"),
            ("clocks.yaml", "clocks:\n  - {role: own}\n", "第 2 行，键 id", "缺少此项"),
            ("clocks.yaml", "clocks: {id: C-5H}\n", "第 1 行，键 clocks", "应为列表"),
            ("clocks.yaml", "suggestion_expires: soon\n", "第 1 行，键 suggestion_expires", "无法识别"),
            ("clocks.yaml", "warn_at: [85, 60]\n", "第 1 行，键 warn_at", "递增"),
            ("levels.yaml", "levels:\n  - {id: red, score: -1}\n", "第 2 行，键 score", "不小于0"),
            ("levels.yaml", "levels:\n  - {id: red, score: .inf}\n", "第 2 行，键 score", "最大为1000000"),
            (
                "levels.yaml",
                "levels:\n  - {id: red, first_minutes: .nan}\n",
                "第 2 行，键 first_minutes",
                "最大为1000000",
            ),
            (
                "levels.yaml",
                "levels:\n  - {id: red, score: 8}\n",
                "第 2 行，键 score",
                "red 的 8 分低于 orange 的 60 分",
            ),
            ("levels.yaml", "levels:\n  - {id: blue, score: 61}\n", "键 score", "yellow 的 40 分低于 blue 的 61 分"),
            ("levels.yaml", "ceilings:\n  - {id: T2, when: []}\n", "第 2 行，键 when", "要停用这一条"),
            ("levels.yaml", "de_escalation: {windows: 0}\n", "第 1 行，键 windows", "应为1或更大"),
            ("levels.yaml", "de_escalation: {window_minutes: 0}\n", "第 1 行，键 window_minutes", "应为1或更大"),
            (
                "levels.yaml",
                "de_escalation: {window_minutes: 1.0e+30}\n",
                "第 1 行，键 window_minutes",
                "最大为1000000",
            ),
            (
                "categories.yaml",
                "categories:\n  - {id: R01, severity: 0}\n",
                "第 2 行，键 severity",
                "应为1至5，现为 0",
            ),
            (
                "categories.yaml",
                "categories:\n  - {id: R01, severity: 30}\n",
                "第 2 行，键 severity",
                "应为1至5，现为 30",
            ),
            ("clocks.yaml", "suggestion_expires: 0h\n", "第 1 行，键 suggestion_expires", "1 至 9999"),
            ("clocks.yaml", "suggestion_expires: 99999999999d\n", "第 1 行，键 suggestion_expires", "1 至 9999"),
            ("clocks.yaml", "suggestion_expires: ²d\n", "第 1 行，键 suggestion_expires", "1 至 9999"),
            ("clocks.yaml", "warn_at: [60, ²]\n", "第 1 行，键 warn_at", "递增"),
            ("clocks.yaml", "clocks:\n  - {id: C-5H, action: [x]}\n", "第 2 行，键 action", "应为文字，现为 列表"),
            ("clocks.yaml", "clocks:\n\t- {id: C-5H}\n", "第 2 行", "缩进用了制表符，请改为空格"),
            ("clocks.yaml", "clocks：\n  - {id: C-5H, limit: 4h}\n", "第 2 行", "可能用了全角标点"),
            ("clocks.yaml", "warn_at: [%60, 85]\n", "第 1 行", "以 % 或 @ 开头的文字须加引号"),
            ("clocks.yaml", "clocks: &a\n  - *a\n", "第 1 行", "或 32 层"),
            ("clocks.yaml", "clocks: " + "[" * 100 + "]" * 100, "第 1 行", "或 32 层"),
            ("calendar.yaml", "years: [²]\n", "第 1 行，键 years", "年份"),
            ("levels.yaml", "levels:\n  - {id: red, first_minutes: 1.5}\n", "第 2 行，键 first_minutes", "整数"),
            ("levels.yaml", "levels:\n  - {id: pink, score: 1}\n", "第 2 行，键 id", "无法识别"),
            ("levels.yaml", "levels:\n  - {id: red, triggers: [{id: hunch}]}\n", "第 2 行，键 id", "不认识的触发条件"),
            (
                "levels.yaml",
                "levels:\n  - {id: red, triggers: [{id: recall_1, persons: 3}]}\n",
                "第 2 行，键 persons",
                "不认识",
            ),
            ("levels.yaml", "levels:\n  - {id: red, triggers: [{id: cluster_50}]}\n", "第 2 行，键 persons", "不小于0"),
            ("levels.yaml", "levels:\n  - {id: red, triggers: [three]}\n", "第 2 行", "映射"),
            ("levels.yaml", "floors:\n  - {id: F1, never_below: pink}\n", "第 2 行，键 never_below", "无法识别"),
            ("levels.yaml", "de_escalation: 3\n", "第 1 行", "映射"),
            (
                "register.yaml",
                "documents:\n  - {id: recall-2022, valid_from: soon}\n",
                "第 2 行，键 valid_from",
                "应为日期",
            ),
            (
                "register.yaml",
                "documents:\n  - {id: recall-2007, valid_to: 2001-01-01}\n",
                "第 2 行，键 valid_to",
                "早于",
            ),
            ("register.yaml", "documents:\n  - {id: recall-2007, superseded_by: x}\n", "recall-2007", "不存在的 x"),
            ("register.yaml", "documents:\n  - {id: recall-2022, valid_from: 2022-13-40}\n", "第 2 行", "无法识别的值"),
            ("register.yaml", "policies:\n  - {id: INF-01, code: X}\n", "第 2 行，键 code", "无法识别"),
            ("register.yaml", "policies:\n  - {id: INF-01, document: x}\n", "第 2 行，键 document", "没有编号为 x"),
            ("categories.yaml", "categories:\n  - {id: R01, lead: [x]}\n", "第 2 行，键 lead", "没有编号为 x"),
            ("calendar.yaml", "years: [soon]\n", "第 1 行，键 years", "年份"),
            ("calendar.yaml", "holidays: [soon]\n", "第 1 行，键 holidays", "应为日期"),
        ],
    )
    def test_a_wrong_file_is_refused_with_file_line_and_key(
        self, tmp_path: Path, name: str, text: str, place: str, sentence: str
    ) -> None:
        with pytest.raises(RegisterError) as caught:
            self.lay(tmp_path, name, text)
        said = str(caught.value)
        assert name in said
        assert place in said
        assert sentence in said

    def test_a_folder_that_is_not_there_is_said_so(self, tmp_path: Path) -> None:
        with pytest.raises(RegisterError, match="不存在"):
            load_register(tmp_path / "none")

    def test_a_file_that_is_no_text_or_far_too_large_is_said_so(self, tmp_path: Path) -> None:
        (tmp_path / "clocks.yaml").write_bytes(b"\xff\xfe\x00")
        with pytest.raises(RegisterError, match="UTF-8"):
            load_register(tmp_path)
        (tmp_path / "clocks.yaml").write_bytes(b"#" * ((1 << 20) + 1))
        with pytest.raises(RegisterError, match="1 MiB"):
            load_register(tmp_path)

    def test_an_empty_folder_changes_nothing(self, tmp_path: Path, shipped: Register) -> None:
        assert load_register(tmp_path).version == shipped.version
