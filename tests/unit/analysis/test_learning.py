"""Learning where the texts of the shipped model are at hand."""

import json
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest

from analysis.assess import MODELS
from analysis.tiers.linear import MANIFEST
from analysis.training import train as training
from analysis.training.adaptation import adapt
from analysis.training.data import DEV_FILE, Example
from analysis.training.learning import learn, manifest_hash
from analysis.training.officers import read_labels, split
from tests.builders import NOW
from tests.flows.learning.made import made_documents


@pytest.fixture
def shared(tmp_path: Path) -> Path:
    """A folder with a development file of a dozen titles."""
    path = tmp_path / "shared" / DEV_FILE
    path.parent.mkdir(parents=True)
    rows = [
        {"id": str(number), "title": title, "text": "", "date": "2025-01-01", "level": level, "tone": "neu",
         "categories": ["R07"] if level == 2 else [], "severity": 3 if level == 2 else 0}
        for number, (title, level) in enumerate(
            (*((f"接种疫苗后{n}名儿童高热惊厥", 2) for n in "三四五六七八"), *((f"第{n}场球赛今晚开球", 0) for n in "三四五六七八"))
        )
    ]  # fmt: skip
    path.write_text("\n".join(json.dumps(row, ensure_ascii=False) for row in rows), encoding="utf-8")
    return tmp_path / "shared"


def test_with_the_texts_labels_are_further_examples_and_the_development_file_is_measured_too(
    shared: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    given: list[Sequence[Example]] = []

    def train(_: Path, out: Path, progress: Callable[[str], None], *, further: Sequence[Example]) -> Mapping[str, Any]:
        given.append(further)
        return adapt(further, MODELS, out, progress)

    monkeypatch.setattr(training, "train", train)
    examples = read_labels([(document, label, document.id, True) for document, label in made_documents(now=NOW)])
    learned = learn(examples, [], judging=MODELS, out=tmp_path / "out", shared=shared)
    assert given == [split(examples)[0]]
    assert set(learned.measured["dev"]) == {"before", "after"}
    assert learned.manifest == manifest_hash(tmp_path / "out")
    manifest = json.loads((tmp_path / "out" / MANIFEST).read_text(encoding="utf-8"))
    assert manifest["measured_on"]
    assert manifest["officers"]["frozen"]["documents"] == len(split(examples)[1])
    assert learned.version in (tmp_path / "out" / "MODEL_CARD.md").read_text(encoding="utf-8")
