"""What analysis says of one document, with its evidence and model version.

Pure types shared by everything that judges and everything that acts on a judgement.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import IntEnum, StrEnum
from types import MappingProxyType

from crawlers.records import filled_at_once

__all__ = [
    "CATEGORY_NAMES",
    "RISK_CATEGORIES",
    "Assessment",
    "CategoryScore",
    "Entity",
    "EntityType",
    "Evidence",
    "Explanation",
    "Level",
    "Neighbour",
    "PossibleRisk",
    "SpokenTerm",
    "Tone",
]

CATEGORY_NAMES: Mapping[str, str] = MappingProxyType(
    {
        "R01": "不良反应与群体事件",
        "R02": "假药劣药",
        "R03": "抽检不合格与质量公告",
        "R04": "召回与停用",
        "R05": "虚假宣传",
        "R06": "网络违法销售与流弊",
        "R07": "疫苗与预防接种",
        "R08": "短缺与价格",
        "R09": "药店与使用环节",
        "R10": "医疗器械",
        "R11": "化妆品",
        "R12": "监管履职与政策质疑",
        "R13": "谣言与误导信息",
        "R14": "行业与正面信息",
    }
)

RISK_CATEGORIES = tuple(code for code in CATEGORY_NAMES if code != "R14")
"""The categories that a risk may have, in the order of the taxonomy; R14 is what speaks well of the field."""


class Level(IntEnum):
    """How a document concerns the office: off topic, in the remit without risk, or a risk."""

    OFF_TOPIC = 0
    IN_REMIT = 1
    RISK = 2


class Tone(StrEnum):
    """Tone of the text itself, not of what happened."""

    NEGATIVE = "neg"
    NEUTRAL = "neu"
    POSITIVE = "pos"


class EntityType(StrEnum):
    """Kinds of named things that analysis finds."""

    DRUG = "drug"
    DEVICE = "device"
    COSMETIC = "cosmetic"
    VACCINE = "vaccine"
    PRODUCT_CLASS = "product_class"
    FIRM = "firm"
    REGION = "region"
    APPROVAL_NO = "approval_no"
    BATCH_NO = "batch_no"
    HARMED = "harmed"
    DEATHS = "deaths"
    TIME = "time"


@filled_at_once
@dataclass(frozen=True, slots=True, kw_only=True)
class Entity:
    """A named thing in the text.

    `start`/`end` are half-open character offsets into the original field named by `field` (`title` or `text`), so
    `document.text[start:end] == text`. `canonical` is the resolved name (for a region its GB/T 2260 code is in
    `code`), for a time its ISO day, week, month or year where it can be told; `value` the integer that a count claims.
    """

    type: EntityType
    text: str
    start: int
    end: int
    field: str = "text"
    canonical: str | None = None
    code: str | None = None
    value: int | None = None


@filled_at_once
@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """A span that spoke for the judgement: offsets as in `Entity`, `rule` names what matched."""

    text: str
    start: int
    end: int
    field: str
    rule: str
    category: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SpokenTerm:
    """A term that spoke for a risk or, with a weight below 0, against it.

    `weight` is in log-odds of a risk: what the document loses when the term goes everywhere, with the terms shown
    before it already gone. `places` are field, start and end of each occurrence, offsets as in `Entity`.
    """

    text: str
    weight: float
    places: tuple[tuple[str, int, int], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Neighbour:
    """A labelled example that is like a document; `likeness` is 0 to 1, `date` empty for a written example."""

    id: str
    source: str
    date: str
    level: int
    categories: tuple[str, ...]
    severity: int
    likeness: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Explanation:
    """Why a document was judged as it was.

    `decided_by` is the tier that decided: `floor:` with the rule, `linear`, `encoder`, or `unread` for a document that
    names nothing of the field. `enough` is how many of the first terms have to go for the document to be no risk any
    more; 0 where it is none, `None` where all of them together are not enough. `rules` are the named rules that hold,
    `guards` the guards that hid a look-alike, with the words.
    """

    decided_by: str
    terms_for: tuple[SpokenTerm, ...]
    terms_against: tuple[SpokenTerm, ...]
    enough: int | None
    rules: tuple[str, ...]
    guards: tuple[tuple[str, str], ...]
    neighbours: tuple[Neighbour, ...] = ()


@filled_at_once
@dataclass(frozen=True, slots=True, kw_only=True)
class CategoryScore:
    """One risk category with its probability; the most likely first in an assessment."""

    code: str
    p: float


@dataclass(frozen=True, slots=True, kw_only=True)
class PossibleRisk:
    """What a document would be as a risk: its categories, the leading one first, and its severity 1 to 5."""

    categories: tuple[CategoryScore, ...]
    severity: int


@filled_at_once
@dataclass(frozen=True, slots=True, kw_only=True)
class Assessment:
    """The judgement of one document.

    `p_in_remit` and `p_risk` are calibrated probabilities; `severity` is 0 for a document without risk, else 1 to 5;
    `floor` names the rule that raised the document whatever the model said, `None` where the model decided. `tier`
    names which tier gave the scores: `unread`, `linear`, `encoder`. `possible` says what it would be as a risk, `None`
    where that is out of the question. `tokens` is the document's segmentation (search mode, title then text) joined by
    blanks, reused by search and event grouping so that text is segmented once. `truncated` says that only the first
    part was analysed.
    """

    document_id: str
    level: Level
    p_in_remit: float
    p_risk: float
    categories: tuple[CategoryScore, ...]
    severity: int
    tone: Tone
    entities: tuple[Entity, ...]
    evidence: tuple[Evidence, ...]
    model: str
    tokens: str = ""
    floor: str | None = None
    truncated: bool = False
    facts: Mapping[str, int | bool | str] = field(default_factory=lambda: MappingProxyType({}))
    possible: PossibleRisk | None = None
    tier: str = "unread"

    def entity_names(self, entity_type: EntityType) -> tuple[str, ...]:
        """Return the distinct canonical names of one entity type, in order of appearance."""
        names = (e.canonical or e.text for e in self.entities if e.type is entity_type)
        return tuple(dict.fromkeys(names))

    @property
    def category_codes(self) -> tuple[str, ...]:
        """Return the category codes, most likely first."""
        return tuple(score.code for score in self.categories)

    @property
    def rules_out_risk(self) -> bool:
        """Tell whether the document was judged off topic, without a chance of a risk that is worth naming."""
        return self.level is Level.OFF_TOPIC and self.possible is None
