from dataclasses import replace
from datetime import timedelta

import pytest

from analysis.topics.claims import Stance
from crawlers.records import DocumentKind
from service.domain.figures.effect import Trend
from service.domain.people.person import Person
from service.domain.policies.policy import Policy
from service.domain.refusal import Conflict, Forbidden, NotFound, Refusal
from service.domain.topics.sheet import QUESTIONS, Concern, Filled, SheetLevel
from service.domain.topics.topic import Phase, PhaseKind, TopicState
from service.flows.topics.acts import (
    change_topic,
    close_topic,
    follow_documents,
    open_topic,
    save_sheet,
    sign_sheet,
    topic_of_policies,
)
from service.flows.topics.topic_report import report_topic
from service.ports.store import Store
from service.web.views.topic_page import trends
from tests.builders import NOW
from tests.following import RULE, VOICES, hear, judged, today, voice, watch_rule

DAY = timedelta(days=1)


def hear_all(store: Store) -> None:
    said = [(voice(number, days, text), tone) for number, (days, tone, text) in enumerate(VOICES)]
    hear(store, [(document, judged(document, tone)) for document, tone in said])


class TestVoices:
    def test_who_objects_approves_and_advises_is_counted_by_documents_that_speak_for_themselves(
        self, store: Store, officer: Person
    ) -> None:
        hear_all(store)
        mocks = voice(77, 3, "追溯码好事啊，支持，安全到没药吃。")
        hear(store, [(mocks, judged(mocks, "pos"))])
        topic = watch_rule(store, officer)
        consulted, published, answered = report_topic(store, topic.id, now=NOW).phases
        assert consulted.stances == {Stance.CON: 3, Stance.PRO: 2, Stance.ADVICE: 1}
        assert answered.stances == {Stance.CON: 0, Stance.PRO: 1, Stance.ADVICE: 0}
        assert sum(published.stances.values()) > 0

    def test_documents_outside_the_phases_are_told_and_a_cut_title_is_not_quoted(
        self, store: Store, officer: Person
    ) -> None:
        text = "某省药品零售追溯管理办法的扫码设备太贵，乡镇药店确实难以负担，谁出钱谁来修都没有说清楚。"
        cut = replace(voice(1, 20, text), title=f"{text[:30]}…")
        early = voice(2, 40, "某省药品零售追溯管理办法什么时候出？")
        hear(store, [(one, judged(one)) for one in (cut, early)])
        report = report_topic(store, watch_rule(store, officer).id, now=NOW)
        assert (report.documents, report.outside) == (1, 1)
        assert [one.sentence for one in report.phases[0].arguments] == [text]


class TestOpening:
    def test_what_is_stored_already_joins_the_topic(self, store: Store, officer: Person) -> None:
        hear_all(store)
        hear(store, [(voice(99, 3, "今天天气很好。"), judged(voice(99, 3, "今天天气很好。")))])
        topic = watch_rule(store, officer)
        with store.read() as work:
            assert work.topics.totals() == {topic.id: len(VOICES)}
            [row] = work.audit.rows(subject=f"topic:{topic.id}")
        assert (row.actor, row.action) == (officer.name, "topic.opened")
        assert topic.filled_since is not None

    def test_the_page_of_a_policy_finds_its_topic_however_many_were_opened_since(
        self, store: Store, officer: Person
    ) -> None:
        topic = watch_rule(store, officer)
        policy = Policy(stem="rule", title=topic.title)
        with store.write() as work:
            for number in range(510):
                later = topic.opened_at + timedelta(minutes=number + 1)
                work.topics.save(
                    replace(topic, id=f"t{number}", title=f"某省另一办法{number}", issue_number=None, opened_at=later)
                )
            found = topic_of_policies(work, [policy])
            other = topic_of_policies(work, [replace(policy, stem="none", title="没有跟踪的规定")])
        assert found is not None
        assert (found.id, other) == (topic.id, None)

    def test_a_topic_without_any_document_is_opened_and_stays_empty(self, store: Store, officer: Person) -> None:
        topic = watch_rule(store, officer)
        report = report_topic(store, topic.id, now=NOW)
        assert (report.documents, report.questions) == (0, ())

    def test_words_that_hold_of_everything_are_refused_and_nothing_is_opened(
        self, store: Store, officer: Person
    ) -> None:
        texts = [voice(number, 1, f"药店的第{number}件事") for number in range(60)]
        hear(store, [(one, judged(one)) for one in texts])
        with pytest.raises(Refusal, match="60篇稿件中有60篇"):
            open_topic(
                store,
                officer,
                title="某某办法",
                words=["药店"],
                phases=[Phase(kind=PhaseKind.PUBLISHED, since=today())],
                now=NOW,
            )
        with store.read() as work:
            assert work.topics.listing() == []

    def test_replies_that_name_the_policy_are_not_too_many(self, store: Store, officer: Person) -> None:
        texts = [voice(number, 1, f"对《{RULE}》的第{number}条意见") for number in range(60)]
        hear(store, [(one, judged(one)) for one in texts])
        topic = watch_rule(store, officer)
        with store.read() as work:
            assert work.topics.totals() == {topic.id: 60}

    def test_the_same_policy_is_watched_once(self, store: Store, officer: Person) -> None:
        watch_rule(store, officer)
        with pytest.raises(Conflict, match="已在跟踪中"):
            watch_rule(store, officer)

    def test_the_librarys_policy_is_linked_by_number_or_title(self, store: Store, officer: Person) -> None:
        with store.write() as work:
            work.policies.save(Policy(stem="追溯办法(2026-11-15)", title=RULE), [])
        assert watch_rule(store, officer).stem == "追溯办法(2026-11-15)"

    def test_a_policy_that_comes_later_is_linked_on_the_page(self, store: Store, officer: Person) -> None:
        topic = watch_rule(store, officer)
        assert report_topic(store, topic.id, now=NOW).topic.stem is None
        with store.write() as work:
            work.policies.save(Policy(stem="追溯办法(2026-11-15)", title="某省药品零售追溯管理办法"), [])
        assert report_topic(store, topic.id, now=NOW).topic.stem == "追溯办法(2026-11-15)"

    def test_a_viewer_opens_nothing(self, store: Store, viewer: Person) -> None:
        with pytest.raises(Forbidden):
            watch_rule(store, viewer)


class TestNames:
    def test_a_topic_named_like_a_longer_one_gives_its_documents_back_when_that_is_opened(
        self, store: Store, officer: Person
    ) -> None:
        texts = ["某省零售追溯规则开始实施了。", "某省零售追溯规则问答手册看不懂。"]
        hear(store, [(one, judged(one)) for one in (voice(n, 1, text) for n, text in enumerate(texts))])
        phases = [Phase(kind=PhaseKind.PUBLISHED, since=today())]
        short = open_topic(store, officer, title="某省零售追溯规则", phases=phases, now=NOW)
        with store.read() as work:
            assert work.topics.totals() == {short.id: 2}
        long = open_topic(store, officer, title="某省零售追溯规则问答手册", phases=phases, now=NOW)
        with store.read() as work:
            assert work.topics.totals() == {short.id: 1, long.id: 1}

    def test_a_policy_of_which_everybody_speaks_is_watched_by_a_part_of_its_name(
        self, store: Store, officer: Person
    ) -> None:
        texts = [voice(number, 1, f"零售追溯管理办法的第{number}条说法") for number in range(60)]
        hear(store, [(one, judged(one)) for one in texts])
        phases = [Phase(kind=PhaseKind.PUBLISHED, since=today())]
        with pytest.raises(Refusal, match="连续的8个字以上"):
            open_topic(store, officer, title="某省药品零售追溯管理办法", words=["追溯"], phases=phases, now=NOW)
        topic = open_topic(
            store, officer, title="某省药品零售追溯管理办法", words=["零售追溯管理办法"], phases=phases, now=NOW
        )
        with store.read() as work:
            assert work.topics.totals() == {topic.id: 60}


class TestFollowing:
    def test_a_document_joins_in_the_transaction_that_records_its_judgement(
        self, store: Store, officer: Person
    ) -> None:
        topic = watch_rule(store, officer)
        one = voice(1, 1, "追溯码扫不出来怎么办？")
        hear(store, [])
        with store.write() as work:
            work.documents.put([one], now=NOW)
            assert follow_documents(work, [(one, judged(one, "neg"), "social", False)], now=NOW) == 1
            [row] = work.topics.documents(topic.id, since=NOW - 2 * DAY, until=NOW)
        assert (row.tone, row.questions, row.why) == ("neg", ("追溯码扫不出来怎么办？",), "搜索词“追溯码”")

    def test_a_document_judged_again_leaves_where_it_does_not_belong_any_more(
        self, store: Store, officer: Person
    ) -> None:
        topic = watch_rule(store, officer)
        one = voice(1, 1, "追溯码扫不出来怎么办？")
        with store.write() as work:
            work.documents.put([one], now=NOW)
            follow_documents(work, [(one, judged(one), "social", False)], now=NOW)
            edited = replace(one, title="", text="内容已修改。")
            follow_documents(work, [(edited, judged(edited), "social", False)], now=NOW)
            assert work.topics.totals() == {}
        assert topic.state is TopicState.OPEN

    @pytest.mark.parametrize(
        ("source_class", "kind", "duplicate"),
        [
            ("official", DocumentKind.ARTICLE, False),
            ("media", DocumentKind.NOTICE, False),
            ("social", DocumentKind.POST, True),
            ("complaint", DocumentKind.COMPLAINT, False),
        ],
    )
    def test_offices_reprints_and_complaints_are_counted_and_not_quoted(
        self, store: Store, officer: Person, source_class: str, kind: DocumentKind, *, duplicate: bool
    ) -> None:
        topic = watch_rule(store, officer)
        one = replace(voice(1, 1, "追溯码扫不出来怎么办？支持这个规定。"), kind=kind)
        with store.write() as work:
            work.documents.put([one], now=NOW)
            follow_documents(work, [(one, judged(one), source_class, duplicate)], now=NOW)
            [row] = work.topics.documents(topic.id, since=NOW - 2 * DAY, until=NOW)
        assert (row.questions, row.pro) == ((), ())

    def test_a_closed_topic_takes_nothing_more(self, store: Store, officer: Person) -> None:
        topic = watch_rule(store, officer)
        close_topic(store, officer, topic.id, now=NOW)
        one = voice(1, 1, "追溯码扫不出来怎么办？")
        with store.write() as work:
            work.documents.put([one], now=NOW)
            assert follow_documents(work, [(one, judged(one), "social", False)], now=NOW) == 0
        with pytest.raises(Conflict, match="已结束"):
            close_topic(store, officer, topic.id, now=NOW)

    def test_other_words_assign_anew(self, store: Store, officer: Person) -> None:
        hear_all(store)
        topic = watch_rule(store, officer)
        changed = change_topic(store, officer, topic.id, words=["药价"], without=["真的吗"], now=NOW)
        with store.read() as work:
            assert work.topics.totals() == {topic.id: 1}
        assert (changed.revision, changed.words) == (2, ("药价",))

    def test_an_unknown_topic_is_said_so(self, store: Store, officer: Person) -> None:
        with pytest.raises(NotFound, match="没有这个政策跟踪专题"):
            change_topic(store, officer, "nothing", now=NOW)


class TestReport:
    def test_phases_have_volume_tone_questions_and_arguments_with_documents(
        self, store: Store, officer: Person
    ) -> None:
        hear_all(store)
        report = report_topic(store, watch_rule(store, officer).id, now=NOW)
        consulted, _, answered = report.phases
        assert [phase.figures.documents for phase in report.phases] == [7, 3, 2]
        assert consulted.figures.tones == {"neg": 4, "neu": 1, "pos": 2}
        first = consulted.figures.questions[0]
        assert first.count == 2
        assert "老批号" in first.sentence
        assert {report.lines[one].source for one in first.documents} == {"演示本地论坛"}
        stances = {stance: [one.sentence for one in consulted.of(stance)] for stance in Stance}
        assert "支持这个追溯码规定，早就该治治回流药了。" in stances[Stance.PRO]
        assert "担心追溯码变成走过场，小药店难以落实。" in stances[Stance.CON]
        assert "建议给乡镇药店留过渡期。" in stances[Stance.ADVICE]
        assert answered.read == 2

    def test_every_quoted_sentence_stands_in_its_document(self, store: Store, officer: Person) -> None:
        hear_all(store)
        report = report_topic(store, watch_rule(store, officer).id, now=NOW)
        quoted = [(one.sentence, one.documents) for phase in report.phases for one in phase.arguments]
        quoted += [(one.sentence, one.documents) for one in report.questions]
        assert len(quoted) > 8
        with store.read() as work:
            for sentence, documents in quoted:
                texts = [work.documents.get(document) for document in documents]
                assert any(found is not None and sentence in f"{found.title}\n{found.text}" for found in texts)

    def test_before_and_after_name_their_windows_and_what_is_no_longer_asked(
        self, store: Store, officer: Person
    ) -> None:
        hear_all(store)
        report = report_topic(store, watch_rule(store, officer).id, now=NOW, days=7)
        assert report.pivot is not None
        assert report.pivot.phase.kind is PhaseKind.ANSWERED
        assert report.effect is not None
        assert report.effect.trend is Trend.TOO_FEW
        assert "11月14日 00:00" in report.effect.sentence
        assert "药价会不会涨？" in [one.sentence for one in report.effect.settled]
        assert "追溯码扫不出来怎么办？" in [one.sentence for one in report.effect.remaining]
        assert "追溯码扫不出来怎么办？" not in [one.sentence for one in report.effect.settled]

    def test_words_of_phases_never_cover_each_other_in_the_chart(self, store: Store, officer: Person) -> None:
        first = NOW.date() - timedelta(days=24)
        kinds = (PhaseKind.CONSULTING, PhaseKind.PUBLISHED, PhaseKind.IN_FORCE, PhaseKind.ANSWERED)
        days = (0, 1, 2, 24)
        phases = [Phase(kind=kind, since=first + timedelta(days=at)) for kind, at in zip(kinds, days, strict=True)]
        topic = open_topic(store, officer, title=RULE, phases=phases, now=NOW)
        charts = trends(report_topic(store, topic.id, now=NOW))
        assert [chart.frame.width for chart in charts] == [960, 290]
        for chart in charts:
            told = []
            for mark in chart.marks:
                width = 11 * len(mark.word)
                left = mark.text_x if mark.anchor == "start" else mark.text_x - width
                assert left >= -12
                assert left + width <= chart.frame.width + 16
                assert chart.top + mark.y > 8
                told.append((mark.y, left, left + width))
            for number, (y, left, right) in enumerate(told):
                assert all(y != row or right <= start or end <= left for row, start, end in told[number + 1 :])
            assert len(chart.days) <= chart.frame.labels
        assert len({mark.y for mark in charts[1].marks}) == 3

    def test_days_without_documents_are_zeros_of_the_same_row(self, store: Store, officer: Person) -> None:
        hear_all(store)
        report = report_topic(store, watch_rule(store, officer).id, now=NOW)
        assert sum(count for _, count, _ in report.daily) == len(VOICES)
        assert len(report.daily) == 25


class TestSheet:
    def save(self, store: Store, officer: Person, topic_id: str, **given: object) -> None:
        facts: dict[str, object] = {
            "answers": dict.fromkeys(QUESTIONS, "已核对"),
            "concerns": [Concern(concern="成本上升", answer="有过渡期", owner="承办人丙")],
        }
        save_sheet(store, officer, topic_id, Filled(**facts | given), now=NOW)  # type: ignore[arg-type] # as named

    def test_each_saving_is_a_version_and_another_person_signs_the_latest(
        self, store: Store, officer: Person, approver: Person
    ) -> None:
        topic = watch_rule(store, officer)
        self.save(store, officer, topic.id)
        self.save(store, officer, topic.id, level=SheetLevel.HIGH, reason="临近年末")
        with pytest.raises(Conflict, match="请签署最新一版"):
            sign_sheet(store, approver, topic.id, 1, now=NOW)
        signed = sign_sheet(store, approver, topic.id, 2, now=NOW)
        assert (signed.level, signed.signed_by) == (SheetLevel.HIGH, approver.name)
        with store.read() as work:
            assert [sheet.version for sheet in work.topics.sheets(topic.id)] == [2, 1]
            actions = [row.action for row in work.audit.rows(subject=f"topic:{topic.id}")]
        assert actions == ["sheet.signed", "sheet.saved", "sheet.saved", "topic.opened"]

    def test_an_officer_signs_nothing(self, store: Store, officer: Person) -> None:
        topic = watch_rule(store, officer)
        self.save(store, officer, topic.id)
        with pytest.raises(Forbidden):
            sign_sheet(store, officer, topic.id, 1, now=NOW)
