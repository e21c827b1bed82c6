"""A mark that a hand moves: where it lies in the scene, and what it sets when it is put elsewhere."""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from matplotlib.lines import Line2D

from helpers.figures.style import CSS_DPI


class Handle(NamedTuple):
    """A mark, the control that each direction of its axes sets, and that control's value of a place (x, y) there."""

    mark: Line2D
    controls: dict[int, str]  # by direction: 0 along x, 1 along y
    values_of: tuple[Callable[[float, float], float], Callable[[float, float], float]]

    @property
    def place(self) -> tuple[float, float]:
        """Where it lies, in CSS pixels from the scene's top left: a dot in its middle, a line in that of its axes."""
        box, figure = self.mark.axes.bbox, self.mark.axes.figure
        points = self.mark.get_transform().transform(self.mark.get_xydata())
        if self.mark.get_clip_on():  # what is cut at the edge of its axes is taken hold of there
            points = np.clip(points, box.min, box.max)
        x, y = (points.min(axis=0) + points.max(axis=0)) / 2 if len(points) else (-box.width, -box.height)
        density = figure.dpi / CSS_DPI
        return round(float(x / density), 2), round(float((figure.bbox.height - y) / density), 2)

    def put(self, place: tuple[float, float]) -> dict[str, float]:
        """Return the values of the controls for which it would lie at ``place``."""
        figure = self.mark.axes.figure
        density = figure.dpi / CSS_DPI
        pixels = place[0] * density, figure.bbox.height - place[1] * density
        x, y = map(float, self.mark.get_transform().inverted().transform(pixels))
        return {name: self.values_of[way](x, y) for way, name in self.controls.items()}
