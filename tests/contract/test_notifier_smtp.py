import asyncio
import email.policy
import re
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from email.message import EmailMessage
from email.parser import BytesParser

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, Session

from service.notify.smtp import SmtpNotifier
from service.ports.notify import Notifier, NotifyError
from tests.contract.notifier import MailContract, letter_to


class Inbox:
    """Takes mail, or answers what it is told to."""

    def __init__(self) -> None:
        self.taken: list[bytes] = []
        self.answer = "250 OK"
        self.sender_answer = "250 OK"
        self.thinks_for = 0.0

    async def handle_MAIL(  # noqa: N802
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        del server, session
        envelope.mail_from = address
        envelope.mail_options.extend(options)
        return self.sender_answer

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        del server, session
        if self.answer.startswith("250"):
            assert isinstance(envelope.content, bytes)
            self.taken.append(envelope.content)
        await asyncio.sleep(self.thinks_for)
        return self.answer


def refuse_everybody(*_: object) -> AuthResult:
    return AuthResult(success=False, handled=False)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class TestSmtp(MailContract):
    @pytest.fixture(autouse=True)
    def _server(self) -> Iterator[None]:
        self.inbox = Inbox()
        self.port = free_port()
        controller = Controller(self.inbox, hostname="127.0.0.1", port=self.port)
        controller.start()
        yield
        controller.stop()

    def notifier(self) -> Notifier:
        return SmtpNotifier(host="127.0.0.1", port=self.port, timeout=5)

    def arrived(self) -> list[EmailMessage]:
        parser: BytesParser[EmailMessage] = BytesParser(policy=email.policy.default)
        return [parser.parsebytes(one) for one in self.inbox.taken]

    def test_a_4xx_answer_is_worth_another_try(self) -> None:
        self.inbox.answer = "451 greylisted, come back"
        with pytest.raises(NotifyError, match="451") as caught:
            self.notifier().send(letter_to("duty@office.invalid"))
        assert caught.value.recoverable

    def test_a_5xx_answer_is_final(self) -> None:
        self.inbox.answer = "550 no such mailbox"
        with pytest.raises(NotifyError, match="550") as caught:
            self.notifier().send(letter_to("duty@office.invalid"))
        assert not caught.value.recoverable
        assert caught.value.of_content

    def test_a_server_that_looks_through_a_mail_for_longer_than_a_step_may_take_is_waited_for(self) -> None:
        self.inbox.thinks_for = 0.6
        patient = SmtpNotifier(host="127.0.0.1", port=self.port, timeout=0.2, patience=10)
        patient.send(letter_to("duty@office.invalid"))
        assert len(self.inbox.taken) == 1

    def test_one_that_does_not_say_whether_it_took_a_mail_is_tried_again_and_the_mail_may_have_arrived(self) -> None:
        self.inbox.thinks_for = 1.0
        hasty = SmtpNotifier(host="127.0.0.1", port=self.port, timeout=5, patience=0.2)
        with pytest.raises(NotifyError, match="可能已经送达") as caught:
            hasty.send(letter_to("duty@office.invalid"))
        assert caught.value.recoverable

    def test_a_server_that_never_greets_is_given_up_after_the_limit_of_a_step(self) -> None:
        with socket.create_server(("127.0.0.1", 0)) as mute:
            deaf = SmtpNotifier(host="127.0.0.1", port=mute.getsockname()[1], timeout=0.2)
            with pytest.raises(NotifyError, match="无法连通") as caught:
                deaf.send(letter_to("duty@office.invalid"))
        assert caught.value.recoverable

    def test_an_address_that_the_server_cannot_take_is_refused_for_good_and_named(self) -> None:
        port = free_port()
        plain = Controller(self.inbox, hostname="127.0.0.1", port=port, enable_SMTPUTF8=False)
        plain.start()
        try:
            with pytest.raises(NotifyError, match="收件地址 duty@office。invalid") as caught:
                SmtpNotifier(host="127.0.0.1", port=port, timeout=5).send(letter_to("duty@office。invalid"))
        finally:
            plain.stop()
        assert not caught.value.recoverable

    def test_a_log_in_that_is_refused_gives_no_mail_up(self) -> None:
        port = free_port()
        refusing = Controller(
            self.inbox, hostname="127.0.0.1", port=port, authenticator=refuse_everybody, auth_require_tls=False
        )
        refusing.start()
        stale = SmtpNotifier(host="127.0.0.1", port=port, user="yaowang", password="worn-out", timeout=5)
        try:
            with pytest.raises(NotifyError, match=r"535.*请核对邮件设置") as caught:
                stale.send(letter_to("duty@office.invalid"))
        finally:
            refusing.stop()
        assert caught.value.recoverable
        assert "worn-out" not in str(caught.value)

    def test_a_sender_that_is_refused_gives_no_mail_up(self) -> None:
        self.inbox.sender_answer = "553 sender not allowed"
        with pytest.raises(NotifyError, match="553") as caught:
            self.notifier().send(letter_to("duty@office.invalid"))
        assert caught.value.recoverable

    def test_a_server_that_is_away_is_worth_another_try_and_is_named(self) -> None:
        port = free_port()
        away = SmtpNotifier(host="127.0.0.1", port=port, timeout=2)
        with pytest.raises(NotifyError, match=f"127.0.0.1:{port}") as caught:
            away.send(letter_to("duty@office.invalid"))
        assert caught.value.recoverable
        sentence = away.check()
        assert sentence is not None
        assert "无法连通" in sentence

    @pytest.mark.parametrize("encoding", ["utf-8", "gb18030"])
    def test_what_a_server_says_in_chinese_is_told_whatever_its_encoding(self, encoding: str) -> None:
        for greeting, at_the_end, told in (
            ("554 本机不收信", "", "本机不收信"),
            ("220 here", "550 内容被拒\x00\x1b[31m", "550：内容被拒 [31m"),
        ):
            with scripted(greeting.encode(encoding), at_the_end.encode(encoding)) as port:
                with pytest.raises(NotifyError, match=re.escape(told)) as caught:
                    SmtpNotifier(host="127.0.0.1", port=port, timeout=5).send(letter_to("duty@office.invalid"))
                assert str(caught.value).isprintable()

    def test_a_server_that_dies_when_it_has_a_mail_whole_leaves_it_open_whether_it_was_taken(self) -> None:
        with scripted(b"220 here", b"") as port:
            with pytest.raises(NotifyError, match="断开了，这封可能已经送达；稍后以同一编号再发") as caught:
                SmtpNotifier(host="127.0.0.1", port=port, timeout=5).send(letter_to("duty@office.invalid"))
            assert caught.value.recoverable


@contextmanager
def scripted(greeting: bytes, at_the_end: bytes) -> Iterator[int]:
    """Serve one client that says `at_the_end` to a whole mail, or nothing, and hangs up; yield the port."""

    def serve() -> None:
        come, _ = listening.accept()
        with come, come.makefile("rwb") as wire:
            wire.write(greeting + b"\r\n")
            wire.flush()
            in_mail = False
            for line in wire:
                if in_mail and line != b".\r\n":
                    continue
                if in_mail:
                    wire.write(at_the_end + b"\r\n" if at_the_end else b"")
                    wire.flush()
                    return
                in_mail = line.upper().startswith(b"DATA")
                wire.write(b"354 go on\r\n" if in_mail else b"250 yes\r\n")
                wire.flush()

    with socket.create_server(("127.0.0.1", 0)) as listening:
        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        yield listening.getsockname()[1]
        thread.join(10)
