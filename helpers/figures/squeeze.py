"""What one layer does to a gradient: slopes of an activation, layers of slopes, and full Jacobians."""

import numpy as np

from helpers.figures import style
from helpers.figures.cells import Cells, pixel_axes
from helpers.figures.parts import level, note
from helpers.figures.scene import Scene

LARGEST_SIDE = 8


class Zoo(Scene):
    """An activation with its tangent at z, and its slope with the largest size that it has."""

    height = 320
    z_limits = (-6.0, 6.0)
    slope_limits = (-0.6, 2.1)

    def build(self):
        panels = self.figure.subplots(1, 2)
        self.figure.subplots_adjust(left=0.06, right=0.985, top=0.9, bottom=0.15, wspace=0.17)
        self.value, self.slope = panels
        self.value.set(xlim=self.z_limits, ylim=(-2.2, 4.2), xlabel="z", ylabel="f(z)")
        self.slope.set(xlim=self.z_limits, ylim=self.slope_limits, xlabel="z", ylabel="f ′(z)")
        for axes in panels:
            level(axes, 0)
        level(self.slope, 1, linestyle=":")
        (self.curve,) = self.value.plot([], [], color=style.RULE)
        (self.tangent,) = self.value.plot([], [], "--", color=style.GRADIENT)
        (self.at_value,) = self.value.plot([], [], "o", color=style.MARK, markeredgecolor=style.RULE, clip_on=False)
        (self.slopes,) = self.slope.plot([], [], color=style.RULE)
        (self.gamma,) = self.slope.plot([], [], "--", color=style.OTHER)
        (self.at_slope,) = self.slope.plot([], [], "o", color=style.MARK, markeredgecolor=style.RULE, clip_on=False)
        self.slope_title = self.slope.set_title(" ")
        self.shows(self.tangent, "tangent", "tangent_z")
        self.shows(self.at_value, "value", "z", inside=True)
        self.shows(self.at_slope, "slope", "z", inside=True)
        self.handle(self.at_value, x="z")
        self.handle(self.at_slope, x="z")

    def stage_key(self, state):
        return state.activation

    def stage(self, state):
        self.value.set_title(f"{state.activation_label} and its tangent at z")
        bound = "no γ: the slope has no bound" if np.isinf(state.act.gamma) else f"γ = {state.act.gamma:.6g} (dashed)"
        self.slope_title.set_text(f"its slope; {bound}")
        self.curve.set_data(state.z_grid, np.clip(state.values, -1e3, 1e3))
        self.slopes.set_data(state.z_grid, np.clip(state.slopes, -1e3, 1e3))
        self.gamma.set_data(self.z_limits, [min(state.act.gamma, 1e3)] * 2)

    def move(self, state):
        for dot, axes, value in ((self.at_value, self.value, state.value), (self.at_slope, self.slope, state.slope)):
            low, high = axes.get_ylim()
            dot.set_marker("^" if value > high else "v" if value < low else "o")  # an arrow to what is off the axes


class Squeeze(Scene):
    """The slopes that a layer of random arguments has, and what depth layers of them leave of a vector."""

    height = 320
    log_limits = (-32.0, 8.0)
    deepest = 60

    def build(self):
        self.slope, self.depth = self.figure.subplots(1, 2, width_ratios=[1, 1.3])
        self.figure.subplots_adjust(left=0.065, right=0.985, top=0.83, bottom=0.15, wspace=0.17)
        self.slope.set(xlim=(-0.15, 1.9), ylim=(0, 1), xlabel="|f ′(z)|", ylabel="share of the units")
        self.slope.set_title("the slopes of one layer", pad=20)
        (self.shares,) = self.slope.plot([], [], color=style.GRADIENT, drawstyle="steps-mid")
        (self.rms,) = self.slope.plot([], [], "--", color=style.STATE, label="root mean square")
        (self.gamma,) = self.slope.plot([], [], ":", color=style.RULE, label="γ, the bound")
        self.slope.legend(loc="upper right", borderaxespad=0, bbox_to_anchor=(1, 1))
        self.depth.set(
            xlim=(0, self.deepest), ylim=self.log_limits, xlabel="layers", ylabel="log$_{10}$ of what is left"
        )
        self.depth.set_title("a vector through layers of slopes alone (no weights)", pad=20)
        level(self.depth, 0)
        (self.left,) = self.depth.plot([], [], color=style.GRADIENT, linewidth=2.4, label="measured")
        (self.typical,) = self.depth.plot([], [], "--", color=style.STATE, label="(root mean square)$^k$")
        (self.bound,) = self.depth.plot([], [], ":", color=style.RULE, label="γ$^k$")
        (self.here,) = self.depth.plot([], [], "o", color=style.MARK, markeredgecolor=style.RULE, clip_on=False)
        self.depth.legend(loc="lower left", bbox_to_anchor=(0, 1.01), ncols=3, borderaxespad=0)
        self.note = note(self.depth)
        self.shows(self.shares, "shares", "bins")
        self.shows(self.rms, (0, 1), "rms")
        self.shows(self.gamma, (0, 1), "gamma")
        self.shows(self.left, "log10_left")
        self.shows(self.typical, "log10_typical")
        self.shows(self.bound, "log10_bound")
        self.shows(self.here, "log10_here", "depth", inside=True)
        self.moves(self.note)
        self.handle(self.here, x="depth")

    def move(self, state):
        gone = np.flatnonzero(np.isneginf(state.log10_left))
        self.note.set_text(f"exactly 0 from layer {gone[0]} on" if len(gone) else "")


class FullJacobian(Scene):
    """The Jacobian of one layer of activations as cells, and its singular values beside its diagonal."""

    height = 320
    log_limits = (-4.5, 1.5)

    def build(self):
        self.left = pixel_axes(self.figure, 28, 8, 274, 276)
        self.left.set_title("the Jacobian ∂h/∂z")
        self.cells = Cells(self.left, 32)
        self.values = self.figure.add_axes([0.46, 0.15, 0.525, 0.75])
        self.values.set(xlim=(0.5, LARGEST_SIDE + 0.5), ylim=self.log_limits, ylabel="log$_{10}$")
        self.values.set(xlabel="rank, from the largest to the smallest", xticks=range(1, LARGEST_SIDE + 1))
        self.values.set_title("singular values, and the diagonal entries in size")
        level(self.values, 0)
        (self.singular,) = self.values.plot([], [], "o-", color=style.GRADIENT, label="singular values")
        (self.diagonal,) = self.values.plot([], [], "s", color=style.STATE, fillstyle="none", label="diagonal entries")
        (self.bound,) = self.values.plot([], [], ":", color=style.RULE, label="bound")
        self.values.legend(loc="lower left", borderaxespad=0.2)
        self.shows(self.cells, "J", by=lambda J: self.cells.show([(J, (137, 138))]), names=["∂h/∂z"])
        self.shows(self.singular, "log10_singular", "ranks")
        self.shows(self.diagonal, "log10_diagonal", "ranks")
        self.shows(self.bound, "log10_bound", (0.5, LARGEST_SIDE + 0.5))
