"""The machine interfaces as commands: JSON lines in and out, exit statuses, broken input, closed output."""

import gzip
import json
import os
import subprocess
import time
from pathlib import Path
from typing import Any

import pytest

from tests.acceptance.terminal import ROOT, command, run, surroundings
from tests.engines.process import free_port

pytestmark = pytest.mark.acceptance

CLUSTER = {
    "id": "a",
    "title": "于都12名患者输注清云注射液后寒战发热",
    "text": "12名患者使用同一批次药品后寒战发热，批号2509A17，涉事批次已停用。",
    "published_at": "2026-11-20T09:00:00+08:00",
    "source": "press",
}
FESTIVAL = {"id": 2, "title": "菜花节开幕", "text": "游客可乘坐公交前往。"}
VACCINE = {"id": "c", "title": "疫苗接种门诊排班", "text": "门诊周末开放。"}
LAW = """# 药品管理法

第一条 为了加强药品管理，保证药品质量，保障公众用药安全和合法权益，制定本法。

第八十条 药品上市许可持有人应当开展药品上市后不良反应监测，主动收集、跟踪分析疑似药品不良反应信息。

第八十一条 发现疑似不良反应的，应当及时向药品监督管理部门和卫生健康主管部门报告。
"""


def lines(*rows: Any) -> bytes:
    return b"".join((row if isinstance(row, bytes) else json.dumps(row).encode()) + b"\n" for row in rows)


def answers(done: subprocess.CompletedProcess[bytes]) -> list[dict[str, Any]]:
    return [json.loads(line) for line in done.stdout.decode().splitlines()]


BROKEN = lines(CLUSTER, b"{broken", b"", {"id": 3}, b'{"id": "\xff", "title": "x"}', FESTIVAL, VACCINE).rstrip()


class TestJudge:
    def test_it_answers_each_line_in_order_with_the_agreed_keys(self) -> None:
        done = run("judge", stdin=lines(CLUSTER, FESTIVAL, VACCINE))
        assert done.returncode == 0
        assert done.stderr == b""
        rows = answers(done)
        assert [row["id"] for row in rows] == ["a", "2", "c"]
        keys = "id level p_in_remit p_risk categories severity needs_response tone entities evidence model"
        assert all(list(row) == keys.split() for row in rows)
        assert rows[0]["level"] == 2
        assert rows[1]["level"] == 0

    def test_broken_lines_are_named_and_cost_their_neighbours_nothing(self) -> None:
        done = run("judge", stdin=BROKEN)
        assert done.returncode == 1
        assert [row["id"] for row in answers(done)] == ["a", "2", "c"]
        said = done.stderr.decode()
        assert [number for number in range(1, 9) if f"第 {number} 行" in said] == [2, 4, 5]
        assert "共有 3 行未能读取" in said

    def test_nothing_in_is_nothing_out(self) -> None:
        done = run("judge")
        assert (done.returncode, done.stdout, done.stderr) == (0, b"", b"")

    @pytest.mark.parametrize("name", ["judge", "extract"])
    def test_a_closed_input_is_told(self, name: str) -> None:
        shell = ["/bin/sh", "-c", 'exec "$@" <&-', "sh", *command(name)]
        done = subprocess.run(shell, capture_output=True, timeout=60, check=False, cwd=ROOT, env=surroundings())
        assert done.returncode == 2
        assert "没有标准输入" in done.stderr.decode()

    def test_half_pairs_and_nuls_come_back_as_they_were_given_whatever_the_locale(self) -> None:
        odd = b'{"id": "\\ud83d", "title": "\\ud83d\\u5047\\u0000\\u836f", "text": "\\u5047\\u836f\\udc00"}\n'
        latin = {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}
        for name in ("judge", "group"):
            done = run(name, stdin=odd + lines(CLUSTER), settings=latin)
            assert done.returncode == 0, done.stderr.decode()
            assert [row["id"] for row in answers(done)] == ["\ud83d", "a"]

    def test_a_document_of_ten_megabytes_is_judged_with_its_neighbours(self) -> None:
        big = CLUSTER | {"id": "big", "text": "患者输注后寒战发热。" * 350_000}
        done = run("judge", stdin=lines(CLUSTER, json.dumps(big, ensure_ascii=False).encode(), VACCINE))
        assert done.returncode == 0
        assert [row["id"] for row in answers(done)] == ["a", "big", "c"]

    def test_a_line_is_answered_without_waiting_for_the_next(self) -> None:
        process = subprocess.Popen(
            command("judge"), stdin=subprocess.PIPE, stdout=subprocess.PIPE, cwd=ROOT, env=surroundings()
        )
        assert process.stdin is not None
        assert process.stdout is not None
        waited = []
        for row in (CLUSTER, VACCINE):
            before = time.monotonic()
            process.stdin.write(lines(row))
            process.stdin.flush()
            assert json.loads(process.stdout.readline())["id"] == row["id"]
            waited.append(time.monotonic() - before)
        # The first line waits for the model too.
        assert waited[1] < 3
        process.stdin.close()
        assert process.wait(timeout=30) == 0
        process.stdout.close()

    def test_a_reader_that_has_seen_enough_ends_it_quietly(self) -> None:
        read, write = os.pipe()
        process = subprocess.Popen(
            command("judge"),
            stdin=subprocess.PIPE,
            stdout=write,
            stderr=subprocess.PIPE,
            cwd=ROOT,
            env=surroundings(),
        )
        os.close(read)
        os.close(write)
        _, errors = process.communicate(lines(*([CLUSTER] * 2000)), timeout=60)
        assert errors == b""


class TestGroup:
    def test_reports_of_one_happening_become_one_event_and_repeats_are_known(self) -> None:
        again = CLUSTER | {"id": "b"}
        done = run("group", stdin=lines(CLUSTER, FESTIVAL, again))
        assert done.returncode == 0
        rows = answers(done)
        assert [list(row) for row in rows] == [["id", "event_id", "duplicate_of"]] * 3
        assert rows[0]["event_id"] == rows[2]["event_id"] != rows[1]["event_id"]
        assert rows[2]["duplicate_of"] == "a"

    def test_broken_lines_are_named(self) -> None:
        done = run("group", stdin=BROKEN)
        assert done.returncode == 1
        assert [row["id"] for row in answers(done)] == ["a", "2", "c"]


class TestMatch:
    def test_it_answers_with_the_articles_of_what_was_imported(self, tmp_path: Path) -> None:
        data, law = tmp_path / "var", tmp_path / "药品管理法(2019-08-26).md"
        before = run("match", "--data", str(data), stdin=lines(CLUSTER))
        assert before.returncode == 1
        assert "policies import" in before.stderr.decode()
        law.write_text(LAW, encoding="utf-8")
        for _ in range(2):
            imported = run("policies", "import", str(law), "--data", str(data))
            assert answers(imported) == [{"policies": 1, "articles": 3, "refused": 0}]
        done = run("match", "--data", str(data), stdin=BROKEN)
        assert done.returncode == 1
        rows = answers(done)
        assert [row["id"] for row in rows] == ["a", "2", "c"]
        best = rows[0]["articles"][0]
        assert list(best) == ["article", "score", "valid", "why", "situation"]
        assert best["article"].startswith("药品管理法(2019-08-26)#第八十")
        scores = [article["score"] for article in rows[0]["articles"]]
        assert scores == sorted(scores, reverse=True)

    def test_it_says_whose_matter_it_is_and_which_law_has_ended_in_the_words_of_the_page(self, tmp_path: Path) -> None:
        data, law = tmp_path / "var", tmp_path / "食品安全法(2021-04-29).md"
        law.write_text("第三十四条 不得经营（演示）。\n\n第五十七条 集中用餐单位（演示）。\n", encoding="utf-8")
        assert run("policies", "import", str(law), "--data", str(data)).returncode == 0
        rotten = CLUSTER | {"title": "幼儿园食堂用发霉大米", "text": "", "published_at": "2026-03-02T09:00:00+08:00"}
        [told] = answers(run("match", "--data", str(data), stdin=lines(rotten)))
        assert told["articles"] == []
        whose, ended = told["notes"]
        assert list(whose) == ["law", "said", "verified", "office", "why", "situation"]
        assert (whose["law"], whose["office"]) == ("《食品安全法》", "市场监督管理部门")
        assert (ended["law"], ended["verified"], ended["office"]) == ("食品安全法（2021年）", False, None)
        assert "失效，所列条号不再引用" in ended["said"]

    def test_what_holds_no_article_is_refused_by_name(self, tmp_path: Path) -> None:
        (tmp_path / "空.md").write_text("没有条文。\n", encoding="utf-8")
        done = run("policies", "import", str(tmp_path / "空.md"), "--data", str(tmp_path / "var"))
        assert done.returncode == 1
        assert "空.md" in done.stderr.decode()


PAGE = "<html><head><title>药品抽检通告</title></head><body><h1>药品抽检通告</h1><p>{}</p></body></html>".format(
    "某省药品监督管理局发布抽检通告，涉及三批次药品不合格，要求停止销售并召回。" * 4
)


class TestExtract:
    @pytest.mark.parametrize("charset", ["utf-8", "gb18030", "utf-16"])
    def test_it_reads_a_page_in_any_encoding(self, charset: str) -> None:
        done = run("extract", "--url", "https://press.invalid/2026/11/20/a.html", stdin=PAGE.encode(charset))
        assert done.returncode == 0, done.stderr.decode()
        [article] = answers(done)
        assert list(article) == ["title", "body", "published", "precision", "source", "author", "charset", "method"]
        assert article["title"] == "药品抽检通告"
        assert "三批次药品不合格" in article["body"]

    @pytest.mark.parametrize(
        ("page", "told"),
        [(b"", "空"), (bytes(range(256)) * 64, "文本"), (b"a" * 10_000_000, "上限")],
        ids=["empty", "binary", "ten megabytes"],
    )
    def test_what_is_no_page_is_refused_with_its_reason(self, page: bytes, told: str) -> None:
        done = run("extract", stdin=page)
        assert (done.returncode, done.stdout) == (1, b"")
        assert told in done.stderr.decode()


COMPLAINTS = (
    "工单编号,来电时间,标题,诉求内容\n"
    "1,2026-11-20 08:00,输液后寒战,患者输注清云注射液后寒战发热\n"
    "2,不是时间,药店,内容甲\n"
    "3,2026-11-21 09:00,咨询,医保如何办理\n"
)


class TestImport:
    def test_broken_rows_are_named_good_ones_kept_and_again_adds_nothing(self, tmp_path: Path) -> None:
        data, file = tmp_path / "var", tmp_path / "投诉.csv"
        file.write_text(COMPLAINTS, encoding="gb18030")
        words = ("import", str(file), "--source", "drop-12345", "--data", str(data))
        first, second = run(*words), run(*words)
        assert (first.returncode, second.returncode) == (0, 0)
        assert answers(first) == [{"added": 2, "edited": 0, "known": 0, "refused": 1}]
        assert answers(second) == [{"added": 0, "edited": 0, "known": 2, "refused": 1}]
        assert "第 3 行" in first.stderr.decode()
        told = answers(run("quarantine", "list", "--data", str(data)))[0]
        assert (told["stage"], told["source"]) == ("import", "drop-12345")
        assert "第 3 行" in told["detail"]
        assert run("audit", "verify", "--data", str(data)).returncode == 0

    @pytest.mark.parametrize(
        ("name", "content", "source", "status", "told"),
        [
            ("a.csv", "", "drop-12345", 1, "空文件"),
            ("a.csv", "工单编号,来电时间,标题,诉求内容\n1,坏,a,b\n", "drop-12345", 1, "第 2 行"),
            ("a.pdf", "x", "drop-12345", 1, "类型"),
            ("a.csv", COMPLAINTS, "nosuch", 2, "没有信源 nosuch"),
        ],
    )
    def test_what_cannot_be_taken_is_refused(
        self, tmp_path: Path, name: str, content: str, source: str, status: int, told: str
    ) -> None:
        file = tmp_path / name
        file.write_text(content, encoding="utf-8")
        done = run("import", str(file), "--source", source, "--data", str(tmp_path / "var"))
        assert done.returncode == status
        assert told in done.stderr.decode()
        assert "Traceback" not in done.stderr.decode()


class TestOperating:
    def test_people_sources_index_briefing_and_checks(self, tmp_path: Path) -> None:
        data = ("--data", str(tmp_path / "var"))
        added = run("users", "add", "值班", "--role", "officer", "--notify-from", "yellow", *data)
        assert added.returncode == 0
        assert "一次性密码" in added.stderr.decode()
        assert run("users", "add", "值班", *data).returncode == 1
        assert run("users", "add", "甲", "--role", "king", *data).returncode == 2
        assert run("users", "reset", "没有", *data).returncode == 1
        [person] = answers(run("users", "list", *data))
        assert (person["name"], person["role"], person["notify_from"]) == ("值班", "officer", "yellow")
        assert answers(run("index", "verify", "--repair", *data))[0]["equal"] is True
        checked = answers(run("doctor", *data, settings={"YAOWANG_PORT": str(free_port())}))
        assert [row for row in checked if not row["ok"]] == []
        assert run("brief", "--week", "2026-W99", *data).returncode == 2
        paths = [Path(row["path"]) for row in answers(run("brief", "--week", "2026-W47", *data))]
        assert {path.suffix for path in paths} >= {".docx", ".xlsx", ".html"}
        assert all(path.stat().st_size for path in paths)

    def test_sources_are_listed_and_switched(self, tmp_path: Path) -> None:
        data = ("--data", str(tmp_path / "var"))
        source = answers(run("sources", "list", *data))[0]
        assert set(source) == {"id", "name", "kind", "enabled", "live_check", "state", "sentence"}
        assert (source["enabled"], source["live_check"]) == (False, "未检查")
        refused = run("sources", "enable", source["id"], "--without-check", *data)
        assert refused.returncode == 1
        assert "还没有通过上线检查" in refused.stderr.decode()
        assert run("sources", "enable", *data).returncode == 2
        assert run("sources", "disable", source["id"], *data).returncode == 0
        assert answers(run("sources", "list", *data))[0]["enabled"] is False
        assert run("sources", "enable", "nosuch", *data).returncode == 2
        assert run("sources", "check", *data).returncode == 0

    def test_a_crawl_without_a_network_tells_each_reason_and_fails(self, tmp_path: Path) -> None:
        data, catalogue = tmp_path / "var", tmp_path / "own"
        catalogue.mkdir()
        (catalogue / "own.yaml").write_text(
            "sources:\n"
            "  - {id: gone, name: 测试不通, kind: feed, source_class: media, weight: 1, access: open, legal_basis: 测试,\n"
            "     url: 'https://press.invalid/feed.xml'}\n"
            "  - {id: typo, nmae: 测试笔误, kind: feed}\n",
            encoding="utf-8",
        )
        own = {"YAOWANG_CATALOGUE": str(catalogue)}
        done = run("crawl", "--once", "gone", "--data", str(data), settings=own)
        assert done.returncode == 1
        [row] = answers(done)
        assert row["source"] == "gone"
        assert "press.invalid" in row["failed"]
        assert "没有一个信源采集成功" in done.stderr.decode()
        assert "own.yaml:4: nmae" in done.stderr.decode()
        unknown = run("crawl", "--once", "nosuch", "--data", str(data))
        assert unknown.returncode == 2
        assert "没有这些信源：nosuch" in unknown.stderr.decode()

    def test_a_model_is_measured_on_any_labelled_file(self, tmp_path: Path) -> None:
        gold = tmp_path / "gold.jsonl"
        labels = {"categories": [], "severity": 0, "tone": "neu", "date": "2026-11-20", "source": "press"}
        risk = {"level": 2, "categories": ["R01"], "severity": 3, "tone": "neg"}
        gold.write_bytes(lines(labels | CLUSTER | risk, labels | FESTIVAL | {"id": "b", "level": 0}))
        done = run("evaluate", str(gold))
        assert done.returncode == 0, done.stderr.decode()
        [told] = answers(done)
        assert set(told) == {"data", "sha256", "model", "metrics"}
        missing = run("evaluate", str(tmp_path / "nosuch.jsonl"))
        assert missing.returncode == 1
        assert "Traceback" not in missing.stderr.decode()


class TestReplay:
    @pytest.mark.parametrize(
        ("name", "content", "status", "told"),
        [
            # Without mtime=0 the bytes carry the second of collection, and two test workers disagree on the test's name.
            pytest.param("cut.jsonl.gz", gzip.compress(b"{}\n" * 10_000, mtime=0)[:60], 1, "无法读取", id="cut"),
            ("not.jsonl.gz", b"plain", 1, "无法读取"),
            ("empty.jsonl", b"", 1, "是空的"),
            ("words.jsonl", b"hello\n", 1, "没有一个能读取的快照"),
        ],
    )
    def test_a_stream_that_cannot_be_used_is_told(
        self, tmp_path: Path, name: str, content: bytes, status: int, told: str
    ) -> None:
        (tmp_path / name).write_bytes(content)
        done = run("replay", str(tmp_path / name), "--report", str(tmp_path / "report.json"))
        assert done.returncode == status
        assert told in done.stderr.decode()

    def test_a_report_that_has_no_folder_is_told_before_anything_runs(self, tmp_path: Path) -> None:
        (tmp_path / "s.jsonl").write_bytes(b"{}\n")
        done = run("replay", str(tmp_path / "s.jsonl"), "--report", str(tmp_path / "nowhere" / "report.json"))
        assert done.returncode == 2
        assert "nowhere 不存在" in done.stderr.decode()


class TestDrillArguments:
    def test_an_unknown_scenario_gets_the_list_and_status_2(self, tmp_path: Path) -> None:
        done = run("drill", "nosuch", "--data", str(tmp_path / "var"))
        assert done.returncode == 2
        assert "cluster  " in done.stderr.decode()
        assert "没有剧本 nosuch" in done.stderr.decode()
        assert not (tmp_path / "var").exists()

    @pytest.mark.parametrize(
        ("text", "told"),
        [("id: a\ntitel: b\n", "第 2 行 titel"), ("id: [\n", "第 2 行"), ("", "键: 值"), (None, "无法读取")],
    )
    def test_a_scenario_file_with_a_mistake_is_told_with_file_line_and_key(
        self, tmp_path: Path, text: str | None, told: str
    ) -> None:
        file = tmp_path / "mine.yaml"
        if text is not None:
            file.write_text(text, encoding="utf-8")
        done = run("drill", str(file), "--data", str(tmp_path / "var"))
        said = done.stderr.decode()
        assert done.returncode == 1
        assert "mine.yaml" in said
        assert told in said
        assert "Traceback" not in said
