"""What `yaowang doctor` says of second opinions."""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from service.bootstrap import Application

__all__ = ["who_is_asked"]


def who_is_asked(app: "Application") -> list[dict[str, Any]]:
    """Return how asking stands, where it is switched on; a fault is what no waiting mends."""
    from service.flows.learning.opinion_desk import how_asking_stands

    if app.opinion_setup is None:
        return []
    with app.store.read() as work:
        standing = how_asking_stands(work, app.opinion_setup, now=app.now())
    return [{"check": "第二意见", "ok": standing.fault is None, "sentence": standing.fault or standing.sentence}]
