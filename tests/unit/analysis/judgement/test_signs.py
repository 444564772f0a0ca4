import pytest

from analysis.judgement.signs import LEADING_SIGNS, SEVERITY_SIGNS, read_signs
from tests.unit.analysis.reading_of import reading


def leading(title: str, text: str = "") -> str:
    signs = read_signs(reading(title, text)).leading
    return max(signs, key=lambda code: signs[code])


def severity(title: str, text: str = "") -> dict[str, float]:
    return dict(zip(SEVERITY_SIGNS, read_signs(reading(title, text)).severity, strict=True))


@pytest.mark.parametrize(
    ("title", "code"),
    [
        ("挂完头孢后全身发抖过敏性休克", "R01"),
        ("男子把胶水误当成眼药误滴", "R09"),
        ("夜市美瞳戴出角膜溃疡", "R10"),
        ("面霜用了半月烂脸", "R11"),
        ("孩子被接种了别的疫苗", "R07"),
        ("救命药断货三周买不到", "R08"),
        ("朋友圈代购倒卖精神药品", "R06"),
        ("主播号称根治虚假宣传", "R05"),
        ("企业召回三个批次", "R04"),
        ("网传某药致癌系谣言", "R13"),
    ],
)
def test_the_situation_says_which_category_leads(title: str, code: str) -> None:
    assert leading(title) == code


def test_the_title_weighs_more_than_what_follows() -> None:
    signs = read_signs(reading("主播虚假宣传", "店里药品断货")).leading
    assert signs["R05"] == 1
    assert signs["R08"] == 0.5


def test_a_text_without_a_title_is_read_from_its_first_words() -> None:
    assert read_signs(reading("", "药店的药断货三周了")).leading["R08"] == 1.5


@pytest.mark.parametrize(
    ("title", "sign"),
    [
        ("月嫂给婴儿喂安眠药", "aimed"),
        ("忽悠老人停药买神药", "aimed"),
        ("团伙制售假药涉案两千万", "ring"),
        ("5名患者输液后休克", "several"),
        ("男童误食降糖药成植物人", "grave"),
        ("右美沙芬被滥用", "controlled"),
        ("专家提醒慎用这类药", "caution"),
        ("官方辟谣疫苗致病不实", "rebut"),
    ],
)
def test_what_raises_or_lowers_the_severity_is_seen(title: str, sign: str) -> None:
    assert severity(title)[sign] > 0


def test_a_plain_title_shows_no_sign() -> None:
    assert not any(read_signs(reading("今天天气真好")).severity)
    assert not any(read_signs(reading("今天天气真好")).leading[code] for code in LEADING_SIGNS)
