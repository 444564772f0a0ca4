"""Alert mail through any SMTP server."""

import asyncio
from dataclasses import dataclass
from email.message import EmailMessage

import aiosmtplib

from service.domain.telling.notification import clean
from service.ports.notify import Delivery, NotifyError

__all__ = ["SmtpNotifier"]

_PERMANENT = 500
# Said of the log-in, the greeting or the sender, which are the same for every message: a password that ran out must not
# give up all mail, and the next try after it was mended sends what waited.
_OF_ALL_MAIL = (
    aiosmtplib.SMTPAuthenticationError,
    aiosmtplib.SMTPConnectResponseError,
    aiosmtplib.SMTPHeloError,
    aiosmtplib.SMTPSenderRefused,
)


class _NoAnswerError(TimeoutError):
    """The server was told of a message and did not say whether it took it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SmtpNotifier:
    """Sends through one server. `security` is `none`, `starttls` or `tls`.

    Every step has the time limit `timeout`, those from the sender to the answer to the message `patience` together (seconds).
    Who gives up before the server has answered to a message that it has whole does not know whether it was taken, and sends
    it twice: RFC 5321, section 4.5.3.2, asks for minutes, which servers that look through what they take do use.
    """

    host: str
    port: int
    user: str | None = None
    password: str | None = None
    security: str = "none"
    timeout: float = 20.0
    patience: float = 300.0

    def send(self, message: EmailMessage) -> Delivery:
        """Hand the message over; returns when the server has accepted it for every recipient.

        Raises:
            NotifyError: recoverable for refused connections, time limits, 4xx answers and whatever would refuse every
                message (log-in, greeting, sender), final for 5xx answers to this one.
        """
        try:
            refused, _ = asyncio.run(self._deliver(message))
        except _OF_ALL_MAIL as error:
            sentence = (
                f"邮件服务器 {self.host}:{self.port} 不接受登录或发件人（{error.code}：{_said(error)}），"
                "请核对邮件设置，改好后自动补发"
            )
            raise NotifyError(sentence, recoverable=True) from error
        except aiosmtplib.SMTPResponseException as error:
            sentence = f"邮件服务器 {self.host}:{self.port} 答复 {error.code}：{_said(error)}"
            # Sender and receiver were taken before: what is refused then is what the message says, or how long it is.
            content = isinstance(error, aiosmtplib.SMTPDataError)
            raise NotifyError(sentence, recoverable=error.code < _PERMANENT, of_content=content) from error
        except aiosmtplib.SMTPRecipientsRefused as error:
            codes = [recipient.code for recipient in error.recipients]
            words = "；".join(f"{one.code}：{_said(one)}" for one in error.recipients)
            sentence = f"邮件服务器 {self.host}:{self.port} 拒收全部收件人（{words}）"
            raise NotifyError(sentence, recoverable=all(code < _PERMANENT for code in codes)) from error
        except _NoAnswerError as error:
            sentence = f"邮件服务器 {self.host}:{self.port} {error}，这封可能已经送达；稍后以同一编号再发"
            raise NotifyError(sentence, recoverable=True) from error
        except (aiosmtplib.SMTPException, OSError, TimeoutError) as error:
            if isinstance(error, aiosmtplib.SMTPNotSupported) and not str(message["To"]).isascii():
                sentence = f"收件地址 {message['To']} 里有邮件服务器不收的字符，请在“用户”页改正后重发"
                raise NotifyError(sentence, recoverable=False) from error
            sentence = f"邮件服务器 {self.host}:{self.port} 无法连通：{_legible(str(error))}"
            raise NotifyError(sentence, recoverable=True) from error
        if refused:
            raise NotifyError(f"邮件服务器拒收部分收件人：{', '.join(sorted(refused))}", recoverable=False)
        return Delivery(message_id=str(message["Message-ID"]), accepted_by=f"{self.host}:{self.port}")

    def check(self) -> str | None:
        """Return `None` where the server greets, else one sentence."""
        try:
            asyncio.run(asyncio.wait_for(self._greet(), self.timeout))
        except (aiosmtplib.SMTPException, OSError, TimeoutError) as error:
            return clean(f"邮件服务器 {self.host}:{self.port} 无法连通：{_legible(str(error))}")
        return None

    async def _deliver(self, message: EmailMessage) -> tuple[dict[str, aiosmtplib.SMTPResponse], str]:
        client = self._client()
        async with asyncio.timeout(self.timeout * 2):
            await client.connect()
        async with client:
            try:
                async with asyncio.timeout(self.patience):
                    return await client.send_message(message, timeout=self.patience)
            except TimeoutError as error:
                raise _NoAnswerError(f"在 {self.patience:.0f} 秒内没有答复是否收下邮件") from error
            except (aiosmtplib.SMTPServerDisconnected, ConnectionError) as error:
                raise _NoAnswerError("没有答复是否收下邮件就断开了") from error

    async def _greet(self) -> None:
        async with self._client() as client:
            await client.noop()

    def _client(self) -> aiosmtplib.SMTP:
        return aiosmtplib.SMTP(
            hostname=self.host,
            port=self.port,
            username=self.user,
            password=self.password,
            use_tls=self.security == "tls",
            start_tls=self.security == "starttls",
            timeout=self.timeout,
        )


def _said(answer: aiosmtplib.SMTPResponseException) -> str:
    return _legible(answer.message)


def _legible(said: str) -> str:
    """Return what a server said, which the library takes for UTF-8: those of this country also answer in GB18030."""
    try:
        said.encode()
    except UnicodeEncodeError:
        return said.encode(errors="surrogateescape").decode("gb18030", errors="replace")
    return said
