"""Text in pictures, as the optional extra `ocr`: off unless asked for, bounded, and always told as recognised.

The models lie inside the package rapidocr (PP-OCR, Apache-2.0); nothing is fetched.
"""

from dataclasses import dataclass
from functools import cache
from io import BytesIO
from statistics import fmean
from typing import Any

__all__ = ["MAX_PIXELS", "Recognised", "is_available", "recognise"]

MAX_PIXELS = 40_000_000
_STRIP = 1_600
"""Pixels of height that are recognised at once: a long picture shrunk as a whole loses its characters."""
_OVERLAP = 80
_LEAST_SURE = 0.5


@dataclass(frozen=True, slots=True, kw_only=True)
class Recognised:
    """Text as a machine read it, line by line, and how sure it is: the mean over characters, 0 to 1."""

    text: str
    confidence: float


def is_available() -> bool:
    """Tell whether the extra is installed."""
    from importlib.util import find_spec

    return find_spec("rapidocr") is not None and find_spec("onnxruntime") is not None


def recognise(picture: bytes) -> Recognised | None:
    """Return the text of a picture, `None` where there is none to be read.

    Raises:
        ValueError: it is no picture, or has more than `MAX_PIXELS`.
    """
    from PIL import Image, UnidentifiedImageError

    try:
        with Image.open(BytesIO(picture)) as image:
            if image.width * image.height > MAX_PIXELS:
                raise ValueError(f"图片有 {image.width}×{image.height} 个像素，上限 {MAX_PIXELS}")
            whole = image.convert("RGB")
    except (UnidentifiedImageError, OSError, Image.DecompressionBombError) as error:
        raise ValueError("图片已损坏，或不是能识别的格式") from error
    lines: list[tuple[str, float]] = []
    for top in range(0, whole.height, _STRIP - _OVERLAP):
        strip = whole.crop((0, top, whole.width, min(top + _STRIP, whole.height)))
        _append(lines, _lines(strip))
        if top + _STRIP >= whole.height:
            break
    if not lines:
        return None
    length = sum(len(text) for text, _ in lines)
    sure = sum(len(text) * score for text, score in lines) / length
    return Recognised(text="\n".join(text for text, _ in lines), confidence=round(sure, 4))


def _append(lines: list[tuple[str, float]], more: list[tuple[str, float]]) -> None:
    """Add the lines of the next strip, without those of the overlap that are there already."""
    tail = {text for text, _ in lines[-4:]}
    while more and more[0][0] in tail:
        more = more[1:]
    lines.extend(more)


def _lines(image: Any) -> list[tuple[str, float]]:
    import numpy as np

    found = _engine()(np.asarray(image)[:, :, ::-1])
    if found.txts is None or found.boxes is None:
        return []
    read = [
        (
            float(fmean(point[1] for point in box)),
            float(min(point[0] for point in box)),
            float(np.ptp(box[:, 1])),
            text,
            score,
        )
        for box, text, score in zip(found.boxes, found.txts, found.scores, strict=True)
        if score >= _LEAST_SURE
    ]
    return _in_reading_order(read)


def _in_reading_order(read: list[tuple[float, float, float, str, float]]) -> list[tuple[str, float]]:
    rows: list[list[tuple[float, float, float, str, float]]] = []
    for item in sorted(read):
        if rows and item[0] - rows[-1][0][0] < rows[-1][0][2] / 2:
            rows[-1].append(item)
        else:
            rows.append([item])
    ordered = [sorted(row, key=lambda item: item[1]) for row in rows]
    return [(" ".join(item[3] for item in row), min(item[4] for item in row)) for row in ordered]


@cache
def _engine() -> Any:
    from rapidocr import RapidOCR

    return RapidOCR(params={"Global.log_level": "error", "EngineConfig.onnxruntime.intra_op_num_threads": 1})
