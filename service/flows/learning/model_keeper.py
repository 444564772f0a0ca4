"""Which model the judging process loads: the one in force, or where that is refused the one it judges by already."""

import hashlib
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Generic, Protocol, TypeVar

from analysis.tiers.linear import MANIFEST, ModelRefusedError
from service.domain.learning.model_version import SHIPPED, ModelState
from service.flows.learning.model_versions import STATE, model_folder, model_state
from service.ports.store import Store

__all__ = ["ModelKeeper", "refusal_of"]

_AGAIN = timedelta(minutes=1)


class Versioned(Protocol):
    """A loaded model."""

    @property
    def version(self) -> str:
        """Its version."""
        ...

    @property
    def cuts(self) -> tuple[float, float, float]:
        """From which chance on a document is a risk, in the remit, of a category."""
        ...


_Model = TypeVar("_Model", bound=Versioned)


class ModelKeeper(Generic[_Model]):
    """Holds the loaded model of one process; `refresh` between two batches takes up what was put in force meanwhile.

    A model that is refused (missing, cut, altered, made for another lexicon or segmenter) changes nothing: the process
    goes on with the model it has, at its start the shipped one, and says so in the store, by name and hash.
    """

    def __init__(self, store: Store, models: Path, load: Callable[[Path | None], _Model]) -> None:
        """Load the shipped model; `load` takes a folder, or `None` for the shipped one.

        Raises:
            ModelRefusedError: The shipped model itself is refused.
        """
        self._store = store
        self._models = models
        self._load = load
        self._placement = 0
        self._version = SHIPPED
        self._told: ModelState | None = None
        self._looked: datetime | None = None
        self.model = load(None)
        self.refused = ""

    def refresh(self, now: datetime) -> bool:
        """Take up the version in force; tell whether another model judges from now on. Costs one row where nothing changed.

        One that is refused is looked at again every minute: its files may have been put back.
        """
        with self._store.read() as work:
            placement = work.models.in_force()
            due = self.refused and (self._looked is None or abs(now - self._looked) >= _AGAIN)
            new = placement if placement is not None and (placement.id != self._placement or due) else None
            run = work.models.of_version(new.version) if new else None
        changed = False
        if new is not None:
            self._placement, self._looked = new.id, now
            changed = self._take(new.version, run.manifest if run else "")
        self._tell(placement.version if placement else SHIPPED, now)
        return changed

    def _take(self, version: str, manifest: str) -> bool:
        if version == self._version:
            self.refused = ""
            return False
        folder = None if version == SHIPPED else model_folder(self._models, version)
        self.refused = refusal_of(folder, manifest)
        if self.refused:
            return False
        try:
            self.model = self._load(folder)
        except ModelRefusedError as error:
            self.refused = f"模型 {version or '出厂'} 不能使用：{error}"
            return False
        self._version = version
        return True

    def _tell(self, wanted: str, now: datetime) -> None:
        model = self.model
        state = ModelState(judging=model.version, wanted=wanted, refused=self.refused, cut=model.cuts[0], at=now)
        if self._told is not None and state.says_as(self._told):
            return
        with self._store.write() as work:
            standing = model_state(work)
            if standing is None or not state.says_as(standing):
                work.set_value(STATE, state.as_json())
        self._told = state


def refusal_of(folder: Path | None, manifest: str) -> str:
    """Say in Chinese why the files of a version are not those that were promoted; empty where they are."""
    if folder is None:
        return ""
    path = folder / MANIFEST
    found = hashlib.sha256(path.read_bytes()).hexdigest() if path.is_file() else ""
    if found and found == manifest:
        return ""
    what = f"清单的校验值是 {found[:12]}" if found else f"{path} 不存在"
    return f"模型 {folder.name} 不能使用：{what}，登记的是 {manifest[:12] or '（无）'}。请从备份恢复该文件夹，或换回出厂模型"
