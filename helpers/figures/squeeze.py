"""What one layer does to a gradient: slopes of an activation, layers of slopes, and full Jacobians."""

from functools import partial

import numpy as np

from helpers.figures import style
from helpers.figures.cells import Cells, pixel_axes
from helpers.figures.parts import RINGED, Panels, legend_above, level, note, panel

LARGEST_SIDE = 8


class Zoo(Panels):
    """An activation with its tangent at z, and its slope with the largest size that it has."""

    height = 320
    z_limits = (-6.0, 6.0)

    def build(self):
        self.value, self.slope = self.row(1, 1, left=0.06, top=0.9, wspace=0.17)
        panel(self.value, "", ("z", *self.z_limits), ("f(z)", -2.2, 4.2))
        panel(self.slope, " ", ("z", *self.z_limits), ("f ′(z)", -0.6, 2.1))
        level(self.slope, 1, linestyle=":")
        (self.curve,) = self.value.plot([], [], color=style.RULE)
        (self.slopes,) = self.slope.plot([], [], color=style.RULE)
        (self.gamma,) = self.slope.plot([], [], "--", color=style.OTHER)
        self.line(self.value, "tangent", style.GRADIENT, "--", x="tangent_z")
        ringed = RINGED | {"markersize": 6, "inside": True}
        self.dots = [self.here(self.value, "value", "z", **ringed), self.here(self.slope, "slope", "z", **ringed)]
        for dot in self.dots:
            self.handle(dot, x="z")

    def stage_key(self, state):
        return state.activation

    def stage(self, state):
        self.value.set_title(f"{state.activation_label} and its tangent at z")
        bound = "no γ: the slope has no bound" if np.isinf(state.act.gamma) else f"γ = {state.act.gamma:.6g} (dashed)"
        self.slope.set_title(f"its slope; {bound}")
        self.curve.set_data(state.z_grid, np.clip(state.values, -1e3, 1e3))
        self.slopes.set_data(state.z_grid, np.clip(state.slopes, -1e3, 1e3))
        self.gamma.set_data(self.z_limits, [min(state.act.gamma, 1e3)] * 2)

    def move(self, state):
        for dot, value in zip(self.dots, (state.value, state.slope), strict=True):
            low, high = dot.axes.get_ylim()
            dot.set_marker("^" if value > high else "v" if value < low else "o")  # an arrow to what is off the axes


class Squeeze(Panels):
    """The slopes that a layer of random arguments has, and what depth layers of them leave of a vector."""

    height = 320
    deepest = 60

    def build(self):
        slope, depth = self.row(1, 1.3, left=0.065, wspace=0.17)
        title = "the slopes of one layer"
        panel(slope, title, ("|f ′(z)|", -0.15, 1.9), ("share of the units", 0, 1), zero=None, pad=20)
        self.line(slope, "shares", style.GRADIENT, x="bins", drawstyle="steps-mid")
        self.line(slope, (0, 1), style.STATE, "--", "root mean square", x="rms")
        self.line(slope, (0, 1), style.RULE, ":", "γ, the bound", x="gamma")
        legend_above(slope)
        title = "a vector through layers of slopes alone (no weights)"
        panel(depth, title, ("layers", 0, self.deepest), ("what is left", -32, 8), powers="y")
        self.line(depth, "log10_left", style.GRADIENT, label="measured", linewidth=2.4)
        self.line(depth, "log10_typical", style.STATE, "--", "(root mean square)$^k$")
        self.line(depth, "log10_bound", style.RULE, ":", "γ$^k$")
        legend_above(depth, columnspacing=2.0)
        self.handle(self.here(depth, "log10_here", "depth", inside=True, markersize=6, **RINGED), x="depth")
        self.note = note(depth)
        self.moves(self.note)

    def move(self, state):
        gone = np.flatnonzero(np.isneginf(state.log10_left))
        self.note.set_text(f"exactly 0 from layer {gone[0]} on" if len(gone) else "")


class FullJacobian(Panels):
    """The Jacobian of one layer of activations as cells, and its singular values beside its diagonal."""

    height = 320

    def build(self):
        left = pixel_axes(self.figure, 28, 8, 274, 276)
        left.set_title("the Jacobian ∂h/∂z")
        cells = Cells(left, 32)
        self.shows(cells, "J", by=partial(cells.show_one, (137, 138)), names=["∂h/∂z"])
        values, ends = self.figure.add_axes([0.46, 0.15, 0.525, 0.69]), (0.5, LARGEST_SIDE + 0.5)
        across = "rank, from the largest to the smallest", *ends
        panel(values, "singular values, and the diagonal entries in size", across, ("size", -4.5, 1.5), powers="y")
        values.set_xticks(range(1, LARGEST_SIDE + 1))
        self.line(values, "log10_singular", style.GRADIENT, "o-", "singular values", x="ranks")
        self.line(values, "log10_diagonal", style.STATE, "s", "diagonal entries", x="ranks", fillstyle="none")
        self.line(values, "log10_bound", style.RULE, ":", "bound", x=ends)
        legend_above(values)
