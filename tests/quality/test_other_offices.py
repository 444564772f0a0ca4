"""Whose matter everyday titles are that another authority answers, and that no article is offered for them in its place.

`other_offices.tsv` was written before the table told any office, each title with the offices that a lawyer would name. Nothing in it
happened. The rows were mended from the titles with `mended` in their id; the others were counted before and after and never looked
at: an office was named for none, and is for 34 of 46; no article was offered for 17, and is for 34. One author, a language model:
what is kept here is that such matters stay told, not that a lawyer would agree.
"""

from datetime import date
from pathlib import Path

import pytest

from analysis.assess import Analyser
from analysis.matching.articles import split_articles
from analysis.matching.retrieval import ArticleIndex, Consulted, Counsel
from tests.quality.labelled import document_of, read_table

pytestmark = pytest.mark.quality

TITLES = Path(__file__).with_name("other_offices.tsv")
LAWS_OF = date(2025, 3, 1)
FLOORS = {"mended": (39, 38), "kept": (33, 33)}
"""Titles of each half for which a right office is named, and titles for which no article is offered."""


@pytest.fixture(scope="module")
def consulted(shared_data: Path) -> dict[str, Consulted]:
    analyser = Analyser.load()
    laws = sorted((shared_data / "law").glob("*.md"))
    articles = [one for law in laws for one in split_articles(law.read_text(encoding="utf-8"), law.stem)]
    counsel = Counsel(index=ArticleIndex(articles, analyser.segmenter.cut_for_search))
    titles = [title for _, title, _ in read_table(TITLES)]
    documents = [document_of({"id": title, "title": title, "text": "", "date": "2025-03-01"}) for title in titles]
    return {
        document.title: counsel.consult(
            document, assessment, on=LAWS_OF, pooled=analyser.pooled(document.title, document.text)
        )
        for document, assessment in zip(documents, analyser.assess(documents), strict=True)
    }


@pytest.mark.parametrize("half", FLOORS)
def test_everyday_titles_of_other_authorities_are_told_to_be_theirs(half: str, consulted: dict[str, Consulted]) -> None:
    rows = [(title, offices.split("|")) for one, title, offices in read_table(TITLES) if one.startswith(half)]
    told = [(consulted[title], offices) for title, offices in rows]
    named = sum(
        found.elsewhere is not None
        and found.elsewhere.remit is not None
        and any(office in found.elsewhere.remit.office for office in offices)
        for found, offices in told
    )
    silent = sum(not [one for one in found.matches if one.situation is not None] for found, _ in told)
    lacking = zip(("office", "silent"), (named, silent), FLOORS[half], strict=True)
    assert [f"{name} {got} of {len(told)}" for name, got, least in lacking if got < least] == []
