"""The declaration of a source: which keys there are, what they may hold, and what they default to."""

import re
from collections.abc import Mapping
from datetime import date, timedelta
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, model_validator

from crawlers.catalogue.addresses import slots_of
from crawlers.records import DocumentKind, SourceClass

__all__ = [
    "NEVER_CRAWLED",
    "NOT_CRAWLED",
    "ArticleRule",
    "Declaration",
    "Expectation",
    "ListRequest",
    "ListRule",
    "Paging",
    "Politeness",
    "QuietHours",
    "Schedule",
    "SitemapRule",
    "Step",
    "WordRule",
    "parse_duration",
]

SourceKind = Literal["feed", "sitemap", "listing", "json_api", "hot_list", "search", "file_drop", "push"]
NOT_CRAWLED = frozenset({"file_drop", "push"})
"""Kinds that come to us; nothing is ever fetched for them."""

NEVER_CRAWLED = frozenset({"anon_cookie", "login", "import_only"})
"""Access that no switch opens: what needs a log-in, a visitor's cookie or a licence is imported, never fetched."""

_LISTED = frozenset({"listing", "json_api", "hot_list", "search"})
_UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days"}
_QUIET = re.compile(r"^(\d{2}):(\d{2})-(\d{2}):(\d{2})(?: x(\d+(?:\.\d+)?))?$")


def parse_duration(value: object) -> object:
    """Turn `90s`, `15m`, `24h` or `7d` into a timedelta; leave anything else to the type's own reading."""
    match = re.fullmatch(r"(\d+(?:\.\d+)?)([smhd])", value.strip()) if isinstance(value, str) else None
    return timedelta(**{_UNITS[match[2]]: float(match[1])}) if match else value


def _at_least_a_second(value: timedelta) -> timedelta:
    if value < timedelta(seconds=1):
        raise ValueError("时间间隔至少 1 秒，写作 90s、15m、24h 或 7d")
    return value


def _regular_expression(value: str) -> str:
    try:
        re.compile(value)
    except re.error as error:
        raise ValueError(f"不是有效的正则表达式（{error}）") from error
    return value


Duration = Annotated[timedelta, BeforeValidator(parse_duration), AfterValidator(_at_least_a_second)]
Delay = Annotated[timedelta, BeforeValidator(parse_duration), Field(ge=timedelta(0))]
Pattern = Annotated[str, AfterValidator(_regular_expression)]


FactName = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,39}$")]
_PARAM_MISSING = {
    "query": "按查询参数翻页须写明参数名 param",
    "offset": "按条数翻页（offset）须写明参数名 param",
    "cursor": "按游标翻页（cursor）须写明参数名 param",
}


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class QuietHours(_Strict):
    """Hours of the Shanghai day in which the interval is multiplied: `23:00-06:30 x4`."""

    start_minute: int = Field(ge=0, lt=1440)
    end_minute: int = Field(ge=0, lt=1440)
    factor: float = Field(default=4.0, ge=1, le=100)

    @model_validator(mode="before")
    @classmethod
    def _from_text(cls, value: Any) -> Any:
        if not isinstance(value, str):
            return value
        match = _QUIET.match(value)
        if match is None:
            raise ValueError("静默时段写作 23:00-06:30 x4")
        hours = [int(match[index]) for index in range(1, 5)]
        if hours[0] > 23 or hours[2] > 23 or hours[1] > 59 or hours[3] > 59:  # noqa: PLR2004 - clock hours and minutes
            raise ValueError("静默时段须在 00:00 至 23:59 之间")
        spans = {"start_minute": hours[0] * 60 + hours[1], "end_minute": hours[2] * 60 + hours[3]}
        return spans | ({"factor": float(match[5])} if match[5] else {})


class Schedule(_Strict):
    """When the source is visited: first every `start`, then adapted between `min` and `max`."""

    min: Duration = timedelta(minutes=15)
    max: Duration = timedelta(hours=24)
    start: Duration = timedelta(minutes=60)
    adaptive: bool = True
    quiet: QuietHours | None = None

    @model_validator(mode="after")
    def _ordered(self) -> "Schedule":
        if not self.min <= self.start <= self.max:
            raise ValueError("须满足 min ≤ start ≤ max")
        return self


class Politeness(_Strict):
    """How gently the host is treated. `stop_on` lists statuses that end the visit; a script challenge always does."""

    delay: Delay = timedelta(seconds=5)
    daily_cap: int = Field(default=400, ge=1, le=100_000)
    stop_on: tuple[int, ...] = (202, 401, 403, 405, 412, 418, 429, 432)
    max_articles: int = Field(default=60, ge=0, le=1000)


class Step(_Strict):
    """A page that only leads to the list: `select` finds a text on it, `pattern` cuts it out, `address` takes it as `{value}`.

    Without `address` the text is itself the address.
    """

    select: str = Field(min_length=1)
    pattern: Pattern | None = None
    address: str | None = Field(default=None, max_length=500)


class ListRule(_Strict):
    """How records are read from a list.

    `format: html` (also XML) takes CSS selectors, or XPath where the text starts with `/` or `./`; `css@attribute`
    takes an attribute, `a|b` the first that gives text. `format: json` takes JMESPath; a `link` or `id` with `{path}`
    in it is a template over the record. `after` names the text behind which JSON is embedded in a page. `body` is the
    full text where the list holds it; `facts` are kept beside the document under the names given. `via` are pages that
    lead to the list, from `url` on.
    """

    format: Literal["html", "json"] = "html"
    after: str | None = None
    record: str = Field(min_length=1)
    title: str | None = None
    link: str | None = None
    id: str | None = None
    published: str | None = None
    summary: str | None = None
    body: str | None = None
    origin: str | None = None
    heat: str | None = None
    flag: str | None = None
    facts: dict[FactName, str] = Field(default_factory=dict)
    link_pattern: Pattern | None = None
    date_in_link: Pattern | None = None
    via: tuple[Step, ...] = Field(default=(), max_length=3)


class ArticleRule(_Strict):
    """How an article page is read: selectors tried in order before the general extraction.

    `fetch: false` takes the list's (or feed's) own title and summary as the document.
    """

    fetch: bool = True
    title: tuple[str, ...] = ()
    body: tuple[str, ...] = ()
    published: tuple[str, ...] = ()
    origin: tuple[str, ...] = ()
    author: tuple[str, ...] = ()


class ListRequest(_Strict):
    """How a list is asked for. `body` (JSON) or `form` is what a POST carries; a `{word}` in a value is the watch-word.

    Only what an interface documents for everybody: no signatures, no tokens.
    """

    method: Literal["GET", "POST"] = "GET"
    body: dict[str, Any] = Field(default_factory=dict)
    form: dict[str, str | int] = Field(default_factory=dict)

    @model_validator(mode="after")
    def _coherent(self) -> "ListRequest":
        if self.method == "GET" and (self.body or self.form):
            raise ValueError("GET 请求不带 body 或 form；需要时写 method: POST")
        if self.body and self.form:
            raise ValueError("body 与 form 只能写一个")
        return self


class WordRule(_Strict):
    """How much a site search asks for: words of the watch list in one visit, in turn over visits."""

    per_visit: int = Field(default=5, ge=1, le=50)
    words: tuple[str, ...] = Field(default=(), max_length=100)


class SitemapRule(_Strict):
    """How a sitemap is walked: how many files in one visit, how deep indexes may stand in indexes, how old a page may be."""

    max_files: int = Field(default=10, ge=1, le=50)
    max_depth: int = Field(default=2, ge=0, le=3)
    max_age: Duration = timedelta(days=30)
    link_pattern: Pattern | None = None
    file_pattern: Pattern | None = None


class Paging(_Strict):
    """How further pages of a list are reached.

    `static`: `index.html`, then `index_1.html` (`base: 0`) or `index_2.html` (`base: 1`); `query`: the parameter
    `param` counts pages from `base`; `offset`: it counts records in steps of `step`; `cursor`: it takes what the JMESPath
    `cursor` finds in the answer before; `day`: the `{date:…}` of the address goes back day by day; `hanweb_proxy`: the
    data proxy of the CMS. `param` stands in the address, or in the body of a POST where that has a key of this name.
    `total` is the JMESPath of how many records there are in all.
    """

    style: Literal["none", "static", "query", "offset", "cursor", "day", "hanweb_proxy"] = "none"
    base: Literal[0, 1] = 0
    param: str | None = None
    step: int | None = Field(default=None, ge=1, le=1000)
    cursor: str | None = None
    total: str | None = None
    count_pattern: Pattern | None = None
    max_pages: int = Field(default=3, ge=1, le=50)

    @model_validator(mode="after")
    def _param_where_needed(self) -> "Paging":
        if self.style in {"query", "offset", "cursor"} and not self.param:
            raise ValueError(_PARAM_MISSING[self.style])
        if self.style == "offset" and self.step is None:
            raise ValueError("按条数翻页（offset）须写明每页条数 step")
        if self.style == "cursor" and not self.cursor:
            raise ValueError("按游标翻页（cursor）须写明游标的位置 cursor")
        return self


class Expectation(_Strict):
    """What a healthy visit shows; a breach is reported as source rot."""

    min_items: int = Field(default=1, ge=0)
    max_age_days: int | None = Field(default=None, ge=1)


class Declaration(_Strict):
    """One source as declared in a catalogue file, after its preset has filled what the file leaves out.

    `url` may hold slots: `{name}` is filled from `params`, `{date:%Y/%m%d}` with the day in Shanghai, `{word}` with a
    word of the watch list (kind `search`). A template whose `params` are not filled in cannot be enabled.
    `fallback_name` is filled by the loader.
    """

    id: str = Field(pattern=r"^[a-z0-9][a-z0-9-]{1,62}$")
    name: str = Field(min_length=1, max_length=80)
    kind: SourceKind
    source_class: SourceClass
    url: str | None = Field(default=None, pattern=r"^https?://[^\s]+$", max_length=2048)
    preset: str | None = None
    params: dict[str, str | int] = Field(default_factory=dict)
    document_kind: DocumentKind = DocumentKind.ARTICLE
    region: str | None = Field(default=None, pattern=r"^\d{6}$")
    weight: float = Field(ge=0, le=10)
    credibility: float | None = Field(default=None, ge=0, le=1)
    access: Literal["open", "challenge", "anon_cookie", "login", "import_only"]
    enabled: bool | None = None
    checked: Literal["never"] | date = "never"
    legal_basis: str = Field(min_length=1)
    fallback: str | None = None
    fallback_name: str | None = None
    request: ListRequest = ListRequest()
    list: ListRule | None = None
    article: ArticleRule = ArticleRule()
    paging: Paging = Paging()
    search: WordRule = WordRule()
    sitemap: SitemapRule = SitemapRule()
    schedule: Schedule = Schedule()
    politeness: Politeness = Politeness()
    expect: Expectation = Expectation()
    headers: dict[str, str] = Field(default_factory=dict)
    shape_source: str | None = None
    note: str | None = None

    @model_validator(mode="after")
    def _coherent(self) -> "Declaration":
        if self.kind not in NOT_CRAWLED:
            _check_crawled(self)
        if self.enabled and self.access in NEVER_CRAWLED:
            raise ValueError(f"access 为 {self.access} 的信源不能启用，请改为导入其导出文件")
        return self

    @property
    def is_enabled(self) -> bool:
        """Return whether the source is to be crawled: as declared, else when access is open and the address is whole."""
        if self.kind in NOT_CRAWLED:
            return False
        return (self.access == "open" and not self.open_slots) if self.enabled is None else self.enabled

    @property
    def open_slots(self) -> tuple[str, ...]:
        """Return the slots of address and body that nothing fills."""
        filled = self.params.keys() | ({"word"} if self.kind == "search" else set())
        said = (self.url or "", *_texts(self.request.body), *_texts(self.request.form))
        slots = [slot for text in said for slot in slots_of(text)]
        return tuple(slot for slot in slots if slot not in filled and not slot.startswith("date:"))


def _check_crawled(declared: Declaration) -> None:
    if declared.url is None:
        raise ValueError(f"{declared.kind} 类信源须有 url")
    if declared.kind in _LISTED and declared.list is None:
        raise ValueError(f"{declared.kind} 类信源须有 list，或使用带 list 的预设")
    if declared.list is not None:
        _check_list(declared.kind, declared.list)
    if declared.kind == "search" and not _has_word(declared):
        raise ValueError("search 类信源须在 url、request.body 或 request.form 中写明检索词的位置 {word}")
    forbidden = {name.lower() for name in declared.headers} & {"cookie", "authorization", "user-agent", "host"}
    if forbidden:
        raise ValueError(f"不允许声明请求头 {min(forbidden)}：采集不登录、不伪装")
    if declared.enabled and declared.open_slots:
        raise ValueError(f"网址模板还有未填的 {{{declared.open_slots[0]}}}，请在 params 中写明后再启用")


def _check_list(kind: str, rule: ListRule) -> None:
    if kind == "hot_list" and rule.title is None:
        raise ValueError("热榜须有 list.title")
    if kind == "listing" and rule.link is None:
        raise ValueError("列表类信源须有 list.link")
    if kind == "json_api" and (rule.format != "json" or not (rule.link or rule.id)):
        raise ValueError("json_api 类信源须有 list.format: json，以及 list.link 或 list.id")


def _has_word(declared: Declaration) -> bool:
    said = (declared.url or "", *_texts(declared.request.body), *_texts(declared.request.form))
    return any("{word}" in text for text in said)


def _texts(values: Mapping[str, object]) -> tuple[str, ...]:
    return tuple(value for value in values.values() if isinstance(value, str))
