"""The first post of a text is the first in time, whatever order the posts were judged in."""

from dataclasses import replace
from datetime import timedelta

from service.domain.events.event import EventDocument
from service.domain.events.reprints import first_posts, fold_reprints
from tests.builders import NOW

_POST = EventDocument(
    document_id="",
    title="某县多名患者输液后寒战",
    text="",
    url=None,
    source_id="drop-vendor",
    source_name="某论坛",
    source_class="social",
    kind="post",
    published_at=None,
    stored_at=NOW,
    level=2,
    severity=4,
    tone="neg",
    categories=("R01",),
    duplicate_of=None,
)


def _posts(*pairs: tuple[str, str | None]) -> list[EventDocument]:
    return [
        replace(_POST, document_id=name, duplicate_of=of, published_at=NOW + timedelta(hours=hour))
        for hour, (name, of) in enumerate(pairs)
    ]


def _folded(*pairs: tuple[str, str | None]) -> dict[str, str | None]:
    return {one.document_id: one.duplicate_of for one in fold_reprints(_posts(*pairs))}


def test_of_an_export_that_lists_the_newest_first_the_earliest_post_is_the_first() -> None:
    assert _folded(("early", "late"), ("middle", "late"), ("late", None)) == {
        "early": None,
        "middle": "early",
        "late": "early",
    }


def test_a_reprint_of_a_reprint_points_to_the_first_post() -> None:
    assert _folded(("first", "second"), ("second", "third"), ("third", None)) == {
        "first": None,
        "second": "first",
        "third": "first",
    }


def test_posts_whose_likeness_is_in_no_list_are_folded_under_the_first_of_them() -> None:
    assert _folded(("one", "elsewhere"), ("two", "elsewhere"), ("other", None)) == {
        "one": None,
        "two": "one",
        "other": None,
    }


def test_what_was_judged_in_order_of_time_stays_as_it_is() -> None:
    assert _folded(("first", None), ("second", "first"), ("other", None)) == {
        "first": None,
        "second": "first",
        "other": None,
    }


def test_documents_that_point_to_each_other_are_one_text() -> None:
    assert _folded(("one", "two"), ("two", "one")) == {"one": None, "two": "one"}


def test_the_order_of_an_event_names_the_same_first_posts_as_its_documents() -> None:
    pairs = (("early", "late"), ("middle", "late"), ("late", None), ("other", None))
    assert dict(first_posts(pairs)) == _folded(*pairs)
