import base64
import hashlib
import hmac
import ipaddress
import socket
import time
from collections.abc import Callable, Iterator, Mapping
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from crawlers.access.endpoint import EndpointEgress
from service.domain.documents.push import PushFault, check_signature
from service.domain.telling.letter import compose, message_id
from service.notify.robots import MOST_BYTES, HookKind
from service.notify.webhook import WebhookNotifier
from service.ports.notify import Notifier, NotifyError
from tests.contract import modelserver
from tests.contract.modelserver import Behave, Heard, answering, model_server
from tests.contract.notifier import LETTER, SENT_AT, NotifierContract, letter_to

LOOPBACK = ipaddress.ip_network("127.0.0.1/32")
KEY = "7f3a9c1e-made-up-key-55d0"
SECRET = "SEC-made-up-" + "5b" * 16
NOW = SENT_AT + timedelta(seconds=30)
TAKEN: Mapping[HookKind, Mapping[str, Any]] = {
    HookKind.WECOM: {"errcode": 0, "errmsg": "ok"},
    HookKind.DINGTALK: {"errcode": 0, "errmsg": "ok"},
    HookKind.FEISHU: {"code": 0, "msg": "success", "data": {}},
    HookKind.JSON: {},
}
TEXT: Mapping[HookKind, Callable[[Heard], str]] = {
    HookKind.WECOM: lambda heard: str(heard.body["text"]["content"]),
    HookKind.DINGTALK: lambda heard: str(heard.body["text"]["content"]),
    HookKind.FEISHU: lambda heard: str(heard.body["content"]["text"]),
    HookKind.JSON: lambda heard: f"{heard.body['subject']}\n{heard.body['text']}",
}


class WebhookContract(NotifierContract):
    """What holds whoever listens, over a real server."""

    kind: HookKind

    @pytest.fixture(autouse=True)
    def _server(self) -> Iterator[None]:
        with model_server() as self.server:
            self.server.behave = answering(TAKEN[self.kind])
            yield

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server.port}/cgi-bin/webhook/send?key={KEY}"

    def notifier(self, *, most_seconds: float = 5.0, secret: str | None = None) -> Notifier:
        egress = EndpointEgress.to(self.url, inside=[LOOPBACK])
        return WebhookNotifier(
            kind=self.kind, url=self.url, egress=egress, now=lambda: NOW, secret=secret, most_seconds=most_seconds
        )

    def told(self) -> list[str]:
        return [TEXT[self.kind](heard) for heard in self.server.heard]

    def refused(self, behave: Behave, *, most_seconds: float = 5.0) -> NotifyError:
        self.server.behave = behave
        with pytest.raises(NotifyError) as caught:
            self.notifier(most_seconds=most_seconds, secret=SECRET).send(letter_to("duty@office.invalid"))
        sentence = str(caught.value)
        assert sentence.startswith(f"{self.kind.word} 127.0.0.1:{self.server.port}")
        assert KEY not in sentence
        assert SECRET not in sentence
        assert "cgi-bin" not in sentence
        assert caught.value.__cause__ is None or KEY not in repr(caught.value.__cause__)
        return caught.value

    @pytest.mark.parametrize("status", [400, 401, 403, 404, 410, 413])
    def test_a_wrong_address_or_key_is_refused_for_good(self, status: int) -> None:
        assert not self.refused(answering({}, status=status)).recoverable

    @pytest.mark.parametrize("status", [408, 425, 429, 500, 502, 503])
    def test_a_busy_or_broken_server_is_tried_again(self, status: int) -> None:
        assert self.refused(answering({}, status=status)).recoverable

    @pytest.mark.parametrize("status", [301, 302, 307, 308])
    def test_a_redirect_is_not_followed(self, status: int) -> None:
        elsewhere = f"http://127.0.0.1:{self.server.port}/elsewhere"
        assert self.refused(answering({}, status=status, Location=elsewhere)).recoverable
        assert len(self.server.heard) == 1

    @pytest.mark.parametrize("behave", [modelserver.closes, modelserver.breaks_off])
    def test_a_connection_that_breaks_is_tried_again(self, behave: Behave) -> None:
        assert self.refused(behave).recoverable

    def test_a_server_that_is_silent_ends_at_the_time_limit(self) -> None:
        began = time.monotonic()
        error = self.refused(modelserver.hangs(self.server), most_seconds=0.4)
        assert error.recoverable
        assert "0.4 秒内没有答复" in str(error)
        assert time.monotonic() - began < 5

    def test_a_body_that_drips_ends_at_the_time_limit(self) -> None:
        assert self.refused(modelserver.drips(self.server), most_seconds=0.4).recoverable

    def test_a_server_that_is_away_is_tried_again_and_named_without_its_key(self) -> None:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            url = f"http://127.0.0.1:{probe.getsockname()[1]}/send?key={KEY}"
        away = WebhookNotifier(
            kind=self.kind, url=url, egress=EndpointEgress.to(url, inside=[LOOPBACK]), now=lambda: NOW
        )
        with pytest.raises(NotifyError, match="无法连通") as caught:
            away.send(letter_to("duty@office.invalid"))
        assert caught.value.recoverable
        for sentence in (str(caught.value), away.check()):
            assert sentence is not None
            assert "无法连通" in sentence
            assert KEY not in sentence

    def test_an_address_inside_that_nobody_allowed_is_not_called(self) -> None:
        closed = WebhookNotifier(kind=self.kind, url=self.url, egress=EndpointEgress.to(self.url), now=lambda: NOW)
        with pytest.raises(NotifyError, match="不许访问"):
            closed.send(letter_to("duty@office.invalid"))
        assert self.server.heard == []

    def test_the_check_calls_neither_the_address_nor_its_key(self) -> None:
        assert self.notifier().check() is None
        assert self.server.heard == []


class RobotContract(WebhookContract):
    """What holds of the robots, which answer 200 whatever happens."""

    final: tuple[int, ...]
    too_often: tuple[int, ...]
    code = "errcode"

    def test_too_often_is_tried_again_and_said(self) -> None:
        for code in self.too_often:
            error = self.refused(answering({self.code: code, "errmsg": "freq out of limit"}))
            assert error.recoverable
            assert f"答复 {code}：发送过于频繁" in str(error)

    def test_a_wrong_key_is_refused_for_good_and_named(self) -> None:
        for code in self.final:
            error = self.refused(answering({self.code: code, "errmsg": "x", "msg": "x"}))
            assert not error.recoverable
            assert f"答复 {code}：" in str(error)

    def test_a_code_that_nobody_knows_is_tried_again_with_what_the_robot_says(self) -> None:
        words = f"strange\r\nfault at {self.url} with {SECRET}"
        error = self.refused(answering({self.code: -987654, "errmsg": words, "msg": words}))
        assert error.recoverable
        assert "答复 -987654：strange fault at …" in str(error)

    @pytest.mark.parametrize(
        "body", [b"<html>portal</html>", b"", b"[]", b"{}", b'{"errcode": "x"}', b"[" * 50_000, b"\xff\xfe"]
    )
    def test_what_does_not_say_that_it_took_the_message_is_no_proof(self, body: bytes) -> None:
        assert self.refused(answering(body)).recoverable

    def test_ten_megabytes_are_not_read_and_are_no_proof(self) -> None:
        assert self.refused(answering(b'{"errcode": 0, "code": 0, "x": "' + b"a" * 10_000_000 + b'"}')).recoverable

    def test_an_endless_body_is_no_proof(self) -> None:
        assert self.refused(modelserver.endless(self.server)).recoverable

    def test_a_title_from_the_web_can_mention_nobody(self) -> None:
        letter = LETTER.__class__.from_json(
            LETTER.to_json() | {"subject": '[橙色] <at user_id="all">所有人</at><@all>'}
        )
        self.notifier().send(compose(letter, key="k", sender="y@office.invalid", recipient="g", sent_at=SENT_AT))
        [told] = self.told()
        assert "<" not in told
        assert "所有人" in told

    def test_a_long_message_is_cut_before_its_last_line(self) -> None:
        longest = LETTER.__class__.from_json(LETTER.to_json() | {"summary": "险" * 3000, "foot": LETTER.link})
        self.notifier().send(compose(longest, key="k", sender="y@office.invalid", recipient="g", sent_at=SENT_AT))
        [told] = self.told()
        assert len(told.encode()) <= MOST_BYTES
        assert told.endswith(f"…\n{LETTER.link}")


class TestWecom(RobotContract):
    kind = HookKind.WECOM
    final = (93000, 40058)
    too_often = (45009, 45033)

    def test_the_text_goes_to_the_address_with_its_key(self) -> None:
        self.notifier(secret=SECRET).send(letter_to("duty@office.invalid"))
        [heard] = self.server.heard
        assert heard.path == f"/cgi-bin/webhook/send?key={KEY}"
        assert heard.body["msgtype"] == "text"


class TestDingtalk(RobotContract):
    kind = HookKind.DINGTALK
    final = (310000, 300001, 400101)
    too_often = (130101, 410100)

    def test_the_address_is_signed_over_milliseconds_and_secret(self) -> None:
        self.notifier(secret=SECRET).send(letter_to("duty@office.invalid"))
        asked = parse_qs(urlsplit(self.server.heard[0].path).query)
        stamp = str(int(NOW.timestamp()) * 1000)
        made = hmac.new(SECRET.encode(), f"{stamp}\n{SECRET}".encode(), hashlib.sha256).digest()
        assert asked == {"key": [KEY], "timestamp": [stamp], "sign": [base64.b64encode(made).decode()]}

    def test_without_a_secret_nothing_is_signed(self) -> None:
        self.notifier().send(letter_to("duty@office.invalid"))
        assert self.server.heard[0].path == f"/cgi-bin/webhook/send?key={KEY}"


class TestFeishu(RobotContract):
    kind = HookKind.FEISHU
    final = (19001, 19021, 19024)
    too_often = (11232, 99991400)
    code = "code"

    def test_the_body_is_signed_over_seconds_and_secret(self) -> None:
        self.notifier(secret=SECRET).send(letter_to("duty@office.invalid"))
        body = self.server.heard[0].body
        stamp = str(int(NOW.timestamp()))
        made = hmac.new(f"{stamp}\n{SECRET}".encode(), b"", hashlib.sha256).digest()
        assert (body["timestamp"], body["sign"], body["msg_type"]) == (stamp, base64.b64encode(made).decode(), "text")

    def test_the_answer_of_older_robots_counts_too(self) -> None:
        self.server.behave = answering({"StatusCode": 0, "StatusMessage": "success"})
        assert self.notifier().send(letter_to("duty@office.invalid")).accepted_by.startswith("飞书群机器人")


class TestSignedAddress(WebhookContract):
    kind = HookKind.JSON

    def test_who_checks_pushes_to_yaowang_can_check_these(self) -> None:
        self.notifier(secret=SECRET).send(letter_to("duty@office.invalid"))
        [heard] = self.server.heard
        stamp, signature = heard.headers["X-Yaowang-Timestamp"], heard.headers["X-Yaowang-Signature"]

        def fault(body: bytes) -> PushFault | None:
            return check_signature(SECRET.encode(), timestamp=stamp, signature=signature, body=body, now=NOW)

        assert fault(heard.raw) is None
        assert fault(heard.raw + b" ") is not None

    def test_a_second_try_carries_the_same_id_so_that_the_receiver_can_tell(self) -> None:
        for _ in range(2):
            self.notifier().send(letter_to("duty@office.invalid"))
        assert {heard.body["id"] for heard in self.server.heard} == {message_id("mail:a1:orange:p1")}
        assert self.server.heard[0].body["at"] == SENT_AT.isoformat()

    def test_whatever_a_2xx_answer_says_it_was_taken(self) -> None:
        self.server.behave = answering(b"a" * 10_000_000, status=202)
        assert self.notifier().send(letter_to("duty@office.invalid")).accepted_by.startswith("接收地址 127.0.0.1")
