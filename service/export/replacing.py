"""Files that belong together: those of one issue stand under their names, or fewer, never some of another beside them."""

import os
from collections.abc import Collection, Mapping
from contextlib import suppress
from pathlib import Path

from service.turnstile import turnstile

__all__ = ["replace_together"]

# Writing takes as long as the disk; who stands still for longer is not waited for.
_TURN_S = 30.0


def replace_together(files: Mapping[Path, bytes], *, gone: Collection[Path] = ()) -> None:
    """Write `files`, which lie in one folder, in the place of what has their names or is `gone`.

    Several names cannot change in one step. So what stood there goes aside before the first new file gets its name: who is
    killed in between leaves some files of one issue, which making it again completes. Processes do this one after another.

    Raises:
        OSError: it cannot be written; what was there stays.
    """
    folder = next(iter(files)).parent
    with turnstile(folder, _TURN_S):
        drafts = {name: _beside(name, "part") for name in files}
        try:
            for name, draft in drafts.items():
                _write(draft, files[name])
            _exchange(drafts, gone)
        except OSError:
            for draft in drafts.values():
                draft.unlink(missing_ok=True)
            raise


def _exchange(drafts: Mapping[Path, Path], gone: Collection[Path]) -> None:
    former = {name: _beside(name, "former") for name in (*drafts, *gone)}
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
