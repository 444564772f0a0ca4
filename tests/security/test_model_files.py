"""A model file that is missing, cut or altered is refused by its name, and by its hash where it has one."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from analysis.assess import MODELS, Analyser
from analysis.events import termweights
from analysis.judgement.neighbours import Neighbours
from analysis.matching import recognition
from analysis.matching.recognition import load_recogniser
from analysis.tiers.linear import ModelRefusedError

Harm = Callable[[Path], None]


def missing(path: Path) -> None:
    path.unlink()


def emptied(path: Path) -> None:
    path.write_bytes(b"")


def cut(path: Path) -> None:
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


def altered(path: Path) -> None:
    raw = bytearray(path.read_bytes())
    raw[len(raw) // 2] ^= 1
    path.write_bytes(bytes(raw))


def no_object(path: Path) -> None:
    path.write_text("[]", encoding="utf-8")


def another_hash(path: Path) -> None:
    told = json.loads(path.read_text(encoding="utf-8"))
    path.write_text(json.dumps(told | {"sha256": "0" * 64}), encoding="utf-8")


OF_ARRAYS = (missing, emptied, cut, altered)
OF_MANIFESTS = (missing, emptied, cut, no_object, another_hash)
FILES = {
    "linear.npz": OF_ARRAYS,
    "manifest.json": OF_MANIFESTS,
    "situations.npz": OF_ARRAYS,
    "situations.json": OF_MANIFESTS,
    "term_weights.tsv": OF_ARRAYS,
    "term_weights.json": OF_MANIFESTS,
    "neighbours.npz": OF_ARRAYS,
    "neighbours.json": (emptied, cut, no_object, another_hash),
}
TABLE = [(name, harm) for name, harms in FILES.items() for harm in harms]


def load_everything(folder: Path, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    """Load what reads the file `name`, from `folder`."""
    if name.startswith("situations"):
        monkeypatch.setattr(recognition, "MODEL", folder / "situations.npz")
        load_recogniser.__wrapped__()
    elif name.startswith("term_weights"):
        monkeypatch.setattr(termweights, "TERM_WEIGHTS", folder / "term_weights.tsv")
        termweights._weights.__wrapped__()
    elif name.startswith("neighbours"):
        Neighbours.load(folder, json.loads((folder / "manifest.json").read_text(encoding="utf-8"))["version"])
    else:
        Analyser.load(folder)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A copy of the shipped model files that the table names."""
    for name in FILES:
        shutil.copy(MODELS / name, tmp_path / name)
    return tmp_path


@pytest.mark.parametrize(("name", "harm"), TABLE, ids=[f"{name}-{harm.__name__}" for name, harm in TABLE])
def test_a_file_that_is_not_what_shipped_is_refused_by_name(
    folder: Path, monkeypatch: pytest.MonkeyPatch, name: str, harm: Harm
) -> None:
    harm(folder / name)
    with pytest.raises(ModelRefusedError) as refused:
        load_everything(folder, monkeypatch, name)
    told = str(refused.value)
    assert name.partition(".")[0] in told or str(folder) in told
    if harm is altered:
        assert "sha256" in told


@pytest.mark.parametrize("name", FILES)
def test_what_shipped_is_loaded(folder: Path, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    load_everything(folder, monkeypatch, name)
