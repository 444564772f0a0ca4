"""What group robots and signed addresses want to be sent, and what their answers mean. Pure.

The robots of 企业微信, 钉钉 and 飞书 answer 200 whatever happens; whether a message was taken stands in the body. Sent is plain
text, never markup: a title from the web can then name nobody, and what would be a link in it was taken apart before.
"""

import base64
import hashlib
import hmac
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from types import MappingProxyType
from urllib.parse import quote

from pydantic import BaseModel, ConfigDict, ValidationError

from service.domain.documents.push import sign
from service.domain.telling.notification import clean

__all__ = ["MOST_BYTES", "HookKind", "Rejection", "Request", "refusal_of", "request_for"]

MOST_BYTES = 2000
"""Bytes of text that every robot takes; 企业微信 takes 2,048."""

_MOST_TOLD = 120


class HookKind(StrEnum):
    """Who listens at the address."""

    WECOM = "wecom"
    DINGTALK = "dingtalk"
    FEISHU = "feishu"
    JSON = "json"

    @property
    def word(self) -> str:
        """The listener in the interface."""
        return _WORDS[self]


_WORDS: Mapping[HookKind, str] = MappingProxyType(
    {
        HookKind.WECOM: "企业微信群机器人",
        HookKind.DINGTALK: "钉钉群机器人",
        HookKind.FEISHU: "飞书群机器人",
        HookKind.JSON: "接收地址",
    }
)


@dataclass(frozen=True, slots=True)
class Request:
    """One POST: where to, which bytes, and what stands in its head beside the usual."""

    url: str
    body: bytes
    headers: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))


@dataclass(frozen=True, slots=True)
class Rejection:
    """Why a message was not taken, in words, whether trying again can help, and whether it was refused for what it says."""

    words: str
    recoverable: bool
    of_content: bool = False


def request_for(
    kind: HookKind, *, url: str, secret: str | None, subject: str, text: str, key: str, at: datetime, now: datetime
) -> Request:
    """Return what is sent: `key` is the id of the message, the same at every try, `at` when it was written.

    With a `secret` it is signed as the listener wants it: 钉钉 in the address, 飞书 in the body, a plain address in the
    headers, as pushes to Yaowang are (`service/domain/documents/push.py`). 企业微信 signs nothing, its key is the address.
    """
    if kind is HookKind.JSON:
        body = _json({"id": key, "source": "yaowang", "at": at.isoformat(), "subject": subject, "text": text})
        stamp = str(int(now.timestamp()))
        signed = {"X-Yaowang-Signature": sign(secret.encode(), stamp, body)} if secret else {}
        return Request(url, body, {"X-Yaowang-Timestamp": stamp, **signed})
    told = _fitted(_plain(f"{subject}\n{text}".strip()))
    if kind is HookKind.FEISHU:
        signed = _feishu_signature(secret, now) if secret else {}
        return Request(url, _json({**signed, "msg_type": "text", "content": {"text": told}}))
    at_address = _signed_for_dingtalk(url, secret, now) if kind is HookKind.DINGTALK and secret else url
    return Request(at_address, _json({"msgtype": "text", "text": {"content": told}}))


def _json(value: object) -> bytes:
    return json.dumps(value, ensure_ascii=False).encode(errors="replace")


def _plain(text: str) -> str:
    """Return the text without what 飞书 and 企业微信 read as a mention (`<at user_id="all">`)."""
    return text.replace("<", "＜").replace(">", "＞")


def _fitted(text: str) -> str:
    """Return the text within `MOST_BYTES`; what is cut stands before the last line, which is the link."""
    if len(text.encode()) <= MOST_BYTES:
        return text
    head, _, last = text.rpartition("\n")
    last = last.encode()[: MOST_BYTES // 2].decode(errors="ignore")
    room = MOST_BYTES - len(last.encode()) - len("…\n".encode())
    return f"{head.encode()[:room].decode(errors='ignore')}…\n{last}"


def _signed_for_dingtalk(url: str, secret: str, now: datetime) -> str:
    stamp = str(int(now.timestamp() * 1000))
    made = hmac.new(secret.encode(), f"{stamp}\n{secret}".encode(), hashlib.sha256).digest()
    return f"{url}{'&' if '?' in url else '?'}timestamp={stamp}&sign={quote(base64.b64encode(made), safe='')}"


def _feishu_signature(secret: str, now: datetime) -> dict[str, str]:
    stamp = str(int(now.timestamp()))
    made = hmac.new(f"{stamp}\n{secret}".encode(), b"", hashlib.sha256).digest()
    return {"timestamp": stamp, "sign": base64.b64encode(made).decode()}


class _Answer(BaseModel):
    model_config = ConfigDict(extra="ignore")

    errcode: int | None = None
    code: int | None = None
    StatusCode: int | None = None
    errmsg: str = ""
    msg: str = ""

    @property
    def told(self) -> int | None:
        return next((one for one in (self.errcode, self.code, self.StatusCode) if one is not None), None)


_OK = range(200, 300)
_REDIRECTS = range(300, 400)
_CLIENT_ERRORS = range(400, 500)
# Asked too early or too often, or not within the server's own time.
_LATER = frozenset({408, 425, 429})

# What waiting does not mend. Codes that are not named here are tried again: a list of a stranger's codes is never whole,
# and an alert lost by a gap in it is worse than a try too many.
_FINAL: Mapping[HookKind, Mapping[int, str]] = MappingProxyType(
    {
        HookKind.WECOM: {
            93000: "机器人地址无效，或机器人已被移出群",
            93004: "机器人已停用",
            93008: "机器人不在群里",
            40008: "不接受这种消息",
            40058: "参数不合要求",
            44004: "内容为空",
            301002: "无权使用",
        },
        HookKind.DINGTALK: {
            300001: "机器人地址无效",
            300005: "机器人地址无效",
            310000: "未通过机器人的安全设置（加签密钥、关键词或 IP）",
            400013: "群已解散",
            400101: "机器人地址无效",
            400102: "机器人已停用",
            400105: "不接受这种消息",
            400106: "机器人不在群里",
            430101: "内容含不安全的链接",
            430102: "内容含不合适的文字",
            430104: "内容含不合适的内容",
        },
        HookKind.FEISHU: {
            9499: "请求不合要求",
            19001: "机器人地址无效",
            19021: "签名不符，请核对密钥和本机时钟",
            19022: "本机 IP 不在机器人的白名单",
            19024: "没有机器人要求的关键词（可设为“药望”）",
        },
    }
)
# Other words to the same group may be taken.
_OF_CONTENT = frozenset({430101, 430102, 430104})
_TOO_OFTEN = frozenset({45009, 45033, 130101, 410100, 88, 11232, 99991400})


def refusal_of(kind: HookKind, status: int, body: bytes) -> Rejection | None:
    """Return why a message was not taken, `None` where it was.

    Tried again are servers that fail, redirects (never followed), requests that came too often, answers that cannot be
    read, and codes that nobody knows; final are other answers of the 4xx kind and codes that waiting does not mend.
    """
    if status not in _OK:
        final = status in _CLIENT_ERRORS and status not in _LATER
        words = "要求转到别处，没有照做" if status in _REDIRECTS else "请核对地址和密钥" if final else "稍后再试"
        return Rejection(f"答复 {status}：{words}", recoverable=not final)
    if kind is HookKind.JSON:
        return None
    try:
        answer = _Answer.model_validate_json(body)
    except ValidationError:
        answer = _Answer()
    code = answer.told
    if code is None:
        return Rejection("的答复没有结果代码，不能确认已收到", recoverable=True)
    return None if code == 0 else _of_code(kind, code, answer)


def _of_code(kind: HookKind, code: int, answer: _Answer) -> Rejection:
    known = _FINAL[kind].get(code)
    if known is not None:
        return Rejection(f"答复 {code}：{known}", recoverable=False, of_content=code in _OF_CONTENT)
    told = "发送过于频繁，稍后再发" if code in _TOO_OFTEN else clean(answer.errmsg or answer.msg)[:_MOST_TOLD]
    return Rejection(f"答复 {code}：{told or '原因不明'}", recoverable=True)
