import json
from datetime import timedelta

import pytest

from analysis.assessment import Level
from crawlers.records import DocumentKind
from service.domain.learning.opinion import (
    MOST_WAITING,
    Cause,
    Leaning,
    OpinionRules,
    OpinionState,
    Spent,
    Unfit,
    budget_day,
)
from service.flows.alerts.consider import Office
from service.flows.learning.opinions import paused_until
from service.ports.opinions import AdviserError
from service.ports.store import Store
from tests.flows.pipeline.asking import FAR, NEAR, SEVERE, Desk, ScriptedAdviser, told
from tests.flows.pipeline.conftest import MovingClock


@pytest.fixture
def desk(store: Store, office: Office, clock: MovingClock) -> Desk:
    return Desk(store, office, clock, ScriptedAdviser([told()]))


def spent(desk: Desk) -> Spent:
    with desk.store.read() as work:
        return work.opinions.spent(budget_day(desk.clock()))


class TestWhatIsAsked:
    def test_only_what_is_near_the_cut_or_severe_is_asked_about(self, desk: Desk) -> None:
        desk.take(NEAR, FAR, SEVERE, "今天天气晴")
        assert {(one.cause, one.judged["level"]) for one in desk.opinions()} == {
            (Cause.BORDERLINE, Level.IN_REMIT),
            (Cause.SEVERE, Level.RISK),
        }

    def test_a_copy_is_not_asked_about(self, desk: Desk) -> None:
        text = "六十多人在卫生院输注清云注射液后寒战发热，其中两人死亡，批号2509A17，县里已停用。" * 3
        desk.take(SEVERE, text=text)
        desk.take(SEVERE, source="evening", text=text)
        assert desk.ask(limit=5).asked == 1

    def test_the_model_gets_masked_text_without_author_source_or_address(self, desk: Desk) -> None:
        phone, card = "13812345678", "360102199003072319"
        text = f"我叫人打 {phone} 投诉，座机0791-88886666，身份证{card}。血压计不准。" + "后文" * 2000
        desk.take(NEAR, text=text, author="a1b2c3d4e5f6a7b8c9d0")
        desk.ask()
        sent = json.dumps(desk.adviser.asked, ensure_ascii=False)
        assert NEAR in sent
        for hidden in ("12345678", card, "88886666", "a1b2c3d4", "forum"):
            assert hidden not in sent
        assert len(json.loads(desk.adviser.asked[0][1]["content"])["正文"]) == desk.rules.characters

    def test_a_number_that_the_cut_falls_into_is_masked_first(self, desk: Desk) -> None:
        desk.rules = OpinionRules(characters=100)
        desk.take(NEAR, text="字" * 92 + "，13812345678，电话。")
        desk.ask()
        assert "1381" not in json.dumps(desk.adviser.asked)

    def test_what_a_citizen_wrote_to_an_office_stays_in_the_house(self, desk: Desk) -> None:
        desk.take(NEAR, SEVERE, kind=DocumentKind.COMPLAINT)
        assert desk.opinions() == []

    def test_the_same_words_are_asked_about_once(self, desk: Desk) -> None:
        desk.take(NEAR, text="血压计不准。")
        desk.ask()
        desk.take(NEAR, source="evening", text="血压计不准。")
        desk.ask(limit=5)
        first, second = desk.opinions()
        assert len(desk.adviser.asked) == 1
        assert (second.answer, second.tokens) == (first.answer, 0)

    def test_a_document_that_changed_meanwhile_is_asked_about_as_it_is_now(self, desk: Desk) -> None:
        desk.take(NEAR)
        desk.numbers -= 1
        desk.take(NEAR, text="更正：血压计经检定合格。")
        report = desk.ask(limit=5)
        assert (report.asked, report.refused) == (1, 1)
        assert "更正" in desk.adviser.asked[0][1]["content"]
        assert desk.only().state is OpinionState.ANSWERED

    def test_a_full_queue_takes_no_more_and_counts_what_it_turned_away(self, desk: Desk) -> None:
        desk.take(*(f"{NEAR}（{number}）" for number in range(MOST_WAITING + 3)))
        while len(desk.opinions()) < MOST_WAITING:
            desk.take()
        desk.take()
        with desk.store.read() as work:
            assert work.opinions.waiting_count() == MOST_WAITING
        assert spent(desk).turned_away == 3


class TestWhatIsKept:
    def test_an_answer_stands_beside_the_judgement_with_model_time_and_cost(self, desk: Desk) -> None:
        desk.take(NEAR)
        desk.wait(seconds=5)
        assert desk.ask().answered == 1
        kept = desk.only()
        assert (kept.state, kept.model, kept.tokens, kept.settled_at) == (
            OpinionState.ANSWERED,
            "office-model",
            400,
            desk.clock(),
        )
        assert kept.answer is not None
        assert kept.answer["reason"] == "多名患者用药后出现寒战。"
        assert kept.leaning is Leaning.HIGHER

    @pytest.mark.parametrize(
        ("title", "answer", "leans"),
        [
            (NEAR, told(level=1, severity=0, categories=[]), Leaning.SAME),
            (NEAR, told(), Leaning.HIGHER),
            (NEAR, told(level=0, severity=0, categories=[]), Leaning.LOWER),
            (SEVERE, told(severity=4), Leaning.SAME),
            (SEVERE, told(severity=3), Leaning.LOWER),
        ],
    )
    def test_where_it_stands_is_told(self, desk: Desk, title: str, answer: str, leans: Leaning) -> None:
        desk.adviser.answers = [answer]
        desk.take(title)
        desk.ask()
        assert desk.only().leaning is leans

    def test_a_higher_opinion_is_proposed_to_a_person_a_lower_one_is_not(self, desk: Desk) -> None:
        desk.take(NEAR)
        desk.ask()
        desk.adviser.answers = [told(severity=1)]
        desk.take(SEVERE)
        desk.ask()
        with desk.store.read() as work:
            assert [one.judged["level"] for one in work.opinions.proposals()] == [Level.IN_REMIT]

    def test_quotations_that_do_not_stand_in_the_text_are_dropped(self, desk: Desk) -> None:
        desk.adviser.answers = [told(quotes=["血压计", "十人死亡", "血压计", " ", "13812345678"])]
        desk.take(NEAR, text="联系 13812345678")
        desk.ask()
        answer = desk.only().answer
        assert answer is not None
        assert answer["quotes"] == ["血压计"]

    def test_every_call_leaves_audit_rows_with_the_hash_of_what_was_asked_and_none_of_the_text(
        self, desk: Desk
    ) -> None:
        desk.take(NEAR, text="血压计读数偏高二十。")
        desk.ask()
        asked, answered = desk.audit()
        assert (asked.action, answered.action) == ("opinion.asked", "opinion.answered")
        assert asked.detail["asked"] == desk.only().question
        assert (asked.detail["model"], asked.detail["host"]) == ("office-model", "10.3.0.8:8000")
        assert answered.detail["tokens"] == 400
        told_of = json.dumps([asked.detail, answered.detail], ensure_ascii=False)
        assert "血压计" not in told_of
        assert "寒战" not in told_of


class TestJudgedAgain:
    """The same text may be judged again, with other words or another model."""

    def test_an_opinion_that_is_no_longer_higher_is_no_longer_proposed(self, desk: Desk) -> None:
        desk.take(NEAR)
        desk.ask()
        assert desk.only().leaning is Leaning.HIGHER
        desk.judge_again(level=Level.RISK, severity=3)
        kept = desk.only()
        assert (kept.leaning, kept.judged["level"], kept.state) == (Leaning.SAME, 2, OpinionState.ANSWERED)
        with desk.store.read() as work:
            assert work.opinions.proposals() == []
        desk.judge_again(level=Level.IN_REMIT, severity=0)
        with desk.store.read() as work:
            assert len(work.opinions.proposals()) == 1

    def test_an_answer_is_compared_to_what_was_judged_while_it_was_on_its_way(self, desk: Desk) -> None:
        desk.take(NEAR)
        desk.adviser.on_ask = lambda: desk.judge_again(level=Level.RISK, severity=3)
        desk.ask()
        assert desk.only().leaning is Leaning.SAME
        assert len(desk.adviser.asked) == 1


class TestWhatFails:
    @pytest.mark.parametrize(
        ("answer", "named"),
        [
            ("好的，判断如下：{}", Unfit.NOT_JSON),
            (told(reason="长" * 201), Unfit.SCHEMA),
            (told(command="close the alert"), Unfit.SCHEMA),
        ],
    )
    def test_anything_but_the_agreed_shape_is_refused_by_name_after_one_more_try(
        self, desk: Desk, answer: str, named: Unfit
    ) -> None:
        desk.adviser.answers = [answer]
        desk.take(NEAR)
        desk.ask(limit=9)
        kept = desk.only()
        assert (kept.state, kept.unfit, kept.answer, kept.leaning) == (OpinionState.REFUSED, named, None, None)
        assert len(desk.adviser.asked) == 2

    def test_a_second_try_that_answers_is_kept(self, desk: Desk) -> None:
        desk.adviser.answers = ["?", told()]
        desk.take(NEAR)
        report = desk.ask(limit=9)
        kept = desk.only()
        assert (report.asked, kept.state, kept.tries, kept.tokens) == (2, OpinionState.ANSWERED, 2, 800)
        assert [row.action for row in desk.audit()] == [
            "opinion.asked",
            "opinion.failed",
            "opinion.asked",
            "opinion.answered",
        ]

    def test_what_the_interface_will_never_take_is_not_tried_again(self, desk: Desk) -> None:
        desk.adviser.answers = [AdviserError(Unfit.REJECTED, "status 401")]
        desk.take(NEAR)
        desk.ask(limit=9)
        desk.wait(days=1)
        desk.ask(limit=9)
        assert len(desk.adviser.asked) == 1
        assert desk.only().unfit is Unfit.REJECTED

    def test_nothing_is_asked_for_as_long_as_the_interface_wishes_and_at_most_an_hour(self, desk: Desk) -> None:
        busy = AdviserError(Unfit.BUSY, "status 429", wish=timedelta(seconds=90), tokens=0)
        desk.adviser.answers = [busy, told()]
        desk.take(NEAR, SEVERE)
        desk.ask(limit=9)
        desk.wait(seconds=89)
        assert not desk.ask(limit=9).busy
        desk.wait(seconds=1)
        assert desk.ask(limit=9).answered == 2
        desk.adviser.answers = [AdviserError(Unfit.BUSY, "status 429", wish=timedelta(days=9))]
        desk.take(f"{NEAR}？")
        desk.ask()
        with desk.store.read() as work:
            assert paused_until(work, desk.clock()) == desk.clock() + timedelta(hours=1)

    @pytest.mark.parametrize("days", [1, 400])
    def test_a_clock_set_back_prolongs_no_pause_and_keeps_no_question(self, desk: Desk, days: int) -> None:
        desk.adviser.answers = [AdviserError(Unfit.CONNECTION, "refused"), told()]
        desk.take(NEAR)
        desk.ask()
        desk.clock.moment -= timedelta(days=days)
        assert desk.ask().answered == 1

    def test_each_failure_in_a_row_pauses_longer_and_an_answer_ends_that(self, desk: Desk) -> None:
        desk.adviser.answers = [AdviserError(Unfit.CONNECTION, "refused")]
        desk.take(*(f"{NEAR}{n}" for n in range(20)))
        pauses = []
        for _ in range(8):
            desk.ask(limit=9)
            with desk.store.read() as work:
                until = paused_until(work, desk.clock())
            assert until is not None
            pauses.append((until - desk.clock()).total_seconds())
            desk.clock.moment = until
        assert pauses == [30, 60, 120, 240, 480, 900, 900, 900]
        desk.adviser.answers = [told()]
        desk.ask()
        with desk.store.read() as work:
            assert work.value("opinion.pause") == {}

    def test_what_waited_a_day_is_not_asked_about_any_more(self, desk: Desk) -> None:
        desk.take(NEAR)
        desk.wait(hours=24, seconds=1)
        desk.ask()
        assert desk.only().unfit is Unfit.EXPIRED
        assert desk.adviser.asked == []


class TestBudget:
    def test_the_calls_of_a_day_are_never_exceeded_and_the_next_day_begins_anew(self, desk: Desk) -> None:
        desk.rules = OpinionRules(daily_calls=2)
        desk.take(*(f"{NEAR}{n}" for n in range(3)))
        assert desk.ask(limit=9).asked == 2
        assert not desk.ask(limit=9).busy
        # 10:00 in Beijing: fourteen hours to midnight there.
        desk.wait(hours=13, minutes=59)
        assert not desk.ask(limit=9).busy
        desk.wait(minutes=1)
        assert desk.ask(limit=9).asked == 1

    def test_tokens_are_set_aside_before_a_call_and_counted_after_it(self, desk: Desk) -> None:
        seen: list[Spent] = []
        desk.adviser.on_ask = lambda: seen.append(spent(desk))
        desk.take(NEAR)
        desk.ask()
        [during] = seen
        assert during.tokens > 1000
        assert spent(desk) == Spent(calls=1, tokens=400)

    def test_what_nobody_counted_costs_what_was_set_aside(self, desk: Desk) -> None:
        desk.adviser.tokens = None
        desk.take(NEAR)
        desk.ask()
        assert spent(desk).tokens == desk.only().tokens > 1000

    def test_a_question_that_does_not_fit_the_rest_of_the_tokens_waits(self, desk: Desk) -> None:
        desk.rules = OpinionRules(daily_tokens=1500)
        desk.take(NEAR, f"{NEAR}！")
        assert desk.ask(limit=9).asked == 1
        assert spent(desk).tokens <= 1500

    def test_without_a_budget_nothing_is_asked(self, desk: Desk) -> None:
        desk.rules = OpinionRules(daily_calls=0)
        desk.take(NEAR)
        assert not desk.ask(limit=9).busy


class TestRestart:
    def test_a_process_that_dies_while_asking_asks_nothing_twice(self, desk: Desk) -> None:
        def die() -> None:
            raise KeyboardInterrupt

        desk.take(NEAR)
        desk.adviser.on_ask = die
        with pytest.raises(KeyboardInterrupt):
            desk.ask()
        desk.adviser.on_ask = lambda: None
        assert not desk.ask(limit=9).busy
        desk.wait(minutes=3)
        desk.ask(limit=9)
        assert len(desk.adviser.asked) == 1
        assert desk.only().unfit is Unfit.INTERRUPTED
        assert [row.action for row in desk.audit()] == ["opinion.asked", "opinion.refused"]

    def test_an_answer_after_the_lease_changes_nothing_and_is_paid_for(self, desk: Desk) -> None:
        def be_slow() -> None:
            desk.adviser.on_ask = lambda: None
            desk.wait(minutes=5)
            desk.ask()

        desk.take(NEAR)
        desk.adviser.on_ask = be_slow
        desk.ask()
        assert desk.only().unfit is Unfit.INTERRUPTED
        assert spent(desk) == Spent(calls=1, tokens=400)
