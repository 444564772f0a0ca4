"""What a register says of records that are done: no clock runs for them here, and what is done since is followed."""

from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path

import pytest

from service.domain.matters.matter import Matter, MatterKind, MatterState
from service.domain.matters.matter_duty import DutyStanding, standing
from service.domain.matters.registered import state_told
from service.domain.rules.register import Register
from service.flows.matters.matter_import import MatterReport
from service.flows.matters.matter_watch import tend_matters
from service.flows.office import Office
from service.ports.store import Store
from tests.builders import NOW
from tests.following import import_records, records_file

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
