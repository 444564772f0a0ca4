"""What a person brings into the library: taken whole or not at all, kept in every version, refused by line."""

from datetime import date
from pathlib import Path
from typing import Any

import pytest

from analysis.segmentation import RjiebaSegmenter
from service.domain.policies.policy import PolicyKind, PolicyLevel, Standing
from service.domain.rules.register import Register
from service.flows.cases.scene import findings_of
from service.flows.policies.importing import LibraryReport, import_policies, load_index
from service.ports.store import Store
from tests.flows.acts.scene import NOW
from tests.papers import docx_of, pdf_of

LAW = "演示药品法(2024-01-10)"
LATER = "演示药品法(2026-01-10).md"
TEXT = "# 演示药品法\n\n## 第一章 总则\n\n第一条 为了演示。\n\n第二条 演示之二。\n\n第三条 本法自2024年3月1日起施行。\n"


def take(store: Store, path: Path, register: Register, **given: Any) -> LibraryReport:
    return import_policies(store, path, register=register, actor="测试", now=NOW, **given)


def write(folder: Path, name: str, text: str) -> Path:
    file = folder / name
    file.write_text(text, encoding="utf-8")
    return file


class TestTaking:
    def test_a_law_is_described_by_its_name_its_text_and_its_rank(
        self, store: Store, texts: Path, register: Register
    ) -> None:
        report = take(store, write(texts, f"{LAW}.md", TEXT), register)
        assert (report.policies, report.articles, report.added, report.refused) == (1, 3, 1, [])
        with store.read() as work:
            policy = work.policies.get(LAW)
            assert policy is not None
            assert [article.number for article in work.policies.articles_of(LAW)] == ["第一条", "第二条", "第三条"]
        assert (policy.title, policy.level, policy.kind) == ("演示药品法", PolicyLevel.LAW, PolicyKind.POLICY)
        assert (policy.issued, policy.valid_from) == (date(2024, 1, 10), date(2024, 3, 1))
        assert [policy.standing(date(2024, 2, day)) for day in (1,)] == [Standing.NOT_YET]
        assert (policy.version, policy.imported_by, policy.imported_at) == (1, "测试", NOW)

    def test_the_day_of_the_first_version_says_nothing_of_an_amended_one(
        self, store: Store, texts: Path, register: Register
    ) -> None:
        take(store, write(texts, f"{LAW}.md", TEXT.replace("2024年3月1日", "1999年3月1日")), register)
        with store.read() as work:
            policy = work.policies.get(LAW)
        assert policy is not None
        assert policy.valid_from == date(2024, 1, 10)

    @pytest.mark.parametrize(
        ("suffix", "raw"),
        [
            (".txt", TEXT.encode()),
            (".txt", TEXT.encode("gb18030")),
            (".md", TEXT.encode("utf-16")),
            (".docx", docx_of(TEXT.splitlines())),
            (".pdf", pdf_of([line for line in TEXT.splitlines() if line])),
            (
                ".html",
                (
                    "<html><head><meta charset='utf-8'><title>演示药品法</title></head><body><div id='content'><h1>演示药品法</h1>"
                    + "".join(f"<p>{line}</p>" for line in TEXT.splitlines()[4:] if line)
                    + "</div></body></html>"
                ).encode(),
            ),
        ],
        ids=["UTF-8", "GB18030", "UTF-16", "DOCX", "PDF", "HTML"],
    )
    def test_every_format_gives_the_same_articles(
        self, store: Store, texts: Path, register: Register, suffix: str, raw: bytes
    ) -> None:
        (texts / f"{LAW}{suffix}").write_bytes(raw)
        assert take(store, texts, register).refused == []
        with store.read() as work:
            held = [(article.number, article.text) for article in work.policies.articles_of(LAW)]
        assert held == [
            ("第一条", "为了演示。"),
            ("第二条", "演示之二。"),
            ("第三条", "本法自2024年3月1日起施行。"),
        ]

    def test_a_table_that_compares_the_old_text_with_the_new_is_refused_with_what_to_import(
        self, store: Store, texts: Path, register: Register
    ) -> None:
        table = [
            ["修订前", "修订后"],
            ["第一条 甲。", "第一条 乙。"],
            ["", "第二条 新增。"],
            ["第三条 同。", "第三条 同。"],
        ]
        (texts / f"{LAW}.docx").write_bytes(docx_of(["演示药品法修订对照表"], table=table))
        [refused] = take(store, texts, register).refused
        assert "请导入修订后的全文" in str(refused)

    def test_a_header_describes_a_paper_without_articles(self, store: Store, texts: Path, register: Register) -> None:
        head = "---\n标题: 关于演示的通知\n文号: 赣药监〔2026〕9号\n发文机关: 江西省药品监督管理局\n公布日期: 2026年5月6日\n---\n各单位：请演示。\n"
        assert take(store, write(texts, "通知.md", head), register).refused == []
        with store.read() as work:
            policy = work.policies.get("通知")
            versions = work.policies.versions("通知")
        assert policy is not None
        assert (policy.title, policy.issue_number, policy.issued) == (
            "关于演示的通知",
            "赣药监〔2026〕9号",
            date(2026, 5, 6),
        )
        assert (policy.level, policy.region) == (PolicyLevel.NORMATIVE, "360000")
        assert versions[0].text == "各单位：请演示。"

    def test_an_interpretation_is_linked_with_what_it_interprets_and_is_no_source_of_articles(
        self, store: Store, texts: Path, register: Register
    ) -> None:
        write(texts, f"{LAW}.md", TEXT)
        head = "---\n标题: 《演示药品法》解读\n公布日期: 2024-01-10\n解读对象: 演示药品法\n---\n第一条 讲的是演示。\n"
        write(texts, "解读.md", head)
        assert take(store, texts, register).refused == []
        with store.read() as work:
            [link] = work.policies.links()
        assert (link.stem, link.about, link.person) == ("解读", LAW, "测试")
        index = load_index(store, RjiebaSegmenter().cut_for_search)
        assert index.article(f"{LAW}#第一条", date(2026, 1, 1)) is not None
        assert index.article("解读#第一条", date(2026, 1, 1)) is None

    def test_an_interpretation_is_linked_by_its_own_title_with_the_version_of_its_day(
        self, store: Store, texts: Path, register: Register
    ) -> None:
        take(store, write(texts, f"{LAW}.md", TEXT), register)
        later = write(texts, LATER, TEXT.replace("2024年3月1日", "2026年3月1日"))
        take(store, later, register, supersede=True)
        for day in ("2024-01-05", "2026-01-10"):
            write(texts, f"《演示药品法》解读({day}).txt", "一、背景。依据国药监〔2020〕1号。\n")
        assert take(store, texts, register).refused == []
        with store.read() as work:
            links = {link.stem: link.about for link in work.policies.links()}
            reading = work.policies.get("《演示药品法》解读(2024-01-05)")
        assert links == {
            "《演示药品法》解读(2024-01-05)": LAW,
            "《演示药品法》解读(2026-01-10)": Path(LATER).stem,
        }
        assert reading is not None
        assert reading.issue_number is None

    def test_what_has_no_place_for_a_header_is_described_with_the_command(
        self, store: Store, texts: Path, register: Register
    ) -> None:
        page = "<html><body><div id='content'><h1>关于演示的安排</h1><p>各单位：请按安排演示，逐项登记。</p></div></body></html>"
        file = write(texts, "安排(2026-05-06).html", page)
        [sentence] = take(store, file, register).refused
        assert "单独导入这份文件，命令后加 --set 类别=解读" in sentence
        [sentence] = take(store, file, register, given={"类型": "解读"}).refused
        assert "--set 的“类型”无法识别，可用的是 标题、文号" in sentence
        assert take(store, file, register, given={"类别": "政策文件", "文号": "赣药监〔2026〕9号"}).refused == []
        with store.read() as work:
            policy = work.policies.get(file.stem)
        assert policy is not None
        assert (policy.kind, policy.issue_number) == (PolicyKind.POLICY, "赣药监〔2026〕9号")

    def test_a_number_in_the_heading_of_a_page_is_the_document_s(
        self, store: Store, texts: Path, register: Register
    ) -> None:
        page = (
            "<html><head><title>国家药监局关于发布演示指南的公告（2025年第12号）</title></head><body><div id='content'>"
            "<h1>国家药监局关于发布演示指南的公告（2025年第12号）</h1><p>现予发布，自发布之日起施行。请各单位遵照执行。</p></div></body></html>"
        )
        file = write(texts, "公告(2025-02-03).html", page)
        assert take(store, file, register).refused == []
        with store.read() as work:
            policy = work.policies.get(file.stem)
        assert policy is not None
        assert policy.issue_number == "2025年第12号"

    def test_what_a_folder_holds_beside_texts_is_said(self, store: Store, texts: Path, register: Register) -> None:
        write(texts, f"{LAW}.md", TEXT)
        write(texts, "旧件.doc", "x")
        (texts / "往年").mkdir()
        report = take(store, texts, register)
        assert report.policies == 1
        assert [sentence.partition("，")[0] for sentence in report.notices] == [
            "往年：子目录没有读",
            "旧件.doc：格式不支持",
        ]


class TestAgain:
    def test_the_same_file_changes_nothing_and_leaves_no_trace(
        self, store: Store, texts: Path, register: Register
    ) -> None:
        take(store, write(texts, f"{LAW}.md", TEXT), register)
        with store.read() as work:
            before = (work.policies.listing(), len(work.audit.rows(limit=1000)))
        report = take(store, texts, register)
        assert (report.unchanged, report.added, report.changed) == (1, 0, 0)
        with store.read() as work:
            assert (work.policies.listing(), len(work.audit.rows(limit=1000))) == before

    def test_a_file_that_was_cut_wrongly_is_cut_anew_without_a_new_version(
        self, store: Store, texts: Path, register: Register
    ) -> None:
        take(store, write(texts, f"{LAW}.md", TEXT), register)
        with store.write() as work:
            policy = work.policies.get(LAW)
            assert policy is not None
            work.policies.save(policy, work.policies.articles_of(LAW)[:1])
        assert take(store, texts, register).changed == 1
        with store.read() as work:
            assert len(work.policies.articles_of(LAW)) == 3
            assert [one.version for one in work.policies.versions(LAW)] == [1]

    def test_another_text_is_the_next_version_and_the_earlier_one_is_kept(
        self, store: Store, texts: Path, register: Register
    ) -> None:
        take(store, write(texts, f"{LAW}.md", TEXT), register)
        take(store, write(texts, f"{LAW}.md", TEXT.replace("演示之二", "改过的第二条")), register)
        with store.read() as work:
            policy = work.policies.get(LAW)
            versions = work.policies.versions(LAW)
            article = work.policies.article(f"{LAW}#第二条")
        assert policy is not None
        assert article is not None
        assert (policy.version, [one.version for one in versions]) == (2, [2, 1])
        assert article.text == "改过的第二条。"
        assert "演示之二" in versions[1].text

    def test_a_version_that_a_later_one_ended_can_be_imported_again(
        self, store: Store, texts: Path, register: Register
    ) -> None:
        write(texts, f"{LAW}.md", TEXT)
        write(texts, LATER, TEXT.replace("2024年3月1日", "2026年3月1日"))
        assert take(store, texts, register, supersede=True).refused == []
        report = take(store, texts, register)
        assert (report.unchanged, report.refused) == (2, [])
        take(store, write(texts, f"{LAW}.md", TEXT.replace("演示之二", "改正错字的第二条")), register)
        with store.read() as work:
            earlier = work.policies.get(LAW)
        assert earlier is not None
        assert (earlier.version, earlier.valid_to, earlier.superseded_by) == (2, date(2026, 2, 28), Path(LATER).stem)


class TestRefusals:
    @pytest.mark.parametrize(
        ("name", "text", "sentence"),
        [
            (
                f"{LAW}.md",
                "第一条 甲。\n\n第二条 乙。\n\n第二条 丙。\n",
                f"{LAW}.md 第 5 行：第二条写了两次（前一次在第 3 行）",
            ),
            (f"{LAW}.md", "第一条 甲。\n第三条 乙。\n第二条 丙。\n", f"{LAW}.md 第 3 行：第二条排在第三条之后"),
            (f"{LAW}.md", "没有条文。\n", "没有找到条文"),
            (f"{LAW}.md", "", "文件是空的"),
            (f"{LAW}.md", "\x00\x01", "不是文本文件，或已损坏"),
            ("演示药品法(2024-02-31).md", TEXT, "文件名里的“2024-02-31”不是日期"),
            (f"{LAW}.md", "---\n施行日期: 2024-03-01\n---\n没有条文。\n", "在文件开头写“---”、“类别: 解读”、“---”三行"),
            ("演示药品法.md", TEXT.replace("自2024年3月1日起", ""), "缺少公布日期"),
            (f"{LAW}.md", f"---\n施行日: 2024-01-01\n---\n{TEXT}", "第 2 行：文件开头的“施行日: 2024-01-01”无法识别"),
            (f"{LAW}.md", f"---\n施行日期: 明天\n---\n{TEXT}", "第 2 行：“明天”不是日期"),
            (
                f"{LAW}.md",
                f"---\n施行日期: 2024-03-01\n失效日期: 2024-02-01\n---\n{TEXT}",
                "第 3 行：失效日期 2024-02-01 早于施行日期 2024-03-01",
            ),
            (f"{LAW}.md", f"---\n层级: 国法\n---\n{TEXT}", "第 2 行：不认识的“国法”"),
            (f"{LAW}.md", f"---\n文号: 甲\n文号: 乙\n---\n{TEXT}", "第 3 行：文件开头的“文号”写了两次"),
            (f"{LAW}.md", f"---\n文号: 甲\n{TEXT}", "无法识别"),
        ],
    )
    def test_a_wrong_file_is_refused_by_file_and_line_and_nothing_is_half_done(
        self, store: Store, texts: Path, register: Register, name: str, text: str, sentence: str
    ) -> None:
        write(texts, name, text)
        write(texts, "好的办法(2024-01-10).md", "第一条 甲。\n")
        report = take(store, texts, register)
        assert len(report.refused) == 1
        assert report.refused[0].startswith(name)
        assert sentence in report.refused[0]
        with store.read() as work:
            assert [policy.stem for policy in work.policies.listing()] == ["好的办法(2024-01-10)"]
            assert [article.stem for article in work.policies.articles()] == ["好的办法(2024-01-10)"]

    def test_the_line_is_that_of_the_file_also_below_a_header(
        self, store: Store, texts: Path, register: Register
    ) -> None:
        write(texts, f"{LAW}.md", "---\n文号: 甲\n---\n第一条 甲。\n第一条 乙。\n")
        assert "第 5 行：第一条写了两次（前一次在第 4 行）" in take(store, texts, register).refused[0]

    def test_two_versions_in_force_on_one_day_are_refused(self, store: Store, texts: Path, register: Register) -> None:
        take(store, write(texts, f"{LAW}.md", TEXT), register)
        later = write(texts, "演示药品法(2026-01-10).md", TEXT.replace("2024年3月1日", "2026年3月1日"))
        [sentence] = take(store, later, register).refused
        assert f"与已入库的“{LAW}”效力期重叠（2024-03-01 至 今与2026-03-01 至 今）" in sentence
        with store.read() as work:
            assert work.policies.get("演示药品法(2026-01-10)") is None

    def test_superseding_ends_the_earlier_one_the_day_before(
        self, store: Store, texts: Path, register: Register
    ) -> None:
        take(store, write(texts, f"{LAW}.md", TEXT), register)
        later = write(texts, "演示药品法(2026-01-10).md", TEXT.replace("2024年3月1日", "2026年3月1日"))
        assert take(store, later, register, supersede=True).refused == []
        with store.read() as work:
            earlier = work.policies.get(LAW)
            assert len(work.policies.articles_of(LAW)) == 3
        assert earlier is not None
        assert (earlier.valid_to, earlier.superseded_by) == (date(2026, 2, 28), "演示药品法(2026-01-10)")
        index = load_index(store, RjiebaSegmenter().cut_for_search)
        for day, stem in ((date(2026, 2, 28), LAW), (date(2026, 3, 1), "演示药品法(2026-01-10)")):
            held = [one for one in (LAW, "演示药品法(2026-01-10)") if index.article(f"{one}#第一条", day)]
            assert held == [stem]

    def test_an_earlier_version_that_comes_later_ends_the_day_before_the_one_in_force(
        self, store: Store, texts: Path, register: Register
    ) -> None:
        for name, day in ((LATER, "2026年3月1日"), (f"{LAW}.md", "2024年3月1日")):
            write(texts, name, TEXT.replace("2024年3月1日", day))
        take(store, texts / LATER, register)
        [sentence] = take(store, texts / f"{LAW}.md", register).refused
        assert "这一份是旧版，请在文件开头写明失效日期（最晚为 2026-02-28）" in sentence
        middle = write(texts, "演示药品法(2025-01-10).md", TEXT.replace("2024年3月1日", "2025年3月1日"))
        for file in (texts / f"{LAW}.md", middle):
            assert take(store, file, register, supersede=True).refused == []
        with store.read() as work:
            ends = [(one.valid_to, one.superseded_by) for one in work.policies.listing()]
            acts = [row.subject for row in work.audit.rows(limit=100) if row.action == "policy.superseded"]
        assert set(ends) == {
            (date(2025, 2, 28), middle.stem),
            (date(2026, 2, 28), Path(LATER).stem),
            (None, None),
        }
        assert set(acts) == {f"policy:{LAW}", f"policy:{middle.stem}"}

    def test_two_versions_of_one_day_are_refused_with_what_helps(
        self, store: Store, texts: Path, register: Register
    ) -> None:
        take(store, write(texts, f"{LAW}.md", TEXT), register)
        twin = write(texts, "中华人民共和国演示药品法(2024-01-10).md", TEXT)
        [sentence] = take(store, twin, register, supersede=True).refused
        assert "两份同日施行，只能留一份" in sentence

    def test_an_article_that_does_not_exist_is_said(self, store: Store, texts: Path, register: Register) -> None:
        write(texts, "药品管理法(2019-08-26).md", "第一条 甲。\n第二条 依照本法第九条办理。\n")
        report = take(store, texts, register)
        assert "药品管理法(2019-08-26).md：政策目录的 INF-01 引用第一百零七条，这份文件没有这一条" in report.notices
        assert "药品管理法(2019-08-26).md：第二条提到的第九条不存在（全文共 2 条）" in report.notices

    def test_a_number_that_is_missing_among_the_articles_is_said(
        self, store: Store, texts: Path, register: Register
    ) -> None:
        write(texts, f"{LAW}.md", TEXT.replace("第三条 ", "第二条之一 加的。\n\n第四条 乙。\n\n第六条 "))
        [notice] = take(store, texts, register).notices
        assert notice.startswith(f"{LAW}.md：条文编到第六条，其中没有第三条、第五条：请核对原文")

    def test_a_text_with_an_inserted_article_is_no_text_with_gaps(
        self, store: Store, texts: Path, register: Register
    ) -> None:
        write(texts, f"{LAW}.md", TEXT.replace("第三条 ", "第二条之一 依照本法第九条办理。\n\n第三条 "))
        [notice] = take(store, texts, register).notices
        assert notice == f"{LAW}.md：第二条之一提到的第九条不存在（全文共 3 条）"

    def test_a_second_file_that_differs_by_its_format_alone_is_refused_and_changes_nothing(
        self, store: Store, texts: Path, register: Register
    ) -> None:
        write(texts, f"{LAW}.md", TEXT)
        write(texts, f"{LAW}.txt", TEXT.replace("演示之二", "另一种文字"))
        for _ in range(2):
            report = take(store, texts, register)
            assert [sentence.partition("，")[0] for sentence in report.refused] == [
                f"{LAW}.txt：与同一目录的 {LAW}.md 只差扩展名"
            ]
        with store.read() as work:
            assert [one.version for one in work.policies.versions(LAW)] == [1]

    def test_a_text_under_another_name_than_the_register_s_is_taken_and_said(
        self, store: Store, texts: Path, register: Register
    ) -> None:
        write(texts, "中华人民共和国药品管理法(2019-08-26).md", "第一条 甲。\n")
        [notice] = take(store, texts, register).notices
        assert "文本名为“药品管理法(2019-08-26)”" in notice


def test_a_draft_that_quotes_the_version_before_is_told_so_once_the_new_one_is_in_force(
    store: Store, texts: Path, register: Register
) -> None:
    take(store, write(texts, f"{LAW}.md", TEXT), register)
    draft = "依照《演示药品法》第二条“演示之二。”办理。"
    with store.read() as work:
        assert findings_of(work, draft, now=NOW) == []
    later = TEXT.replace("2024年3月1日", "2026年3月1日").replace("演示之二", "改过的第二条")
    take(store, write(texts, LATER, later), register, supersede=True)
    with store.read() as work:
        [found] = findings_of(work, draft, now=NOW)
        assert findings_of(work, draft.replace("演示之二", "改过的第二条"), now=NOW) == []
    assert (found.word, found.blocking) == ("不是现行条文", False)
    assert f"“{LAW}”（已失效）" in found.sentence
