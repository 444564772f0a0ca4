"""The page 词库 and its JSON: what was typed stays when it is refused, a trial keeps nothing, tables go out and in."""

from service.domain.people.person import Role
from service.domain.words.own_words import OwnWord
from tests.api.conftest import Browser, Site
from tests.api.flat import flat
from tests.builders import NOW

SMALL = {"sort": "word", "text": "小安瓶", "kind": "drug", "canonical": "清安口服液", "note": "学生的叫法"}


def save(browser: Browser, **fields: str) -> int:
    return browser.post("/words", step="save", **fields).status_code


def held(site: Site) -> list[OwnWord]:
    with site.context.store.read() as work:
        return work.words.in_force()


class TestThePage:
    def test_a_saved_word_is_listed_with_who_added_it_and_from_when_it_holds(self, site: Site) -> None:
        browser = site.browser(Role.OFFICER)
        assert save(browser, **SMALL) == 303
        text = browser.client.get("/words?done=word_added").text
        assert "从下一批稿件起生效" in text
        for told in ("小安瓶", "规范名清安口服液", "学生的叫法", "研判乙"):
            assert told in text

    def test_a_refused_word_keeps_what_was_typed(self, site: Site) -> None:
        browser = site.browser(Role.OFFICER)
        refused = browser.post("/words", step="save", **(SMALL | {"text": "大家", "sentence": "大家都说好"}))
        assert refused.status_code == 422
        for typed in ('value="大家"', 'value="清安口服液"', 'value="学生的叫法"', ">大家都说好</textarea>", '<option value="drug" selected>'):  # fmt: skip
            assert typed in refused.text
        assert "常用词" in refused.text
        assert not held(site)

    def test_a_consequence_is_asked_and_confirmed_by_a_tick(self, site: Site) -> None:
        browser = site.browser(Role.OFFICER)
        exclusion = {"sort": "exclusion", "text": "假药", "note": "片名"}
        asked = browser.post("/words", step="save", **exclusion)
        assert asked.status_code == 422
        assert 'name="sure"' in asked.text
        assert save(browser, sure="true", **exclusion) == 303

    def test_a_trial_shows_what_changes_and_keeps_nothing(self, site: Site) -> None:
        browser = site.browser(Role.OFFICER)
        tried = browser.post("/words", step="try", sentence="学生喝下小安瓶后呕吐", **SMALL)
        assert tried.status_code == 200
        assert "新命中" in tried.text
        assert not held(site)

    def test_what_is_typed_is_never_markup(self, site: Site) -> None:
        browser = site.browser(Role.OFFICER)
        text = "<script>alert(1)</script>清安"
        assert save(browser, **(SMALL | {"text": text[:30], "note": text})) == 303
        assert "<script>alert" not in browser.client.get("/words").text

    def test_a_word_is_removed_and_restored(self, site: Site) -> None:
        browser = site.browser(Role.OFFICER)
        save(browser, **SMALL)
        [word] = held(site)
        assert browser.post(f"/words/{word.id}/remove").status_code == 303
        assert not held(site)
        assert "小安瓶" in browser.client.get("/words?state=removed").text
        assert browser.post(f"/words/{word.id}/restore").status_code == 303
        assert held(site) == [word]

    def test_a_word_that_cannot_be_used_is_told_above_the_others(self, site: Site) -> None:
        with site.context.store.write() as work:
            work.words.save([OwnWord(id="b", sort="alias", text="某某片", canonical="已撤名称", author="x", created_at=NOW)])  # fmt: skip
        text = site.browser(Role.VIEWER).client.get("/words").text
        assert "1 条现在不起作用" in text
        assert "已撤名称" in text

    def test_words_are_filtered_and_paged(self, site: Site) -> None:
        with site.context.store.write() as work:
            work.words.save([OwnWord(id=f"w{n:03}", sort="word", text=f"清安{n:03}", kind="drug", author="x", created_at=NOW) for n in range(70)])  # fmt: skip
        client = site.browser(Role.VIEWER).client
        first, last = client.get("/words").text, client.get("/words?page=3").text
        assert "清安069" in first
        assert "清安000" not in first
        assert "清安000" in last
        assert "清安033" in client.get("/words?q=033").text
        assert "没有符合条件的词" in client.get("/words?sort=alias").text


class TestJudgingAgain:
    def test_it_is_offered_after_a_change_and_says_how_much_waits(self, site: Site) -> None:
        browser = site.browser(Role.OFFICER)
        assert "不需要重新研判" in browser.client.get("/words").text
        save(browser, **SMALL)
        assert browser.post("/words/again", days="30").status_code == 303
        with site.context.store.read() as work:
            waiting = work.rejudgements.open_count()
        assert waiting > 0
        assert f"还有 {waiting} 篇在排队" in browser.client.get("/words").text
        assert browser.post("/words/again", days="90").status_code == 422


class TestTables:
    def test_a_table_goes_out_and_comes_back_in(self, site: Site) -> None:
        browser = site.browser(Role.OFFICER)
        save(browser, **SMALL)
        table = browser.client.get("/words/export.csv")
        assert table.headers["content-type"].startswith("text/csv")
        content = table.content + "别名,布老芬,,,布洛芬,,\n新词,大家,企业,,,,\n".encode()
        taken = browser.client.post(
            "/words/import", data={"csrf": browser.csrf}, files={"file": ("words.csv", content, "text/csv")}
        )
        assert "新增 <b>1</b> 条，已有 1 条" in flat(taken.text)
        assert "第 4 行" in taken.text
        assert {word.text for word in held(site)} == {"小安瓶", "布老芬"}

    def test_a_file_that_is_no_table_is_refused_on_the_page(self, site: Site) -> None:
        browser = site.browser(Role.OFFICER)
        refused = browser.client.post(
            "/words/import", data={"csrf": browser.csrf}, files={"file": ("x.csv", b"\xff\xfe\x00", "text/csv")}
        )
        assert refused.status_code == 422
        assert "编码" in refused.text


class TestJson:
    def test_words_are_told_with_what_judgements_made_with_them_carry(self, site: Site) -> None:
        browser = site.browser(Role.OFFICER)
        save(browser, **SMALL)
        told = browser.client.get("/api/words", params={"sort": "word", "q": "清安"}).json()
        [row] = told["words"]
        assert (row["text"], row["canonical"], row["fault"], told["in_force"]) == ("小安瓶", "清安口服液", None, 1)
        assert len(told["identity"]) == 8
        assert browser.client.get("/api/words", params={"removed": "true"}).json()["words"] == []
        assert browser.client.get("/api/words", params={"sort": "nothing"}).status_code == 422
