"""Articles of the imported library in an alert's basis, beside the register's duties."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any, cast

import pytest

from analysis.matching import recognition
from analysis.matching.recognition import load_recogniser
from analysis.matching.retrieval import ArticleIndex
from analysis.matching.situations import Situations, load_situations
from analysis.segmentation import RjiebaSegmenter
from service.cli.doctor import situations_model
from service.domain.events.event import IncidentGrade
from service.domain.events.facts import IncidentFacts
from service.domain.people.person import Role
from service.domain.rules.basis import basis_for, with_matched
from service.flows.alerts.consider import Office
from service.flows.alerts.grading import set_grade
from service.flows.judging.assess import assess_pending
from service.flows.people.acts import add_person
from service.flows.policies import library as library_module
from service.flows.policies.importing import import_policies, load_index
from service.flows.policies.library import PolicyLibrary
from service.flows.policies.questions import Question
from service.flows.watch import watch
from service.ports.store import Store, Work
from tests.builders import build_event
from tests.flows.pipeline.conftest import MovingClock
from tests.flows.pipeline.judge import ScriptedJudge, document
from tests.flows.pipeline.test_asked_outside import Watched
from tests.flows.pipeline.test_assess import FIRST, SECOND, alerts, take

SEGMENTER = RjiebaSegmenter()
DRUG_LAW = "药品管理法(2019-08-26)"
ENDED = "食品安全法(2021-04-29)"
EARLIER_RULES = "药品管理法实施条例(2019-03-02)"
TEXT = """# 演示文本
## 第七章 上市后管理

第八十条 持有人监测不良反应（演示文本）。

第八十一条 发现疑似不良反应应当报告（演示文本）。

第八十二条 存在安全隐患的应当召回（演示文本）。

第九十九条 监督检查（演示文本）。
"""


@pytest.fixture
def laws(tmp_path: Path) -> Path:
    folder = tmp_path / "laws"
    folder.mkdir()
    (folder / f"{DRUG_LAW}.md").write_text(TEXT, encoding="utf-8")
    return folder


@pytest.fixture
def library(store: Store) -> PolicyLibrary:
    return PolicyLibrary(store, SEGMENTER.cut_for_search)


def imports(store: Store, laws: Path, office: Office, clock: MovingClock, library: PolicyLibrary) -> None:
    assert not import_policies(store, laws, register=office.register, actor="测试", now=clock()).refused
    assert library.refresh()


def happens(store: Store, judge: ScriptedJudge, office: Office, clock: MovingClock, native_id: str, title: str) -> None:
    judge.facts.setdefault(title, {"harmed": 12, "cluster": True, "jiangxi": True})
    take(store, [document(native_id, title, at=clock(), source="forum" if native_id == "1" else "evening")], clock)
    assess_pending(store, judge, office=office, now=clock)


def matched(store: Store) -> list[dict[str, Any]]:
    [alert] = alerts(store)
    return [dict(entry) for entry in alert.basis if entry.get("situation")]


def only(article: str) -> Situations:
    """The shipped table with one row alone, which governs by this article."""
    shipped = load_situations()
    row = next(one for one in shipped.rows if one.id == "adr-cluster")
    return replace(shipped, rows=(replace(row, governs=(article,), related=()),), modifiers=())


class WritesCounted(Watched):
    """A store that counts the writing transactions that were taken back."""

    taken_back = 0

    @contextmanager
    def write(self) -> Iterator[Work]:
        try:
            with super().write() as work:
                yield work
        except Exception:
            self.taken_back += 1
            raise


class TestBasis:
    def test_a_law_that_governs_and_ended_is_named_without_an_article_and_not_as_verified(
        self, store: Store, judge: ScriptedJudge, office: Office, clock: MovingClock, laws: Path, library: PolicyLibrary
    ) -> None:
        (laws / f"{ENDED}.md").write_text(TEXT, encoding="utf-8")
        library = PolicyLibrary(
            store, SEGMENTER.cut_for_search, lambda: office.register, lambda: only(f"{ENDED}#第八十条")
        )
        imports(store, laws, office, clock, library)
        happens(store, judge, replace(office, library=library), clock, "1", FIRST)
        [entry] = matched(store)
        assert (entry["title"], entry["article"], entry["article_keys"], entry["verified"]) == (
            "食品安全法（2021年）",
            None,
            [],
            False,
        )
        assert "系统收录的文本已于 2025-12-01 失效，所列条号不再引用" in entry["gist"]
        # It stays when the next report joins, and is no article that could be cited or quoted.
        happens(store, judge, replace(office, library=library), clock, "2", SECOND)
        assert matched(store) == [entry]

    def test_a_matter_of_another_authority_says_first_whose_it_is_and_cites_nothing(
        self, store: Store, office: Office, clock: MovingClock, laws: Path, library: PolicyLibrary
    ) -> None:
        imports(store, laws, office, clock, library)
        event = build_event(title="章贡区一医院虚构住院骗取医保基金", categories=("R12",))
        [[told]] = library.answer([Question.of(event, [], date(2026, 3, 2))])
        duties = basis_for(event.categories, IncidentFacts(), office.register, date(2026, 3, 2))
        assert duties
        assert with_matched(duties, [told])[0] == told
        assert (told["title"], told["office"], told["article_keys"], told["verified"]) == (
            "《医疗保障基金使用监督管理条例》",
            "医疗保障部门",
            [],
            True,
        )
        assert told["gist"] == "由医疗保障部门处理；本系统没有为这类事项列出条文，不引条文"

    def test_matched_articles_stand_behind_the_duties_with_their_reason(
        self, store: Store, judge: ScriptedJudge, office: Office, clock: MovingClock, laws: Path, library: PolicyLibrary
    ) -> None:
        imports(store, laws, office, clock, library)
        happens(store, judge, replace(office, library=library), clock, "1", FIRST)
        [alert] = alerts(store)
        found = matched(store)
        assert alert.basis[0]["policy_id"]
        assert list(alert.basis[-len(found) :]) == found
        named = {key for entry in alert.basis if entry["policy_id"] for key in entry["article_keys"]}
        keys = [key for entry in found for key in entry["article_keys"]]
        assert keys
        assert not named & set(keys)
        assert len(set(keys)) == len(keys) <= 5
        first = found[0]
        assert set(alert.basis[0]) | {"situation"} == set(first)
        assert (first["title"], first["situation"]) == ("药品管理法", "adr-cluster")
        assert first["article"] == first["article_keys"][0].partition("#")[2]
        assert first["why"] == "按情形自动匹配，多人使用同一药品后出现类似反应，应及时报告并采取风险控制措施"
        with store.read() as work:
            assert all(work.policies.article(key) for key in keys)

    def test_the_encoder_reads_while_no_writing_transaction_is_open(
        self, store: Store, judge: ScriptedJudge, office: Office, clock: MovingClock, laws: Path
    ) -> None:
        watched, within = Watched(store), list[bool]()
        library = PolicyLibrary(
            store, SEGMENTER.cut_for_search, pooled=lambda _title, _text: within.append(watched.writes)
        )
        imports(store, laws, office, clock, library)
        happens(cast("Store", watched), judge, replace(office, library=library), clock, "1", FIRST)
        assert within == [False]
        assert matched(store)

    def test_an_alert_without_an_article_is_read_once_until_its_text_the_day_the_table_or_the_library_changes(
        self, store: Store, judge: ScriptedJudge, office: Office, clock: MovingClock, laws: Path
    ) -> None:
        read, tables = list[str](), [only("没有这部法#第一条")]
        library = PolicyLibrary(
            store,
            SEGMENTER.cut_for_search,
            situations=lambda: tables[-1],
            pooled=lambda title, _text: read.append(title),
        )
        watched = WritesCounted(store)

        def look(minutes: int = 10) -> int:
            """Let time pass and look; return how often more the alert was read than before."""
            clock.pass_by(minutes=minutes)
            library.refresh()
            before = len(read)
            assert watch(cast("Store", watched), office=replace(office, library=library), now=clock).looked == 1
            return len(read) - before

        imports(store, laws, office, clock, library)
        happens(store, judge, replace(office, library=library), clock, "1", FIRST)
        assert (len(read), look(), look()) == (1, 0, 0)
        assert not watched.taken_back
        happens(store, judge, replace(office, library=library), clock, "2", SECOND)
        assert (len(read), look()) == (2, 0)
        (laws / f"{DRUG_LAW}.md").write_text(TEXT.replace("第八十二条", "第九十条"), encoding="utf-8")
        imports(store, laws, office, clock, library)
        assert (look(), look()) == (1, 0)
        assert (look(minutes=24 * 60), look()) == (1, 0)
        assert not matched(store)
        tables.append(only(f"{DRUG_LAW}#第九十九条"))
        assert (look(), look()) == (1, 0)
        assert [entry["article"] for entry in matched(store)] == ["第九十九条"]

    def test_no_more_answers_are_remembered_than_alerts_are_looked_at(
        self, store: Store, office: Office, clock: MovingClock, laws: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(library_module, "_REMEMBERED", 2)
        library = PolicyLibrary(store, SEGMENTER.cut_for_search)
        imports(store, laws, office, clock, library)
        asked = [Question.of(build_event(title=f"甲县第{n}起"), [], date(2026, 3, 2)) for n in range(3)]
        library.answer(asked)
        assert [library.recall(question) is None for question in asked] == [True, False, False]

    def test_a_library_changes_neither_the_alert_s_name_nor_its_duties(
        self, store: Store, judge: ScriptedJudge, office: Office, clock: MovingClock, laws: Path, library: PolicyLibrary
    ) -> None:
        happens(store, judge, replace(office, library=library), clock, "1", FIRST)
        [before] = alerts(store)
        assert not matched(store)
        imports(store, laws, office, clock, library)
        clock.pass_by(minutes=10)
        watch(store, office=replace(office, library=library), now=clock)
        [after] = alerts(store)
        assert matched(store)
        assert after.id == before.id
        assert after.basis[: len(before.basis)] == before.basis

    def test_matched_articles_stay_until_the_alert_rises(
        self, store: Store, judge: ScriptedJudge, office: Office, clock: MovingClock, laws: Path, library: PolicyLibrary
    ) -> None:
        imports(store, laws, office, clock, library)
        happens(store, judge, replace(office, library=library), clock, "1", FIRST)
        before = matched(store)
        (laws / f"{DRUG_LAW}.md").write_text(TEXT.replace("第八十二条", "第九十条"), encoding="utf-8")
        clock.pass_by(minutes=10)
        imports(store, laws, office, clock, library)
        watch(store, office=replace(office, library=library), now=clock)
        assert matched(store) == before
        judge.facts[SECOND] = {"harmed": 12, "deaths": 1, "cluster": True, "jiangxi": True}
        happens(store, judge, replace(office, library=library), clock, "2", SECOND)
        assert "第八十二条" in {entry["article"] for entry in before}
        assert "第八十二条" not in {entry["article"] for entry in matched(store)}

    def test_a_grade_keeps_what_was_matched(
        self, store: Store, judge: ScriptedJudge, office: Office, clock: MovingClock, laws: Path, library: PolicyLibrary
    ) -> None:
        imports(store, laws, office, clock, library)
        happens(store, judge, replace(office, library=library), clock, "1", FIRST)
        before = matched(store)
        add_person(store, name="批准", role=Role.APPROVER, by="system", now=clock(), email="a@office.invalid")
        with store.read() as work:
            person = work.people.by_name("批准")
        assert person is not None
        set_grade(store, person, alerts(store)[0].id, IncidentGrade.II, reason="核实", office=office, now=clock())
        duties = {key for entry in alerts(store)[0].basis if entry["policy_id"] for key in entry["article_keys"]}
        assert matched(store) == [entry for entry in before if not duties & set(entry["article_keys"])]


class TestSpoiledModel:
    @pytest.fixture(autouse=True)
    def spoiled(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
        cut = tmp_path / "situations.npz"
        cut.write_bytes(recognition.MODEL.read_bytes()[:1000])
        shutil.copy(recognition.MODEL.with_suffix(".json"), tmp_path)
        monkeypatch.setattr(recognition, "MODEL", cut)
        load_recogniser.cache_clear()
        yield
        load_recogniser.cache_clear()

    def test_where_the_model_of_situations_is_cut_alerts_are_raised_and_cues_tell_the_articles(
        self, store: Store, judge: ScriptedJudge, office: Office, clock: MovingClock, laws: Path, library: PolicyLibrary
    ) -> None:
        imports(store, laws, office, clock, library)
        assert "situations.npz" in library.refused
        assert "条文只按情形表的线索词匹配" in library.refused
        happens(store, judge, replace(office, library=library), clock, "1", FIRST)
        assert matched(store)[0]["situation"] == "adr-cluster"

    def test_doctor_names_the_file_and_fails(self) -> None:
        row = situations_model()
        assert (row["check"], row["ok"]) == ("情形模型", False)
        assert "situations.npz" in row["sentence"]


class TestLibrary:
    def test_it_is_loaded_once_and_again_after_an_import(
        self, store: Store, office: Office, clock: MovingClock, laws: Path, library: PolicyLibrary
    ) -> None:
        assert library.refresh()
        assert (len(library), library.refresh()) == (0, False)
        import_policies(store, laws, register=office.register, actor="测试", now=clock())
        assert (library.refresh(), library.refresh(), len(library)) == (True, False, 4)

    def test_days_of_force_come_from_the_register(
        self, store: Store, office: Office, clock: MovingClock, laws: Path
    ) -> None:
        for stem in (EARLIER_RULES, "无人知晓办法(2022-05-01)"):
            (laws / f"{stem}.md").write_text("第四十条 再评价（演示文本）。\n", encoding="utf-8")
        import_policies(store, laws, register=office.register, actor="测试", now=clock())
        index = load_index(store, SEGMENTER.cut_for_search)
        assert _held(index, EARLIER_RULES, date(2026, 5, 14))
        assert not _held(index, EARLIER_RULES, date(2026, 5, 15))
        assert not _held(index, "无人知晓办法(2022-05-01)", date(2022, 4, 30))
        assert _held(index, "无人知晓办法(2022-05-01)", date(2022, 5, 1))


def _held(index: ArticleIndex, stem: str, on: date) -> bool:
    return index.article(f"{stem}#第四十条", on) is not None
