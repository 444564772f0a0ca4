"""From a fine-tuned network to the file that ships: ONNX with eight-bit weights.

Embedding rows are kept as int8 with a scale a row. Matrices are quantised by onnxruntime's dynamic quantisation, a scale a
column, without the last bit of range, because processors without VNNI saturate the sum of two products of full eight-bit
numbers.
"""

import io
import tempfile
from collections.abc import Collection
from pathlib import Path

import numpy as np
import torch
from torch import Tensor, nn

from analysis.training.encoder.network import Network, pooled

__all__ = ["export"]

_MOST_STEPS = 127
_LEAST_SCALE = 1e-6


class _Rows(nn.Module):
    """An embedding as int8 rows with one scale a row."""

    def __init__(self, weight: Tensor) -> None:
        super().__init__()
        scale = weight.abs().amax(1, keepdim=True).clamp(min=_LEAST_SCALE) / _MOST_STEPS
        self.register_buffer("steps", (weight / scale).round().to(torch.int8))
        self.register_buffer("scale", scale)

    def forward(self, ids: Tensor) -> Tensor:
        return self.steps[ids].float() * self.scale[ids]


class _Shipped(nn.Module):
    """One document without padding in, logits and the standardised pooled vector out."""

    def __init__(self, network: Network) -> None:
        super().__init__()
        network.words = _Rows(network.words.weight.data)
        self.network = network

    def forward(self, ids: Tensor) -> tuple[Tensor, Tensor]:
        embedded = self.network.words(ids) + self.network.places.weight[: ids.shape[1]]
        values = self.network.norm(embedded)
        for layer in self.network.layers:
            values = layer(values, None)
        vector = (pooled(values, None) - self.network.mean) / self.network.spread
        return self.network.head(vector), vector


def export(network: Network, *, whole: Collection[str] = ()) -> bytes:
    """Return the ONNX file of `network`; matrices whose name holds one of `whole` stay in float32."""
    import onnx
    from onnxruntime.quantization import QuantType, quantize_dynamic

    shipped = _Shipped(network.eval()).eval()
    example = torch.from_numpy(np.arange(12, dtype=np.int64)[None])
    with tempfile.TemporaryDirectory() as folder:
        plain, small = Path(folder) / "plain.onnx", Path(folder) / "small.onnx"
        torch.onnx.export(
            shipped,
            (example,),
            str(plain),
            input_names=["ids"],
            output_names=["logits", "vector"],
            dynamic_shapes={"ids": {1: torch.export.Dim("length", min=2, max=512)}},
            dynamo=True,
            external_data=False,
            verbose=False,
        )
        model = onnx.load(io.BytesIO(plain.read_bytes()))
        kept = [node.name for node in model.graph.node if any(name in " ".join(node.input) for name in whole)]
        quantize_dynamic(
            str(plain),
            str(small),
            per_channel=True,
            reduce_range=True,
            weight_type=QuantType.QInt8,
            op_types_to_quantize=["MatMul", "Gemm"],
            nodes_to_exclude=kept,
        )
        return small.read_bytes()
