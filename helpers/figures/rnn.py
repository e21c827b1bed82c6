"""Temporal contributions to a gradient, two runs that merge, the ladder of bounds, and the Lyapunov exponent."""

import numpy as np
from matplotlib.colors import to_rgb

from helpers.figures import style
from helpers.figures.cells import N_SHADES, Picture, decades, framed, pixel_axes
from helpers.figures.parts import RINGED, Panels, legend_above, note, panel

N_STEPS = 40
CELL = 8  # CSS pixels of a pair (t, k)


class Contributions(Panels):
    """The contribution of every pair (t, k), those of one step, and the gradient by lag."""

    height = 470
    log_limits = (-24.0, 2.0)

    def build(self):
        side = CELL * N_STEPS

        def at(step):
            return CELL * (step - 0.5)

        table = pixel_axes(self.figure, 52, 68, side, side)
        table.set_title("how much the loss at step t\ncontributes at step k to d Div / d W")
        steps = {step: at(step) for step in (1, 10, 20, 30, 40)}
        words = "step k that it reaches back to", "step t of the loss"
        framed(table, side, side, steps, {step: side - at(step) for step in steps}, *words)
        said = "full orange: the largest; one shade fainter for each factor of ten"
        self.figure.text(6 / self.width, 16 / self.height, said, va="center", fontsize=8.5)
        self.pairs = Picture(table, CELL, ("loss at step", 1, 1), ("at step", 1, 1))
        step_axes = self.figure.add_axes([0.51, 0.615, 0.475, 0.29])
        lag_axes = self.figure.add_axes([0.51, 0.105, 0.475, 0.31])
        title = "the contributions of one step, beside the largest of all"
        panel(step_axes, title, ("step", 1, N_STEPS), ("contribution", *self.log_limits), zero=None, powers="y")
        title = "the gradient by lag, beside the whole"
        panel(lag_axes, title, ("lag t − k", 0, N_STEPS), ("contribution", *self.log_limits), zero=None, powers="y")

        self.shows(self.pairs, "log10_pairs", by=self.paint)
        thin = {"color": style.STATE, "linewidth": 1.2}
        row = {"path": lambda step: ([0, at(step)], [side - at(step)] * 2)}
        self.line(table, "step", label="of the loss at step", **thin, **row)
        column = {"path": lambda step: ([at(step)] * 2, [side - at(step), 0])}
        self.line(table, "step", look="--", label="to step", **thin, **column)
        edge = {"path": lambda n: ([0, side - CELL * n], [side - CELL * n, 0])}
        self.line(table, "window", style.RULE, ":", "window", linewidth=1.4, **edge)
        pair = self.here(table, "step", "reached", path=lambda k, t: ([at(k)], [side - at(t)]), markersize=6)
        before, after = "of its loss, to the steps before", "to it, of the losses after"
        self.back = self.line(step_axes, "log10_back", style.STATE, "-", before, x="steps_back")
        self.ahead = self.line(step_axes, "log10_ahead", style.STATE, "--", after, x="steps_ahead")
        legend_above(step_axes, pad=21)
        here = self.here(step_axes, "log10_pair", "reached", inside=True, markersize=6)
        self.note = note(step_axes)
        self.moves(self.note)
        self.line(lag_axes, "log10_by_lag", style.GRADIENT, label="this lag")
        # Beyond the last lag lies nothing: a line that falls there would look like a fact of the net.
        self.line(lag_axes, "log10_beyond", style.OTHER, "--", "all lags beyond")
        end = {"path": lambda n: ([n - 0.5] * 2, self.log_limits)}
        window = self.line(lag_axes, "window", style.RULE, ":", "window", linewidth=1.4, **end)
        legend_above(lag_axes, pad=21)
        values = {"x_value": lambda x, y: x / CELL + 0.5, "y_value": lambda x, y: (side - y) / CELL + 0.5}
        self.handle(pair, x="reached", y="step", **values)
        self.handle(here, x="reached")
        self.handle(window, x="window", x_value=lambda lag, _: lag + 0.5)

    def paint(self, logs: np.ndarray) -> None:
        """Show the table of contributions."""
        self.pairs.show(decades(logs, style.GRADIENT), logs, are_log10=True)

    def move(self, state):
        seen = max(state.log10_back.max(), state.log10_ahead.max()) > self.log_limits[0]
        self.note.set_text("" if seen else "all lie below the picture")


class Merging(Panels):
    """Two runs from different starts with the same inputs, their distance, and the gradient back to the start."""

    height = 330
    n_steps = 40

    def build(self):
        self.states, logs = self.row(1, 1.15, left=0.08, top=0.82, bottom=0.145)
        title = "forward: two runs with the same input"
        panel(self.states, title, ("step t", 0, self.n_steps), ("state of one neuron",), zero=None)
        self.line(self.states, "one", style.STATE, label="from one start")
        self.line(self.states, "other", style.OTHER, "--", "from another")
        legend_above(self.states, pad=21)
        title = "how far apart they are, over the start; and dh$_t$/dh$_0$"
        panel(logs, title, ("step t", 0, self.n_steps), ("factor", -25, 15), powers="y")
        self.line(logs, "log10_apart", style.STATE, label="distance of the runs")
        self.line(logs, "log10_gradient", style.GRADIENT, "--", "‖dh$_t$/dh$_0$‖")
        self.line(logs, "log10_bound", style.RULE, ":", "η$^t$, the bound")
        legend_above(logs, pad=21)
        self.note = note(logs)
        self.moves(self.note)

    def stage_key(self, state):
        return state.activation

    def stage(self, state):
        bounded = {"sigmoid": (-0.05, 1.05), "tanh": (-1.1, 1.1)}
        self.states.set_ylim(*bounded.get(state.activation, (-5.0, 5.0)))

    def move(self, state):
        self.note.set_text("the runs have met: their distance is 0" if np.isneginf(state.log10_apart[-1]) else "")


# The bounds of a gradient: a ladder, a counterexample, and the map of the Lyapunov exponent


class Ladder(Panels):
    """The gradient back to the start and the three bounds above it."""

    height = 350
    log_limits = (-30.0, 25.0)

    def build(self):
        axes = self.figure.add_axes([0.075, 0.135, 0.905, 0.725])
        panel(axes, x=("steps t", 0, N_STEPS), y=("norm", *self.log_limits), powers="y")
        self.line(axes, "log10_rungs.true", style.GRADIENT, "-", "‖dh$_t$/dh$_0$‖, the truth", linewidth=2.4)
        self.line(axes, "log10_rungs.product_of_norms", style.STATE, "--", "∏‖J$_i$‖", linewidth=1.7)
        self.line(axes, "log10_rungs.product_of_etas", style.OTHER, "-.", "∏η$_i$", linewidth=1.7)
        self.line(axes, "log10_rungs.power_of_eta", style.RULE, ":", "η$^t$, η = γ‖W‖", linewidth=1.9)
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
        gain, size = (lambda x, _: 0.1 * (x / self.cell + 0.5)), (lambda _, y: 0.1 * (y / self.cell - 0.5))
        self.handle(here, x="gain", y="size", x_value=gain, y_value=size)
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
