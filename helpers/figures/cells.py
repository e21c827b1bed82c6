"""Matrices drawn as cells: an entry is a square, its sign a colour, its size how dark it is."""

import numpy as np
from matplotlib.colors import to_rgb

from helpers.figures import style

N_SHADES = 15  # the shades of a colour that the encoder of the pictures keeps


class Cells:
    """The cells of several matrices on axes of which one unit is one CSS pixel; each darkest at its largest entry."""

    def __init__(self, axes, cell: float):
        self.cell = cell
        side = 0.72 * cell  # 100 pixels are 72 points
        self.artist = axes.scatter([], [], s=side**2, marker="s", linewidths=0.6, edgecolors=style.EDGE)

    def show(self, matrices, centres) -> None:
        """Draw each matrix (m, n) round its centre (x, y)."""
        places, colours = [np.empty((0, 2))], [np.empty((0, 3))]
        for matrix, (x, y) in zip(matrices, centres, strict=True):
            rows, columns = matrix.shape
            across = x + (np.arange(columns) - (columns - 1) / 2) * self.cell
            down = y - (np.arange(rows) - (rows - 1) / 2) * self.cell
            places.append(np.stack(np.broadcast_arrays(across, down[:, None]), axis=-1).reshape(-1, 2))
            colours.append(shades(matrix).reshape(-1, 3))
        self.artist.set_offsets(np.concatenate(places))
        self.artist.set_facecolors(np.concatenate(colours))


def shades(matrix: np.ndarray) -> np.ndarray:
    """Return the colours (..., 3) of the entries: white for 0, full for the largest in size."""
    share = np.rint(N_SHADES * np.abs(matrix) / (np.abs(matrix).max() or 1.0))[..., None] / N_SHADES
    full = np.where(matrix[..., None] >= 0, to_rgb(style.POSITIVE), to_rgb(style.NEGATIVE))
    return share * full + 1 - share


def pixel_axes(figure, left: float, bottom: float, width: float, height: float):
    """Return empty axes at this place (CSS pixels from the lower left), in which one unit is one CSS pixel."""
    whole = figure.get_size_inches() * style.CSS_DPI
    axes = figure.add_axes([left / whole[0], bottom / whole[1], width / whole[0], height / whole[1]])
    axes.set(xlim=(0, width), ylim=(0, height))
    axes.axis("off")
    return axes
