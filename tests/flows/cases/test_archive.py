import hashlib
import io
import json
import zipfile
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from crawlers.records import document_id
from service.domain.beijing import BEIJING
from service.domain.cases.file import LiaisonKind, text_hash
from service.domain.cases.workflow import CaseState, Step
from service.export.case_archive import MANIFEST, READING, pack, verify
from service.export.case_reading import reading
from service.flows.cases import packing
from service.flows.cases.liaison import ask_party, party_answered
from service.flows.cases.packing import EXPORTED, pack_case
from service.flows.keeping.privacy import PERSONAL_READ
from service.policies.register import load_register
from tests.contract.stored import document, judge_all
from tests.flows.acts.scene import acts_on
from tests.flows.cases.scene import TEXT, Way

PHONE = "13812345678"


@pytest.fixture
def told(way: Way) -> Way:
    """A published case with evidence and a liaison that name a telephone."""
    written = document("1", text=f"患者家属来电 {PHONE} 反映输液后寒战。")
    with way.store.write() as work:
        work.documents.put([written], now=written.fetched_at)
        judge_all(work, event_id="e1")
    way.published()
    ask_party(way.hand("case_officer"), kind=LiaisonKind.DEPARTMENT, party="县卫健委", question=f"联系人电话 {PHONE}？")
    party_answered(way.hand("case_officer"), 1, answer="批号待核实")
    return way


def package(way: Way, *, masked: bool = True) -> bytes:
    packed = pack_case(way.store, "档案丑", way.case.id, pack=pack, now=way.now, masked=masked)
    assert packed is not None
    return packed.content


def contents(data: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return {name.split("/", 1)[1]: archive.read(name) for name in archive.namelist()}


class TestPackage:
    def test_it_is_one_folder_with_everything_of_the_case_and_a_manifest_that_holds(
        self, told: Way, tmp_path: Path
    ) -> None:
        data = package(told)
        (tmp_path / "case.zip").write_bytes(data)
        assert verify(tmp_path / "case.zip") == []
        files = contents(data)
        assert set(files) == {
            "alert.json",
            "event.json",
            "clocks.json",
            "case.json",
            "steps.json",
            "opinions.json",
            "approvals.json",
            "liaisons.json",
            "evaluations.json",
            "drafts/001.json",
            "published/01.json",
            "published/01.txt",
            "evidence/0001.json",
            "audit.json",
            "manifest.json",
            "readme.txt",
        }
        assert files["published/01.txt"].decode() == TEXT
        assert json.loads(files["published/01.json"])["hash"] == text_hash(TEXT)
        assert len(json.loads(files["opinions.json"])) == 3
        assert {one["path"] for one in json.loads(files["manifest.json"])["files"]} == set(files) - {"manifest.json"}

    def test_it_tells_how_many_died_by_now_whatever_the_title_says(self, told: Way) -> None:
        with told.store.write() as work:
            event = work.events.get(told.case.event_id)
            assert event is not None
            work.events.save(replace(event, deaths=3, harmed=9), [])
        text = contents(package(told))["readme.txt"].decode()
        assert "\n伤亡：据稿件称死亡3人，称受影响9人（待核实）\n" in text

    def test_of_a_drill_its_first_line_and_its_manifest_say_so_and_of_a_real_case_nothing_does(self, told: Way) -> None:
        made = pack_case(told.store, "档案丑", told.case.id, pack=pack, now=told.now, drill=True)
        assert made is not None
        drilled, real = contents(made.content), contents(package(told))
        assert drilled[READING].decode().startswith("【演练】")
        assert json.loads(drilled[MANIFEST])["drill"] is True
        assert "演练" not in real[READING].decode().splitlines()[0]
        assert "drill" not in json.loads(real[MANIFEST])

    def test_it_tells_its_course_in_chinese_to_a_reader_without_the_program(self, told: Way) -> None:
        text = contents(package(told))["readme.txt"].decode()
        assert text.startswith(f"处置归档包：{told.case.title}\n")
        for said in (
            "　初审（",
            "　合法性审核（",
            "　保密审查（",
            "　领导签批（",
            "published/01.txt",
            "向县卫健委（",
            "T13 领导签批",
        ):
            assert said in text
        assert "SHA-256" in text
        assert PHONE not in text
        with told.store.read() as work:
            file = work.cases.file(told.case.id)
        assert file is not None
        assert all(f"{one.number}. {one.at.astimezone(BEIJING):%Y-%m-%d %H:%M}　" in text for one in file.steps)
        assert "　系统　发现（" in text
        assert f"　{file.publications[0].by}　{file.publications[0].channel}" in text

    def test_it_names_the_event_by_the_number_that_is_said_by_telephone(self, told: Way) -> None:
        with told.store.read() as work:
            found = packing.gather(work, told.case.id, masked=True)
        assert found is not None
        case = replace(found.file.case, event_id="ebdc46a607701a077e80")
        assert "事件编号 198-985-382\n" in reading(replace(found, file=replace(found.file, case=case)))

    def test_a_step_of_two_names_both_and_says_what_was_concluded(self, told: Way) -> None:
        lines = contents(package(told))["readme.txt"].decode().splitlines()
        [concluded] = [line for line in lines if "　研判结论（" in line]
        with told.store.read() as work:
            file = work.cases.file(told.case.id)
        assert file is not None
        [names] = [one.detail["by"] for one in file.steps if one.step is Step.CONCLUDE]
        assert len(set(names.values())) == 2
        assert f"　{'、'.join(names.values())}　研判结论（已研判）：属实，影响限于本县" in concluded

    def test_where_nothing_was_written_yet_the_page_says_so(self, way: Way) -> None:
        lines = contents(package(way.assessed()))["readme.txt"].decode().splitlines()
        assert lines[lines.index("二、文稿、审核与发布") + 1] == "还没有文稿、审核和发布"

    def test_the_words_of_its_codes_are_those_of_the_work_flow(self, told: Way) -> None:
        text, workflow = contents(package(told))["readme.txt"].decode(), load_register().workflow
        assert "步骤代码：" + "，".join(f"{step.value} {workflow.steps[step].name}" for step in Step) in text
        assert "状态代码：" + "，".join(f"{state.value} {workflow.states[state]}" for state in CaseState) in text

    def test_its_audit_rows_are_those_of_the_trail_with_their_hashes(self, told: Way) -> None:
        rows = json.loads(contents(package(told))["audit.json"])
        with told.store.read() as work:
            kept = {row.seq: row.hash for row in work.audit.rows(limit=1000)}
        assert [row["seq"] for row in rows] == sorted(row["seq"] for row in rows)
        assert {row["seq"]: row["hash"] for row in rows}.items() <= kept.items()
        assert {"case.opened", "case.published", "alert.answered", "clock.met"} <= {row["action"] for row in rows}

    def test_the_same_case_gives_the_same_bytes_whoever_fetches_it_and_when(self, told: Way) -> None:
        first = package(told)
        told.now += timedelta(days=1)
        assert package(told) == first
        assert acts_on(told.store, f"case:{told.case.id}")[-1] == ("档案丑", EXPORTED)

    def test_the_trail_keeps_the_hash_of_each_package_that_was_handed_out(self, told: Way) -> None:
        given = package(told)
        with told.store.read() as work:
            row = next(row for row in work.audit.rows(subject=f"case:{told.case.id}") if row.action == EXPORTED)
        assert row.detail["sha256"] == hashlib.sha256(given).hexdigest()

    def test_personal_data_is_masked_and_the_original_is_known_by_its_hash(self, told: Way) -> None:
        files = contents(package(told))
        assert not any(PHONE.encode() in data for data in files.values())
        evidence = json.loads(files["evidence/0001.json"])
        assert evidence["masked"] is True
        with told.store.read() as work:
            held = work.documents.get(document_id("evening-news", "1"))
        assert held is not None
        assert evidence["hash"] == held.content_hash
        plain = contents(package(told, masked=False))
        assert PHONE.encode() in plain["liaisons.json"]

    def test_telephone_in_a_title_is_masked_in_the_manifest_too(self, told: Way) -> None:
        packed = pack_case(told.store, "档案丑", told.case.id, pack=pack, now=told.now)
        assert packed is not None
        bundle = packed.bundle
        case = replace(bundle.file.case, title=f"有人拨打 {PHONE} 反映")
        files = contents(pack(replace(bundle, file=replace(bundle.file, case=case))))
        assert not any(PHONE.encode() in data for data in files.values())

    def test_documents_for_which_there_is_no_room_are_counted(self, told: Way, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(packing, "_CHARACTERS", 3)
        files = contents(package(told))
        assert json.loads(files["manifest.json"])["left_out"] == 1
        assert not any(name.startswith("evidence/") for name in files)

    def test_documents_beyond_the_most_that_are_read_are_counted(
        self, told: Way, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(packing, "_DOCUMENTS", 1)
        with told.store.write() as work:
            event = work.events.get(told.case.event_id)
            assert event is not None
            work.events.save(replace(event, document_count=7), [])
        assert json.loads(contents(package(told))["manifest.json"])["left_out"] == 6

    def test_no_act_is_missing_however_often_the_event_was_looked_at(self, told: Way) -> None:
        def acts() -> list[int]:
            packed = pack_case(told.store, "档案丑", told.case.id, pack=pack, now=told.now)
            assert packed is not None
            return [row.seq for row in packed.bundle.audit]

        before = acts()
        with told.store.write() as work:
            for _ in range(2001):
                subject = f"case:{told.case.id}"
                work.audit.append(actor="档案丑", action=PERSONAL_READ, subject=subject, detail={}, now=told.now)
        assert acts() == before != []

    def test_there_is_none_of_a_case_that_is_not_there(self, way: Way) -> None:
        assert pack_case(way.store, "档案丑", "H0", pack=pack, now=way.now) is None


def rewritten(data: bytes, change: Callable[[dict[str, bytes]], None], root: str) -> bytes:
    files = {f"{root}/{name}": held for name, held in contents(data).items()}
    change(files)
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        for name, held in files.items():
            archive.writestr(name, held)
    return made.getvalue()


class TestVerify:
    @pytest.mark.parametrize(
        ("name", "held", "sentence"),
        [
            ("{root}/case.json", b"{}", "内容可能被改动"),
            ("{root}/opinions.json", None, "缺失"),
            ("{root}/extra.txt", b"x", "不在清单中"),
            ("elsewhere/x.txt", b"x", "只含一个文件夹"),
            ("{root}/manifest.json", None, "不是完整的处置归档包"),
        ],
        ids=["changed", "missing", "added", "two folders", "no manifest"],
    )
    def test_every_kind_of_tampering_is_named(
        self, told: Way, tmp_path: Path, name: str, held: bytes | None, sentence: str
    ) -> None:
        root = told.case.id
        path = name.format(root=root)

        def tamper(files: dict[str, bytes]) -> None:
            files.pop(path, None)
            if held is not None:
                files[path] = held

        (tmp_path / "case.zip").write_bytes(rewritten(package(told), tamper, root))
        faults = verify(tmp_path / "case.zip")
        assert faults
        assert sentence in faults[0]

    def test_a_published_text_is_held_to_its_own_hash_even_where_the_manifest_was_rewritten(
        self, told: Way, tmp_path: Path
    ) -> None:
        root = told.case.id

        def forge(files: dict[str, bytes]) -> None:
            name = f"{root}/published/01.txt"
            files[name] = "改过的文本".encode()
            manifest = json.loads(files[f"{root}/manifest.json"])
            for one in manifest["files"]:
                if one["path"] == "published/01.txt":
                    one["sha256"] = hashlib.sha256(files[name]).hexdigest()
            files[f"{root}/manifest.json"] = json.dumps(manifest).encode()

        (tmp_path / "case.zip").write_bytes(rewritten(package(told), forge, root))
        assert any("发布文本与登记的哈希不符" in one for one in verify(tmp_path / "case.zip"))

    @pytest.mark.parametrize("data", [b"", b"PK\x03\x04broken", b"{}"], ids=["empty", "cut", "no zip"])
    def test_what_is_no_package_is_said_to_be_none(self, tmp_path: Path, data: bytes) -> None:
        (tmp_path / "x.zip").write_bytes(data)
        [fault] = verify(tmp_path / "x.zip")
        assert "无法读取" in fault
