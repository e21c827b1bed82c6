"""What a moving line or matrix shows of a state, how a page reads it off, the mark that a hand moves, and a guess."""

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.colors import to_hex
from matplotlib.lines import Line2D
from matplotlib.text import Text
from matplotlib.transforms import Bbox

from helpers.figures.style import CSS_DPI, GUESS, RULE

COUNTED = ("step", "lag", "layer", "update", "power", "depth", "length", "rank")  # "step 31", not "step t = 31"


RAISED = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")


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
    names: Sequence[str] = ()

    @property
    def fields(self) -> list[str]:
        """The names of the fields that are shown."""
        return [name for name in (self.y, self.x) if isinstance(name, str)]

    @property
    def is_log10(self) -> bool:
        """Whether its y is a logarithm, which the name of the field says."""
        return isinstance(self.y, str) and "log10" in self.y

    @property
    def in_words(self) -> bool:
        """Whether no axes tell the number that it shows, and it has a name."""
        named = isinstance(self.artist, Line2D) and not str(self.artist.get_label()).startswith("_")
        return named and not self.artist.axes.axison and self.by is not None and self.x is None

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
            self.artist.set_data(*np.broadcast_arrays(np.clip(np.atleast_1d(x), -1e6, 1e6), np.clip(y, *limits)))


def reading(shown: Shown) -> dict | None:
    """Return how a page reads what is shown, None where nothing tells it: its ``name`` and ``colour``, its axes'
    ``frame`` (CSS pixels), of ``x`` and ``y`` the numbers at both ends, whether they are whole or logarithms, and what
    is said before one; the ``names`` of its places or matrices, and how ``rows`` and ``columns`` are numbered.
    """
    artist, axes = shown.artist, shown.artist.axes
    is_line = isinstance(artist, Line2D)
    if is_line and (artist.get_color() == "white" or not (axes.axison or shown.in_words)):
        return None
    edges = np.array([axes.bbox.x0, -axes.bbox.y1, axes.bbox.x1, -axes.bbox.y0])
    frame = CSS_DPI / axes.figure.dpi * (edges + [0, axes.figure.bbox.height] * 2)
    across = next(filter(None, (one.get_xlabel() for one in axes.get_shared_x_axes().get_siblings(axes))), "x")
    label, up = str(artist.get_label()), axes.get_ylabel()
    names = [plain(words) for words in ("" if label.startswith("_") else label, up, axes.get_title(loc="left"))]
    found = {"name": next(filter(None, names), ""), "names": [plain(name) for name in shown.names]}
    found |= {"frame": frame.round(1).tolist(), "colour": to_hex(artist.get_color()) if is_line else RULE}
    found |= {key: getattr(artist, key) for key in ("rows", "columns") if not is_line}
    counted = re.split("[ ,]", plain(across))[0].removesuffix("s")
    is_log10 = getattr(axes.xaxis.get_major_formatter(), "func", None) is power
    whole = not is_log10 and (counted in (*COUNTED, "tap") or shown.x is shown.by is None)
    x = {"log10": is_log10, "whole": whole, "prefix": f"{counted} " if counted in COUNTED else before(across)}
    y = {"log10": shown.is_log10, "prefix": before(up or "y")}
    for axis, (low, high) in ((x, axes.get_xlim()), (y, axes.get_ylim())):
        axis |= {"low": float(low), "high": float(high)}
    return found | {"x": x, "y": y}


def power(log10: float, _number=None) -> str:
    """Return the number at a place ``log10`` of an axis of logarithms; nothing where that is no power of ten.

    >>> power(-2.0), power(0.0), power(3.0), power(-12.0), power(0.5)
    ('0.01', '1', '1000', '10⁻¹²', '')
    """
    whole = round(log10)
    if abs(log10 - whole) > 1e-6:
        return ""
    return f"{10.0**whole:.15g}" if abs(whole) <= 3 else f"10{str(whole).translate(RAISED)}"


def before(words: str) -> str:
    """Return what is said before a number on the axis of that label: ``gain g = ``."""
    return f"{re.split(', | of | from ', plain(words))[0]} = "


def plain(words: str) -> str:
    """Return the words of a title or an axis without mathtext and without what stands in brackets at their end.

    >>> plain("‖dh$_t$/dh$_0$‖"), plain("layer (1: the first)")
    ('‖dh_t/dh_0‖', 'layer')
    """
    bare = re.sub(r"[${}]", "", words.replace("\n", " "))
    return re.sub(r" \([^()]*\)$", "", bare).strip()


class Handle(NamedTuple):
    """A mark, the control that each direction of its axes sets, and that control's value of a place (x, y) there."""

    mark: Line2D
    controls: dict[int, str]  # by direction: 0 along x, 1 along y
    values_of: tuple[Callable[[float, float], float], Callable[[float, float], float]]
    picks: Sequence[Axes] = ()  # where a click is enough

    @property
    def more(self) -> dict:
        """What a page must know of few: ``down`` where y grows downwards, ``picks``, a box of the scene."""
        axes, found = self.mark.axes, {}
        if axes.yaxis_inverted():
            found["down"] = True
        if self.picks:
            box, figure = Bbox.union([one.bbox for one in self.picks]), axes.figure
            edges = np.array([box.x0, figure.bbox.height - box.y1, box.x1, figure.bbox.height - box.y0])
            found["picks"] = (CSS_DPI / figure.dpi * edges).round(1).tolist()
        return found

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


# The reader's guess, drawn beside what settles it


WORDS = "your guess"


class Guess(Line2D):
    """A line across ``axes`` at a ``place`` on one of them, ``way`` "x" or "y", and at its end the words for it.

    It finds its place in whatever limits the axes have; what lies beyond them is said by an arrow. At None is nothing.
    """

    def __init__(self, axes: Axes, way: str):
        super().__init__([], [], color=GUESS, linestyle=(0, (7, 2, 1, 2)), transform=axes.transAxes)
        self.way, self.place = way, None
        self.words = Text(color=GUESS, fontsize=8.5, fontweight="bold", transform=axes.transAxes)
        self.words.set_bbox({"facecolor": "white", "edgecolor": "none", "pad": 1})
        for artist in (self, self.words):
            artist.set(figure=axes.figure)
            artist.axes = axes

    @property
    def limits(self) -> tuple[float, float]:
        """The numbers at both ends of the axis on which it lies."""
        return self.axes.get_xlim() if self.way == "x" else self.axes.get_ylim()

    def draw(self, renderer):
        """Draw it."""
        if self.place is None:
            return
        low, high = map(float, self.limits)
        share = (self.place - low) / (high - low)
        at = min(max(share, 0.0), 1.0)
        beyond = (share > 1) - (share < 0)
        if self.way == "x":
            self.set_data([at, at], [0, 1])
            text = {-1: f"← {WORDS}", 0: WORDS, 1: f"{WORDS} →"}[beyond]
            self.words.set(text=f" {text} ", position=(at, 0.97), ha="left" if at < 0.6 else "right", va="top")
        else:
            self.set_data([0, 1], [at, at])
            text = {-1: f"{WORDS} ↓", 0: WORDS, 1: f"{WORDS} ↑"}[beyond]
            self.words.set(text=text, position=(0.98, at), ha="right", va="center")
        if share == at:
            super().draw(renderer)
        self.words.draw(renderer)
