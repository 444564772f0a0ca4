from dataclasses import replace
from datetime import UTC, datetime, time, timedelta

import pytest

from service.domain.alerts.alert import AlertLevel
from service.domain.telling.daily_report import DayFacts, DueReport, daily_letter, due_report

AT = time(8, 30)
# 08:30 in Beijing.
HOUR = datetime(2026, 9, 28, 0, 30, tzinfo=UTC)
DAY = timedelta(days=1)
QUIET = DayFacts(
    documents=312,
    sources=41,
    troubled=(),
    alerts={AlertLevel.ORANGE: 1, AlertLevel.BLUE: 4},
    unacknowledged=1,
    silent_since=None,
    mail_waiting=0,
    mail_refused=0,
    channel="飞书群机器人",
    unsaid=0,
    disk="剩余58.0GB，共100.0GB",
    disk_scarce=False,
    backup_at=HOUR - timedelta(hours=6),
)


def letter(facts: DayFacts = QUIET, due: DueReport | None = None, late: timedelta = timedelta()) -> tuple[str, str]:
    made = daily_letter(facts, due or DueReport(HOUR), address="http://127.0.0.1:8300", now=HOUR + late)
    return made.subject, "\n".join([*made.notes, made.summary, *made.listed, made.step])


@pytest.mark.parametrize(
    ("upto", "now", "due"),
    [
        (HOUR - DAY, HOUR - timedelta(seconds=1), None),
        (HOUR - DAY, HOUR, DueReport(HOUR)),
        (HOUR, HOUR + timedelta(hours=9), None),
        (HOUR - 3 * DAY, HOUR + timedelta(hours=5), DueReport(HOUR, missed=2)),
        (HOUR + DAY, HOUR, None),
        (None, HOUR, DueReport(HOUR)),
    ],
)
def test_one_is_due_a_day_at_its_hour_in_beijing_and_of_several_missed_only_the_last(
    upto: datetime | None, now: datetime, due: DueReport | None
) -> None:
    assert due_report(upto, now, at=AT) == due


def test_it_says_what_came_in_what_was_alerted_and_that_nothing_needs_doing() -> None:
    subject, text = letter()
    assert subject == "[药望每日报平安] 09月28日，各项正常"
    for told in (
        "过去24小时新收稿件312篇，新增预警红色0、橙色1、黄色0、蓝色4。",
        "● 信源异常：无",
        "● 邮件：没有等候发送的",
        "● 第二通道：飞书群机器人，没有等候发送的",
        "● 磁盘：剩余58.0GB",
        "● 备份：最近一次9月28日 02:30",
        "无须处理",
    ):
        assert told in text
    assert "▲" not in text


def test_an_office_that_lives_on_files_alone_is_no_trouble_while_they_come() -> None:
    assert "● 采集：启用的信源0个，新收稿件312篇" in letter(replace(QUIET, sources=0))[1].splitlines()


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"documents": 0}, "▲ 采集：启用的信源41个，新收稿件0篇"),
        ({"documents": 0, "sources": 0}, "▲ 采集：启用的信源0个，新收稿件0篇；没有启用信源，也没有导入"),
        ({"troubled": ("甲", "乙", "丙", "丁", "戊", "己")}, "▲ 信源异常：6个（甲、乙、丙、丁、戊等）"),
        ({"silent_since": HOUR - timedelta(hours=2)}, "▲ 研判：自9月28日 06:30起没有运行"),
        ({"mail_refused": 3}, "▲ 邮件：没有等候发送的，24小时内被拒收3封"),
        ({"unsaid": 2}, "▲ 第二通道：飞书群机器人，2条没有发出"),
        ({"disk": "磁盘将满", "disk_scarce": True}, "▲ 磁盘：磁盘将满"),
        ({"backup_at": None}, "▲ 备份：没有备份过，请安排每晚备份"),
        ({"backup_at": HOUR - 9 * DAY}, "▲ 备份：最近一次9月19日 08:30，已过9天"),
    ],
)
def test_what_somebody_has_to_do_something_about_is_marked_and_counted(change: dict[str, object], told: str) -> None:
    subject, text = letter(replace(QUIET, **change))  # type: ignore[arg-type] # fields of the facts
    assert told in text
    assert subject.endswith("，1项须处理")
    assert "处理标▲的各项" in text


def test_one_that_comes_late_says_by_how_much_and_how_many_days_had_none() -> None:
    subject, text = letter(due=DueReport(HOUR, missed=2), late=timedelta(hours=5))
    assert subject.startswith("〔迟报〕[药望每日报平安] 09月28日")
    assert "本邮件应于9月28日 08:30发出，当时药望没有运行，迟到5小时00分" in text
    assert "此前2天没有报平安" in text


def test_some_minutes_are_not_late() -> None:
    subject, text = letter(late=timedelta(minutes=9))
    assert not subject.startswith("〔")
    assert "迟到" not in text
