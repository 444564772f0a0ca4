"""Operations: import, brief, index, doctor."""

from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from crawlers.disk_words import disk_sentence
from service.cli.lasting import lasting
from service.cli.opening import DataOption, opened, settings_of
from service.cli.speak import EXIT_FAILED, fail, fail_writing, misuse, say, write_line, write_lines

if TYPE_CHECKING:
    from crawlers.records import Source
    from service.bootstrap import Application
    from service.flows.crawl.importing import ImportReport

__all__ = ["register"]


def register(application: typer.Typer) -> None:
    """Add the commands of this module."""
    application.command("import", help="导入 CSV、XLSX 或 JSONL 文件。")(import_rows)
    application.command("brief", help="生成一周的简报（Word、PDF、网页、Excel）。")(brief)
    application.command("doctor", help="检查本机与各依赖，逐项报告。")(doctor)
    _group(
        application,
        "index",
        "检索索引：与存储核对，改正，按现行规则重建。",
        {"verify": verify_index, "renew": renew_index},
    )


def _group(application: typer.Typer, name: str, words: str, commands: dict[str, Callable[..., None]]) -> None:
    group = typer.Typer(no_args_is_help=True)
    for command, function in commands.items():
        group.command(command, help=_HELP[function.__name__])(function)
    application.add_typer(group, name=name, help=words)


_HELP = {
    "verify_index": "核对检索索引与存储是否一致、是否按现行规则建立，--repair 改正。",
    "renew_index": "按现行规则（如涉赣的口径）重新计数并重写检索索引。",
}


def import_rows(
    file: Annotated[Path, typer.Argument(help="CSV、XLSX 或 JSONL 文件")],
    *,
    source: Annotated[str, typer.Option("--source", help="信源编号，见 yaowang sources list")],
    office_confirmed: Annotated[
        bool, typer.Option("--office-confirmed", help="归入官方信源时：确认文件内容均为该单位自己发布")
    ] = False,
    data: DataOption = None,
) -> None:
    """Import one file; bad rows are quarantined and said, good ones kept."""
    from rich.console import Console
    from rich.progress import Progress

    from crawlers.imports import ImportRefused
    from service.flows.crawl.importing import import_file

    with opened(data) as app, Progress(console=Console(stderr=True), transient=True) as progress:
        chosen = _source_for(app, source, office_confirmed=office_confirmed)
        app.describe_sources()
        task = progress.add_task("导入", total=_lines_of(file))
        # Read apart: a key that cannot be read is no fault of the file.
        author_key = app.author_key
        try:
            report = import_file(
                app.store,
                file,
                source=chosen,
                now=app.now,
                author_key=author_key,
                actor="cli",
                office_confirmed=office_confirmed,
                on_rows=lambda count: progress.advance(task, count),
            )
        except OSError as error:
            fail(f"{file} 没有导入：{disk_sentence(error)}")
        except ImportRefused as error:
            fail(f"{file} 没有导入：{error}")
    _say_imported(report)


def _say_imported(report: "ImportReport") -> None:
    """Say what came of a file; end with status 1 where nothing of it was taken."""
    for sentence in report.sentences:
        say(sentence)
    counts = {"added": report.added, "edited": report.edited, "known": report.known, "refused": report.refused_count}
    write_line(counts)
    if report.refused_count and not report.added + report.edited + report.known:
        raise typer.Exit(EXIT_FAILED)


def _source_for(app: "Application", source_id: str, *, office_confirmed: bool) -> "Source":
    """Return the source that a file is imported into; end the command where there is none, or where it is an office's and nobody confirmed."""
    from service.domain.documents.imported import refuse_office_word
    from service.domain.refusal import Conflict

    source = app.catalogue.by_id.get(source_id)
    if source is None:
        misuse(f"没有信源 {source_id}。全部编号见 yaowang sources list。")
    try:
        refuse_office_word(source, confirmed=office_confirmed)
    except Conflict as refusal:
        fail(f"文件没有导入：{refusal.sentence}管理员确认后加 --office-confirmed 再运行。")
    return source


def _lines_of(file: Path) -> int | None:
    """Return how many lines a text file has, for the progress bar; a workbook does not tell before it is read."""
    if file.suffix.lower() not in {".csv", ".tsv", ".txt", ".jsonl", ".ndjson"} or not file.is_file():
        return None
    with file.open("rb") as opened_file:
        return sum(chunk.count(b"\n") for chunk in iter(lambda: opened_file.read(2**20), b""))


def brief(
    week: Annotated[str | None, typer.Option("--week", help="周次，如 2026-W47；不写为本周")] = None,
    out: Annotated[Path | None, typer.Option("--out", help="输出目录，默认数据目录下 briefings")] = None,
    data: DataOption = None,
) -> None:
    """Write the week's briefing and print the paths."""
    from service.domain.week import parse_week, week_of
    from service.export.briefing import write_briefing
    from service.flows.reports.brief import compile_week

    with opened(data) as app:
        try:
            chosen = parse_week(week) if week else week_of(app.now())
        except ValueError as error:
            misuse(str(error))
        issue = compile_week(
            app.store,
            chosen,
            register=app.register,
            office=app.settings.office,
            address=app.settings.address,
            drill=app.drill,
            now=app.now(),
        )
        folder = out or app.settings.data / "briefings"
    try:
        write_lines({"path": str(path)} for path in write_briefing(issue, folder, lacking=say))
    except OSError as error:
        fail_writing(folder, error)


def doctor(
    *,
    deep: Annotated[bool, typer.Option("--deep", help="逐页检查数据库、核验整条审计链；用时随数据量增长")] = False,
    data: DataOption = None,
) -> None:
    """Check the host and every dependency; `deep` also every page of the store and the whole audit chain."""
    from service.cli.lock import holder
    from service.cli.notify import second_channel
    from service.cli.owner import unusable
    from service.domain.beijing import BEIJING
    from service.preflight import check_host

    settings = settings_of(data=data)
    # While `up` runs here, the port is taken as it should be.
    port = settings.port if holder(settings.data) is None else 0
    findings = check_host(settings.data, settings.host, port)
    not_theirs = unusable(settings.data)
    with opened(data) as app:
        stored = app.store.check()
        checks = {
            "数据目录": not_theirs,
            "存储": _deeper(app) if deep and stored is None else stored,
            "检索": app.search.check(),
            "邮件": app.notifier.check(),
        }
        channel = second_channel(app)
        problems = [str(problem) for problem in app.catalogue.problems]
        calendar = app.register.calendar.notice(app.now().astimezone(BEIJING).date())
        told = _clocks(app) + (_told(app) if checks["存储"] is None else [])
    rows = [{"check": "主机", "ok": one.severity != "error", "sentence": one.sentence + one.remedy} for one in findings]
    rows += [{"check": name, "ok": problem is None, "sentence": problem or "正常"} for name, problem in checks.items()]
    # A year that is not published yet is nothing that the machine lacks: it is said, and fails nothing.
    rows += [channel, _second_tier(), _situations_model(), _file_modes(settings.data), _left(settings.data)]
    rows.append({"check": "节假日", "ok": True, "sentence": calendar or "正常"})
    rows += told
    rows += _unknown_settings()
    rows += [{"check": "信源目录", "ok": False, "sentence": problem} for problem in problems]
    write_lines(rows)
    if not all(row["ok"] for row in rows):
        raise typer.Exit(EXIT_FAILED)


def _file_modes(data: Path) -> dict[str, Any]:
    """Return whether other users of the machine are kept from what lies in the data folder."""
    from service.cli.owner import open_to_others

    closed, sentence = open_to_others(data)
    return {"check": "文件权限", "ok": closed, "sentence": sentence}


def _left(data: Path) -> dict[str, Any]:
    """Return whether a killed restore left a copy of an installation beside the data folder, where nobody looks for it."""
    from service.backup import bytes_below, left_beside

    found = left_beside(data.resolve())
    sentences = [
        f"上次恢复中断，留下 {one}（{bytes_below(one) / 2**20:.1f} MiB，内有数据库和密钥的副本）；数据目录没有改动。"
        f"再次恢复会先清掉它；不再恢复时请删除：rm -r '{one}'"
        for one in found
    ]
    return {"check": "残留", "ok": not found, "sentence": "；".join(sentences) or "正常"}


def _clocks(app: "Application") -> list[dict[str, Any]]:
    """Return whether this machine's clock agrees with that of the database's machine, where that is another."""
    if app.shared_clock is None:
        return []
    differs = app.shared_clock.check()
    return [{"check": "时钟", "ok": differs is None, "sentence": differs or "正常"}]


def _told(app: "Application") -> list[dict[str, Any]]:
    """Return what the store knows of people, words, files, rules and models."""
    from service.cli.asking import who_is_asked
    from service.cli.evidence import evidence_held
    from service.cli.learn import model_in_force
    from service.cli.notify import outside_monitor, who_gets_the_report

    return [
        who_gets_the_report(app),
        outside_monitor(app),
        _audit_end(app),
        *_who_is_told(app),
        _own_words(app),
        _attachments(app),
        evidence_held(app),
        _found(app),
        _meaning(app),
        *who_is_asked(app),
        model_in_force(app),
    ]


def _audit_end(app: "Application") -> dict[str, Any]:
    """Return whether the audit chain still holds where this machine noted that it ended."""
    from service.flows.keeping.anchoring import AuditAnchor

    cut = AuditAnchor.of_installation(app.settings.data, lambda: app.audit_key).fault(app.store)
    return {"check": "审计链", "ok": cut is None, "sentence": cut or "正常"}


def _found(app: "Application") -> dict[str, Any]:
    """Return whether what was judged is in the search projection."""
    from service.flows.telling.deliver import search_behind

    with app.store.read() as work:
        problem = search_behind(work, now=app.now())
    return {"check": "检索内容", "ok": problem is None, "sentence": problem or "正常"}


def _unknown_settings() -> list[dict[str, Any]]:
    """Return a fault for each variable of the environment that looks like a setting and is none."""
    from service.settings import unknown_variables

    return [
        {"check": "设置", "ok": False, "sentence": f"没有 {name} 这个设置，请检查环境变量的拼写。"}
        for name in unknown_variables()
    ]


def _deeper(app: "Application") -> str | None:
    """Return what is wrong with the store when all of it is looked at."""
    say("正在逐页检查数据库、核验审计链，数据多时需几分钟。")
    with lasting("正在逐页检查数据库、核验审计链"):
        return app.store.examine()


def _second_tier() -> dict[str, Any]:
    """Return whether the encoder can run here; without it tier 1 judges alone, which fails nothing."""
    missing = [name for name in ("onnxruntime", "tokenizers") if find_spec(name) is None]
    sentence = f"未装 {'、'.join(missing)}，只用第一层模型研判；见 requirements-encoder.lock" if missing else "正常"
    return {"check": "第二层模型", "ok": True, "sentence": sentence}


def _situations_model() -> dict[str, Any]:
    """Return whether the model of situations can be used; without it articles are told by cues alone."""
    from service.flows.policies.library import usable_recogniser

    _, refused = usable_recogniser()
    return {"check": "情形模型", "ok": not refused, "sentence": refused or "正常"}


def _who_is_told(app: "Application") -> list[dict[str, Any]]:
    """Return what is wrong with the rules of who is told and the table (a fault), gaps of the duty roster ahead and ended laws (said)."""
    from service.domain.beijing import BEIJING
    from service.flows.reports.mornings import coming_gaps

    rules, now = app.office.routing(), app.now()
    with app.store.read() as work:
        ended = app.situations.ended(work.policies.listing(), app.register, now.astimezone(BEIJING).date())
        gaps = coming_gaps(work, since=now, until=now + rules.roster_ahead)
    rows = [{"check": "接收规则", "ok": False, "sentence": fault} for fault in rules.faults]
    rows += [{"check": "情形表", "ok": False, "sentence": fault} for fault in app.situations.faults]
    # What a later text ended is a matter of the office's table, and nothing that the machine lacks.
    rows += [{"check": "情形表", "ok": True, "sentence": sentence} for sentence in ended]
    sentence = "；".join(gap.sentence(now) for gap in gaps)
    return [*rows, {"check": "值班表", "ok": True, "sentence": f"有空档：{sentence}" if sentence else "正常"}]


def _own_words(app: "Application") -> dict[str, Any]:
    """Return which own words cannot be used; they are left out, which fails nothing."""
    from service.domain.words.own_words import lay_over
    from service.flows.words.acts import shipped_vocabulary

    with app.store.read() as work:
        held = work.words.in_force()
    faults = lay_over(held, shipped_vocabulary())[1]
    sentence = (
        f"{len(faults)} 条自有词不起作用：{' '.join(faults.values())}" if faults else f"正常，自有词 {len(held)} 条"
    )
    return {"check": "词库", "ok": True, "sentence": sentence}


def _attachments(app: "Application") -> dict[str, Any]:
    """Return how much room attachments take; where new ones are refused, that is a fault."""
    from service.flows.keeping.attachments import room_of

    with app.store.read() as work:
        room = room_of(work, app.settings.attachment_bytes)
    return {"check": "附件", "ok": not room.full, "sentence": room.sentence(app.now())}


def verify_index(
    *, repair: Annotated[bool, typer.Option("--repair", help="把不一致的改正")] = False, data: DataOption = None
) -> None:
    """Compare the search projection with the store."""
    from dataclasses import asdict

    from service.ports.search import SearchUnavailableError
    from service.search.verify import verify

    with opened(data) as app:
        try:
            report = verify(app.store, app.search, repair)
        except SearchUnavailableError as error:
            fail(str(error))
    write_line(asdict(report) | {"equal": report.equal})
    if report.older and not repair:
        say("检索索引是按旧规则建立的，请运行 yaowang index renew 重新计数并重写。")
    if (report.older or not report.equal) and not repair:
        raise typer.Exit(EXIT_FAILED)


def renew_index(*, data: DataOption = None) -> None:
    """Count every document and write the search projection by the rules in force."""
    from service.flows.judging.recounting import recount
    from service.ports.search import SearchUnavailableError
    from service.search.refill import renew

    with opened(data) as app:
        counted = recount(app.store)
        say(f"已按现行规则重新计数 {counted} 篇，正在重写检索索引。")
        try:
            report = renew(app.store, app.search)
        except SearchUnavailableError as error:
            fail(str(error))
    write_line({"counted": counted, "indexed": report.compared - len(report.refused), "refused": report.refused})


def _meaning(app: "Application") -> dict[str, Any]:
    """Return whether counts and index follow the rules in force; where they do not, that is a fault."""
    from service.flows.judging.recounting import counts_are_older
    from service.ports.search import SearchUnavailableError
    from service.search.verify import is_older

    with app.store.read() as work:
        older = ["计数"] if counts_are_older(work) else []
    try:
        older += ["检索索引"] if is_older(app.store, app.search) else []
    except SearchUnavailableError as error:
        return {"check": "口径", "ok": False, "sentence": f"无法核对检索索引的规则：{error}"}
    if not older:
        return {"check": "口径", "ok": True, "sentence": "正常"}
    sentence = f"{'和'.join(older)}是按旧规则（如涉赣的口径）作的，请运行 yaowang index renew 重新计数并重写检索索引。"
    return {"check": "口径", "ok": False, "sentence": sentence}
