"""The crawl role with a way out to the test's own press server: `python -m tests.acceptance.role --data FOLDER --world PORT`.

Everything else about it is the product's: the same loop, spiders, gate, extraction and store.
"""

import argparse
from dataclasses import replace
from pathlib import Path

from crawlers.access.egress import Egress
from service.bootstrap import build
from service.settings import load_settings
from service.stopping import stop_on_signals
from service.supervise import stop_with_parent
from service.workers import run_crawl, write_logs


def main() -> None:
    """Crawl the sources of the installation's own catalogue until told to stop."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--world", type=int, required=True)
    given = parser.parse_args()
    stop = stop_on_signals()
    stop_with_parent(stop)
    write_logs("crawl")
    app = build(load_settings(data=given.data), egress=Egress.for_world("127.0.0.1", given.world))
    try:
        run_crawl(replace(app, own_catalogue_only=True), stop)
    finally:
        app.close()


if __name__ == "__main__":
    main()
