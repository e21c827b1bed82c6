"""A renderer that notes what matplotlib would paint as a display list (form.py), a few kilobytes for a page to paint.

It is recorded after matplotlib has laid the figure out, so there is nothing to translate but paths. What has no
operation (hatches, clip paths, Gouraud shading, sketches, pictures of more than 256 colours) raises.
"""

import struct
from functools import lru_cache

import numpy as np
from matplotlib.backend_bases import RendererBase
from matplotlib.backends.backend_agg import RendererAgg
from matplotlib.figure import Figure
from matplotlib.font_manager import findfont, get_font
from matplotlib.path import Path
from matplotlib.transforms import Affine2D

from helpers.figures import form
from helpers.figures.form import CODES, IMAGE, MARKS, PATH, SNAP, TEXT, UNIT, VALUES
from helpers.figures.style import CSS_DPI

_ANCHORS = {"left": 0.0, "center": 0.5, "right": 1.0}


@lru_cache(maxsize=4096)
def _extents(dpi, *text):
    """The extents that Agg gives a text: a layout is the same whoever paints it, and in all figures."""
    return RendererAgg(1, 1, dpi).get_text_width_height_descent(*text)


@lru_cache(maxsize=64)
def _height(dpi, prop):
    """Ascent, descent and gap of a font's lines, in pixels, reckoned as matplotlib does it."""
    font = get_font(findfont(prop))
    scale = 1 / font.get_sfnt_table("head")["unitsPerEm"] * prop.get_size_in_points() * dpi / 72
    table = font.get_sfnt_table("OS/2")
    return scale * table["sTypoAscender"], -scale * table["sTypoDescender"], scale * table["sTypoLineGap"]


class Recorder(RendererBase):
    """Draw a figure's artists with it, then take the list.

    Examples
    --------
    >>> from helpers.figures.style import new_figure
    >>> recorder = Recorder(figure := new_figure(200, 100))
    >>> figure.draw(recorder)
    >>> len(recorder.taken())     # the bytes of one white rectangle
    38
    """

    def __init__(self, figure: Figure):
        super().__init__()
        self.width, self.height = figure.bbox.size
        self._dpi, self._pixels_a_point = figure.dpi, figure.dpi / 72
        self._unit = UNIT * CSS_DPI / figure.dpi
        self._flip = Affine2D().scale(self._unit, -self._unit).translate(0, self._unit * self.height)
        self._operations: list[bytes] = []
        self._owner = 0

    def taken(self) -> bytes:
        """Return what was recorded since the last call."""
        taken, self._operations = b"".join(self._operations), []
        return taken

    # What matplotlib asks for

    def get_canvas_width_height(self):
        """Return the size in pixels of the figure's density."""
        return self.width, self.height

    def points_to_pixels(self, points):
        """Return ``points`` in pixels of the figure's density."""
        return points * self._pixels_a_point

    def open_group(self, s, gid=None):
        """Note whose all is that comes until the group ends: the artist whose gid is a number."""
        self._owner = int(gid or 0)

    def close_group(self, s):
        """Note that what comes is nobody's."""
        self._owner = 0

    def option_scale_image(self):
        """Say that an image comes as it is, with the transform that enlarges it."""
        return True

    def get_text_width_height_descent(self, s, prop, ismath):
        """Return the extents of a text."""
        return _extents(self._dpi, s, prop.copy(), ismath)

    def _get_font_height_metrics(self, prop):
        """Return what matplotlib, from 3.11 on, would else look up in the font's file at each layout of a text."""
        return _height(self._dpi, prop.copy())

    def draw_path(self, gc, path, transform, rgbFace=None):
        """Note a path."""
        edge = self.points_to_pixels(gc.get_linewidth()) + 1
        # A filled path that is cut would be filled along the cut.
        clip = None if rgbFace is not None else (-edge, -edge, self.width + edge, self.height + edge)
        clean = path.cleaned(
            transform, remove_nans=True, clip=clip, simplify=clip is not None and path.should_simplify, curves=True
        )
        vertices, codes = clean.vertices[:-1], clean.codes[:-1]  # the last is a full stop
        if len(vertices):
            snap = SNAP if self._snaps(gc, vertices, codes) else 0
            flags, shape = form.shape(self._flip.transform(vertices), codes)
            self._note(PATH, gc, rgbFace, snap | flags, shape)

    def draw_markers(self, gc, marker_path, marker_trans, path, trans, rgbFace=None):
        """Note an outline once, and the places where it is painted."""
        outline = marker_path.cleaned(marker_trans, remove_nans=True, curves=True)
        places = trans.transform(
            np.concatenate([at[-2:] for at, _ in path.iter_segments(simplify=False)]).reshape(-1, 2)
        )
        places = places[np.isfinite(places).all(axis=1)]
        near = (np.abs(places - (self.width / 2, self.height / 2)) < (self.width, self.height)).all(axis=1)
        if not near.any():
            return
        vertices, codes = outline.vertices[:-1], outline.codes[:-1]
        snap = SNAP if self._snaps(gc, vertices, codes) else 0
        flags, shape = form.shape(vertices * (self._unit, -self._unit), codes)
        places = self._flip.transform(places[near])
        self._note(MARKS, gc, rgbFace, snap | flags, shape + form.word(len(places)) + form.places(places))

    def draw_text(self, gc, x, y, s, prop, angle, ismath=False, mtext=None):
        """Note a text as its outlines, about the point by which it was placed."""
        share = _ANCHORS[mtext.get_horizontalalignment()] if mtext else 0.0
        if mtext and mtext.get_rotation_mode() != "anchor" and angle % 180:
            share = 0.5 if angle % 90 == 0 else 0.0
        width = self.get_text_width_height_descent(s, prop, ismath)[0]
        size = self._unit * self.points_to_pixels(prop.get_size_in_points())
        shape = form.outline(s, prop, ismath, angle, share, size, self._unit * width)
        along = share * width * np.array([np.cos(np.radians(angle)), -np.sin(np.radians(angle))])
        if shape:
            anchor = form.places(self._unit * (np.array([[x, y]]) + along))
            self._note(TEXT, gc, gc.get_rgb(), CODES, form.word(round(size)) + shape + anchor, stroked=False)

    def draw_image(self, gc, x, y, im, transform=None):
        """Note a small image of at most 256 colours; ``transform`` maps its unit square."""
        rows, columns = im.shape[:2]
        square = transform or Affine2D().scale(columns, rows)
        (x0, y0), (x1, y1), (x2, y2) = square.transform([[0, 0], [1, 1], [1, 0]]) + np.array([x, y])
        if not (np.isclose(y0, y2) and np.isclose(x1, x2)):
            raise NotImplementedError("an image that is turned or slanted cannot be recorded")
        # Row 0 lies at y0: from the top it is the first only where y0 is the upper end.
        pixels = im[:: 1 if y0 > y1 else -1, :: 1 if x1 > x0 else -1]
        corners = self._flip.transform([[min(x0, x1), max(y0, y1)], [max(x0, x1), min(y0, y1)]])
        head = form.words(np.rint(corners).ravel()) + struct.pack("<2H", columns, rows)
        self._note(IMAGE, gc, None, 0, head + form.runs(pixels, gc.get_alpha()), stroked=False)

    def note_values(self, gid: str, values: np.ndarray, is_log10: bool = False, box=(0, 0, 0, 0)) -> None:
        """Note what the cells (rows, columns) hold that artist ``gid`` has painted in ``box`` (pixels, y upwards)."""
        corners = np.rint(self._flip.transform([[box[0], box[3]], [box[2], box[1]]])).ravel()
        self.open_group("values", gid)
        self._note(VALUES, self.new_gc(), None, 0, form.words(corners) + form.values(values, is_log10), stroked=False)
        self.close_group("values")

    # How an operation is written

    def _snaps(self, gc, vertices, codes) -> bool:
        """Say whether lines are put on whole pixels, by Agg's rule: those that go along the axes are."""
        asked = gc.get_snap()
        if asked is not None or len(vertices) > 1024:
            return bool(asked)
        straight = np.abs(np.diff(vertices, axis=0)) < 1e-4
        return not (codes[1:] == Path.CURVE3).any() and bool(straight.any(axis=1)[codes[1:] == Path.LINETO].all())

    def _note(self, kind, gc, face, flags, content: bytes, stroked=True) -> None:
        if gc.get_hatch() is not None or gc.get_clip_path()[0] is not None or gc.get_sketch_params() is not None:
            raise NotImplementedError("hatches, clip paths and sketches cannot be recorded")
        more, style = form.style(gc, face, stroked, self._flip.transform)
        flags |= more
        n_words = 3 + (len(style) + len(content)) // 2
        self._operations.append(struct.pack("<HI", kind | self._owner << 3 | flags << 8, n_words) + style + content)
