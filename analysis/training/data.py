"""Labelled documents: where they lie, what a row says, and the hashes that name them."""

import csv
import gzip
import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from zlib import crc32

from analysis.assessment import Level, Tone
from analysis.matching.articles import article_label
from analysis.matching.situations import load_situations
from crawlers.records import Document, DocumentKind

__all__ = [
    "ARTICLE_LABELS",
    "DEV_FILE",
    "NEED_ANSWERS",
    "PEOPLE_HARMED",
    "SITUATION_LABELS",
    "STREAM_FILE",
    "STREAM_LABELS",
    "STREAM_SOURCE",
    "TRAINING_FILES",
    "WRITTEN_DOCUMENTS",
    "WRITTEN_ENTRIES",
    "WRITTEN_NAMES",
    "WRITTEN_SOURCE",
    "WRITTEN_TITLES",
    "Example",
    "file_hash",
    "held_out",
    "load_events",
    "load_examples",
    "load_training",
    "read_article_labels",
    "read_need_answers",
    "read_situation_labels",
    "read_written_titles",
    "stream_titles",
    "trained_on",
    "written_documents",
    "written_entries",
]

TRAINING_FILES = (
    "attention/train.jsonl",
    "attention/train_single.jsonl",
    "attention/written.jsonl",
    "documents/train.jsonl",
)
DEV_FILE = "attention/dev.jsonl"
EVENTS_FILE = "attention/events.tsv"
STREAM_FILE = "hotlist/weibo-2024.jsonl.gz"
STREAM_SOURCE = "stream"
WRITTEN_SOURCE = "written"
STREAM_LABELS = Path(__file__).with_name("stream_labels.tsv")
SITUATION_LABELS = Path(__file__).with_name("situation_labels.tsv")
ARTICLE_LABELS = Path(__file__).with_name("article_labels.tsv")
WRITTEN_TITLES = Path(__file__).with_name("written") / "titles.tsv"
WRITTEN_DOCUMENTS = Path(__file__).with_name("written") / "documents.jsonl"
WRITTEN_ENTRIES = WRITTEN_DOCUMENTS.with_name("entries.tsv")
NEED_ANSWERS = WRITTEN_DOCUMENTS.with_name("need_answers.tsv")
WRITTEN_NAMES = WRITTEN_DOCUMENTS.with_name("named_things.jsonl")
PEOPLE_HARMED = WRITTEN_DOCUMENTS.with_name("people_harmed.jsonl")
_DIGITS = 16
_HELD_OUT = 5
# Labelled rows carry no fetch time; identity and scores do not depend on it.
_FETCHED_AT = datetime(2026, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class Example:
    """A labelled document. `date` is empty for written texts, `event` is its own id where it belongs to none.

    `tells_level` says whether the level may be learned from it: titles written for the kinds of risk are nearly all
    risks, and would teach that short titles are. `tells_tone` says the same of the tone: written texts are tidier, and
    what they taught cost .03 of macro-F1 on titles of later months. `situations` are the rows of the table of
    situations that it is about, where somebody said so, `articles` those that readers named for it with what they are
    worth there, from 0 to 1; `needs_answer` says whether the regulator of its place would have to answer publicly,
    where it is known.
    """

    document: Document
    level: Level
    categories: tuple[str, ...]
    severity: int
    tone: Tone | None
    date: str
    event: str
    tells_level: bool = True
    tells_tone: bool = True
    situations: tuple[str, ...] = ()
    articles: Mapping[str, float] = field(default_factory=dict)
    needs_answer: bool | None = None

    @property
    def written(self) -> bool:
        """Tell whether the text was written for training rather than collected."""
        return not self.date


def held_out(example: Example) -> bool:
    """Tell whether a written text belongs to the fifth of the events that forward models leave out, to weigh them by."""
    return example.written and crc32(example.event.encode()) % _HELD_OUT == 0


def load_training(shared: Path) -> list[Example]:
    """Return the examples of every training file in the order of the files, the labelled titles of the stream, and what was written."""
    events = load_events(shared)
    situations, articles = read_situation_labels(), read_article_labels()
    examples = [
        *(example for name in TRAINING_FILES for example in load_examples(shared / name, events)),
        *_load_stream(shared / STREAM_FILE),
        *_written_titles(),
        *written_documents(),
        *written_entries(),
    ]
    return [
        replace(
            example,
            situations=example.situations or situations.get(example.document.id, ()),
            articles=articles.get(example.document.id, {}),
        )
        for example in examples
    ]


def trained_on(shared: Path) -> dict[str, str]:
    """Return the SHA-256 of every file that `load_training` reads."""
    own = (
        STREAM_LABELS,
        SITUATION_LABELS,
        ARTICLE_LABELS,
        WRITTEN_TITLES,
        WRITTEN_DOCUMENTS,
        WRITTEN_ENTRIES,
        NEED_ANSWERS,
    )
    return {
        **{name: file_hash(shared / name) for name in (*TRAINING_FILES, STREAM_FILE)},
        **{path.relative_to(Path(__file__).parent).as_posix(): file_hash(path) for path in own},
    }


def _written_titles() -> Iterator[Example]:
    """Yield the titles written for the rows of the table of situations that have labels; all of one row are one event."""
    for situation, title, *labelled in read_written_titles():
        if labelled[1]:
            name = hashlib.sha256(title.encode()).hexdigest()[:_DIGITS]
            example = _written_example(name, title, labelled, event=f"situation:{situation}")
            yield replace(example, tells_level=False, tells_tone=False, situations=(situation,))


def _written_example(name: str, title: str, labelled: Sequence[str], *, event: str = "") -> Example:
    """Return the example of a written title with its text, level, categories, severity and tone as they stand in a file."""
    text, level, categories, severity, tone = labelled
    row = {
        "id": name,
        "source": WRITTEN_SOURCE,
        "title": title,
        "text": text,
        "level": int(level),
        "categories": [code for code in categories.split(",") if code],
        "severity": int(severity),
        "tone": tone or None,
        "event": event,
    }
    return _example(row, {})


def written_documents() -> Iterator[Example]:
    """Yield the documents written for training on whose level and leading category their two readers agree."""
    rows = map(json.loads, WRITTEN_DOCUMENTS.read_text(encoding="utf-8").splitlines())
    disputed = {row["id"] for row in rows if row.get("disputed")}
    answers = read_need_answers()
    for example in load_examples(WRITTEN_DOCUMENTS):
        name = example.document.id
        if name not in disputed:
            yield replace(example, tells_tone=False, needs_answer=answers.get(name))


def written_entries(path: Path = WRITTEN_ENTRIES) -> Iterator[Example]:
    """Yield the entries written as hot lists have them, of all levels; each is an event of its own."""
    for line in path.read_text(encoding="utf-8").splitlines():
        name, title, *labelled = line.split("\t")
        yield _written_example(name, title, labelled)


def read_written_titles(path: Path = WRITTEN_TITLES) -> Iterator[list[str]]:
    """Yield row, title, text, level, categories, severity and tone of every written title; the labels may be empty."""
    for line in path.read_text(encoding="utf-8").splitlines():
        if not line.startswith("#"):
            yield line.split("\t")


def read_situation_labels(path: Path = SITUATION_LABELS) -> Mapping[str, tuple[str, ...]]:
    """Return the rows that each labelled document is about, by its id."""
    lines = (line.split("\t") for line in path.read_text(encoding="utf-8").splitlines() if not line.startswith("#"))
    return {document: tuple(rows.split(",")) for document, rows in lines}


def read_article_labels(path: Path = ARTICLE_LABELS) -> Mapping[str, Mapping[str, float]]:
    """Return what articles readers named for each labelled document, by its id: key and worth, the mean over its readers.

    A reader's governing article is worth 1, a related one 0.4; a document of which nothing in the library governs has
    none.
    """
    laws = load_situations().laws
    labels: dict[str, Mapping[str, float]] = {}
    for line in path.read_text(encoding="utf-8").splitlines():
        if not line.startswith("#"):
            document, _, named = line.partition("\t")
            worths = (one.split("=") for one in named.split())
            labels[document] = {_article_key(reference, laws): float(worth) for reference, worth in worths}
    return labels


def _article_key(reference: str, laws: Mapping[str, str]) -> str:
    law, _, number = reference.partition("#")
    return f"{laws[law]}#{article_label(int(number))}"


def read_need_answers(path: Path = NEED_ANSWERS) -> Mapping[str, bool]:
    """Return, by id, whether a written risk document needs a public answer, for those on which its two readers agree."""
    lines = (line.split("\t") for line in path.read_text(encoding="utf-8").splitlines())
    return {document: first == "1" for document, first, second in lines if first == second}


def _load_stream(path: Path) -> Iterator[Example]:
    """Yield the stream titles that `STREAM_LABELS` labels, in order of first appearance."""
    labels = dict(_stream_labels())
    for title, (day, text) in stream_titles(path).items():
        digits = hashlib.sha256(title.encode()).hexdigest()[:_DIGITS]
        if label := labels.get(digits):
            row = {
                "id": digits,
                "source": STREAM_SOURCE,
                "title": title,
                "text": text,
                "date": day,
                "tone": None,
                **label,
            }
            yield _example(row, {})


def stream_titles(path: Path) -> dict[str, tuple[str, str]]:
    """Return every title of the hot lists with its first day and its longest text, in order of first appearance."""
    seen: dict[str, tuple[str, str]] = {}
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        for line in lines:
            snapshot = json.loads(line)
            for item in snapshot["items"]:
                title, text = item["title"], item.get("description") or ""
                day, longest = seen.get(title, (snapshot["seen_at"][:10], ""))
                seen[title] = (day, max(longest, text, key=len))
    return seen


def _stream_labels() -> Iterator[tuple[str, dict[str, Any]]]:
    for line in STREAM_LABELS.read_text(encoding="utf-8").splitlines():
        if not line.startswith("#"):
            digits, level, categories, severity = line.split("\t")
            label = {
                "level": int(level),
                "categories": [c for c in categories.split(",") if c],
                "severity": int(severity),
            }
            yield digits, label


def load_examples(path: Path, events: Mapping[str, str] | None = None) -> Iterator[Example]:
    """Yield the examples of one file.

    Raises:
        ValueError: If a line is no labelled document; names file, line and reason.
    """
    with path.open(encoding="utf-8") as lines:
        for number, line in enumerate(lines, start=1):
            try:
                row = json.loads(line)
                yield _example(row, events or {})
            except (ValueError, KeyError) as error:
                raise ValueError(f"{path}, line {number} is no labelled document: {error}") from error


def file_hash(path: Path) -> str:
    """Return the SHA-256 of a file."""
    return hashlib.sha256(path.read_bytes()).hexdigest()


def _example(row: Mapping[str, Any], events: Mapping[str, str]) -> Example:
    document = Document(
        id=row["id"],
        source_id=row.get("source", "labelled"),
        native_id=row["id"],
        kind=DocumentKind.HOT_ENTRY if "date" in row else DocumentKind.ARTICLE,
        title=row["title"],
        text=row["text"],
        fetched_at=_FETCHED_AT,
    )
    return Example(
        document=document,
        level=Level(row["level"]),
        categories=tuple(row["categories"]),
        severity=row["severity"],
        tone=Tone(row["tone"]) if row["tone"] else None,
        date=row.get("date", ""),
        event=row.get("event") or events.get(row["id"], row["id"]),
        needs_answer=row.get("needs_response"),
    )


def load_events(shared: Path) -> dict[str, str]:
    """Return the event of every labelled item that belongs to one, empty where the table is missing."""
    path = shared / EVENTS_FILE
    if not path.is_file():
        return {}
    with path.open(encoding="utf-8") as table:
        rows: Sequence[Mapping[str, str]] = list(csv.DictReader(table, delimiter="\t"))
    return {row["id"]: row["event"] for row in rows}
