"""A model whose files were missing judges once they are put back, without a restart."""

import hashlib
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path

from analysis.tiers.linear import MANIFEST
from service.flows.learning.model_keeper import ModelKeeper
from service.ports.store import Store
from tests.builders import NOW

MINUTE = timedelta(minutes=1)
WRITTEN = b'{"version": "2026-11"}'


@dataclass(frozen=True)
class Loaded:
    version: str
    cuts: tuple[float, float, float] = (0.5, 0.5, 0.5)


def _load(folder: Path | None) -> Loaded:
    return Loaded("shipped" if folder is None else folder.name)


def test_a_model_whose_folder_is_put_back_judges_a_minute_later(store: Store, tmp_path: Path) -> None:
    with store.write() as work:
        run = work.models.wish(actor="管理员", now=NOW)
        manifest = hashlib.sha256(WRITTEN).hexdigest()
        work.models.save(replace(run, finished_at=NOW, promoted=True, version="m-1", manifest=manifest))
        work.models.place("m-1", actor="管理员", reason="第一次训练", now=NOW)
    keeper = ModelKeeper(store, tmp_path, _load)
    assert not keeper.refresh(NOW)
    assert (keeper.model.version, "不存在" in keeper.refused) == ("shipped", True)
    (tmp_path / "m-1").mkdir()
    (tmp_path / "m-1" / MANIFEST).write_bytes(WRITTEN)
    assert not keeper.refresh(NOW + MINUTE / 2)
    assert keeper.refresh(NOW + MINUTE)
    assert (keeper.model.version, keeper.refused) == ("m-1", "")
    assert not keeper.refresh(NOW + 3 * MINUTE)
