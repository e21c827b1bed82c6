"""A curve that the reader draws before the truth is seen over it, and a verdict in words; sketch.js does the rest."""

import base64
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import anywidget
import numpy as np
from traitlets import Dict

from helpers.explorers.live import view
from helpers.explorers.player import Player
from helpers.explorers.rnn import contributions_state
from helpers.explorers.words import amount
from helpers.figures import stills, style
from helpers.figures.parts import panel
from helpers.figures.recorder import Recorder
from helpers.figures.scene import Drawing
from helpers.maths.memory import half_life
from helpers.maths.scalar import orbit_gradients

WIDTH, HEIGHT = 860, 300
SCRIPT = Path(__file__).with_name("sketch.js").read_text(encoding="utf-8").rpartition("export default")[0]


class Curve(NamedTuple):
    """A curve to be drawn by marks: of axes the label and both ends (up, log10), and ``at`` which x the marks lie.

    truth : returns x and y of the curve; told : of its y at the marks, what is said when it is seen.
    place : what the x of a mark is called; fixed : how many of the marks stay where the truth is.
    """

    ask: str
    x: tuple[str, float, float]
    y: tuple[str, float, float]
    at: Sequence[float]
    place: str
    truth: Callable[[], tuple[np.ndarray, np.ndarray]]
    told: Callable[[np.ndarray], str]
    fixed: int = 0
    close: float = 0.5  # decades


def _left(w: float = 1.0, h0: float = 0.9, n_steps: int = 50):
    return np.arange(n_steps + 1), orbit_gradients("tanh", w, h0=h0, n_steps=n_steps).log10_dh0


def _by_lag():
    logs = contributions_state(0.9, 40, 1, 10, "tanh", "noise")["log10_by_lag"]
    return np.arange(len(logs)), logs


def _half_lives():
    biases = np.linspace(-2, 8, 101)
    return biases, np.log10(half_life(biases))


CURVES = {
    "01": Curve(
        "Draw it: w = 1 once more, but the run starts at 0.9. What is left of a small change of the start?",
        ("step t", 0, 50),
        ("what is left", -3, 0.5),
        (0, 2, 5, 10, 20, 35, 50),
        "step",
        _left,
        lambda y: (
            f"Five steps leave {amount(y[2])}, and the next 45 leave {amount(y[-1] - y[2])} of that: the first "
            "steps lie on the flat part of tanh, and near 0 each step takes less and less."
        ),
        fixed=1,
        close=0.3,
    ),
    "06": Curve(
        "Draw it: 16 tanh neurons with a random W of gain 0.9 read noise for 40 steps. How large is the part of the "
        "gradient that comes from each lag, beside the whole?",
        ("lag t − k", 0, 39),
        ("the part, beside the whole", -14, 2),
        (0, 5, 10, 20, 30, 39),
        "lag",
        _by_lag,
        lambda y: (
            f"From lag 0 to lag 39 it falls to {amount(y[-1] - y[0])} of that at lag 0: by about the same factor for "
            "each lag, which is a straight line on this axis."
        ),
        close=1.0,
    ),
    "09": Curve(
        "Draw it: after how many steps is half of a gradient left on the carousel, for each forget bias?",
        ("forget bias b$_f$", -2, 8),
        ("half-life in steps", -0.7, 3.6),
        (-2, 0, 2, 4, 6, 8),
        "bias",
        _half_lives,
        lambda y: (
            f"From bias 2 to bias 8 it grows by a factor of {amount(y[-1] - y[2])}, about e for each unit. "
            "Below 0 half is gone within a step."
        ),
        close=0.25,
    ),
}


def data_of(curve: Curve) -> tuple[dict[str, Any], list[np.ndarray]]:
    """Return what sketch.js needs, and the pictures of the axes without the truth and with it."""
    with style.styled():
        figure = style.new_figure(WIDTH, HEIGHT)
        axes = panel(figure.add_axes((0.075, 0.17, 0.895, 0.79)), x=curve.x, y=curve.y, zero=None, powers="y")
        drawing, recorder = Drawing.of(figure), Recorder(figure)
        pictures = [style.painted(figure).copy()]
        x, y = curve.truth()
        (line,) = axes.plot(x, y, color=style.GRADIENT, linewidth=2.4)
        line.draw(recorder)
        pictures.append(style.painted(figure).copy())
    truth = np.interp(curve.at, x, y)
    places = axes.transData.transform([(one, 0) for one in curve.at])[:, 0] / figure.dpi * style.CSS_DPI
    bottom, top = (HEIGHT * (1 - edge) for edge in (axes.get_position().y0, axes.get_position().y1))
    _, low, high = curve.y
    data = {
        "ask": curve.ask,
        "told": curve.told(truth),
        "fixed": curve.fixed,
        "close": curve.close,
        "facts": drawing.facts,
        "name": "your line",
        "places": [f"{curve.place} {one:g}".replace("-", "−") for one in curve.at],
        "x": places.round(2).tolist(),
        "top": top,
        "bottom": bottom,
        "low": low,
        "high": high,
        "step": (high - low) / 100,
        "truth": truth.tolist(),
        "first": 0.0,
    }
    data |= {"still": base64.b64encode(drawing.still).decode(), "list": base64.b64encode(recorder.taken()).decode()}
    return data, pictures


class Sketch(anywidget.AnyWidget):
    """A curve to be drawn. Where no kernel runs it is a picture of its axes; the truth stands in a fold."""

    _esm = (
        Player._esm.rpartition("export default")[0]
        + SCRIPT
        + 'export default { render: ({ model, el }) => sketch(el, model.get("data"), { render }) };\n'
    )
    data = Dict().tag(sync=True)

    def __init__(self, name: str):
        data, self._pictures = data_of(CURVES[name])
        self.name = name
        super().__init__(data=data)

    def __repr__(self):
        return self.data["ask"]

    def _repr_mimebundle_(self, include=None, exclude=None):
        """Return the widget, and for where no kernel runs the axes, to be drawn on by hand or in mind."""
        (empty, whole), ask, told = self._pictures, self.data["ask"], self.data["told"]
        bundle = stills.bundle(empty, ask, WIDTH, style.DENSITY)
        truth = stills.page(stills.png(whole), told, WIDTH)
        fold = f"<details><summary>What was found</summary>{truth}</details>"
        bundle["text/html"] = f'<div class="sketch" data-sketch="{self.name}">{bundle["text/html"]}{fold}</div>'
        return bundle | view(self) | {"text/plain": ask}, {"image/png": {"width": WIDTH, "alt": ask}}


def sketch(name: str) -> Sketch:
    """Return the curve called ``name``, to be drawn by hand, keys or finger; raise ValueError for an unknown name.

    >>> sketch("09")
    Draw it: after how many steps is half of a gradient left on the carousel, for each forget bias?
    """
    if name not in CURVES:
        raise ValueError(f"no curve is called {name!r}: wanted one of {list(CURVES)}")
    return Sketch(name)
