"""How grave a text can be at most, whatever the models say of its words: what an office calls false, what is denied, what is of no matter.

Linear models know that 心梗去世 and 不良反应 are grave words, not that the one is of an illness of his own and that nobody had the
other. Each bound has a reason of its own, and none holds where somebody was counted as dead or several as harmed. Pure.
"""

import re
from collections.abc import Collection, Mapping
from itertools import chain

from analysis.harm.ailments import tells_ailment
from analysis.harm.circumstances import (
    SENTENCE,
    denies_harm,
    is_harm_told,
    is_of_no_time_of_ours,
    is_refuted,
    is_supposed,
)
from analysis.harm.deaths import may_tell_death, single_deaths
from analysis.harm.denials import denied_spans
from analysis.harm.gone import gone_after_use
from analysis.harm.own_causes import is_of_no_product
from analysis.harm.taken_back import lies_gravely_ill, takes_deaths_back
from analysis.judgement.aside import is_long_ago, is_taken_back
from analysis.judgement.severity import MOST_SEVERE
from analysis.reading import Reading

__all__ = ["DISPUTED", "OFFICE", "bound_of_no_harm", "most_severe"]

OFFICE = re.compile(
    "药监|卫健|卫生健康|公安|警方|警情|网信|市场监管|疾控|县委|县政府|市政府|省政府|区政府|联合调查组|工作组|辟谣平台|我局|我委|我中心|本局|官方|人民政府"
)
"""Who can say of a rumour that it is false."""
DISPUTED = re.compile("家属(?:不认可|不接受|质疑|坚称)|承认|反转|打脸|被指|删帖|捂盖子")
"""That somebody does not accept what an office says."""
_VACCINE = re.compile("疫苗|接种|加强针")
_PANIC = re.compile("抢购|抢光|囤|断货|买空")
_RUMOUR_ALONE, _RUMOUR_OF_MANY = 3, 4
_LEAST_CLUSTER = 3
_LEAST_SEVERE = 1
_NOTHING_HAPPENED = 2
# What is at stake where harm alone is spoken of: the harm of a medicine, and of a vaccine. All else is a matter without harm.
_OF_HARM = frozenset({"R01", "R07", None})

Facts = Mapping[str, int | bool | str]


def most_severe(reading: Reading, facts: Facts, stakes: Collection[str | None]) -> int:
    """Return the highest severity that a text can have; `stakes` are the categories that its terms speak for.

    By the taxonomy a rumour that an office calls false is 3, one about vaccines, children or panic buying 4. Who was harmed after
    all, or a dispute with the office, takes that bound away. So is a report that somebody died which is taken back. Where
    all harm is denied, long past, a statistic or of no product, and no other matter is spoken of, it is 2.
    """
    if facts["deaths"] or int(facts["harmed"]) >= _LEAST_CLUSTER:
        return MOST_SEVERE
    bound = _bound_of_false(reading, facts)
    idle = not facts["harmed"] and _OF_HARM.issuperset(stakes) and _nothing_happened(reading)
    return min(bound, _NOTHING_HAPPENED) if idle else bound


def bound_of_no_harm(reading: Reading) -> int:
    """Return the highest severity of what tells no harm of now; a death taken back was as bad as a rumour while it was told."""
    return _RUMOUR_ALONE if may_tell_death(reading.joined) and is_taken_back(reading) else _LEAST_SEVERE


def _bound_of_false(reading: Reading, facts: Facts) -> int:
    joined = reading.joined
    sentences = [(match.start(), match.group()) for match in SENTENCE.finditer(joined)]
    if takes_deaths_back(joined, sentences) and not DISPUTED.search(joined):
        return _RUMOUR_OF_MANY if lies_gravely_ill(joined) else _RUMOUR_ALONE
    if not (facts["rumour"] or facts["official_rebuttal"]):
        return MOST_SEVERE
    refuted = is_refuted(reading.title.text) or bool(denied_spans(sentences))
    if not refuted or not OFFICE.search(joined) or DISPUTED.search(joined):
        return MOST_SEVERE
    return _RUMOUR_OF_MANY if facts["vulnerable"] or _VACCINE.search(joined) or _PANIC.search(joined) else _RUMOUR_ALONE


def _nothing_happened(reading: Reading) -> bool:
    """Tell whether a text speaks of harm or death, and says of each that it was not, was long ago, of many years or of no product."""
    if is_of_no_product(reading.joined):
        return True
    idle = False
    for match in SENTENCE.finditer(reading.joined):
        words = match.group()
        if is_long_ago(words) or is_of_no_time_of_ours(words):
            idle |= may_tell_death(words)
        elif is_harm_told(words) or tells_ailment(words) or _tells_death(words):
            return False
        else:
            idle |= denies_harm(words)
    return idle


def _tells_death(words: str) -> bool:
    told = chain(single_deaths(words), gone_after_use(words))
    return any(not is_supposed(words, start, end) for start, end in told)
