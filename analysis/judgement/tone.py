"""Tone of a text: accusing, plain or praising; of the words, not of what happened."""

from collections.abc import Mapping

from analysis.assessment import Tone

__all__ = ["TONE_LABELS", "tone"]

TONE_LABELS: Mapping[Tone, str] = {
    Tone.NEGATIVE: "tone:neg",
    Tone.NEUTRAL: "tone:neu",
    Tone.POSITIVE: "tone:pos",
}


def tone(decisions: Mapping[str, float], offsets: Mapping[str, float]) -> Tone:
    """Return the tone with the highest decision value after its offset; plain where two are equal."""
    order = (Tone.NEUTRAL, Tone.NEGATIVE, Tone.POSITIVE)
    return max(order, key=lambda t: decisions[TONE_LABELS[t]] + offsets[TONE_LABELS[t]])
