"""Whether a text that goes out still tells as many dead and harmed as reports tell meanwhile. Pure.

An answer is written in half an hour and signed hours later; who signs reads the text, not what came in since. A number
that has grown may be a rumour, so it is told and bars nothing.
"""

from types import MappingProxyType

from analysis.assessment import EntityType
from analysis.harm.counts import people_counts
from analysis.text import normalise
from service.domain.events.event import Event
from service.domain.events.toll import toll_of

__all__ = ["outpaced"]

_TOLD = MappingProxyType({"deaths": (EntityType.DEATHS, "死亡"), "harmed": (EntityType.HARMED, "受影响")})


def outpaced(text: str, event: Event) -> tuple[str, ...]:
    """Return where reports tell more than a text does, or a person has corrected it, deaths first: 文中死亡1人，稿件已称死亡2人.

    Of what a text gives no number for, nothing is returned, nor of deaths that a person has refuted.
    """
    counts = people_counts(normalise(text).text)
    lines = []
    for name, (kind, word) in _TOLD.items():
        written = max((count.value for count in counts if count.type is kind), default=0)
        toll = toll_of(event, name)
        if toll and toll.by:
            lines += [f"文中{word}{written}人，{toll.by}已更正为{toll.words}人"] if 0 < written != toll.number else []
            continue
        toll = None if name == "deaths" and event.facts.get("death_refuted") else toll
        if toll and 0 < written < toll.number:
            lines.append(f"文中{word}{written}人，稿件已称{word}{toll.words}人")
    return tuple(lines)
