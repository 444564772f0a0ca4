"""The shipped catalogue, and what is said about files that are not right."""

import subprocess
import sys
from datetime import date
from pathlib import Path

import pytest

from crawlers.catalogue import Catalogue, load_catalogue
from crawlers.catalogue.declaration import Declaration
from crawlers.catalogue.positions import read_yaml
from crawlers.presets import preset_names
from crawlers.records import Source

GOOD = """\
sources:
  - id: my-paper
    name: 我的日报
    kind: feed
    source_class: media
    url: https://paper.example/rss.xml
    weight: 4
    access: open
    legal_basis: 公开报道
"""


# Six lines that unfold to 8^5 × 4 values.
UNFOLDING = (
    b"".join(
        b"%c: &%c [%s]\n" % (name, name, b",".join([b"*%c" % (name - 1) if name > ord("a") else b"1"] * 8))
        for name in b"abcde"
    )
    + b"sources: [*e, *e, *e, *e]"
)


def load(tmp_path: Path, text: str | bytes) -> Catalogue:
    (tmp_path / "mine.yaml").write_bytes(text.encode() if isinstance(text, str) else text)
    return load_catalogue(tmp_path)


def slots(source: Source) -> tuple[str, ...]:
    return Declaration.model_validate(dict(source.declaration)).open_slots


class TestShipped:
    catalogue = load_catalogue()

    def test_it_has_no_problem(self) -> None:
        assert self.catalogue.problems == ()

    def test_what_no_live_visit_has_confirmed_is_off(self) -> None:
        for source in self.catalogue.sources:
            dated = isinstance(source.declaration["checked"], str) and source.declaration["checked"] != "never"
            assert dated or not source.enabled, source.id
            assert source.unchecked == (not dated and source.kind != "file_drop"), source.id

    def test_open_sources_of_every_kind_wait_for_their_live_check(self) -> None:
        waiting = [
            source
            for source in self.catalogue.sources
            if source.unchecked and source.access == "open" and not slots(source)
        ]
        assert len(waiting) >= 30
        assert {source.kind for source in waiting} == {"feed", "listing", "json_api", "hot_list", "search"}

    def test_nothing_behind_a_challenge_or_log_in_is_enabled(self) -> None:
        for source in self.catalogue.sources:
            if source.access != "open":
                assert not source.enabled, source.id

    def test_template_is_off_until_its_parameters_are_written(self) -> None:
        templates = [source for source in self.catalogue.sources if "{column}" in str(source.url)]
        assert {source.id for source in templates} >= {"jxmpa-other-columns", "hlj-mpa-recall"}
        assert not any(source.enabled for source in templates)

    def test_what_needs_a_log_in_comes_by_file_only(self) -> None:
        kinds = {source.kind for source in self.catalogue.sources if source.access in {"login", "import_only"}}
        assert kinds == {"file_drop"}

    def test_every_source_has_a_chinese_name_a_weight_and_a_legal_basis(self) -> None:
        for source in self.catalogue.sources:
            assert any("\u4e00" <= character <= "\u9fff" for character in source.name), source.id
            assert source.weight > 0 or source.kind == "file_drop"
            assert source.legal_basis

    def test_what_is_not_crawled_names_a_fallback(self) -> None:
        for source in self.catalogue.sources:
            if source.access in {"challenge", "anon_cookie"}:
                assert source.fallback is not None
                assert source.declaration["fallback_name"] == self.catalogue.by_id[source.fallback].name

    def test_declarations_are_read_back_as_they_were(self) -> None:
        for source in self.catalogue.sources:
            declaration = Declaration.model_validate(dict(source.declaration))
            assert (declaration.id, declaration.is_enabled) == (source.id, source.enabled)

    def test_no_live_check_is_claimed(self) -> None:
        assert {source.declaration["checked"] for source in self.catalogue.sources} == {"never"}

    def test_reading_it_needs_no_crawl_engine(self) -> None:
        probe = (
            "import sys, crawlers.catalogue, crawlers.health, crawlers.schedule.polling; print('scrapy' in sys.modules)"
        )
        done = subprocess.run([sys.executable, "-c", probe], capture_output=True, text=True, timeout=60, check=True)
        assert done.stdout.strip() == "False"


class TestShippedSwitch:
    @pytest.mark.parametrize(
        ("said", "on", "unchecked"),
        [
            ("    checked: 2026-11-20\n", True, False),
            ("    checked: 2026-11-20\n    enabled: true\n", True, False),
            ("    enabled: false\n", False, True),
            ("    checked: never\n    enabled: true\n", None, None),
            ("", None, None),
        ],
    )
    def test_a_shipped_source_is_on_only_with_the_date_of_its_live_check(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, said: str, *, on: bool | None, unchecked: bool | None
    ) -> None:
        (tmp_path / "shipped.yaml").write_text(GOOD + said, encoding="utf-8")
        monkeypatch.setattr("crawlers.catalogue.loader.SHIPPED", tmp_path)
        catalogue = load_catalogue()
        found = catalogue.by_id.get("my-paper")
        assert (found and found.enabled, found and found.unchecked) == (on, unchecked)
        assert [("checked: never" in str(problem)) for problem in catalogue.problems] == ([True] if on is None else [])

    def test_what_the_office_declares_is_on_as_it_declares_it(self, tmp_path: Path) -> None:
        source = load(tmp_path, GOOD).by_id["my-paper"]
        assert (source.enabled, source.unchecked) == (True, False)


class TestOwnFolder:
    def test_own_sources_are_added_to_the_shipped_ones(self, tmp_path: Path) -> None:
        catalogue = load(tmp_path, GOOD)
        assert catalogue.problems == ()
        assert catalogue.by_id["my-paper"].name == "我的日报"
        assert len(catalogue.sources) == len(load_catalogue().sources) + 1

    def test_own_source_replaces_the_shipped_one_of_its_id(self, tmp_path: Path) -> None:
        catalogue = load(
            tmp_path, GOOD.replace("my-paper", "piyao").replace("access: open", "access: open\n    enabled: false")
        )
        assert catalogue.by_id["piyao"].name == "我的日报"
        assert not catalogue.by_id["piyao"].enabled
        assert len(catalogue.sources) == len(load_catalogue().sources)

    def test_own_folder_can_stand_alone(self, tmp_path: Path) -> None:
        (tmp_path / "mine.yaml").write_text(GOOD, encoding="utf-8")
        assert [source.id for source in load_catalogue(tmp_path, shipped=False).sources] == ["my-paper"]

    def test_a_folder_that_is_not_there_is_said_and_costs_no_shipped_source(self, tmp_path: Path) -> None:
        catalogue = load_catalogue(tmp_path / "sorces")
        assert [str(problem) for problem in catalogue.problems] == [
            f"{tmp_path / 'sorces'}: catalogue: 没有这个目录，其中的信源都没有读入。请建立目录，或改正这项设置"
        ]
        assert catalogue.sources == load_catalogue().sources

    def test_defaults_of_a_file_fill_what_its_sources_leave_out(self, tmp_path: Path) -> None:
        text = "defaults: {weight: 7, schedule: {min: 5m}}\n" + GOOD.replace(
            "    weight: 4\n", "    schedule: {start: 20m}\n"
        )
        source = load(tmp_path, text).by_id["my-paper"]
        assert source.weight == 7
        declaration = Declaration.model_validate(dict(source.declaration))
        assert declaration.schedule.min.total_seconds() == 300
        assert declaration.schedule.start.total_seconds() == 1200


def test_plain_words_mean_what_people_read() -> None:
    data = read_yaml(b"a: no\nb: 12:30\nc: true\nd: 5\ne: 2026-11-25\nf: [on, 1.5, null]").data
    assert data == {"a": "no", "b": "12:30", "c": True, "d": 5, "e": date(2026, 11, 25), "f": ["on", 1.5, None]}


def test_what_a_program_writes_twice_by_reference_is_read_twice(tmp_path: Path) -> None:
    text = (
        GOOD
        + "    politeness: &gentle {delay: 9s}\n"
        + GOOD.removeprefix("sources:\n").replace("my-paper", "my-second")
    )
    catalogue = load(tmp_path, text + "    politeness: *gentle\n")
    assert catalogue.problems == ()
    assert catalogue.by_id["my-second"].declaration["politeness"] == {"delay": "PT9S"}


class TestProblems:
    @pytest.mark.parametrize(
        ("change", "line", "key", "words"),
        [
            (("kind: feed", "kind: fed"), 4, "kind", "只能是"),
            (("    weight: 4\n", "    weight: 40\n"), 7, "weight", "不得大于 10"),
            (("    weight: 4\n", "    wieght: 4\n"), 7, "wieght", "未知的键"),
            (("    weight: 4\n", ""), 2, "weight", "缺少必填的键"),
            (("https://paper.example/rss.xml", "file:///etc/passwd"), 6, "url", "取值无效"),
            (("    weight: 4\n", "    weight: 4\n    schedule: {min: 5 minutes}\n"), 8, "schedule.min", "写作 90s"),
            (
                ("    weight: 4\n", "    weight: 4\n    schedule:\n      minimum: 5m\n"),
                9,
                "schedule.minimum",
                "未知的键",
            ),
            (("    weight: 4\n", "    weight: 4\n    preset: hanwbe\n"), 8, "preset", "hanweb_jpage"),
            (("access: open", "access: login\n    enabled: true"), 2, "（整条信源）", "不能启用"),
            (("    weight: 4\n", "    weight: 4\n    headers: {Cookie: SUB=1}\n"), 2, "（整条信源）", "cookie"),
            (("kind: feed", "kind: listing"), 2, "（整条信源）", "list"),
            (("kind: feed", "kind: search\n    list: {record: li, link: a}"), 2, "（整条信源）", "{word}"),
            (("kind: feed", "kind: json_api\n    list: {record: li, link: a}"), 2, "（整条信源）", "format: json"),
            (("rss.xml", "{site}.xml\n    enabled: true"), 2, "（整条信源）", "{site}"),
            (("    weight: 4\n", "    weight: 4\n    paging: {style: offset, param: p}\n"), 8, "paging", "step"),
            (("    weight: 4\n", "    weight: 4\n    request: {body: {a: 1}}\n"), 8, "request", "method: POST"),
            (("    weight: 4\n", "    weight: 4\n    weight: 5\n"), 8, "", "重复出现"),
            (("sources:", "source:"), 1, "sources", "sources"),
            (("name: 我的日报", "name: [unclosed"), 4, "", "YAML"),
            (("name: 我的日报", "name: 2026-02-30"), 3, "", "无法识别的值"),
            (("    name: 我的日报", "\tname: 我的日报"), 3, "", "缩进用了制表符"),
            (("sources:", "extra: 1\nsources:"), 1, "extra", "未知的键"),
        ],
    )
    def test_mistake_is_reported_with_file_line_and_key(
        self, tmp_path: Path, change: tuple[str, str], line: int, key: str, words: str
    ) -> None:
        catalogue = load(tmp_path, GOOD.replace(*change))
        problem = catalogue.problems[0]
        assert problem.file.endswith("mine.yaml")
        assert (problem.line, problem.key) == (line, key)
        assert words in problem.sentence
        assert str(problem).startswith(problem.file + f":{line}:")

    def test_one_mistake_costs_its_own_source_only(self, tmp_path: Path) -> None:
        second = GOOD.removeprefix("sources:\n").replace("my-paper", "my-second")
        catalogue = load(tmp_path, GOOD.replace("weight: 4", "weight: four") + second)
        assert "my-second" in catalogue.by_id
        assert "my-paper" not in catalogue.by_id
        assert len(catalogue.problems) == 1

    @pytest.mark.parametrize(
        "raw",
        [
            b"\xff\xfe\x00",
            b"sources: &a [*a]",
            b"sources: !!python/object/apply:os.system [ls]",
            b"x" * (2 * 1024 * 1024),
            b"",
            b"- 1\n- 2\n",
            UNFOLDING,
        ],
    )
    def test_file_that_is_no_catalogue_is_refused_whole(self, tmp_path: Path, raw: bytes) -> None:
        catalogue = load(tmp_path, raw)
        assert len(catalogue.problems) == 1
        assert catalogue.problems[0].file.endswith("mine.yaml")
        assert len(catalogue.sources) == len(load_catalogue().sources)

    def test_same_id_twice_in_one_folder_is_reported(self, tmp_path: Path) -> None:
        (tmp_path / "other.yaml").write_text(GOOD, encoding="utf-8")
        assert "已在 mine.yaml 中声明" in load(tmp_path, GOOD).problems[0].sentence

    def test_fallback_that_does_not_exist_is_reported(self, tmp_path: Path) -> None:
        catalogue = load(tmp_path, GOOD + "    fallback: nowhere\n")
        assert "nowhere" in catalogue.problems[0].sentence


def test_presets_are_valid_defaults() -> None:
    assert {"hanweb_jpage", "trs_static", "trs_static_1b", "gov_meta"} <= set(preset_names())
