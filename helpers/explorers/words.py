"""Numbers in words, for the sentences of explorers; and the names in them that name a curve."""

import html
import re
from collections.abc import Mapping, Sequence

import numpy as np


def amount(log10: float) -> str:
    """Return 10**log10 in words: ``0.0052``, ``10^-31.4``, ``exactly 0``."""
    if np.isneginf(log10):
        return "exactly 0"
    return number(10**log10) if -4 < log10 < 4 else f"10^{log10:.1f}"


def number(value: float, digits: int = 3) -> str:
    """Return ``value`` with so many digits, or as a power of ten, and no minus before a zero.

    >>> number(1024.3), number(-8e-6), number(2.5e7), number(-0.0)
    ('1020', '-10^-5.1', '10^7.4', '0')
    """
    if np.isinf(value):
        return "more than 10^308" if value > 0 else "less than -10^308"
    rounded = float(f"{round(value, 12) + 0.0:.{digits}g}")
    if rounded == 0 or 1e-4 <= abs(rounded) < 1e6:
        return f"{rounded:.15g}"
    return f"{'-' * (rounded < 0)}10^{np.log10(abs(value)):.1f}"


def counted(n: int | str, what: str = "step") -> str:
    """Return ``n`` things in words: ``1 step``, ``4 steps``."""
    return f"{n} {what}{'s' * (str(n) != '1')}"


def gap(size: float) -> str:
    """Return how far apart two states are, in words; of 1e-12 and less, the rounding of states near 1 is a part."""
    return f"{amount(np.log10(size))} apart" if size > 1e-12 else "less than 10^-12 apart"


def underlined(sentence: str, shown: Sequence[Mapping | None]) -> str:
    """Return a sentence as HTML in which each name of a curve is underlined in its colour, unless that is a grey.

    shown : of each curve its ``name`` and ``colour``, as a drawing's facts have them. The words keep the page's colour,
    so that they are read on a light page and on a dark one, where player.js says what the line's is. site.js does the
    same.

    >>> underlined("1 < all paths", [{"name": "all paths", "colour": "#d55e00"}, None])
    '1 &lt; <span style="border-bottom: 2px solid var(--d55e00, #d55e00)">all paths</span>'
    """
    colours = {html.escape(one["name"]): one["colour"] for one in shown if one and one["name"]}
    coloured = sorted(
        (name for name in colours if not re.fullmatch(r"#(..)\1\1", colours[name])), key=len, reverse=True
    )
    if not coloured:
        return html.escape(sentence)
    names = re.compile(rf"(?<!\w)(?:{'|'.join(map(re.escape, coloured))})(?!\w)")

    def line(name):
        colour = colours[name[0]]
        return f'<span style="border-bottom: 2px solid var(--{colour[1:]}, {colour})">{name[0]}</span>'

    return names.sub(line, html.escape(sentence))
