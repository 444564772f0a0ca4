"""Days off read from the words of a notice: what it says is found, what does not fit is refused, nothing is guessed."""

from datetime import date

import pytest

from service.domain.clocks.calendar import WorkingCalendar
from service.domain.clocks.days_off import DaysOff, read_notice, with_days_off
from service.domain.refusal import Refusal

# In the form of such notices, with the days of 2026 that the calendar library knows; its number is made up.
NOTICE_2026 = """国务院办公厅关于2026年
部分节假日安排的通知
国办发明电〔2025〕0号
各省、自治区、直辖市人民政府，国务院各部委、各直属机构：
经国务院批准，现将2026年元旦、春节、清明节、劳动节、端午节、中秋节和国庆节放假调休日期的具体安排通知如下。
一、元旦：1月1日（周四）至3日（周六）放假调休，共3天。1月4日（周日）上班。
二、春节：2月15日（农历腊月二十八、周日）至23日（农历正月初七、周一）放假调休，共9天。2月14日（周六）、2月28日（周六）上班。
三、清明节：4月4日（周六）至6日（周一）放假，共3天。
四、劳动节：5月1日（周五）至5日（周二）放假调休，共5天。5月9日（周六）上班。
五、端午节：6月19日（周五）至21日（周日）放假，共3天。
六、中秋节：9月25日（周五）至27日（周日）放假，共3天。
七、国庆节：10月1日（周四）至7日（周三）放假调休，共7天。9月20日（周日）、10月10日（周六）上班。
节假日期间，各地区、各部门要妥善安排好值班和安全、保卫等工作。
国务院办公厅
2025年11月4日
"""

# Made up in the form of such notices: 2027's was not known when this was written.
NOTICE_2027 = """国务院办公厅关于2027年部分节假日安排的通知（演示）
一、元旦：1月1日（周五）至3日（周日）放假，共3天。
二、春节：2月5日（农历除夕、周五）至11日（周四）放假调休，共7天。1月31日（周日）、2月20日（周六）上班。
三、清明节：4月3日（周六）至5日（周一）放假，共3天。
四、劳动节：5月1日（周六）至5日（周三）放假调休，共5天。5月8日（周六）上班。
五、端午节：6月9日（周三）放假1天，不调休。
六、中秋节：9月15日（周三）放假1天，不调休。
七、国庆节：10月1日（周五）至7日（周四）放假调休，共7天。10月9日（周六）上班。
"""


class TestReading:
    def test_the_notice_of_a_year_that_the_library_knows_says_what_the_library_says(self) -> None:
        read = read_notice(NOTICE_2026)
        known, blank = WorkingCalendar(), WorkingCalendar(years=(2026,))
        day, found = date(2026, 1, 1), dict.fromkeys(read.off, False) | dict.fromkeys(read.working, True)
        while day.year == 2026:
            assert found.get(day, blank.is_working(day)) is known.is_working(day), day
            day = date.fromordinal(day.toordinal() + 1)
        assert (read.year, read.doubt) == (2026, "")
        assert read.source == "国务院办公厅关于2026年部分节假日安排的通知（国办发明电〔2025〕0号）"

    @pytest.mark.parametrize(
        ("old", "new"),
        [
            ("1月1日（周五）至3日（周日）", "１月１日(星期五)—3日(星期日)"),
            ("放假，共3天。\n二", "放假，\n共3天。\n\n二"),
            ("1月1日（周五）至3日", "2027年1月1日至1月3日"),
            ("10月9日（周六）上班", "10月9日(星期六)\n正常上班"),
            ("2月5日（农历除夕、周五）至", "2月5日（农历除夕，周五）起至"),
            ("共7天。1月31日（周日）、2月20日", "共7天，1月31日（周日）、2月20日"),
        ],
    )
    def test_other_ways_to_write_and_to_break_lines_say_the_same(self, old: str, new: str) -> None:
        assert old in NOTICE_2027
        assert read_notice(NOTICE_2027.replace(old, new)) == read_notice(NOTICE_2027)

    def test_a_new_year_that_begins_in_december_takes_the_days_of_both_years(self) -> None:
        text = NOTICE_2027.replace(
            "1月1日（周五）至3日（周日）放假，共3天", "2026年12月31日至2027年1月2日放假调休，共3天"
        )
        read = read_notice(text)
        assert read.off[:3] == (date(2026, 12, 31), date(2027, 1, 1), date(2027, 1, 2))

    def test_a_number_that_is_not_that_of_the_statutory_holidays_is_told(self) -> None:
        assert read_notice(NOTICE_2027).doubt == ""
        assert "法定节假日为 13 天" in read_notice(NOTICE_2027.replace("5月8日（周六）上班。", "")).doubt

    @pytest.mark.parametrize(
        ("old", "new", "sentence"),
        [
            ("2027年部分节假日", "部分节假日", "没有读到是哪一年"),
            ("2027年部分", "2026年部分", "2026年这一天是周四：请核对是不是2026年的通知"),
            ("放假调休，共5天", "放假调休，共4天", "5月1日起的放假写作共 4 天，读到的是 5 天"),
            ("2月20日（周六）上班", "2月22日上班", "2月22日是周一，调休上班只能是周六或周日"),
            ("5月8日（周六）上班", "5月2日上班", "5月2日既写作放假又写作上班"),
            ("4月3日（周六）至5日", "4月3日（周六）至35日", "不是日期"),
            ("10月1日（周五）至7日（周四）", "10月1日（周五）至9月7日", "不像一次放假"),
        ],
    )
    def test_what_does_not_fit_is_refused_with_what_to_look_at(self, old: str, new: str, sentence: str) -> None:
        assert old in NOTICE_2027
        with pytest.raises(Refusal) as refused:
            read_notice(NOTICE_2027.replace(old, new))
        assert sentence in refused.value.sentence

    @pytest.mark.parametrize(
        "text", ["", "明年放假怎么安排", "2027年元旦放假通知：1月1日（周五）至3日（周日）放假，共3天。", "2" * 6000]
    )
    def test_what_is_no_notice_of_a_whole_year_is_refused(self, text: str) -> None:
        with pytest.raises(Refusal):
            read_notice(text)


class TestCalendar:
    def test_limits_that_reach_into_the_year_are_counted_by_it(self) -> None:
        calendar = with_days_off(WorkingCalendar(), [read_notice(NOTICE_2027)])
        assert calendar.add_working_days(date(2026, 12, 31), 1) == date(2027, 1, 4)
        assert calendar.add_working_days(date(2027, 1, 29), 1) == date(2027, 1, 31)
        assert calendar.notice(date(2026, 12, 1)) is None

    def test_a_year_that_the_calendar_knows_itself_is_left_as_it_is(self) -> None:
        wrong = DaysOff(year=2026, off=(date(2026, 3, 3),), working=(), source="演示")
        assert with_days_off(WorkingCalendar(), [wrong]) == WorkingCalendar()

    def test_it_is_kept_and_read_again_without_loss(self) -> None:
        read = read_notice(NOTICE_2027)
        assert DaysOff.from_json("2027", read.to_json()) == read
