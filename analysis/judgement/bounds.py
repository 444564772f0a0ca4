"""How grave a text can be at most, whatever the models say of its words: what an office calls false, and what tells no harm of now.

None holds where somebody was counted as dead or several as harmed. That nothing happened (未发生不良反应, 医院说一切正常) bounds
nothing: it is also what is said of a matter by those who are accused of it. Pure.
"""

import re
from collections.abc import Mapping

from analysis.harm.circumstances import SENTENCE, is_refuted
from analysis.harm.deaths import may_tell_death
from analysis.harm.denials import denied_spans
from analysis.harm.taken_back import lies_gravely_ill, takes_deaths_back
from analysis.judgement.aside import is_taken_back
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

Facts = Mapping[str, int | bool | str]


def most_severe(reading: Reading, facts: Facts) -> int:
    """Return the highest severity that a text can have: where an office says that a rumour is false, that of a rumour.

    By the taxonomy a rumour is 3, one about vaccines, children or panic buying 4. Who was harmed after all, or a dispute
    with the office, takes the bound away. So is a report that somebody died which is taken back.
    """
    joined = reading.joined
    if facts["deaths"] or int(facts["harmed"]) >= _LEAST_CLUSTER:
        return MOST_SEVERE
    sentences = [(match.start(), match.group()) for match in SENTENCE.finditer(joined)]
    if takes_deaths_back(joined, sentences) and not DISPUTED.search(joined):
        return _RUMOUR_OF_MANY if lies_gravely_ill(joined) else _RUMOUR_ALONE
    if not (facts["rumour"] or facts["official_rebuttal"]):
        return MOST_SEVERE
    refuted = is_refuted(reading.title.text) or bool(denied_spans(sentences))
    if not refuted or not OFFICE.search(joined) or DISPUTED.search(joined):
        return MOST_SEVERE
    return _RUMOUR_OF_MANY if facts["vulnerable"] or _VACCINE.search(joined) or _PANIC.search(joined) else _RUMOUR_ALONE


def bound_of_no_harm(reading: Reading) -> int:
    """Return the highest severity of what tells no harm of now; a death taken back was as bad as a rumour while it was told."""
    return _RUMOUR_ALONE if may_tell_death(reading.joined) and is_taken_back(reading) else _LEAST_SEVERE
