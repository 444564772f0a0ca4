"""What published policy governs the answer to an event, who leads it, and whether this office may publish."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import Any

from analysis.assessment import CATEGORY_NAMES
from analysis.heat import Relevance
from service.domain.facts import Condition, IncidentFacts, holds
from service.domain.policy import PolicyBasis, PolicyFact, Publication, Verdict
from service.domain.register import AppliedPolicy, CategoryRule, Register

__all__ = [
    "basis_for",
    "lead_department",
    "matched_entries",
    "publication_authority",
    "transfer_departments",
    "with_matched",
]

_RUMOUR = "R13"
# Harm, quality and recall: what is said of these can be a risk warning in the sense of the law.
_WARNING_CATEGORIES = frozenset({"R01", "R02", "R03", "R04"})


def basis_for(categories: Sequence[str], facts: IncidentFacts, register: Register, on: date) -> tuple[PolicyBasis, ...]:
    """Return the policies that apply on that day, each once, in the order of the categories; verified ones first.

    Policies that were not in force on `on` are left out, whatever the data says of the category.
    """
    found: dict[str, PolicyBasis] = {}
    for category, applied in _applied(categories, register):
        fact = applied.fact
        if fact.id not in found and fact.document.in_force(on) and holds(applied.when, categories, facts):
            found[fact.id] = _entry(fact, applied.why, category)
    return tuple(sorted(found.values(), key=lambda entry: not entry.verified))


def matched_entries(basis: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """Return the entries of an alert's basis that were matched from the policy library by the event's situation."""
    return [entry for entry in basis if entry.get("situation")]


def with_matched(duties: Sequence[PolicyBasis], matched: Sequence[Mapping[str, Any]]) -> tuple[Mapping[str, Any], ...]:
    """Return a basis as an alert keeps it: the register's duties, then matched articles that no duty names already."""
    named = {key for duty in duties for key in duty.article_keys}
    fresh = (entry for entry in matched if not named.issuperset(entry.get("article_keys") or ()))
    return (*(duty.as_json() for duty in duties), *fresh)


def _applied(categories: Sequence[str], register: Register) -> Iterator[tuple[str | None, AppliedPolicy]]:
    for applied in register.general:
        yield None, applied
    for category in categories:
        rule = register.categories.get(category)
        for applied in rule.policies if rule else ():
            yield category, applied


def _entry(fact: PolicyFact, why: str, category: str | None) -> PolicyBasis:
    reason = f"类别“{CATEGORY_NAMES.get(category, category)}”：{why}" if category else why
    return PolicyBasis(
        policy_id=fact.id,
        title=fact.document.title,
        issue_number=fact.document.issue_number,
        article="、".join(fact.articles) or None,
        article_keys=fact.keys,
        gist=fact.gist,
        limit=fact.limit,
        verified=fact.verified,
        why=reason,
    )


def publication_authority(categories: Sequence[str], facts: IncidentFacts, register: Register) -> Publication:
    """Say whether this office may publish on the event.

    疫苗管理法第七十六条 reserves vaccine warnings to the national level. 药品管理法第一百零七条 lets a province publish risk warnings and
    major incidents whose effect is limited to its area. Where the facts do not tell, the verdict is to check, never to allow.
    """
    if holds((Condition.VACCINE,), categories, facts):
        return _vaccine(facts, register)
    if holds((Condition.DEVICE,), categories, facts) or holds((Condition.COSMETIC,), categories, facts):
        return _device_or_cosmetic(categories, facts, register)
    warns = bool(_WARNING_CATEGORIES & set(categories)) or facts.suspects_death or facts.suspects_cluster
    return _drug(facts, register) if warns else _ordinary(register)


_REPORT = "转报国家药监局；本地仅发布工作动态，不作风险结论"


def _vaccine(facts: IncidentFacts, register: Register) -> Publication:
    own = (
        "可能误导公众的信息，立即会同卫生健康等部门、专家和持有人核实分析并公布核实结果；其余"
        if facts.misleading
        else ""
    )
    return Publication(
        verdict=Verdict.RESERVED_NATIONAL,
        sentence="疫苗安全风险警示和重大疫苗安全事故信息由国家层面统一公布，本局不得自行发布。",
        basis=register.policies["AEFI-06"].citation,
        alternative=own + _REPORT,
    )


def _device_or_cosmetic(categories: Sequence[str], facts: IncidentFacts, register: Register) -> Publication:
    device = holds((Condition.DEVICE,), categories, facts)
    if device and _is_local(facts):
        return Publication(
            verdict=Verdict.ALLOWED_LOCAL,
            sentence="医疗器械安全警示可由省级药监部门发布，目前所见影响限于本省。",
            basis=register.policies["DEV-04"].citation,
        )
    fact = register.policies["DEV-04" if device else "COS-04"]
    return Publication(
        verdict=Verdict.CHECK,
        sentence=f"{'医疗器械' if device else '化妆品'}安全信息的发布权限须先核对影响范围和依据，核对前不对外发布结论。",
        basis=fact.citation,
        alternative=_REPORT,
    )


def _drug(facts: IncidentFacts, register: Register) -> Publication:
    basis = register.policies["INF-01"].citation
    if _is_local(facts):
        return Publication(
            verdict=Verdict.ALLOWED_LOCAL,
            sentence="目前所见影响限于本省，本局可依法公布；一旦涉及外省须停止发布并转报。",
            basis=basis,
        )
    if facts.spread.provinces > 1:
        return Publication(
            verdict=Verdict.RESERVED_NATIONAL,
            sentence=f"已涉及{facts.spread.provinces}个省份，药品安全风险警示和重大事件信息由国家药监局统一公布。",
            basis=basis,
            alternative=_REPORT,
        )
    return Publication(
        verdict=Verdict.CHECK,
        sentence="影响是否限于本省尚不清楚，发布前须核实影响范围。",
        basis=basis,
        alternative=_REPORT,
    )


def _ordinary(register: Register) -> Publication:
    return Publication(
        verdict=Verdict.ALLOWED_LOCAL,
        sentence="属本局职责范围内的日常回应；内容一旦涉及药品安全风险警示，须先核对发布权限。",
        basis=register.policies["GOV-08"].citation,
    )


def _is_local(facts: IncidentFacts) -> bool:
    return facts.spread.relevance is Relevance.LOCAL and facts.spread.provinces <= 1 and not facts.abroad


def lead_department(categories: Sequence[str], register: Register) -> str:
    """Return who must answer: the lead of the first category, then who joins; rumour leads only where it stands alone."""
    rule = _leading(categories, register)
    if rule is None:
        return register.units["general_planning"].label
    return "、".join(unit.label for unit in (*rule.lead, *rule.joining))


def transfer_departments(categories: Sequence[str], register: Register) -> tuple[str, ...]:
    """Return the bodies outside the regulator to which the categories are passed on, each once."""
    rules = (register.categories[category] for category in categories if category in register.categories)
    return tuple(dict.fromkeys(unit.label for rule in rules for unit in rule.transfer))


def _leading(categories: Sequence[str], register: Register) -> CategoryRule | None:
    known = [category for category in categories if category in register.categories]
    chosen = next((category for category in known if category != _RUMOUR), known[0] if known else None)
    return None if chosen is None else register.categories[chosen]
