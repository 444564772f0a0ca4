import gzip
import json
import os
import re
import subprocess
import sys
from functools import cache
from itertools import accumulate, islice
from pathlib import Path

import pytest

from analysis.segmentation import BLOCK_BYTES, JiebaSegmenter, RjiebaSegmenter, Segmenter, search_tokens

CHINESE = re.compile("[一-鿿]+")
SENTENCES = (
    "江西省药监局通报三批次中药饮片不合格",
    "患者注射头孢曲松钠后出现寒战高热",
    "网上代购的司美格鲁肽没有中文标签",
    "家长质疑接种点给孩子打了过期疫苗",
    "药店执业药师不在岗，处方药随便卖！",
    "赣州市于都县贡江镇一诊所被立案调查。",
)


@cache
def cutters() -> tuple[Segmenter, Segmenter]:
    return RjiebaSegmenter(), JiebaSegmenter()


@pytest.fixture(params=["rjieba", "jieba"])
def segmenter(request: pytest.FixtureRequest) -> Segmenter:
    return cutters()[["rjieba", "jieba"].index(request.param)]


def chinese(words: list[str]) -> list[str]:
    return [word for word in words if CHINESE.fullmatch(word)]


def test_words_joined_are_the_text_again(segmenter: Segmenter) -> None:
    for sentence in (*SENTENCES, "", " ", "a1药\n品"):
        assert "".join(segmenter.cut(sentence)) == sentence


def test_texts_cut_together_for_the_search_are_cut_as_each_alone(segmenter: Segmenter) -> None:
    texts = [*SENTENCES, "", " ", "\n", "药  品 \n\n 店\n", "a b\n", "\n…a…", "药店" * 9000, *SENTENCES * 500]
    alone = [" ".join(word for word in segmenter.cut_for_search(text) if not word.isspace()) for text in texts]
    assert search_tokens(texts, segmenter) == alone
    assert search_tokens([], segmenter) == []


def test_words_of_the_lexicon_stay_whole(segmenter: Segmenter) -> None:
    assert "头孢曲松" in segmenter.cut(SENTENCES[1])
    assert "司美格鲁肽" in segmenter.cut_for_search(SENTENCES[2])


def test_identity_names_the_cutter_and_its_words(segmenter: Segmenter) -> None:
    assert segmenter.identity.startswith(("rjieba-", "jieba-"))


def test_the_lexicons_words_are_in_one_dictionary_however_many_cut_by_it() -> None:
    script = """
import sys, analysis.segmentation
assert "rjieba" not in sys.modules
from analysis.segmentation import RjiebaSegmenter
held = lambda: int(open("/proc/self/statm", encoding="ascii").read().split()[1]) * 4096
one = RjiebaSegmenter()
before = held()
assert all(RjiebaSegmenter().cut("头孢曲松") == ["头孢曲松"] for _ in range(4))
print(held() - before)
"""
    ran = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True, timeout=120)
    # Each dictionary takes 25 MiB.
    assert int(ran.stdout) < 10 * 1024 * 1024


def test_own_words_are_in_no_other_cutters_dictionary() -> None:
    assert RjiebaSegmenter(["毒胶囊案件"]).cut("毒胶囊案件") == ["毒胶囊案件"]
    assert RjiebaSegmenter().cut("毒胶囊案件") != ["毒胶囊案件"]


@pytest.mark.parametrize("make", [RjiebaSegmenter, JiebaSegmenter])
def test_other_user_words_are_another_identity(make: type[RjiebaSegmenter] | type[JiebaSegmenter]) -> None:
    assert make(["独有的词"]).identity != make(["另外的词"]).identity


def test_text_longer_than_a_block_is_cut_in_blocks_without_loss(segmenter: Segmenter) -> None:
    long = "".join(SENTENCES) * 400
    assert len(long) * 4 > BLOCK_BYTES
    assert "".join(segmenter.cut(long)) == long
    unbroken = "药" * BLOCK_BYTES
    assert "".join(segmenter.cut(unbroken)) == unbroken


def real_sentences() -> list[str]:
    given = os.environ.get("YAOWANG_SHARED_DATA")
    shared = Path(given) if given else Path(__file__).resolve().parents[3] / "shared" / "data"
    path = shared / "hotlist" / "weibo-2024.jsonl.gz"
    if not path.is_file():
        return []
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        snapshots = [json.loads(next(lines)) for _ in range(60)][::20]
    return [f"{i['title']}。{i.get('description') or ''}" for snapshot in snapshots for i in snapshot["items"]]


def test_both_cut_chinese_text_alike() -> None:
    default, reference = cutters()
    for sentence in (*SENTENCES, *real_sentences()):
        for run in CHINESE.findall(sentence):
            assert default.cut(run) == reference.cut(run)
            assert chinese(default.cut_for_search(run)) == chinese(reference.cut_for_search(run))


def spans(words: list[str]) -> set[tuple[int, int]]:
    """Return where in their text the Chinese words stand."""
    ends = list(accumulate(map(len, words)))
    return {(end - len(word), end) for word, end in zip(words, ends, strict=True) if CHINESE.fullmatch(word)}


def whole_texts(shared: Path) -> list[str]:
    """Return titles with descriptions of a hot list, each once, and labelled posts and documents, as collected."""
    with gzip.open(shared / "hotlist" / "weibo-2024.jsonl.gz", "rt", encoding="utf-8") as lines:
        items = [item for line in islice(lines, 400) for item in json.loads(line)["items"]]
    rows = [(item["title"], item.get("description")) for item in items]
    for name in ("attention/dev.jsonl", "documents/train.jsonl"):
        with (shared / name).open(encoding="utf-8") as lines:
            found = [json.loads(line) for line in islice(lines, 600)]
        rows.extend((row.get("title"), row.get("text")) for row in found)
    return list(dict.fromkeys(f"{title or ''}\n{text or ''}" for title, text in rows))


def test_999_of_1000_chinese_words_of_whole_texts_are_the_reference_cutters(shared_data: Path) -> None:
    default, reference = cutters()
    alike = total = 0
    for text in whole_texts(shared_data):
        ours, theirs = spans(default.cut(text)), spans(reference.cut(text))
        alike += len(ours & theirs)
        total += len(ours | theirs)
    assert total > 20_000
    assert alike / total >= 0.999
