"""What a register says of records that are done: no clock runs for them here, and what is done since is followed."""

from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path

import pytest

from crawlers.records import SourceClass, document_id
from service.domain.matters.matter import Matter, MatterAct, MatterKind, MatterState
from service.domain.matters.matter_duty import DutyStanding, standing
from service.domain.matters.registered import state_told
from service.domain.people.person import Person
from service.domain.rules.register import Register
from service.flows.matters.acts import act_on_matter
from service.flows.matters.matter_import import MatterReport
from service.flows.matters.matter_watch import tend_matters
from service.flows.office import Office
from service.ports.store import Store
from tests.builders import NOW
from tests.following import HEADINGS as ASKING
from tests.following import import_records, records_file
from tests.seeding import SOURCES

HEADINGS = ("登记编号", "办件类别", "投诉内容", "登记时间", "办理状态", "办结时间")
TEXT = "购买的清络胶囊包装破损，要求退款。"


def take(store: Store, folder: Path, register: Register, *rows: Sequence[str]) -> MatterReport:
    return import_records(store, records_file(folder / "登记表.csv", rows, HEADINGS), register)


def one_of(store: Store, number: str) -> Matter:
    with store.read() as work:
        return next(matter for matter in work.matters.listing() if matter.number == number)


@pytest.mark.parametrize(
    ("status", "state"),
    [
        ("已办结", MatterState.CLOSED),
        ("逾期办结", MatterState.CLOSED),
        ("投诉人撤回", MatterState.WITHDRAWN),
        ("逾期未补正，视为放弃", MatterState.WITHDRAWN),
        ("申请撤回", None),
        ("终止调解", MatterState.CLOSED),
        ("不予受理", MatterState.REFUSED),
        ("已答复申请人", MatterState.ANSWERED),
        ("未办结", None),
        ("待回复", None),
        ("申请办结", None),
        ("办结审核中", None),
        ("答复不满意，退回重办", None),
        ("办理中", None),
        ("", None),
    ],
)
def test_a_state_is_told_only_where_nothing_is_left_to_do(status: str, state: MatterState | None) -> None:
    assert state_told(status) is state


def test_what_a_register_holds_as_done_is_taken_as_done_and_reminds_nobody(
    store: Store, tmp_path: Path, register: Register
) -> None:
    report = take(store, tmp_path, register, ("甲-1", "投诉", TEXT, "2026-01-05", "已办结", ""))
    assert (report.added, report.over, report.undated) == (1, 1, 1)
    assert "照此入库，不再计时，其中 1 件没有写明办结日期" in "".join(report.notices)
    matter = one_of(store, "甲-1")
    assert (matter.state, matter.duties, matter.due_at) == (MatterState.CLOSED, (), None)
    assert "登记表写明“已办结”，没有写明日期，时限未核对" in matter.remark
    office = Office(register=register, address="https://yaowang.test", province="36")
    assert tend_matters(store, office=office, now=NOW) == 0
    assert one_of(store, "甲-1") == matter


def test_a_day_that_the_register_tells_says_whether_it_was_in_time(
    store: Store, tmp_path: Path, register: Register
) -> None:
    take(
        store,
        tmp_path,
        register,
        ("乙-1", "举报", TEXT, "2026-11-02", "已办结", "2026-11-05"),
        ("乙-2", "举报", TEXT, "2026-08-03", "已办结", "2026-10-30"),
        ("乙-3", "投诉", TEXT, "2026-08-03", "已办结", "2026-10-30"),
        ("乙-4", "举报", TEXT, "2026-11-02", "已办结", "2027-01-30"),
    )
    told = {number: one_of(store, number).duties for number in ("乙-1", "乙-2", "乙-3", "乙-4")}
    assert [standing(duty, NOW) for duty in told["乙-1"]] == [DutyStanding.MET]
    assert [standing(duty, NOW) for duty in told["乙-2"]] == [DutyStanding.MET_LATE]
    # When a complaint was accepted the day of its end does not tell, and a day to come tells nothing.
    assert told["乙-3"] == told["乙-4"] == ()


def test_a_record_that_its_register_holds_as_withdrawn_counts_as_done_by_nobody(
    store: Store, tmp_path: Path, register: Register
) -> None:
    take(
        store,
        tmp_path,
        register,
        ("己-1", "举报", TEXT, "2026-11-02", "举报人撤回", "2026-11-05"),
        ("己-2", "投诉", TEXT, "2026-08-03", "已撤回", "2026-10-30"),
        ("己-3", "投诉", TEXT, "2026-08-03", "已撤回", ""),
    )
    found = {number: one_of(store, number) for number in ("己-1", "己-2", "己-3")}
    assert {matter.state for matter in found.values()} == {MatterState.WITHDRAWN}
    assert [standing(duty, NOW) for duty in found["己-1"].duties] == [DutyStanding.DROPPED]
    assert [standing(duty, NOW) for duty in found["己-2"].duties] == [DutyStanding.DROPPED_LATE]
    assert found["己-3"].duties == ()
    assert all(matter.due_at is None for matter in found.values())


def test_what_is_done_since_is_followed_once_with_an_audit_row(
    store: Store, tmp_path: Path, register: Register
) -> None:
    take(store, tmp_path, register, ("丙-1", "举报", TEXT, "2026-11-20", "办理中", ""))
    assert one_of(store, "丙-1").state is MatterState.RECEIVED
    done = ("丙-1", "举报", TEXT, "2026-11-20", "已办结", "2026-11-24")
    report = take(store, tmp_path, register, done)
    assert (report.added, report.known, report.followed, report.over) == (0, 1, 1, 0)
    matter = one_of(store, "丙-1")
    assert (matter.state, matter.state_by, matter.due_at) == (MatterState.CLOSED, "研判乙", None)
    assert [standing(duty, NOW) for duty in matter.duties] == [DutyStanding.MET]
    again = take(store, tmp_path, register, done)
    assert (again.known, again.followed) == (1, 0)
    with store.read() as work:
        rows = work.audit.rows(subject=f"matter:{matter.id}")
    assert [(row.actor, row.action) for row in rows] == [("研判乙", "matter.close")]
    assert "登记表写明“已办结”（登记表.csv）" in str(rows[0].detail)


def test_an_overdue_matter_that_a_register_ends_without_a_day_stays_late(
    store: Store, tmp_path: Path, register: Register
) -> None:
    take(store, tmp_path, register, ("丁-1", "举报", TEXT, "2026-08-03", "办理中", ""))
    take(store, tmp_path, register, ("丁-1", "举报", TEXT, "2026-08-03", "已办结", ""))
    matter = one_of(store, "丁-1")
    assert (matter.state, [standing(duty, NOW) for duty in matter.duties]) == (
        MatterState.CLOSED,
        [DutyStanding.MET_LATE],
    )


def test_what_a_person_has_ended_here_is_not_opened_or_ended_again(
    store: Store, tmp_path: Path, register: Register
) -> None:
    take(store, tmp_path, register, ("戊-1", "举报", TEXT, "2026-11-20", "已办结", "2026-11-24"))
    before = one_of(store, "戊-1")
    for status in ("办理中", "不予受理", "已办结"):
        report = take(store, tmp_path, register, ("戊-1", "举报", TEXT, "2026-11-20", status, ""))
        assert report.followed == 0
    assert one_of(store, "戊-1") == before


def test_a_register_of_applications_needs_no_column_of_kinds(store: Store, tmp_path: Path, register: Register) -> None:
    rows = [("己-1", "申请公开去年的抽检结果。", "2026-11-20")]
    report = import_records(
        store, records_file(tmp_path / "a.csv", rows, ("申请编号", "申请内容", "申请日期")), register
    )
    assert report.by_kind == {MatterKind.APPLICATION.word: 1}
    assert one_of(store, "己-1").received_at < NOW - timedelta(days=3)


HANDLED = ("编号", "类别", "内容", "收到日期", "承办单位")


def test_a_changed_handler_of_the_register_is_followed_while_nobody_here_acted(
    store: Store, tmp_path: Path, register: Register, officer: Person
) -> None:
    rows = [
        ("TB-1", "投诉", "南康区某药店出售过期药。", "2026-11-24"),
        ("TB-2", "举报", "于都县某诊所无证行医。", "2026-11-24"),
    ]

    def bring(unit: str) -> MatterReport:
        told = [(*row, unit) for row in rows]
        return import_records(store, records_file(tmp_path / "a.csv", told, HANDLED), register)

    bring("药品流通处")
    act_on_matter(store, officer, one_of(store, "TB-2").id, MatterAct.ACCEPT, register=register, now=NOW)
    report = bring("赣州检查分局")
    assert (report.known, report.moved, report.elsewhere) == (2, 1, ["TB-2"])
    assert [one_of(store, number).handler for number in ("TB-1", "TB-2")] == ["赣州检查分局", "药品流通处"]
    assert "TB-2：登记表的承办单位与库里不同" in report.notices[-1]
    with store.read() as work:
        [row] = work.audit.rows(subject=f"matter:{one_of(store, 'TB-1').id}", action="matter.handle")
    assert (row.detail["from"], row.detail["handler"]) == ("药品流通处", "赣州检查分局")
    assert bring("赣州检查分局").moved == 0


def test_a_row_that_asks_is_no_matter_and_is_judged_as_a_document(
    store: Store, tmp_path: Path, register: Register
) -> None:
    asks = ("ZX-1", "咨询", "孩子在信丰县接种后高热抽搐，问该怎么办。", "2026-11-24", "王小明", "", "", "")
    both = ("ZX-2", "投诉咨询", "问一问也投诉。", "2026-11-24", "", "", "", "")
    unknown = ("ZX-3", "其他", "不知是什么。", "2026-11-24", "", "", "", "")
    report = import_records(store, records_file(tmp_path / "a.csv", [asks, both, unknown], ASKING), register)
    assert (report.by_kind, report.refused_count) == ({"投诉": 1}, 2)
    assert "没有对应的办件时限" in report.refused[0]
    assert report.refused[0].endswith("已作为稿件研判。")
    assert "稿件" not in report.refused[1]
    source = next(one for one in SOURCES if one.source_class is SourceClass.COMPLAINT)
    with store.read() as work:
        document = work.documents.get(document_id(source.id, "ZX-1"))
        assert work.documents.get(document_id(source.id, "ZX-3")) is None
    assert document is not None
    assert "高热抽搐" in document.text
    assert "王小明" not in repr(document)
