"""What figures of several concepts share: limits, notes, legends, and words for what leaves the picture."""

import numpy as np
from matplotlib.axes import Axes

from helpers.figures import style

UNITS = (1, 3, 10, 30, 100)  # of a panel of logarithms: it reaches from -3 units to 1, so that 0 stays where it is


def level(axes, y, **more):
    """Draw a horizontal line that stands for a limit, and return it."""
    return axes.axhline(y, color=style.EDGE, linewidth=0.9, **more)


def note(axes, x=0.98, y=0.95, **more):
    """Return an empty text in a corner of ``axes``, for what does not fit the picture."""
    placed = {"ha": "right", "va": "top", "transform": axes.transAxes, "color": style.RULE, "fontsize": 8.5} | more
    return axes.text(x, y, "", **placed)


def above(axes):
    """Return an empty text over the right end of ``axes``, where no curve can run through it."""
    return note(axes, 1.0, 1.02, va="bottom")


def legend_above(axes: Axes, columns: int, **more) -> None:
    """Put a legend of so many columns between title and axes, where no curve can run through it."""
    placed = {"loc": "lower left", "bbox_to_anchor": (0, 1.01), "borderaxespad": 0, "columnspacing": 1.2} | more
    axes.legend(ncols=columns, **placed)


def log_limits(log10: np.ndarray) -> tuple[float, float]:
    """Return the narrowest limits (-3 units, 1 unit) that hold every finite value of ``log10``, if any do."""
    finite = log10[np.isfinite(log10)]
    unit = next((unit for unit in UNITS if -3 * unit <= finite.min() and finite.max() <= unit), UNITS[-1])
    return -3.0 * unit, float(unit)


def leaving(h: np.ndarray, limits: tuple[float, float]) -> str:
    """Return the words for a trajectory ``h`` that leaves the picture, nothing for one that stays."""
    outside = np.flatnonzero((h < limits[0]) | (h > limits[1]))
    if len(outside) == 0:
        return ""
    first, last = outside[0], outside[-1]
    if first == last:
        return f"outside at step {first}"
    until = "on" if last == len(h) - 1 else f"to {last}"
    comes_back = len(outside) < last - first + 1
    return f"outside{', on and off,' if comes_back else ''} from step {first} {until}"


def leaving_log10(log10_left: np.ndarray, since: int, limits: tuple[float, float]) -> str:
    """Return the words for what is left of a change, if it is too small or too large for the picture."""
    last = since + len(log10_left) - 1
    if np.isneginf(log10_left[-1]):
        return f"0 from step {since + np.flatnonzero(np.isneginf(log10_left))[0]} on"
    if not limits[0] <= log10_left[-1] <= limits[1]:
        return f"at step {last}: 10^{log10_left[-1]:.0f}"
    return ""
