"""What a setting may hold: real secrets, addresses that can be called. Each refusal is a sentence, and repeats no secret."""

import re
from urllib.parse import unquote, urlsplit

from pydantic import SecretStr
from pydantic_core import ErrorDetails

__all__ = [
    "REAL_SECRET",
    "check_endpoint",
    "check_pulse_address",
    "check_webhook",
    "is_example",
    "is_placeholder",
    "is_web_address",
    "password_in",
    "told",
]

_SHORTEST_KEY = 8
_SHORTEST_SIGNING_SECRET = 32
_EXAMPLES = frozenset({"empty", "none", "null", "ollama", "yourapikey", "yourkey", "apikey", "key", "token", "test", "dummy", "example"})  # fmt: skip
_PLACEHOLDERS = frozenset({"changeme", "change-me", "secret", "password", "placeholder", "请修改"})

_SENTENCES = {
    "extra_forbidden": "没有这个设置，请检查拼写",
    "int_parsing": "应为整数",
    "int_type": "应为整数",
    "float_parsing": "应为数字",
    "float_type": "应为数字",
    "bool_parsing": "应为 true 或 false",
    "bool_type": "应为 true 或 false",
    "string_type": "应为文字，用引号括起",
    "path_type": "应为路径，用引号括起",
    "greater_than_equal": "应不小于 {ge}",
    "less_than_equal": "应不大于 {le}",
}
_SHAPES = {
    "smtp_security": "应为 none、starttls 或 tls",
    "second_factor": "应为 voluntary、administrators 或 all",
    "province": "应为六位行政区划代码，如 360000",
    "search_name": "应以小写字母开头，由小写字母、数字和短横组成",
    "webhook": "应为 none、wecom（企业微信）、dingtalk（钉钉）、feishu（飞书）或 json",
    "daily_report_at": "应为时刻，如 08:30",
}

REAL_SECRET = "这是占位的密码，请写真实的密码，或去掉这项设置"  # noqa: S105 - a sentence


def is_placeholder(secret: str) -> bool:
    """Tell a word that stands for a secret and is none."""
    return secret.strip().lower() in _PLACEHOLDERS


def is_example(key: str) -> bool:
    """Tell a key as manuals write it: `EMPTY`, `ollama`, `sk-xxxx`, `your-api-key`, `<KEY>`."""
    plain = re.sub(r"[^a-z]", "", key.strip().lower().removeprefix("sk-"))
    return len(key.strip()) < _SHORTEST_KEY or plain in _EXAMPLES or not plain.strip("x")


def check_endpoint(url: str, inside: tuple[str, ...]) -> None:
    """Refuse an address of another model that may not be called. Raises `ValueError` with the sentence."""
    from crawlers.access.egress import EgressRefused
    from crawlers.access.endpoint import EndpointEgress, inside_network

    # The address is not repeated: a password may stand in it.
    refused = ValueError(
        "opinion_url 不能使用：须为 http(s) 地址，不带用户名、密码和参数；内网地址须列入 opinion_inside，公网只用 https"
    )
    try:
        egress = EndpointEgress.to(url, inside=[inside_network(written) for written in inside])
        egress.check_url(url)
    except EgressRefused as error:
        raise refused from error
    plain = egress.target is not None and egress.target.scheme == "http"
    if (plain and not inside) or any(mark in url for mark in "?#"):
        raise refused


def is_web_address(address: str) -> bool:
    """Tell what a browser or a client can open; a port that is no number is none."""
    try:
        parts = urlsplit(address)
        return parts.scheme in {"http", "https"} and bool(parts.hostname) and parts.port != 0 and " " not in address
    except ValueError:
        return False


def password_in(address: str) -> str:
    """Return the password that stands in an address, "" where none does."""
    try:
        return unquote(urlsplit(address).password or "")
    except ValueError:
        return ""


def check_webhook(kind: str, url: SecretStr | None, secret: SecretStr | None, inside: tuple[str, ...]) -> None:
    """Refuse a second channel that could never speak: no address, one that may not be called, no real secret.

    Raises:
        ValueError: with the sentence; the address is not repeated, the robot's key stands in it.
    """
    if kind == "none":
        return
    if url is None:
        raise ValueError("打开第二通道（webhook）须同时写 webhook_url")
    written = "" if secret is None else secret.get_secret_value()
    if secret is not None and (is_placeholder(written) or is_example(written)):
        raise ValueError(f"webhook_secret：{REAL_SECRET}")
    if kind == "json" and len(written) < _SHORTEST_SIGNING_SECRET:
        raise ValueError(f"webhook 为 json 时须写 webhook_secret，{_SHORTEST_SIGNING_SECRET} 个以上的随机字符")
    if not _may_be_called(url.get_secret_value(), inside):
        raise ValueError(
            "webhook_url 不能使用：须为 https 地址，不带用户名和密码；内网地址须列入 webhook_inside，http 只限本机"
        )


def check_pulse_address(url: SecretStr | None) -> None:
    """Refuse an address of a monitor that may not be called.

    Raises:
        ValueError: with the sentence; the address is not repeated, for most hold a key.
    """
    if url is not None and not _may_be_called(url.get_secret_value(), ()):
        raise ValueError("pulse_url 不能使用：须为公网 https 地址，不带用户名和密码；http 只限本机")


def _may_be_called(url: str, inside: tuple[str, ...]) -> bool:
    from crawlers.access.egress import EgressRefused
    from service.way_out import is_loopback, way_to

    try:
        egress = way_to(url, inside)
        egress.check_url(url)
    except EgressRefused:
        return False
    target = egress.target
    return target is not None and (target.scheme == "https" or is_loopback(target.host)) and "#" not in url


def told(row: ErrorDetails) -> str:
    """Return what is wrong with one setting, its name first where there is one."""
    return "：".join([*_where(row), _sentence(row)])


def _where(row: ErrorDetails) -> list[str]:
    """Return the setting that a row names; none where settings do not fit together."""
    return [".".join(map(str, row["loc"]))] if row["loc"] else []


def _sentence(row: ErrorDetails) -> str:
    if row["type"] in {"string_pattern_mismatch", "enum"} and row["loc"]:
        return _SHAPES[str(row["loc"][0])]
    template = _SENTENCES.get(row["type"])
    if template is None:
        return row["msg"].removeprefix("Value error, ")
    return template.format_map(row.get("ctx", {}))
