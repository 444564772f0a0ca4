"""The parts of collecting beside peers: a visit of many hosts, written dates, charsets that lie."""

import asyncio
import importlib
import importlib.util
import json
import random
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from crawlers.access.egress import Egress
from crawlers.catalogue.declaration import Declaration
from crawlers.catalogue.loader import source_of
from crawlers.parsing.charset import decode
from crawlers.parsing.dates import parse_date
from crawlers.records import BEIJING
from crawlers.run import crawl
from tests.bench.rounds import Comparison, compare, cost
from tests.flows.held import Held

__all__ = ["charset_cases", "charsets", "crawling", "date_cases", "dates"]

NOW = datetime(2026, 11, 25, 15, 0, tzinfo=BEIJING)
HOSTS = 10
ARTICLES = 20
_ROOT = Path(__file__).resolve().parents[2]
# How Chinese pages write a time; the last ones are relative to the reading.
_FORMATS: tuple[Callable[[datetime], str], ...] = (
    lambda at: f"{at.year}年{at.month}月{at.day}日 {at:%H:%M}",
    lambda at: f"{at.year}年{at.month:02}月{at.day:02}日{at:%H:%M:%S}",
    lambda at: f"{at:%Y-%m-%d %H:%M}",
    lambda at: f"{at:%Y-%m-%d %H:%M:%S}",
    lambda at: f"{at:%Y/%m/%d %H:%M}",
    lambda at: f"{at:%Y.%m.%d %H:%M}",
    lambda at: at.isoformat(),
    lambda at: at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
    lambda at: at.strftime("%a, %d %b %Y %H:%M:%S +0800"),
    lambda at: f"{at.year}年{at.month}月{at.day}日{at.hour}时{at.minute}分",
    lambda at: (
        f"{at.year}年{at.month}月{at.day}日 {'上午' if at.hour < 12 else '下午'}{(at.hour - 1) % 12 + 1}:{at:%M}"
    ),
    lambda at: f"发布时间：{at:%Y-%m-%d %H:%M} 来源：某某网",
    lambda at: f"{at.month}月{at.day}日 {at:%H:%M}",
    lambda at: f"{at:%m-%d %H:%M}",
    lambda at: (
        f"{int((NOW - at) / timedelta(minutes=1))}分钟前" if NOW - at < timedelta(hours=1) else f"{at:%Y-%m-%d %H:%M}"
    ),
    lambda at: f"昨天 {at:%H:%M}" if (NOW.date() - at.date()).days == 1 else f"{at:%Y%m%d%H%M%S}",
)


def date_cases(count: int) -> list[tuple[str, datetime]]:
    """Return written times with what they mean to the minute, at most 300 days before `NOW`."""
    chance = random.Random(7)
    cases = []
    for number in range(count):
        back = timedelta(
            minutes=chance.choice((chance.randrange(1, 59), chance.randrange(1500, 2000), chance.randrange(430_000)))
        )
        at = (NOW - back).replace(second=0, microsecond=0)
        cases.append((_FORMATS[number % len(_FORMATS)](at), at))
    return cases


def dates(rounds: int, count: int = 640) -> Comparison | None:
    """Reading written times, beside dateparser, told that they are Chinese; `None` where that is not installed."""
    if importlib.util.find_spec("dateparser") is None:
        return None
    # Not among the locked packages: it is needed for this one row.
    dateparser: Any = importlib.import_module("dateparser")

    settings = {
        "TIMEZONE": "Asia/Shanghai",
        "RETURN_AS_TIMEZONE_AWARE": True,
        "RELATIVE_BASE": NOW.replace(tzinfo=None),
        "PREFER_DATES_FROM": "past",
        "DATE_ORDER": "YMD",
    }

    def theirs(text: str) -> datetime | None:
        found: datetime | None = dateparser.parse(text, languages=["zh", "en"], settings=settings)
        return found

    def ours(text: str) -> datetime | None:
        read = parse_date(text, NOW)
        return read.at if read else None

    cases = date_cases(count)
    row = compare(
        "read a written time",
        unit="texts",
        peer_name="dateparser",
        corpus="written",
        units=len(cases),
        rounds=rounds,
        product=lambda: cost(lambda: [ours(text) for text, _ in cases]),
        peer=lambda: cost(lambda: [theirs(text) for text, _ in cases]),
    )
    return replace(row, product_right=_right(ours, cases), peer_right=_right(theirs, cases))


def _right(read: Callable[[str], datetime | None], cases: Sequence[tuple[str, datetime]]) -> float:
    def same(found: datetime | None, meant: datetime) -> bool:
        return found is not None and abs(found - meant) < timedelta(minutes=1)

    return sum(same(read(text), meant) for text, meant in cases) / len(cases)


_SENTENCE = "省药品监督管理局通报：{0}批次的{1}不符合规定，已要求停止销售、召回并核查，公众可拨打一二三一五反映。"
_TRADITIONAL = "藥品監督管理局通報：{0}批次的{1}不符合規定，已要求停止銷售並回收，民眾可致電查詢。"
_WRITTEN_IN = ("utf-8", "gb18030", "gbk", "big5", "utf-16", "utf-8-sig")


def charset_cases(count: int) -> list[tuple[bytes, str, str]]:
    """Return pages as bytes with a label that is often wrong, and the text that they hold."""
    cases = []
    for number in range(count):
        written = _WRITTEN_IN[number % len(_WRITTEN_IN)]
        sentence = _TRADITIONAL if written == "big5" else _SENTENCE
        rare = "㐂䶮𠮷" if written == "gb18030" else ""
        body = "".join(
            f"<p>{sentence.format(number + line, f'产品{line}' if written != 'big5' else '產品')}{rare}</p>"
            for line in range(4)
        )
        text = f"<html><head><title>{number}</title></head><body>{body}</body></html>"
        label = ("utf-8", "gb2312", "iso-8859-1", written)[number % 4]
        cases.append((text.encode(written), f"text/html; charset={label}", text))
    return cases


def charsets(rounds: int, count: int = 240) -> Comparison:
    """From bytes to text, beside charset-normalizer."""
    import charset_normalizer

    cases = charset_cases(count)

    def theirs(raw: bytes) -> str:
        best = charset_normalizer.from_bytes(raw).best()
        return str(best) if best is not None else ""

    row = compare(
        "bytes to text",
        unit="pages",
        peer_name="charset-normalizer",
        corpus="mislabelled",
        units=len(cases),
        rounds=rounds,
        product=lambda: cost(lambda: [decode(raw, label) for raw, label, _ in cases]),
        peer=lambda: cost(lambda: [theirs(raw) for raw, _, _ in cases]),
    )
    ours_right = sum(decode(raw, label).text.lstrip("\ufeff") == text for raw, label, text in cases) / len(cases)
    peer_right = sum(theirs(raw).lstrip("\ufeff") == text for raw, _, text in cases) / len(cases)
    return replace(row, product_right=ours_right, peer_right=peer_right)


def crawling(rounds: int, hosts: int = HOSTS, articles: int = ARTICLES) -> Comparison:
    """From lists to documents on many local hosts without delays, beside Scrapy with readability-lxml.

    The peer fetches the same pages and extracts title and body; robots rules, vetting of addresses, gate, dates, origin,
    charset and quarantine are the product's alone.
    """
    with _server(articles) as port:
        names = [f"host-{number}.test" for number in range(hosts)]
        return compare(
            "visit many hosts",
            unit="articles",
            peer_name="Scrapy with readability-lxml",
            corpus="local hosts",
            units=hosts * articles,
            rounds=rounds,
            product=lambda: _visit(port, names, hosts * articles),
            peer=lambda: _scrapy(port, hosts, hosts * articles),
        )


def _visit(port: int, names: Sequence[str], expected: int) -> float:
    held = Held()
    sources = [source_of(_declared(name, port)) for name in names]
    egress = Egress.for_world("127.0.0.1", port, names=names)

    def run() -> None:
        visiting = crawl(
            sources,
            make_sink=lambda: held,
            make_state=lambda: held,
            egress=egress,
            now=lambda: NOW,
            author_key=b"0123456789abcdef",
            time_limit_seconds=120,
        )
        asyncio.run(visiting)

    seconds = cost(run)
    return _whole(seconds, len(held.documents), expected)


def _declared(host: str, port: int) -> Declaration:
    return Declaration.model_validate(
        {
            "id": host.partition(".")[0],
            "name": host,
            "kind": "listing",
            "source_class": "media",
            "weight": 1,
            "access": "open",
            "legal_basis": "本机基准",
            "url": f"http://{host}:{port}/list.html",
            "list": {"record": "ul.news li", "title": "a", "link": "a@href"},
            "politeness": {"delay": "0s", "max_articles": 1000},
        }
    )


def _scrapy(port: int, hosts: int, expected: int) -> float:
    command = [sys.executable, "-m", "tests.bench.bare_scrapy", str(port), str(hosts)]
    done = subprocess.run(command, cwd=_ROOT, capture_output=True, text=True, timeout=180, check=True)
    said = json.loads(done.stdout)
    return _whole(float(said["seconds"]), int(said["articles"]), expected)


def _whole(seconds: float, got: int, expected: int) -> float:
    if got != expected:
        raise RuntimeError(f"a run kept {got} of {expected} articles")
    return seconds


@contextmanager
def _server(articles: int) -> Iterator[int]:
    command = [sys.executable, "-m", "tests.flows.many_hosts", str(articles)]
    with subprocess.Popen(command, cwd=_ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        if process.stdout is None:
            raise RuntimeError("the local server has no output")
        try:
            yield int(process.stdout.readline())
        finally:
            process.kill()
