"""The ledger of policies 政策台账: one line a document, as XLSX and CSV."""

import csv
import io
import re
from collections.abc import Mapping, Sequence
from datetime import date
from types import MappingProxyType

from service.domain.audit import actor_word
from service.domain.beijing import BEIJING
from service.domain.places import PROVINCE, region_name
from service.domain.policies.policy import Policy
from service.export.sheets import height_of, print_head
from service.flows.rules.policy_links import LinkedPolicy

__all__ = ["COLUMNS", "ledger_csv", "ledger_rows", "ledger_xlsx"]

COLUMNS = (
    "名称", "标题", "文号", "发文机关", "层级", "类别", "地区", "公布日期", "施行日期", "失效日期", "效力",
    "被替代", "条数", "版本", "入库时间", "入库人", "来源", "文本校验值", "解读", "三同步",
)  # fmt: skip

# Where a spreadsheet would begin to calculate: at the head of a cell or of a line in it, blanks and wide forms included.
_LIVE = re.compile(r"\A(?=[\t\r\n])|(?:\A|(?<=[\r\n]))(?=[^\S\r\n]*[=+\-@|＝＋－＠])")
_A3 = 8
_SHRUNK = "文本校验值"
"""The column whose cells are made small instead of wrapped."""
_TITLE = COLUMNS.index("标题")
_WIDTHS = (34, 34, 22, 22, 12, 10, 9, 11, 11, 11, 11, 26, 6, 6, 17, 10, 30, 20, 34, 30)


def ledger_rows(
    policies: Sequence[Policy],
    counts: Mapping[str, int],
    linked: Mapping[str, LinkedPolicy] = MappingProxyType({}),
    *,
    on: date,
    titles: Mapping[str, str] = MappingProxyType({}),
) -> list[tuple[str, ...]]:
    """Return the lines of the ledger under `COLUMNS`, with the standing on that day; `titles` name what took a policy's place."""
    known = {**titles, **{policy.stem: policy.title for policy in policies}}
    return [_row(policy, counts.get(policy.stem, 0), linked.get(policy.stem), on, known) for policy in policies]


def _row(
    policy: Policy, articles: int, linked: LinkedPolicy | None, on: date, titles: Mapping[str, str]
) -> tuple[str, ...]:
    imported = policy.imported_at.astimezone(BEIJING).strftime("%Y-%m-%d %H:%M") if policy.imported_at else ""
    made = "；".join(one.title for one, _ in linked.made) if linked else ""
    return (
        policy.stem,
        policy.title,
        policy.issue_number or "",
        policy.body or "",
        policy.level.word if policy.level else "",
        policy.kind.word,
        _region(policy.region),
        *(str(day) if day else "" for day in (policy.issued, policy.valid_from, policy.valid_to)),
        policy.standing(on).word,
        titles.get(policy.superseded_by, policy.superseded_by) if policy.superseded_by else "",
        str(articles),
        str(policy.version),
        imported,
        actor_word(policy.imported_by or ""),
        policy.url or policy.source_id or "文件导入",
        policy.text_hash,
        made,
        linked.together.sentence if linked else "",
    )


def _region(code: str | None) -> str:
    """Return where a document holds, as people say it; a code that nobody here has a name for stays."""
    if code is None:
        return "全国"
    if code == f"{PROVINCE}0000":
        return "江西省"
    return region_name(code) if code.startswith(PROVINCE) else code


def ledger_csv(rows: Sequence[tuple[str, ...]]) -> bytes:
    """Return the ledger as CSV that spreadsheets of this country open as it is; no cell is a formula."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(COLUMNS)
    writer.writerows([_LIVE.sub("'", cell) for cell in row] for row in rows)
    return b"\xef\xbb\xbf" + out.getvalue().encode()


def ledger_xlsx(rows: Sequence[tuple[str, ...]], *, on: date, drill: bool = False) -> bytes:
    """Return the ledger as a workbook with one sheet, its head fixed and filterable; every cell is text.

    Every printed page says of which day the standing is, and of a `drill` that it is of one.
    """
    import xlsxwriter

    out = io.BytesIO()
    with xlsxwriter.Workbook(out, {"in_memory": True}) as book:
        sheet = book.add_worksheet("政策台账")
        head = book.add_format({"bold": True, "bottom": 1, "text_wrap": True, "valign": "top"})
        body = book.add_format({"text_wrap": True, "valign": "top"})
        code = book.add_format({"valign": "top", "shrink": True})
        for at, (name, width) in enumerate(zip(COLUMNS, _WIDTHS, strict=True)):
            sheet.set_column(at, at, width)
            sheet.write_string(0, at, name, head)
        for line, row in enumerate(rows, start=1):
            sheet.set_row(
                line, height_of(["" if at == _SHRUNK else cell for at, cell in zip(COLUMNS, row, strict=True)], _WIDTHS)
            )
            for at, cell in enumerate(row):
                sheet.write_string(line, at, cell, code if COLUMNS[at] == _SHRUNK else body)
        sheet.freeze_panes(1, 2)
        sheet.autofilter(0, 0, max(1, len(rows)), len(COLUMNS) - 1)
        sheet.set_header(
            print_head("【演练】" if drill else "", f"政策台账（效力截至{on.year}年{on.month}月{on.day}日）")
        )
        sheet.set_footer("&R第&P页，共&N页")
        sheet.set_landscape()
        sheet.set_paper(_A3)
        # Twenty columns on one sheet are shrunk to 5 points; over two, each with the titles, they are read.
        sheet.repeat_rows(0)
        sheet.repeat_columns(_TITLE)
        sheet.fit_to_pages(2, 0)
    return out.getvalue()
