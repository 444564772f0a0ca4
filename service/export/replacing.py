"""Files that belong together: those of one issue stand under their names, or fewer, never some of another beside them."""

import os
import re
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

from service.turnstile import turnstile

__all__ = ["complete_interrupted", "replace_together"]

# Writing takes as long as the disk; who stands still for longer is not waited for.
_TURN_S = 30.0


def replace_together(files: Mapping[Path, bytes], *, gone: Path | None = None) -> None:
    """Write `files`, which lie in one folder, in the place of what has their names or is `gone`.

    Several names cannot change in one step. So what stood there goes aside before the first new file gets its name: who is
    killed in between leaves some files of one issue, which `complete_interrupted` or the next making completes. Processes do
    this one after another.

    Raises:
        OSError: it cannot be written; what was there stays.
    """
    folder = next(iter(files)).parent
    with turnstile(folder, _TURN_S):
        _complete(folder)
        for draft in _left(folder, "part").values():
            draft.unlink(missing_ok=True)
        drafts = {name: _beside(name, "part") for name in files}
        try:
            for name, draft in drafts.items():
                _write(draft, files[name])
            _exchange(drafts, gone)
        except OSError:
            for draft in drafts.values():
                draft.unlink(missing_ok=True)
            raise


def complete_interrupted(folder: Path) -> bool:
    """Give every issue in whose making somebody was killed, or that a disk cut short, its names; return whether there was one.

    Raises:
        OSError: it cannot be done; it can be tried again.
    """
    if not folder.is_dir() or not _left(folder, "former"):
        return False
    with turnstile(folder, _TURN_S):
        return _complete(folder)


def _complete(folder: Path) -> bool:
    former, drafts = _left(folder, "former"), _left(folder, "part")
    for stem in {name.stem for name in former}:
        aside = {name: old for name, old in former.items() if name.stem == stem}
        new = {name: draft for name, draft in drafts.items() if name.stem == stem}
        if new or any(name.exists() for name in aside):
            # What stood there goes aside only once every new file is written: the new issue is whole.
            for name, draft in new.items():
                draft.replace(name)
            # First what has no follower, which who is killed here would else leave as the only one aside.
            for name in sorted(aside, key=lambda name: name.exists()):
                aside[name].unlink(missing_ok=True)
        for name, old in aside.items():
            if old.exists():
                old.replace(name)
    return bool(former)


_ASIDE = re.compile(r"\.(?P<stem>.+)\.(?P<what>former|part)(?P<suffix>\.[^.]+)")


def _left(folder: Path, what: str) -> dict[Path, Path]:
    """Return what stands aside in the folder, by the name that it belongs to."""
    matches = [(file, _ASIDE.fullmatch(file.name)) for file in sorted(folder.iterdir())]
    return {file.with_name(m["stem"] + m["suffix"]): file for file, m in matches if m is not None and m["what"] == what}


def _exchange(drafts: Mapping[Path, Path], gone: Path | None) -> None:
    # What has no follower goes first: once anything is aside, the new names alone make the issue whole.
    former = {name: _beside(name, "former") for name in (*([gone] if gone else []), *drafts)}
    aside: list[Path] = []
    try:
        for name in (one for one in former if one.is_file()):
            name.replace(former[name])
            aside.append(name)
        for name, draft in drafts.items():
            draft.replace(name)
    except OSError:
        for name in drafts:
            if not drafts[name].exists():
                name.unlink(missing_ok=True)
        for name in aside:
            with suppress(OSError):
                former[name].replace(name)
        raise
    for one in former.values():
        one.unlink(missing_ok=True)


def _beside(name: Path, what: str) -> Path:
    return name.with_name(f".{name.stem}.{what}{name.suffix}")


def _write(draft: Path, data: bytes) -> None:
    draft.write_bytes(data)
    # A machine that loses its power after the names changed leaves whole files under them.
    descriptor = os.open(draft, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
