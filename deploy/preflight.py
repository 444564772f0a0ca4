"""Looks at host and configuration before an installation is put to work: `python -m deploy.preflight [--data DIR] [--port N]`.

One JSON line a finding on standard output, the sentences on standard error; exit status 1 where something would keep
the service from starting, else 0. Nothing is made, connected to or sent: `yaowang doctor` tries store, search and mail.
"""

import argparse
import json
import stat
import sys
import tomllib
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from pathlib import Path

from pydantic import SecretStr

from service.preflight import Shortcoming, check_host
from service.settings import Settings, SettingsError, load_settings

__all__ = ["check_configuration", "main"]

_LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})
_FOR_OTHERS = stat.S_IRWXO
_SETTINGS = "settings.toml"


def main(arguments: Sequence[str]) -> int:
    """Say everything that is found; 1 where one of it is an error, 2 for wrong use (by argparse)."""
    parser = argparse.ArgumentParser(prog="python -m deploy.preflight")
    parser.add_argument("--data", type=Path)
    parser.add_argument("--port", type=int)
    given = parser.parse_args(arguments)
    try:
        settings = load_settings(data=given.data, port=given.port)
    except SettingsError as error:
        found = [Shortcoming(severity="error", sentence=str(error), remedy="请改正后再试。")]
    else:
        found = [*check_host(settings.data, settings.host, settings.port), *check_configuration(settings)]
    for finding in found:
        sys.stderr.write(f"{'错误' if finding.severity == 'error' else '提示'}：{finding.sentence}{finding.remedy}\n")
        sys.stdout.write(json.dumps(asdict(finding), ensure_ascii=False) + "\n")
    if not found:
        sys.stderr.write("没有发现问题。\n")
    return int(any(finding.severity == "error" for finding in found))


def check_configuration(settings: Settings) -> list[Shortcoming]:
    """Return what an installation that others use should not be left with; all of it is advice."""
    return [*_web(settings), *_mail(settings), *_engines(settings), *_folders(settings)]


def _web(settings: Settings) -> Iterator[Shortcoming]:
    https = settings.address.startswith("https://")
    if settings.host not in _LOOPBACK and not https:
        yield _advice(
            f"网页监听 {settings.host}，口令会以明文经过网络。", "请改回 127.0.0.1，在前面放带 HTTPS 的反向代理。"
        )
    if https and not settings.secure_cookies:
        yield _advice("网址是 HTTPS，而 secure_cookies 没有打开。", "请设置 YAOWANG_SECURE_COOKIES=true。")
    if settings.secure_cookies and not https:
        yield _advice("secure_cookies 已打开，而 base_url 不是 HTTPS，浏览器会登录不上。", "请设置 YAOWANG_BASE_URL。")
    if settings.base_url is None:
        yield _advice(
            f"没有设置 base_url，邮件里的链接是 {settings.address}，在别的电脑上打不开。", "请设置 YAOWANG_BASE_URL。"
        )


def _mail(settings: Settings) -> Iterator[Shortcoming]:
    if settings.smtp_host is None:
        yield _advice("没有设置邮件服务器，预警邮件只存在本机信箱。", "请设置 YAOWANG_SMTP_HOST。")
    elif settings.smtp_password is not None and settings.smtp_security == "none":
        yield _advice("邮件口令会以明文发送。", "请设置 YAOWANG_SMTP_SECURITY=starttls 或 tls。")
    if settings.smtp_host is not None and settings.mail_from == Settings.model_fields["mail_from"].default:
        yield _advice("发件人仍是默认值，多数邮件服务器会拒收。", "请设置 YAOWANG_MAIL_FROM。")
    if settings.crawl and settings.contact is None:
        yield _advice("采集时没有向对方网站亮明联系方式。", "请设置 YAOWANG_CONTACT。")


def _engines(settings: Settings) -> Iterator[Shortcoming]:
    shared = settings.store_url is not None and not settings.store_url.startswith("sqlite")
    if shared and settings.search_url is None:
        yield _advice("存储是共用的，检索库却在本机，各台机器会各查各的。", "请设置 YAOWANG_SEARCH_URL。")
    if shared and settings.author_key is None:
        yield _advice(
            "存储是共用的，作者代号的密钥却各台机器自动生成，同一作者会变成几个。", "请设置同一个 YAOWANG_AUTHOR_KEY。"
        )


def _folders(settings: Settings) -> Iterator[Shortcoming]:
    for name, folder in (("catalogue", settings.catalogue), ("policies", settings.policies)):
        if folder is not None and not folder.is_dir():
            yield _advice(f"{name} 指定的目录 {folder} 不存在。", "请建立目录或去掉这项设置。")
    if settings.data.is_dir() and settings.data.stat().st_mode & _FOR_OTHERS:
        yield _advice(f"数据目录 {settings.data} 允许其他用户进入。", f"请执行：chmod 750 {settings.data}。")
    path = settings.data / _SETTINGS
    secrets = sorted(_secrets_in(path))
    if secrets and path.stat().st_mode & _FOR_OTHERS:
        yield _advice(f"{path} 里有口令（{'、'.join(secrets)}），其他用户可以读到。", f"请执行：chmod 640 {path}。")


def _secrets_in(path: Path) -> Iterator[str]:
    if not path.is_file():
        return
    written = tomllib.loads(path.read_text(encoding="utf-8"))
    for name, field in Settings.model_fields.items():
        if name in written and (
            field.annotation == SecretStr | None or (name == "store_url" and "@" in str(written[name]))
        ):
            yield name


def _advice(sentence: str, remedy: str) -> Shortcoming:
    return Shortcoming(severity="warning", sentence=sentence, remedy=remedy)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
