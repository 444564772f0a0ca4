import re
import sqlite3
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from service.ports.search import SearchQuery, SearchUnavailableError
from service.search.fts import FtsSearch
from service.search.fts_query import COUNTS, FOUND, PAGE, asked_of
from tests.contract.search import NOW, SearchContract, document, found


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "search.db"


@pytest.fixture
def search(file: Path) -> Iterator[FtsSearch]:
    opened = FtsSearch(file)
    yield opened
    opened.close()


class TestFtsSearch(SearchContract):
    pass


class TestFtsFile:
    def test_the_index_is_there_when_the_program_starts_again(self, file: Path) -> None:
        first = FtsSearch(file)
        first.index([document(1)])
        first.close()
        second = FtsSearch(file)
        assert found(second, "疫苗") == ["d1"]
        second.close()

    def test_an_index_of_another_shape_is_made_anew(self, file: Path) -> None:
        first = FtsSearch(file)
        first.index([document(1)])
        first.close()
        connection = sqlite3.connect(file)
        connection.execute("PRAGMA user_version = 99")
        connection.close()
        second = FtsSearch(file)
        assert second.find(SearchQuery()).total == 0
        second.index([document(1)])
        assert found(second, "疫苗") == ["d1"]
        second.close()

    @pytest.mark.parametrize(
        "query",
        [
            SearchQuery(),
            SearchQuery(level_at_least=1),
            SearchQuery(categories=("R07",)),
            SearchQuery(region="360700"),
            SearchQuery(tone="neg", since=NOW),
            SearchQuery(tokens=("疫苗",), tone="neg"),
            SearchQuery(phrases=(("疫苗", "接种"),), level_at_most=0, until=NOW),
            SearchQuery(tokens=("疫苗",), sort="score"),
            SearchQuery(excluded=("疫苗",)),
        ],
    )
    def test_what_is_filtered_counted_and_ordered_reads_no_text(
        self, file: Path, search: FtsSearch, query: SearchQuery
    ) -> None:
        search.index([document(number) for number in range(1, 20)])
        assert _tables_of(file, query) <= {"listed", "kinds"}

    def test_without_a_word_nothing_is_sorted(self, file: Path, search: FtsSearch) -> None:
        search.index([document(number) for number in range(1, 20)])
        for query in (SearchQuery(), SearchQuery(tone="neg"), SearchQuery(since=NOW, excluded=("疫苗",))):
            assert "TEMP B-TREE" not in _plan(file, query)

    def test_a_phrase_is_looked_for_once_for_the_counts_and_the_page(self, file: Path, search: FtsSearch) -> None:
        search.index([document(1)])
        assert _plan(file, SearchQuery(phrases=(("疫苗", "接种"),))).count("VIRTUAL TABLE") == 1

    def test_an_index_of_before_is_kept_and_answers_the_same(self, file: Path) -> None:
        first = FtsSearch(file)
        first.index([document(1), document(2, level=2, tone="neg", categories=("R01", "R02"))])
        first.note_made_by("rules")
        queries = (SearchQuery(), SearchQuery(tone="neg"), SearchQuery(tokens=("疫苗",)), SearchQuery(level_at_least=2))
        found = [first.find(query) for query in queries]
        first.close()
        connection = sqlite3.connect(file)
        connection.executescript(
            """DROP TABLE listed; DROP TABLE kinds; PRAGMA user_version = 2;
            CREATE INDEX documents_published ON documents (published, seq)"""
        )
        connection.close()
        second = FtsSearch(file)
        assert [second.find(query) for query in queries] == found
        assert second.made_by() == "rules"
        second.index([document(1, version=2, level=0)])
        second.remove(["d2"])
        assert second.find(SearchQuery()).facets["level"] == {"0": 1}
        second.close()

    def test_a_damaged_file_is_said_with_what_to_do(self, file: Path) -> None:
        file.write_text("这不是索引" * 200)
        search = FtsSearch(file)
        sentence = search.check()
        search.close()
        assert sentence is not None
        assert "index verify --repair" in sentence

    @pytest.mark.parametrize("with_its_log", [True, False])
    def test_a_file_deleted_under_running_processes_is_made_anew_and_each_of_them_goes_on_in_it(
        self, file: Path, search: FtsSearch, *, with_its_log: bool
    ) -> None:
        other = FtsSearch(file)
        search.index([document(number) for number in range(1, 40)])
        assert len(other.versions(after_seq=0, limit=100)) == 39
        file.unlink()
        if with_its_log:
            for end in ("-wal", "-shm"):
                file.with_name(file.name + end).unlink()
        search.index([document(40)])
        assert [name for _, name, _ in other.versions(after_seq=0, limit=100)] == ["d40"]
        other.index([document(41)])
        other.close()
        assert [name for _, name, _ in search.versions(after_seq=0, limit=100)] == ["d40", "d41"]
        connection = sqlite3.connect(file)
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        connection.close()

    def test_a_folder_that_is_not_there_is_said(self, tmp_path: Path) -> None:
        search = FtsSearch(tmp_path / "none" / "search.db")
        with pytest.raises(SearchUnavailableError, match=r"search\.db"):
            search.index([document(1)])
        search.close()

    def test_the_words_agree_with_the_documents_after_many_changes(self, file: Path, search: FtsSearch) -> None:
        for version in range(1, 6):
            search.index([document(seq, f"版{version} 词{seq}", version=version) for seq in range(1, 30)])
            search.remove([f"d{version}"])
        connection = sqlite3.connect(file)
        connection.execute("INSERT INTO words (words, rank) VALUES ('integrity-check', 1)")
        connection.close()
        assert found(search, "版4", limit=100) == []
        assert found(search, "版5", limit=100) == [f"d{seq}" for seq in range(29, 0, -1) if seq != 5]

    def test_a_document_of_a_rebuilt_store_takes_over_the_number_of_another(self, search: FtsSearch) -> None:
        search.index([document(1), document(2, "发热")])
        search.index([document(1, "寒战", document_id="d2", version=2)])
        assert found(search, "疫苗") == found(search, "发热") == []
        assert found(search, "寒战") == ["d2"]

    def test_writers_and_readers_work_at_once(self, search: FtsSearch) -> None:
        def write(start: int) -> None:
            for seq in range(start, start + 25):
                search.index([document(seq)])
                assert f"d{seq}" in found(search, "疫苗", limit=100)

        with ThreadPoolExecutor(4) as pool:
            list(pool.map(write, (0, 25, 50, 75), timeout=60))
        assert search.find(SearchQuery(tokens=("疫苗",))).total == 100


def _plan(file: Path, query: SearchQuery) -> str:
    """Return how SQLite would go about a query, but for reading the documents of the page."""
    asked = asked_of(query)
    assert asked is not None
    parts = {"conditions": asked.conditions, "held": asked.held, "score": asked.score, "order": asked.order}
    statements = (FOUND,) if asked.held else (COUNTS, PAGE)
    connection = sqlite3.connect(file)
    steps = [
        row[3]
        for statement in statements
        for row in connection.execute(f"EXPLAIN QUERY PLAN {statement.format(**parts)}", dict(asked.bound))
    ]
    connection.close()
    return "\n".join(steps)


def _tables_of(file: Path, query: SearchQuery) -> set[str]:
    """Return the tables, other than that of the words, that are read for a query."""
    names = set(re.findall(r"(?:SCAN|SEARCH) (\w+)", _plan(file, query)))
    return {"listed" if name == "l" else name for name in names} & {"listed", "kinds", "documents", "d"}
