"""What the benchmark runs on: real hot-list items, labelled documents and saved pages, or sentences built here."""

import gzip
import json
import os
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import product
from pathlib import Path

from analysis.assessment import Level
from analysis.training.data import load_examples
from crawlers.records import Document, DocumentKind, document_id

__all__ = ["SOURCE_ID", "Corpus", "Labelled", "Page", "built_corpus", "load_corpus"]

SOURCE_ID = "bench-hot"
_STARTED = datetime(2026, 3, 2, 0, 0, tzinfo=UTC)
_APART = timedelta(seconds=30)
_HOT_LIST = "hotlist/weibo-2024.jsonl.gz"
_HALF_YEAR = "hotlist/weibo-2025h1.jsonl.gz"
_HALF_YEAR_TEXTS = 2048
_TRAINING = ("attention/train.jsonl", "attention/train_single.jsonl")
_FIELD = "attention/dev.jsonl"


@dataclass(frozen=True, slots=True, kw_only=True)
class Labelled:
    """A text with what the peer's models learn from: the level, the first category (or none), the tone."""

    text: str
    level: str
    category: str
    tone: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """One saved article page as bytes, with the charset it is written in."""

    raw: bytes
    charset: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Corpus:
    """Everything one run works on: `stream` as a hot list brings it, `field` of the remit's own subjects.

    `half_year` are titles of a later half-year of the hot list, evenly chosen.
    """

    origin: str
    stream: tuple[Document, ...]
    field: tuple[Document, ...]
    half_year: tuple[Document, ...]
    training: tuple[Labelled, ...]
    pages: tuple[Page, ...]


def load_corpus(count: int) -> Corpus:
    """Return up to `count` texts of the stream from the labelled data, or built ones where that is absent."""
    given = os.environ.get("YAOWANG_SHARED_DATA")
    shared = Path(given) if given else Path(__file__).resolve().parents[3] / "shared" / "data"
    needed = (_HOT_LIST, _HALF_YEAR, _FIELD, *_TRAINING, "pages/gold.jsonl")
    if not all((shared / name).is_file() for name in needed):
        return built_corpus(count)
    return Corpus(
        origin=f"{_HOT_LIST}, {_FIELD}, pages",
        stream=tuple(_stream(shared / _HOT_LIST, count)),
        half_year=_evenly(list(_stream(shared / _HALF_YEAR)), _HALF_YEAR_TEXTS),
        field=tuple(_dated(number, row.document) for number, row in enumerate(load_examples(shared / _FIELD))),
        training=tuple(_labelled(shared)),
        pages=tuple(_pages(shared / "pages")),
    )


def _evenly(documents: list[Document], count: int) -> tuple[Document, ...]:
    return tuple(documents[:: max(1, len(documents) // count)][:count])


def _stream(path: Path, count: int | None = None) -> Iterator[Document]:
    """Yield distinct titles in order of first appearance, `count` at most."""
    seen: set[str] = set()
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        for line in lines:
            for item in json.loads(line)["items"]:
                if item["title"] not in seen:
                    seen.add(item["title"])
                    yield _document(len(seen), item["title"], item.get("description") or "")
                if len(seen) == count:
                    return


def _document(number: int, title: str, text: str) -> Document:
    at = _STARTED + number * _APART
    return Document(
        id=document_id(SOURCE_ID, title),
        source_id=SOURCE_ID,
        native_id=title,
        kind=DocumentKind.HOT_ENTRY,
        title=title,
        text=text,
        fetched_at=at,
        published_at=at,
    )


def _dated(number: int, document: Document) -> Document:
    return _document(number, document.title, document.text)


def _labelled(shared: Path) -> Iterator[Labelled]:
    for name in _TRAINING:
        for row in load_examples(shared / name):
            yield Labelled(
                text=f"{row.document.title}\n{row.document.text}",
                level=str(int(row.level)),
                category=row.categories[0] if row.level is Level.RISK and row.categories else "none",
                tone=row.tone.value if row.tone else "neutral",
            )


def _pages(folder: Path) -> Iterator[Page]:
    for line in (folder / "gold.jsonl").read_text(encoding="utf-8").splitlines():
        gold = json.loads(line)
        path = folder / gold["repo"].replace("/", "+") / gold["path"]
        yield Page(raw=path.read_bytes(), charset=gold["charset"])


_PLACES = ("青河县", "白沙镇", "云溪区", "石桥乡", "临江街道", "南坡村", "东湖社区", "北岭镇")
_PRODUCTS = ("退烧贴", "感冒颗粒", "流感疫苗", "护肤面霜", "血糖仪", "清热口服液", "眼药水", "输液器")
_RISKS = ("使用后多人发热寒战", "被指虚假宣传", "抽检不合格被通报", "批次召回", "过期仍在销售", "使用后过敏住院")
_CALM = ("科普讲座举行", "价格公布", "迎来采购旺季", "使用方法介绍", "新品上市", "储存知识宣传")
_ELSEWHERE = ("足球赛今晚开赛", "高铁新线开通", "电影票房创新高", "博物馆展出文物", "暴雨预警发布", "学校运动会闭幕")


def built_corpus(count: int) -> Corpus:
    """Return built sentences: every twentieth of the stream is of the field, every fortieth a risk."""
    risks = [f"{place}{what}{how}" for place, what, how in product(_PLACES, _PRODUCTS, _RISKS)]
    calm = [f"{place}{what}{how}" for place, what, how in product(_PLACES, _PRODUCTS, _CALM)]
    stream = [_built(number, risks, calm) for number in range(count)]
    page = "<html><head><title>{0}</title></head><body><div class='nav'>首页</div><h1>{0}</h1>{1}</body></html>"
    body = "".join(f"<p>{title}，当地有关部门表示正在核实。</p>" for title in risks[:20])
    documents = tuple(_document(number, title, f"{title}，记者从现场了解到。") for number, title in enumerate(stream))
    return Corpus(
        origin="sentences built by the benchmark",
        stream=documents,
        half_year=documents,
        field=tuple(_document(number, title, f"{title}，详情待核实。") for number, title in enumerate(risks[:200])),
        training=(
            *(Labelled(text=text, level="2", category=f"R{n % 3}", tone="negative") for n, text in enumerate(risks)),
            *(Labelled(text=text, level="1", category="none", tone="neutral") for text in calm),
            *(
                Labelled(text=f"{a}{b}", level="0", category="none", tone="positive")
                for a in _PLACES
                for b in _ELSEWHERE
            ),
        ),
        pages=tuple(Page(raw=page.format(title, body).encode(), charset="utf-8") for title in risks[:8]),
    )


def _built(number: int, risks: list[str], calm: list[str]) -> str:
    if number % 40 == 0:
        return f"{risks[number // 40 % len(risks)]}（{number}）"
    if number % 20 == 0:
        return f"{calm[number // 20 % len(calm)]}（{number}）"
    return f"{_PLACES[number % 8]}{_ELSEWHERE[number % 6]}（{number}）"
