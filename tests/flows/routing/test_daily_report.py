"""每日报平安: once a day to each reader, over restarts, by several processes and after an outage."""

from collections.abc import Callable
from dataclasses import replace
from datetime import time

from service.flows.reports.daily_report import DailyReport, report_day
from service.flows.telling.deliver import deliver_mail
from service.ports.store import Store
from tests.flows.routing.office import DAY, HOUR, KEEPER, MINUTE, Running

REPORT = DailyReport(
    at=time(9, 30), to=(), sources=(), address="http://127.0.0.1:8300", channel=None, disk=("剩余58.0GB", False)
)
# The fixture begins at 09:00 in Beijing.
BEFORE = 30 * MINUTE


def tick(running: Running, report: DailyReport = REPORT, store: Store | None = None) -> int:
    queued = report_day(store or running.store, report, now=running.clock())
    deliver_mail(running.store, running.post, sender="yaowang@office.invalid", now=running.clock, limit=99)
    return queued


def reports(running: Running) -> list[str]:
    return [subject for subject in running.post.to(KEEPER) if "报平安" in subject]


class TestTheDaysReport:
    def test_it_leaves_once_a_day_at_its_hour_to_the_administrators(self, running: Running) -> None:
        tick(running)
        for _ in range(3 * 24 * 2):
            tick(running)
            running.clock.moment += BEFORE
        assert len(reports(running)) == 3
        assert {str(message["To"]) for _, message in running.post.taken} == {KEEPER.email}
        assert [f"{at:%H:%M}" for at, _ in running.post.taken] == ["01:30"] * 3

    def test_a_start_in_the_afternoon_reports_no_morning(self, running: Running) -> None:
        running.clock.moment += 6 * HOUR
        assert tick(running) == 0
        running.clock.moment += 18 * HOUR
        assert tick(running) == 0
        running.clock.moment += HOUR
        assert tick(running) == 1

    def test_neither_a_restart_nor_a_second_process_nor_a_clock_set_back_repeats_it(
        self, running: Running, opened: Callable[[], Store]
    ) -> None:
        tick(running)
        running.clock.moment += BEFORE
        tick(running)
        tick(running, store=opened())
        running.clock.moment -= 2 * HOUR
        tick(running)
        running.clock.moment += 3 * HOUR
        tick(running)
        assert len(reports(running)) == 1

    def test_a_machine_that_was_off_reports_late_and_says_so_once(self, running: Running) -> None:
        tick(running)
        running.clock.moment += BEFORE
        tick(running)
        running.clock.moment += 3 * DAY + 4 * HOUR
        for _ in range(3):
            tick(running)
        assert len(reports(running)) == 2
        assert reports(running)[-1].startswith("〔迟报〕")
        body = running.post.taken[-1][1].get_body(("plain",))
        assert body is not None
        assert "迟到4小时00分" in body.get_content()
        assert "此前2天没有报平安" in body.get_content()

    def test_it_goes_to_whom_the_settings_name_and_not_to_administrators_then(self, running: Running) -> None:
        named = replace(REPORT, to=("chief@office.invalid", "chief@office.invalid", "desk@office.invalid"))
        tick(running, named)
        running.clock.moment += BEFORE
        assert tick(running, named) == 2
        assert [str(message["To"]) for _, message in running.post.taken] == [
            "chief@office.invalid",
            "desk@office.invalid",
        ]

    def test_it_waits_with_the_other_mail_while_the_server_is_away(self, running: Running) -> None:
        tick(running)
        running.post.away = True
        running.clock.moment += BEFORE
        tick(running)
        assert reports(running) == []
        running.post.away = False
        running.clock.moment += 2 * HOUR
        tick(running)
        [subject] = reports(running)
        assert subject.startswith("〔迟发〕")

    def test_it_counts_what_the_store_knows(self, running: Running) -> None:
        tick(running)
        running.clock.moment += BEFORE
        tick(running)
        body = running.post.taken[-1][1].get_body(("plain",))
        assert body is not None
        text = body.get_content()
        assert "采集：启用的信源0个，新收稿件0篇" in text
        assert "▲ 备份：没有备份过" in text
