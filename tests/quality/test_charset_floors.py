"""Pages whose declared charset is not the real one: of 240 made pages at least 99 in 100 are read right."""

from itertools import product

from crawlers.parsing.charset import decode

RIGHT = 0.99

SIMPLIFIED = (
    "省药品监督管理局今天发布通告，三批次药品经检验不符合规定，涉及的批号已经停止销售并责令召回。",
    "记者从医院了解到，两名患者输液后出现寒战、高热，目前病情平稳，原因正在调查。",
    "网友反映药店不凭处方出售处方药，当地监管部门表示已经立案，结果将及时公布。",
    "疫苗接种后出现异常反应怎么办？专家提醒：留观三十分钟，出现不适请立即就医。",
    "化妆品抽检名单公布，“某某儿童面霜”检出禁用成分，企业否认生产，市场监管部门正在核查。",
)
TRADITIONAL = (
    "衛生部門今日公佈，三款藥品經檢驗不符合規定，有關批次已停止銷售並須立即回收。",
    "記者從醫院獲悉，兩名病人注射後出現發冷、發燒，目前情況穩定，原因有待調查。",
    "市民投訴藥房沒有醫生處方仍出售處方藥物，有關部門表示已展開調查，稍後公佈結果。",
    "接種疫苗後出現異常反應怎麼辦？專家提醒：留院觀察三十分鐘，如有不適應即時求醫。",
    "化妝品抽查名單公佈，某兒童面霜檢出禁用成分，生產商否認製造，當局正跟進事件。",
)
FOUR_BYTES = tuple(text.replace("药", "药㐂𠮷").replace("出现", "出现𠮷") + "㐂𠮷" for text in SIMPLIFIED)

REAL = (
    ("utf-8", SIMPLIFIED, b""),
    ("utf-8", FOUR_BYTES, b"\xef\xbb\xbf"),
    ("gbk", SIMPLIFIED, b""),
    ("gb2312", SIMPLIFIED, b""),
    ("gb18030", FOUR_BYTES, b""),
    ("big5", TRADITIONAL, b""),
    ("utf-16-le", SIMPLIFIED, b"\xff\xfe"),
    ("utf-16-be", SIMPLIFIED, b"\xfe\xff"),
)
DECLARED = ("utf-8", "gb2312", "iso-8859-1", "big5", "windows-1252", "")


def page(text: str, declared: str) -> str:
    label = f'<meta charset="{declared}">' if declared else ""
    return f"<html><head>{label}<title>{text[:12]}</title></head><body><p>{text}</p><p>{text[::-1]}</p></body></html>"


def test_pages_that_lie_about_their_charset_are_read_right() -> None:
    wrong = []
    cases = [(real, declared, number) for real, declared in product(REAL, DECLARED) for number in range(5)]
    for (charset, texts, mark), declared, number in cases:
        markup = page(texts[number], declared)
        header = f"text/html; charset={declared}" if declared and number % 2 else "text/html"
        decoded = decode(mark + markup.encode(charset), header)
        if decoded.text != markup:
            wrong.append((charset, declared, number, decoded.charset))
    assert len(cases) == 240
    assert 1 - len(wrong) / len(cases) >= RIGHT, wrong
