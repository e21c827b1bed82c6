"""Matrices drawn as cells: an entry is a square, its sign a colour, below 0 a minus too, its size how dark it is."""

from functools import lru_cache

import numpy as np
from matplotlib.artist import Artist
from matplotlib.colors import to_rgb
from matplotlib.font_manager import FontProperties
from matplotlib.path import Path
from matplotlib.transforms import Affine2D

from helpers.figures import style
from helpers.figures.recorder import Recorder

N_SHADES = 15  # of a colour: a picture in a drawing has at most 256 colours


class Cells(Artist):
    """The cells of several matrices on axes of which one unit is one CSS pixel; each darkest at its largest entry.

    They are painted as small images, and their words from a store: hundreds of squares as paths, or a hundred letters
    set anew, would take a frame of their own.
    """

    rows, columns = ("row", 1, 1), ("column", 1, 1)  # how their numbers are said (see Picture)

    def __init__(self, axes, cell: float):
        super().__init__()
        self.cell = cell
        self.matrices, self.words = [], []
        axes.add_artist(self)

    def show(self, matrices, words=()) -> None:
        """Draw each (matrix, centre) and each (text, centre), a centre being (x, y)."""
        self.matrices, self.words = list(matrices), list(words)

    def show_one(self, centre, matrix: np.ndarray) -> None:
        """Draw one matrix."""
        self.show([(matrix, centre)])

    def draw(self, renderer):
        """Paint the cells."""
        density = self.axes.figure.dpi / style.CSS_DPI
        side = round(self.cell * density)
        if isinstance(renderer, Recorder):
            self._note(renderer, side)
            return
        images = [(painted(matrix, side), centre) for matrix, centre in self.matrices]
        images += [(set_in_type(text, density), centre) for text, centre in self.words]
        for image, centre in images:
            x, y = self.axes.transData.transform(centre)
            corner = round(x - image.shape[1] / 2), round(y - image.shape[0] / 2)
            renderer.draw_image(renderer.new_gc(), *corner, image[::-1])

    def _note(self, renderer, side: int) -> None:
        """Draw the same for a renderer that enlarges a pixel and keeps letters itself."""
        gc = renderer.new_gc()
        gc.set_foreground(style.EDGE)
        gc.set_linewidth(72 / style.CSS_DPI)
        for matrix, centre in self.matrices:
            height, width = side * np.array(matrix.shape)
            x, y = np.rint(self.axes.transData.transform(centre) - (width / 2, height / 2))
            place = Affine2D().scale(width, height)
            renderer.draw_image(renderer.new_gc(), x, y, enlarged(shades(matrix), 1)[::-1], place)
            place = Affine2D().scale(side).translate(x, y)
            renderer.draw_path(gc, grid_lines(*matrix.shape), place)
            note_dashes(renderer, has_minus(matrix), place)
            renderer.note_values(self.get_gid(), matrix, box=(x, y, x + width, y + height))
        properties = FontProperties(family="DejaVu Sans", size=9)
        for text, centre in self.words:
            x, y = self.axes.transData.transform(centre)
            width, height, descent = renderer.get_text_width_height_descent(text, properties, False)
            top = renderer.get_canvas_width_height()[1] - y
            renderer.draw_text(renderer.new_gc(), x - width / 2, top + height / 2 - descent, text, properties, 0.0)


class Picture(Artist):
    """Colours (m, n, 3) for values (m, n), first row at the top, each ``cell`` CSS pixels wide, on pixel axes.

    ``rows`` and ``columns`` say how their numbers are said: a word, the first, and how far it is to the next.
    """

    def __init__(self, axes, cell: float, rows: tuple, columns: tuple):
        super().__init__()
        self.cell, self.rows, self.columns = cell, rows, columns
        self.show(np.ones((1, 1, 3)), np.ones((1, 1)))
        axes.add_artist(self)

    def show(self, colours: np.ndarray, values: np.ndarray, are_log10: bool = False) -> None:
        """Draw ``colours``, which stand for ``values``; if they ``are_log10``, for what has these logarithms."""
        self.colours, self.values, self.are_log10 = colours, values, are_log10

    def draw(self, renderer):
        """Paint the image."""
        side = round(self.cell * self.axes.figure.dpi / style.CSS_DPI)
        x, y = np.rint(self.axes.transData.transform((0, 0))).astype(int)
        minus = (self.values < 0) & (not self.are_log10)
        if isinstance(renderer, Recorder):
            rows, columns = side * np.array(self.colours.shape[:2])
            whole = Affine2D().scale(columns, rows)
            renderer.draw_image(renderer.new_gc(), x, y, enlarged(self.colours, 1)[::-1], whole)
            note_dashes(renderer, minus, Affine2D().scale(side).translate(x, y))
            renderer.note_values(self.get_gid(), self.values, self.are_log10, (x, y, x + columns, y + rows))
        else:
            renderer.draw_image(renderer.new_gc(), x, y, dashed(enlarged(self.colours, side), minus)[::-1])


def decades(log10: np.ndarray, colour: str, lowest: float = -N_SHADES) -> np.ndarray:
    """Return the colours (..., 3) of values up to 0: full for 0, a shade lighter for each decade down to ``lowest``."""
    share = np.rint(N_SHADES * np.clip(1 - log10 / lowest, 0, 1))[..., None] / N_SHADES
    return share * np.array(to_rgb(colour)) + 1 - share


@lru_cache(maxsize=1000)
def set_in_type(text: str, density: float) -> np.ndarray:
    """Return a short ``text`` as a picture (height, width, 4) uint8 on white."""
    with style.styled():
        figure = style.new_figure(8 * len(text) + 8, 16, density)
        figure.text(0.5, 0.5, text, ha="center", va="center", fontsize=9)
        figure.canvas.draw()
    return np.asarray(figure.canvas.buffer_rgba())


@lru_cache
def grid_lines(rows: int, columns: int) -> Path:
    """Return the lines between and round the cells of a matrix, a cell being one by one."""
    across = [[(0, row), (columns, row)] for row in range(rows + 1)]
    along = [[(column, 0), (column, rows)] for column in range(columns + 1)]
    points = np.array(across + along, float).reshape(-1, 2)
    return Path(points, [Path.MOVETO, Path.LINETO] * (rows + columns + 2))


def has_minus(matrix: np.ndarray) -> np.ndarray:
    """Return which entries are below 0, of those that are not as white as 0: what a page without colours shows."""
    return matrix * N_SHADES < -0.5 * np.abs(matrix).max()


def dashed(image: np.ndarray, minus: np.ndarray) -> np.ndarray:
    """Return a picture of cells with a dash in the middle of those that have a ``minus``."""
    side = len(image) // len(minus)
    dash = np.zeros((side, side), bool)
    dash[side // 2 - 1 : side // 2 + 1, round(0.3 * side) : round(0.7 * side)] = True
    image[..., :3][np.kron(minus, dash)] = 0
    return image


def note_dashes(recorder: Recorder, minus: np.ndarray, place: Affine2D) -> None:
    """Draw the same for a recorder, a cell being one by one, the last row at the bottom, before it is put in place."""
    rows, columns = np.nonzero(minus[::-1])
    if len(rows):
        gc = recorder.new_gc()
        gc.set_linewidth(72 / style.CSS_DPI)
        ends = [np.stack([columns + share, rows + 0.5], axis=1) for share in (0.3, 0.7)]
        points = np.stack(ends, axis=1).reshape(-1, 2)
        recorder.draw_path(gc, Path(points, [Path.MOVETO, Path.LINETO] * len(rows)), place)


def shades(matrix: np.ndarray) -> np.ndarray:
    """Return the colours (..., 3) of the entries: white for 0, full for the largest in size."""
    share = np.rint(N_SHADES * np.abs(matrix) / (np.abs(matrix).max() or 1.0))[..., None] / N_SHADES
    full = np.where(matrix[..., None] >= 0, to_rgb(style.POSITIVE), to_rgb(style.NEGATIVE))
    return share * full + 1 - share


def painted(matrix: np.ndarray, side: int) -> np.ndarray:
    """Return ``matrix`` as a picture (height, width, 4) uint8, top row first, with lines between cells of ``side``."""
    cells = dashed(enlarged(shades(matrix), side), has_minus(matrix))
    line = np.rint(255 * np.array(to_rgb(style.EDGE))).astype(np.uint8)
    image = np.full((cells.shape[0] + 2, cells.shape[1] + 2, 4), 255, np.uint8)
    image[:-2, :-2] = cells
    for edge in (0, 1):  # as wide as two pixels, so that a screen of single density shows it too
        image[edge::side, :, :3] = image[:, edge::side, :3] = line
    return image


def enlarged(colours: np.ndarray, side: int) -> np.ndarray:
    """Return colours (m, n, 3) from 0 to 1 as a picture (m side, n side, 4) uint8."""
    rgba = np.full((*colours.shape[:2], 4), 255, np.uint8)
    rgba[..., :3] = np.rint(255 * colours)
    # Four bytes are repeated as one number, which is four times as fast.
    large = rgba.view(np.uint32)[..., 0].repeat(side, axis=0).repeat(side, axis=1)
    return large.view(np.uint8).reshape(*large.shape, 4)


def pixel_axes(figure, left: float, bottom: float, width: float, height: float):
    """Return empty axes at this place (CSS pixels from the lower left), in which one unit is one CSS pixel."""
    whole = figure.get_size_inches() * style.CSS_DPI
    axes = figure.add_axes([left / whole[0], bottom / whole[1], width / whole[0], height / whole[1]])
    axes.set(xlim=(0, width), ylim=(0, height))
    axes.axis("off")
    return axes


def framed(axes, width, height, columns: dict, rows: dict, across: str, up: str, away: int = 28) -> None:
    """Draw a frame on pixel axes; below and to the left of it numbers at their places, and words farther ``away``."""
    axes.plot([0, width, width, 0, 0], [0, 0, height, height, 0], color=style.EDGE, linewidth=0.8)
    for number, x in columns.items():
        axes.text(x, -10, f"{number:g}", ha="center", va="center", fontsize=8.5)
    for number, y in rows.items():
        axes.text(-8, y, f"{number:g}", ha="right", va="center", fontsize=8.5)
    axes.text(width / 2, -away, across, ha="center", va="center")
    axes.text(-away - 12, height / 2, up, ha="center", va="center", rotation=90)
