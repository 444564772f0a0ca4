"""`yaowang doctor`: what of this machine, its settings and its installation is not as it should be, a row each.

A row is a fault where something is wrong that a person can mend; what is merely lacking, or switched off, is only said.
"""

from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, TypedDict

import typer

from service.cli.lasting import lasting
from service.cli.opening import DataOption, opened, settings_of
from service.cli.speak import EXIT_FAILED, say, write_lines

if TYPE_CHECKING:
    from service.bootstrap import Application
    from service.settings import Settings

__all__ = ["Row", "register", "situations_model"]

_MIB = 1024 * 1024
_ROLES = {"judgement": "研判", "crawl": "采集", "web": "网页"}


class Row(TypedDict):
    """One line of the report; one that is not `ok` makes the command fail."""

    check: str
    ok: bool
    sentence: str


def register(application: typer.Typer) -> None:
    """Add the command of this module."""
    application.command("doctor", help="检查本机与各依赖，逐项报告。")(doctor)


def doctor(
    *,
    deep: Annotated[bool, typer.Option("--deep", help="逐页检查数据库、核验整条审计链；用时随数据量增长")] = False,
    data: DataOption = None,
) -> None:
    """Check the host and every dependency; `deep` also every page of the store and the whole audit chain."""
    settings = settings_of(data=data)
    # Looked at before the installation is opened, which makes what is missing of it.
    rows = _host(settings)
    with opened(data) as app:
        store = _store(app, deep=deep)
        engines = [
            store,
            _found("检索", app.search.check()),
            _found("邮件", app.notifier.check()),
            _second_channel(app),
        ]
        told = [_calendar(app), *_clocks(app), *(_told_by_the_store(app) if store["ok"] else [])]
        catalogue = [_found("信源目录", str(problem)) for problem in app.catalogue.problems]
    rows += [*engines, _second_tier(), situations_model(), _file_modes(settings.data), _left(settings.data)]
    rows += [*told, *_unknown_settings(), *catalogue]
    write_lines(rows)
    if not all(row["ok"] for row in rows):
        raise typer.Exit(EXIT_FAILED)


def _found(check: str, fault: str | None, *, else_said: str = "正常") -> Row:
    """Return a row that is a fault where there is one."""
    return Row(check=check, ok=not fault, sentence=fault or else_said)


def _said(check: str, sentence: str) -> Row:
    """Return a row that fails nothing."""
    return Row(check=check, ok=True, sentence=sentence)


def _host(settings: "Settings") -> list[Row]:
    """Return what keeps the host from a start, and whether the folder's owner can use all that lies in it."""
    from service.cli.lock import holder
    from service.cli.owner import unusable
    from service.preflight import check_host

    # While `up` runs here, the port is taken as it should be.
    port = settings.port if holder(settings.data) is None else 0
    findings = check_host(settings.data, settings.host, port)
    rows = [Row(check="主机", ok=one.severity != "error", sentence=one.sentence + one.remedy) for one in findings]
    return [*rows, _found("数据目录", unusable(settings.data))]


def _store(app: "Application", *, deep: bool) -> Row:
    """Return what is wrong with the store; where it is looked at `deep`, with any page or link of it."""
    fault = app.store.check()
    if fault is None and deep:
        say("正在逐页检查数据库、核验审计链，数据多时需几分钟。")
        with lasting("正在逐页检查数据库、核验审计链"):
            fault = app.store.examine()
    return _found("存储", fault)


def _second_channel(app: "Application") -> Row:
    """Return whether the second channel's host answers; that none is set up is said."""
    notifier = app.second_notifier
    if app.channel is None or notifier is None:
        return _said("第二通道", "没有设置，邮件发不出去时没有别的通知")
    told = f"{app.channel.name}可以连通；是否收下消息，用 yaowang notify test 试"
    return _found("第二通道", notifier.check(), else_said=told)


def _second_tier() -> Row:
    """Return whether the encoder can run here; without it tier 1 judges alone, which fails nothing."""
    missing = [name for name in ("onnxruntime", "tokenizers") if find_spec(name) is None]
    lacking = f"未装 {'、'.join(missing)}，只用第一层模型研判；见 requirements-encoder.lock"
    return _said("第二层模型", lacking if missing else "正常")


def situations_model() -> Row:
    """Return whether the model of situations can be used; without it articles are told by cues alone."""
    from service.flows.policies.library import usable_recogniser

    _, refused = usable_recogniser()
    return _found("情形模型", refused)


def _file_modes(data: Path) -> Row:
    """Return whether other users of the machine are kept from what lies in the data folder."""
    from service.cli.owner import open_to_others

    closed, sentence = open_to_others(data)
    return Row(check="文件权限", ok=closed, sentence=sentence)


def _left(data: Path) -> Row:
    """Return whether a killed restore left a copy of an installation beside the data folder, where nobody looks for it."""
    from service.backup import bytes_below, left_beside

    sentences = [
        f"上次恢复中断，留下 {one}（{bytes_below(one) / _MIB:.1f} MiB，内有数据库和密钥的副本）；数据目录没有改动。"
        f"再次恢复会先清掉它；不再恢复时请删除：rm -r '{one}'"
        for one in left_beside(data.resolve())
    ]
    return _found("残留", "；".join(sentences))


def _calendar(app: "Application") -> Row:
    """Return which year of days off is missing: it is not published yet, and nothing that the machine lacks."""
    from service.domain.beijing import BEIJING

    notice = app.register.calendar.notice(app.now().astimezone(BEIJING).date())
    return _said("节假日", notice or "正常")


def _clocks(app: "Application") -> list[Row]:
    """Return whether this machine's clock agrees with that of the database's machine, where that is another."""
    return [] if app.shared_clock is None else [_found("时钟", app.shared_clock.check())]


def _told_by_the_store(app: "Application") -> list[Row]:
    """Return what the store knows of people, words, files, rules and models."""
    return [
        _daily_report(app),
        _outside_monitor(app),
        _audit_end(app),
        *_routing(app),
        _own_words(app),
        _attachments(app),
        _evidence(app),
        _searchable(app),
        _rules_of_counting(app),
        *_opinions(app),
        _model_in_force(app),
    ]


def _daily_report(app: "Application") -> Row:
    """Return when the day's report leaves and to how many; that nobody gets it is said."""
    from service.flows.reports.daily_report import readers_of_it

    name = "每日报平安"
    if not app.settings.daily_report:
        return _said(name, "已关闭；药望停了没有邮件提醒")
    with app.store.read() as work:
        readers = readers_of_it(work, app.settings.daily_report_to)
    if not readers:
        return _said(name, "没有收件人：请给管理员登记邮箱，或设置 YAOWANG_DAILY_REPORT_TO")
    return _said(name, f"每天{app.settings.daily_report_at}发给{len(readers)}人")


def _outside_monitor(app: "Application") -> Row:
    """Return which roles keep the outside monitor from being called; that none is set up is said."""
    from service.flows.pulse import WATCHED, silent_roles

    name = "外部监测"
    if app.monitor is None:
        return _said(name, "没有设置")
    with app.store.read() as work:
        silent = [_ROLES[role] for role in silent_roles(work, WATCHED, now=app.now())]
    held = f"{'、'.join(silent)}没有运行，暂不访问"
    return _said(name, held if silent else f"每{app.settings.pulse_minutes}分钟访问一次")


def _audit_end(app: "Application") -> Row:
    """Return whether the audit chain still holds where this machine noted that it ended."""
    from service.flows.keeping.anchoring import AuditAnchor

    return _found("审计链", AuditAnchor.of_installation(app.settings.data, lambda: app.audit_key).fault(app.store))


def _routing(app: "Application") -> list[Row]:
    """Return faults of the rules of who is told and of the table of situations; laws that ended and gaps of the roster are said."""
    from service.domain.beijing import BEIJING
    from service.flows.reports.mornings import coming_gaps

    rules, now = app.office.routing(), app.now()
    with app.store.read() as work:
        ended = app.situations.ended(work.policies.listing(), app.register, now.astimezone(BEIJING).date())
        gaps = coming_gaps(work, since=now, until=now + rules.roster_ahead)
    rows = [_found("接收规则", fault) for fault in rules.faults]
    rows += [_found("情形表", fault) for fault in app.situations.faults]
    # What a later text ended is a matter of the office's table, and nothing that the machine lacks.
    rows += [_said("情形表", sentence) for sentence in ended]
    sentence = "；".join(gap.sentence(now) for gap in gaps)
    return [*rows, _said("值班表", f"有空档：{sentence}" if sentence else "正常")]


def _own_words(app: "Application") -> Row:
    """Return which own words cannot be used; they are left out, which fails nothing."""
    from service.domain.words.own_words import lay_over
    from service.flows.words.acts import shipped_vocabulary

    with app.store.read() as work:
        held = work.words.in_force()
    faults = lay_over(held, shipped_vocabulary())[1]
    unusable = f"{len(faults)} 条自有词不起作用：{' '.join(faults.values())}"
    return _said("词库", unusable if faults else f"正常，自有词 {len(held)} 条")


def _attachments(app: "Application") -> Row:
    """Return how much room attachments take; where new ones are refused, that is a fault."""
    from service.flows.keeping.attachments import room_of

    with app.store.read() as work:
        room = room_of(work, app.settings.attachment_bytes)
    return Row(check="附件", ok=not room.full, sentence=room.sentence(app.now()))


def _evidence(app: "Application") -> Row:
    """Return how much room kept pages take; the files are counted, not read."""
    with app.store.read() as work:
        pages, length = work.evidence.held()
    files, taken = app.preserver.files.size()
    sentence = f"留存网页原件 {pages} 份（{files} 个文件，{taken / _MIB:.1f} MiB，未压缩 {length / _MIB:.1f} MiB）"
    return _said("证据", sentence if pages or files else "还没有留存网页原件")


def _searchable(app: "Application") -> Row:
    """Return whether what was judged is in the search projection."""
    from service.flows.telling.deliver import search_behind

    with app.store.read() as work:
        return _found("检索内容", search_behind(work, now=app.now()))


def _rules_of_counting(app: "Application") -> Row:
    """Return whether counts and index follow the rules in force; where they do not, that is a fault."""
    from service.flows.judging.recounting import counts_are_older
    from service.ports.search import SearchUnavailableError
    from service.search.verify import is_older

    with app.store.read() as work:
        older = ["计数"] if counts_are_older(work) else []
    try:
        older += ["检索索引"] if is_older(app.store, app.search) else []
    except SearchUnavailableError as error:
        return _found("口径", f"无法核对检索索引的规则：{error}")
    what = "和".join(older)
    return _found(
        "口径",
        f"{what}是按旧规则（如涉赣的口径）作的，请运行 yaowang index renew 重新计数并重写检索索引。" if older else None,
    )


def _opinions(app: "Application") -> list[Row]:
    """Return how asking for second opinions stands, where it is switched on; a fault is what no waiting mends."""
    from service.flows.learning.opinion_desk import how_asking_stands

    if app.opinion_setup is None:
        return []
    with app.store.read() as work:
        standing = how_asking_stands(work, app.opinion_setup, now=app.now())
    return [_found("第二意见", standing.fault, else_said=standing.sentence)]


def _model_in_force(app: "Application") -> Row:
    """Return whether the model in force can be loaded here."""
    from analysis.assess import Analyser
    from analysis.tiers.linear import ModelRefusedError
    from service.domain.learning.model_version import SHIPPED
    from service.flows.learning.model_keeper import refusal_of
    from service.flows.learning.model_versions import model_folder

    with app.store.read() as work:
        placement = work.models.in_force()
        run = work.models.of_version(placement.version) if placement else None
    version = placement.version if placement else SHIPPED
    folder = None if version == SHIPPED else model_folder(app.settings.data / "models", version)
    problem = refusal_of(folder, run.manifest if run else "")
    if problem:
        return _found("模型", problem)
    try:
        return _said("模型", f"正常，现用 {Analyser.load(folder).version}")
    except ModelRefusedError as error:
        return _found("模型", f"模型 {version or '出厂'} 不能使用：{error}")


def _unknown_settings() -> list[Row]:
    """Return a fault for each variable of the environment that looks like a setting and is none."""
    from service.settings import unknown_variables

    return [_found("设置", f"没有 {name} 这个设置，请检查环境变量的拼写。") for name in unknown_variables()]
