"""What is remembered of attachments that were refused, until the bound is raised."""

from service.domain.documents.attachment_room import AttachmentRoom, Unkept, megabytes
from tests.unit.service.domain.builders import HOUR, NOW

SINCE = Unkept(since=NOW, count=2, smallest=30, name="甲.pdf")


def room(held: int = 90, limit: int = 100, unkept: Unkept | None = SINCE) -> AttachmentRoom:
    return AttachmentRoom(files=3, held=held, limit=limit, unkept=unkept)


def test_a_file_fits_up_to_the_bound_and_not_one_byte_beyond() -> None:
    assert [room().fits(size) for size in (10, 11)] == [True, False]


def test_it_is_full_as_long_as_what_was_refused_would_be_refused_again() -> None:
    assert [room(limit=limit).full for limit in (119, 120)] == [True, False]
    assert not room(held=100, unkept=None).full


def test_refusals_are_counted_since_the_first_and_anew_after_the_bound_was_raised() -> None:
    later = NOW + HOUR
    assert room().after_refusal("乙.pdf", 20, later) == Unkept(since=NOW, count=3, smallest=20, name="乙.pdf")
    first = Unkept(since=later, count=1, smallest=900, name="乙.pdf")
    assert room(limit=200).after_refusal("乙.pdf", 900, later) == first
    assert room(unkept=None).after_refusal("乙.pdf", 900, later) == first
    assert Unkept.from_json(first.to_json()) == first


def test_sentence_tells_how_much_is_kept_since_when_what_was_not_and_what_to_do() -> None:
    told = room().sentence(NOW)
    for part in (
        "附件空间已满",
        "已存 3 个",
        "11月25日 14:32起有 2 个新附件",
        "甲.pdf",
        "attachment_megabytes",
        "不会自动删除",
    ):
        assert part in told
    assert room(unkept=None).sentence(NOW) == "已存 3 个，0.0 MB，上限 0.0 MB"


def test_sizes_are_written_in_megabytes() -> None:
    assert [megabytes(size) for size in (300_000, 340 * 2**20, 10_240 * 2**20)] == ["0.3 MB", "340 MB", "10240 MB"]
