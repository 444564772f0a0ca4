from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from crawlers.imports import ImportRefused
from crawlers.records import document_id
from service.domain.beijing import BEIJING
from service.domain.clocks.calendar import WorkingCalendar
from service.domain.clocks.exclusion import ExclusionKind
from service.domain.matters.crossing import CrossingState
from service.domain.matters.disclosure import DisclosureState
from service.domain.matters.matter import Matter, MatterAct, MatterKind, MatterState, begin
from service.domain.people.person import Person
from service.domain.refusal import Conflict, Forbidden, NotFound, Refusal
from service.domain.rules.register import Register
from service.flows.crawl.importing import import_file
from service.flows.matters import acts
from service.flows.matters.acts import (
    act_on_matter,
    decide_disclosure,
    decide_likeness,
    exclude_time,
    extend_matter,
    frequent_subjects,
    register_publication,
    resume_time,
)
from service.flows.matters.crossing import cross_check
from service.flows.matters.matter_watch import tend_matters
from service.flows.office import Office
from service.ports.store import Store
from tests.builders import NOW
from tests.following import KEY, happening, hear, import_records, judged, records_file, seed_following, voice
from tests.seeding import SOURCES

DAY = timedelta(days=1)
GOOD = (
    "TS-1",
    "投诉",
    "王小明在药店买到过期药，电话13800138000，身份证见附件。",
    "2026-11-24 09:10",
    "王小明",
    "13800138000",
    "",
    "",
)
APPLICATION = ("SQ-1", "依申请公开", "申请公开去年的检查结果。", "2026-11-23 15:30", "李雷", "13900139000", "", "")
REPORT = ("JB-1", "举报", "反映某网店无证销售处方药。", "2026-11-23 15:30", "李雷", "13900139000", "", "")


def one_of(store: Store, number: str) -> Matter:
    with store.read() as work:
        return next(matter for matter in work.matters.listing() if matter.number == number)


def duty_of(register: Register) -> datetime | None:
    """Return when the application above is due as long as all its time counts."""
    return begin("C-APP", register, start_at=datetime(2026, 11, 23, 15, 30, tzinfo=BEIJING)).due_at


def online(store: Store, event_id: str) -> None:
    """Let a forum tell of the event."""
    with store.write() as work:
        work.events.save(happening(event_id), [event_id])
    told = voice(len(event_id) + 700, 1, f"论坛说有人用药后寒战（{event_id}）。")
    hear(store, [(told, judged(told, "neg", risk=True))], event_id=event_id)


class TestImport:
    def test_a_register_with_plain_headings_tells_its_kinds_in_a_column_and_is_told_which(
        self, store: Store, tmp_path: Path, register: Register
    ) -> None:
        row = ("SQ-9", "依申请公开", "申请公开去年的检查结果。", "2026-11-23 15:30")
        plain = records_file(tmp_path / "a.csv", [row], ("编号", "种类", "内容", "时间"))
        unknown = import_records(store, plain, register)
        assert (unknown.added, unknown.refused_count) == (0, 1)
        assert "没有写明类别（列名为“办件类别”）" in str(unknown.refused)
        named = records_file(tmp_path / "b.csv", [row], ("编号", "办件类别", "内容", "时间"))
        assert import_records(store, named, register).by_kind == {"依申请公开": 1}

    def test_good_rows_become_matters_with_documents_and_clocks(
        self, store: Store, tmp_path: Path, register: Register
    ) -> None:
        report = import_records(store, records_file(tmp_path / "a.csv", [GOOD, REPORT]), register)
        assert (report.added, report.refused_count, report.by_kind) == (2, 0, {"投诉": 1, "举报": 1})
        matter = one_of(store, "TS-1")
        assert [duty.rule_id for duty in matter.duties] == ["C-TS7"]
        assert (matter.kind, matter.document_id, matter.text) == (MatterKind.COMPLAINT, matter.id, "")
        with store.read() as work:
            document = work.documents.get(matter.id)
            assert work.documents.pending_count() == 2
        assert document is not None
        assert document.native_id == "TS-1"

    def test_nothing_that_names_the_person_is_stored_anywhere(
        self, store: Store, tmp_path: Path, register: Register
    ) -> None:
        broken = ("TS-2", "投诉", "张三丰投诉。", "没有日期", "张三丰", "13700137000", "", "")
        import_records(store, records_file(tmp_path / "a.csv", [GOOD, REPORT, broken]), register)
        matter = one_of(store, "TS-1")
        assert matter.applicant is not None
        with store.read() as work:
            document = work.documents.get(matter.id)
            quarantined = work.quarantine.listing()
        kept = repr(matter) + repr(document) + repr(quarantined)
        for secret in ("王小明", "13800138000", "张三丰", "13700137000"):
            assert secret not in kept
        assert (tmp_path / "yaowang.db").read_bytes().find("王小明".encode()) < 0

    def test_the_same_person_has_the_same_key_and_another_person_another(
        self, store: Store, tmp_path: Path, register: Register
    ) -> None:
        again = ("TS-9", *GOOD[1:])
        import_records(store, records_file(tmp_path / "a.csv", [GOOD, REPORT, again]), register)
        first, other, same = (one_of(store, number).applicant for number in ("TS-1", "JB-1", "TS-9"))
        assert first == same
        assert first != other

    @pytest.mark.parametrize(
        ("row", "told"),
        [
            (("TS-2", "投诉", "没有日期的投诉。", "", "", "", "", ""), "没有收到日期"),
            (("TS-2", "投诉", "将来的投诉。", "2026-12-24 09:00", "", "", "", ""), "收到日期12月24日 09:00晚于现在"),
            (("TS-2", "投诉", "将来的投诉。", "2026-12-24", "", "", "", ""), "收到日期12月24日晚于现在"),
            (
                ("TS-2", "投诉", "空日期的投诉。", "1900-01-01", "", "", "", ""),
                "收到日期1900年1月1日早于1985年，请核对",
            ),
            (("TS-2", "投诉", "错年份的投诉。", "1984-12-31 23:59", "", "", "", ""), "早于1985年"),
            (("TS-2", "咨询", "问一问。", "2026-11-24", "", "", "", ""), "类别“咨询”没有对应的办件时限"),
            (("TS-2", "", "没有类别。", "2026-11-24", "", "", "", ""), "没有写明类别"),
            (("TS-1", "投诉", "编号重复的投诉。", "2026-11-24", "", "", "", ""), "编号相同"),
            (("TS-2", "投诉", "", "2026-11-24", "", "", "", ""), "标题和内容都是空的"),
            (("TS-2", "投诉", "相对日期。", "昨日下午", "", "", "", ""), "相对日期"),
            (("TS-2", "投诉", "日期读不懂。", "不详", "", "", "", ""), "读不懂发布时间“不详”"),
        ],
    )
    def test_a_bad_row_is_said_with_its_number_and_good_rows_are_kept(
        self, store: Store, tmp_path: Path, register: Register, row: Sequence[str], told: str
    ) -> None:
        report = import_records(store, records_file(tmp_path / "a.csv", [GOOD, row, REPORT]), register)
        assert (report.added, report.refused_count) == (2, 1)
        [sentence] = report.refused
        assert told in sentence
        assert sentence.startswith("第 ")
        with store.read() as work:
            [kept] = work.quarantine.listing()
        assert (kept.entry.detail, kept.entry.sample) == (sentence, b"")

    def test_importing_again_adds_nothing_and_changes_nothing(
        self, store: Store, tmp_path: Path, register: Register, officer: Person
    ) -> None:
        path = records_file(tmp_path / "a.csv", [GOOD])
        import_records(store, path, register)
        matter = one_of(store, "TS-1")
        act_on_matter(store, officer, matter.id, MatterAct.ACCEPT, register=register, now=NOW)
        report = import_records(store, path, register)
        assert (report.added, report.known) == (0, 1)
        assert one_of(store, "TS-1").state is MatterState.ACCEPTED

    def test_a_number_that_is_there_under_another_kind_is_refused(
        self, store: Store, tmp_path: Path, register: Register
    ) -> None:
        path = records_file(tmp_path / "a.csv", [GOOD])
        import_records(store, path, register)
        report = import_records(store, path, register, kind=MatterKind.REPORT)
        assert report.refused == ("编号“TS-1”已作为“投诉”入库，没有改为“举报”。",)

    def test_a_record_that_was_imported_as_a_document_is_linked_and_not_doubled(
        self, store: Store, tmp_path: Path, register: Register
    ) -> None:
        path = records_file(tmp_path / "a.csv", [GOOD])
        source = next(one for one in SOURCES if one.source_class.value == "complaint")
        import_file(store, path, source=source, now=lambda: NOW, author_key=KEY)
        import_records(store, path, register)
        with store.read() as work:
            assert work.documents.count() == 1
        assert one_of(store, "TS-1").document_id == document_id(source.id, "TS-1")

    def test_an_application_is_no_document(self, store: Store, tmp_path: Path, register: Register) -> None:
        headings = ("申请编号", "所需信息描述", "收到日期", "申请人")
        rows = [("SQ-1", "申请公开抽检不合格名单", "2026-11-24", "赵某某")]
        path = records_file(tmp_path / "a.csv", rows, headings)
        import_records(store, path, register, kind=MatterKind.APPLICATION)
        matter = one_of(store, "SQ-1")
        assert (matter.document_id, matter.text) == (None, "申请公开抽检不合格名单")
        with store.read() as work:
            assert work.documents.count() == 0

    def test_a_file_that_is_no_register_is_refused_whole(
        self, store: Store, tmp_path: Path, register: Register
    ) -> None:
        path = records_file(tmp_path / "a.csv", [("1", "2")], ("甲", "乙"))
        with pytest.raises(ImportRefused, match="不认识"):
            import_records(store, path, register)


class TestActs:
    def test_a_late_answer_is_kept_as_late_in_matter_and_audit(
        self, store: Store, tmp_path: Path, register: Register, officer: Person
    ) -> None:
        import_records(store, records_file(tmp_path / "a.csv", [GOOD]), register)
        matter = one_of(store, "TS-1")
        later = NOW + 30 * DAY
        done = act_on_matter(
            store, officer, matter.id, MatterAct.ACCEPT, register=register, now=later, handler="处室甲"
        )
        assert (done.duties[0].late, done.handler, done.state_by) == (True, "处室甲", officer.name)
        with store.read() as work:
            row = work.audit.rows(subject=f"matter:{matter.id}")[0]
        assert (row.action, row.detail["late"]) == ("matter.accept", ["告知投诉是否受理"])

    def test_an_extension_is_once_by_an_approver_with_a_reason(
        self, store: Store, tmp_path: Path, register: Register, officer: Person, approver: Person
    ) -> None:
        early = (*REPORT[:3], "2026-11-10 09:00", *REPORT[4:])
        import_records(store, records_file(tmp_path / "a.csv", [early]), register)
        matter = one_of(store, "JB-1")
        with pytest.raises(Forbidden):
            extend_matter(store, officer, matter.id, "C-JB15", "复杂", register=register, now=NOW)
        with pytest.raises(Refusal, match="延期须写明理由"):
            extend_matter(store, approver, matter.id, "C-JB15", " ", register=register, now=NOW)
        done = extend_matter(store, approver, matter.id, "C-JB15", "案情复杂", register=register, now=NOW)
        assert done.due_at == datetime(2026, 12, 22, 15, 59, 59, tzinfo=UTC)
        with pytest.raises(Conflict, match="不能再延"):
            extend_matter(store, approver, matter.id, "C-JB15", "再延", register=register, now=NOW)

    def test_time_left_out_of_an_application_is_kept_with_who_when_and_why_and_only_by_who_may_extend(
        self, store: Store, tmp_path: Path, register: Register, officer: Person, approver: Person
    ) -> None:
        import_records(store, records_file(tmp_path / "a.csv", [APPLICATION]), register)
        one, back = one_of(store, "SQ-1").id, NOW + 5 * DAY

        def leave_out(person: Person, reason: str) -> None:
            exclude_time(store, person, one, "C-APP", ExclusionKind.CONSULT, reason, register=register, now=NOW)

        with pytest.raises(Forbidden):
            leave_out(officer, "征求企业意见")
        with pytest.raises(Refusal, match="扣除时间须写明理由"):
            leave_out(approver, " ")
        leave_out(approver, "征求企业意见")
        assert one_of(store, "SQ-1").due_at is None
        resume_time(store, approver, one, "C-APP", register=register, now=back, remark="企业同意公开")
        [duty] = one_of(store, "SQ-1").duties
        [kept] = duty.exclusions
        assert (kept.since, kept.until, kept.by, kept.reason) == (NOW, back, approver.name, "征求企业意见")
        assert (kept.due_before, kept.remark, kept.verified) == (duty_of(register), "企业同意公开", True)
        with store.read() as work:
            rows = [row for row in work.audit.rows(subject=f"matter:{one}") if row.action != "matter.imported"]
        told = {row.action: (row.actor, row.detail["reason"]) for row in rows}
        assert told["matter.excluded"] == (approver.name, "征求企业意见")
        assert told["matter.resumed"] == (approver.name, "企业同意公开")

    def test_a_matter_that_does_not_exist_is_said_so(self, store: Store, officer: Person, register: Register) -> None:
        with pytest.raises(NotFound, match="没有这个办件"):
            act_on_matter(store, officer, "nothing", MatterAct.ACCEPT, register=register, now=NOW)


class TestCrossing:
    @pytest.fixture
    def seeded(self, store: Store, tmp_path: Path, register: Register, officer: Person) -> None:
        online(store, "happening")
        seed_following(store, officer, register, tmp_path)

    @pytest.mark.usefixtures("seeded")
    def test_a_complaint_is_found_beside_an_event_with_reasons(self, store: Store) -> None:
        matter = one_of(store, "TS-101")
        with store.read() as work:
            [link] = work.matters.links_of([matter.id])[matter.id]
            assert work.matters.links_of_event("happening") == [link]
            rows = work.audit.rows(subject=f"matter:{matter.id}")
        assert link.state is CrossingState.PROPOSED
        assert "同一产品：示例注射液" in link.reasons
        assert "同样表现：寒战" in link.reasons
        assert rows[0].action == "matter.likened"

    @pytest.mark.usefixtures("seeded")
    def test_what_a_person_decided_stays_decided(self, store: Store, officer: Person) -> None:
        matter = one_of(store, "TS-101")
        decide_likeness(store, officer, matter.id, "happening", same=False, remark="批号不同", now=NOW)
        report = cross_check(store, now=lambda: NOW + timedelta(hours=1))
        assert report.proposed == 0
        with store.read() as work:
            [link] = work.matters.links_of([matter.id])[matter.id]
        assert (link.state, link.decided_by, link.remark) == (CrossingState.REJECTED, officer.name, "批号不同")

    @pytest.mark.usefixtures("seeded")
    def test_an_event_that_comes_later_is_found_too(self, store: Store) -> None:
        online(store, "later")
        assert cross_check(store, now=lambda: NOW + timedelta(minutes=5)).proposed == 1

    @pytest.mark.usefixtures("seeded")
    def test_an_event_that_only_complaints_tell_of_is_not_online(self, store: Store) -> None:
        with store.write() as work:
            work.events.save(happening("alone"), ["alone"])
        report = cross_check(store, now=lambda: NOW + timedelta(minutes=5))
        assert (report.compared > 0, report.proposed) == (True, 0)

    @pytest.mark.usefixtures("seeded")
    def test_two_processes_do_not_look_at_once(self, store: Store) -> None:
        assert cross_check(store, now=lambda: NOW + timedelta(minutes=1)).compared == 0

    @pytest.mark.usefixtures("seeded")
    def test_a_clock_that_was_set_back_keeps_nobody_waiting(self, store: Store) -> None:
        cross_check(store, now=lambda: NOW + timedelta(days=400))
        assert cross_check(store, now=lambda: NOW + timedelta(minutes=5)).compared > 0

    @pytest.mark.usefixtures("seeded")
    def test_a_record_grouped_into_an_event_is_that_event(self, store: Store) -> None:
        with store.read() as work:
            matter = work.matters.get_all([one_of(store, "JB-201").id]).popitem()[1]
        with store.write() as work:
            kept = dict(matter.traits) | {"event_id": "happening"}
            work.matters.save_all([replace(matter, traits=kept)])
        cross_check(store, now=lambda: NOW + timedelta(hours=1))
        with store.read() as work:
            [link] = work.matters.links_of([matter.id])[matter.id]
        assert (link.score, link.reasons[0]) == (100, "研判时已归入该事件")

    def test_without_matters_nothing_is_read(self, store: Store) -> None:
        hear(store, [])
        assert cross_check(store, now=lambda: NOW).counts() == {"read": 0, "compared": 0, "proposed": 0}


class TestDisclosure:
    @pytest.fixture
    def seeded(self, store: Store, tmp_path: Path, register: Register, officer: Person) -> None:
        seed_following(store, officer, register, tmp_path)

    @pytest.mark.usefixtures("seeded")
    def test_where_too_many_are_compared_it_is_said_from_when_on(
        self, store: Store, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        with store.read() as work:
            whole = frequent_subjects(work, days=90, now=NOW)
            received = work.matters.received(since=NOW - 90 * DAY, until=NOW)
            monkeypatch.setattr(acts, "MOST_COMPARED", len(received) - 1)
            cut = frequent_subjects(work, days=90, now=NOW)
        assert (whole.since, cut.since) == (None, received[-2].received_at)

    @pytest.mark.usefixtures("seeded")
    def test_a_frequent_subject_is_decided_published_and_not_proposed_again(
        self, store: Store, register: Register, officer: Person, approver: Person
    ) -> None:
        with store.read() as work:
            [subject] = [one for one in frequent_subjects(work, days=90, now=NOW).subjects if one.proposed]
        assert len(subject.matters) == 3
        with pytest.raises(Forbidden):
            decide_disclosure(
                store, officer, subject.id, disclose=True, reason="多人申请", days=90, register=register, now=NOW
            )
        decided = decide_disclosure(
            store, approver, subject.id, disclose=True, reason="多人申请", days=90, register=register, now=NOW
        )
        with pytest.raises(Conflict, match="已由"):
            decide_disclosure(
                store, approver, subject.id, disclose=False, reason="再议", days=90, register=register, now=NOW
            )
        with store.read() as work:
            assert not any(one.proposed for one in frequent_subjects(work, days=90, now=NOW).subjects)
        done = register_publication(store, officer, decided.id, "抽检公告栏", now=NOW + DAY)
        assert done.state is DisclosureState.PUBLISHED

    @pytest.mark.usefixtures("seeded")
    def test_a_decision_at_the_end_of_the_year_gets_its_due_time_when_the_next_is_known(
        self, store: Store, register: Register, approver: Person
    ) -> None:
        late = NOW + 20 * DAY
        with store.read() as work:
            [subject] = [one for one in frequent_subjects(work, days=90, now=late).subjects if one.proposed]
        decided = decide_disclosure(
            store, approver, subject.id, disclose=True, reason="多人申请", days=90, register=register, now=late
        )
        assert decided.due_at is None
        tend_matters(store, office=Office(register=register, address=""), now=late)
        with store.read() as work:
            assert [one.due_at for one in work.matters.disclosures()] == [None]
        known = replace(register, calendar=WorkingCalendar(years=(2027,)))
        tend_matters(store, office=Office(register=known, address=""), now=late + DAY)
        with store.read() as work:
            [held] = work.matters.disclosures()
        assert held.due_at is not None
        assert held.due_at.date() == date(2027, 1, 12)

    @pytest.mark.usefixtures("seeded")
    def test_outside_the_window_nothing_is_frequent(self, store: Store) -> None:
        with store.read() as work:
            assert frequent_subjects(work, days=90, now=NOW + 200 * DAY).subjects == ()
