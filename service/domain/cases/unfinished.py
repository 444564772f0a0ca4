"""What a draft still holds of the response reference that it began with: blanks to fill, open facts, the mark of a reference.

An answer that goes out with `〔待填写：…〕` in it is worse than a late one; a person strikes or fills each, or says it in
words.
"""

import re

from service.domain.finding import Finding
from service.domain.policies.checks import OPEN_WORD
from service.domain.policies.quotation import GIST_ONLY, NOT_STORED, REFERENCE_ONLY

__all__ = ["unfinished_findings"]

# Only in brackets of marks: an answer may say in a sentence, or in round brackets, that a cause is 待核实. A blank is
# none in any brackets, for whoever types it again types round ones.
_MARK = re.compile(
    rf"[〔【\[［](?:{OPEN_WORD}|{NOT_STORED})[〕】\]］]|[〔【\[［（(]待填写[^〕】\]］）)\n]{{0,120}}[〕】\]］）)]"
)
_REFERENCE = re.compile(f"{REFERENCE_ONLY}|{re.escape(GIST_ONLY)}")


def unfinished_findings(text: str) -> list[Finding]:
    """Return the working marks of a text, in order of position; each keeps it from passing review."""
    found = sorted(
        (match.span() for pattern in (_MARK, _REFERENCE) for match in pattern.finditer(text)), key=lambda span: span[0]
    )
    return [_finding(text, start, end) for start, end in found]


def _finding(text: str, start: int, end: int) -> Finding:
    return Finding(
        kind="unfinished",
        word="未完成",
        start=start,
        end=end,
        text=text[start:end],
        sentence=f"还有起草标记“{text[start:end]}”：请核实、填写或删去。",
        blocking=True,
    )
