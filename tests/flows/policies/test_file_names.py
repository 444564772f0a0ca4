"""Under which name a file of policies enters the library."""

import os
from pathlib import Path

from service.domain.rules.register import Register
from service.ports.store import Store
from tests.flows.policies.test_importing import LAW, TEXT, take, write


def test_a_file_whose_name_a_windows_archive_left_in_gb18030_is_taken_under_its_chinese_name(
    store: Store, texts: Path, register: Register
) -> None:
    file = write(texts, os.fsdecode(f"{LAW}.md".encode("gb18030")), TEXT)
    report = take(store, texts, register)
    assert (report.added, report.refused) == (1, [])
    assert (take(store, file, register).unchanged, os.fsencode(file.name)) == (1, f"{LAW}.md".encode("gb18030"))
    with store.read() as work:
        assert work.policies.get(LAW) is not None
