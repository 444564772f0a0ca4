import sqlite3
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from service.ports.search import SearchQuery, SearchUnavailableError
from service.search.fts import FtsSearch
from service.search.fts_query import COUNTS, conditions_of
from tests.contract.search import SearchContract, document, found


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
        [SearchQuery(), SearchQuery(level_at_least=1), SearchQuery(categories=("R07",)), SearchQuery(region="360700")],
    )
    def test_counting_without_a_word_reads_no_text(self, file: Path, search: FtsSearch, query: SearchQuery) -> None:
        search.index([document(number) for number in range(1, 20)])
        asked = conditions_of(query)
        assert asked is not None
        parts, bound = asked
        connection = sqlite3.connect(file)
        plan = [row[3] for row in connection.execute("EXPLAIN QUERY PLAN " + COUNTS.format(**parts), bound)]
        connection.close()
        assert "USING COVERING INDEX documents_counted" in plan[0], plan

    def test_an_index_of_before_is_kept_and_counted_the_same(self, file: Path) -> None:
        first = FtsSearch(file)
        first.index([document(1), document(2, level=2, categories=("R01", "R02"))])
        counts = first.find(SearchQuery()).facets
        first.close()
        connection = sqlite3.connect(file)
        connection.execute("DROP INDEX documents_counted")
        connection.close()
        second = FtsSearch(file)
        assert second.find(SearchQuery()).facets == counts
        second.close()
        connection = sqlite3.connect(file)
        assert connection.execute("SELECT 1 FROM sqlite_master WHERE name = 'documents_counted'").fetchone()
        connection.close()

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
