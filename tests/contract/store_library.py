"""What the store promises of the policy library: versions, search, links and checks."""

from dataclasses import replace
from datetime import date, timedelta

from service.domain.policies.checks import Check, CheckVerdict
from service.domain.policies.library import LibraryQuery, LinkKind, PolicyLink
from service.domain.policies.policy import Policy, PolicyArticle, PolicyKind, PolicyLevel, PolicyVersion, Standing
from service.ports.store import Store, Work
from tests.contract.stored import NOW

DAY = date(2026, 11, 25)


def policy(stem: str, **given: object) -> Policy:
    known = Policy(
        stem=stem, title=stem, valid_from=date(2020, 1, 1), imported_at=NOW, imported_by="甲", text_hash=stem
    )
    return replace(known, **given)  # type: ignore[arg-type]


def article(stem: str, number: int, text: str) -> PolicyArticle:
    return PolicyArticle(
        key=f"{stem}#第{number}条", stem=stem, number=f"第{number}条", position=number, chapter=None, text=text
    )


def text_of(stem: str, text: str, number: int = 1) -> PolicyVersion:
    return PolicyVersion(
        stem=stem, version=number, title=stem, text_hash=stem, text=text, imported_at=NOW, imported_by="甲"
    )


LAW = policy("药品法", level=PolicyLevel.LAW, issue_number="主席令第31号", body="常委会")
OVER = policy("旧办法", level=PolicyLevel.RULE, valid_to=date(2025, 12, 31), superseded_by="新办法")
COMING = policy("新规", level=PolicyLevel.NORMATIVE, valid_from=date(2027, 1, 1), region="360000", body="省局")
UNDATED = policy("无日期", valid_from=None)
READING = policy("新规解读", kind=PolicyKind.INTERPRETATION, valid_from=None, region="360000")
ALL = (LAW, OVER, COMING, UNDATED, READING)


def fill(work: Work) -> None:
    work.policies.save(LAW, [article("药品法", 1, "召回药品。"), article("药品法", 2, "禁止假药，百分之100%。")])
    for one in ALL[1:]:
        work.policies.save(one, [])
    work.policies.keep_version(text_of("药品法", "召回药品。禁止假药，百分之100%。"))
    work.policies.keep_version(text_of("新规解读", "讲解召回的缘由"))


def found(work: Work, *words: str, **asked: object) -> list[str]:
    return [one.stem for one in work.policies.find(LibraryQuery(words=words, on=DAY, **asked))]  # type: ignore[arg-type]


class LibraryContract:
    """The policy library beyond its articles."""

    def test_a_document_reads_back_equal_with_everything_known_of_it(self, store: Store) -> None:
        whole = replace(LAW, url="https://press.invalid/1", source_id="s", version=3, extras={"document_id": "d"})
        with store.write() as work:
            work.policies.save(whole, [article("药品法", 1, "甲")])
        with store.read() as work:
            assert work.policies.get("药品法") == whole
            assert work.policies.get("药品") is None
            assert work.policies.articles_of("药品法") == [article("药品法", 1, "甲")]
            assert work.policies.article_counts() == {"药品法": 1}
            assert work.policies.text_hashes() == {"药品法": "药品法"}

    def test_every_text_is_kept_and_none_is_changed(self, store: Store) -> None:
        with store.write() as work:
            work.policies.save(LAW, [])
            work.policies.keep_version(text_of("药品法", "第一版"))
            work.policies.keep_version(text_of("药品法", "第二版", 2))
            work.policies.keep_version(text_of("药品法", "改第一版"))
        with store.read() as work:
            assert [one.text for one in work.policies.versions("药品法")] == ["第二版", "第一版"]
            assert work.policies.versions("无") == []

    def test_every_word_must_stand_in_title_number_body_or_text(self, store: Store) -> None:
        with store.write() as work:
            fill(work)
        with store.read() as work:
            assert found(work) == sorted(one.stem for one in ALL)
            assert found(work, "召回") == ["新规解读", "药品法"]
            assert found(work, "召回", "31号") == ["药品法"]
            assert found(work, "省局") == ["新规"]
            assert found(work, "100%") == ["药品法"]
            assert found(work, "_") == found(work, "%%") == []

    def test_documents_are_asked_for_by_rank_kind_region_and_standing_on_a_day(self, store: Store) -> None:
        with store.write() as work:
            fill(work)
        with store.read() as work:
            assert found(work, level=PolicyLevel.LAW) == ["药品法"]
            assert found(work, kind=PolicyKind.INTERPRETATION) == ["新规解读"]
            assert found(work, region="360000") == ["新规", "新规解读"]
            assert len(found(work, region="360000", national=True)) == len(ALL)
            stands = {one: found(work, standing=one) for one in Standing}
        assert stands == {
            Standing.IN_FORCE: ["药品法"],
            Standing.EXPIRED: ["旧办法"],
            Standing.NOT_YET: ["新规"],
            Standing.UNKNOWN: ["无日期"],
            Standing.NOT_BINDING: ["新规解读"],
        }
        assert {one.stem: one.standing(DAY) for one in ALL} == {
            stem: s for s, stems in stands.items() for stem in stems
        }

    def test_the_first_and_the_last_day_are_in_force(self, store: Store) -> None:
        with store.write() as work:
            work.policies.save(OVER, [])
        with store.read() as work:
            for day, standing in (
                (date(2019, 12, 31), Standing.NOT_YET),
                (date(2020, 1, 1), Standing.IN_FORCE),
                (date(2025, 12, 31), Standing.IN_FORCE),
                (date(2026, 1, 1), Standing.EXPIRED),
            ):
                assert OVER.standing(day) is standing
                assert work.policies.find(LibraryQuery(standing=standing, on=day)) == [OVER]

    def test_a_document_is_called_by_part_of_its_title_its_number_or_its_stem(self, store: Store) -> None:
        with store.write() as work:
            fill(work)
            work.policies.save(policy("s", title="中华人民共和国药品法（2020年）"), [])
        with store.read() as work:

            def called(name: str) -> list[str]:
                return [one.stem for one in work.policies.called(name)]

            assert called("药品法") == ["s", "药品法"]
            assert called("主席令第31号") == ["药品法"]
            assert called("s") == ["s"]
            assert called("主席令") == called("%") == []

    def test_articles_are_found_by_their_words_and_number_beside_the_title(self, store: Store) -> None:
        with store.write() as work:
            fill(work)
        with store.read() as work:

            def keys(*words: str) -> list[str]:
                hits = work.policies.find_articles(LibraryQuery(words=words, on=DAY))
                assert all(hit.policy.stem == hit.article.stem for hit in hits)
                return [hit.article.key for hit in hits]

            assert keys("召回") == ["药品法#第1条"]
            assert keys("药品法", "假药") == ["药品法#第2条"]
            assert keys("药品法", "第2条") == ["药品法#第2条"]
            assert keys("药品法") == keys("没有的词") == keys() == []

    def test_links_read_back_from_both_sides_and_are_replaced(self, store: Store) -> None:
        link = PolicyLink(stem="新规解读", about="新规", kind=LinkKind.INTERPRETS, person="甲", at=NOW)
        with store.write() as work:
            fill(work)
            work.policies.save_link(link)
            work.policies.save_link(replace(link, drafted_together="yes", approved_together="no", note="补登"))
        changed = replace(link, drafted_together="yes", approved_together="no", note="补登")
        with store.read() as work:
            assert work.policies.links() == work.policies.links("新规") == work.policies.links("新规解读") == [changed]
            assert work.policies.links("药品法") == []

    def test_of_several_checks_the_last_one_counts_and_all_are_kept(self, store: Store) -> None:
        check = Check(
            subject="clock:W",
            verdict=CheckVerdict.CONFIRMED,
            person="甲",
            at=NOW,
            note="一",
            fingerprint="f",
            text_hash="t",
        )
        doubt = replace(check, verdict=CheckVerdict.DOUBTED, at=NOW + timedelta(hours=1), note="二", text_hash=None)
        with store.write() as work:
            for one in (check, doubt, replace(check, subject="fact:A")):
                work.policies.add_check(one)
        with store.read() as work:
            assert work.policies.checks() == {"clock:W": doubt, "fact:A": replace(check, subject="fact:A")}
            assert work.policies.checks_of("clock:W") == [doubt, check]
            assert work.policies.checks_of("clock:X") == []
