"""Severity 1 to 5 of a risk: an ordinal model, lifted by counted harm.

The model gives the chance of at least 2, 3, 4 and 5. The facts then set a least severity, by the scale of the remit:
a death tied to a product is 5; a cluster, or an uncounted group of harmed vulnerable people, is 4; one harmed
person is 3.
"""

from collections.abc import Mapping

import numpy as np

from analysis.risk import sigmoid

__all__ = ["MOST_SEVERE", "SEVERITY_LABELS", "least_severity", "severity"]

MOST_SEVERE = 5
SEVERITY_LABELS = tuple(f"severity>={step}" for step in range(2, MOST_SEVERE + 1))
_CLUSTER, _HARMED = 4, 3


def severity(
    decisions: Mapping[str, float], thresholds: Mapping[str, float], facts: Mapping[str, int | bool | str]
) -> int:
    """Return the severity of a document at level risk."""
    modelled = 1
    for step, label in enumerate(SEVERITY_LABELS, start=2):
        if float(sigmoid(np.array(decisions[label]))) >= thresholds[label]:
            modelled = step
    return max(modelled, least_severity(facts))


def least_severity(facts: Mapping[str, int | bool | str]) -> int:
    """Return the severity that counted harm alone demands, 1 where it demands none."""
    if int(facts.get("deaths", 0)) > 0:
        return MOST_SEVERE
    if facts.get("cluster"):
        return _CLUSTER
    return _HARMED if int(facts.get("harmed", 0)) > 0 else 1
