from hypothesis import given
from hypothesis import strategies as st

from service.web.views.differences import Run, changed_counts, differences

lines = st.lists(st.text("情况说明一二三，。107.,aB", max_size=12), max_size=6).map("\n".join)


@given(lines, lines)
def test_put_together_the_runs_give_either_version_back(before: str, after: str) -> None:
    found = differences(before, after)
    old = [line for line in found if not line or any(run.kind != "added" for run in line)]
    new = [line for line in found if not line or any(run.kind != "removed" for run in line)]
    assert _joined(old, "added") == before.replace("\n", "")
    assert _joined(new, "removed") == after.replace("\n", "")


def _joined(found: list[list[Run]], left_out: str) -> str:
    return "".join(run.text for line in found for run in line if run.kind != left_out)


def test_a_change_within_a_sentence_is_shown_by_character() -> None:
    [line] = differences("反映某县患者用药后寒战。请知悉。", "反映某县多名患者用药后寒战。请知悉。")
    assert line == [Run("same", "反映某县"), Run("added", "多名"), Run("same", "患者用药后寒战。请知悉。")]
    assert changed_counts([line]) == (2, 0)


def test_one_character_that_stands_in_both_by_chance_does_not_part_a_change() -> None:
    [line] = differences("现将甲乙丙情况说明", "现将丁乙戊情况说明")
    assert line == [Run("same", "现将"), Run("removed", "甲乙丙"), Run("added", "丁乙戊"), Run("same", "情况说明")]


def test_a_number_that_changed_is_struck_out_whole() -> None:
    [line] = differences("共有10人不适，批号A2026已封存", "共有17人不适，批号A2027已封存")
    assert [run for run in line if run.kind != "same"] == [
        Run("removed", "10"),
        Run("added", "17"),
        Run("removed", "A2026"),
        Run("added", "A2027"),
    ]
    assert differences("销往3,200支药品", "销往13,200支药品")[0][1:3] == [
        Run("removed", "3,200"),
        Run("added", "13,200"),
    ]


def test_paragraphs_that_came_or_went_are_shown_whole() -> None:
    assert differences("一\n二", "一\n二\n三")[-1] == [Run("added", "三")]
    assert differences("一\n二\n三", "一\n三")[1] == [Run("removed", "二")]


def test_long_paragraphs_are_compared_within_a_bound() -> None:
    [line] = differences("甲" * 30_000, "乙" * 30_000)
    assert [run.kind for run in line] == ["removed", "added"]
