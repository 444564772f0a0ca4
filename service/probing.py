"""Makes a probe (探查) that an administrator asked for, in the role that may go out."""

import asyncio
from typing import TYPE_CHECKING

import structlog

from service.bootstrap import Application
from service.flows.crawl.probes import ProbeClaim, settle_probe

if TYPE_CHECKING:
    from crawlers.reading_sandbox import ReadingSandbox

__all__ = ["make_probe"]

# A dozen requests a second or more apart, and a lease on the host of two and a half minutes.
_LIMIT_SECONDS = 90.0

log = structlog.get_logger("yaowang")


async def make_probe(app: Application, claimed: ProbeClaim, sandbox: "ReadingSandbox") -> None:
    """Probe the address, a minute and a half at most, and write down what was found; the caller ends the claim."""
    # A second of imports that only who crawls needs.
    from crawlers.probing.propose import Proposal
    from crawlers.probing.run import ProbeBroke, probe_site

    probe = claimed.probe
    try:
        found = await probe_site(
            probe.url,
            egress=app.egress,
            now=app.now,
            contact=app.settings.contact or "",
            time_limit_seconds=_LIMIT_SECONDS,
            extract=sandbox.extract,
            read_feed=sandbox.read_feed,
        )
    except ProbeBroke as error:
        log.warning("probe.broke", url=probe.url, error=error.__cause__)
        found = Proposal(refused="探查程序处理这个网页时出错，没有结果；可换用该网站的其他栏目页再试。")
    await asyncio.to_thread(settle_probe, app.store, claimed, found, now=app.now())
    log.info("probe.done", url=probe.url, found=found.draft is not None)
