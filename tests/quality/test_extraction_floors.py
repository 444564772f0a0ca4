"""Floors of article extraction on annotated real pages, which the project does not ship: set YAOWANG_SHARED_DATA."""

import hashlib
import json
import re
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path
from statistics import mean
from typing import Any

import pytest
from lxml import html as lxml_html

from crawlers.parsing.article import Article, extract
from crawlers.parsing.page import squeeze
from crawlers.records import BEIJING, DatePrecision

pytestmark = pytest.mark.quality

# Lower a floor only with a reason in the change log; raise it when the extractor gets better.
GOLD_SHA256 = "cc31581a0b46171200573af5681c68a293327a1bacaf1dc061880444e3ccf2be"
FLOORS = {"body": 0.985, "title": 0.96, "day": 0.96, "minute": 0.93, "origin": 0.9}
NOW = datetime(2026, 11, 25, 12, 0, tzinfo=BEIJING)
UNSEEN = {"script", "style", "noscript", "template", "iframe", "textarea", "select", "option", "button"}

Annotated = tuple[dict[str, Any], bytes]


@pytest.fixture(scope="module")
def annotated(shared_data: Path) -> list[Annotated]:
    pages = shared_data / "pages"
    gold = pages / "gold.jsonl"
    if not gold.is_file():
        pytest.skip(f"no annotated pages at {pages}: set YAOWANG_SHARED_DATA to the folder that holds pages/gold.jsonl")
    records = [json.loads(line) for line in gold.read_text(encoding="utf-8").splitlines()]
    records = [record for record in records if record["split"] == "dev"]
    assert _fingerprint(records) == GOLD_SHA256, "the annotated pages have changed: measure anew, then pin their hash"
    return [(r, (pages / r["repo"].replace("/", "+") / r["path"]).read_bytes()) for r in records]


@pytest.fixture(scope="module")
def articles(annotated: list[Annotated]) -> list[tuple[dict[str, Any], bytes, Article]]:
    read = [(gold, raw, extract(raw, now=NOW)) for gold, raw in annotated]
    return [(gold, raw, article) for gold, raw, article in read if isinstance(article, Article)]


def test_every_page_is_read(annotated: list[Annotated], articles: list[Any]) -> None:
    assert len(articles) == len(annotated)


def test_text_is_found_and_nothing_else(
    articles: list[tuple[dict[str, Any], bytes, Article]], record_property: Callable[[str, object], None]
) -> None:
    scores = [_f1(article.body, _gold_text(gold, raw)) for gold, raw, article in articles]
    record_property("body_f1", round(mean(scores), 4))
    assert mean(scores) >= FLOORS["body"], f"worst page {min(scores):.3f}"


@pytest.mark.parametrize("part", ["title", "day", "minute", "origin"])
def test_facts_of_the_page_are_read(
    part: str, articles: list[tuple[dict[str, Any], bytes, Article]], record_property: Callable[[str, object], None]
) -> None:
    hits = [hit for gold, _, article in articles if (hit := CHECKS[part](gold, article)) is not None]
    record_property(part, round(mean(hits), 3))
    assert mean(hits) >= FLOORS[part]


def _fingerprint(records: list[dict[str, Any]]) -> str:
    facts = sorted(json.dumps(record, sort_keys=True, ensure_ascii=False) for record in records)
    return hashlib.sha256("\n".join(facts).encode()).hexdigest()


def _has_title(gold: dict[str, Any], article: Article) -> bool:
    return squeeze(article.title) == squeeze(gold["title"])


def _has_day(gold: dict[str, Any], article: Article) -> bool | None:
    if not gold["published"]:
        return None
    return article.published is not None and article.published.date() == _moment(gold).date()


def _has_minute(gold: dict[str, Any], article: Article) -> bool | None:
    if not gold["published"] or gold["published_precision"] == "day":
        return None
    fine = article.precision in {DatePrecision.MINUTE, DatePrecision.SECOND}
    return fine and article.published is not None and article.published.replace(second=0) == _moment(gold)


def _has_origin(gold: dict[str, Any], article: Article) -> bool | None:
    names = {_plain(name) for name in [gold["source"], *gold.get("source_alt", [])] if name}
    return _plain(article.origin or "") in names if names else None


CHECKS: dict[str, Callable[[dict[str, Any], Article], bool | None]] = {
    "title": _has_title,
    "day": _has_day,
    "minute": _has_minute,
    "origin": _has_origin,
}


def _moment(gold: dict[str, Any]) -> datetime:
    return datetime.fromisoformat(gold["published"]).astimezone(BEIJING).replace(second=0)


def _plain(name: str) -> str:
    return re.sub(r"[\s()（）\[\]:：,，、-]", "", name).lower()


def _gold_text(gold: dict[str, Any], raw: bytes) -> str:
    tree = lxml_html.document_fromstring(re.sub(r"^\s*<\?xml[^>]*\?>", "", raw.decode(gold["charset"])))
    gone: set[Any] = set()
    for path in gold["exclude"]:
        gone |= {(n.getparent(), n.is_tail) if isinstance(n, str) else n for n in tree.xpath(path)}  # type: ignore[attr-defined]  # lxml's own str
    roots = {node for path in gold["body"] for node in tree.xpath(path)}
    tops = [node for node in tree.iter() if node in roots and not any(up in roots for up in node.iterancestors())]
    return squeeze("".join(piece for node in tops for piece in _visible(node, gone)))


def _visible(node: Any, gone: set[Any]) -> Iterator[str]:
    if not isinstance(node.tag, str) or node.tag in UNSEEN or node in gone:
        return
    if node.text and (node, False) not in gone:
        yield node.text
    for child in node:
        yield from _visible(child, gone)
        if child.tail and (child, True) not in gone:
            yield child.tail


def _f1(predicted: str, wanted: str) -> float:
    """Harmonic mean of precision and recall of character 5-grams without blanks."""
    found, right = _grams(squeeze(predicted)), _grams(wanted)
    common = sum((found & right).values())
    return 2 * common / (sum(found.values()) + sum(right.values())) if common else 0.0


def _grams(text: str) -> Counter[str]:
    return Counter(text[i : i + 5] for i in range(max(len(text) - 4, 1)))
