"""One mail in place of several that waited: what may be merged, in which order it stands, and what it says of each."""

from datetime import timedelta
from typing import Any

import pytest

from service.domain.alert import AlertLevel
from service.domain.clock import ClockState
from service.domain.late import LATE, late_letter
from service.domain.letter import Letter, compose
from service.domain.merged import Waiting, merged_letter, waited
from service.domain.notification import LONGEST_SUBJECT
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
        "letter": Letter.from_json(LETTER.to_json() | {"link": f"http://127.0.0.1:8300/events/{name}"}),
        "alert": made,
        "level": level,
        "queued_at": NOW - 5 * HOUR,
    }
    return Waiting(**values | given)


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
    assert "已超时1小时00分" in first
    assert "首次发布：11月25日 15:32 到期" in second
    assert "已超时" not in second


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
        ({"queued_at": NOW, "held": True}, True),
        ({"queued_at": NOW, "replaces": 1}, True),
        ({"level": AlertLevel.RED}, False),
        ({"alert": alert(AlertLevel.RED)}, False),
        ({"alert": alert(AlertLevel.RED), "held": True}, False),
    ],
)
def test_what_waited_is_merged_but_never_red(given: dict[str, Any], expected: bool) -> None:
    assert waited(waiting("Y", **given), NOW) is expected
