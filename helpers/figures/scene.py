"""A figure of which little moves: what stands still is drawn once and kept."""

import base64
import html
from collections.abc import Callable, Hashable, Mapping
from typing import Any, NamedTuple

import numpy as np
from matplotlib.artist import Artist
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from helpers.figures import style
from helpers.figures.panels import panels
from helpers.figures.png import PaletteEncoder, encode_lossless
from helpers.figures.recorder import Recorder


class Drawing(NamedTuple):
    """What a page paints: lists of what stands still and of what moves, and what it must know beside them.

    ``facts`` holds the scene's ``width`` and ``height``, and its ``panels`` (see ``panels.panels``) for a page that is
    too narrow for all of them beside one another; ``places`` where its handles lie, in CSS pixels from the top left.
    """

    still: bytes
    moving: bytes
    facts: dict
    places: tuple[tuple[float, float], ...] = ()

    @classmethod
    def of(cls, figure: Figure, recorder: Recorder | None = None) -> "Drawing":
        """Return the drawing of all of ``figure`` that is not animated."""
        recorder = recorder or Recorder(figure)
        with style.styled():
            figure.draw(recorder)
            width, height = (figure.get_size_inches() * style.CSS_DPI).round().tolist()
            return cls(recorder.taken(), b"", {"width": width, "height": height, "panels": panels(figure, recorder)})


def field(state, name: str):
    """Return what ``name`` is in ``state``: a field, or after a dot what a field holds.

    >>> from types import SimpleNamespace
    >>> state = SimpleNamespace(gain=2.0, C=[1, 5], flows={"input gate": 3})
    >>> field(state, "gain"), field(state, "C.1"), field(state, "flows.input gate")
    (2.0, 5, 3)
    """
    for part in name.split("."):
        if isinstance(state, Mapping):
            state = state[part]
        else:
            state = state[int(part)] if part.isdigit() else getattr(state, part)
    return state


class Shown(NamedTuple):
    """What a moving artist shows (see ``Scene.shows``)."""

    artist: Artist
    y: Any
    x: Any = None
    inside: bool = False
    by: Callable | None = None

    @property
    def fields(self) -> list[str]:
        """The names of the fields that are shown."""
        return [name for name in (self.y, self.x) if isinstance(name, str)]

    @property
    def is_log10(self) -> bool:
        """Whether its y is a logarithm, which the name of the field says."""
        return isinstance(self.y, str) and "log10" in self.y

    def set(self, state) -> None:
        """Let the artist show ``state``."""
        y, x = (field(state, value) if isinstance(value, str) else value for value in (self.y, self.x))
        if self.by:
            self.by(y) if self.x is None else self.by(x, y)
        elif y is None or (x is None and self.x is not None):
            self.artist.set_data([], [])
        else:
            y = np.atleast_1d(y)
            x = np.arange(len(y)) if x is None else x
            limits = self.artist.axes.get_ylim() if self.inside else (-400, 400) if self.is_log10 else (-1e6, 1e6)
            self.artist.set_data(*np.broadcast_arrays(np.atleast_1d(x), np.clip(y, *limits)))


class Handle(NamedTuple):
    """A mark that a hand moves: the control that each direction of its axes sets, and its value of a number there."""

    mark: Line2D
    controls: dict[int, str]  # by direction: 0 along x, 1 along y
    value_of: tuple[Callable[[float], float], Callable[[float], float]]


class Scene:
    """One matplotlib figure for the life of an explorer.

    A module of figures makes subclasses: ``build`` makes axes and artists, and says of each that moves which field of
    the state it shows (``self.shows``), ``stage`` sets what stands still while a slider moves (limits, labels, a map of
    colours), and ``stage_key`` says which settings need another stage. What shows no field, as a note, is given to
    ``self.moves``, and ``move`` sets it. What a hand may take hold of is given to ``self.handle``.

    ``draw`` paints a picture of a state, ``record`` notes a drawing of it, which a page paints. Each keeps what stands
    still. Nothing here knows pyplot, so that no figure leaks and no figure is shown twice.
    """

    width, height = 860, 420  # CSS pixels

    def __init__(self, density: float = style.DENSITY):
        self.density = density
        self._moving: list[Artist] = []
        self.shown: list[Shown] = []
        self.handles: list[Handle] = []
        self._staged: Hashable = None
        self._kept: dict[str, tuple] = {}  # picture and drawing: the key of what stands still, and this itself
        self._encoder: PaletteEncoder | None = None
        self._recorder: Recorder | None = None
        with style.styled():
            self.figure = style.new_figure(self.width, self.height, density)
            self.build()

    def build(self) -> None:
        """Make the axes and the artists."""
        raise NotImplementedError

    def stage_key(self, state) -> Hashable:
        """Return what the parts that stand still depend on."""
        return "still"

    def stage(self, state) -> None:
        """Set what stands still: limits, labels, maps of colour."""

    def move(self, state) -> None:
        """Set what moves and shows no field."""

    def moves(self, *artists: Artist) -> None:
        """Take ``artists`` out of the still picture: they are drawn over it, in this order, at each update."""
        for artist in artists:
            artist.set_animated(True)
        self._moving.extend(artists)

    def shows(self, artist: Artist, y, x=None, inside: bool = False, by: Callable | None = None) -> None:
        """Let ``artist`` move, and show the field of the state that is called ``y`` over the one called ``x``.

        In place of a name can stand numbers: limits, or steps; without an x they are 0, 1, 2, ... . One value beside
        several stands at each of them, and None shows nothing. A field whose name says log10 is a logarithm. What is
        too large or too small to be drawn leaves the axes, or lies on their edge where it is kept ``inside``.
        ``by(y)``, or ``by(x, y)``, shows them otherwise than as the data of a line.
        """
        self.moves(artist)
        self.shown.append(Shown(artist, y, x, inside, by))

    def handle(self, mark: Line2D, x: str = "", y: str = "", x_value=float, y_value=float) -> None:
        """Let a hand move ``mark``: to the right it sets the control called ``x``, upwards the one called ``y``.

        ``x_value`` and ``y_value`` make a control's value of a number on the axis, where the two are not the same.
        """
        controls = {way: name for way, name in enumerate((x, y)) if name}
        self.handles.append(Handle(mark, controls, (x_value, y_value)))

    def put(self, number: int, place: tuple[float, float]) -> dict[str, float]:
        """Return the values of the controls for which handle ``number`` would lie at ``place`` (CSS pixels)."""
        mark, controls, value_of = self.handles[number]
        density = self.figure.dpi / style.CSS_DPI
        pixels = place[0] * density, self.figure.bbox.height - place[1] * density
        data = mark.get_transform().inverted().transform(pixels)
        return {name: value_of[way](float(data[way])) for way, name in controls.items()}

    def _places(self) -> tuple[tuple[float, float], ...]:
        """Return where the handles lie: a dot in its middle, a line in that of its axes."""
        places, density = [], self.figure.dpi / style.CSS_DPI
        for mark, *_ in self.handles:
            box = mark.axes.bbox
            points = np.clip(mark.get_transform().transform(mark.get_xydata()), box.min, box.max)
            x, y = points.mean(axis=0) if len(points) else (-box.width, -box.height)
            places.append((round(float(x / density), 2), round(float((self.figure.bbox.height - y) / density), 2)))
        return tuple(places)

    def draw(self, state) -> np.ndarray:
        """Return the picture of ``state``, (height, width, 4) uint8, a view that the next call overwrites."""
        canvas = self.figure.canvas
        with style.styled():
            canvas.restore_region(self._still("picture", state, self._paint_still))
            self._draw_moving(state, canvas.get_renderer())
        return np.asarray(canvas.buffer_rgba())

    def record(self, state) -> Drawing:
        """Return the drawing of ``state``; raise NotImplementedError where it shows what cannot be recorded."""
        # One recorder, because matplotlib keeps the layout of a text for every renderer.
        recorder = self._recorder = self._recorder or Recorder(self.figure)
        recorder.taken()  # what was recorded when one before was interrupted
        with style.styled():
            drawing = self._still("drawing", state, lambda: Drawing.of(self.figure, recorder))
            self._draw_moving(state, recorder)
        return drawing._replace(moving=recorder.taken(), places=self._places())

    def _still(self, kind: str, state, paint):
        """Return what ``paint`` makes of the parts that stand still, anew where they change."""
        key = self.stage_key(state)
        if key != self._staged:
            self._staged = None  # so that a stage that fails or is interrupted is set again
            self.stage(state)
            self._staged = key
        if self._kept.get(kind, (None,))[0] != key:
            self._kept[kind] = key, paint()
        return self._kept[kind][1]

    def _paint_still(self):
        canvas, self._encoder = self.figure.canvas, None
        canvas.draw()
        return canvas.copy_from_bbox(self.figure.bbox)

    def _draw_moving(self, state, renderer) -> None:
        for shown in self.shown:
            shown.set(state)
        self.move(state)
        for artist in self._moving:
            artist.draw(renderer)

    def encode(self, picture: np.ndarray) -> bytes:
        """Return ``picture`` as a PNG, fast, for the eye (see ``png.PaletteEncoder``)."""
        if self._encoder is None:
            self._encoder = PaletteEncoder(picture, style.MEANINGS)
        return self._encoder(picture)

    def encode_small(self, picture: np.ndarray) -> bytes:
        """Return ``picture`` as a PNG, small, for the eye."""
        return PaletteEncoder(picture, style.MEANINGS)(picture, small=True)

    def page(self, png: bytes, sentence: str) -> str:
        """Return HTML that shows the picture ``png``, with ``sentence`` as its name by ear and as the text below it."""
        words = html.escape(sentence)
        return (
            f'<img alt="{words}" width="{self.width}" style="max-width: 100%; height: auto" '
            f'src="data:image/png;base64,{base64.b64encode(png).decode()}"><p>{words}</p>'
        )

    def still(self, picture: np.ndarray, sentence: str) -> bytes:
        """Return ``picture`` without any loss as a PNG, with ``sentence`` below it: what is seen where nothing runs."""
        n_lines = style.n_lines(sentence, style.characters(self.width))
        caption = style.page_of_text(sentence, self.width, 14 + 18 * n_lines, self.density)
        return encode_lossless(np.concatenate([picture, style.painted(caption)]))

    def notice(self, text: str) -> Figure:
        """Return a grey page of the scene's size that says ``text``, for where there is nothing to draw."""
        return style.page_of_text(text, self.width, self.height, density=1.0, grey=True)
