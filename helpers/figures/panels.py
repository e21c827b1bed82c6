"""Where a figure can be cut, for a page that is too narrow for the whole of it."""

import re

from matplotlib.figure import Figure
from matplotlib.legend import Legend
from matplotlib.text import Text
from matplotlib.transforms import Bbox

from helpers.figures.style import CSS_DPI


def panels(figure: Figure, renderer) -> list[dict]:
    """Return the panels of ``figure``, in the order in which its axes were made.

    A panel has a ``box`` (left, top, right and bottom in CSS pixels) and ``lines`` above it, each of boxes that may
    flow as words do: those of its title, and the entries of its legend. The ``inside`` of its axes may lose more of its
    width than of its height; where the two must keep their proportion it is None. What stands ``aside`` belongs to the
    left of each panel: it has axes of that label. What belongs to no axes comes first, as lines alone.
    """
    scale, height = CSS_DPI / figure.dpi, figure.bbox.height

    def box(*parts: Bbox) -> list[float]:
        whole = Bbox.union(parts)
        return [round(float(scale * edge), 1) for edge in (whole.x0, height - whole.y1, whole.x1, height - whole.y0)]

    def lines(*texts: Text | Legend) -> list[list[list[float]]]:
        return [line for text in texts if (line := [box(part) for part in _parts(text, renderer)])]

    found = []
    for axes in (one for one in figure.axes if one.get_visible()):
        inside = axes.get_window_extent(renderer)
        above = [one for one in axes.get_children() if isinstance(one, Text) and one not in axes.texts]  # titles
        if axes.get_legend() and axes.get_legend().get_window_extent(renderer).y0 >= inside.y1 - 1:
            above.append(axes.get_legend())
        parts = [inside, *(text.get_window_extent(renderer) for text in axes.texts if _stands(text))]
        if axes.axison:
            parts += filter(None, [axis.get_tightbbox(renderer) for axis in (axes.xaxis, axes.yaxis)])
        squeezes = axes.axison and axes.get_aspect() == "auto"
        panel = {"box": box(*parts), "inside": box(inside) if squeezes else None, "lines": lines(*above)}
        found.append(panel | {"aside": axes.get_label() == "aside"})
    loose = lines(*figure.legends, *figure.texts)
    return [{"box": [0, 0, 0, 0], "inside": None, "lines": loose}, *found] if loose else found


def _stands(text: Text) -> bool:
    return bool(text.get_text()) and not text.get_animated()


def _parts(one: Text | Legend, renderer) -> list[Bbox]:
    """Return the boxes of the words of a text, or of the entries of a legend."""
    if isinstance(one, Legend):
        entries = zip(one.legend_handles, one.get_texts(), strict=True)
        return [Bbox.union([part.get_window_extent(renderer) for part in entry]) for entry in entries]
    if not _stands(one):
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
