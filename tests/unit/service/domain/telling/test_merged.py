"""One mail in place of several that waited: what may be merged, in which order it stands, and what it says of each."""

from datetime import timedelta
from typing import Any

import pytest

from service.domain.alerts.alert import AlertLevel
from service.domain.clocks.clock import ClockState
from service.domain.telling.late import LATE, late_letter
from service.domain.telling.letter import Letter, compose
from service.domain.telling.merged import Waiting, merged_letter, waited
from service.domain.telling.notification import LONGEST_SUBJECT
from tests.unit.service.domain.builders import HOUR, NOW, alert, clock

LETTER = Letter(
    subject="[黄色·待确认] 甲",
    summary="甲。",
    reasons=(),
    deadlines=(),
    publication="",
    step="确认收到并指派承办人",
    link="http://127.0.0.1:8300/events/E1",
    documents=(),
    receives="订阅黄色及以上",
)


def waiting(name: str, level: AlertLevel = AlertLevel.YELLOW, **given: Any) -> Waiting:
    made = alert(level, id=name, event_id=name, title=f"事件{name}")
    values: dict[str, Any] = {
        "key": f"mail:{name}",
        "letter": sent(name),
        "alert": made,
        "level": level,
        "queued_at": NOW - 5 * HOUR,
    }
    return Waiting(**values | given)


def sent(name: str) -> Letter:
    return Letter.from_json(LETTER.to_json() | {"link": f"http://127.0.0.1:8300/events/{name}"})


def test_what_is_due_soonest_stands_first_then_the_gravest() -> None:
    mails = [waiting("Y"), waiting("O", AlertLevel.ORANGE), waiting("S"), waiting("B", AlertLevel.BLUE)]
    clocks = {"S": [clock(alert_id="S", due_at=NOW + HOUR, state=ClockState.ARMED)]}
    letter = merged_letter(mails, clocks, now=NOW)
    assert [link.rpartition("/")[2] for _, link in letter.alerts] == ["S", "O", "Y", "B"]
    assert letter.link.endswith("/events/S")
    assert letter.alerts[0][0].startswith("■黄色·待确认 事件S；")
    assert "15:32 到期" in letter.alerts[0][0]
    assert "暂无在走的时限" in letter.alerts[1][0]
    assert letter.subject == "〔迟发·合并〕[橙色等4条] 事件S 等｜11月25日 15:32 到期"


def test_the_deadline_told_is_the_one_that_counts_first_and_what_is_overdue_says_so() -> None:
    later = clock(id="C2", action="首次发布", due_at=NOW + HOUR, state=ClockState.ARMED)
    over = clock(id="C1", action="回应关切", due_at=NOW - HOUR, state=ClockState.ARMED)
    letter = merged_letter([waiting("A"), waiting("B")], {"A": [later, over], "B": [later]}, now=NOW)
    [(first, _), (second, _)] = letter.alerts
    assert "回应关切：11月25日 13:32 到期" in first
    assert first.count("已超时1小时00分") == 1
    assert letter.subject.endswith(" 等｜已超时1小时00分")
    assert "首次发布：11月25日 15:32 到期" in second
    assert "已超时" not in second
    assert second.startswith("■黄色·待确认 事件B；首次发布：11月25日 15:32 到期，")
    assert second.endswith("；依据 某文件；原应于11月25日 09:32发出")


def test_what_stands_alike_comes_in_the_order_in_which_it_was_queued_then_by_key() -> None:
    same = [
        waiting("A", key="k2", letter=sent("k2")),
        waiting("A", key="k1", letter=sent("k1")),
        waiting("A", key="k9", letter=sent("k9"), queued_at=NOW - 6 * HOUR),
    ]
    letter = merged_letter(same, {}, now=NOW)
    assert [link.rpartition("/")[2] for _, link in letter.alerts] == ["k9", "k1", "k2"]
    assert letter.summary.startswith("1条预警的3封邮件因邮件发送中断，最长迟到6小时")


def test_what_a_silence_held_says_so_and_claims_no_outage_and_each_line_tells_what_it_replaces() -> None:
    mails = [waiting("A", AlertLevel.ORANGE, queued_at=NOW, held=True, replaces=2), waiting("B", queued_at=NOW)]
    letter = merged_letter(mails, {}, now=NOW)
    assert letter.summary.startswith("2条预警的2封邮件此前因静默等原因暂缓，")
    assert letter.subject == "〔合并〕[橙色等2条] 事件A 等"
    assert [line for line, _ in letter.alerts] == [
        "◆橙色·待确认 事件A；暂无在走的时限；代替此前未能发出的2封",
        "■黄色·待确认 事件B；暂无在走的时限",
    ]


def test_the_due_moment_itself_is_not_overdue_and_each_level_below_red_has_its_mark() -> None:
    levels = (AlertLevel.ORANGE, AlertLevel.YELLOW, AlertLevel.BLUE)
    due = [clock(due_at=NOW, state=ClockState.ARMED)]
    letter = merged_letter([waiting(one.key, one) for one in levels], {one.key: due for one in levels}, now=NOW)
    assert [line[:1] for line, _ in letter.alerts] == ["◆", "■", "●"]
    assert not any("已超时" in line for line, _ in letter.alerts)


def test_from_half_an_hour_on_it_is_late() -> None:
    late = merged_letter([waiting("A", queued_at=NOW - LATE), waiting("B", queued_at=NOW)], {}, now=NOW)
    assert late.subject.startswith("〔迟发·合并〕")
    assert "因邮件发送中断，最长迟到30分" in late.summary
    assert ["原应于" in line for line, _ in late.alerts] == [True, False]


def test_text_and_html_tell_each_with_its_address_and_nothing_is_markup() -> None:
    evil = waiting("X", alert=alert(AlertLevel.YELLOW, id="X", title='<img src="x">'))
    message = compose(
        merged_letter([waiting("Y"), evil], {}, now=NOW),
        key="k",
        sender="a@b.invalid",
        recipient="c@d.invalid",
        sent_at=NOW,
    )
    text, html = (message.get_body((kind,)).get_content() for kind in ("plain", "html"))  # type: ignore[union-attr] # has both
    for name in ("X", "Y"):
        assert f"\nhttp://127.0.0.1:8300/events/{name}\n" in text
        assert f'href="http://127.0.0.1:8300/events/{name}"' in html
    assert "<img" not in html
    assert "订阅黄色及以上" in text


def test_letter_is_the_same_after_it_was_stored_and_a_subject_is_bounded() -> None:
    long = waiting("L", alert=alert(AlertLevel.YELLOW, id="L", title="长" * 300))
    letter = merged_letter([long, waiting("Y")], {}, now=NOW)
    assert Letter.from_json(letter.to_json()) == letter
    assert len(letter.subject) <= LONGEST_SUBJECT


@pytest.mark.parametrize(("more", "cut"), [(0, False), (1, True)])
def test_a_title_that_just_fits_the_subject_stays_whole(more: int, *, cut: bool) -> None:
    def said(title: str) -> str:
        return merged_letter([waiting("L", alert=alert(id="L", title=title)), waiting("Y")], {}, now=NOW).subject

    room = LONGEST_SUBJECT - len(said(""))
    subject = said("长" * (room + more))
    assert (len(subject), "…" in subject) == (LONGEST_SUBJECT, cut)


def test_drill_is_marked_first_and_one_that_comes_late_again_is_marked_once_and_says_both() -> None:
    drill = Letter.from_json(LETTER.to_json() | {"drill": True})
    letter = merged_letter([waiting("Y", letter=drill), waiting("Z", letter=drill)], {}, now=NOW)
    again = late_letter(letter, None, queued_at=NOW, replaces=0, now=NOW + HOUR)
    assert again.subject == letter.subject
    assert again.subject.startswith("【演练】〔迟发·合并〕")
    assert "迟到1小时" in again.notes[0]


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ({}, True),
        ({"queued_at": NOW - LATE + timedelta(seconds=1)}, False),
        ({"queued_at": NOW - LATE}, True),
        ({"queued_at": NOW, "held": True}, True),
        ({"queued_at": NOW, "replaces": 1}, True),
        ({"level": AlertLevel.RED}, False),
        ({"alert": alert(AlertLevel.RED)}, False),
        ({"level": AlertLevel.RED, "alert": alert(AlertLevel.YELLOW)}, False),
        ({"alert": alert(AlertLevel.RED), "held": True}, False),
    ],
)
def test_what_waited_is_merged_but_never_red(given: dict[str, Any], expected: bool) -> None:
    assert waited(waiting("Y", **given), NOW) is expected
