from datetime import UTC, datetime

from crawlers.lists.listed import Listed
from crawlers.visits.late import LatePage, late_pages_from

NOW = datetime(2026, 11, 28, 4, 0, tzinfo=UTC)


def test_a_page_still_to_be_had_is_remembered_without_the_numbers_that_its_list_told() -> None:
    told = Listed(
        native_id="13812345678",
        title="反映药店售假，电话13812345678",
        url="https://board.example/13812345678",
        summary="联系138（1234）5678，家住赣江边",
        facts={"reply": "已致电0791-88123456"},
    )
    kept = LatePage(record=told, failures=1, why="timeout", since=NOW).to_json()
    assert "5678" not in str({name: kept[name] for name in ("title", "summary", "facts")})
    assert "88123456" not in str(kept["facts"])
    # By these it is asked for again.
    assert (kept["native_id"], kept["url"]) == (told.native_id, told.url)
    [page] = late_pages_from([kept]).values()
    assert page.record.title == "反映药店售假，电话138********"
