"""One year's days off as a file of its own, and the other data that the office and this project keep beside the register."""

from datetime import date, timedelta
from pathlib import Path

import pytest

from analysis.matching.situations import load_situations
from service.domain.clocks.calendar import WorkingCalendar
from service.domain.rules.register import Register
from service.policies.overlay import stamp_of
from service.policies.register import load_register
from service.policies.tables import RegisterError

YEAR = """version: "2026-12-01"
year: 2027
source: 国办发明电〔2026〕0号（演示）
holidays: [2027-01-01, 2027-01-02, 2027-01-03, 2027-02-05, 2027-02-06, 2027-02-07, 2027-02-08, 2027-02-09, 2027-02-10,
  2027-02-11, 2027-04-05, 2027-05-01, 2027-05-02, 2027-05-03]
working: [2027-02-13]
"""

WHOLE = """version: "2026-12-01"
year: 2027
source: 国办发明电〔2026〕0号（演示）
holidays: [2027-01-01, 2027-01-02, 2027-01-03, 2027-02-05, 2027-02-06, 2027-02-07, 2027-02-08, 2027-02-09, 2027-02-10,
  2027-02-11, 2027-04-03, 2027-04-04, 2027-04-05, 2027-05-01, 2027-05-02, 2027-05-03, 2027-05-04, 2027-05-05, 2027-06-09, 2027-09-15,
  2027-10-01, 2027-10-02, 2027-10-03, 2027-10-04, 2027-10-05, 2027-10-06, 2027-10-07]
working: [2027-01-31, 2027-02-20, 2027-05-08, 2027-10-09]
"""


@pytest.fixture(scope="module")
def shipped() -> Register:
    return load_register()


class TestYears:
    def test_a_year_that_the_library_has_not_is_read_from_its_file(self, tmp_path: Path, shipped: Register) -> None:
        assert not shipped.calendar.knows(2027)
        (tmp_path / "calendar-2027.yaml").write_text(YEAR, encoding="utf-8")
        calendar = load_register(tmp_path).calendar
        assert calendar.knows(2027)
        days = {date(2027, 1, 1): False, date(2027, 1, 4): True, date(2027, 2, 13): True, date(2027, 2, 14): False}
        assert {day: calendar.is_working(day) for day in days} == days
        assert calendar.add_working_days(date(2026, 12, 31), 1) == date(2027, 1, 4)

    @pytest.mark.parametrize(
        ("old", "new", "sentence"),
        [
            ("year: 2027", "year: 2028", "第 2 行，键 year：应与文件名一致，为 2027"),
            ("[2027-02-13]", "[2027-02-15]", "2027-02-15 是星期一，调休上班只能是星期六或星期日"),
            ("[2027-02-13]", "[2027-02-06]", "2027-02-06 既写作放假又写作上班"),
            ("[2027-02-13]", "[2027-02-13, 2027-02-13]", "2027-02-13 写了两次"),
            ("2027-05-03", "2026-12-31", "2026-12-31 不在 2027 年"),
            (", 2027-04-05, 2027-05-01, 2027-05-02, 2027-05-03", "", "不像一整年"),
            ("source: 国办发明电〔2026〕0号（演示）\n", "", "键 source：缺少此项"),
            ("working:", "wroking:", "键 wroking：不认识的键"),
            ("2027-05-03", "2027-02-30", "第 5 行"),
        ],
    )
    def test_a_wrong_year_is_refused_by_file_line_and_key(
        self, tmp_path: Path, old: str, new: str, sentence: str
    ) -> None:
        assert old in YEAR
        (tmp_path / "calendar-2027.yaml").write_text(YEAR.replace(old, new), encoding="utf-8")
        with pytest.raises(RegisterError) as caught:
            load_register(tmp_path)
        assert "calendar-2027.yaml" in str(caught.value)
        assert sentence in str(caught.value)

    @pytest.mark.parametrize(
        ("name", "meant"),
        [
            ("calendar-2027.yaml.txt", "calendar-2027.yaml"),
            ("clocks.yaml.txt", "clocks.yaml"),
            ("routing.YAML.TXT", "routing.yaml"),
            ("situations.yml.txt", "situations.yaml"),
            ("Clocks.YAML", "clocks.yaml"),
            ("calendar-2027.yml", "calendar-2027.yaml"),
        ],
    )
    def test_a_file_whose_ending_hides_another_is_refused_with_the_name_that_it_should_have(
        self, tmp_path: Path, name: str, meant: str
    ) -> None:
        empty = stamp_of(tmp_path)
        (tmp_path / name).write_text(YEAR, encoding="utf-8")
        assert stamp_of(tmp_path) != empty
        with pytest.raises(RegisterError, match=f"{name}：这个文件没有采用，请改名为 {meant}；"):
            load_register(tmp_path)

    @pytest.mark.parametrize(
        ("today", "year"),
        [
            (date(2026, 10, 31), None),
            (date(2026, 11, 1), 2027),
            (date(2026, 11, 25), 2027),
            (date(2027, 1, 1), 2027),
            (date(2025, 12, 1), None),
        ],
    )
    def test_a_missing_year_is_asked_for_from_november_on(
        self, shipped: Register, today: date, year: int | None
    ) -> None:
        notice = shipped.calendar.notice(today)
        assert (notice is None) is (year is None)
        assert notice is None or (f"{year}年的节假日安排尚未收录" in notice and f"calendar-{year}.yaml" in notice)

    @pytest.mark.parametrize(
        ("old", "new", "told"),
        [
            (WHOLE, WHOLE, None),
            ("2027-01-31, 2027-02-20, 2027-05-08, 2027-10-09", "", "调休上班 0 天，相差 17 天，而法定节假日为 13 天"),
            (", 2027-10-09", "", "调休上班 3 天，相差 14 天"),
            ("2027-06-09, ", "", "放假的日子里有 16 天是星期一至五"),
        ],
    )
    def test_a_year_that_does_not_add_up_is_told_and_counts(
        self, tmp_path: Path, old: str, new: str, told: str | None
    ) -> None:
        assert old in WHOLE
        (tmp_path / "calendar-2027.yaml").write_text(WHOLE.replace(old, new), encoding="utf-8")
        calendar = load_register(tmp_path).calendar
        assert calendar.knows(2027)
        for today in (date(2026, 12, 1), date(2027, 3, 1)):
            notice = calendar.notice(today)
            assert (notice is None) is (told is None)
            assert told is None or told in str(notice)


@pytest.mark.parametrize(("year", "statutory"), [(2023, 11), (2024, 11), (2025, 13), (2026, 13)])
def test_published_years_add_up_to_the_statutory_days(year: int, statutory: int) -> None:
    calendar = WorkingCalendar()
    days = [date(year, 1, 1) + timedelta(days=at) for at in range(366)]
    off = sum(day.weekday() < 5 and not calendar.is_working(day) for day in days if day.year == year)
    made_up = sum(day.weekday() >= 5 and calendar.is_working(day) for day in days if day.year == year)
    assert off - made_up == statutory


class TestStamp:
    def test_it_changes_with_every_file_and_only_then(self, tmp_path: Path) -> None:
        assert stamp_of(None) is None
        assert stamp_of(tmp_path / "none") is None
        empty = stamp_of(tmp_path)
        (tmp_path / "clocks.yaml").write_text("clocks: []\n", encoding="utf-8")
        one = stamp_of(tmp_path)
        (tmp_path / "readme.txt").write_text("x", encoding="utf-8")
        assert stamp_of(tmp_path) == one != empty
        (tmp_path / "clocks.yaml").write_text("clocks: []\n\n", encoding="utf-8")
        assert stamp_of(tmp_path) != one


class TestGists:
    def test_two_hundred_articles_have_one_sentence_each(self, shipped: Register) -> None:
        assert len(shipped.gists) >= 200
        assert all(gist.gist.endswith("。") and 8 <= len(gist.gist) <= 90 for gist in shipped.gists.values())
        assert all(gist.source for gist in shipped.gists.values())

    def test_every_article_that_the_register_names_has_one(self, shipped: Register) -> None:
        named = {key for fact in shipped.policies.values() for key in fact.keys}
        assert named <= set(shipped.gists)

    def test_every_article_that_governs_a_situation_has_one(self, shipped: Register) -> None:
        situations = load_situations()
        governing = {key for row in (*situations.rows, *situations.modifiers) for key in row.governs}
        assert governing - set(shipped.gists) == set()

    @pytest.mark.parametrize(
        ("row", "sentence"),
        [
            ('{id: "无此法(2020-01-01)#第一条", gist: 甲。}', "政策目录中没有文本名为 无此法(2020-01-01) 的文件"),
            ('{id: "药品管理法(2019-08-26)#九十八", gist: 甲。}', "“九十八”不是条文编号"),
            ('{id: "药品管理法(2019-08-26)#第一条"}', "键 gist：缺少此项"),
        ],
    )
    def test_a_gist_of_nothing_is_refused(self, tmp_path: Path, row: str, sentence: str) -> None:
        (tmp_path / "gists.yaml").write_text(f"gists:\n  - {row}\n", encoding="utf-8")
        with pytest.raises(RegisterError) as caught:
            load_register(tmp_path)
        assert "gists.yaml 第 2 行" in str(caught.value)
        assert sentence in str(caught.value)


class TestRows:
    @pytest.mark.parametrize(
        ("name", "row", "sentence"),
        [
            ("clocks.yaml", "clocks:\n  - {id: C-APP, extend: prompt}\n", "延长期限须写明数字"),
            ("clocks.yaml", "clocks:\n  - {id: C-APP, extend: soon}\n", "无法识别延长期限"),
            ("clocks.yaml", "clocks:\n  - {id: C-APP, repeat: true}\n", "只有按小时计的时限可以循环"),
            (
                "register.yaml",
                "documents:\n  - {id: drug-law-2030, title: 药品管理法, valid_from: 2020-01-01}\n",
                "是同名文件《药品管理法》的两个版本，效力期重叠",
            ),
        ],
    )
    def test_what_cannot_hold_is_refused(self, tmp_path: Path, name: str, row: str, sentence: str) -> None:
        (tmp_path / name).write_text(row, encoding="utf-8")
        with pytest.raises(RegisterError, match=sentence):
            load_register(tmp_path)

    def test_a_version_that_follows_is_taken(self, tmp_path: Path) -> None:
        (tmp_path / "register.yaml").write_text(
            "documents:\n"
            "  - {id: drug-law-2019, valid_to: 2029-12-31, superseded_by: drug-law-2030}\n"
            "  - {id: drug-law-2030, title: 药品管理法, valid_from: 2030-01-01, level: law}\n",
            encoding="utf-8",
        )
        assert load_register(tmp_path).documents["drug-law-2030"].level == "law"
