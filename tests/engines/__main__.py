"""`python -m tests.engines install | status`: gets what the tests need, or says what is missing."""

import sys
from collections.abc import Sequence
from pathlib import Path

from tests.engines import chromium, elasticsearch, keeper, postgres, process
from tests.engines.install import install_elasticsearch

PACKAGES = (*postgres.DEBIAN_PACKAGES, *elasticsearch.DEBIAN_PACKAGES, *chromium.DEBIAN_PACKAGES)


def main(arguments: Sequence[str]) -> int:
    """Run one verb; return 0, 1 where something is missing or failed, 2 for wrong use."""
    match arguments:
        case ["keep", name, run_folder, run_pid]:
            keeper.keep(name, Path(run_folder), int(run_pid))
            return 0
        case ["status"]:
            return _status()
        case ["install"]:
            try:
                print(f"Elasticsearch: {install_elasticsearch()}")
            except process.EngineError as error:
                print(error, file=sys.stderr)
                return 1
            return _status()
        case _:
            print(__doc__, file=sys.stderr)
            return 2


def _status() -> int:
    lacks = [lack for lack in (postgres.missing(), elasticsearch.missing(), chromium.missing()) if lack]
    for lack in lacks:
        print(lack)
    print(f"Debian packages the tests use: apt-get install {' '.join(PACKAGES)}")
    return 1 if lacks else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
