"""Whether this office may publish on an event, on which basis, and what it can lawfully do where it may not.

A pure decision, looked at before any clock. 药品管理法第一百零七条 lets a province publish risk warnings and major incidents
whose effect is limited to its area; 疫苗管理法第七十六条 reserves those of vaccines to the national level. Where the facts do not
tell, the verdict is to check, never to allow.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace

from analysis.events.heat import Relevance
from service.domain.events.facts import Condition, IncidentFacts, holds
from service.domain.policies.policy import PolicyFact, Publication, Verdict
from service.domain.rules.register import Register

__all__ = ["publication_authority"]

# Harm, quality and recall: what is said of these can be a risk warning in the sense of the law.
_WARNING_CATEGORIES = frozenset({"R01", "R02", "R03", "R04"})
_REPORT = "转报国家药监局；本地仅发布工作动态，不作风险结论"


def publication_authority(categories: Sequence[str], facts: IncidentFacts, register: Register) -> Publication:
    """Say whether this office may publish on the event; what is under criminal investigation needs the police's word too."""
    found = _by_subject(categories, facts, register)
    return _under_investigation(found, register) if facts.criminal else found


def _by_subject(categories: Sequence[str], facts: IncidentFacts, register: Register) -> Publication:
    """Return the finding of the first subject that the event is; the order of `_SUBJECTS` decides."""
    return next(finding for is_it, finding in _SUBJECTS if is_it(categories, facts))(categories, facts, register)


def _leads(categories: Sequence[str], code: str) -> bool:
    return next(iter(categories), None) == code


def _harmful(facts: IncidentFacts) -> bool:
    return facts.suspects_death or facts.suspects_cluster


def _warns(categories: Sequence[str], facts: IncidentFacts) -> bool:
    return bool(_WARNING_CATEGORIES & set(categories)) or _harmful(facts)


def _is_local(facts: IncidentFacts) -> bool:
    """Tell whether all that is seen lies in the province: a patient of another one is an effect beyond it."""
    spread = facts.spread
    return spread.relevance is Relevance.LOCAL and spread.provinces <= 1 and not (spread.beyond or facts.abroad)


def _vaccine(_: Sequence[str], facts: IncidentFacts, register: Register) -> Publication:
    own = (
        "可能误导公众的信息，立即会同卫生健康等部门、专家和持有人核实分析并公布核实结果；其余"
        if facts.misleading
        else ""
    )
    return Publication(
        verdict=Verdict.RESERVED_NATIONAL,
        sentence="疫苗安全风险警示和重大疫苗安全事故信息由国家层面统一公布，本局不得自行发布。",
        basis=_cite(register, "AEFI-06"),
        alternative=own + _REPORT,
    )


def _epidemic(_: Sequence[str], __: IncidentFacts, register: Register) -> Publication:
    return Publication(
        verdict=Verdict.OTHER_BODY,
        sentence="传染病疫情信息由卫生健康、疾控部门公布，本局不得自行发布。",
        basis=_cite(register, "EPI-02"),
        alternative="转请省卫生健康委发布；本局只回应所涉药品、疫苗、试剂的供应和质量监管情况",
    )


def _food(_: Sequence[str], __: IncidentFacts, register: Register) -> Publication:
    return Publication(
        verdict=Verdict.OTHER_BODY,
        sentence="食品（含保健食品）安全信息由市场监管部门公布，不属本局职责。",
        basis=_cite(register, "FOOD-02"),
        alternative="转省市场监管局；如检出药品成分，由两局会商后按职责分别发布",
    )


def _elsewhere(_: Sequence[str], facts: IncidentFacts, register: Register) -> Publication:
    if facts.spread.provinces > 1:
        return _national(facts.spread.provinces, register)
    return Publication(
        verdict=Verdict.OTHER_BODY,
        sentence="事发地在外省，按属地管理由事发地有关部门发布，本局不对外省事项作结论。",
        basis=_cite(register, "GOV-03", "GOV-08"),
        alternative="向事发地药监部门通报核实；本局可发布本省有无涉及、已开展排查等工作动态",
    )


def _rumour(_: Sequence[str], __: IncidentFacts, register: Register) -> Publication:
    return Publication(
        verdict=Verdict.ALLOWED_LOCAL,
        sentence="对职责范围内的虚假或不完整信息，应及时发布准确信息澄清；只说明事实、引用已公布的权威信息，不作新的风险结论。",
        basis=_cite(register, "GOV-15"),
    )


def _device(_: Sequence[str], facts: IncidentFacts, register: Register) -> Publication:
    if _is_local(facts):
        return Publication(
            verdict=Verdict.ALLOWED_LOCAL,
            sentence="医疗器械安全警示可由省级药监部门发布，目前所见影响限于本省。",
            basis=_cite(register, "DEV-04"),
        )
    return _to_check("医疗器械", "DEV-04", register)


def _cosmetic(_: Sequence[str], facts: IncidentFacts, register: Register) -> Publication:
    harmful = facts.severe or _harmful(facts)
    if harmful and _is_local(facts):
        return Publication(
            verdict=Verdict.ALLOWED_LOCAL,
            sentence="对造成人体伤害或有证据证明可能危害健康的化妆品，可在采取紧急控制措施时发布安全警示，目前所见影响限于本省。",
            basis=_cite(register, "COS-05"),
        )
    return _to_check("化妆品", "COS-04", register)


def _to_check(product: str, policy: str, register: Register) -> Publication:
    return Publication(
        verdict=Verdict.CHECK,
        sentence=f"{product}安全信息的发布权限须先核对影响范围和依据，核对前不对外发布结论。",
        basis=_cite(register, policy),
        alternative=_REPORT,
    )


def _sampling(_: Sequence[str], __: IncidentFacts, register: Register) -> Publication:
    return Publication(
        verdict=Verdict.ALLOWED_LOCAL,
        sentence="本省药品质量抽查检验结果由本局定期公告，公告不当的在原公告范围内更正；不超出检验结果作风险结论。",
        basis=_cite(register, "Q-02"),
    )


def _recall(_: Sequence[str], __: IncidentFacts, register: Register) -> Publication:
    return Publication(
        verdict=Verdict.ALLOWED_LOCAL,
        sentence="召回信息由持有人公布，一级、二级召回同时在本局网站公布；不另作风险结论。",
        basis=_cite(register, "RC-02"),
    )


def _drug(_: Sequence[str], facts: IncidentFacts, register: Register) -> Publication:
    if _is_local(facts):
        return Publication(
            verdict=Verdict.ALLOWED_LOCAL,
            sentence="目前所见影响限于本省，本局可依法公布；一旦涉及外省须停止发布并转报。",
            basis=_cite(register, "INF-01"),
        )
    if facts.spread.provinces > 1:
        return _national(facts.spread.provinces, register)
    return Publication(
        verdict=Verdict.CHECK,
        sentence="影响是否限于本省尚不清楚，发布前须核实影响范围。",
        basis=_cite(register, "INF-01"),
        alternative=_REPORT,
    )


def _national(provinces: int, register: Register) -> Publication:
    return Publication(
        verdict=Verdict.RESERVED_NATIONAL,
        sentence=f"已涉及{provinces}个省份，药品安全风险警示和重大事件信息由国家药监局统一公布。",
        basis=_cite(register, "INF-01"),
        alternative=_REPORT,
    )


def _ordinary(categories: Sequence[str], _: IncidentFacts, register: Register) -> Publication:
    if next(iter(categories), None) == "R08":
        return Publication(
            verdict=Verdict.ALLOWED_LOCAL,
            sentence="供应和价格监管的情况可由本局按职责回应；短缺药品清单由卫生健康部门牵头，涉及清单和调剂的内容先与其会商。",
            basis=_cite(register, "SUP-01"),
        )
    return Publication(
        verdict=Verdict.ALLOWED_LOCAL,
        sentence="属本局职责范围内的日常回应；内容一旦涉及药品安全风险警示，须先核对发布权限。",
        basis=_cite(register, "GOV-08"),
    )


def _under_investigation(found: Publication, register: Register) -> Publication:
    """Return the finding for a matter that the police investigate: what it publishes is agreed with them first."""
    consent = "案情须事先商公安机关同意；可先发布停止销售使用、封存检验等已采取的监管措施"
    if found.verdict is not Verdict.ALLOWED_LOCAL:
        return replace(found, alternative="；".join(filter(None, (found.alternative, consent))))
    return Publication(
        verdict=Verdict.CHECK,
        sentence=f"已由公安机关侦办，公开的信息涉及其他机关，须先协商、确认。{found.sentence}",
        basis="；".join((_cite(register, "GOV-25"), found.basis)),
        alternative=consent,
    )


def _cite(register: Register, *policies: str) -> str:
    return "、".join(_cited(register.policies[policy]) for policy in policies)


def _cited(fact: PolicyFact) -> str:
    return fact.citation if fact.verified else f"{fact.citation}（条文待核实）"


_Subject = Callable[[Sequence[str], IncidentFacts], bool]
_Finding = Callable[[Sequence[str], IncidentFacts, Register], Publication]

_SUBJECTS: tuple[tuple[_Subject, _Finding], ...] = (
    (lambda categories, facts: holds((Condition.VACCINE,), categories, facts), _vaccine),
    # One text on food or an epidemic does not take a suspected drug out of the office's hands.
    (lambda categories, facts: facts.epidemic and not _warns(categories, facts), _epidemic),
    (lambda categories, facts: facts.food and not _warns(categories, facts), _food),
    (lambda _, facts: facts.elsewhere and not facts.abroad, _elsewhere),
    (lambda categories, facts: _leads(categories, "R13") and not _harmful(facts) and not facts.abroad, _rumour),
    (lambda categories, facts: holds((Condition.DEVICE,), categories, facts), _device),
    (lambda categories, facts: holds((Condition.COSMETIC,), categories, facts), _cosmetic),
    (lambda categories, facts: _leads(categories, "R03") and not _harmful(facts) and _is_local(facts), _sampling),
    (lambda _, facts: facts.recall_class in {1, 2} and not _harmful(facts) and _is_local(facts), _recall),
    (_warns, _drug),
    (lambda _, __: True, _ordinary),
)
