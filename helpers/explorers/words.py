"""Numbers in words, for the sentences of explorers."""

import numpy as np


def amount(log10: float) -> str:
    """Return 10**log10 in words: ``0.0052``, ``10^-31.4``, ``exactly 0``."""
    if np.isneginf(log10):
        return "exactly 0"
    return f"{10**log10:.3g}" if -4 < log10 < 4 else f"10^{log10:.1f}"


def number(value: float) -> str:
    """Return ``value`` with three digits, and no minus before a zero."""
    if np.isinf(value):
        return "more than 10^308" if value > 0 else "less than -10^308"
    return f"{round(value, 12) + 0.0:.3g}"


def counted(n: int, what: str = "step") -> str:
    """Return ``n`` things in words: ``1 step``, ``4 steps``."""
    return f"{n} {what}{'s' * (n != 1)}"


def gap(size: float) -> str:
    """Return how far apart two states are, in words; of 1e-12 and less, the rounding of states near 1 is a part."""
    return f"{amount(np.log10(size))} apart" if size > 1e-12 else "less than 10^-12 apart"
