"""Who is given a package without masks is written down as having read personal data."""

import pytest

from service.export.case_archive import pack
from service.flows.cases.packing import pack_case
from service.flows.keeping.privacy import PERSONAL_READ
from tests.flows.cases.scene import Way


@pytest.mark.parametrize(("masked", "read"), [(True, []), (False, ["档案丑"])])
def test_a_package_without_masks_is_a_read_of_personal_data(way: Way, masked: bool, read: list[str]) -> None:
    way.published()
    assert pack_case(way.store, "档案丑", way.case.id, pack=pack, now=way.now, masked=masked) is not None
    with way.store.read() as work:
        rows = work.audit.rows(subject=f"case:{way.case.id}")
    assert [row.actor for row in rows if row.action == PERSONAL_READ] == read
