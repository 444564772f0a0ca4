"""Under which name a file is saved: by it a paper is found among others in three years, and one of a drill is told apart."""

import re
from urllib.parse import quote

__all__ = ["saved_as"]

# No file system of an office takes these; what a title says of its policy or event stays legible without them.
_UNFIT = re.compile(r'[\\/:*?"<>|\x00-\x1f\x7f]+')


def saved_as(name: str, *, drill: bool = False) -> dict[str, str]:
    """Return the headers that have a browser save what it is sent under `name`, which says first that it is of a `drill`."""
    fit = _UNFIT.sub("_", f"{'演练-' if drill else ''}{name}")
    return {"Content-Disposition": f"attachment; filename*=UTF-8''{quote(fit, safe='')}"}
