"""`yaowang policies`: the policy library, to import, list, show, verify, link, and as a ledger."""

from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from service.cli.opening import ByOption, DataOption, opened, person_named
from service.cli.speak import EXIT_FAILED, fail, fail_reading, fail_writing, misuse, say, write_line, write_lines
from service.cli.whole_file import write_whole

if TYPE_CHECKING:
    from datetime import datetime

    from service.domain.policies.policy import Policy

__all__ = ["register"]


def register(application: typer.Typer) -> None:
    """Add the commands of this module."""
    group = typer.Typer(no_args_is_help=True)
    group.command("import", help="导入政策文本：一个文件（md、txt、html、docx、pdf）或一个目录。")(import_policies)
    group.command("list", help="列出政策库；--register 列政策目录。")(list_policies)
    group.command("show", help="显示一份文件，或其中一条、一款、一项、一目：名称#第98条第2款第1项第1目。")(show_policy)
    group.command("verify", help="以管理员名义登记对一条事实、一项时限或一份文件的核实结论。")(verify_entry)
    group.command("link", help="把解读与它所解读的政策关联起来。")(link_policies)
    group.command("ledger", help="导出政策台账（xlsx 和 csv）。")(ledger)
    application.add_typer(group, name="policies", help="政策库：导入、列出、显示、核实、关联解读、台账。")


def import_policies(
    path: Annotated[Path, typer.Argument(help="一个文件，或一个目录（不含其子目录）")],
    *,
    supersede: Annotated[bool, typer.Option("--supersede", help="同名旧版在新版施行前一日失效")] = False,
    given: Annotated[
        list[str] | None,
        typer.Option(
            "--set",
            help="说明一份文件，如 文号=国药监〔2026〕1号、类别=解读；可写多次；再次导入同名文件时沿用，除非重写",
        ),
    ] = None,
    data: DataOption = None,
) -> None:
    """Import policy texts: one file or a folder; what is not taken is said with file and line."""
    from service.flows.policies import importing as policies

    described = _described(given or (), path)
    with opened(data) as app:
        try:
            report = policies.import_policies(
                app.store, path, register=app.register, actor="cli", now=app.now(), supersede=supersede, given=described
            )
        except OSError as error:
            fail_reading(path, error)
    for sentence in report.refused:
        say(f"未收：{sentence}")
    for sentence in report.notices:
        say(f"提示：{sentence}")
    say(f"新入库 {report.added} 份，更新 {report.changed} 份，未变 {report.unchanged} 份。")
    write_line({"policies": report.policies, "articles": report.articles, "refused": len(report.refused)})
    if report.policies == 0:
        raise typer.Exit(EXIT_FAILED)


def _described(given: Sequence[str], path: Path) -> dict[str, str]:
    if given and path.is_dir():
        misuse("--set 只能说明一份文件，请把文件逐个导入。")
    wrong = next((pair for pair in given if "=" not in pair), None)
    if wrong is not None:
        misuse(f"--set 的“{wrong}”应写成 名称=内容，如 类别=解读。")
    return {key: value for key, _, value in (pair.partition("=") for pair in given)}


def list_policies(
    *,
    query: Annotated[str, typer.Option("--query", help="标题、文号、机关或正文中的字词，空格隔开")] = "",
    on: Annotated[str | None, typer.Option("--on", help="按哪一天的效力，如 2026-05-15")] = None,
    documents: Annotated[bool, typer.Option("--register", help="列政策目录里的文件及是否已入库")] = False,
    data: DataOption = None,
) -> None:
    """Write the library, or the register, as JSON lines."""
    from service.domain.policies.library import LibraryQuery

    with opened(data) as app:
        day = _day(on, app.now())
        with app.store.read() as work:
            held = work.policies.find(LibraryQuery(words=tuple(query.split()), on=day, limit=100_000))
            counts = work.policies.article_counts()
        stems = {policy.stem for policy in held}
        known = {document.stem for document in app.register.documents.values()}
        register_documents = list(app.register.documents.values())
    if documents or not (held or query):
        # Before anything is imported the register is what there is to see.
        write_lines(
            {
                "id": one.id,
                "title": one.title,
                "issue_number": one.issue_number,
                "valid_from": one.valid_from.isoformat() if one.valid_from else None,
                "valid_to": one.valid_to.isoformat() if one.valid_to else None,
                "text_imported": one.stem in stems,
                "open": list(one.open_points),
            }
            for one in register_documents
        )
        return
    write_lines(
        _row(policy, day, counts.get(policy.stem, 0)) | {"in_register": policy.stem in known} for policy in held
    )


def _row(policy: "Policy", on: date, articles: int) -> dict[str, object]:
    return {
        "stem": policy.stem,
        "title": policy.title,
        "issue_number": policy.issue_number,
        "body": policy.body,
        "level": policy.level.value if policy.level else None,
        "kind": policy.kind.value,
        "region": policy.region,
        "issued": policy.issued.isoformat() if policy.issued else None,
        "valid_from": policy.valid_from.isoformat() if policy.valid_from else None,
        "valid_to": policy.valid_to.isoformat() if policy.valid_to else None,
        "standing": policy.standing(on).value,
        "articles": articles,
        "version": policy.version,
        "text_imported": True,
    }


def show_policy(
    name: Annotated[str, typer.Argument(help="文件名称，或 名称#第98条第2款第1项第1目")],
    data: DataOption = None,
) -> None:
    """Write one document with its articles, or the text that an address names, as JSON."""
    from analysis.matching.clauses import cited, parse_reference

    stem, mark, address = name.partition("#")
    with opened(data) as app:
        with app.store.read() as work:
            policy = work.policies.get(stem) or _called(work.policies.listing(), stem)
            if policy is None:
                fail(f"政策库里没有“{stem}”。全部名称见 yaowang policies list。")
            articles = work.policies.articles_of(policy.stem)
        today, gists = _day(None, app.now()), app.register.gists
    if not mark:
        write_line(_row(policy, today, len(articles)) | {"numbers": [article.number for article in articles]})
        return
    try:
        reference = parse_reference(address)
    except ValueError:
        misuse(f"“{address}”不是条款的写法，应为 第98条、第98条第2款、第98条第2款第1项 或 第98条第2款第1项第1目。")
    article = next((one for one in articles if one.number in {reference.article, address}), None)
    if article is None:
        fail(f"“{policy.stem}”没有{reference.article}，全文共 {len(articles)} 条。")
    text = cited(article.text, reference)
    if text is None:
        fail(f"“{policy.stem}”{reference.article}没有{str(reference).removeprefix(reference.article)}。")
    gist = gists.get(article.key)
    write_line(
        {
            "article": article.key,
            "address": str(reference),
            "chapter": article.chapter,
            "text": text,
            "standing": policy.standing(today).value,
            "gist": gist.gist if gist else None,
        }
    )


def _called(policies: "list[Policy]", title: str) -> "Policy | None":
    from service.domain.policies.library import name_of

    named = [one for one in policies if name_of(one.title) == name_of(title)]
    return max(named, key=lambda one: str(one.valid_from or ""), default=None)


def verify_entry(
    subject: Annotated[str, typer.Argument(help="fact:编号、clock:编号 或 document:编号，如 clock:W-RC")],
    *,
    by: ByOption,
    note: Annotated[str, typer.Option("--note", help="对照了哪份文本的哪一条")],
    doubt: Annotated[bool, typer.Option("--doubt", help="存疑，标为待核实")] = False,
    data: DataOption = None,
) -> None:
    """Record that an administrator compared an entry of the register with the text."""
    from service.domain.policies.checks import CheckVerdict
    from service.domain.refusal import Refusal
    from service.flows.rules.verifying import check_entry

    verdict = CheckVerdict.DOUBTED if doubt else CheckVerdict.CONFIRMED
    with opened(data) as app:
        person = person_named(app, by)
        app.rulebook.refresh(app.now())
        try:
            check = check_entry(
                app.store, person, subject, verdict, note, register=app.rulebook.shipped(), now=app.now()
            )
        except Refusal as error:
            fail(str(error))
    say(f"{subject}：{check.word}（{person.name}）。")


def link_policies(
    interpretation: Annotated[str, typer.Argument(help="解读的名称")],
    policy: Annotated[str, typer.Argument(help="所解读的政策的名称")],
    *,
    by: ByOption,
    drafted: Annotated[bool | None, typer.Option("--drafted/--not-drafted", help="是否同步起草")] = None,
    approved: Annotated[bool | None, typer.Option("--approved/--not-approved", help="是否同步审批")] = None,
    data: DataOption = None,
) -> None:
    """Link an interpretation with its policy."""
    from service.domain.refusal import Refusal
    from service.flows.rules import policy_links

    said = {None: None, True: "yes", False: "no"}
    with opened(data) as app:
        person = person_named(app, by)
        try:
            policy_links.link_policies(
                app.store,
                person,
                interpretation,
                policy,
                drafted=said[drafted],
                approved=said[approved],
                now=app.now(),
            )
        except Refusal as error:
            fail(str(error))
        with app.store.read() as work:
            linked = policy_links.linked_policies(work.policies.listing(), work.policies.links(policy))[policy]
    say(f"已关联；三同步：{linked.together.sentence}。")


def ledger(
    out: Annotated[Path | None, typer.Option("--out", help="输出目录，默认数据目录下 ledgers")] = None,
    data: DataOption = None,
) -> None:
    """Write the ledger as XLSX and CSV and print the paths."""
    from service.export.ledger import ledger_csv, ledger_rows, ledger_xlsx
    from service.flows.rules.policy_links import linked_policies

    with opened(data) as app:
        today = _day(None, app.now())
        with app.store.read() as work:
            held = work.policies.listing()
            linked = linked_policies(held, work.policies.links())
            titles = {one.id: one.title for one in app.register.documents.values()}
            rows = ledger_rows(held, work.policies.article_counts(), linked, on=today, titles=titles)
        folder, drill = out or app.settings.data / "ledgers", app.drill
    mark = "演练-" if drill else ""
    paths = {folder / f"{mark}政策台账-{today}.{kind}": kind for kind in ("xlsx", "csv")}
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for path, kind in paths.items():
            write_whole(path, ledger_csv(rows) if kind == "csv" else ledger_xlsx(rows, on=today, drill=drill))
    except OSError as error:
        fail_writing(folder, error)
    write_lines({"path": str(path)} for path in paths)


def _day(text: str | None, now: "datetime") -> date:
    from service.domain.beijing import BEIJING

    if text is None:
        return now.astimezone(BEIJING).date()
    try:
        return date.fromisoformat(text)
    except ValueError:
        misuse(f"“{text}”不是日期，应为 2026-05-15 这样的写法。")
