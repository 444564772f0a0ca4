"""The files that pages load, at addresses that name their content: a browser keeps them until that changes."""

from functools import lru_cache
from hashlib import blake2b
from pathlib import Path
from urllib.parse import parse_qs

from fastapi.staticfiles import StaticFiles
from starlette.responses import Response
from starlette.types import Scope

__all__ = ["STATIC", "KeptFiles", "address", "vendor_files"]

STATIC = Path(__file__).resolve().parent / "static"
_VENDOR = STATIC / "vendor"
_REFUSED = 400
_FOR_A_YEAR = "public, max-age=31536000, immutable"


class KeptFiles(StaticFiles):
    """Serves `STATIC`; what is asked for by its present mark is kept for a year and not asked for again.

    Another mark is that of another version of the program: such an answer is not kept, so that it cannot outlive an update.
    """

    def __init__(self) -> None:
        """Serve the files of the program."""
        super().__init__(directory=STATIC)

    async def get_response(self, path: str, scope: Scope) -> Response:
        """Return the file; with the leave to keep it where the address names its content."""
        response = await super().get_response(path, scope)
        asked = parse_qs(scope["query_string"].decode("latin-1")).get("v")
        if asked and response.status_code < _REFUSED and asked == [_mark(path)]:
            response.headers["Cache-Control"] = _FOR_A_YEAR
        return response


def address(name: str) -> str:
    """Return where a page finds the file `name` of `STATIC`, with the mark of its content."""
    return f"/static/{name}?v={_mark(name)}"


def vendor_files() -> frozenset[str]:
    """Return which of the libraries are there: they are fetched, not kept with the program."""
    return frozenset(path.name for path in _VENDOR.glob("*.js")) if _VENDOR.is_dir() else frozenset()


def _mark(name: str) -> str:
    path = STATIC / name
    return _mark_of(path, path.stat().st_mtime_ns)


@lru_cache(maxsize=256)
def _mark_of(path: Path, _changed_ns: int) -> str:
    return blake2b(path.read_bytes(), digest_size=6).hexdigest()
