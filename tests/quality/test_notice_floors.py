"""Cells of tables and characters of pictures that are read right, on notices made for it: invented makers, usual layouts."""

import random
from collections.abc import Callable, Iterator
from io import BytesIO

import pytest
from lxml import html
from PIL import Image, ImageDraw, ImageFont
from playwright.sync_api import Page

from crawlers.attachments import ocr
from crawlers.attachments.html_tables import tables_in
from crawlers.attachments.notice_rows import notice_rows
from crawlers.attachments.reading import AttachmentText, read_attachment
from tests.notices.made import LAYOUTS, Notice, make
from tests.notices.printed import print_pdf, printer
from tests.notices.scored import right_of
from tests.notices.written import as_docx, as_html, as_xlsx

CELLS_RIGHT = 0.98
CHARACTERS_RIGHT = 0.97
SEEDS = (1, 2, 3)
FONT = "/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc"


def rows_in(raw: bytes) -> list[dict[str, str]]:
    read = read_attachment(raw)
    assert isinstance(read, AttachmentText), read
    return list(read.rows)


def rows_of_page(notice: Notice) -> list[dict[str, str]]:
    return [row.to_json() for row in notice_rows(tables_in(html.document_fromstring(as_html(notice))))]


READERS: dict[str, Callable[[Notice], list[dict[str, str]]]] = {
    "page": rows_of_page,
    "Word": lambda notice: rows_in(as_docx(notice)),
    "Excel": lambda notice: rows_in(as_xlsx(notice)),
}


@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize("form", READERS)
def test_the_cells_of_a_notice_are_right(form: str, layout: str) -> None:
    if form == "Excel" and layout == "nested":
        form = "Word"  # a sheet has no tables in its cells
    scores = [right_of(READERS[form](notice), notice) for notice in (make(seed, layout) for seed in SEEDS)]
    assert sum(right for right, _ in scores) / sum(all_ for _, all_ in scores) >= CELLS_RIGHT


@pytest.fixture(scope="module")
def page(chromium_path: str) -> Iterator[Page]:
    with printer(chromium_path) as page:
        yield page


@pytest.mark.parametrize("layout", LAYOUTS)
def test_the_cells_of_a_printed_notice_are_right(page: Page, layout: str) -> None:
    notices = [make(seed, layout) for seed in SEEDS[:2]]
    scores = [right_of(rows_in(print_pdf(page, as_html(notice))), notice) for notice in notices]
    assert sum(right for right, _ in scores) / sum(all_ for _, all_ in scores) >= CELLS_RIGHT


def lines_of(seed: int) -> list[str]:
    notice = make(seed, "drugs")
    lines = [f"关于{len(notice.records)}批次药品不符合规定的通告"]
    for record in notice.records[:2]:
        lines.append(f"{record['serial']}.{record['maker']}生产的{record['product']}，批号{record['batch']}，")
        lines.append(f"规格{record['specification']}，{record['failed_items']}{record['result']}。")
    return lines


def drawn(lines: list[str], rng: random.Random) -> bytes:
    size = rng.choice((18, 22, 26, 32))
    font = ImageFont.truetype(FONT, size, index=2)
    ground, ink = rng.choice(
        (((255, 255, 255), (0, 0, 0)), ((250, 244, 230), (60, 40, 20)), ((179, 18, 42), (255, 255, 255)))
    )
    height = int(size * rng.choice((1.5, 1.8)))
    image = Image.new("RGB", (int(size * 46), height * len(lines) + 80), ground)
    pen = ImageDraw.Draw(image)
    for number, line in enumerate(lines):
        pen.text((40, 40 + number * height), line, font=font, fill=ink)
    file = BytesIO()
    image.save(file, format=rng.choice(("PNG", "JPEG")))
    return file.getvalue()


def distance(one: str, two: str) -> int:
    row = list(range(len(two) + 1))
    for number, left in enumerate(one, start=1):
        before, row[0] = row[0], number
        for column, right in enumerate(two, start=1):
            before, row[column] = row[column], min(row[column] + 1, row[column - 1] + 1, before + (left != right))
    return row[-1]


def test_the_characters_of_pictures_of_notices_are_right() -> None:
    wrong = total = 0
    for seed in range(30):
        lines = lines_of(seed)
        seen = ocr.recognise(drawn(lines, random.Random(seed)))
        truth = "".join(lines).replace(" ", "")
        wrong += distance(truth, "".join(seen.text.split()) if seen else "")
        total += len(truth)
        assert seen is None or 0 < seen.confidence <= 1
    assert 1 - wrong / total >= CHARACTERS_RIGHT
