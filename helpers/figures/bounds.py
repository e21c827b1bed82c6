"""The bounds of a recurrent net's gradient: the ladder, the counterexample, and the map of the Lyapunov exponent."""

import numpy as np
from matplotlib.colors import to_rgb

from helpers.figures import style
from helpers.figures.cells import N_SHADES, Picture, framed, pixel_axes
from helpers.figures.parts import RINGED, Panels, legend_above, note, panel

N_STEPS = 40


class Ladder(Panels):
    """The gradient back to the start and the three bounds above it."""

    height = 350
    log_limits = (-30.0, 25.0)

    def build(self):
        axes = self.figure.add_axes([0.075, 0.135, 0.905, 0.725])
        panel(axes, x=("steps t", 0, N_STEPS), y=("norm", *self.log_limits), powers="y")
        rungs = {
            "true": (style.GRADIENT, "-", "‖dh$_t$/dh$_0$‖, the truth", 2.4),
            "product_of_norms": (style.STATE, "--", "∏‖J$_i$‖", 1.7),
            "product_of_etas": (style.OTHER, "-.", "∏η$_i$", 1.7),
            "power_of_eta": (style.RULE, ":", "η$^t$, η = γ‖W‖", 1.9),
        }
        for name, (*look, width) in rungs.items():
            self.line(axes, f"log10_rungs.{name}", *look, linewidth=width)
        legend_above(axes)
        self.note = note(axes, x=0.01, y=0.04, ha="left", va="bottom")
        self.moves(self.note)

    def move(self, state):
        last = state.log10_rungs.true[-1]
        self.note.set_text("the truth ends below the picture" if last < self.log_limits[0] else "")


class Nilpotent(Panels):
    """A net at rest whose W has no eigenvalue but 0, and whose gradient explodes."""

    height = 320
    n_steps = 20

    def build(self):
        norms, growth = self.row(1.2, 1, wspace=0.19)
        panel(norms, "norms after t steps", ("steps t", 0, self.n_steps), ("norm", -20, 20), powers="y")
        norms.set_xticks(range(0, self.n_steps + 1, 5))
        self.line(norms, "log10_net", style.GRADIENT, "o-", "the net at rest", markersize=3)
        self.line(norms, "log10_linear", style.STATE, "--", "W$^t$ alone")
        self.line(norms, "log10_bound", style.RULE, ":", "η$^t$")
        legend_above(norms)
        across = "s, where the second neuron rests", 0, 0.95
        panel(growth, "the eigenvalue of J: a s²", across, ("factor per step", 0, 9), zero=1)
        self.line(growth, "eigenvalues", x="s_grid")
        self.handle(self.here(growth, "eigenvalue", "s"), x="s")


class LyapunovMap(Panels):
    """The Lyapunov exponent over the gain of W and the size of the input."""

    height = 430
    cell = 16
    range = 2.2  # the exponent at which a colour is full

    def build(self):
        width, height = self.cell * 30, self.cell * 21
        axes = pixel_axes(self.figure, 60, 62, width, height)
        axes.set_title("Lyapunov exponent: green grows, purple (−) fades; dotted: γ‖W‖ = 1")
        self.pixels = Picture(axes, self.cell, ("input of size", 2, -0.1), ("gain", 0.1, 0.1))
        columns = {gain: self.column(gain) for gain in (0.5, 1, 1.5, 2, 2.5, 3)}
        rows = {size: self.row_of(size) for size in (0, 0.5, 1, 1.5, 2)}
        framed(axes, width, height, columns, rows, "gain g of W", "size of the input", 30)
        self.shows(self.pixels, "exponents", by=self.paint)
        look = {"linewidth": 1.6, "path": lambda gain: ([self.column(gain)] * 2, [0, height])}
        self.line(axes, "promised", style.RULE, ":", "γ‖W‖ = 1 at the gain", **look)
        look = RINGED | {"markersize": 9, "path": lambda gain, size: ([self.column(gain)], [self.row_of(size)])}
        here = self.here(axes, "size", "gain", clip_on=True, **look)
        cut = self.figure.add_axes([0.72, 0.145, 0.265, 0.77])
        panel(cut, "exponent, this size of input", ("gain g of W", 0.1, 3), ("", -2.2, 0.8))
        self.line(cut, "row", style.GRADIENT, x="gains")
        self.line(cut, cut.get_ylim(), style.RULE, ":", x="promised")
        dot = self.here(cut, "here", "gain", inside=True, markersize=6, **RINGED)
        values = {
            "x_value": lambda x, y: 0.1 * (x / self.cell + 0.5),
            "y_value": lambda x, y: 0.1 * (y / self.cell - 0.5),
        }
        self.handle(here, x="gain", y="size", **values)
        self.handle(dot, x="gain")

    def column(self, gain: float) -> float:
        """Return the x of a gain on the map."""
        return (gain - 0.1) / 2.9 * self.cell * 29 + self.cell / 2

    def row_of(self, size: float) -> float:
        """Return the y of a size of the input on the map."""
        return size / 2 * self.cell * 20 + self.cell / 2

    def paint(self, exponents: np.ndarray) -> None:
        """Show the map of exponents, the smallest size of the input at the bottom."""
        # The root, or what grows a little would be as white as what does neither.
        share = np.sqrt(np.clip(np.abs(exponents) / self.range, 0, 1))[..., None]
        share = np.ceil(share * N_SHADES) / N_SHADES
        full = np.where(exponents[..., None] > 0, to_rgb(style.POSITIVE), to_rgb(style.NEGATIVE))
        self.pixels.show((share * full + 1 - share)[::-1], exponents[::-1])
