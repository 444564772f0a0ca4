"""`yaowang backup` and `yaowang restore`: everything that must be kept in one file, its check, and the way back."""

import signal
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path
from time import perf_counter
from typing import TYPE_CHECKING, Annotated, Any, NoReturn

import typer

from crawlers.disk_words import disk_words, legible
from service.cli.lasting import lasting
from service.cli.opening import DataOption, settings_of
from service.cli.speak import fail, misuse, say, write_line

if TYPE_CHECKING:
    from service.backup import Installation, Manifest, Restored
    from service.settings import Settings

__all__ = ["register"]

_MIB = 1024 * 1024
_TERMINATED = 143
_DOCUMENT = "deploy/backup.md"


def register(application: typer.Typer) -> None:
    """Add the commands of this module."""
    application.command("backup", help="把须保存的全部内容写进一个备份文件，运行中即可；--check 只核验备份。")(backup)
    application.command("restore", help="把备份恢复到空的数据目录；须先停止药望。")(restore)


def backup(
    path: Annotated[Path, typer.Argument(help="备份文件；给出已有的目录则在其中按时间命名")],
    *,
    check: Annotated[bool, typer.Option("--check", help="不备份，只核验这个备份文件")] = False,
    files: Annotated[bool, typer.Option("--files", help="存储为 PostgreSQL 时：只保存数据库以外的文件")] = False,
    data: DataOption = None,
) -> None:
    """Write everything that must be kept to one file while the service runs, or check such a file."""
    started = perf_counter()
    with _sentences():
        if check:
            _check(path, started)
        else:
            _backup(path, settings_of(data=data), started, files=files)


def _backup(path: Path, settings: "Settings", started: float, *, files: bool) -> None:
    from service.backup import save, strangers_in
    from service.bootstrap import copier_of, wall_clock

    copy_store = copier_of(settings)
    if copy_store is None and not files:
        misuse(
            "存储是 PostgreSQL，它的数据库要用 pg_dump 备份，没有备份任何内容。"
            f"请按 {_DOCUMENT} 备份数据库，再加 --files 保存其余文件（密钥、模型、简报等）。"
        )
    if copy_store is not None and files:
        misuse("--files 只用于存储为 PostgreSQL 的情形；这里的数据库会一并备份，请去掉 --files。")
    if not settings.data.is_dir():
        fail(f"数据目录 {settings.data} 不存在，没有备份。请用 --data 指出数据目录。")
    installation = _installation(settings)
    with lasting("正在备份"):
        saved = save(path, installation, copy_store=copy_store, now=wall_clock())
    detail = {"file": legible(saved.path).name, "bytes": saved.bytes, "sha256": saved.sha256}
    _note(settings, "backup.made", detail)
    write_line({"path": str(saved.path), "bytes": saved.bytes, "sha256": saved.sha256} | _told(saved.manifest))
    say(
        f"已备份到 {saved.path}（{saved.bytes / _MIB:.1f} MiB，{_took(started)}）：{_contents(saved.manifest)}。请像密钥一样保管。"
    )
    if copy_store is None:
        say(f"数据库不在其中：存储是 PostgreSQL，请另用 pg_dump 备份，见 {_DOCUMENT}。")
    if saved.manifest.keys_in_settings:
        say(f"{'、'.join(saved.manifest.keys_in_settings)} 由设置给出，不在备份里，请另行保存。")
    strangers = strangers_in(settings.data, installation.elsewhere)
    if strangers:
        say(f"没有保存数据目录里药望不认识的 {'、'.join(strangers[:10])}；要紧的请另行保存。")


def _check(path: Path, started: float) -> None:
    from service.backup import check, sha256_of
    from service.bootstrap import examine_copy, knows_revision

    with lasting("正在核验备份"):
        manifest = check(path, knows_schema=knows_revision, examine=examine_copy)
    write_line({"path": str(path), "bytes": path.stat().st_size, "sha256": sha256_of(path)} | _told(manifest))
    say(f"备份 {path} 完整（{_took(started)}）：{_contents(manifest)}。")


def restore(
    path: Annotated[Path, typer.Argument(help="yaowang backup 写出的备份文件")],
    *,
    move_aside: Annotated[bool, typer.Option("--move-aside", help="数据目录里已有内容时，先把它改名保留")] = False,
    data: DataOption = None,
) -> None:
    """Restore a backup into an empty data folder, or in the place of one that is renamed first."""
    started = perf_counter()
    settings = settings_of(data=data)
    with _sentences(), ExitStack() as stack:
        _require_stopped(settings.data, stack)
        restored = _restore(path, settings, move_aside=move_aside)
    aside = None if restored.aside is None else str(restored.aside)
    told = {"path": str(path), "data": str(settings.data), "aside": aside, "sha256": restored.sha256}
    write_line(told | _told(restored.manifest))
    _say_restored(path, settings.data, restored, started)


def _restore(path: Path, settings: "Settings", *, move_aside: bool) -> "Restored":
    from service.backup import restore
    from service.bootstrap import examine_copy, knows_revision, wall_clock
    from service.domain.beijing import BEIJING

    final = settings.data.resolve()
    aside = final.with_name(f"{final.name}.before-restore-{wall_clock().astimezone(BEIJING):%Y%m%d-%H%M%S}")
    with lasting("正在恢复"):
        return restore(
            path,
            final,
            aside=aside if move_aside else None,
            knows_schema=knows_revision,
            examine=examine_copy,
            settle=lambda folder, manifest, digest: _settle(settings, folder, manifest, digest),
        )


def _settle(settings: "Settings", folder: Path, manifest: "Manifest", digest: str) -> None:
    """Bring the restored store up to date, and let it tell that it was restored and that search must be filled again."""
    from sqlalchemy.exc import SQLAlchemyError

    from service.backup import BackupError
    from service.bootstrap import build, prepare
    from service.ports.store import StoreUnavailableError
    from service.search.refill import ask_for_refill

    if manifest.store is None:
        return
    here = settings.model_copy(update={"data": folder, "store_url": None, "search_url": None})
    detail = {"made_at": manifest.made_at.isoformat(), "sha256": digest, "head": manifest.store.audit_head.anchor}
    try:
        prepare(here)
        with closing(build(here)) as app, app.store.write() as work:
            ask_for_refill(work)
            work.audit.append(actor="cli", action="backup.restored", subject="backup:", detail=detail, now=app.now())
    except (SQLAlchemyError, StoreUnavailableError) as error:
        raise BackupError(f"没有恢复：恢复出的数据库无法升级或写入（{error}）。请检查磁盘空间。") from error


def _require_stopped(data: Path, stack: ExitStack) -> None:
    """Hold a folder that exists for as long as the restore lasts, so that nothing starts in it; refuse where one runs."""
    from service.backup import DATABASE
    from service.bootstrap import is_open
    from service.cli.lock import HeldError, hold, was_held

    if was_held(data):
        try:
            stack.callback(hold(data).close)
        except HeldError as error:
            where = error.address or "正在启动"
            misuse(f"这个数据目录有药望在运行（进程 {error.pid}，{where}），没有恢复。请先停止它再恢复。")
    if is_open(data / DATABASE):
        misuse(f"数据库 {data / DATABASE} 正被别的进程打开，没有恢复。请先停止全部药望进程再恢复。")


def _say_restored(path: Path, data: Path, restored: "Restored", started: float) -> None:
    from service.backup import ELSEWHERE
    from service.domain.beijing import BEIJING

    manifest = restored.manifest
    made = manifest.made_at.astimezone(BEIJING)
    say(f"已把 {made:%Y-%m-%d %H:%M:%S} 的备份 {path} 恢复到 {data}（{_took(started)}）：{_contents(manifest)}。")
    if restored.aside is not None:
        say(f"原来的数据目录改名为 {restored.aside}，确认无误后可自行删除。")
    if manifest.store is None:
        say(f"这个备份不含数据库：当时的存储是 PostgreSQL，请按 {_DOCUMENT} 恢复它。")
    else:
        say("备份时尚未送达的邮件，启动后会再次发送，Message-ID 不变；检索库在下次启动时自动重建，完成前检索不全。")
        _say_other_store(data)
    for name, folder in manifest.elsewhere.items():
        say(f"设置 {name} 原指向 {folder}，其内容现在 {data / ELSEWHERE / name}，请放回原处或改这项设置。")
    if manifest.keys_in_settings:
        say(f"{'、'.join(manifest.keys_in_settings)} 原由设置给出，不在备份里，请在设置里写回原来的值。")


def _say_other_store(data: Path) -> None:
    if settings_of(data=data).store_url is not None:
        say("提示：设置 store_url 指向别处，启动后用的不是恢复的数据库。请去掉这项设置。")


def _installation(settings: "Settings") -> "Installation":
    from service.backup import Installation, own_folders
    from service.version import product_version

    keys = [name for name in ("author_key", "audit_key", "second_factor_key") if getattr(settings, name) is not None]
    return Installation(
        data=settings.data,
        elsewhere=own_folders(settings.data, {"catalogue": settings.catalogue, "policies": settings.policies}),
        keys_in_settings=tuple(keys),
        version=product_version(),
    )


def _note(settings: "Settings", action: str, detail: dict[str, Any]) -> None:
    """Write down that everything was copied, and the hash by which the file can be known; the backup holds without it."""
    from sqlalchemy.exc import SQLAlchemyError

    from service.bootstrap import build
    from service.ports.store import StoreUnavailableError

    try:
        with closing(build(settings)) as app, app.store.write() as work:
            work.audit.append(actor="cli", action=action, subject="backup:", detail=detail, now=app.now())
    except (ImportError, OSError, SQLAlchemyError, StoreUnavailableError) as error:
        say(f"备份已写好，但没能记入审计：{_sentence(error)}。")


def _sentence(error: Exception) -> str:
    return disk_words(error) if isinstance(error, OSError) else str(error).removesuffix("。")


def _told(manifest: "Manifest") -> dict[str, Any]:
    store = manifest.store
    counts = (
        {}
        if store is None
        else {
            "schema": store.schema,
            "documents": store.documents,
            "alerts": store.alerts,
            "cases": store.cases,
            "audit_rows": store.audit_rows,
            "audit_head": store.audit_head.anchor,
        }
    )
    made = {"made_at": manifest.made_at.isoformat(), "version": manifest.version}
    return made | {"files": len(manifest.files), "database": store is not None} | counts


def _took(started: float) -> str:
    return f"用时 {perf_counter() - started:.1f} 秒"


def _contents(manifest: "Manifest") -> str:
    store = manifest.store
    if store is None:
        return f"{len(manifest.files)} 个文件"
    database = f"稿件 {store.documents} 篇、预警 {store.alerts} 条、处置 {store.cases} 个、审计 {store.audit_rows} 条"
    return f"数据库（{database}）和 {len(manifest.files) - 1} 个文件"


@contextmanager
def _sentences() -> Iterator[None]:
    """End with a sentence and a status instead of an error; SIGTERM ends the work like Ctrl-C, so that it is cleared away."""
    from service.backup import BackupError, BackupMisusedError

    former = signal.signal(signal.SIGTERM, _terminated)
    try:
        yield
    except BackupMisusedError as error:
        misuse(str(error))
    except BackupError as error:
        fail(str(error))
    finally:
        signal.signal(signal.SIGTERM, former)


def _terminated(_number: int, _frame: object) -> NoReturn:
    raise SystemExit(_TERMINATED)
