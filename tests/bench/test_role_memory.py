"""The whole assess role stays within its memory; what it holds is what `yaowang bench load` prints."""

import json

from tests.bench.role_memory import MOST_ROLE_MEBIBYTES, measure_role


def test_the_assess_role_with_a_library_holds_at_most_400_mebibytes_while_it_raises_alerts() -> None:
    role = measure_role()
    assert role.alerts > 0
    assert role.mebibytes <= role.peak_mebibytes <= MOST_ROLE_MEBIBYTES, role.line()
    assert json.loads(role.line())["aims"] == {"mebibytes": 400.0}
