"""The form of a display list: what recorder.py writes and player.js reads.

A list is a row of operations, each a row of 16-bit words, low byte first. Places and lengths are in 1/32 CSS pixel
from the top left. A colour is two words: red and green, blue and alpha. An operation is

    kind, flags     one byte each; the upper five bits of kind say whose it is (see ``open_group``), 0 nobody's
    length          two words: how many words the whole operation has
    clip box        left, top, right, bottom               where CLIP is set
    fill            colour                                 where FILL is set
    stroke          colour, width, cap and join, dashes    where STROKE is set
    what it paints  by kind:
      PATH    a shape
      MARKS   a shape about the origin; the number of places; their x; their y
      TEXT    the size of its type; a shape about its anchor; the anchor
      IMAGE   left, top, right, bottom; columns, rows; the number of colours; the colours; for each row, from the top,
              runs of pixels: a byte for the colour, a byte for the length
      VALUES  nothing, but what cells hold: left, top, right, bottom; columns, rows; for each cell, row by row from the
              top, 800 (log10 of its size + 20), from 1 to 32767, with the highest bit set where it is below 0; 0 for 0

where a shape is the number of points; a byte for the code of each, where CODES is set (a plain line has none); all x;
all y. Matplotlib's codes: 1 move, 2 line, 3 quadratic (two points), 4 cubic (three points), 79 close.
"""

import struct
from collections.abc import Callable
from functools import lru_cache

import numpy as np
from matplotlib.colors import to_rgba
from matplotlib.path import Path
from matplotlib.textpath import text_to_path
from matplotlib.transforms import Affine2D

from helpers.figures.style import CSS_DPI

UNIT = 32  # words of 16 bits reach from -1023 to 1023 CSS pixels
PATH, MARKS, TEXT, IMAGE, VALUES = range(1, 6)
MOST_OWNERS = 31
CLIP, FILL, STROKE, CODES, SNAP = (1 << bit for bit in range(5))
POINT = UNIT * CSS_DPI / 72
CAPS, JOINS = {"butt": 0, "round": 1, "projecting": 2}, {"miter": 0, "round": 1, "bevel": 2}
FINE = 16  # dashes are noted so much finer: along a long line their errors add up
MOST_COLOURS = 256


def style(gc, face, stroked: bool, to_units: Callable[[list], np.ndarray]) -> tuple[int, bytes]:
    """Return the flags and the words of clip box, fill and stroke of a graphics context; ``to_units`` maps pixels."""
    flags, found, box = 0, [], gc.get_clip_rectangle()
    if box is not None:
        flags |= CLIP
        found += np.rint(to_units([[box.x0, box.y1], [box.x1, box.y0]])).ravel().astype(int).tolist()
    if face is not None:
        flags |= FILL
        alpha = gc.get_alpha() if gc.get_forced_alpha() or len(face) == 3 else face[3]
        found += colour((*face[:3], alpha))
    if stroked and gc.get_linewidth():
        flags |= STROKE
        offset, dashes = gc.get_dashes()
        dashes = [] if dashes is None else POINT * FINE * np.array([offset, *dashes])
        ends = CAPS[gc.get_capstyle()] | JOINS[gc.get_joinstyle()] << 4 | len(dashes) << 8
        found += [*colour(gc.get_rgb()), round(POINT * gc.get_linewidth()), ends, *map(round, dashes)]
    return flags, struct.pack(f"<{len(found)}H", *(number & 0xFFFF for number in found))


def word(number: int) -> bytes:
    """Return a whole number as a word."""
    return struct.pack("<H", number)


def words(numbers: np.ndarray) -> bytes:
    """Return whole numbers, below 0 too, as words; what is too large for one as the largest."""
    return np.clip(numbers, -32767, 32767).astype("<i2").tobytes()


def places(points: np.ndarray) -> bytes:
    """Return the words of ``points`` (n, 2)."""
    return words(np.rint(points.T))


def shape(points: np.ndarray, codes: np.ndarray) -> tuple[int, bytes]:
    """Return the flags and the words of a shape."""
    if (codes[1:] == Path.LINETO).all():
        return 0, word(len(points)) + places(points)
    kept = codes.astype(np.uint8).tobytes() + b"\0" * (len(codes) % 2)
    return CODES, word(len(points)) + kept + places(points)


@lru_cache(maxsize=2000)
def outline(text: str, prop, ismath, angle: float, share: float, size: float, width: float) -> bytes:
    """Return the shape of ``text``, ``width`` wide, turned about the point that lies at ``share`` of its width."""
    vertices, codes = text_to_path.get_text_path(prop, text, ismath=ismath)
    if not len(vertices):
        return b""
    wide = text_to_path.get_text_width_height_descent(text, prop, ismath)[0] / prop.get_size_in_points()
    stretch = width / (wide * size) if wide else 1.0
    scale = size / text_to_path.FONT_SCALE
    place = Affine2D().scale(scale * stretch, scale).translate(-share * width, 0).rotate_deg(angle).scale(1, -1)
    return shape(place.transform(vertices), np.asarray(codes))[1]


def colour(rgba) -> list[int]:
    """Return the two words of a colour, as numbers."""
    red, green, blue, alpha = (round(255 * part) for part in to_rgba(rgba))
    return [red | green << 8, blue | alpha << 8]


def runs(pixels: np.ndarray, alpha: float) -> bytes:
    """Return palette and runs of an image (rows, columns, 4) uint8, first row at the top."""
    columns = pixels.shape[1]
    colours, indices = np.unique(np.ascontiguousarray(pixels).view("<u4"), return_inverse=True)
    if len(colours) > MOST_COLOURS:
        raise NotImplementedError(
            f"an image of {len(colours)} colours cannot be recorded: wanted at most {MOST_COLOURS}"
        )
    indices = indices.ravel()
    # A run ends where the colour changes, at the end of a row, and at 255 pixels, the most that a byte can say.
    starts = np.flatnonzero(np.append(True, np.diff(indices) != 0) | (np.arange(len(indices)) % columns % 255 == 0))
    runs = np.column_stack([indices[starts], np.diff(np.append(starts, len(indices)))]).astype(np.uint8)
    palette = colours.view(np.uint8).reshape(-1, 4).copy()
    palette[:, 3] = np.rint(palette[:, 3] * alpha)
    return word(len(colours)) + palette.tobytes() + runs.tobytes()


def values(cells: np.ndarray, are_log10: bool) -> bytes:
    """Return columns, rows and the words of what ``cells`` (rows, columns) hold, or of what has these logarithms."""
    with np.errstate(divide="ignore"):
        log10 = cells if are_log10 else np.log10(np.abs(cells))
    size = np.where(np.isneginf(log10), 0, np.clip(np.rint(800 * (log10 + 20)), 1, 0x7FFF)).astype("<u2")
    signs = np.where(cells < 0, 0 if are_log10 else 0x8000, 0).astype("<u2")
    return struct.pack("<2H", *size.shape[::-1]) + (size | signs).tobytes()
