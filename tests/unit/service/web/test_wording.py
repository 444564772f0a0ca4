from datetime import UTC, datetime, timedelta

import pytest

from service.domain.alerts.alert import AlertLevel
from service.domain.cases.workflow import CaseState
from service.domain.places import region_name
from service.policies.register import load_register
from service.web.views.acts import act_word, detail_words, subject_words
from service.web.views.wording import (
    ago,
    category_word,
    dated,
    duration,
    level_chip,
    limit_word,
    moment,
    remaining,
    spent_of,
)
from tests.builders import NOW


@pytest.mark.parametrize(
    ("span", "words"),
    [
        (timedelta(hours=2, minutes=41, seconds=18), "02:41:18"),
        (timedelta(hours=2, minutes=59, seconds=59), "02:59:59"),
        (timedelta(hours=3), "3小时00分"),
        (timedelta(hours=21, minutes=7, seconds=40), "21小时07分"),
        (timedelta(hours=95, minutes=59), "95小时59分"),
        (timedelta(hours=96), "4天0小时"),
        (timedelta(seconds=-75), "00:01:15"),
    ],
)
def test_a_countdown_is_to_the_second_below_three_hours_and_to_the_minute_above(span: timedelta, words: str) -> None:
    assert remaining(span) == words


def test_minutes_of_a_budget_are_said_in_hours_once_they_are_many() -> None:
    assert spent_of(114, 45) == "114 / 45 分"
    assert spent_of(1438, 15) == "23小时58分 / 15 分"


def test_a_moment_is_beijing_time_and_names_the_year_only_where_it_is_another() -> None:
    assert moment(NOW, NOW) == "11月25日 14:32"
    assert moment(datetime(2025, 12, 31, 16, 5, tzinfo=UTC), NOW) == "1月1日 00:05"
    assert moment(datetime(2025, 12, 31, 15, 59, tzinfo=UTC), NOW) == "2025年12月31日 23:59"
    assert moment(None, NOW) == "—"


def test_every_state_of_a_case_is_told_in_the_words_of_the_work_flow() -> None:
    told = {state: detail_words({"state": state.value}) for state in CaseState}
    assert told == {state: f"状态：{name}" for state, name in load_register().workflow.states.items()}


def test_a_date_alone_shows_no_time_and_what_bears_one_keeps_it() -> None:
    assert dated(datetime(2026, 11, 22, 16, 0, tzinfo=UTC), NOW) == "11月23日"
    assert dated(datetime(2025, 11, 22, 16, 0, tzinfo=UTC), NOW) == "2025年11月23日"
    assert dated(datetime(2026, 11, 22, 16, 0, 1, tzinfo=UTC), NOW) == "11月23日 00:00"
    assert dated(datetime(2026, 11, 22, 0, 0, tzinfo=UTC), NOW) == "11月22日 08:00"
    assert dated(None, NOW) == "—"


def test_durations_read_as_people_say_them() -> None:
    assert duration(timedelta(seconds=59)) == "不到 1 分钟"
    assert duration(timedelta(minutes=119)) == "119 分钟"
    assert duration(timedelta(hours=26)) == "26 小时"
    assert duration(timedelta(hours=72)) == "3 天"
    assert ago(NOW + timedelta(minutes=5), NOW) == "5 分钟后"
    assert ago(NOW - timedelta(minutes=5), NOW) == "5 分钟前"


@pytest.mark.parametrize(
    ("limit", "words"),
    [
        ("5h", "5 小时"),
        ("20wd", "20 个工作日"),
        ("15d", "15 天"),
        ("immediate", "立即"),
        ("prompt", "及时"),
        ("?", "?"),
    ],
)
def test_a_limit_is_put_in_words(limit: str, words: str) -> None:
    assert limit_word(limit) == words


def test_a_level_is_shape_word_and_key() -> None:
    assert [level_chip(level).mark for level in AlertLevel] == ["—", "●", "■", "◆", "▲"]
    assert level_chip("red") == level_chip(AlertLevel.RED)


@pytest.mark.parametrize(
    ("code", "name"),
    [
        ("360700", "赣州"),
        ("3601", "南昌"),
        ("36", "全省"),
        ("360000", "全省"),
        ("440100", "省外"),
        ("JP", "境外"),
        ("", "未定位"),
    ],
)
def test_a_place_has_a_name(code: str, name: str) -> None:
    assert region_name(code) == name


def test_codes_without_a_word_are_shown_and_not_hidden() -> None:
    assert category_word("R01") == "R01 不良反应与群体事件"
    assert category_word("R99") == "R99"
    assert act_word("never.seen") == "never.seen"


def test_an_audit_row_reads_as_a_sentence_without_internal_keys() -> None:
    detail = {"rule": "C-5H", "clock": "回应", "state": "met_late", "reason": "", "from": "red", "level": "orange"}
    assert detail_words(detail) == "时限：回应；状态：超时完成；原为：红色；等级：橙色"
    assert subject_words("alert:A1") == "预警 A1"
    assert subject_words("login") == "登录"
    assert subject_words("backup:") == "备份"
    assert subject_words("matters:frequent") == "高频主题的办件清单"


@pytest.mark.parametrize(
    ("action", "detail", "words"),
    [
        ("clock.warned", {"clock": "回应", "stage": "OVERDUE"}, "时限：回应；提醒：超时"),
        ("policy.checked", {"entry": "C-48H", "verdict": "doubted"}, "条目：C-48H；核实结论：存疑"),
        ("mail.accepted", {"to": "a@office.invalid", "via": "mail:25"}, "收件地址：a@office.invalid；经由：mail:25"),
        ("case.reported", {"to": "国家药监局"}, "报送：国家药监局"),
        ("alert.level_set", {"to": "红色"}, "改为：红色"),
        ("silence.made", {"ends_at": "2026-10-04T01:58:00+00:00"}, "结束：10月4日 09:58"),
    ],
)
def test_an_auditor_reads_words_of_the_act_and_times_of_beijing(
    action: str, detail: dict[str, str], words: str
) -> None:
    assert detail_words(detail, action) == words
