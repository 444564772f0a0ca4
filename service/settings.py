"""Every setting with its documented default; the only reader of the environment.

A setting comes from, in falling order: an environment variable `YAOWANG_<NAME>`, a file `yaowang_<name>` in the secrets
folder (`YAOWANG_SECRETS_DIR`), the file `settings.toml` in the data folder, the default here.
"""

import os
import re
from collections.abc import Mapping
from datetime import timedelta
from email.utils import parseaddr
from ipaddress import IPv4Network, IPv6Network, ip_network
from pathlib import Path
from typing import Annotated, Self

from pydantic import Field, SecretStr, ValidationError, field_validator, model_validator
from pydantic_settings import (
    BaseSettings,
    NoDecode,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    TomlConfigSettingsSource,
)

from analysis.assessment import CATEGORY_NAMES, Level
from crawlers.disk_words import disk_sentence
from service.domain.documents.evidence import EvidenceRules
from service.domain.people.mail_address import is_mail_address
from service.domain.people.second_factor import Demand
from service.setting_checks import (
    REAL_SECRET,
    check_endpoint,
    check_pulse_address,
    check_webhook,
    is_example,
    is_placeholder,
    is_web_address,
    password_in,
    told,
)

__all__ = ["Settings", "SettingsError", "load_settings", "role_environment", "unknown_variables"]

_SHORTEST_PUSH_SECRET = 32
# Read by the launcher and the tests, and the folder of secrets.
_READ_ELSEWHERE = {f"YAOWANG_{name}" for name in ("SECRETS_DIR", "PYTHON", "SHARED_DATA", "REQUIRE_ENGINES", "ES_HOME")}


class SettingsError(Exception):
    """A setting is missing or wrong; the sentence names it and says what to write."""


class Settings(BaseSettings):
    """The whole configuration of one installation."""

    model_config = SettingsConfigDict(env_prefix="YAOWANG_", extra="forbid", frozen=True)

    data: Path = Field(
        default=Path("var"), description="Folder that holds everything: store, search index, files, locks."
    )
    host: str = Field(default="127.0.0.1", description="Address that the web role listens on.")
    port: int = Field(default=8300, ge=1, le=65535, description="Port that the web role listens on.")
    base_url: str | None = Field(
        default=None, description="Address that links in mails and briefings begin with; default http://host:port."
    )
    secure_cookies: bool = Field(default=False, description="True behind HTTPS: cookies then travel over HTTPS only.")

    store_url: str | None = Field(
        default=None, description="postgresql+psycopg://…; default SQLite in the data folder."
    )
    search_url: str | None = Field(
        default=None, description="Elasticsearch address; default SQLite FTS5 in the data folder."
    )
    search_name: str = Field(default="yaowang", pattern=r"^[a-z][a-z0-9-]{1,40}$", description="Prefix of index names.")
    search_api_key: SecretStr | None = Field(default=None, description="API key of Elasticsearch, if it needs one.")

    smtp_host: str | None = Field(
        default=None, description="SMTP server for alert mail; without it mail goes to the local mailbox."
    )
    smtp_port: int = Field(default=25, ge=1, le=65535, description="Port of the SMTP server.")
    smtp_user: str | None = Field(default=None, description="User name at the SMTP server.")
    smtp_password: SecretStr | None = Field(default=None, description="Password at the SMTP server.")
    smtp_security: str = Field(default="none", pattern="^(none|starttls|tls)$", description="none, starttls or tls.")
    mail_from: str = Field(default="yaowang@localhost", description="Sender of alert mail.")

    webhook: str = Field(
        default="none",
        pattern="^(none|wecom|dingtalk|feishu|json)$",
        description="Second channel: none, wecom, dingtalk, feishu or json.",
    )
    webhook_url: SecretStr | None = Field(
        default=None, description="Its address, with the robot's key in it; https, or http on this machine."
    )
    webhook_secret: SecretStr | None = Field(
        default=None,
        description="Its signing key: 加签 of dingtalk, 签名校验 of feishu; json needs 32 characters or more.",
    )
    webhook_inside: Annotated[tuple[str, ...], NoDecode] = Field(
        default=(), description="Inside addresses or networks where it may be: 10.3.0.8,192.168.7.0/24."
    )
    webhook_at_once: bool = Field(default=True, description="Whether red and orange alerts go there at once.")
    webhook_when_mail_waits: bool = Field(
        default=True,
        description="Whether alerts go there whose mail has waited 10 minutes or was refused.",
    )
    daily_report: bool = Field(default=True, description="Whether a daily mail reports that all runs (每日报平安).")
    daily_report_at: str = Field(
        default="08:30", pattern=r"^([01]\d|2[0-3]):[0-5]\d$", description="Time of the daily report, Beijing time."
    )
    daily_report_to: Annotated[tuple[str, ...], NoDecode] = Field(
        default=(),
        description="Who gets the daily report: addresses separated by commas; default every administrator with an address.",
    )
    pulse_url: SecretStr | None = Field(
        default=None, description="Address of an outside monitor, called while every role is alive; https."
    )
    pulse_minutes: int = Field(default=5, ge=1, le=1440, description="Minutes between two calls of the monitor.")

    catalogue: Path | None = Field(
        default=None, description="Folder of your own source declarations, added to the shipped ones."
    )
    policies: Path | None = Field(
        default=None,
        description="Folder of your own policy data, laid over the shipped data; default `policies` in the data folder, if it exists.",
    )
    contact: str | None = Field(default=None, description="Mail address or page that the crawler's user agent names.")
    author_key: SecretStr | None = Field(
        default=None, description="Key of author hashes; made once in the data folder by default."
    )
    audit_key: SecretStr | None = Field(
        default=None, description="Key that signs exports of the audit trail; made once in the data folder by default."
    )
    admit_from: Annotated[tuple[str, ...], NoDecode] = Field(
        default=(),
        description="Networks from which the dashboard may be opened: 10.20.0.0/16,127.0.0.1; default all.",
    )
    second_factor: Demand = Field(
        default=Demand.VOLUNTARY,
        description="Who must log in with a second factor: voluntary, administrators (auditors too) or all.",
    )
    second_factor_key: SecretStr | None = Field(
        default=None, description="Key that seals second factors in the store; made once in the data folder by default."
    )
    office: str = Field(default="综合规财处", description="Name of the office on briefings.")
    province: str = Field(default="360000", pattern=r"^\d{6}$", description="GB/T 2260 code of the province.")
    crawl: bool = Field(default=True, description="Whether the crawl role fetches anything.")
    ocr: bool = Field(
        default=False, description="Whether text in pictures and scans is recognised; needs requirements-ocr.lock."
    )
    attachment_megabytes: int = Field(
        default=10_240,
        ge=1,
        le=100_000_000,
        description="Megabytes of attachments kept in all; beyond, new ones are read but not kept; none is deleted.",
    )
    evidence_page_megabytes: int = Field(
        default=4, ge=1, le=8, description="Size in megabytes up to which a page is kept as evidence."
    )
    evidence_days: int = Field(
        default=400,
        ge=30,
        le=36_500,
        description="Days that pages are kept whose event has neither alert nor case; others stay.",
    )
    watch_words: Annotated[tuple[str, ...], NoDecode] = Field(
        default=(), description="Words that site searches ask for, separated by commas: 药品,疫苗."
    )
    push_secrets: dict[str, SecretStr] = Field(
        default={}, description='Secrets of signed pushes by source, as JSON: {"vendor-a": "…"}; 32 characters or more.'
    )
    opinion: bool = Field(default=False, description="Whether another model is asked for a second opinion.")
    opinion_url: str | None = Field(
        default=None, description="Address of its interface, before /chat/completions: https://…/v1; http only inside."
    )
    opinion_model: str | None = Field(default=None, description="Name of that model.")
    opinion_key: SecretStr | None = Field(default=None, description="Key of that interface, if it needs one.")
    opinion_inside: Annotated[tuple[str, ...], NoDecode] = Field(
        default=(), description="Inside addresses or networks that may be called: 10.3.0.8,192.168.7.0/24."
    )
    opinion_timeout: int = Field(default=20, ge=1, le=120, description="Seconds that one such call may last.")
    opinion_daily_calls: int = Field(default=200, ge=0, le=100_000, description="Such calls a day, Beijing time.")
    opinion_daily_tokens: int = Field(
        default=300_000, ge=0, le=1_000_000_000, description="Tokens of such calls a day."
    )
    opinion_band: float = Field(
        default=0.1, ge=0, le=0.5, description="How near to the cut the probability of a risk is borderline."
    )
    opinion_severity: int = Field(default=4, ge=4, le=5, description="Severity from which every risk is asked about.")
    opinion_levels: Annotated[tuple[int, ...], NoDecode] = Field(
        default=(0, 1, 2), description="Levels that are asked about."
    )
    opinion_categories: Annotated[tuple[str, ...], NoDecode] = Field(
        default=(), description="Categories that are asked about: R01,R07; default all."
    )
    opinion_characters: int = Field(
        default=1500, ge=100, le=8000, description="Characters of a text that are sent, personal data masked."
    )

    @field_validator("smtp_password", "author_key", "audit_key", "second_factor_key", "search_api_key")
    @classmethod
    def _refuse_placeholder(cls, value: SecretStr | None) -> SecretStr | None:
        if value is not None and is_placeholder(value.get_secret_value()):
            raise ValueError(REAL_SECRET)
        return value

    @field_validator("base_url", "search_url")
    @classmethod
    def _require_a_web_address(cls, value: str | None) -> str | None:
        if value is not None and not is_web_address(value):
            raise ValueError("应为 http:// 或 https:// 开头的网址，如 https://yaowang.example.gov.cn")
        return value

    @field_validator("mail_from")
    @classmethod
    def _require_a_sender(cls, value: str) -> str:
        sender = parseaddr(value)[1]
        if not all(sender.partition("@")) or not sender.isascii():
            raise ValueError("应为邮箱地址，如 yaowang@example.gov.cn")
        return value

    @field_validator("daily_report_to")
    @classmethod
    def _require_addresses(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        for written in value:
            if not is_mail_address(written):
                raise ValueError(f"{written[:80]} 不是邮箱地址，应如 yaowang@example.gov.cn")
        return value

    @field_validator("opinion_key")
    @classmethod
    def _refuse_example_key(cls, value: SecretStr | None) -> SecretStr | None:
        if value is not None and (is_placeholder(value.get_secret_value()) or is_example(value.get_secret_value())):
            raise ValueError(f"{REAL_SECRET}；本地模型不要密钥时，不写这一项")
        return value

    @field_validator("opinion_inside", "webhook_inside")
    @classmethod
    def _read_networks(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        from crawlers.access.endpoint import inside_network

        for written in value:
            try:
                inside_network(written)
            except ValueError as error:
                raise ValueError(f"{written} 不是可用的内网地址或网段（如 10.3.0.8、192.168.7.0/24）") from error
        return value

    @field_validator("opinion_levels", "opinion_categories")
    @classmethod
    def _refuse_unknown_scope(cls, value: tuple[int | str, ...]) -> tuple[int | str, ...]:
        known = {*map(int, Level), *CATEGORY_NAMES}
        if unknown := [str(one) for one in value if one not in known]:
            raise ValueError(f"没有 {'、'.join(unknown)}，等级为 0 至 2，类别为 R01 至 R14")
        return value

    @model_validator(mode="after")
    def _require_a_listener(self) -> Self:
        check_webhook(self.webhook, self.webhook_url, self.webhook_secret, self.webhook_inside)
        check_pulse_address(self.pulse_url)
        return self

    @model_validator(mode="after")
    def _require_an_address(self) -> Self:
        if self.opinion and not (self.opinion_url and self.opinion_model):
            raise ValueError("打开第二意见（opinion）须同时写 opinion_url 和 opinion_model")
        if self.opinion and self.opinion_url:
            check_endpoint(self.opinion_url, self.opinion_inside)
        return self

    @field_validator("admit_from")
    @classmethod
    def _read_admitted(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        for written in value:
            try:
                ip_network(written)
            except ValueError as error:
                raise ValueError(
                    f"{written} 不是地址或网段，如 10.20.0.0/16、192.168.7.9（网段的主机位须为 0）"
                ) from error
        return value

    @field_validator(
        "watch_words",
        "admit_from",
        "opinion_inside",
        "opinion_levels",
        "opinion_categories",
        "webhook_inside",
        "daily_report_to",
        mode="before",
    )
    @classmethod
    def _divide_words(cls, value: object) -> object:
        if not isinstance(value, str):
            return value
        words = (word.strip().strip("\"'[]") for word in re.split(r"[,，、;；\n]", value))
        return tuple(word for word in words if word)

    @field_validator("push_secrets")
    @classmethod
    def _refuse_weak_secrets(cls, value: dict[str, SecretStr]) -> dict[str, SecretStr]:
        for name, secret in value.items():
            if is_placeholder(secret.get_secret_value()) or len(secret.get_secret_value()) < _SHORTEST_PUSH_SECRET:
                raise ValueError(f"{name} 的推送密钥太短或是占位的密码，请写 {_SHORTEST_PUSH_SECRET} 个以上的随机字符")
        return value

    @field_validator("store_url", "search_url")
    @classmethod
    def _refuse_placeholder_in_address(cls, value: str | None) -> str | None:
        if value is not None and is_placeholder(password_in(value)):
            raise ValueError(REAL_SECRET)
        return value

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Put the environment over the secrets folder over `settings.toml`."""
        del dotenv_settings
        toml = TomlConfigSettingsSource(settings_cls, _data_folder(init_settings) / "settings.toml")
        return init_settings, env_settings, file_secret_settings, toml

    @property
    def address(self) -> str:
        """The address of the dashboard as people and mails use it."""
        return (self.base_url or f"http://{self.host}:{self.port}").rstrip("/")

    @property
    def admitted_networks(self) -> tuple[IPv4Network | IPv6Network, ...]:
        """The networks whose browsers may open the dashboard; none means all."""
        return tuple(ip_network(written) for written in self.admit_from)

    @property
    def attachment_bytes(self) -> int:
        """How many bytes of attachments are kept altogether."""
        return self.attachment_megabytes * 2**20

    @property
    def evidence_rules(self) -> EvidenceRules:
        """How large a page may be that is kept, and for how long."""
        return EvidenceRules(
            page_bytes=self.evidence_page_megabytes * 2**20, kept_for=timedelta(days=self.evidence_days)
        )

    @property
    def crawl_limits(self) -> Mapping[str, object]:
        """The settings by which a file beside a page is kept and read: what they refused is fetched again once they change."""
        return {"room": self.attachment_bytes, "ocr": self.ocr}

    @property
    def effective_store_url(self) -> str:
        """The SQLAlchemy address of the store in use; in it a per cent sign and a question mark of a path mean something else."""
        return self.store_url or f"sqlite:///{self.data.absolute()}/yaowang.db".replace("%", "%25").replace("?", "%3F")


def unknown_variables() -> list[str]:
    """Return the environment variables that look like settings and are none: most likely misspelt."""
    known = {f"YAOWANG_{name.upper()}" for name in Settings.model_fields} | _READ_ELSEWHERE
    return sorted(name for name in os.environ if name.startswith("YAOWANG_") and name not in known)


def role_environment(settings: Settings) -> dict[str, str]:
    """Return the environment of the roles of `up`: each knows the port that is served, which the links of mails name."""
    return {**os.environ, "YAOWANG_PORT": str(settings.port)}


def load_settings(**given: object) -> Settings:
    """Read the settings; `given` values (from the command line) win, `None` means not given.

    Raises:
        SettingsError: a setting is unknown or wrong; the sentence names each.
    """
    chosen = {name: value for name, value in given.items() if value is not None}
    secrets = os.environ.get("YAOWANG_SECRETS_DIR")
    if secrets and not Path(secrets).is_dir():
        raise SettingsError(f"YAOWANG_SECRETS_DIR 指的目录 {secrets} 不存在。请改正，或去掉这个环境变量。")
    try:
        return Settings(**chosen, **({"_secrets_dir": secrets} if secrets else {}))  # type: ignore[arg-type]
    except ValidationError as error:
        rows = "；".join(told(row) for row in error.errors())
        raise SettingsError(f"设置有误（环境变量 YAOWANG_* 或数据目录下的 settings.toml）：{rows}") from error
    except OSError as error:
        raise SettingsError(
            f"{error.filename or '数据目录下的 settings.toml'} 无法读取：{disk_sentence(error)}"
        ) from error
    except ValueError as error:
        raise SettingsError(
            "数据目录下的 settings.toml 无法读取：不是有效的 TOML（文字用引号括起，一项一行），"
            f"请检查所指的行和列：{error}"
        ) from error


def _data_folder(init: PydanticBaseSettingsSource) -> Path:
    return Path(str(init().get("data", os.environ.get("YAOWANG_DATA", "var"))))
