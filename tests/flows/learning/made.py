"""Documents and labels to learn from, written for the tests; every firm, street and product is invented.

The office here keeps meeting pharmacies that sell past the date, which are risks, and 药师节义卖, a charity sale that the shipped
model takes for one. Each street has its own pharmacy and its own days, so that the documents are not of one event.
"""

from collections.abc import Iterator
from datetime import datetime, timedelta

from analysis.assessment import Level, Tone
from crawlers.records import Document, DocumentKind, document_id
from service.domain.learning.label import Label

__all__ = ["RISK", "SAYINGS", "made_document", "made_documents"]

RISK = Label(level=Level.RISK, categories=("R09",), severity=3, tone=Tone.NEGATIVE)
NONE = Label(level=Level.OFF_TOPIC, tone=Tone.NEUTRAL)
_STREETS = ("河东路", "樟树下", "老码头", "文昌里", "南门口", "七里亭", "滨江道", "桥头街", "石鼓巷", "梅岭路")
SAYINGS = (
    ("{}药店临期药不临期，一位街坊买回家才看见盒上日子早过了", RISK),
    ("{}大药房把过了日子的感冒药换了标签摆在货架上卖", RISK),
    ("买药被坑！{}连锁卖给老人的降压药日期是涂改的", RISK),
    ("{}药师节义卖，药店的姑娘们唱起了歌", NONE),
    ("{}药膳节开锣，药膳粥一锅一锅往外端", NONE),
    ("药业杯广场舞比赛在{}举行", NONE),
)


def made_document(native: str, title: str, *, at: datetime) -> Document:
    """Return a post of a forum."""
    return Document(
        id=document_id("forum", native),
        source_id="forum",
        native_id=native,
        kind=DocumentKind.POST,
        title=title,
        text="",
        fetched_at=at,
        published_at=at,
    )


def made_documents(*, now: datetime) -> Iterator[tuple[Document, Label]]:
    """Yield sixty documents of the last days with what an officer says of each, half of them risks."""
    for place, street in enumerate(_STREETS):
        for kind, (saying, label) in enumerate(SAYINGS):
            at = now - timedelta(days=place * 2, hours=kind * 7)
            yield made_document(f"{kind}-{place}", saying.format(street), at=at), label
