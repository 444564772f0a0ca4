"""Until when a policy holds by its own words, what it ends, and what its file holds that nobody accepted."""

from datetime import date
from pathlib import Path

from analysis.segmentation import RjiebaSegmenter
from service.domain.policies.policy import Standing
from service.domain.rules.register import Register
from service.flows.policies.importing import load_index
from service.ports.store import Store
from tests.flows.policies.test_importing import LAW, TEXT, take, write
from tests.unit.crawlers.test_word_text import inserted, paragraph, run, word_of


def test_changes_that_nobody_accepted_are_said(store: Store, texts: Path, register: Register) -> None:
    tracked = word_of(paragraph(run("第一条 药店应当"), inserted(run("在二十四小时内")), run("报告。")))
    (texts / f"{LAW}.docx").write_bytes(tracked)
    report = take(store, texts, register)
    assert (report.added, len(report.notices)) == (1, 1)
    assert "未接受的修订" in report.notices[0]
    with store.read() as work:
        assert [article.text for article in work.policies.articles_of(LAW)] == ["药店应当在二十四小时内报告。"]


TERM = "演示省药品信用管理规定(2020-03-01)"
TERM_TEXT = "第一条 为了演示。\n第二条 本规定自2020年4月1日起施行，有效期五年。\n"


def test_a_term_that_a_text_gives_itself_ends_it_and_is_said(store: Store, texts: Path, register: Register) -> None:
    report = take(store, write(texts, f"{TERM}.md", TERM_TEXT), register)
    assert "正文写明“有效期五年”，失效日期读作 2025-03-31" in report.notices[0]
    with store.read() as work:
        policy = work.policies.get(TERM)
    assert policy is not None
    assert [policy.standing(date(2025, 3, day)) for day in (31,)] == [Standing.IN_FORCE]
    assert policy.standing(date(2025, 4, 1)) is not Standing.IN_FORCE


def test_a_term_that_was_prolonged_is_said_to_be_none(store: Store, texts: Path, register: Register) -> None:
    report = take(store, write(texts, f"{TERM}.md", f"---\n失效日期: 无\n---\n{TERM_TEXT}"), register)
    assert report.notices == []
    with store.read() as work:
        policy = work.policies.get(TERM)
    assert policy is not None
    assert policy.valid_to is None


def test_a_version_that_a_later_one_ended_keeps_that_end_though_its_own_term_is_longer(
    store: Store, texts: Path, register: Register
) -> None:
    old = write(texts, f"{TERM}.md", TERM_TEXT)
    take(store, old, register)
    new = write(texts, "演示省药品信用管理规定(2023-01-01).md", TERM_TEXT.replace("2020年4月", "2023年2月"))
    assert take(store, new, register, supersede=True).refused == []
    assert take(store, old, register).refused == []
    with store.read() as work:
        policy = work.policies.get(TERM)
    assert policy is not None
    assert (policy.valid_to, policy.superseded_by) == (date(2023, 1, 31), new.stem)


def test_what_a_text_says_it_ends_is_named_where_the_library_goes_on_with_it(
    store: Store, texts: Path, register: Register
) -> None:
    old = take(store, write(texts, f"{LAW}.md", TEXT), register)
    assert old.notices == []
    new = write(
        texts, "演示细则(2026-05-06).md", "第一条 甲。\n第二条 自2026年7月1日起施行。《演示药品法》同时废止。\n"
    )
    (said,) = take(store, new, register).notices
    assert said.endswith(f"政策库中“{LAW}”在 2026-07-01 以后仍算有效：请重新导入它，失效日期写 2026-06-30")
    ended = write(texts, f"{LAW}.md", f"---\n失效日期: 2026-06-30\n---\n{TEXT}")
    take(store, ended, register)
    assert take(store, new, register).notices == []


def test_a_rule_that_is_held_under_the_title_of_its_notice_is_named_too(
    store: Store, texts: Path, register: Register
) -> None:
    issued = (
        "---\n公布日期: 2026-03-02\n标题: 关于印发《演示追溯办法》的通知\n文号: 示药监规〔2026〕2号\n---\n第一条 甲。\n"
    )
    take(store, write(texts, "追溯办法的通知.md", issued), register)
    repeal = "---\n公布日期: 2026-08-01\n标题: 关于废止部分文件的决定\n类别: 政策文件\n---\n废止《演示追溯办法》。\n"
    (said,) = take(store, write(texts, "废止决定.md", repeal), register).notices
    assert "政策库中“追溯办法的通知”在 2026-08-01 以后仍算有效" in said


def test_an_article_that_a_decision_inserts_elsewhere_is_none_of_its_own(
    store: Store, texts: Path, register: Register
) -> None:
    stem = "关于修改《演示药品条例》的决定(2026-09-28)"
    changes = "一、将第三条修改为：\n\n第三条 演示之三。\n\n二、增加一条，作为第七条：\n\n第七条 演示之七。\n"
    report = take(store, write(texts, f"{stem}.md", changes), register)
    assert (report.added, report.articles, report.refused) == (1, 0, [])
    assert any("第三条、第七条是被修改文件的条文" in one for one in report.notices)
    whole = "".join(f"第{sign}条 演示之{sign}。\n\n" for sign in "一二三四五六")
    assert (
        take(
            store,
            write(
                texts,
                f"{stem}.md",
                changes.replace("第三条 演示之三。", "").replace("第七条 演示之七。", "") + whole,
            ),
            register,
        ).articles
        == 6
    )


def test_a_registered_text_that_a_later_one_ended_is_offered_no_more_though_the_register_knows_no_end(
    store: Store, texts: Path, register: Register
) -> None:
    assert register.documents["drug-law-2019"].valid_to is None
    held = "药品管理法(2019-08-26)"
    take(store, write(texts, f"{held}.md", "第一条 演示之一。\n\n第二条 演示之二。\n"), register)
    later = "第一条 演示之新。\n\n第二条 本法自2027年1月1日起施行。\n"
    take(store, write(texts, "药品管理法(2026-10-30).md", later), register, supersede=True)
    index = load_index(store, RjiebaSegmenter().cut_for_search, register)
    for day, stem in ((date(2026, 12, 31), held), (date(2027, 1, 1), "药品管理法(2026-10-30)")):
        found = [one for one in (held, "药品管理法(2026-10-30)") if index.article(f"{one}#第一条", day)]
        assert found == [stem]
