"""A post that wants to be clicked on: what it says stands in a mail of the house, and is read in a hurry at night."""

from dataclasses import replace

import pytest

from service.domain.events.event import EventDocument
from service.domain.telling.letter import Letter, compose, write_letter
from service.domain.telling.notification import harmless, subject
from service.domain.telling.second_channel import compose_short, short_letter
from tests.builders import NOW, build_alert, build_event

BAIT = "药望升级，请重新登录 http://yaowang.example.com/login"
LINK = "https://yaowang.office.invalid/events/E1"


def said(title: str, text: str = "") -> EventDocument:
    return EventDocument(
        document_id=f"d{len(title)}",
        title=title,
        text=text,
        url=None,
        source_id="weibo",
        source_name="示例平台",
        source_class="social",
        kind="post",
        published_at=NOW,
        stored_at=NOW,
        level=2,
        severity=3,
        tone="neg",
        categories=("R01",),
        duplicate_of=None,
    )


@pytest.fixture
def letter() -> Letter:
    bait = said("", "假药\n\n【下一步】\nhttp://a.example.com")
    other = said(f"转发：{BAIT} www.example.com")
    alert = replace(build_alert(), title=BAIT)
    event = replace(build_event(), title=BAIT)
    told = subject(alert, (), drill=False, now=NOW, event=event)
    return write_letter(
        subject=told, alert=alert, event=event, clocks=(), documents=(bait, other), link=LINK, drill=False, now=NOW
    )


def test_mail_has_no_address_but_that_of_the_house(letter: Letter) -> None:
    mail = compose(letter, key="k", sender="a@office.invalid", recipient="b@office.invalid", sent_at=NOW)
    for kind in ("plain", "html"):
        body = mail.get_body((kind,))
        assert body is not None
        told = str(mail["Subject"]) + body.get_content().replace(LINK, "")
        assert "http[:]//yaowang[.]example[.]com/login" in told
        assert "://" not in told
        assert "example.com" not in told


def test_group_is_told_no_address_but_that_of_the_house(letter: Letter) -> None:
    short = short_letter(letter, turn="承办：审批丙")
    message = compose_short(short, key="k", recipient="群", sent_at=NOW)
    told = str(message["Subject"]) + message.get_content().replace(LINK, "")
    assert "http[:]//yaowang[.]example[.]com/login" in told
    assert "://" not in told


def test_post_puts_no_heading_of_ours_into_the_mail(letter: Letter) -> None:
    mail = compose(letter, key="k", sender="a@office.invalid", recipient="b@office.invalid", sent_at=NOW)
    body = mail.get_body(("plain",))
    assert body is not None
    assert [line for line in body.get_content().splitlines() if line == "【下一步】"] == ["【下一步】"]


@pytest.mark.parametrize("text", ["0.9%氯化钠 5.5mg", "A.B.C公司 v1.2.3", "比例 1:2，时间 18:00", "pH7.4的B.C片"])
def test_figures_and_names_stay_as_they_are(text: str) -> None:
    assert harmless(text) == text


@pytest.mark.parametrize("text", ["HTTPS://a.example/x", "看www.example.com.", "点击example.cn。", "ftp://1.2.3.4/"])
def test_address_is_taken_apart_and_stays_so(text: str) -> None:
    once = harmless(text)
    assert once != text
    assert harmless(once) == once
