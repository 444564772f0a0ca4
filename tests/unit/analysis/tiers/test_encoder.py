import json
import shutil
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from analysis.assess import MODELS, Analyser
from analysis.tiers.encoder import (
    ENCODER_LABELS,
    ENCODER_MANIFEST,
    NETWORK,
    TOKENIZER,
    Encoder,
    EncoderUnavailableError,
    encoder_text,
    framed,
)
from analysis.tiers.linear import ModelRefusedError
from crawlers.records import Document
from tests.builders import build_document

RISK = ("某县多名儿童接种疫苗后高烧不退 家长称疫苗过期", "多名家长反映, 孩子在卫生院接种后出现高烧。")
PLAIN = ("今天天气真好", "")


@pytest.fixture(scope="module")
def encoder() -> Encoder:
    return Encoder.load(MODELS)


def copy_of_the_encoder(folder: Path) -> Path:
    manifest = json.loads((MODELS / ENCODER_MANIFEST).read_text(encoding="utf-8"))
    for name in (ENCODER_MANIFEST, *manifest["files"]):
        shutil.copy(MODELS / name, folder / name)
    return folder


def test_a_text_has_a_logit_a_label_and_a_vector(encoder: Encoder) -> None:
    encoding = encoder.encode(*RISK)
    assert encoding.decisions.shape == (len(ENCODER_LABELS),)
    assert encoding.vector.shape == (512,)
    assert np.isfinite(encoding.decisions).all()


def test_it_tells_a_risk_from_small_talk(encoder: Encoder) -> None:
    column = ENCODER_LABELS.index("risk")
    assert encoder.encode(*RISK).decisions[column] > encoder.encode(*PLAIN).decisions[column] + 2


def test_a_text_is_encoded_the_same_whatever_was_encoded_before(encoder: Encoder) -> None:
    first = encoder.encode(*RISK).decisions
    encoder.encode("另一篇" * 40, "很长的正文" * 200)
    assert np.array_equal(encoder.encode(*RISK).decisions, first)
    assert np.array_equal(Encoder.load(MODELS).encode(*RISK).decisions, first)


@pytest.mark.parametrize(
    "text",
    [
        "",
        " ",
        "\n\n",
        "\x00\x07",
        "a" * 500_000,
        "药" * 200_000,
        "🐛" * 3000,
        "ᠮᠣᠩ བོད་ ئۇيغۇر עברית ไทย",
        "\ufffd" * 99,
    ],
)
def test_any_text_is_encoded(encoder: Encoder, text: str) -> None:
    for title, body in ((text, ""), ("", text), (text, text)):
        assert np.isfinite(encoder.encode(title, body).decisions).all()


def test_a_title_without_a_text_stands_alone_and_blanks_are_joined() -> None:
    assert encoder_text("药品\n召回", "  ") == "药品 召回"
    assert encoder_text("药品召回", "正文  如下") == "药品召回。正文 如下"


def test_what_is_too_long_is_cut_between_the_marks_of_begin_and_end() -> None:
    assert framed([5, 6], 9) == [2, 5, 6, 3]
    assert framed(list(range(5, 50)), 9) == [2, *range(5, 12), 3]


@pytest.mark.parametrize("name", [NETWORK, TOKENIZER])
@pytest.mark.parametrize("harm", ["missing", "cut", "altered"])
def test_a_file_that_is_missing_cut_or_altered_is_refused_by_name_and_hash(
    tmp_path: Path, name: str, harm: str
) -> None:
    path = copy_of_the_encoder(tmp_path) / name
    content = path.read_bytes()
    path.write_bytes({"missing": b"", "cut": content[:-100], "altered": b"\x00" + content[1:]}[harm])
    if harm == "missing":
        path.unlink()
    digest = json.loads((MODELS / ENCODER_MANIFEST).read_text(encoding="utf-8"))["files"][name]
    with pytest.raises(ModelRefusedError, match=rf"{name} is .*{digest}"):
        Encoder.load(tmp_path)


@pytest.mark.parametrize(
    ("changed", "told"),
    [({"format": 99}, "not of format"), ({"labels": ["risk"]}, "other outputs"), (None, "cannot be read")],
)
def test_a_manifest_of_another_kind_is_refused(tmp_path: Path, changed: dict[str, Any] | None, told: str) -> None:
    path = copy_of_the_encoder(tmp_path) / ENCODER_MANIFEST
    manifest = json.loads(path.read_text(encoding="utf-8"))
    path.write_text(json.dumps(manifest | changed) if changed else "{", encoding="utf-8")
    with pytest.raises(ModelRefusedError, match=told):
        Encoder.load(tmp_path)


@pytest.mark.parametrize("library", ["onnxruntime", "tokenizers"])
def test_without_its_libraries_the_first_tier_judges_alone(monkeypatch: pytest.MonkeyPatch, library: str) -> None:
    monkeypatch.setitem(sys.modules, library, None)
    with pytest.raises(EncoderUnavailableError, match=library):
        Encoder.load(MODELS)
    analyser = Analyser.load()
    assert analyser.second is None
    assert analyser.version.startswith("linear-")
    assert "+encoder" not in analyser.version
    assert analyser.assess([risk()])[0].tier == "linear"


def risk() -> Document:
    return build_document(title=RISK[0], text=RISK[1])


def test_the_tier_that_gave_the_scores_is_told() -> None:
    analyser = Analyser.load()
    told = [one.tier for one in analyser.assess([risk(), build_document(title=PLAIN[0], text="")])]
    assert told == ["encoder", "unread"]
    assert analyser.version.endswith(f"+{Encoder.load(MODELS).identity}")


def test_no_model_file_tells_of_the_machine_that_made_it() -> None:
    told = (b"stack_trace", b"site-packages", b"/home/", b"/tmp/")
    files = sorted(path for path in MODELS.iterdir() if path.is_file())
    assert files
    assert [(path.name, word) for path in files for word in told if word in path.read_bytes()] == []
