"""What a colour, a dash and a size mean in every figure of the course."""

import textwrap
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from copy import deepcopy
from importlib.resources import files

import matplotlib
import numpy as np
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

# Okabe and Ito's colours, safe for colour-blind readers. A meaning keeps its colour and its dash in every notebook,
# and the lightness of the colours differs, so that a printed page in grey can be read too. Text stands out from white
# by 4.5 to 1, a line by 3 to 1 (WCAG 2.2, 1.4.3 and 1.4.11), and no less from a dark page, where player.js turns light
# and dark about (tests/test_contrast.py).
STATE = "#0072b2"  # what the neuron holds, h
GRADIENT = "#d55e00"  # what a gradient holds
INPUT = "#858585"  # what comes in, x
RULE = "#000000"  # the curve of a formula, and the map f itself
MARK = "#cc79a7"  # "you are here"
OTHER = "#009e73"  # a second run, set against the first
GUESS = "#a0126c"  # what the reader has guessed
EDGE = "#949494"  # lines that mark a limit: 0, 1, the diagonal
POSITIVE, NEGATIVE = "#00542a", "#9d7fdb"  # the sign of an entry of a matrix
BESIDE = "#6b6b6b"  # small words beside what counts
RIGHT, WRONG = "#178a50", "#d03f35"  # a verdict, beside its sign; as far from a white page as from a dark one

MEANINGS = (STATE, GRADIENT, RULE, MARK, OTHER, EDGE, POSITIVE, NEGATIVE)

# Light fills of a map: one stable fixed point, two of them, a cycle of two. Each is darker than the one before.
FILLS = {1: "#ffffff", 2: "#d9ecf8", 3: "#eebf99"}

# Pixels a CSS pixel: 2 is sharp on the screens of most laptops and telephones. `make bench` prints what it costs.
DENSITY = 2.0
CSS_DPI = 100.0

# All of matplotlib's settings as it is delivered, and over them the course's: whatever the reader has set, and in
# whatever file of theirs, no figure of ours begins from it.
# Copied deep, because a list among matplotlib's defaults is the reader's list, too.
_SETTINGS = deepcopy(dict.copy(matplotlib.rcParamsDefault)) | matplotlib.rc_params_from_file(
    str(files(__package__) / "course.mplstyle"), use_default_template=False
)
del _SETTINGS["backend"]  # how figures reach the screen is the reader's affair

_in_force: ContextVar[Mapping | None] = ContextVar("_in_force", default=None)


class _Settings(type(matplotlib.rcParams)):
    """matplotlib's settings, which are read otherwise where ``styled`` is in force: in that thread, and nowhere else.

    matplotlib has one set of settings for all threads. A slider's figure is drawn in one thread while the reader's own
    is drawn in another, so neither may set them for the time of a figure, as ``matplotlib.rc_context`` does.
    """

    def __getitem__(self, key):
        settings = _in_force.get()
        return settings[key] if settings and key in settings else super().__getitem__(key)


# The object stays the one that all of matplotlib knows, and what the reader has set stays in it.
matplotlib.rcParams.__class__ = _Settings


@contextmanager
def styled() -> Iterator[None]:
    """Make and draw figures with the course's settings; what the reader has set is neither read nor touched."""
    token = _in_force.set(_SETTINGS)
    try:
        yield
    finally:
        _in_force.reset(token)


def new_figure(width: int, height: int, density: float = DENSITY) -> Figure:
    """Return an empty figure of ``width`` by ``height`` CSS pixels on an Agg canvas, unknown to pyplot."""
    more = 1e-6  # CSS pixels: 460 / 96 inches of 192 pixels are 919.9999999999999, and older matplotlibs cut that off
    figure = Figure(figsize=((width + more) / CSS_DPI, (height + more) / CSS_DPI), dpi=CSS_DPI * density)
    FigureCanvasAgg(figure)
    return figure


def characters(width: int) -> int:
    """Return how many characters of text stand in a line of ``width`` CSS pixels."""
    return width // 7


def n_lines(text: str, width: int) -> int:
    """Return a number of lines of ``width`` characters that ``text`` fills at the most."""
    return 1 + len(text) // (width - 10)


def page_of_text(text: str, width: int, height: int, density: float, grey: bool = False) -> Figure:
    """Return a figure of ``text``, wrapped, from the top left of ``width`` CSS pixels."""
    with styled():
        figure = new_figure(width, height, density)
        figure.set_facecolor("#eeeeee" if grey else "#ffffff")
        figure.text(12 / width, 1 - 8 / height, textwrap.fill(text, characters(width)), ha="left", va="top")
    return figure


def painted(figure: Figure) -> np.ndarray:
    """Return ``figure`` as Agg paints it, (height, width, 4) uint8."""
    with styled():
        figure.canvas.draw()
    return np.asarray(figure.canvas.buffer_rgba())
