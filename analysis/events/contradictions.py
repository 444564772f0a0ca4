"""What rules out that a report is of the happening that it reads most like: another place, shop or product.

Likeness of words cannot tell these: what is told by one form of two counties, or of two medicines in one, is alike but
for the name.
"""

import re
from collections.abc import Sequence

from analysis.events.affinity import products_agree
from analysis.events.fingerprints import Fingerprint
from analysis.events.places import PlaceRelation, are_apart, relate_places
from analysis.events.venues import differ

__all__ = [
    "befell_elsewhere",
    "belongs_to_no_list",
    "blames_another",
    "concerns_another",
    "graver_without_tie",
    "is_of_another_batch",
    "is_of_batch",
    "same_form",
    "share_batch",
    "share_product",
    "share_venue",
]

_TYING_MARK = 5
"""Characters from which a common number is taken for that of a batch."""
_BATCH = re.compile(r"(?![HZSBJFT][JC]?[0-9]{8}$)(?=.*[0-9])[A-Za-z0-9-]{6,}")
"""A mark that can only be a batch: no approval (国药准字H…, H20150001), which every batch of a product bears, and no count (12,000)."""
_FEW_PRODUCTS = _FEW_FIRMS = _FEW_BATCHES = 2
_OF_A_FIRM = frozenset({"R03", "R04"})
"""What failed a test and what is recalled is a matter of the firm that made it."""
_SELLER = re.compile("药房|药店|药堂|医院|诊所|卫生[院室]|贸易|商贸|经营|经销|批发|连锁|栈")


def befell_elsewhere(report: Fingerprint, members: Sequence[Fingerprint]) -> bool:
    """Tell whether an event is of another county, town or shop: no remembered report shares the place, and one contradicts it.

    However alike they read: twelve complaints of one drug in twelve practices are twelve matters, and so are what
    twelve counties count of it, unless one batch ties them.
    """
    contradicted = False
    for member in members:
        if share_batch(report, member):
            return False
        if differ(member.venues, report.venues) or are_apart(member.regions, report.regions):
            contradicted = True
        elif relate_places(member.regions, report.regions) is PlaceRelation.SAME:
            return False
    return contradicted


def concerns_another(report: Fingerprint, members: Sequence[Fingerprint]) -> bool:
    """Tell whether an event at home is of other products: both name some, and no remembered report one that may be the same.

    Only where both name a place in China: what is told of another country names a product in many ways. Of the labelled
    documents it parts two reports of one beauty shop, one by the common name of what was injected and one by that of the
    register, and one hot-list pair (B-cubed F1 .9925 to .9911 and .9249 to .924); without it a second medicine in one
    county, or of one province, joined the event of the first and was never raised: the recall of one firm told the
    product of another's.
    """
    if not report.products or not _at_home(report):
        return False
    named = [member.products for member in members if member.products]
    told_at_home = any(member.products and _at_home(member) for member in members)
    if not told_at_home or any(share_batch(report, member) for member in members):
        return False
    return not any(_may_be_one(name, own) for products in named for name in products for own in report.products)


def blames_another(report: Fingerprint, members: Sequence[Fingerprint]) -> bool:
    """Tell whether an event is of other firms: both name one or two, no common one, and nothing else ties them.

    The notices of one authority are written alike, and only the firm tells the recall of one from that of the next, where
    no list knows the product. A common product, batch, shop or place below the province ties what names the maker here
    and the seller there; of recalls and failed tests, where both name makers, only product and place together do: two firms
    recall one medicine.
    """
    named = [member.firms for member in members if 0 < len(member.firms) <= _FEW_FIRMS]
    if not named or not 0 < len(report.firms) <= _FEW_FIRMS:
        return False
    if any(_may_be_one(own, other) for firms in named for other in firms for own in report.firms):
        return False
    if share_venue(report, members) or any(share_batch(report, one) for one in members):
        return False
    product, place = share_product(report, members), any(_are_near(one, report) for one in members)
    makers = all(map(_names_makers, (report, *members)))
    if makers and _tells_of_firms(report) and all(_tells_of_firms(one) for one in members):
        return not (product and place)
    return not (product or place)


def graver_without_tie(report: Fingerprint, members: Sequence[Fingerprint]) -> bool:
    """Tell whether a report has as many dead as no remembered one, and names no product, place, shop or batch of theirs.

    What it reads like is then a form, and the dead of one happening must not be told of another: 某县三名患者注射后死亡
    beside twelve people of a named county with chills, 试验组死亡2例 beside an infusion. Of two happenings with dead a
    common province or country is a place too: the number grows while it is told.
    """
    if not report.deaths or any(member.deaths == report.deaths for member in members):
        return False
    near = {PlaceRelation.SAME, PlaceRelation.WITHIN}
    if any(member.deaths for member in members):
        near |= {PlaceRelation.SAME_REGION, PlaceRelation.IN_PROVINCE}
    return not (
        share_product(report, members)
        or share_venue(report, members)
        or any(share_batch(report, one) or relate_places(one.regions, report.regions) in near for one in members)
    )


def is_of_another_batch(report: Fingerprint, members: Sequence[Fingerprint]) -> bool:
    """Tell whether an event is of other batches: both name one or two, no remembered report one of these, and nothing ties them.

    Two batches of one drug are two matters unless they did it in one county, town, shop or practice, one firm made them,
    or both are told with dead: the batches that are stopped grow with the matter.
    """
    named = [member for member in members if _differ_in_batch(report, member)]
    if not named or any(share_batch(report, one) for one in members) or share_venue(report, members):
        return False
    return not any(_are_near(one, report) or _are_one_matter(one, report) for one in members)


def belongs_to_no_list(report: Fingerprint, members: Sequence[Fingerprint]) -> bool:
    """Tell whether one of the two is a list of many products or firms, and the other a matter of another kind.

    A month's list of failed medicines reads like whatever is told of one of them; who came to harm by it is a matter
    of its own, unless it names the batch. Who took several medicines and died is no list: 阿莫西林、甲硝唑、布洛芬.
    """
    if any(_is_list(member) is _is_list(report) for member in members) or share_venue(report, members):
        return False
    kinds = {kind for member in members for kind in member.categories}
    if not report.categories or not kinds or not kinds.isdisjoint(report.categories):
        return False
    return not any(share_batch(report, one) or _are_near(one, report) for one in members)


def same_form(report: Fingerprint, member: Fingerprint) -> bool:
    """Tell whether a near copy is only the same form, filled in for another county, town, shop, product, firm or batch."""
    moved = are_apart(member.regions, report.regions) or differ(member.venues, report.venues)
    other = _differ_in_firm(report, member) or is_of_another_batch(report, [member])
    return moved or other or products_agree(member.products, report.products) == 0


def share_batch(report: Fingerprint, member: Fingerprint) -> bool:
    """Tell whether both name one batch, or a number as long: it ties reports whatever else they say."""
    return any(len(mark) >= _TYING_MARK for mark in member.marks & report.marks)


def is_of_batch(report: Fingerprint, members: Sequence[Fingerprint]) -> bool:
    """Tell whether a report names batch and product of a remembered one, and neither lists many products.

    What one batch did in two counties is one matter, however differently it is told and wherever it befell: 于都 with its
    chills and 汝城 with its shock, whose events were two, so that neither knew of two provinces. Lists of failed batches
    name many and tie nothing.
    """
    return len(report.products) <= _FEW_PRODUCTS and any(
        len(member.products) <= _FEW_PRODUCTS
        and products_agree(report.products, member.products) == 1
        and any(_BATCH.fullmatch(mark) for mark in member.marks & report.marks)
        for member in members
    )


def share_product(report: Fingerprint, members: Sequence[Fingerprint]) -> bool:
    """Tell whether a remembered report names a product that this one names too."""
    return any(products_agree(report.products, member.products) == 1 for member in members)


def share_venue(report: Fingerprint, members: Sequence[Fingerprint]) -> bool:
    """Tell whether a remembered report names a shop or practice that this one names too."""
    return any(not report.venues.isdisjoint(member.venues) for member in members)


def _are_near(report: Fingerprint, member: Fingerprint) -> bool:
    """Tell whether both are of one city, county or town, or one of them of a place in the other's."""
    return relate_places(member.regions, report.regions) in {PlaceRelation.SAME, PlaceRelation.WITHIN}


def _are_one_matter(report: Fingerprint, member: Fingerprint) -> bool:
    """Tell whether both are of one product that one firm made, or that people died of."""
    same_firm = any(_may_be_one(own, other) for own in report.firms for other in member.firms)
    both_dead = report.deaths > 0 and member.deaths > 0
    return (same_firm or both_dead) and products_agree(report.products, member.products) == 1


def _names_makers(report: Fingerprint) -> bool:
    return not any(_SELLER.search(firm) for firm in report.firms)


def _tells_of_firms(report: Fingerprint) -> bool:
    return bool(report.categories) and report.categories <= _OF_A_FIRM


def _differ_in_firm(report: Fingerprint, member: Fingerprint) -> bool:
    """Tell whether both name one or two firms, and none that may be one of the other's."""
    few = 0 < len(report.firms) <= _FEW_FIRMS and 0 < len(member.firms) <= _FEW_FIRMS
    return few and not any(_may_be_one(own, other) for own in report.firms for other in member.firms)


def _differ_in_batch(report: Fingerprint, member: Fingerprint) -> bool:
    """Tell whether both name one or two batches, and none that the other names."""
    few = 0 < len(report.batches) <= _FEW_BATCHES and 0 < len(member.batches) <= _FEW_BATCHES
    return few and report.batches.isdisjoint(member.batches)


def _is_list(report: Fingerprint) -> bool:
    return len(report.products) > _FEW_PRODUCTS or len(report.firms) > _FEW_FIRMS


def _at_home(report: Fingerprint) -> bool:
    return any(code.isdigit() for code in report.regions)


def _may_be_one(a: str, b: str) -> bool:
    """Tell whether one name is in the other: who says 头孢 may mean 头孢曲松, and 疫苗 any."""
    return a in b or b in a
