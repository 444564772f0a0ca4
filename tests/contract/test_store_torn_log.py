"""A machine that lost power in the middle of writing: the write-ahead log of the store is cut or altered anywhere."""

import random
import shutil
from pathlib import Path

import pytest

from service.storage.sql import migrate, open_store
from tests.contract.stored import NOW, document

BATCHES = 24
CASES = 40
NUMBERS = [str(number) for number in range(BATCHES)]


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a store as it lies on disk after the last acknowledgement: nothing of it is in the main file yet."""
    folder = tmp_path_factory.mktemp("written")
    url = f"sqlite:///{folder / 'live.db'}"
    migrate(url)
    store = open_store(url)
    for number in NUMBERS:
        with store.write() as work:
            work.documents.put([document(number, text=f"第{number}篇。" * 200)], now=NOW)
            work.outbox.add(number, "mail", {"number": number}, now=NOW)
            work.audit.append(actor="p1", action="put", subject=number, detail={}, now=NOW)
    shutil.copy(folder / "live.db", folder / "torn.db")
    shutil.copy(folder / "live.db-wal", folder / "torn.db-wal")
    store.close()
    return folder


def left_after(written: Path, folder: Path, log: bytes) -> int:
    """Open the store with this log, hold it whole, and return how many batches it has."""
    shutil.copy(written / "torn.db", folder / "torn.db")
    (folder / "torn.db-wal").write_bytes(log)
    (folder / "torn.db-shm").unlink(missing_ok=True)
    store = open_store(f"sqlite:///{folder / 'torn.db'}")
    try:
        assert store.examine() is None
        with store.write() as work:
            mails = [row.key for row in work.outbox.untaken(kind="mail", now=NOW, limit=BATCHES + 1)]
            stored = [one.document for one in work.documents.claim(limit=BATCHES + 1, lease=NOW - NOW, now=NOW)]
            acts = sorted(int(row.subject) for row in work.audit.rows(limit=BATCHES + 1))
        assert mails == NUMBERS[: len(mails)]
        assert [one.native_id for one in stored] == mails
        assert all(one.text == f"第{one.native_id}篇。" * 200 for one in stored)
        assert acts == list(range(len(mails)))
        return len(mails)
    finally:
        store.close()


def test_nothing_that_was_acknowledged_is_lost_where_the_log_is_whole(written: Path, tmp_path: Path) -> None:
    assert left_after(written, tmp_path, (written / "torn.db-wal").read_bytes()) == BATCHES


def test_a_log_that_was_cut_anywhere_leaves_a_whole_store_with_the_first_batches(written: Path, tmp_path: Path) -> None:
    log, chance = (written / "torn.db-wal").read_bytes(), random.Random(17)
    cuts = sorted(chance.randrange(len(log)) for _ in range(CASES))
    left = [left_after(written, tmp_path, log[:cut]) for cut in cuts]
    assert left == sorted(left)
    assert len(set(left)) > BATCHES // 2


def test_a_log_that_was_altered_anywhere_leaves_a_whole_store_with_the_first_batches(
    written: Path, tmp_path: Path
) -> None:
    log, chance = (written / "torn.db-wal").read_bytes(), random.Random(18)
    left = []
    for _ in range(CASES):
        torn = bytearray(log)
        at = chance.randrange(len(torn))
        torn[at] ^= 1 << chance.randrange(8)
        left.append(left_after(written, tmp_path, bytes(torn)))
    assert len(set(left)) > BATCHES // 2
