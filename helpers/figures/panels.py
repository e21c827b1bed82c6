"""Where a figure can be cut, for a page that is too narrow for the whole of it."""

import re

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.legend import Legend
from matplotlib.text import Text
from matplotlib.transforms import Bbox

from helpers.figures.style import CSS_DPI

MARK = 7  # CSS pixels by which a mark may stand out of its axes to the right


def panel(axes: Axes, recorder) -> dict:
    """Return the panel of ``axes``, which ``recorder`` has just drawn.

    A panel has a ``box`` (left, top, right and bottom in CSS pixels) and ``lines`` above it, each of boxes that may
    flow as words do: those of its title, and the entries of its legend. The ``inside`` of its axes may lose more of its
    width than of its height; where the two must keep their proportion it is None. What stands ``aside`` belongs to the
    left of each panel: it has axes of that label.
    """
    inside, legend = axes.get_window_extent(recorder), axes.get_legend()
    above = [one for one in axes.get_children() if isinstance(one, Text) and one not in axes.texts]  # titles
    if legend and legend.get_window_extent(recorder).y0 >= inside.y1 - 1:
        above.append(legend)
    texts = [text for text in axes.texts if not text.get_animated()]
    for axis in (axes.xaxis, axes.yaxis) if axes.axison else ():
        low, high = sorted(axis.get_view_interval())
        air = 1e-9 * (high - low)  # get_tightbbox would lay out all ticks again
        seen = [tick.label1 for tick in axis.get_major_ticks() if low - air <= tick.get_loc() <= high + air]
        texts += [text for text in (axis.label, *seen) if text.get_visible()]
    marks = Bbox.from_extents(
        inside.x0, inside.y0, inside.x1 + axes.axison * MARK * axes.figure.dpi / CSS_DPI, inside.y1
    )
    box = _box(axes.figure, marks, *(text.get_window_extent(recorder) for text in texts if text.get_text()))
    squeezed = _box(axes.figure, inside) if axes.axison and axes.get_aspect() == "auto" else None
    return {"box": box, "inside": squeezed, "lines": lines(recorder, *above), "aside": axes.get_label() == "aside"}


def _box(figure: Figure, *parts: Bbox) -> list[float]:
    """Return left, top, right and bottom of all ``parts``, in CSS pixels."""
    whole, scale, height = Bbox.union(parts), CSS_DPI / figure.dpi, figure.bbox.height
    return [round(float(scale * edge), 1) for edge in (whole.x0, height - whole.y1, whole.x1, height - whole.y0)]


def lines(recorder, *texts: Text | Legend) -> list[list[list[float]]]:
    """Return the lines of ``texts``, each of the boxes of its words."""
    return [line for text in texts if (line := [_box(text.figure, part) for part in _parts(text, recorder)])]


def _parts(one: Text | Legend, renderer) -> list[Bbox]:
    """Return the boxes of the words of a text, or of the entries of a legend."""
    if isinstance(one, Legend):
        entries = zip(one.legend_handles, one.get_texts(), strict=True)
        return [Bbox.union([part.get_window_extent(renderer) for part in entry]) for entry in entries]
    if not one.get_text() or one.get_animated():
        return []
    whole, lines = one.get_window_extent(renderer), one.get_text().split("\n")
    parts = []
    for number, line in enumerate(lines):
        top = whole.y1 - number * whole.height / len(lines)
        for word in re.finditer(r"(?:\$[^$]*\$|[^\s$])+", line):
            ends = []
            for until in word.span():
                before = line[:until].rstrip() + " " * (until == word.start())
                width = renderer.get_text_width_height_descent(before, one.get_fontproperties(), "$" in line)[0]
                ends.append(whole.x0 + (width if before.strip() else 0))
            parts.append(Bbox.from_extents(ends[0] - 1, top - whole.height / len(lines), ends[1] + 1, top))
    return parts
